"""What a training works on, and the batches it comes in: of similar length, every clip once an epoch.

A batch is one update. It is computed some clips at a time, as memory allows; its loss is that of the whole batch
however it is cut, since weights are normalised by their sum over the batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

SORTED_TOGETHER = 8  # batches at most; more would pad less and mix clips less


@dataclass(frozen=True)
class Examples:
    """Clips and their emotions.

    Attributes:
        inputs: of each clip what the listener takes: (frames, channels) of the network's front, or (states, width) of
            its pooled layers, all of one dtype.
        labels: (clips,) int64, place of the emotion in the label set.
        pooled: the inputs are pooled layers, so that there are no lengths.
    """

    inputs: Sequence[torch.Tensor]
    labels: torch.Tensor
    pooled: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> list[int]:
        """Frames of each clip; all 1 where they are pooled."""
        return [1 if self.pooled else len(own) for own in self.inputs]

    def batch(
        self, positions: Sequence[int], device: torch.device
    ) -> tuple[torch.Tensor, list[int] | None, torch.Tensor]:
        """Inputs (clips, longest, channels), zero behind a clip's end, or (clips, states, width); lengths; labels."""
        own = [self.inputs[i] for i in positions]
        labels = self.labels[list(positions)].to(device)
        if self.pooled:
            return torch.stack(own).to(device), None, labels
        padded = torch.nn.utils.rnn.pad_sequence(own, batch_first=True)
        return padded.to(device), [len(clip) for clip in own], labels


def shuffled(lengths: Sequence[int], batch_clips: int, seed: int) -> list[list[int]]:
    """Positions of the batches of one epoch.

    Clips are drawn in random order; within stretches of SORTED_TOGETHER batches (half of all, where that is less) they
    are sorted by length and cut, and the batches come in random order. So a batch holds clips of similar length, though
    not the same ones each time.

    Args:
        lengths: of each clip.
        batch_clips: clips of a batch; the last may have fewer.
        seed: of the epoch.

    Returns: positions into `lengths`, each exactly once, longest first within a batch.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    together = min(SORTED_TOGETHER, max(1, len(order) // (2 * batch_clips)))
    batches = []
    for stretch in cut(order, together * batch_clips):
        batches += cut(sorted(stretch, key=lambda i: -lengths[i]), batch_clips)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


def cut(positions: Sequence[int], clips: int) -> list[list[int]]:
    """The positions in pieces of so many clips; the last may have fewer."""
    return [list(positions[start : start + clips]) for start in range(0, len(positions), clips)]


def by_length(lengths: Sequence[int], clips: int) -> list[list[int]]:
    """All positions, longest first, in pieces of so many clips: where the order does not matter."""
    return cut(sorted(range(len(lengths)), key=lambda i: -lengths[i]), clips)


def inverse_frequency(labels: torch.Tensor, emotions: int) -> torch.Tensor:
    """Weights (emotions,) float32 of the classes, n / (emotions * n_emotion): 1 where all are equally frequent.

    Raises ValueError for an emotion without a clip.
    """
    counts = torch.bincount(labels, minlength=emotions)
    if not counts.all():
        raise ValueError(f"emotions without a training clip: {torch.nonzero(counts == 0).ravel().tolist()}")
    return len(labels) / (emotions * counts.float())


def losses(
    logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor, total: torch.Tensor | float
) -> torch.Tensor:
    """Weighted cross entropy (heads,) of some clips, as their part of a batch.

    Args:
        logits: (clips, heads, emotions).
        labels: (clips,).
        weights: (emotions,) of the classes.
        total: sum of the weights over the whole batch, so that the parts of a batch add up to its mean.
    """
    logits = logits if logits.dtype == torch.float64 else logits.float()
    chosen = torch.log_softmax(logits, dim=-1).gather(-1, labels[:, None, None].expand(-1, logits.shape[1], 1))
    own = weights.to(logits.dtype)[labels]
    return -(own[:, None] * chosen[..., 0]).sum(dim=0) / total


def pieces(
    examples: Examples, batch: Sequence[int], clips_at_once: int, device: torch.device
) -> Iterator[tuple[torch.Tensor, list[int] | None, torch.Tensor]]:
    """Inputs, lengths and labels of a batch, some clips at a time."""
    for own in cut(batch, clips_at_once):
        yield examples.batch(own, device)
