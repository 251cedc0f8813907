"""What listeners hear of a dataset: every clip once through the network's convolutions, or its stored layers."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch

from workflow_scripts.embedding.batches import packed
from workflow_scripts.embedding.forward import check_wave
from workflow_scripts.materials.preparation import load_prepared
from workflow_scripts.networks import Network
from workflow_scripts.probing.files import vectors_of

log = logging.getLogger(__name__)

Clips = dict[str, torch.Tensor]  # clip id -> what a listener takes of it
POOLING = "mean"


def through_convolutions(network: Network, rows: pd.DataFrame, batch_seconds: float) -> Clips:
    """The network's front of every clip, (frames, channels) on the CPU: what stays the same however long it trains.

    Args:
        network: on the device that listens.
        rows: of the manifest.
        batch_seconds: seconds of audio that are listened to at once.

    Raises:
        UserError: a recording is not the one in the manifest, or too short for the network.
    """
    found: Clips = {}
    for batch in packed(rows["prepared_seconds"].tolist(), batch_seconds):
        some = rows.iloc[batch].to_dict("records")
        fronts = network.front([_wave(network, row) for row in some])
        found.update({row["clip_id"]: front.cpu() for row, front in zip(some, fronts, strict=True)})
    size = sum(front.nbytes for front in found.values())
    log.info("%s: the convolutions' output of %d clips takes %.0f MB of memory", network.name, len(found), size / 1e6)
    return found


def _wave(network: Network, row: Mapping[str, Any]) -> Any:
    wave = load_prepared(row, network.sample_rate)
    check_wave(network, str(row["clip_id"]), wave)
    return network.scaled(wave)


def from_layers(paths: Sequence[str], manifest: pd.DataFrame) -> Clips:
    """The stored layers of every clip, (states, width) float32: means over its frames.

    Args:
        paths: one file for each state, in order.
        manifest: the whole manifest of the dataset.

    Raises:
        UserError: see `probing.files.vectors_of`.
    """
    layers = np.stack([vectors_of(path, POOLING, manifest) for path in paths], axis=1).astype(np.float32)
    return dict(zip(manifest["clip_id"], _rows(layers), strict=True))


def _rows(layers: Any) -> Iterator[torch.Tensor]:
    yield from torch.from_numpy(layers)
