"""Ranks of emotions by distance: how sure they are, and whether models, measures and the paper agree on them."""

from functools import cache
from itertools import permutations
from math import factorial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

F64 = npt.NDArray[np.float64]
MOST_ORDERS = 50_000  # orders that are gone through one by one


class Agreement(NamedTuple):
    """A coefficient, its one-sided p where all orders are equally likely, and the smallest p there can be."""

    value: float
    p: float
    p_smallest: float


def ranks(values: npt.ArrayLike) -> F64:
    """Ranks along the last axis, 1 the smallest, equal values at their mean rank: (..., k)."""
    table = np.asarray(values, dtype=np.float64)
    flat = pd.DataFrame(table.reshape(-1, table.shape[-1]))
    return np.asarray(flat.rank(axis=1, method="average").to_numpy().reshape(table.shape))


def rank_probabilities(values: npt.ArrayLike) -> F64:
    """Share of draws (n, k) in which each of k has each rank: (k, k), rows sum to 1; ties share their ranks.

    Draws with a gap (NaN) do not count; NaN where none is left.
    """
    table = np.asarray(values, dtype=np.float64)
    table = table[~np.isnan(table).any(axis=1)]
    k = table.shape[1]
    if not len(table):
        return np.full((k, k), np.nan)
    below = (table[:, None, :] < table[:, :, None]).sum(axis=2)
    equal = (table[:, None, :] == table[:, :, None]).sum(axis=2)
    places = np.arange(k)
    held = (places >= below[..., None]) & (places < (below + equal)[..., None])
    return np.asarray((held / equal[..., None]).mean(axis=0))


def concordance(of_models: npt.ArrayLike, rng: np.random.Generator, draws: int = 9999) -> Agreement:
    """Kendall's W of the orders that models (m, k values) give to k things, with the correction for ties.

    p by orders drawn anew for each model but the first. Source: Kendall & Babington Smith 1939.
    Raises: ValueError for fewer than two models.
    """
    orders = ranks(of_models)
    m, k = orders.shape
    if m < 2:
        raise ValueError("agreement needs two models")
    value = _w(orders)
    number = factorial(k) ** (m - 1)
    others = rng.permuted(np.broadcast_to(orders[1:], (draws, m - 1, k)), axis=2)
    drawn = np.concatenate([np.broadcast_to(orders[:1], (draws, 1, k)), others], axis=1)
    reached = np.count_nonzero(_w(drawn) >= value - 1e-12)
    return Agreement(float(value), (1 + reached) / (draws + 1), max(1 / number, 1 / (draws + 1)))


def _w(orders: F64) -> F64:
    """W of ranks (..., m, k); NaN where no model tells the things apart."""
    m, k = orders.shape[-2:]
    spread = ((orders.sum(axis=-2) - m * (k + 1) / 2) ** 2).sum(axis=-1)
    # the sum of squares that the ranks of every model have, ties and all, times m
    most = m * ((orders - (k + 1) / 2) ** 2).sum(axis=(-2, -1))
    return np.asarray(np.divide(spread, most, out=np.full(np.shape(spread), np.nan), where=most > 0))


def agreement(values: npt.ArrayLike, order: npt.ArrayLike, rng: np.random.Generator) -> Agreement:
    """Kendall's tau-b of values (k,) with a given order (k,), which may have ties.

    p: how many of all orders of the values agree as well or better (as many as can be gone through, else drawn).
    Source: Kendall 1945.
    """
    own, given = np.asarray(values, dtype=np.float64), np.asarray(order, dtype=np.float64)
    exact = factorial(len(own)) <= MOST_ORDERS
    orders = own[_orders(len(own))] if exact else rng.permuted(np.broadcast_to(own, (MOST_ORDERS, len(own))), axis=1)
    value, every = float(_tau(own[None], given)[0]), _tau(orders, given)
    reached, best = (np.count_nonzero(every >= least - 1e-12) for least in (value, every.max()))
    if exact:
        return Agreement(value, reached / len(orders), best / len(orders))
    return Agreement(value, (1 + reached) / (len(orders) + 1), 1 / (len(orders) + 1))


@cache
def _orders(k: int) -> npt.NDArray[np.int64]:
    """All orders of k things."""
    return np.array(list(permutations(range(k))))


def _tau(orders: F64, given: F64) -> F64:
    """tau-b of each of (n, k) with (k,); NaN where one side has no order at all.

    scipy.stats.kendalltau takes one order at a time; a summary goes through 720 of them a thousand times.
    """
    first, second = np.triu_indices(len(given), 1)
    a = np.sign(orders[:, first] - orders[:, second])
    b = np.sign(given[first] - given[second])
    scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum())
    return np.asarray(np.divide(a @ b, scale, out=np.full(len(orders), np.nan), where=scale > 0))
