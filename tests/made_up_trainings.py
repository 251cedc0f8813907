"""Two datasets of the same people with stored layers of two states, and the jobs that train on them."""

import zlib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts import test_source, train_stage, train_target
from workflow_scripts.materials import folds
from workflow_scripts.study import tables
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.transfer import checkpoints

EMOTIONS = ["happy", "sad", "angry"]
PEOPLE = [f"{number:02d}" for number in range(1, 5)]
STATES, WIDTH = ["0", "1"], 5
SPEC: dict[str, Any] = {
    "model": "net", "model_entry": {}, "weights_folder": "", "states": STATES, "tuner": "mine", "inside": False,
    "parts": [["weighted-sum", {"first": 0}]], "emotions": EMOTIONS, "protocol": "strict", "seed": "1",
    "epochs": 2, "learning_rate": 0.05, "weight_decay": 1e-4, "batch_clips": 8, "clips_at_once": 8, "patience": 1,
    "precision": "float32", "class_weights": True, "spec_augment": False, "layer_drop": 0.0, "seed_of_study": 1,
    "level": "as-recorded", "preparations": {"speech": {"level": "as-recorded"}},
    "source": "song", "target": "speech", "shared": True, "head": "keep",
}  # fmt: skip
OF_TARGETS = ("preparations", "source", "target", "shared", "head")
WORDS = {"str": "", "int": 0, "float": 0.0, "bool": False}


class Files(SimpleNamespace):
    """Named files, as Snakemake gives them."""


def write(folder: Path, dataset: str, noisy: Sequence[str] = ()) -> None:
    """Manifest, folds and layers of a dataset; of some people emotions and layers are others."""
    rows = [(speaker, emotion, take) for speaker in PEOPLE for emotion in EMOTIONS for take in range(3)]
    manifest = pd.DataFrame(rows, columns=["speaker", "emotion", "repetition"])
    manifest["clip_id"] = dataset + manifest["speaker"] + manifest["emotion"] + manifest["repetition"].astype(str)
    manifest["audio_hash"], manifest["pool"], manifest["sex"] = "h-" + manifest["clip_id"], "actors", "male"
    manifest["statement"] = manifest["repetition"].astype(str)
    for column, (kind, _) in TABLES["manifest"].items():
        manifest[column] = manifest.get(column, WORDS[kind])
    noise = [np.random.default_rng(zlib.crc32(clip.encode())) for clip in manifest["clip_id"]]
    x = np.array([own.standard_normal((len(STATES), WIDTH)) for own in noise])
    x[np.arange(len(x)), :, manifest["emotion"].map(EMOTIONS.index)] += 1.0
    others = manifest["speaker"].isin(noisy).to_numpy()
    x[others] = 9 * x[others] + 5
    manifest.loc[others, "emotion"] = np.roll(manifest.loc[others, "emotion"], 1)
    folder.mkdir(parents=True, exist_ok=True)
    tables.write(manifest, folder / f"{dataset}.parquet", "manifest")
    dealt = {"strict": folds.strict(manifest, None), "paper1": folds.paper1(manifest, 1)}
    for protocol, table in dealt.items():
        tables.write(table, folder / f"{dataset}_{protocol}.parquet", "folds")
    ids = (manifest["clip_id"].tolist(), manifest["audio_hash"].tolist())
    for place, state in enumerate(STATES):
        path = folder / f"{dataset}_layer_{state}.parquet"
        tables.write_vectors(path, *ids, {"mean": x[:, place].astype(np.float32)}, {"weights_seed": 1})


def layers(folder: Path, dataset: str) -> list[str]:
    return [str(folder / f"{dataset}_layer_{state}.parquet") for state in STATES]


def _job(main: Any, folder: Path, name: str, spec: dict[str, Any], inputs: dict[str, Any]) -> Path:
    """Run an entry; the folder of its results."""
    outputs = {"predictions": "predictions.parquet", "curves": "curves.parquet", "checkpoint": "checkpoint.json"}
    output = Files(**{key: str(folder / name / file) for key, file in outputs.items()})
    main(SimpleNamespace(input=Files(**inputs), output=output, params=SimpleNamespace(spec=spec), threads=1))
    return folder / name


def stage(folder: Path, dataset: str, training: str = "plain", **changes: Any) -> Path:
    """Train on one dataset."""
    spec = {key: own for key, own in SPEC.items() if key not in OF_TARGETS} | changes
    spec |= {"dataset": dataset, "training": training}
    inputs = {
        "manifest": str(folder / f"{dataset}.parquet"),
        "folds": str(folder / f"{dataset}_{spec['protocol']}.parquet"),
        "layers": layers(folder, dataset),
    }
    return _job(train_stage.main, folder, f"{dataset}-{training}", spec, inputs)


def target(folder: Path, condition: str, begun: Path | None = None, equalled: Sequence[Path] = (), **said: Any) -> Path:
    """Train on song and then, or with, speech; or test on speech what was trained on song."""
    spec = {**SPEC, "condition": condition, **said}
    inputs = {
        "manifests": [str(folder / f"{dataset}.parquet") for dataset in ("song", "speech")],
        "folds": [str(folder / f"{dataset}_{spec['protocol']}.parquet") for dataset in ("song", "speech")],
        "source_layers": layers(folder, "song"),
        "target_layers": layers(folder, "speech"),
        "begun": [str(begun / "checkpoint.json")] if begun else [],
        "equalled": [str(own / "curves.parquet") for own in equalled],
    }
    main = test_source.main if condition == "source-only" else train_target.main
    return _job(main, folder, condition, spec, inputs)


def tensors(folder: Path, fold: int) -> dict[str, Any]:
    """What a training left of a fold."""
    index = folder / "checkpoint.json"
    return checkpoints.read_fold(index, checkpoints.read(index), fold)
