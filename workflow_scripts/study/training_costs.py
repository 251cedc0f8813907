"""What the trainings of a study cost at most: how much audio every job passes over, all its folds together.

At most, since in `strict` early stopping ends a training before its last epoch.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workflow_scripts.study import trainings
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.sizes import fold_count, listed, size_of
from workflow_scripts.study.trainings import Cell, Stage

TEST_SHARE = 0.2  # of the clips, in paper1 and twins
CALIBRATED = 20  # clips
USUAL = 4.0  # s of a clip, where nobody knows


@dataclass(frozen=True)
class Job:
    """One training with all its folds, or the test of one (source-only). Audio in seconds.

    Attributes:
        folder: of its results.
        trains: False: it only tests what another job has trained.
        folds: how many listeners it builds.
        known: whether the sizes of its datasets are; else the rest is 0.
        heard: audio that passes the convolutions once and is kept in memory.
        learnt: audio of all passes forward and backward.
        answered: audio of all passes forward alone: for validation and test, and where a training begins anew for the
            numbers that the head's input is standardised by.
        updates: steps of the optimiser.
    """

    model: str
    tuner: str
    folder: str
    trains: bool
    folds: int
    known: bool = False
    heard: float = 0.0
    learnt: float = 0.0
    answered: float = 0.0
    updates: int = 0

    @property
    def is_there(self) -> bool:
        """Whether its results lie in place. Whether they still hold, Snakemake's dry run says."""
        return Path(self.folder, "checkpoint.json" if self.trains else "predictions.parquet").is_file()


def training_jobs(plan: Plan, results: Path = Path("results")) -> list[Job]:
    """Every training of the study and every test of one: stages first, then the cells that are none."""
    cells = [cell for cell in trainings.trained(plan) if cell.condition != "direct"]
    return [
        *(_of_stage(plan, one, results, None) for one in plan.stages),
        *(_of_cell(plan, one, results, None) for one in cells),
    ]


def job_of(plan: Plan, one: Stage | Cell, results: Path, unknown: tuple[int, float] | None = None) -> Job:
    """The training of a stage, or of a cell that is none; `unknown`: (clips, seconds) where nobody knows the size."""
    return _of_stage(plan, one, results, unknown) if isinstance(one, Stage) else _of_cell(plan, one, results, unknown)


def typical_seconds(plan: Plan, results: Path = Path("results")) -> list[float]:
    """Lengths of CALIBRATED made-up clips: quantiles of those of the datasets that are trained on.

    Where a dataset has no manifest yet, all its clips count as long as their mean; where no size is known, as USUAL.
    """
    found: list[float] = []
    for dataset in dict.fromkeys(name for cell in plan.cells for name in (cell.source, cell.target)):
        size = size_of(plan, dataset, results)
        found += listed(plan, dataset, results) or ([size[1] / size[0]] * size[0] if size else [])
    found = sorted(found) or [USUAL]
    return [found[int((place + 0.5) / CALIBRATED * len(found))] for place in range(CALIBRATED)]


def _of_stage(plan: Plan, stage: Stage, results: Path, unknown: tuple[int, float] | None) -> Job:
    folds = fold_count(plan, stage.dataset, results) if stage.protocol == "strict" else 1
    whole = trainings.WHOLE in stage.training.split("-")
    job = Job(stage.model, stage.tuner, stage.folder, True, 1 if whole else folds)
    size = size_of(plan, stage.dataset, results, stage.labels.split("+")) or unknown
    if size is None:
        return job
    train, validate, test = _shares(stage.protocol, folds)
    train, test = (train + test, 0.0) if whole else (train, test)
    return _with(job, plan.training(stage.tuner), size, train, validate * size[1], test * size[1])


def _of_cell(plan: Plan, cell: Cell, results: Path, unknown: tuple[int, float] | None) -> Job:
    folds = fold_count(plan, cell.target, results) if cell.protocol == "strict" else 1
    job = Job(cell.model, cell.tuner, cell.folder, cell.condition != "source-only", folds)
    labels = plan.common_emotions(cell.source, cell.target)
    sizes = [size_of(plan, dataset, results, labels) or unknown for dataset in (cell.source, cell.target)]
    if sizes[0] is None or sizes[1] is None:
        return job
    source, target = sizes[0], sizes[1]
    train, validate, test = _shares(cell.protocol, folds)
    if not job.trains:
        return replace(job, known=True, heard=target[1], answered=folds * test * target[1])
    learnt = (source[0] + target[0], source[1] + target[1]) if cell.condition == "joint" else target
    settings = plan.training(cell.tuner)
    job = _with(job, settings, learnt, train, validate * target[1], test * target[1])
    if cell.condition in trainings.TWO_STAGES and settings["head"] == "keep":
        return replace(job, answered=job.answered - folds * train * target[1])
    if cell.condition != "equal-updates":
        return job
    longer = 1 + source[0] / target[0]  # updates of both stages, on clips of the target alone
    return replace(job, learnt=longer * job.learnt, answered=longer * job.answered, updates=round(longer * job.updates))


def _shares(protocol: str, folds: int) -> tuple[float, float, float]:
    """Of the clips of a dataset those that train, validate and are tested in a fold, on average."""
    return (1 - 2 / folds, 1 / folds, 1 / folds) if protocol == "strict" else (1 - TEST_SHARE, 0.0, TEST_SHARE)


def _with(
    job: Job, settings: Mapping[str, Any], size: tuple[int, float], train: float, validation: float, test: float
) -> Job:
    """A job with its passes over a share `train` of (clips, seconds), and over seconds of validation and test."""
    batches = math.ceil(train * size[0] / settings["batch_clips"])
    return replace(
        job,
        known=True,
        heard=size[1],
        learnt=job.folds * settings["epochs"] * train * size[1],
        answered=job.folds * (settings["epochs"] * validation + test + train * size[1]),
        updates=job.folds * settings["epochs"] * batches,
    )
