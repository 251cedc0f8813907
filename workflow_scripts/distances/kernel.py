"""Kernel distance: the unbiased squared maximum mean discrepancy (MMD) with a Gaussian kernel.

Its mean does not depend on the number of clips, so that groups of different size are compared fairly; between groups
of the same distribution it scatters around 0 and is negative half the time. Sources: Gretton et al. 2012, JMLR
13:723-773 (eq. 3); as an audio distance: Chung et al. 2025 (KAD), who take a bandwidth per cell, which makes cells
incomparable. Here one bandwidth serves a whole layer.
"""

import numpy as np
import numpy.typing as npt
from scipy.spatial import distance

F64 = npt.NDArray[np.float64]


def distances(vectors: F64) -> F64:
    """Euclidean distances between clips, condensed: (n (n - 1) / 2,), from differences, so without cancellation."""
    return np.asarray(distance.pdist(vectors))


def bandwidth(condensed: F64) -> float:
    """The median distance between two clips; 0.0 where most clips are equal."""
    return float(np.median(condensed))


def kernel(condensed: F64, width: float) -> F64:
    """exp(-distance^2 / (2 width^2)): (n, n) with ones on the diagonal."""
    similar = distance.squareform(np.exp(-(condensed**2) / (2 * width**2)))
    np.fill_diagonal(similar, 1.0)
    return np.asarray(similar)


def mmd(similar: F64, n: int) -> F64:
    """Unbiased squared MMD from the kernel of all clips (..., N, N), of which the first n are one group: (...).

    A clip is not compared with itself.
    """
    m = similar.shape[-1] - n
    within_one = similar[..., :n, :n].sum(axis=(-2, -1)) - n
    within_other = similar[..., n:, n:].sum(axis=(-2, -1)) - m
    across = similar[..., :n, n:].mean(axis=(-2, -1))
    return np.asarray(within_one / (n * (n - 1)) + within_other / (m * (m - 1)) - 2 * across)


def contributions(similar: F64, n: int) -> tuple[F64, F64]:
    """What each clip adds to `mmd`: (n,), (N - n,), which sum to it: how much nearer it is to its own group."""
    m = len(similar) - n
    across = similar[:n, n:]
    own = (similar[:n, :n].sum(axis=1) - 1) / (n - 1)
    theirs = (similar[n:, n:].sum(axis=1) - 1) / (m - 1)
    return (own - across.mean(axis=1)) / n, (theirs - across.mean(axis=0)) / m
