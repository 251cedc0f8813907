"""Binary L2 logistic regression, many problems at once.

The objective is scikit-learn's: sum_i s_i log(1 + exp(-y_i f_i)) + |w|^2 / (2 C) with f = X w + b, the intercept b
free and s_i the weight of a row. At the solution w = X' a, where a = -C g and g is the derivative of the losses by f.
Newton steps are taken in a, one number per row whatever the width: a step is a system of as many equations as there
are dimensions (`Columns`) or rows (`Kernel`). Objective, gradient and the stopping rule are float64; the steps of
`Kernel` float32, where that is precise enough to go on to the same solution.

Layout: problems (p), rows (n), dimensions (d). Rows of weight 0 have no influence; their a is 0.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
MAX_NEWTON, MAX_HALVINGS, TOLERANCE = 50, 40, 1e-6
SINGLE = 1e5  # highest condition of a system that is solved in float32
# What a start is worth is not known (another C, other dimensions), so the best of its multiples is taken: it saves a
# tenth of the steps, and a start that is worse than none does no harm.
MULTIPLES = np.array([0, 0.5, 1, 1.5, 2, 3])


class Subset(Protocol):
    """The dimensions that problems use, for n rows that train and others that are held out."""

    def times(self, v: F64, which: Indices) -> F64:
        """X X' v of some problems, (some, n)."""

    def step(self, C: float, h: F64, r: F64, kr: F64, which: Indices) -> tuple[F64, F64]:
        """M r and M h for M = (I + C diag(h) X X')^-1, where kr is X X' r; of some problems, each (some, n)."""

    def decisions(self, a: F64, b: F64) -> F64:
        """Log-odds f (..., p, held-out rows) of solutions a (..., p, n) and b (..., p)."""


class Columns:
    """A subset as vectors (p, rows, d), of which the first n rows train."""

    def __init__(self, vectors: F64, n: int) -> None:
        self._x, self._held_out = vectors[:, :n], vectors[:, n:]

    def times(self, v: F64, which: Indices) -> F64:
        x = _some(self._x, which)
        return np.asarray((x @ (x.transpose(0, 2, 1) @ v[..., None]))[..., 0])

    def step(self, C: float, h: F64, r: F64, kr: F64, which: Indices) -> tuple[F64, F64]:
        x, given = _some(self._x, which), np.stack([r, h], axis=-1)
        scaled = x * np.sqrt(C * h)[..., None]
        system = scaled.transpose(0, 2, 1) @ scaled
        np.einsum("pdd->pd", system)[:] += 1
        inner = np.linalg.solve(system, x.transpose(0, 2, 1) @ given)
        found = given - (C * h)[..., None] * (x @ inner)
        return found[..., 0], found[..., 1]

    def decisions(self, a: F64, b: F64) -> F64:
        coef = a[..., None, :] @ self._x
        return np.asarray((coef @ self._held_out.transpose(0, 2, 1))[..., 0, :] + b[..., None])


class Kernel:
    """A subset as products of rows (p, rows, n), each row with those that train, which come first."""

    def __init__(self, products: F64, n: int) -> None:
        self._products, self._held_out = products[:, :n], products[:, n:]
        self._single = self._products.astype(np.float32)
        self._squares = np.einsum("pnn->pn", self._products)

    def times(self, v: F64, which: Indices) -> F64:
        return np.asarray((_some(self._products, which) @ v[..., None])[..., 0])

    def step(self, C: float, h: F64, r: F64, kr: F64, which: Indices) -> tuple[F64, F64]:
        root, found = np.sqrt(C * h), np.empty((*h.shape, 2))
        condition = 1 + C * (h * _some(self._squares, which)).sum(1)  # of I + root X X' root, at most its trace
        for i, problem in enumerate(which):
            # one LAPACK call each, in place: numpy's batches solve by LU and take twice as long (measured)
            products, solver = self._single[problem], lapack.sposv
            if condition[i] > SINGLE:
                products, solver = self._products[problem], lapack.dposv
            scale = root[i].astype(products.dtype)
            system = products * scale
            system *= scale[:, None]
            system.ravel()[:: len(system) + 1] += 1
            given = np.stack([root[i] * kr[i], root[i]], axis=1)
            found[i] = solver(system.T, given, lower=1, overwrite_a=1)[1]
        return r - root * found[..., 0], root / C * found[..., 1]

    def decisions(self, a: F64, b: F64) -> F64:
        return np.asarray((self._held_out @ a[..., None])[..., 0] + b[..., None])


def fit_path(x: F64, positive: Flags, weight: F64, grid: Sequence[float]) -> tuple[F64, F64]:
    """Solve every problem for every C.

    Args:
        x: (problems, n, d), standardised.
        positive: (problems, n) whether a row is of the class that positive f speak for.
        weight: (problems, n), 0 for rows that a problem does not have.
        grid: values of C, ascending.

    Returns: coef (len(grid), problems, d) and intercept (len(grid), problems); f = x @ coef + intercept.
    Raises: as `path`.
    """
    n, d = x.shape[1:]
    subset = Columns(x, n) if d < n else Kernel(x @ x.transpose(0, 2, 1), n)
    a, b = path(subset, positive, weight, grid)
    return np.einsum("cpn,pnd->cpd", a, x), b


def path(subset: Subset, positive: Flags, weight: F64, grid: Sequence[float]) -> tuple[F64, F64]:
    """Solutions a (len(grid), p, n) and b (len(grid), p) for every C, each the start of the next.

    Raises:
        ValueError: a problem without rows of both classes.
        RuntimeError: a problem did not converge.
    """
    for side in (positive, ~positive):
        if not (side & (weight > 0)).any(1).all():
            raise ValueError("every problem needs rows of both classes")
    a, b = np.zeros((len(grid), *positive.shape)), np.zeros((len(grid), len(positive)))
    for row, C in enumerate(grid):
        before = max(row - 1, 0)
        a[row], b[row] = solve(subset, positive, weight, C, a[before], b[before])
    return a, b


def solve(subset: Subset, positive: Flags, weight: F64, C: float, a: F64, b: F64) -> tuple[F64, F64]:
    """Solve every problem for one C, from a start a (p, n) and b (p,); problems that are done drop out.

    Returns: a (p, n) and b (p,), where the gradient by w and b is at most TOLERANCE / max(1, C) long, since w may be
        off by C times the gradient.
    Raises: RuntimeError when a problem did not converge.
    """
    which, sign, s = np.arange(len(positive)), np.where(positive, 1.0, -1.0), weight
    a, b, ka, value, g, h = _start(subset, sign, s, C, a, b)
    done_a, done_b = np.empty_like(a), np.empty_like(b)
    for _ in range(MAX_NEWTON):
        r = a + C * g
        kr = subset.times(r, which)
        gradient = np.sqrt(np.maximum((r * kr).sum(1), 0) / C**2 + g.sum(1) ** 2)
        left = ~(gradient <= TOLERANCE / max(1.0, C))
        if not left.all():
            done_a[which], done_b[which] = a, b
            which, sign, s, a, b, ka, value, g, h, r, kr = (
                rows[left] for rows in (which, sign, s, a, b, ka, value, g, h, r, kr)
            )
        if not len(which):
            return done_a, done_b
        mr, mh = subset.step(C, h, r, kr, which)
        db = (a.sum(1) - mr.sum(1)) / (C * mh.sum(1))  # brings the sum of a to 0, as it is where b is best
        da = -mr - C * mh * db[:, None]
        kda = subset.times(da, which)
        df, f = kda + db[:, None], ka + b[:, None]
        penalty, linear, square = (a * ka).sum(1) / 2 / C, (ka * da).sum(1) / C, (da * kda).sum(1) / 2 / C
        slope, length = (g * df).sum(1) + linear, np.ones(len(which))
        for _ in range(MAX_HALVINGS):
            losses, g, h = _losses(sign, s, f + length[:, None] * df)
            reached = losses + penalty + length * linear + length**2 * square
            high = reached > value + 1e-4 * length * slope + 1e-10 * np.abs(value)
            if not high.any():
                break
            length[high] /= 2
        a, b, ka = a + length[:, None] * da, b + length * db, ka + length[:, None] * kda
        value = reached
    raise RuntimeError(f"logistic regression did not converge in {MAX_NEWTON} Newton steps for C = {C:g}")


def balanced(positive: Flags, inside: Flags) -> F64:
    """Weights n / (2 n_class) of the rows inside a problem and 0 of others, (..., n); all arguments (..., n)."""
    counts = np.where(positive, *((inside & side).sum(-1, keepdims=True) for side in (positive, ~positive)))
    return np.asarray(np.where(inside, inside.sum(-1, keepdims=True) / (2 * np.maximum(counts, 1)), 0.0))


def _start(subset: Subset, sign: F64, s: F64, C: float, a: F64, b: F64) -> tuple[F64, F64, F64, F64, F64, F64]:
    """The multiple of a and b with the smallest objective: a, b, X X' a, the objective and its derivatives g and h."""
    ka = subset.times(a, np.arange(len(a)))
    f = ka + b[:, None]
    losses = np.array([_losses(sign, s, multiple * f)[0] for multiple in MULTIPLES])
    values = losses + MULTIPLES[:, None] ** 2 * (a * ka).sum(1) / (2 * C)
    best = values.argmin(0)
    multiple = MULTIPLES[best]
    _, g, h = _losses(sign, s, multiple[:, None] * f)
    return multiple[:, None] * a, multiple * b, multiple[:, None] * ka, values.min(0), g, h


def _losses(sign: F64, s: F64, f: F64) -> tuple[F64, F64, F64]:
    """Sum of the losses (p,), and their first and second derivatives by f (p, n)."""
    margin = sign * f
    small = np.exp(-np.abs(margin))
    losses = s * (np.log1p(small) - np.minimum(margin, 0))
    g = -sign * s * np.where(margin > 0, small, 1.0) / (1 + small)
    return losses.sum(1), g, s * small / (1 + small) ** 2


def _some(x: F64, which: Indices) -> F64:
    """x[which], without a copy where that is all of x."""
    return x if len(which) == len(x) else x[which]
