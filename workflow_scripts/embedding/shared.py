"""Embeddings that several studies share: what decides them, and how those of another study become one's own."""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from workflow_scripts.downloads import records
from workflow_scripts.embedding import frame_statistics
from workflow_scripts.networks import family_module
from workflow_scripts.study import vectors
from workflow_scripts.study.digest import PACKAGE, code_digest
from workflow_scripts.study.schemas import SCHEMA_VERSION
from workflow_scripts.study.store import Stored

# Settings that vectors depend on, by rounding at least. Level and crop do their work clip by clip: see `decided_by`.
SETTINGS = (
    *("states", "poolings", "frame_statistics", "precision"),
    *("batch_seconds", "window_seconds", "window_overlap_seconds", "shard", "shards"),
)
NAMES = ("name", "folder")  # keys of a network's entry that say what it is called and where it lies
COMPUTES = ("torch", "transformers", "numpy", "soxr")


def decided_by(spec: Mapping[str, Any], manifest: pd.DataFrame) -> dict[str, Any]:
    """All that decides what a job embeds, in plain types; not what things are called, where they lie, who computes.

    The code and the weights are read as they are now: an edit since the job was planned counts.

    Args:
        spec: of the job.
        manifest: of its dataset.
    """
    entry, untrained = spec["model_entry"], spec["model_entry"]["weights"] == "untrained"
    return {
        "clips": [len(manifest), _clips(manifest, spec["frame_statistics"])],
        "network": {key: value for key, value in entry.items() if key not in NAMES},
        "weights": {"seed": spec["seed"]} if untrained else _files(Path(spec["weights_folder"])),
        **{key: spec[key] for key in SETTINGS},
        "code": code_digest(f"{PACKAGE}.embed", family_module(entry["family"])),
        "schema": SCHEMA_VERSION,
        # builds of one version (+cpu, +cu128) differ as devices do
        "versions": {name: version(name).partition("+")[0] for name in COMPUTES},
    }


def _clips(manifest: pd.DataFrame, by_emotion: bool) -> str:
    """Digest of the clips in order: what they are called, their samples, the window and gain that prepare them."""
    # the gain to a millionth of a dB, since machines differ in the last digits of its logarithm
    gains = manifest["gain_db"].round(6)
    columns = [manifest[name] for name in ("clip_id", "audio_hash", "crop_start", "prepared_seconds")] + [gains]
    columns += [manifest["emotion"]] if by_emotion else []  # frame statistics are totals by emotion
    digest = hashlib.sha256()
    for row in zip(*(column.tolist() for column in columns), strict=True):
        digest.update(f"{json.dumps(row)}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> dict[str, str]:
    """{file: its SHA-256} of all files of a folder of weights: a network of one's own may read any of them."""
    found = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    read = {name: path for name, path in found.items() if name != records.RECORD and not name.startswith(".")}
    return {name: records.sha256(path) for name, path in read.items()}


def stored(folder: str, spec: Mapping[str, Any], decisive: Mapping[str, Any]) -> Stored:
    """The object of a job in the shared folder; `decisive` is what `decided_by` gives."""
    key = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:40]
    shard = f", shard {spec['shard']}" if spec["shards"] > 1 else ""
    return Stored(Path(folder).expanduser(), key, f"{spec['dataset']} with {spec['model']}{shard}")


def take(shared: Stored, spec: Mapping[str, Any], layers: Sequence[str], frames: Sequence[str]) -> bool:
    """Write the layer files (in the order of the states) and frame statistics of a job from what is shared.

    They are what the job would have written itself: the names in their metadata are those of this study. False, and
    nothing is written, where the object is not there or cannot be used.
    """
    beside = Path(layers[0]).parent
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".shared.", suffix=".part", dir=beside) as scratch:
        told = shared.take([Path(path).name for path in (*layers, *frames)], Path(scratch))
        if told is None:
            return False
        about = {**told["about"], **_own(spec)}
        for state, path in zip(spec["states"], layers, strict=True):
            vectors.rewrite(Path(scratch) / Path(path).name, path, {**about, "layer": state})
        for path in frames:
            frame_statistics.rewrite(Path(scratch) / Path(path).name, path, about)
    return True


def _own(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What metadata says of the study itself and not of the vectors."""
    own = {key: spec[key] for key in ("dataset", "model", "level", "crop", "seed")}
    return {**own, "weights": str(Path(spec["weights_folder"]))} if spec["weights_folder"] else own
