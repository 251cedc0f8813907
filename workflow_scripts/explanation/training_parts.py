"""Training parts of a fold: each standardised and ranked by itself, its dimensions taken in sets, its clips scored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.explanation import ranking
from workflow_scripts.explanation.logistic import Columns, Kernel, Subset, balanced
from workflow_scripts.probing.newton import moments

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TrainingParts:
    """m training parts with the clips that each holds out, in the units of its own training clips.

    Rows are padded to equal numbers, n of training and then q held out; padding has weight 0 or is not `held`.

    Attributes:
        clips: (m, n + q) the clip behind each row.
        z: (m, n + q, d) standardised vectors.
        products: (m, n + q, n) products of all rows with those of training, over all dimensions.
        mean, scale: (m, d) what z was standardised by.
        positive: (m, n) whether a training row has the emotion.
        weight: (m, n) balanced weights of the training rows.
        true: (m, q) whether a held-out row has the emotion.
        held: (m, q) whether it is a clip at all.
    """

    clips: Indices
    z: F64
    products: F64
    mean: F64
    scale: F64
    positive: Flags
    weight: F64
    true: Flags
    held: Flags

    @property
    def n(self) -> int:
        """Training rows."""
        return len(self.weight[0])

    @property
    def d(self) -> int:
        """Dimensions."""
        return len(self.scale[0])


def parts_of(x: F64, positive: Flags, train: Flags, held_out: Flags) -> TrainingParts:
    """Parts from vectors (clips, d), labels (clips,) and flags (m, clips) of what trains and what is held out."""
    (own, inside), (others, held) = (_padded(flags) for flags in (train, held_out))
    clips, n = np.concatenate([own, others], axis=1), own.shape[1]
    mean, scale = (np.array(values) for values in zip(*(moments(x[part]) for part in train), strict=True))
    z = (x[clips] - mean[:, None]) / scale[:, None]
    z[:, :n][~inside] = 0
    products = z @ z[:, :n].transpose(0, 2, 1)
    weight = balanced(positive[own], inside)
    return TrainingParts(clips, z, products, mean, scale, positive[own], weight, positive[others], held)


def all_dimensions(parts: TrainingParts) -> Subset:
    """All dimensions of the parts."""
    return Columns(parts.z, parts.n) if _as_columns(parts, parts.d) else Kernel(parts.products, parts.n)


def subsets(parts: TrainingParts, orders: Indices, ks: Sequence[int], rest: bool = False) -> Iterator[Subset]:
    """The first k dimensions of orders (m, d), or all others, for every k.

    A subset is good until the next one is asked for. One part takes any number of orders.
    """
    z = np.take_along_axis(parts.z, (orders if rest else orders[:, : ks[-1]])[:, None], axis=2)
    n, done, products = parts.n, 0, np.zeros((1, 1, 1))
    for k in ks:
        if _as_columns(parts, parts.d - k if rest else k):
            yield Columns(z[:, :, k:] if rest else z[:, :, :k], n)
            continue
        new = z[:, :, done:k]
        products, done = products + new @ new[:, :n].transpose(0, 2, 1), k
        yield Kernel(parts.products - products if rest else products, n)


def ranked(parts: TrainingParts, a: F64) -> tuple[Indices, F64, F64]:
    """Order of all dimensions, importance and coefficients per standard deviation, each (m, d), from a (m, n)."""
    coef = (a[:, None] @ parts.z[:, : parts.n])[:, 0]
    found = [
        ranking.importance(z[weight > 0], own, np.zeros(parts.d))
        for z, weight, own in zip(parts.z[:, : parts.n], parts.weight, coef, strict=True)
    ]
    importances = np.array(found)
    return ranking.order(importances), importances, coef


def confusion_tables(parts: TrainingParts, decisions: F64) -> Indices:
    """Confusion counts (..., m, 2, 2) of the held-out clips, the emotion second, from log-odds (..., m, q)."""
    said = decisions > 0
    cells = [
        (parts.held & (parts.true == true) & (said == one)).sum(-1) for true in (False, True) for one in (False, True)
    ]
    return np.stack(cells, axis=-1).reshape(*decisions.shape[:-1], 2, 2)


def _padded(flags: Flags) -> tuple[Indices, Flags]:
    """Places of the set flags (m, clips), each row filled up with place 0, and which of them are no filling."""
    counts = flags.sum(1)
    inside = np.arange(counts.max(initial=0)) < counts[:, None]
    places = np.zeros(inside.shape, np.int64)
    places[inside] = np.nonzero(flags)[1]
    return places, inside


def _as_columns(parts: TrainingParts, width: int) -> bool:
    """Whether so many dimensions are faster as columns than as products of rows (measured at n = 192)."""
    return 2 * width <= parts.n
