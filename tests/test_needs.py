"""What jobs ask a cluster for, and the profile that asks: enough, more when tried again, nothing on one machine."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from workflow_scripts.study.checks import check_study
from workflow_scripts.study.costs import job_seconds
from workflow_scripts.study.needs import megabytes, minutes, resources
from workflow_scripts.study.plan import Plan

ROOT = Path(__file__).parent.parent
RULES = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
LOCAL = {"fetch_corpus", "fetch_weights", "plan"}
PROBE = {"dataset": "speech", "model": "wavlm-large", "layer": "6"}
EMBED = {"dataset": "speech", "model": "wavlm-large"}
TRAIN = {"labels": "happy+sad", "dataset": "speech", "model": "wavlm-large", "training": "plain", "protocol": "paper1"}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    study = {
        "study": "Needs",
        "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}},
        "models": ["wavlm-large", "untrained-wav2vec2-base"],
        "emotions": ["happy", "sad"],
        "pairs": [["speech", "song"]],
        "protocols": ["strict", "paper1"],
        "probing": {},
        "transfer": {"tuners": {"frozen": "frozen", "lora": "lora"}},
    }
    return Plan(check_study(study), tmp_path / "hashes.json")


def workflow(remote: bool = False, local: bool = False, gpu: int | None = None) -> Any:
    """What Snakemake tells of itself: on a node, on one machine, GPUs of the profile."""
    found = {"gpu": SimpleNamespace(value=gpu)}
    return SimpleNamespace(remote_exec=remote, local_exec=local, global_resources=found)


def asked(plan: Plan, told: Any, **job: int) -> dict[str, int]:
    """What a job of embedding asks for."""
    found = resources(plan, told, "embed", uses_gpu=True)
    given = {"attempt": 1, "threads": 8} | job
    wanted = {"mem_mb": ("attempt",), "runtime": ("attempt", "threads"), "gpu": ()}
    return {name: found[name](EMBED, **{key: given[key] for key in keys}) for name, keys in wanted.items()}


def test_a_job_has_a_multiple_of_its_reckoned_time_and_doubles_it_when_tried_again(plan: Plan) -> None:
    seconds = job_seconds(plan, "probe", **PROBE)
    first, second, third = (minutes(plan, "probe", attempt, threads=1, gpus=0, **PROBE) for attempt in (1, 2, 3))
    assert 2 * seconds < 60 * first < 5 * seconds + 180
    assert (second, third) == (2 * first, 4 * first)
    assert megabytes(plan, "probe", 2, 0, **PROBE) == 2 * megabytes(plan, "probe", 1, 0, **PROBE)


def test_cores_and_a_gpu_shorten_the_time(plan: Plan) -> None:
    alone, eight, gpu = (
        minutes(plan, "embed", 1, threads, gpus, **EMBED) for threads, gpus in ((1, 0), (8, 0), (8, 1))
    )
    assert alone > 4 * eight > 4 * gpu > 0


def test_distances_have_memory_for_every_pair_of_clips(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow_scripts.study.needs.size_of", lambda *_: (10_000, 40_000.0))
    both = {"first": "speech", "second": "song", "model": "wavlm-large", "layer": "6"}
    assert megabytes(plan, "measure_distances", 1, 0, **both) > 8 * 20_000**2 / 1e6


def test_memory_grows_with_the_network_and_with_what_is_learnt(plan: Plan) -> None:
    small, large = ({**EMBED, "model": model} for model in ("untrained-wav2vec2-base", "wavlm-large"))
    assert megabytes(plan, "embed", 1, 0, **small) < megabytes(plan, "embed", 1, 0, **large) < 16_000
    stage = {**TRAIN, "seed": "1"}
    inside, gpu = (megabytes(plan, "train_stage", 1, gpus, tuner="lora", **stage) for gpus in (0, 1))
    assert megabytes(plan, "train_stage", 1, 0, tuner="frozen", **stage) < gpu < inside < 64_000


def test_nothing_is_asked_for_on_one_machine_nor_on_a_node(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_GPUS", raising=False)
    for told in (workflow(local=True, gpu=1), workflow(remote=True), workflow(remote=True, local=True)):
        assert asked(plan, told) | {"gpu": 0} == {"mem_mb": 0, "runtime": 0, "gpu": 0}
    assert asked(plan, workflow(remote=True))["gpu"] == 0
    monkeypatch.setenv("SLURM_GPUS", "1")
    assert asked(plan, workflow(remote=True))["gpu"] == 1


@pytest.mark.parametrize(("gpu", "one"), [(4, 1), (1, 1), (0, 0), (None, 0)])
def test_a_cluster_gives_each_network_one_gpu_if_the_profile_has_any(plan: Plan, gpu: int | None, one: int) -> None:
    found = asked(plan, workflow(gpu=gpu))
    assert found["gpu"] == one
    assert found["runtime"] == minutes(plan, "embed", 1, 8, one, **EMBED)


def test_every_rule_that_runs_on_a_node_says_what_it_needs(plan: Plan) -> None:
    bodies = re.split(r"^ *rule(?: \w+)?:\n", RULES, flags=re.MULTILINE)[1:]
    scripts = {
        found[1]: body for body in bodies if (found := re.search(r'script:\s+"../workflow_scripts/(\w+).py"', body))
    }
    assert len(scripts) > 30
    for name, body in scripts.items():
        stated = re.search(r'\*\*needs_of\("(\w+)"', body)
        assert name in LOCAL or (stated and stated[1] == name), name


def profile(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())
    return loaded


def test_the_profile_groups_rules_that_there_are() -> None:
    slurm = profile("slurm")
    assert set(slurm["groups"]) <= set(re.findall(r"^rule (\w+):", RULES, flags=re.MULTILINE)) - LOCAL
    assert set(slurm["group-components"]) <= set(slurm["groups"].values())


def test_the_profile_keeps_what_the_default_one_says() -> None:
    default, slurm = profile("default"), profile("slurm")
    default.pop("resources")
    assert {key: slurm.get(key) for key in default} == default
