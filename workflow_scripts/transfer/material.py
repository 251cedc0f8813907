"""The clips of one dataset in a training job: what is heard of each, whose it is, which emotion it has."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from workflow_scripts.embedding.device import device_of
from workflow_scripts.networks import Network, load
from workflow_scripts.probing.inputs import chosen
from workflow_scripts.study import tables
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.transfer.batches import Examples
from workflow_scripts.transfer.checkpoints import weights_of
from workflow_scripts.transfer.clips import Clips, from_layers, through_convolutions


@dataclass(frozen=True)
class Material:
    """The clips of a dataset.

    Attributes:
        rows: of the manifest, those of the emotions in question, by clip id.
        heard: what the listener takes of each clip.
        emotions: those that are told apart.
        pooled: what is heard are stored layers.
        width: numbers in a frame of a state.
        weights: what tells the network's weights from others of its name, see `checkpoints.weights_of`.
    """

    rows: pd.DataFrame
    heard: Clips
    emotions: tuple[str, ...]
    pooled: bool
    width: int
    weights: str

    def examples(self, clips: Sequence[str], shuffled: "pd.Series[str] | None" = None) -> Examples:
        """Clips as a training takes them, with their emotions unless others are given by clip id."""
        emotion_of = self.rows["emotion"] if shuffled is None else shuffled
        labels = [self.emotions.index(emotion) for emotion in emotion_of[list(clips)]]
        return Examples([self.heard[clip] for clip in clips], torch.tensor(labels, dtype=torch.int64), self.pooled)

    def people(self, clips: Sequence[str]) -> set[str]:
        """Who speaks in clips; names of equal speakers of one pool are equal."""
        return people_of(self.rows.reset_index(), clips)

    def shuffled(self, seed: int) -> "pd.Series[str]":
        """The emotions by clip id, dealt anew among the clips of each speaker."""
        rng = np.random.default_rng(seed)
        emotion_of = self.rows["emotion"].sort_index()
        for _, own in emotion_of.groupby(self.rows["speaker"].sort_index()):
            emotion_of[own.index] = rng.permutation(own.to_numpy())
        return emotion_of


def network_of(spec: Mapping[str, Any], shard: int = 1) -> Network:
    """The network of a training, as embeddings have it, in float32 where it is to run."""
    network = load(spec["model"], spec["model_entry"], spec["weights_folder"], spec["seed_of_study"])
    network.model.to(device=device_of(shard), dtype=torch.float32)
    return network


def material(spec: Mapping[str, Any], manifest: pd.DataFrame, layers: Sequence[str]) -> Material:
    """The clips of a dataset.

    Args:
        spec: of the training: emotions, inside, and what `network_of` needs.
        manifest: of the dataset.
        layers: files of its stored layers, where no tuner acts inside.

    Raises:
        UserError: a recording or a file of layers is not that of the manifest, or no clip has one of the emotions.
    """
    rows = chosen(manifest, spec["emotions"])
    emotions = tuple(spec["emotions"])
    if spec["inside"]:
        network = network_of(spec)
        heard = through_convolutions(network, rows, spec["batch_seconds"])
        return Material(rows.set_index("clip_id"), heard, emotions, False, network.width, weights_of(network.about))
    stored = from_layers(layers, manifest)
    width = next(iter(stored.values())).shape[-1]
    return Material(rows.set_index("clip_id"), stored, emotions, True, width, weights_of(tables.about(layers[0])))


def shuffling_seed(spec: Mapping[str, Any], dataset: str) -> int:
    """Seed of the labels of a source stage whose labels are shuffled: the same for every model and tuner."""
    return seed_of(spec["seed_of_study"], "shuffled source", dataset, int(spec["seed"]))


def people_of(rows: pd.DataFrame, clips: Sequence[str]) -> set[str]:
    """Who speaks in clips of a manifest; names of equal speakers of one pool are equal."""
    own = rows[rows["clip_id"].isin(clips)]
    return set(own["pool"] + "/" + own["speaker"])


def data_of(*inputs: pd.DataFrame, files: Iterable[str] = ()) -> list[list[str]]:
    """What tells the data of a job from another's.

    Args:
        inputs: manifests and folds: sounds and emotions of the clips, and who is held out when.
        files: what it begins with besides, stored layers or what another training left; their content counts.
    """
    kept = ("clip_id", "audio_hash", "emotion", "repeat", "fold")
    found = [[table[name].astype(str).str.cat(sep="\n") for name in kept if name in table] for table in inputs]
    return [*found, [_content(path) for path in files]]


def _content(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
