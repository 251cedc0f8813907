"""Delete-one-speaker jackknife, and standard errors of what one or two groups of speakers add up to."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]


def variance(without: Floats) -> Floats:
    """What a group of speakers adds to the variance of a quantity: from the quantity without each of them (m, ...).

    For a mean it is the variance of the mean. Source: Efron & Tibshirani 1993, ch. 11; Arvesen 1969 (several groups).
    """
    m = len(without)
    return np.asarray((m - 1) ** 2 / m * without.var(axis=0, ddof=1))


def standard_error(parts: Sequence[Floats], sizes: Sequence[int]) -> tuple[Floats, Floats]:
    """Standard error and degrees of freedom, from the variance (k,) that each group of so many speakers adds.

    Source: Welch 1947 (Satterthwaite's degrees; m - 1 for one group and where nothing varies).
    """
    added = np.asarray(parts, dtype=np.float64)
    total = added.sum(axis=0)
    below = (added**2 / (np.array(sizes)[:, None] - 1)).sum(axis=0)
    lowest = np.full(total.shape, float(min(sizes) - 1))
    return np.sqrt(total), np.divide(total**2, below, out=lowest, where=below > 0)


def reach(parts: Sequence[Floats], sizes: Sequence[int], level: float = 0.95) -> Floats:
    """Half of the interval by Student's t, (k,); arguments as of `standard_error`."""
    error, degrees = standard_error(parts, sizes)
    return np.asarray(special.stdtrit(degrees, (1 + level) / 2) * error)
