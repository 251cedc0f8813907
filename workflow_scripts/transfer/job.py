"""What the jobs that train have in common: how listeners are built, folds trained, and results laid out as tables."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from workflow_scripts.study.seeds import seed_of
from workflow_scripts.transfer.batches import Examples
from workflow_scripts.transfer.listener import Listener, cached, inside
from workflow_scripts.transfer.material import Material, network_of
from workflow_scripts.transfer.training import Settings

Spec = Mapping[str, Any]
_SETTINGS = ("epochs", "learning_rate", "weight_decay", "batch_clips", "clips_at_once", "patience", "precision")
SPEC_AUGMENT = 0.05  # share of frames at which a masked stretch begins, where it is asked for: transformers' default


def settings_of(spec: Spec, updates: int | None = None) -> Settings:
    """Settings of a training; `updates`: exactly so many, without early stopping."""
    return Settings(**{key: spec[key] for key in _SETTINGS}, class_weights=spec["class_weights"], updates=updates)


def builder(spec: Spec, width: int, fold: int) -> Callable[[], Listener]:
    """What makes the listener of a fold as it starts; `width`: numbers in a frame of a state."""
    parts = [(name, options) for name, options in spec["parts"]]
    seed = training_seed(spec, "start", fold)
    emotions = len(spec["emotions"])
    if not spec["inside"]:
        return lambda: cached(len(spec["states"]), width, parts, emotions, seed)
    masked = SPEC_AUGMENT if spec["spec_augment"] else 0.0
    return lambda: inside(network_of(spec), parts, emotions, seed, spec["layer_drop"], masked)


def training_seed(spec: Spec, what: str, fold: int) -> int:
    """Seed of what is drawn for a fold: the same for every condition and dataset, so that these differ in nothing else."""
    names = (spec["model"], spec["tuner"], spec["protocol"], int(spec["seed"]), fold)
    return seed_of(spec["seed_of_study"], "training", what, *names)


def together(parts: Sequence[Examples]) -> Examples:
    """Examples of several datasets one after the other."""
    import torch

    inputs = [own for part in parts for own in part.inputs]
    return Examples(inputs, torch.cat([part.labels for part in parts]), parts[0].pooled)


def labelled(found: pd.DataFrame, spec: Spec, fold: int, material: Material, heard: set[str]) -> pd.DataFrame:
    """Predictions of a fold as rows of the table `transfer_predictions`.

    Args:
        found: clip_id, true, predicted, p_<emotion>.
        spec: names of the job: model, tuner, protocol, seed, and source, target and condition, or dataset of a stage.
        fold: its number.
        material: of the dataset that is tested.
        heard: people who trained, in either stage.
    """
    rows = material.rows.loc[found["clip_id"]]
    columns = {
        "speaker": rows["speaker"].to_numpy(),
        "protocol": spec["protocol"],
        "repeat": int(spec["seed"]) - 1,
        "fold": fold,
        **cell_of(spec),
        "speaker_in_training": (rows["pool"] + "/" + rows["speaker"]).isin(heard).to_numpy(),
    }
    return found.assign(**columns)


def cell_of(spec: Spec) -> dict[str, str]:
    """source, target, model, tuner and condition of a job; a stage is the direct cell of its dataset."""
    names = {"source": "", "target": spec["dataset"], "condition": "direct"} if "dataset" in spec else {
        key: spec[key] for key in ("source", "target", "condition")
    }  # fmt: skip
    return {**names, "model": spec["model"], "tuner": spec["tuner"]}


def curve_rows(curves: pd.DataFrame, spec: Spec, fold: int, stage: str) -> pd.DataFrame:
    """Curves of a fold as rows of the table `transfer_curves`."""
    return curves.assign(**cell_of(spec), protocol=spec["protocol"], seed=int(spec["seed"]), fold=fold, stage=stage)
