"""Sufficient statistics of single frames: per emotion and state the number, the sum and the sum of outer products.

They are totals over all speakers of the dataset and over all frames, silent ones too, for distances that take every
frame as a sample. Such a distance mixes what differs within clips with what differs between them, and gives a point
value without an interval, since speakers can no longer be told apart.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from workflow_scripts.embedding.shards import common
from workflow_scripts.study.tables import whole


class FrameStatistics:
    """Totals that grow batch by batch, in float64 on the device of the network.

    Args:
        emotions: groups to keep apart.
        states: names of the hidden states.
        width: numbers in a frame.
        device: where the frames will be.
    """

    def __init__(
        self, emotions: Sequence[str], states: Sequence[str], width: int, device: torch.device | str = "cpu"
    ) -> None:
        self.emotions, self.states, self.width = tuple(emotions), tuple(states), width
        groups = len(self.emotions)
        self._n = torch.zeros(len(states), groups, dtype=torch.int64)
        self._sum = torch.zeros(len(states), groups, width, dtype=torch.float64, device=device)
        self._outer = torch.zeros(len(states), groups, width, width, dtype=torch.float64, device=device)

    @staticmethod
    def size(emotions: int, states: int, width: int) -> tuple[int, int]:
        """Bytes in memory while running, and in the file."""
        return 8 * states * emotions * (width * width + width), 8 * states * emotions * (
            width * (width + 1) // 2 + width
        )

    def add(self, state: str, frames: torch.Tensor, lengths: Sequence[int], emotions: Sequence[str]) -> None:
        """Add one state of one batch: frames (clips, longest, width), and each clip's frames and emotion."""
        layer = self.states.index(state)
        for emotion in sorted(set(emotions)):
            group = self.emotions.index(emotion)
            clips = [i for i, own in enumerate(emotions) if own == emotion]
            rows = torch.cat([frames[i, : lengths[i]] for i in clips]).double()
            self._n[layer, group] += rows.shape[0]
            self._sum[layer, group] += rows.sum(dim=0)
            self._outer[layer, group].addmm_(rows.T, rows)

    def save(self, path: str | Path, about: dict[str, object]) -> None:
        """Write a safetensors file: per state `<state>/n` (emotions,), `<state>/sum` (emotions, width) and
        `<state>/outer` (emotions, width (width + 1) / 2), the upper triangle row by row; see `frame_totals.read`."""
        rows, columns = np.triu_indices(self.width)
        tensors: dict[str, npt.NDArray[np.generic]] = {}
        for layer, state in enumerate(self.states):
            tensors[f"{state}/n"] = self._n[layer].numpy()
            tensors[f"{state}/sum"] = self._sum[layer].cpu().numpy()
            packed = self._outer[layer].cpu().numpy()[:, rows, columns]
            # numpy lays such a selection out by columns, and safetensors writes memory as it lies
            tensors[f"{state}/outer"] = np.ascontiguousarray(packed)
        metadata = {"emotions": json.dumps(self.emotions), "states": json.dumps(self.states)}
        metadata["vocalise"] = json.dumps(about, sort_keys=True, default=str)
        with whole(path) as temporary:
            save_file(tensors, temporary, metadata)


def add_files(paths: Sequence[str | Path], path: str | Path) -> None:
    """Add up files of shards, the first first, into one file of the same form.

    Counts are those of one run over all clips; sums are added in another order and may differ from it in the last
    digits of float64.
    """
    total: dict[str, npt.NDArray[np.generic]] = {}
    abouts = []
    for shard in paths:
        with safe_open(shard, framework="numpy") as file:
            metadata = file.metadata()
            for name in file.keys():  # noqa: SIM118 (an open file of safetensors cannot be iterated by itself)
                tensor = file.get_tensor(name)
                total[name] = total[name] + tensor if name in total else tensor
        abouts.append(json.loads(metadata["vocalise"]))
    about, _ = common(abouts)
    with whole(path) as temporary:
        save_file(total, temporary, {**metadata, "vocalise": json.dumps(about, sort_keys=True, default=str)})


def rewrite(source: str | Path, path: str | Path, about: dict[str, object]) -> None:
    """Write the totals of a file into another, under other metadata."""
    with safe_open(source, framework="numpy") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (as above)
    with whole(path) as temporary:
        save_file(tensors, temporary, {**metadata, "vocalise": json.dumps(about, sort_keys=True, default=str)})
