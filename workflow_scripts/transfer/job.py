"""A job that trains: all folds of one fold set, one after the other; a killed job goes on where it was."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from workflow_scripts.study import tables
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.transfer import checkpoints, tuners
from workflow_scripts.transfer.batches import Examples
from workflow_scripts.transfer.fold import curves, predictions, train_fold
from workflow_scripts.transfer.listener import Listener, cached, inside
from workflow_scripts.transfer.material import Material, network_of
from workflow_scripts.transfer.resume import Resume, digest_of
from workflow_scripts.transfer.training import Settings

Spec = Mapping[str, Any]
RESUME = Path("results/transfer/resume")
_SETTINGS = ("epochs", "learning_rate", "weight_decay", "batch_clips", "clips_at_once", "patience", "precision")
SPEC_AUGMENT = 0.05  # share of frames at which a masked stretch begins, where it is asked for: transformers' default


@dataclass(frozen=True)
class Task:
    """One fold that is to be trained.

    Attributes:
        fold: its number.
        training, validation: clips with their labels; no validation in paper1 and twins.
        test: ids of the clips that are tested; none where nobody is held out.
        heard: people who train, in either stage.
        begun: tensors that it goes on from.
        updates: exactly so many, without early stopping.
    """

    fold: int
    training: Examples
    validation: Examples | None
    test: Sequence[str]
    heard: set[str]
    begun: Mapping[str, torch.Tensor] | None = None
    updates: int | None = None


def run(spec: Spec, tasks: Iterable[Task], target: Material, data: Any, output: Any, datasets: list[str]) -> None:
    """Train every fold, and write predictions, curves and the checkpoint.

    Args:
        spec: of the job.
        tasks: its folds.
        target: of the dataset that validates and is tested.
        data: what tells the job's input from another's, in plain types: a killed job goes on only with the same.
        output: files predictions, curves and checkpoint.
        datasets: what it is trained on, in order, for the checkpoint.
    """
    resume = Resume(RESUME, digest_of(spec, [data, target.weights]))  # a spec does not know weights yet to be fetched
    index = Path(output.checkpoint)
    folds, predicted, rows = [], [], []
    for task in tasks:
        settings = settings_of(spec, task.updates)
        tested = target.examples(task.test) if task.test else None
        listener, trained = train_fold(
            builder(spec, target.width, task.fold),
            task.training,
            settings,
            _seed(spec, "epochs", task.fold),
            resume.fold(task.fold),
            validation=task.validation,
            test=tested,
            begun=task.begun,
            name=f"{spec['model']} ({spec['tuner']}), {spec['protocol']}, fold {task.fold}",
        )
        adapter = tuners.find("lora").settings(listener.model) if "lora" in dict(listener.parts) else None
        files = checkpoints.write_fold(index, task.fold, trained.tensors, adapter)
        folds.append(
            checkpoints.Fold(
                fold=task.fold, epoch=trained.epoch, head=trained.head, chosen_on=trained.chosen_on, files=files
            )
        )
        rows.append(curves(trained).assign(fold=task.fold))
        if tested is not None:
            found = predictions(listener, trained.head, task.test, tested, spec["emotions"], settings)
            predicted.append(labelled(found, spec, task.fold, target, task.heard))
    _write(rows, "transfer_curves", output.curves, spec, seed=int(spec["seed"]), stage="target", **cell_of(spec))
    _write(predicted, "transfer_predictions", output.predictions, spec)
    checkpoints.write(index, _about(spec, target, datasets, folds))
    resume.clear()


def settings_of(spec: Spec, updates: int | None = None) -> Settings:
    """Settings of a training; `updates`: exactly so many, without early stopping."""
    return Settings(**{key: spec[key] for key in _SETTINGS}, class_weights=spec["class_weights"], updates=updates)


def builder(spec: Spec, width: int, fold: int) -> Callable[[], Listener]:
    """What makes the listener of a fold as it starts; `width`: numbers in a frame of a state."""
    parts = [(name, options) for name, options in spec["parts"]]
    seed = _seed(spec, "start", fold)
    emotions = len(spec["emotions"])
    if not spec["inside"]:
        return lambda: cached(len(spec["states"]), width, parts, emotions, seed)
    masked = SPEC_AUGMENT if spec["spec_augment"] else 0.0
    return lambda: inside(network_of(spec), parts, emotions, seed, spec["layer_drop"], masked)


def _seed(spec: Spec, what: str, fold: int) -> int:
    """Seed of a fold's draws: the same for every condition and dataset, so that these differ in nothing else."""
    names = (spec["model"], spec["tuner"], spec["protocol"], int(spec["seed"]), fold)
    return seed_of(spec["seed_of_study"], "training", what, *names)


def together(*parts: Examples) -> Examples:
    """Examples of several datasets, one after the other."""
    inputs = [own for part in parts for own in part.inputs]
    return Examples(inputs, torch.cat([part.labels for part in parts]), parts[0].pooled)


def labelled(found: pd.DataFrame, spec: Spec, fold: int, target: Material, heard: set[str]) -> pd.DataFrame:
    """Predictions of a fold as rows of the table `transfer_predictions`.

    Args:
        found: clip_id, true, predicted, p_<emotion>.
        spec: with the names of the job, see `cell_of`.
        fold: its number.
        target: of the dataset that is tested.
        heard: people who trained, in either stage.
    """
    rows = target.rows.loc[found["clip_id"]]
    return found.assign(
        speaker=rows["speaker"].to_numpy(),
        repeat=int(spec["seed"]) - 1,
        fold=fold,
        speaker_in_training=(rows["pool"] + "/" + rows["speaker"]).isin(heard).to_numpy(),
        **cell_of(spec),
    )


def cell_of(spec: Spec) -> dict[str, str]:
    """The cell that a job is: a stage is the direct one of its dataset."""
    stage = {"source": "", "target": spec.get("dataset", ""), "condition": "direct"}
    names = stage if "dataset" in spec else {key: spec[key] for key in stage}
    return {**names, **{key: spec[key] for key in ("model", "tuner", "protocol")}}


def write_predictions(frames: Sequence[pd.DataFrame], path: str, spec: Spec) -> None:
    """Write the predictions of all folds; of a stage that tests nobody, an empty table."""
    _write(frames, "transfer_predictions", path, spec)


def _write(frames: Sequence[pd.DataFrame], table: str, path: str, spec: Spec, **same: Any) -> None:
    columns = list(TABLES[table])
    whole = pd.concat(frames, ignore_index=True).assign(**same) if frames else pd.DataFrame(columns=columns)
    further = [column for column in whole if column not in columns]
    tables.write(whole[[*columns, *further]], path, table, spec)


class Begun:
    """The stage that a job goes on from, or tests.

    Raises:
        UserError: the checkpoint is of another network, variant or set of emotions, or damaged.
    """

    def __init__(self, index: str, spec: Spec, target: Material) -> None:
        self._path = Path(index)
        self._about = checkpoints.read(self._path)
        wanted = {key: spec[key] for key in ("model", "states", "parts", "emotions")}
        checkpoints.refuse_unlike(self._about, index, **wanted, width=target.width, weights=target.weights)

    def tensors(self, fold: int) -> dict[str, torch.Tensor]:
        """The trained tensors of a fold."""
        return checkpoints.read_fold(self._path, self._about, fold)

    def head(self, fold: int) -> int:
        """The head of a fold that answers."""
        return next(own.head for own in self._about.folds if own.fold == fold)


def _about(spec: Spec, target: Material, datasets: list[str], folds: list[checkpoints.Fold]) -> checkpoints.About:
    stage = "dataset" in spec
    return checkpoints.About(
        model=spec["model"],
        entry=spec["model_entry"],
        weights_folder=spec["weights_folder"],
        weights=target.weights,
        states=spec["states"],
        width=target.width,
        tuner=spec["tuner"],
        parts=[(name, options) for name, options in spec["parts"]],
        emotions=spec["emotions"],
        datasets=datasets,
        level=spec["level"] if stage else spec["preparations"][spec["target"]]["level"],
        condition=spec["training"] if stage else spec["condition"],
        protocol=spec["protocol"],
        seed=int(spec["seed"]),
        study_seed=spec["seed_of_study"],
        folds=folds,
    )
