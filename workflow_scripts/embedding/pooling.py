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
