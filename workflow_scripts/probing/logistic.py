"""Logistic regression whose C is chosen inside the training speakers of each fold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.probing.newton import Fit, fit_path
from workflow_scripts.statistics.metrics import confusion, uar
from workflow_scripts.study.errors import UserError

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# (part, rows): the vectors of some rows as they look to one who has only the clips of the training part.
Seen = Callable[[Flags, npt.NDArray[np.int64]], F64]


@dataclass(frozen=True)
class Nested:
    """Per fold: class probabilities of its test rows (rows, classes), in row order, and the choice behind them.

    inner_uar is the UAR of the chosen C over the inner held-out clips; at_edge tells that the choice is the first
    or last value of the grid, so that a better one may lie outside.
    """

    probabilities: list[F64]
    C: F64
    inner_uar: F64
    at_edge: Flags


def nested_logistic(
    vectors: F64,
    labels: npt.NDArray[np.int64],
    speakers: npt.NDArray[Any],
    train: Flags,
    test: Flags,
    grid: Sequence[float],
    inner_folds: int,
    seed: int,
    seen: Seen | None = None,
) -> Nested:
    """Fit every fold with its own C and predict its test rows; all fits of one C run as one batch.

    C is the value with the best UAR over the inner held-out clips, pooled over inner folds that split the
    training *speakers* (also where the outer fold does not); ties go to the smaller C.

    Args:
        vectors: (clips, width). For every fold the rows of its training part must look the same.
        labels: (clips,) emotion codes 0 .. classes - 1.
        speakers: (clips,).
        train, test: (folds, clips).
        grid: values of C.
        inner_folds: inner folds; fewer where a training part has fewer speakers.
        seed: of the deal of speakers to inner folds.
        seen: how held-out rows look from a training part, where that depends on the part; else `vectors`.

    Raises:
        UserError: an outer training part with one speaker, or an inner one with one emotion.
    """
    look = seen or (lambda part, rows: vectors[rows])
    inner, owner = inner_parts(speakers, train, inner_folds, seed)
    parts = np.vstack([train, inner])
    if min(len(np.unique(labels[part])) for part in parts) < 2:
        raise UserError("a probe cannot be trained: without its held-out speakers a fold has one emotion only")
    held_out = [np.flatnonzero(rows) for rows in np.vstack([test, train[owner] & ~inner])]
    views = [look(part, rows) for part, rows in zip(parts, held_out, strict=True)]
    values, n_folds, n_classes = sorted(grid), len(train), int(labels.max()) + 1
    score, outer = np.empty((len(values), n_folds)), []
    for row, fit in enumerate(fit_path(vectors, labels, parts, values)):
        given = list(_probabilities(fit, views))
        outer.append(given[:n_folds])
        tables = np.zeros((n_folds, n_classes, n_classes), dtype=np.int64)
        for fold, rows, p in zip(owner, held_out[n_folds:], given[n_folds:], strict=True):
            tables[fold] += confusion(labels[rows], p.argmax(1), n_classes)
        score[row] = uar(tables)
    best = np.argmax(score.round(12), axis=0)
    folds = np.arange(n_folds)
    return Nested(
        [outer[row][fold] for fold, row in enumerate(best)],
        np.asarray(values)[best],
        score[best, folds],
        (len(values) > 1) & ((best == 0) | (best == len(values) - 1)),
    )


def inner_parts(
    speakers: npt.NDArray[Any], train: Flags, inner_folds: int, seed: int
) -> tuple[Flags, npt.NDArray[np.int64]]:
    """Deal the speakers of each training part to inner folds.

    Returns: inner training parts (parts, clips), and the fold (parts,) that each belongs to.
    Raises: UserError for a training part with fewer than two speakers.
    """
    parts, owner = [], []
    for fold, part in enumerate(train):
        names = np.unique(speakers[part])
        if len(names) < 2:
            raise UserError(
                "C is chosen on held-out speakers of the training part, and a fold trains on one speaker only",
                remedy="add speakers, or probe with `linear-head` only",
            )
        names = np.random.default_rng([seed, fold]).permutation(names)
        for group in np.array_split(names, min(inner_folds, len(names))):
            parts.append(part & ~np.isin(speakers, group))
            owner.append(fold)
    return np.array(parts), np.array(owner)


def _probabilities(fit: Fit, views: Sequence[F64]) -> Iterator[F64]:
    for view, coef, intercept in zip(views, fit.coef, fit.intercept, strict=True):
        yield softmax(view @ coef + intercept)


def softmax(logits: F64) -> F64:
    """Class probabilities (rows, classes) of logits (rows, classes)."""
    p: F64 = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return p
