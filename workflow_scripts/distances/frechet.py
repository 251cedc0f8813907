"""Frechet distance between groups of clips, |m1 - m2|^2 + tr C1 + tr C2 - 2 tr (C1 C2)^(1/2), covariances with n - 1.

With A and B the centred clips of two groups over sqrt(n - 1), tr (C1 C2)^(1/2) is the sum of the singular values of
A B', a matrix of clips x clips. So no covariance is ever formed, nothing is complex, and the zero eigenvalues of
C1 C2, whose rounding `scipy.linalg.sqrtm` takes the root of, do not come in. Distances are squared ones, as usual, and
are kept as they come: between equal groups some come out at about -1e-16 of the traces.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


class Terms(NamedTuple):
    """The two terms of distances, and tr C1 + tr C2: one number, or an array of a batch."""

    mean: F64
    covariance: F64
    trace: F64

    @property
    def distance(self) -> F64:
        return self.mean + self.covariance


def of_products(products: F64, n: int) -> Terms:
    """Distances from the inner products of all clips (..., N, N), of which the first n are one group.

    Best where there are fewer clips than numbers in a vector. The point that vectors are measured from should lie near
    the clips, else digits of the mean term are lost.
    """
    own, theirs, block = products[..., :n, :n], products[..., n:, n:], products[..., :n, n:]
    m = theirs.shape[-1]
    totals = own.sum(axis=(-2, -1)), theirs.sum(axis=(-2, -1))
    rows, columns = block.mean(axis=-1, keepdims=True), block.mean(axis=-2, keepdims=True)
    middle = columns.mean(axis=-1, keepdims=True)
    traces = (_trace(own) - totals[0] / n) / (n - 1), (_trace(theirs) - totals[1] / m) / (m - 1)
    cross = (block - rows - columns + middle) / np.sqrt((n - 1) * (m - 1))
    trace = traces[0] + traces[1]
    mean = totals[0] / n**2 + totals[1] / m**2 - 2 * middle[..., 0, 0]
    return Terms(mean, trace - 2 * _nuclear(cross), trace)


def of_vectors(one: F64, other: F64) -> Terms:
    """Distances between groups of clips (..., n, width) and (..., m, width): best where n and m are above width."""
    a, b = _scaled(one), _scaled(other)
    mean = ((one.mean(axis=-2) - other.mean(axis=-2)) ** 2).sum(axis=-1)
    trace = (a**2).sum(axis=(-2, -1)) + (b**2).sum(axis=(-2, -1))
    return Terms(mean, trace - 2 * _nuclear(_shortened(a) @ _shortened(b).swapaxes(-2, -1)), trace)


def contributions(one: F64, other: F64) -> tuple[F64, F64]:
    """What each clip adds to the distance between (n, width) and (m, width): (n,), (m,), which sum to it exactly.

    A clip's part of the mean term is its excursion along m1 - m2, from the middle between the means, over n; its part
    of the covariance term is its squared length in A less that of its image under the transport to the other group,
    diag(U S U') where A B' = U S V'.
    """
    a, b = _scaled(one), _scaled(other)
    means = one.mean(axis=0), other.mean(axis=0)
    step, middle = means[0] - means[1], (means[0] + means[1]) / 2
    left, values, right = np.linalg.svd(a @ b.T, full_matrices=False)
    return (
        (one - middle) @ step / len(one) + (a**2).sum(axis=1) - left**2 @ values,
        (middle - other) @ step / len(other) + (b**2).sum(axis=1) - values @ right**2,
    )


def factor_of(covariance: F64) -> F64:
    """F (width, width) with F F' = covariance: of frames, whose vectors are not kept."""
    values, directions = np.linalg.eigh(covariance)
    return np.asarray(directions * np.sqrt(np.maximum(values, 0.0)))


def of_moments(means: tuple[F64, F64], factors: tuple[F64, F64]) -> Terms:
    """The distance between two groups of frames from their means (width,) and the factors of their covariances."""
    trace = np.asarray((factors[0] ** 2).sum() + (factors[1] ** 2).sum())
    mean = np.asarray(((means[0] - means[1]) ** 2).sum())
    return Terms(mean, trace - 2 * _nuclear(factors[0].T @ factors[1]), trace)


def _scaled(vectors: F64) -> F64:
    """Clips less their mean over sqrt(n - 1), whose products are the covariance."""
    return np.asarray((vectors - vectors.mean(axis=-2, keepdims=True)) / np.sqrt(vectors.shape[-2] - 1))


def _shortened(scaled: F64) -> F64:
    """The same covariance from no more rows than columns."""
    return scaled if scaled.shape[-2] <= scaled.shape[-1] else np.asarray(np.linalg.qr(scaled, mode="r"))


def _trace(matrix: F64) -> F64:
    return np.asarray(np.trace(matrix, axis1=-2, axis2=-1))


def _nuclear(matrix: F64) -> F64:
    """Sum of the singular values of each matrix (..., n, m)."""
    return np.asarray(np.linalg.svd(matrix, compute_uv=False).sum(axis=-1))
