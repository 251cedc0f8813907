"""Scores of a classifier from confusion counts: WA, UAR, macro-F1, recall.

A *table* is a K x K array of counts, row = true emotion, column = predicted emotion. All functions take a
stack of tables (..., K, K), so that thousands of permutations or left-out speakers cost one call.

Rule for absent emotions: an emotion without a true clip in a table has no recall and is left out of the
means (UAR, macro-F1); predictions of it still count as errors of the emotions they were given to. This is
scikit-learn's result with `labels` set to the emotions that occur as true labels.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def confusion(true: npt.ArrayLike, predicted: npt.ArrayLike, n_classes: int) -> Codes:
    """Confusion counts of n clips.

    Args:
        true, predicted: integer codes 0..n_classes-1, shape (n,), or (..., n) for a stack of labellings;
            the two are broadcast against each other.
        n_classes: K.

    Returns: counts (..., K, K), int64, rows true, columns predicted.
    Raises: ValueError for codes outside 0..K-1.
    """
    cells = _cells(true, predicted, n_classes)
    flat = cells.reshape(math.prod(cells.shape[:-1]), cells.shape[-1])
    offsets = np.arange(len(flat))[:, None] * n_classes**2
    counts = np.bincount((flat + offsets).ravel(), minlength=len(flat) * n_classes**2)
    return counts.reshape(*cells.shape[:-1], n_classes, n_classes).astype(np.int64)


def confusion_by(
    unit: npt.ArrayLike, true: npt.ArrayLike, predicted: npt.ArrayLike, n_units: int, n_classes: int
) -> Codes:
    """Confusion counts per unit (speaker, or draw): shape (n_units, K, K), int64.

    `unit`, `true`, `predicted` are integer codes of shape (n,). Raises ValueError for codes out of range.
    """
    units = np.asarray(unit, dtype=np.int64)
    if units.size and (units.min() < 0 or units.max() >= n_units):
        raise ValueError(f"unit codes must lie in 0..{n_units - 1}")
    cells = _cells(true, predicted, n_classes)
    counts = np.bincount(units * n_classes**2 + cells, minlength=n_units * n_classes**2)
    return counts.reshape(n_units, n_classes, n_classes).astype(np.int64)


def wa(tables: npt.ArrayLike) -> Floats:
    """Weighted accuracy: share of clips that are right; (..., K, K) -> (...). NaN for a table without clips."""
    counts = np.asarray(tables, dtype=np.float64)
    return ratio(np.trace(counts, axis1=-2, axis2=-1), counts.sum(axis=(-2, -1)))


def recall(tables: npt.ArrayLike) -> Floats:
    """Recall of every emotion; (..., K, K) -> (..., K). NaN where the emotion has no true clip."""
    counts = np.asarray(tables, dtype=np.float64)
    return ratio(np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1))


def uar(tables: npt.ArrayLike) -> Floats:
    """Unweighted average recall over the emotions present; (..., K, K) -> (...). NaN without clips."""
    return mean_of_present(recall(tables))


def f1(tables: npt.ArrayLike) -> Floats:
    """F1 of every emotion, 2 TP / (true + predicted); (..., K, K) -> (..., K). NaN without a true clip."""
    counts = np.asarray(tables, dtype=np.float64)
    true, predicted = counts.sum(axis=-1), counts.sum(axis=-2)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return np.where(true > 0, ratio(2 * hits, true + predicted), np.nan)


def macro_f1(tables: npt.ArrayLike) -> Floats:
    """Mean F1 over the emotions present; (..., K, K) -> (...). NaN without clips."""
    return mean_of_present(f1(tables))


def ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0))


def mean_of_present(values: Floats) -> Floats:
    """Mean over the last axis of the values that are not NaN; NaN where none is."""
    present = ~np.isnan(values)
    return ratio(np.where(present, values, 0.0).sum(axis=-1), present.sum(axis=-1).astype(np.float64))


METRICS: dict[str, Callable[[npt.ArrayLike], Floats]] = {"WA": wa, "UAR": uar, "macro-F1": macro_f1}


def _cells(true: npt.ArrayLike, predicted: npt.ArrayLike, n_classes: int) -> Codes:
    """Index of the table cell of every clip, after a check of the codes."""
    both = np.broadcast_arrays(np.asarray(true, dtype=np.int64), np.asarray(predicted, dtype=np.int64))
    for codes in both:
        if codes.size and (codes.min() < 0 or codes.max() >= n_classes):
            raise ValueError(f"emotion codes must lie in 0..{n_classes - 1}")
    return np.asarray(both[0] * n_classes + both[1])
