"""The kernel of the kernel distance, the unbiased squared maximum mean discrepancy (MMD) with a Gaussian kernel.

MMD is the squared distance between the means of two groups where the kernel is the inner product, so that
`measures.mean_term` takes it. Only clips of different speakers are compared: its mean then depends neither on the
number of clips nor on that of speakers, and between groups of the same distribution it scatters around 0 and is
negative half the time. With pairs of one speaker's clips (`mmd`: Gretton et al. 2012, JMLR 13:723-773, eq. 3, for
clips that are independent) few speakers look far apart, and paired ones near: that is kept for the published form. As
an audio distance: Chung et al. 2025 (KAD), who take a bandwidth per cell, which makes cells incomparable. Here one
bandwidth serves a whole layer.
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


def mmd(similar: F64, n: int) -> float:
    """Unbiased squared MMD of independent clips, from their kernel (N, N), of which the first n are one group."""
    m = len(similar) - n
    within_one, within_other = float(similar[:n, :n].sum()) - n, float(similar[n:, n:].sum()) - m
    return within_one / (n * (n - 1)) + within_other / (m * (m - 1)) - 2 * float(similar[:n, n:].mean())
