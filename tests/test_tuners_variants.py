"""What a config may say of a tuner, and what it is told."""

import subprocess
import sys

import pytest

from workflow_scripts.study.errors import UserError
from workflow_scripts.transfer import tuners

LORA = {"rank": 8, "alpha": 16, "targets": ["q", "k", "v"], "dropout": 0.0}
GATES = {"form": "clip"}


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("lora", [("lora", LORA)]),
        ({"lora": None}, [("lora", LORA)]),
        ({"lora": {"rank": 32}}, [("lora", {**LORA, "rank": 32})]),
        (["weight-gating", {"lora": {"targets": ["v", "q"]}}], [("lora", {**LORA, "targets": ["q", "v"]})]),
        ({"lora": {"dropout": 0}}, [("lora", LORA)]),
    ],
)
def test_all_options_in_one_order_however_they_are_written(written, parts):
    found = tuners.variant(written)
    assert [part for part in found if part[0] == "lora"] == parts
    assert type(dict(found)["lora"]["dropout"]) is float
    assert [name for name, _ in found] == sorted(name for name, _ in found)


def test_the_order_of_parts_does_not_matter():
    assert tuners.variant(["weight-gating", "lora"]) == tuners.variant([{"lora": {}}, "weight-gating"])
    assert tuners.variant(["weight-gating", "lora"]) == [("lora", LORA), ("weight-gating", GATES)]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("lorra", "unknown tuner 'lorra'\n  -> did you mean 'lora'"),
        ("zzz", "one of: bottleneck, frozen, full, lora, weight-gating, weighted-sum"),
        ([], "names no tuner"),
        (3, "3 is no tuner"),
        ({"lora": {}, "full": {}}, "is no tuner"),
        ({"lora": 8}, "is no tuner"),
        (["lora", "full"], "'full' stands beside others"),
        (["frozen", "weighted-sum"], "'frozen' stands beside others"),
        (["lora", {"lora": {"rank": 4}}], "'lora' stands twice"),
        ({"lora": {"rnak": 4}}, "tuner 'lora' has no option 'rnak'\n  -> did you mean 'rank'"),
        ({"frozen": {"layer": 4}}, "has no option 'layer'\n  -> it has none"),
        ({"lora": {"rank": "4"}}, "option 'rank' of tuner 'lora' should be of type int"),
        ({"lora": {"rank": True}}, "should be of type int"),
        ({"lora": {"rank": 0}}, "should be at least 1"),
        ({"lora": {"dropout": 1.0}}, "should be at most 0.9"),
        ({"lora": {"dropout": float("nan")}}, "should be at least 0"),
        ({"lora": {"targets": ["q", "ffn_in"]}}, "'ffn_in' is not valid\n  -> did you mean 'ffn-in'"),
        ({"lora": {"targets": ["q", "q"]}}, "each once"),
        ({"lora": {"targets": []}}, "one word or more"),
        ({"lora": {"targets": [["q"]]}}, "is not valid"),
        ({"bottleneck": {"place": "parallell"}}, "did you mean 'parallel'"),
        ({"weight-gating": {"form": "layer"}}, "'layer' is not valid\n  -> one of: clip, block, frame"),
        ({"weighted-sum": {"first": 2}}, "2 is not valid"),
    ],
)
def test_mistakes_are_told_by_name(written, message):
    with pytest.raises(UserError) as error:
        tuners.variant(written)
    assert message in str(error.value)


def test_the_source_of_options_is_not_claimed_for_those_that_the_config_sets():
    (stock,), (own,) = tuners.variant("lora"), tuners.variant({"lora": {"rank": 4, "targets": ["q", "v"]}})
    source = tuners.find("lora").SOURCE
    assert tuners.source(*stock) == source
    assert tuners.source(*own) == f"rank, targets: set in this study; else {source}"


def test_what_a_variant_trains_like():
    peft = tuners.variant(["weighted-sum", "lora", "bottleneck", "weight-gating"])
    assert tuners.training_defaults(peft) == {"learning_rate": 5e-4, "epochs": 30}
    assert tuners.training_defaults(tuners.variant("weighted-sum")) == {"learning_rate": 1e-3, "epochs": 100}
    assert tuners.inside(peft)
    assert not tuners.inside(tuners.variant("weighted-sum"))


@pytest.mark.parametrize("name", tuners.names())
def test_every_tuner_keeps_the_contract(name):
    module = tuners.find(name)
    assert module.__name__ == tuners.tuner_module(name)
    assert set(module.DEFAULTS) == {"learning_rate", "epochs"}
    assert module.SOURCE
    assert isinstance(module.INSIDE, bool)
    assert isinstance(module.ALONE, bool)
    defaults = {option: settings.default for option, settings in module.OPTIONS.items()}
    assert tuners.variant({name: defaults}) == tuners.variant(name) == [(name, defaults)]
    assert all(option.description for option in module.OPTIONS.values())


def test_checking_a_config_loads_no_torch():
    code = (
        "import sys; from workflow_scripts.transfer import tuners;"
        "[tuners.training_defaults(tuners.variant(name)) for name in tuners.names()];"
        "print(*sorted({'torch', 'peft', 'transformers', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not loaded
