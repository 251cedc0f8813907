"""Rank correlation over few things, with covariates, tested by permuting the things jointly for all models."""

from itertools import permutations
from math import factorial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workflow_scripts.distances.ranks import MOST_ORDERS, ranks

F64 = npt.NDArray[np.float64]
TIE = 1e-9


class RankCorrelation(NamedTuple):
    """Mean coefficient over models, two-sided p over orders of the things, the smallest p there can be, orders."""

    value: float
    p: float
    p_smallest: float
    n_orders: int


def rank_correlation(
    one: npt.ArrayLike, other: npt.ArrayLike, covariates: npt.ArrayLike, rng: np.random.Generator
) -> RankCorrelation:
    """Spearman's correlation of k things, given covariates, averaged over models.

    The things (emotions) are the units: `one` is put in every order, the same order in all models, while `other` and
    the covariates keep theirs. Models that see the same things add no further ones.

    Args:
        one, other: (models, k).
        covariates: (c, models, k), c may be 0: they are partialled out as ranks.
        rng: draws orders where there are more than can be gone through.

    Returns: NaN where the covariates leave nothing, or one side has no order.
    """
    own, given, by = ranks(one), ranks(other), np.asarray(covariates, dtype=np.float64)
    models, k = own.shape
    by = ranks(by) if len(by) else np.empty((0, models, k))
    exact = factorial(k) <= MOST_ORDERS
    orders = np.array(list(permutations(range(k)))) if exact else rng.permuted(np.tile(np.arange(k), (9999, 1)), axis=1)
    identity = np.arange(k)[None]
    if not exact:
        orders = np.concatenate([identity, orders])
    found = np.mean([_of_model(own[m], given[m], by[:, m], orders) for m in range(models)], axis=0)
    value = float(np.mean([_of_model(own[m], given[m], by[:, m], identity)[0] for m in range(models)]))
    if np.isnan(value):
        return RankCorrelation(value, float("nan"), float("nan"), len(orders))
    # an order in which the covariates leave nothing counts as reaching
    sizes = np.where(np.isnan(found), np.inf, np.abs(found))
    best = np.count_nonzero(sizes >= sizes.max() - TIE)
    return RankCorrelation(
        value, np.count_nonzero(sizes >= abs(value) - TIE) / len(orders), best / len(orders), len(orders)
    )


def _of_model(own: F64, given: F64, covariates: F64, orders: npt.NDArray[np.int64]) -> F64:
    """Partial correlation of ranks with (k,) ranks, for each order of the first: (orders,)."""
    fixed = np.column_stack([np.ones(len(own)), *covariates])
    left = np.eye(len(own)) - fixed @ np.linalg.pinv(fixed)
    rest, ordered = left @ given, own[orders] @ left
    scale = np.sqrt((ordered**2).sum(axis=1) * (rest @ rest))
    return np.asarray(np.divide(ordered @ rest, scale, out=np.full(len(orders), np.nan), where=scale > TIE))
