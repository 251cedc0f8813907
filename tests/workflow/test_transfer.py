"""Trainings as Snakemake runs them: what an edit trains again, and that a killed one ends as any other."""

import copy
import json
import os
import signal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from project import TRAINING, Project, new_training
from test_kill import start, wait_until

AFTER = {"summarise_transfer": 1, "figures_transfer": 1, "figures_transfer_claims": 1, "findings": 1}
AFTER |= {"report": 1, "paper": 1}


def changed(project: Project, **transfer: Any) -> None:
    study = copy.deepcopy(project.config)
    study["transfer"] |= transfer
    project.config = study


def test_nothing_to_do_twice_even_when_everything_was_touched(training: Project) -> None:
    assert training.plan() == {}
    for number, path in enumerate(sorted(training.folder.rglob("*"), reverse=True)):
        if ".snakemake" not in path.parts and path.is_file():
            os.utime(path, (2e9 + number, 2e9 + number))
    assert training.plan() == {}


def test_a_further_variant_trains_itself_alone(training: Project) -> None:
    changed(training, tuners={**TRAINING["transfer"]["tuners"], "small": {"lora": {"rank": 2}}})
    assert training.plan() == {"train_stage": 2, "train_target": 1, **AFTER}


def test_a_further_condition_trains_itself_alone(training: Project) -> None:
    conditions = ["direct", "two-stage", "source-only", "shuffled-source"]
    changed(training, grid=[{"directions": [["song", "speech"]], "conditions": conditions}])
    # for each of two variants: a stage with shuffled labels, what goes on from it, and a test of the stage there is
    assert training.plan() == {"train_stage": 2, "train_target": 2, "test_source": 2, **AFTER}


@pytest.mark.parametrize(
    ("file", "old", "new", "variants"),
    [
        ("workflow_scripts/transfer/tuners/lora.py", "lora_alpha=options", "lora_alpha=1 * options", 1),
        ("workflow_scripts/transfer/tuners/frozen.py", "EveryState(site.states)", "EveryState(1 * site.states)", 1),
        ("workflow_scripts/transfer/tuners/full.py", "INSIDE = True", "INSIDE = not False", 0),
        ("workflow_scripts/transfer/training.py", "self._epoch += 1", "self._epoch += 2 - 1", 2),
    ],
)
def test_an_edit_of_a_tuner_trains_its_variants_alone(
    training: Project, file: str, old: str, new: str, variants: int
) -> None:
    training.edit(file, old, new)
    expected = {"train_stage": 2 * variants, "train_target": variants, **AFTER} if variants else {}
    assert training.plan() == expected


def test_how_the_second_stage_begins_is_no_matter_of_the_first(training: Project) -> None:
    changed(training, training={**TRAINING["transfer"]["training"], "head": "fresh"})
    assert training.plan() == {"train_target": 2, **AFTER}


def test_a_killed_training_ends_as_if_it_had_not_been_killed(finished_training: Project, tmp_path: Path) -> None:
    stage = Path("results/transfer/stages/neutral+happy+angry/speech/tiny-wav2vec2/lora/plain/strict/seed_1")
    project = new_training(tmp_path / "project")
    process = start(project, str(stage / "predictions.parquet"))
    resume = project.folder / "results/transfer/resume"
    wait_until(lambda: list(resume.glob("*/fold_1.safetensors")) != [], "two folds to be trained", process)
    process.kill()
    assert process.wait() == -signal.SIGKILL, "the run ended before it could be killed"
    project.snakemake("--unlock")
    project.snakemake(str(stage / "predictions.parquet"))
    assert list(resume.glob("*")) == []
    (log,) = (project.folder / "results/logs/train_stage").glob("*speech*lora*.log")
    assert "fold 0: 3 epochs" not in log.read_text(), "a fold that was finished was trained again"
    assert "fold 3:" in log.read_text()
    for name in ("predictions", "curves"):
        expected, found = (
            pd.read_parquet(root.folder / stage / f"{name}.parquet").drop(columns="seconds", errors="ignore")
            for root in (finished_training, project)
        )
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
    folds = [json.loads((root.folder / stage / "checkpoint.json").read_text()) for root in (finished_training, project)]
    assert folds[0] == folds[1]
