"""Adjusted p-values: Benjamini-Hochberg (false discovery rate) and Holm (family-wise error).

BH is for tables of many features, Holm for where only p-values exist; for layers, which are correlated,
the max-T test of `layers` has more power.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """BH-adjusted p-values, shape (n,) as given; NaN stay NaN and do not count as tests.

    Raises: ValueError for values outside [0, 1]. Source: Benjamini & Hochberg 1995.
    """

    def step_up(ordered: Floats) -> Floats:
        n = len(ordered)
        return np.minimum.accumulate((ordered * n / np.arange(1, n + 1))[::-1])[::-1]

    return _adjust(p, step_up)


def holm(p: npt.ArrayLike) -> Floats:
    """Holm-adjusted p-values, shape (n,) as given; NaN stay NaN and do not count as tests.

    Raises: ValueError for values outside [0, 1]. Source: Holm 1979.
    """

    def step_down(ordered: Floats) -> Floats:
        return np.maximum.accumulate(ordered * np.arange(len(ordered), 0, -1))

    return _adjust(p, step_down)


def _adjust(p: npt.ArrayLike, stepwise: Callable[[Floats], Floats]) -> Floats:
    values = np.asarray(p, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(values))
    if ((values[tested] < 0) | (values[tested] > 1)).any():
        raise ValueError("p-values must lie in [0, 1]")
    adjusted = np.full(values.shape, np.nan)
    order = tested[np.argsort(values[tested], kind="stable")]
    adjusted[order] = np.minimum(stepwise(values[order]), 1.0)
    return adjusted
