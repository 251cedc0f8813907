"""Frechet distance between groups of clips, |m1 - m2|^2 + tr C1 + tr C2 - 2 tr (C1 C2)^(1/2), covariances with n - 1.

With A and B the centred clips of two groups over sqrt(n - 1), tr (C1 C2)^(1/2) is the sum of the singular values of
A B', a matrix of clips x clips. So no covariance is ever formed, nothing is complex, and the zero eigenvalues of
C1 C2, whose rounding `scipy.linalg.sqrtm` takes the root of, do not come in. Distances are squared ones, as usual, and
are kept as they come: between equal groups some come out at about -1e-16 of the traces.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import linalg

F64 = npt.NDArray[np.float64]


class Terms(NamedTuple):
    """The two terms of a distance, and tr C1 + tr C2."""

    mean: float
    covariance: float
    trace: float

    @property
    def distance(self) -> float:
        return self.mean + self.covariance


def of_products(products: F64, n: int) -> Terms:
    """The distance from the inner products of all clips (N, N), of which the first n are one group: for n below width.

    The point that vectors are measured from should lie near the clips, else digits of the mean term are lost.
    """
    own, theirs, block = products[:n, :n], products[n:, n:], products[:n, n:]
    m = len(theirs)
    totals = float(own.sum()), float(theirs.sum())
    rows, columns = block.mean(axis=1, keepdims=True), block.mean(axis=0)
    middle = float(columns.mean())
    trace = (float(np.trace(own)) - totals[0] / n) / (n - 1) + (float(np.trace(theirs)) - totals[1] / m) / (m - 1)
    cross = (block - rows - columns + middle) / np.sqrt((n - 1) * (m - 1))
    return Terms(totals[0] / n**2 + totals[1] / m**2 - 2 * middle, trace - 2 * _nuclear(cross), trace)


def of_vectors(one: F64, other: F64) -> Terms:
    """The distance between two groups of clips (n, width) and (m, width), each of two or more: for n above width."""
    a, b = _scaled(one), _scaled(other)
    mean = float(((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum())
    trace = float((a**2).sum() + (b**2).sum())
    return Terms(mean, trace - 2 * _nuclear(_shortened(a) @ _shortened(b).T), trace)


def contributions(one: F64, other: F64) -> tuple[F64, F64]:
    """What each clip adds to the distance between (n, width) and (m, width): (n,), (m,), which sum to it exactly.

    A clip's part of the mean term is its excursion along m1 - m2, from the middle between the means, over n; its part
    of the covariance term is its squared length in A less that of its image under the transport to the other group,
    diag(U S U') where A B' = U S V'.
    """
    a, b = _scaled(one), _scaled(other)
    means = one.mean(axis=0), other.mean(axis=0)
    step, middle = means[0] - means[1], (means[0] + means[1]) / 2
    left, values, right = linalg.svd(a @ b.T, full_matrices=False, check_finite=False)
    return (
        (one - middle) @ step / len(one) + (a**2).sum(axis=1) - left**2 @ values,
        (middle - other) @ step / len(other) + (b**2).sum(axis=1) - values @ right**2,
    )


def factor_of(covariance: F64) -> F64:
    """F (width, width) with F F' = covariance: of frames, whose vectors are not kept."""
    values, directions = linalg.eigh(covariance)
    return np.asarray(directions * np.sqrt(np.maximum(values, 0.0)))


def of_moments(means: tuple[F64, F64], factors: tuple[F64, F64]) -> Terms:
    """The distance between two groups of frames from their means (width,) and the factors of their covariances."""
    trace = float((factors[0] ** 2).sum() + (factors[1] ** 2).sum())
    mean = float(((means[0] - means[1]) ** 2).sum())
    return Terms(mean, trace - 2 * _nuclear(factors[0].T @ factors[1]), trace)


def _scaled(vectors: F64) -> F64:
    """Clips less their mean over sqrt(n - 1), whose products are the covariance."""
    return (vectors - vectors.mean(axis=0)) / np.sqrt(len(vectors) - 1)


def _shortened(scaled: F64) -> F64:
    """The same covariance from no more rows than columns."""
    if len(scaled) <= scaled.shape[1]:
        return scaled
    return np.asarray(linalg.qr(scaled, mode="r", check_finite=False)[0][: scaled.shape[1]], dtype=np.float64)


def _nuclear(matrix: F64) -> float:
    """Sum of the singular values."""
    return float(linalg.svdvals(matrix, check_finite=False).sum())
