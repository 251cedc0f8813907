"""Tests of all pairs of columns over the same speakers, by joint sign flips and the largest |t|."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workflow_scripts.statistics import permutation

Floats = npt.NDArray[np.float64]


class AllPairs(NamedTuple):
    """Of every pair of columns (first < second): two-sided p, the same over all pairs; the smallest p there can be."""

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    p: Floats
    p_adjusted: Floats
    p_smallest: float


def all_pairs(values: npt.ArrayLike, rng: np.random.Generator, draws: int = 9999) -> AllPairs:
    """Test every pair of columns of (m speakers, k) for equal means.

    Args:
        values: one number per speaker and column, without gaps.
        rng: source of the flips; all 2^m are used if they are no more than `draws`.

    Source: Westfall & Young 1993 (max-T).
    """
    table = np.asarray(values, dtype=np.float64)
    m = len(table)
    first, second = np.triu_indices(table.shape[1], 1)
    differences = table[:, first] - table[:, second]
    signs, exact = permutation.sign_patterns(m, draws, rng)
    squares = (differences**2).sum(axis=0)
    flipped = np.abs(t_of(signs @ differences, squares, m))
    observed = np.abs(t_of(differences.sum(axis=0), squares, m)) * (1 - 1e-9)
    own = (flipped >= observed).sum(axis=0)
    joint = (flipped.max(axis=1, initial=0.0)[:, None] >= observed).sum(axis=0)
    p, adjusted = ((reached / len(signs) if exact else (1 + reached) / (len(signs) + 1)) for reached in (own, joint))
    return AllPairs(first, second, p, adjusted, permutation.smallest_flip_p(m, draws))


def t_of(sums: Floats, squares: Floats, m: int) -> Floats:
    """t statistics from sums over m speakers and sums of squares (which sign flips leave as they are)."""
    variance = np.maximum(squares - sums**2 / m, 1e-12 * squares) / (m - 1)
    return np.asarray(np.divide(sums / np.sqrt(m), np.sqrt(variance), out=np.zeros_like(sums), where=variance > 0))
