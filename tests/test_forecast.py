"""The forecast of a study's time: sizes, arithmetic of the networks, what an earlier run says, what is not known."""

import re
from pathlib import Path

import pandas as pd
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import Wav2Vec2Config, Wav2Vec2Model

from workflow_scripts.study import tables
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.costs import gflop_per_second, job_seconds
from workflow_scripts.study.forecast import in_words, work
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.sizes import size_of

STUDY = {
    "study": "A forecast",
    "datasets": {"speech": {"corpus": "ravdess-speech"}, "short": {"corpus": "ravdess-song", "crop": 1.5}},
    "models": ["untrained-wav2vec2-base"],
    "layers": [0, 6],
    "pairs": [["speech", "short"]],
    "probing": {},
}


def planned(tmp_path: Path, **changes: object) -> Plan:
    return Plan(check_study({**STUDY, **changes}), tmp_path / "hashes.json")


def test_the_arithmetic_of_a_network_is_what_torch_counts() -> None:
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counted:
        Wav2Vec2Model(Wav2Vec2Config()).eval()(torch.zeros(1, 2 * 16000))
    own = 2 * gflop_per_second(12, 768, 16000)
    assert own == pytest.approx(counted.get_total_flops() / 1e9, rel=0.1)


def test_known_corpora_are_counted_and_unknown_ones_said(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert size_of(plan, "speech", tmp_path) == (1440, 89 * 60)
    assert size_of(plan, "short", tmp_path) == (1012, 1012 * 1.5)
    steps, unknown = work(plan, tmp_path)
    heavy = {"embed", "measure_acoustics", "probe", "cross_probe", "measure_distances"}
    found = {one.step: one.jobs for one in steps if one.step in heavy}
    assert found == {"embed": 2, "measure_acoustics": 2, "probe": 6, "cross_probe": 6}
    assert unknown == []
    apart = work(planned(tmp_path, distances={}, probing={"datasets": ["speech"]}), tmp_path)[0]
    assert {one.step: one.jobs for one in apart if one.step in heavy} == {
        "embed": 2,
        "measure_acoustics": 2,
        "probe": 3,
        "measure_distances": 3,
    }
    mine = planned(tmp_path, datasets={"mine": {"corpus": "table", "file": "clips.csv"}}, pairs=[])
    assert work(mine, tmp_path) == ([], ["mine"])
    assert in_words(mine, tmp_path) == [
        "not counted, datasets whose size is known only when their clips are listed: mine",
    ]


def test_more_work_takes_longer(tmp_path: Path) -> None:
    def total(**changes: object) -> float:
        return sum(one.core_seconds for one in work(planned(tmp_path, **changes), tmp_path)[0])

    assert total(layers="all") > total() > total(layers=[6])
    assert total(embeddings={"shards": 3}) > total()
    assert total(probing={"probes": ["logistic", "linear-head"]}) > total()
    assert total(models=["untrained-wavlm-large"]) > 2 * total()
    assert total(distances={"poolings": ["mean", "mean-active"]}) > total(distances={"poolings": ["mean"]}) > total()
    # every clip of Whisper costs 30 s
    assert total(models=["untrained-whisper-base"], layers=[0]) > total(models=["untrained-wav2vec2-base"], layers=[0])


def test_trainings_count_with_all_their_epochs(tmp_path: Path) -> None:
    def trained(tuner: str, epochs: int = 10, **grid: object) -> tuple[int, float]:
        block = {"tuners": [tuner], "directions": [["speech", "short"]], **grid}
        transfer = {"grid": [block], "training": {"epochs": epochs}}
        emotions = ["neutral", "calm", "happy", "sad", "angry", "fearful"]
        plan = planned(tmp_path, transfer=transfer, emotions=emotions)
        steps = [one for one in work(plan, tmp_path)[0] if one.step in ("train_stage", "train_target", "test_source")]
        assert any("all their epochs" in line for line in in_words(plan, tmp_path))
        return sum(one.jobs for one in steps), sum(one.core_seconds for one in steps)

    jobs, seconds = trained("peft")
    assert jobs == 2 * 3  # strict and paper1: a stage of either dataset, and a second stage
    assert trained("peft", epochs=20)[1] == pytest.approx(2 * seconds, rel=0.2)
    assert trained("frozen")[1] < seconds / 50  # no network runs
    assert trained("peft", conditions=["direct", "two-stage", "source-only"])[0] == 2 * 4
    # one epoch passes forward and backward over all clips but those that validate and are tested
    one = trained("peft", protocols=["paper1"], conditions=["direct"], epochs=11)[1]
    one -= trained("peft", protocols=["paper1"], conditions=["direct"], epochs=10)[1]
    blocks = gflop_per_second(12, 768, 16000) - gflop_per_second(0, 768, 16000)
    assert one == pytest.approx(3 * 0.8 * 1012 * 1.5 * blocks / 35, rel=0.01)
    assert not any("all their epochs" in line for line in in_words(planned(tmp_path), tmp_path))


def test_the_manifest_says_how_large_a_dataset_is(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    words = {"str": "", "int": 0, "float": 2.0, "bool": False}
    manifest = pd.DataFrame({column: [words[kind]] * 3 for column, (kind, _) in TABLES["manifest"].items()})
    path = tmp_path / "corpora" / "speech" / "manifest.parquet"
    tables.write(manifest, path, "manifest", {"corpus": "savee", "crop": None})
    assert size_of(plan, "speech", tmp_path) == (1440, 89 * 60)  # results of another study
    tables.write(manifest, path, "manifest", {"corpus": "ravdess-speech", "crop": None})
    assert size_of(plan, "speech", tmp_path) == (3, 6.0)
    path.write_bytes(path.read_bytes()[:-9])
    assert size_of(plan, "speech", tmp_path) == (1440, 89 * 60)  # damaged


def test_every_rule_has_a_cost(tmp_path: Path) -> None:
    """Of one job, with or without the size of its datasets, so that no rule is forgotten."""
    plan = planned(
        tmp_path,
        datasets={
            "speech": {"corpus": "ravdess-speech"},
            "voices": {"corpus": "synthetic-song"},
            "mine": {"corpus": "table", "file": "clips.csv"},
        },
        emotions=["neutral", "calm", "happy", "sad", "angry", "fearful"],
        pairs=[["speech", "voices"], ["speech", "mine"]],
        distances={},
        explanation={},
        transfer={"grid": [{"tuners": ["peft"], "directions": [["speech", "mine"]]}]},
        embeddings={"shards": 2},
    )
    model = {"model": "untrained-wav2vec2-base"}
    layer, one = {**model, "layer": "6"}, {"dataset": "mine"}
    way = {"source": "speech", "target": "mine"}
    training = {**model, "tuner": "peft", "protocol": "strict", "seed": "1"}
    names: dict[str, dict[str, str]] = {
        "synthesise": {"voices": plan.voices["voices"]},
        "manifest": one,
        "measure_acoustics": {**one, "features": "eGeMAPSv02"},
        "embed": {**one, **model, "shard": "2"},
        "gather_shards": {**one, **model},
        "probe": {**one, **layer},
        "cross_probe": {**way, **layer},
        "measure_distances": {"first": "speech", "second": "mine", **layer},
        "explain": {**one, **layer, "emotion": "angry"},
        "clips": one,
        "train_stage": {**one, **training, "labels": "neutral+angry", "training": "plain"},
        "train_target": {**way, **training, "condition": "two-stage"},
        "test_source": {**way, **training, "condition": "source-only"},
    }
    rules = {rule for file in Path("rules").glob("*.smk") for rule in re.findall(r'spec_of\("(\w+)"', file.read_text())}
    assert {"embed", "report", "train_stage"} < rules
    for rule in rules | {"fetch_corpus"}:
        assert job_seconds(plan, rule, tmp_path, **names.get(rule, {})) >= 1, rule
    known = {**names["train_stage"], "dataset": "speech"}
    assert job_seconds(plan, "train_stage", tmp_path, **known) != job_seconds(
        plan, "train_stage", tmp_path, **names["train_stage"]
    )
