"""What the trainings of a study are counted as: jobs, folds, passes over audio, updates."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workflow_scripts.study import tables
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.sizes import fold_count, size_of
from workflow_scripts.study.training_costs import Job, training_jobs, typical_seconds

EMOTIONS = ["neutral", "calm", "happy", "sad", "angry", "fearful"]
SPEECH = 1080, 89 * 60 * 6 / 8  # six of eight emotions: clips, seconds
SONG = 1012, 83 * 60.0


def planned(*grid: dict[str, Any], **changes: Any) -> Plan:
    blocks = [{"tuners": ["peft"], "directions": [["speech", "song"]], **block} for block in grid]
    study = {
        "study": "Costs",
        "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}},
        "models": ["untrained-hubert-base"],
        "emotions": EMOTIONS,
        "pairs": [["speech", "song"]],
        "transfer": {"grid": blocks, "training": {"epochs": 10, "batch_clips": 20}},
    }
    return Plan(check_study({**study, **changes}))


def counted(tmp_path: Path, **block: Any) -> dict[str, Job]:
    """By the last words of the folder that tell jobs apart: dataset of a stage, or condition."""
    plan = planned(block)
    found = training_jobs(plan, tmp_path)
    return {job.folder.split("/")[4 if "/stages/" in job.folder else 5]: job for job in found}


def write_manifest(
    tmp_path: Path, dataset: str, corpus: str, speakers: list[str], emotions: list[str], seconds: float = 2.0
) -> None:
    rows = [(speaker, emotion) for speaker in speakers for emotion in emotions]
    words = {"str": "", "int": 0, "float": seconds, "bool": False}
    manifest = pd.DataFrame({column: [words[kind]] * len(rows) for column, (kind, _) in TABLES["manifest"].items()})
    manifest["clip_id"] = [f"{speaker}_{emotion}" for speaker, emotion in rows]
    manifest["speaker"], manifest["emotion"] = zip(*rows, strict=True)
    path = tmp_path / "corpora" / dataset / "manifest.parquet"
    tables.write(manifest, path, "manifest", {"corpus": corpus, "crop": None})


def test_a_strict_stage_passes_over_its_training_folds_every_epoch(tmp_path: Path) -> None:
    job = counted(tmp_path, conditions=["direct"], protocols=["strict"])["song"]
    assert (job.folds, job.trains, job.known, job.heard) == (6, True, True, SONG[1])
    assert job.learnt == pytest.approx(6 * 10 * 4 / 6 * SONG[1])
    # a sixth validates after each epoch, a sixth is tested, and once all training clips say how the input is scaled
    assert job.answered == pytest.approx((10 + 1 + 4) * SONG[1])
    assert job.updates == 6 * 10 * 34  # 675 clips by 20


def test_paper1_has_one_fold_and_no_validation(tmp_path: Path) -> None:
    job = counted(tmp_path, conditions=["direct"], protocols=["paper1"])["song"]
    assert (job.folds, job.updates) == (1, 10 * 41)
    assert job.learnt == pytest.approx(10 * 0.8 * SONG[1])
    assert job.answered == pytest.approx((0.2 + 0.8) * SONG[1])


def test_conditions_differ_in_what_they_pass_over(tmp_path: Path) -> None:
    conditions = ["direct", "two-stage", "source-only", "joint", "equal-updates"]
    found = counted(tmp_path, conditions=conditions, protocols=["strict"])
    assert list(found) == ["song", "speech", "two-stage", "source-only", "joint", "equal-updates"]
    direct = found["song"]
    assert found["two-stage"].learnt == direct.learnt
    assert found["two-stage"].answered < direct.answered  # it takes the numbers of standardisation over
    assert found["joint"].learnt == pytest.approx(direct.learnt * (SONG[1] + SPEECH[1]) / SONG[1])
    assert found["joint"].heard == SONG[1] + SPEECH[1]
    assert found["equal-updates"].updates == round(direct.updates * (1 + SPEECH[0] / SONG[0]))
    tested = found["source-only"]
    assert (tested.trains, tested.learnt, tested.updates) == (False, 0.0, 0)
    assert tested.answered == pytest.approx(SONG[1])


def test_a_source_with_other_speakers_is_trained_once_for_all_folds(tmp_path: Path) -> None:
    datasets = {"speech": {"corpus": "emodb"}, "song": {"corpus": "ravdess-song"}}
    plan = planned({"conditions": ["two-stage"], "protocols": ["strict"]}, datasets=datasets)
    stage, second = training_jobs(plan, tmp_path)
    assert (stage.folds, second.folds) == (1, 6)


def test_manifests_count_before_what_a_corpus_states(tmp_path: Path) -> None:
    plan = planned({})
    assert size_of(plan, "song", tmp_path, EMOTIONS) == SONG
    assert size_of(plan, "speech", tmp_path, EMOTIONS) == SPEECH
    assert fold_count(plan, "song", tmp_path) == 6
    write_manifest(tmp_path, "song", "ravdess-song", ["01", "02", "07"], ["sad", "angry", "disgust"])
    assert size_of(plan, "song", tmp_path, EMOTIONS) == (6, 12.0)
    assert size_of(plan, "song", tmp_path) == (9, 18.0)
    assert fold_count(plan, "song", tmp_path) == 2  # 01 and 02 are dealt to one fold, 07 to another
    write_manifest(tmp_path, "speech", "ravdess-speech", ["01"], ["sad", "angry", "happy"], seconds=3.0)
    assert typical_seconds(plan, tmp_path) == 15 * [2.0] + 5 * [3.0]


def test_what_has_no_known_size_is_counted_and_not_reckoned(tmp_path: Path) -> None:
    datasets = {name: {"corpus": "table", "folder": name, "file": "clips.csv"} for name in ("speech", "song")}
    found = training_jobs(planned({"protocols": ["strict"]}, datasets=datasets), tmp_path)
    assert len(found) == 3
    assert not any(job.known or job.learnt for job in found)
    assert len(set(typical_seconds(planned({}, datasets=datasets), tmp_path))) == 1


def test_results_that_lie_in_place_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    jobs = training_jobs(planned({"conditions": ["direct", "source-only"], "protocols": ["strict"]}))
    assert not any(job.is_there for job in jobs)
    for job, file in zip(jobs, ("checkpoint.json", "predictions.parquet", "predictions.parquet"), strict=True):
        Path(job.folder).mkdir(parents=True)
        Path(job.folder, file).touch()
    assert [job.is_there for job in jobs] == [True, False, True]  # a training without its checkpoint is not done
