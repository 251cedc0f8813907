"""A mistake in the config is refused before anything runs, all at once, each with the nearest valid name."""

import copy
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from workflow_scripts.study.checks import check_study, read_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.make_docs import ROOT, generated

STUDY = {
    "study": "A test",
    "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song", "level": "matched"}},
    "models": ["hubert-base", "tiny-hubert"],
    "layers": [0, 2, "final"],
    "emotions": ["neutral", "happy"],
    "pairs": [["speech", "song"]],
    "probing": {"probes": ["logistic"]},
}

TABLE = {"a": {"corpus": "table", "file": "a.csv"}}
MINE = {"name": "mine", "family": "hubert", "layers": 3}


def changed(**changes: object) -> dict:
    return {**copy.deepcopy(STUDY), **changes}


def test_a_right_config_passes_and_defaults_are_filled_in():
    study = check_study(STUDY)
    assert study.seed == 1
    assert study.datasets["speech"].level == "as-recorded"
    assert study.probing is not None
    assert study.probing.speaker_normalisation == ["none", "per-speaker"]


def test_without_a_probing_section_nothing_is_probed():
    assert check_study({key: STUDY[key] for key in STUDY if key != "probing"}).probing is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sed": 3}, "sed: no such key; did you mean 'seed'?"),
        ({"seed": "one"}, "seed: input should be a valid integer (found 'one')"),
        ({"datasets": {"a": {"corpus": "ravdes-speech"}}}, "no corpus 'ravdes-speech'; did you mean 'ravdess-speech'?"),
        ({"datasets": {"a": {"corpus": "emodb", "lvel": "matched"}}}, "a.lvel: no such key for corpus 'emodb'; did you mean 'level'?"),
        ({"datasets": {"a": {"corpus": "emodb", "crop": -1}}}, "datasets.a.crop: input should be greater than 0"),
        ({"models": ["hubert-bse"]}, "no model 'hubert-bse' in resources/models.yaml; did you mean 'hubert-base'?"),
        ({"models": ["hubert-base", "hubert-base"]}, "models[1]: 'hubert-base' stands twice"),
        ({"models": [{"name": "mine", "family": "hubert", "layrs": 3}]}, "models[0].layers: is required"),
        ({"models": [{"name": "mine", "family": "hubrt", "layers": 3}]}, "did you mean 'hubert'?"),
        ({"models": [{**MINE, "weights": "untrained"}]}, "architecture: is required"),
        ({"emotions": ["neutral", "hapy"]}, "emotions[1]: no dataset has 'hapy'; did you mean 'happy'?"),
        ({"emotions": ["neutral", "hapy"], "datasets": TABLE}, "did you mean 'happy'?"),
        ({"datasets": {"a": {"corpus": "table"}}}, "datasets.a.file: is required"),
        ({"emotions": ["neutral"]}, "emotions: at least two"),
        ({"layers": [0, 13]}, "layers[1]: no model of the study has a layer 13"),
        ({"layers": ["finl"]}, "layers[0]: 'finl' is neither a layer's number nor 'final'"),
        ({"layers": "some"}, "layers: give 'all' or a list"),
        ({"pairs": [["speech", "sng"]]}, "pairs[0]: no dataset 'sng' in this study; did you mean 'song'?"),
        ({"pairs": [["song", "song"]]}, "paired with itself"),
        ({"protocols": ["strct"]}, "protocols[0]: 'strct' is not valid; did you mean 'strict'?"),
        ({"probing": {"C": [1.0, 0.1]}}, "probing.C: give positive values in ascending order"),
        ({"probing": {"poolings": ["std"]}}, "probing.poolings: 'std' is not among embeddings.poolings"),
        ({"acoustics": ["eGeMAPSv2"]}, "did you mean 'eGeMAPSv02'?"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_place(change, expected):
    with pytest.raises(UserError) as refused:
        check_study(changed(**change))
    assert expected in str(refused.value)


def test_a_table_may_have_emotions_of_its_own():
    assert check_study(changed(datasets=TABLE, pairs=[], emotions=["neutral", "wistful"]))


def test_all_mistakes_come_at_once():
    with pytest.raises(UserError) as refused:
        check_study(changed(sed=3, models=["hubert-bse"], emotions=["neutral", "hapy"], protocols=["strct"]))
    text = str(refused.value)
    assert "4 mistake(s)" in text
    assert all(word in text for word in ("sed", "hubert-bse", "hapy", "strct"))


@pytest.mark.parametrize("content", ["", "- a list", "study: [unclosed"])
def test_a_file_that_is_no_config_is_refused(tmp_path, content):
    (tmp_path / "c.yaml").write_text(content)
    with pytest.raises(UserError):
        read_study(tmp_path / "c.yaml")


def test_every_committed_config_passes():
    configs = [ROOT / "config.yaml", *sorted((ROOT / "resources" / "studies").glob("*.yaml"))]
    assert len(configs) >= 4
    for config in configs:
        assert read_study(config).study


def test_generated_files_agree_with_the_model():
    for path, text in generated().items():
        assert (ROOT / path).read_text() == text, f"{path} is out of step: run `make docs`"


def test_the_schema_refuses_what_the_model_refuses():
    jsonschema = pytest.importorskip("jsonschema")
    import json

    schema = json.loads((ROOT / "resources" / "config.schema.json").read_text())
    jsonschema.validate(yaml.safe_load((ROOT / "config.yaml").read_text()), schema)
    for change in ({"sed": 3}, {"datasets": {"a": {"corpus": "ravdes"}}}, {"protocols": ["strct"]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(changed(**change), schema)


def test_the_direct_check_is_quick_and_its_exit_code_tells(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(yaml.safe_dump(changed(sed=3)))
    start = time.perf_counter()
    refused = subprocess.run(
        [sys.executable, "-m", "workflow_scripts.check_config", str(bad)], capture_output=True, text=True, cwd=ROOT
    )
    seconds = time.perf_counter() - start
    assert refused.returncode == 1
    assert "did you mean 'seed'?" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert seconds < 10  # it takes under one second; the bound only catches an import of torch
    code = (
        "import sys, workflow_scripts.study.plan, workflow_scripts.study.checks as checks;"
        "checks.read_study('config.yaml'); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT).stdout.split()
    assert loaded
    assert not {"torch", "pandas", "numpy", "transformers", "sklearn"} & set(loaded)
    assert Path(ROOT / "config.yaml").is_file()
