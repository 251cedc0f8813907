"""From the frames of a clip to vectors: means, standard deviations, means of four equal parts.

Every pooling exists over all frames of a clip and over its active frames (`-active`), where the voice is heard:

- `mean`;
- `std`, with n - 1 in the denominator;
- `parts`: the frames, in order, cut into four equal parts at round(k n / 4), their means one after the other: a
  vector of 4 * width (first part first).

What is undefined is a vector of NaN, never zeros: anything of no frame, `std` of one frame, `parts` of fewer than
four frames.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

PARTS = 4
_KINDS = {"mean": 1, "std": 1, "parts": PARTS}
# pooling -> rows of `width` numbers that it makes
POOLINGS: dict[str, int] = {f"{kind}{over}": rows for over in ("", "-active") for kind, rows in _KINDS.items()}

Mask = npt.NDArray[np.bool_]


class Pooler:
    """Poolings of one batch; the same for all of its hidden states.

    Args:
        poolings: names from POOLINGS, in the order of the output's rows.
        active: for each clip, (frames,) bool: the frame is active. Its length is the clip's number of frames.
        device, dtype: where the frames will be, and the precision to pool in (float32 or float64).
    """

    def __init__(
        self, poolings: Sequence[str], active: Sequence[Mask], device: torch.device, dtype: torch.dtype
    ) -> None:
        self._dtype = dtype
        longest = max(mask.size for mask in active)
        self.slices: dict[str, slice] = {}
        rows: list[npt.NDArray[np.float64]] = []
        deviations: list[tuple[int, npt.NDArray[np.float64]]] = []
        for pooling in poolings:
            selected = [_selected(mask, pooling.endswith("-active")) for mask in active]
            kind = pooling.removesuffix("-active")
            start = len(rows)
            if kind == "std":
                deviations.append((start, _deviation_weights(selected, longest)))
            parts = PARTS if kind == "parts" else 1
            rows += [_mean_weights([_part(s, k, parts) for s in selected], longest) for k in range(parts)]
            self.slices[pooling] = slice(start, len(rows))
        self._means = torch.from_numpy(np.stack(rows, axis=1)).to(device=device, dtype=dtype)
        self._deviations = [
            (row, torch.from_numpy(weights[:, None]).to(device=device, dtype=dtype)) for row, weights in deviations
        ]

    def __call__(self, frames: torch.Tensor) -> torch.Tensor:
        """Pool (clips, frames, width) to (clips, rows, width); rows of a pooling are `slices[pooling]`."""
        frames = frames.to(self._dtype)
        pooled = torch.bmm(self._means, frames)
        for row, weights in self._deviations:
            squares = torch.square(frames - pooled[:, row : row + 1])
            pooled[:, row] = torch.bmm(weights, squares)[:, 0].sqrt()
        return pooled


class LongPooler:
    """Poolings of one long clip whose frames come piece by piece; the same definitions, summed in float64.

    Args:
        poolings: names from POOLINGS, in the order of the output's rows.
        active: (frames,) bool of the whole clip.
        device: where the frames will be.
    """

    def __init__(self, poolings: Sequence[str], active: Mask, device: torch.device) -> None:
        whole = Pooler(poolings, [active], device, torch.float64)
        self.slices = whole.slices
        self._means = whole._means[0]
        self._chosen = {
            whole.slices[pooling].start: torch.from_numpy(
                active if pooling.endswith("-active") else np.ones(active.size, bool)
            ).to(device)
            for pooling in poolings
            if pooling.startswith("std")
        }
        self._sums: dict[str, torch.Tensor] = {}
        self._spreads: dict[tuple[str, int], Spread] = {}

    def add(self, state: str, first: int, frames: torch.Tensor) -> None:
        """Take in frames (n, width) of a state; the first of them is frame `first` of the clip."""
        frames = frames.to(torch.float64)
        own = slice(first, first + frames.shape[0])
        sums = self._means[:, own] @ frames
        self._sums[state] = self._sums[state] + sums if state in self._sums else sums
        for row, chosen in self._chosen.items():
            spread = _spread(frames[chosen[own]])
            before = self._spreads.get((state, row))
            self._spreads[state, row] = _joined(before, spread) if before else spread

    def pooled(self, state: str) -> torch.Tensor:
        """(rows, width) float64 of a state, once all its frames are there."""
        pooled = self._sums[state].clone()
        for row in self._chosen:
            n, _, squares = self._spreads[state, row]
            pooled[row] = (squares / (n - 1)).sqrt() if n > 1 else torch.nan
        return pooled


# number of frames, their mean (width,), the sum of their squared distances from it (width,)
Spread = tuple[int, torch.Tensor, torch.Tensor]


def _spread(frames: torch.Tensor) -> Spread:
    mean = frames.sum(dim=0) / max(1, frames.shape[0])
    return frames.shape[0], mean, torch.square(frames - mean).sum(dim=0)


def _joined(a: Spread, b: Spread) -> Spread:
    """The spread of both (Chan, Golub & LeVeque 1983): no small difference of large sums, as with plain squares."""
    n = a[0] + b[0]
    if n == 0:
        return a
    apart, share = b[1] - a[1], b[0] / n
    return n, a[1] + apart * share, a[2] + b[2] + torch.square(apart) * (a[0] * share)


def _selected(mask: Mask, only_active: bool) -> npt.NDArray[np.intp]:
    return np.flatnonzero(mask) if only_active else np.arange(mask.size)


def _part(selected: npt.NDArray[np.intp], k: int, parts: int) -> npt.NDArray[np.intp]:
    """The k-th of so many equal parts; none at all where there are fewer frames than parts."""
    n = selected.size
    if n < parts:
        return selected[:0]
    return selected[round(k * n / parts) : round((k + 1) * n / parts)]


def _mean_weights(selected: Sequence[npt.NDArray[np.intp]], longest: int) -> npt.NDArray[np.float64]:
    weights = np.zeros((len(selected), longest))
    for row, frames in zip(weights, selected, strict=True):
        row[frames] = 1 / frames.size if frames.size else np.nan
        if not frames.size:
            row[:] = np.nan
    return weights


def _deviation_weights(selected: Sequence[npt.NDArray[np.intp]], longest: int) -> npt.NDArray[np.float64]:
    weights = np.zeros((len(selected), longest))
    for row, frames in zip(weights, selected, strict=True):
        if frames.size < 2:
            row[:] = np.nan
        else:
            row[frames] = 1 / (frames.size - 1)
    return weights
