"""Ridge prediction of all acoustic features at once from sets of dimensions, every choice inside training speakers.

Of each set of dimensions one eigendecomposition serves all features and penalties. Random sets, of which there are
thousands, use blocks of one Gram matrix per fold, with penalties found on a few of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from workflow_scripts.explanation.errors import RANDOM, TOP, Errors
from workflow_scripts.probing.logistic import inner_parts
from workflow_scripts.study.errors import UserError

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

ALPHAS = tuple(10.0**power for power in range(-3, 7))
SEARCHED = 20  # random draws on which the penalties of all random draws are chosen
NOT_FINITE = "its values are not finite for every clip"
CONSTANT = "it is constant in a training part"


def predict(
    x: F64,
    targets: F64,
    positive: Flags,
    speakers: npt.NDArray[Any],
    train: Flags,
    test: Flags,
    sides: Mapping[str, Sequence[Codes]],
    k: Sequence[int],
    *,
    draws: int,
    inner_folds: int,
    seed: int,
    within: bool,
    alphas: Sequence[float] = ALPHAS,
) -> Errors:
    """Errors of ridge regression on held-out speakers, from the dimensions of each side and from random ones.

    Dimensions are standardised, and means taken out of the features, by the training part alone, in inner parts anew.
    alpha is the one with the smallest squared error over the inner held-out clips, per fold, set of dimensions and
    feature (the objective is scikit-learn's: squared errors + alpha |w|^2); ties go to the smaller. Random draws of a
    fold share the alpha per feature that is best for the first SEARCHED of them together. Adding a feature, a side or
    draws changes nothing else.

    Args:
        x: (clips, d) dimensions. targets: (clips, f) acoustic features.
        positive: (clips,) whether the clip has the emotion. speakers: (clips,).
        train, test: (folds, clips). Of other clips nothing is used.
        sides: name -> per fold the dimensions in use (sets, k of the side); errors are the mean over the sets. The
            side "all" is every dimension, given like the others.
        k: (folds,) dimensions of a random draw, at most d. draws: random draws, 0 for none, see `random_sets`.
        inner_folds, seed: of `inner_parts`; the seed is that of the random draws too.
        within: take out what a class has in common: means are those of the training part's classes (of held-out
            clips: of their own class), the standard deviation is the pooled one within classes.
        alphas: penalties to choose from.

    Raises:
        UserError: a training part of one speaker; within: one without clips of a class.
        ValueError: dimensions that are not finite.
    """
    used = train.any(0) | test.any(0)
    if not np.isfinite(x[used]).all():
        raise ValueError("dimensions hold values that are not finite")
    finite = np.isfinite(targets[used]).all(0)
    y = np.where(finite, targets, 0.0)
    groups = positive.astype(np.int64) if within else np.zeros(len(x), dtype=np.int64)
    inner, owner = inner_parts(speakers, train, inner_folds, seed)
    grid = np.sort(np.asarray(alphas, dtype=np.float64))
    names = np.unique(speakers[test.any(0)])
    constant = np.zeros(y.shape[1], dtype=np.bool_)
    sst = np.zeros((len(names), y.shape[1]))
    sse = {side: np.zeros_like(sst) for side in [*sides, *[RANDOM] * (draws > 0)]}
    of_draws, as_draw = np.zeros((draws, y.shape[1])), np.zeros(y.shape[1])
    chosen: dict[str, list[F64]] = {side: [] for side in sse}
    for fold, (rows, held) in enumerate(zip(train, test, strict=True)):
        part = _part(x, y, groups, rows, held)
        parts = [_part(x, y, groups, some, rows & ~some) for some in inner[owner == fold]]
        whose = (names[:, None] == speakers[held]).astype(np.float64)
        constant |= part.scale == 0
        unit = np.where(part.scale == 0, 1.0, part.scale) ** 2
        sst += whose @ part.y_held**2 / unit
        for side, of_fold in sides.items():
            error, alpha = _of_side(part, parts, of_fold[fold], grid)
            sse[side] += whose @ error / unit
            chosen[side].append(alpha)
        if draws:
            sets = random_sets(x.shape[1], k[fold], draws, seed)
            alpha = _best(parts, sets[:SEARCHED], grid)
            per_draw, per_clip = _of_sets(part, sets, alpha)
            of_draws += per_draw / unit
            if TOP in sides:
                as_draw += _of_sets(part, sides[TOP][fold], alpha)[0].mean(0) / unit
            sse[RANDOM] += whose @ per_clip / unit
            chosen[RANDOM].append(alpha)
    flaws = np.where(finite, np.where(constant, CONSTANT, ""), NOT_FINITE)
    for sums in (sst, of_draws, as_draw, *sse.values()):
        sums[..., flaws != ""] = np.nan
    return Errors(
        names,
        (names[:, None] == speakers[None]).astype(np.float64) @ test.sum(0),
        sst,
        sse,
        of_draws,
        as_draw,
        {side: np.array(values) for side, values in chosen.items()},
        np.asarray(k, dtype=np.int64),
        flaws,
    )


def random_sets(d: int, k: int, draws: int, seed: int) -> Codes:
    """Random draws of k of d dimensions, without repetition, ascending (draws, k).

    With the same seed a draw of fewer is part of the draw of more. Every fold uses the same draws: the top k of the
    folds have much in common, and draws that differed between folds would vary too little to stand beside them.
    """
    order = np.argpartition(np.random.default_rng([seed, 1]).random((draws, d)), k - 1, axis=1)
    return np.asarray(np.sort(order[:, :k], axis=1), dtype=np.int64)


@dataclass(frozen=True)
class _Spectrum:
    """Ridge on one set of dimensions: predictions are held @ (along / (values + alpha))."""

    values: F64
    held: F64
    along: F64


@dataclass(frozen=True)
class _Part:
    """A training part (n) and its held-out rows (m): dimensions standardised, features less their means.

    scale is the standard deviation of the features (f,), 0 where constant.
    """

    x: F64
    x_held: F64
    y: F64
    y_held: F64
    scale: F64

    def spectrum(self, dimensions: Codes) -> _Spectrum:
        a, b = self.x[:, dimensions], self.x_held[:, dimensions]
        if len(a) < len(dimensions):
            values, vectors = np.linalg.eigh(a @ a.T)
            return _Spectrum(values.clip(0), b @ a.T @ vectors, vectors.T @ self.y)
        values, vectors = np.linalg.eigh(a.T @ a)
        return _Spectrum(values.clip(0), b @ vectors, vectors.T @ (a.T @ self.y))

    def squared_errors(self, spectrum: _Spectrum, alpha: F64) -> F64:
        """(m, f) with a penalty for every feature (f,), or one for all (1,)."""
        return np.asarray((self.y_held - spectrum.held @ (spectrum.along / (spectrum.values[:, None] + alpha))) ** 2)


def _part(x: F64, y: F64, groups: Codes, train: Flags, held: Flags) -> _Part:
    if np.setdiff1d(groups[held], groups[train]).size:
        raise UserError(
            "without its held-out speakers a fold has no clip of the emotion, or none of the others, so what these "
            "have in common cannot be taken out",
            remedy="leave the emotion out, or add speakers who have both",
        )
    x_train, x_held, spread = _less_means(x, groups, train, held)
    divisor = np.where(spread == 0, 1.0, spread)
    y_train, y_held, scale = _less_means(y, groups, train, held)
    return _Part(x_train / divisor, x_held / divisor, y_train, y_held, scale)


def _less_means(values: F64, groups: Codes, train: Flags, held: Flags) -> tuple[F64, F64, F64]:
    """Rows less the training mean of their group, and the pooled deviation within; 0 if constant up to rounding."""
    inside, outside = values[train], values[held]
    largest = np.abs(inside).max(0)
    for group in np.unique(groups[train]):
        mean = inside[groups[train] == group].mean(0)
        inside[groups[train] == group] -= mean
        outside[groups[held] == group] -= mean
    spread = np.sqrt((inside**2).mean(0))
    rounding = 10 * np.finfo(np.float64).eps * np.sqrt(len(inside)) * largest
    return inside, outside, np.where(spread <= rounding, 0.0, spread)


def _of_side(part: _Part, parts: Sequence[_Part], sets: Codes, grid: F64) -> tuple[F64, F64]:
    """Squared errors (m, f), mean over sets with penalties of their own, and the median of these (f,)."""
    alphas = [_best(parts, [dimensions], grid) for dimensions in sets]
    errors = [part.squared_errors(part.spectrum(own), alpha) for own, alpha in zip(sets, alphas, strict=True)]
    return np.mean(errors, axis=0), np.median(alphas, axis=0)


def _best(parts: Sequence[_Part], sets: Sequence[Codes] | Codes, grid: F64) -> F64:
    """The penalty of each feature (f,) with the smallest squared error over the held-out rows of parts and sets."""
    totals = np.zeros((len(grid), parts[0].y.shape[1]))
    for part in parts:
        for dimensions in sets:
            spectrum = part.spectrum(dimensions)
            for row, alpha in enumerate(grid):
                totals[row] += part.squared_errors(spectrum, np.array([alpha])).sum(0)
    return np.asarray(grid[totals.argmin(0)])


def _of_sets(part: _Part, sets: Codes, alpha: F64) -> tuple[F64, F64]:
    """Squared errors of each set of dimensions (draws, f), and of each held-out row, mean over sets (m, f)."""
    order = np.argsort(alpha, kind="stable")
    penalties, first = np.unique(alpha[order], return_index=True)
    blocks = [slice(*ends) for ends in zip(first, [*first[1:], len(alpha)], strict=True)]
    y, y_held = part.y[:, order], part.y_held[:, order]
    x, x_held = np.ascontiguousarray(part.x.T), np.ascontiguousarray(part.x_held.T)
    k, few = sets.shape[1], sets.shape[1] <= len(part.x)
    gram, moments = (x @ x.T, x @ y) if few else (np.empty((0, 0)), np.empty((0, 0)))
    per_draw, per_clip = np.zeros((len(sets), len(alpha))), np.zeros_like(y_held)
    for draw, dimensions in enumerate(sets):
        if few:
            matrix, right = gram.take(dimensions, 0).take(dimensions, 1), moments[dimensions]
            held = x_held[dimensions]
        else:
            a = x[dimensions]
            matrix, right, held = a.T @ a, y, a.T @ x_held[dimensions]
        weights = np.array(right, order="F")
        for penalty, block in zip(penalties, blocks, strict=True):
            shifted = matrix.copy()
            shifted.flat[:: len(matrix) + 1] += penalty
            # symmetric, so that its transpose is the same matrix in LAPACK's order
            _, weights[:, block], flaw = lapack.dposv(shifted.T, weights[:, block], overwrite_a=True)
            if flaw:
                raise np.linalg.LinAlgError(f"{k} dimensions with penalty {penalty:g}: not positive definite")
        error = (y_held - held.T @ weights) ** 2
        per_draw[draw] = error.sum(0)
        per_clip += error
    back = np.argsort(order)
    return per_draw[:, back], per_clip[:, back] / len(sets)
