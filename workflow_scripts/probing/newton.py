"""Multinomial L2 logistic regression on many training parts of one data set at once.

For every training part the objective is that of scikit-learn's `LogisticRegression(C)` behind a
`StandardScaler`, both fitted on the part alone: the sum of the log losses + |W|^2 / (2 C), intercepts free.
(With two classes scikit-learn turns to a binary form: its C is half of ours there.)
Newton steps with conjugate gradients run on all parts together: two matrix products serve every part and
class. Objective, gradient, steps and the stopping rule are float64, the Hessian products in a step float32.

Layout: W is (width + 1, classes, parts), its last row the intercepts; logits are (rows, classes, parts).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

F64 = npt.NDArray[np.float64]
Array = npt.NDArray[Any]
MAX_NEWTON, MAX_CG, MAX_HALVINGS = 50, 500, 30


@dataclass(frozen=True)
class Fit:
    """Solutions for one C, for rows as given (not standardised): logits = x @ coef[part] + intercept[part].

    coef is (parts, width, classes), intercept (parts, classes), -inf for classes that a part does not have.
    """

    C: float
    coef: F64
    intercept: F64


def fit_path(
    x: F64,
    labels: npt.NDArray[np.int64],
    train: npt.NDArray[np.bool_],
    grid: Sequence[float],
    tolerance: float = 3e-4,
) -> Iterator[Fit]:
    """Yield the solutions of all training parts for each C of the grid, ascending.

    Args:
        x: (rows, width). Rows in no training part have no influence.
        labels: (rows,) class numbers; the classes are 0 .. labels.max().
        train: (parts, rows), True for the rows of each training part.
        grid: values of C.
        tolerance: a part is done when no entry of the gradient of the sum of losses is above tolerance / max(1, C),
            since W may be off by C times the gradient (scikit-learn's `tol` is on the mean loss: divide by the rows).

    Raises:
        ValueError: a part with fewer than two classes, or training rows that are not finite.
        RuntimeError: a part did not converge.
    """
    used = train.any(0)
    if not np.isfinite(x[used]).all():
        raise ValueError("training rows hold values that are not finite")
    rows = _Rows(x[used], labels[used], int(labels.max()) + 1, train[:, used])
    if (np.isfinite(rows.floor).sum(0) < 2).any():
        raise ValueError("every training part needs clips of two classes")
    w = np.zeros((x.shape[1] + 1, *rows.floor.shape))
    for C in sorted(grid):
        # Part 0 holds all rows; its way from one C to the next shows the others where to start looking.
        way, bar = -w[..., :1], tolerance / max(1.0, C)
        _newton(rows, C, w, np.array([0]), 100 * bar)
        w[..., 1:] += way + w[..., :1]
        _newton(rows, C, w, np.arange(1, w.shape[2]), bar)
        common = rows.common(w, slice(None))[..., 1:]
        coef = common[:-1] / rows.spread[:, None, None]
        intercept = common[-1] - np.einsum("dkf,d->kf", coef, rows.centre) + rows.floor[:, 1:]
        yield Fit(C, coef.transpose(2, 0, 1), intercept.T)


class _Rows:
    """All training rows standardised once; each part's own standardisation is a linear map of its W."""

    def __init__(self, x: F64, labels: npt.NDArray[np.int64], classes: int, train: npt.NDArray[np.bool_]) -> None:
        self.centre, self.spread = moments(x)
        z = (x - self.centre) / self.spread
        parts = np.vstack([np.ones(len(x), bool), train])
        mean, sd = (np.stack(m, -1)[:, None] for m in zip(*(moments(z[part]) for part in parts), strict=True))
        self.mean, self.scale = mean, 1 / sd
        self.mask = parts.T[:, None].astype(np.float64)
        self.onehot = np.eye(classes)[labels][:, :, None]
        self.floor = np.where((self.onehot * self.mask).any(0), 0.0, -np.inf)  # classes that a part lacks
        self.x = np.column_stack([z, np.ones(len(z))])
        self.x32 = self.x.astype(np.float32)

    def common(self, w: Array, parts: Any) -> Array:
        """W of each part's own standardised rows -> W of the commonly standardised rows."""
        v = w.copy()
        v[:-1] *= self.scale[..., parts].astype(w.dtype)
        v[-1] -= np.einsum("dkf,df->kf", v[:-1], self.mean[:, 0, parts].astype(w.dtype))
        return v

    def logits(self, w: Array, parts: Any) -> Array:
        """Logits (rows, classes, parts), in the precision of w."""
        x = self.x32 if w.dtype == np.float32 else self.x
        return (x @ self.common(w, parts).reshape(len(w), -1)).reshape(-1, *w.shape[1:])

    def adjoint(self, r: Array, parts: Any) -> Array:
        """Gradient of sum(r * logits(W)) with respect to W, in the precision of r."""
        x = self.x32 if r.dtype == np.float32 else self.x
        g = (x.T @ r.reshape(len(r), -1)).reshape(-1, *r.shape[1:])
        g[:-1] -= self.mean[..., parts].astype(r.dtype) * g[-1]
        g[:-1] *= self.scale[..., parts].astype(r.dtype)
        return g

    def losses(self, logits: F64, parts: Array) -> tuple[F64, F64]:
        """Sum of the log losses (parts,) and class probabilities, zero on rows outside a part."""
        shifted = logits + self.floor[:, parts]
        top = shifted.max(1, keepdims=True)
        p = np.exp(shifted - top)
        total = p.sum(1, keepdims=True)
        loss = top + np.log(total) - (logits * self.onehot).sum(1, keepdims=True)
        mask = self.mask[..., parts]
        return (loss * mask).sum((0, 1)), p * (mask / total)


def moments(x: F64) -> tuple[F64, F64]:
    """Mean and standard deviation of the columns of x (rows, width); 1 for those constant up to rounding."""
    mean, sd = x.mean(0), x.std(0)
    rounding = 10 * np.finfo(np.float64).eps * (np.sqrt(len(x)) * np.abs(mean) + np.abs(x).max(0))
    return mean, np.where(sd <= rounding, 1.0, sd)


def _newton(rows: _Rows, C: float, w: F64, parts: Array, tolerance: float) -> None:
    """Move the given parts of w, in place, to their minimum for this C."""
    penalty = np.full((len(w), 1, 1), 1 / C)
    penalty[-1] = 0
    at = w[..., parts]
    logits, solve = rows.logits(at, parts), None
    value, p = rows.losses(logits, parts)
    value += 0.5 * (penalty * at**2).sum((0, 1))
    for _ in range(MAX_NEWTON):
        gradient = rows.adjoint(p - rows.onehot * rows.mask[..., parts], parts) + penalty * at
        left = np.abs(gradient).max((0, 1)) > tolerance
        if not left.any():
            return
        parts, at, logits, value, p, gradient = (a[..., left] for a in (parts, at, logits, value, p, gradient))
        solve = solve or _preconditioner(rows, p, C)
        step = _conjugate_gradients(rows, p, penalty, gradient, parts, solve)
        along, slope, length = rows.logits(step, parts), (gradient * step).sum((0, 1)), np.ones(len(parts))
        for _ in range(MAX_HALVINGS):
            there = at + length * step
            loss, p = rows.losses(logits + length * along, parts)
            reached = loss + 0.5 * (penalty * there**2).sum((0, 1))
            high = reached > value + 1e-4 * length * slope + 1e-10 * np.abs(value)
            if not high.any():
                break
            length[high] /= 2
        at, logits, value = there, logits + length * along, reached
        w[..., parts] = at
    raise RuntimeError(f"logistic regression did not converge in {MAX_NEWTON} Newton steps for C = {C:g}")


def _preconditioner(rows: _Rows, p: F64, C: float) -> Callable[[Array], Array]:
    """Approximate inverse of the Hessian, one for all parts and classes: mean curvature of each row."""
    weight = (p * (1 - p)).mean((1, 2))
    a = (rows.x[:, :-1] * np.sqrt(weight)[:, None]).astype(np.float32)
    n, d = a.shape
    gram, right = (a @ a.T, a) if n < d else (a.T @ a, np.eye(d, dtype=a.dtype))
    inverse = cho_solve(cho_factor(gram + np.eye(min(n, d), dtype=a.dtype) / np.float32(C)), right)

    def solve(r: Array) -> Array:
        flat = r[:-1].reshape(d, -1)
        body = C * (flat - a.T @ (inverse @ flat)) if n < d else inverse @ flat
        return np.concatenate([body.reshape(d, *r.shape[1:]), r[-1:] / weight.sum()])

    return solve


def _conjugate_gradients(
    rows: _Rows, p: F64, penalty: F64, gradient: F64, parts: Array, solve: Callable[[Array], Array]
) -> F64:
    """Solve Hessian @ step = -gradient to three tenths of the gradient, each part with its own step lengths."""
    p32, penalty32, tiny = p.astype(np.float32), penalty.astype(np.float32), np.finfo(np.float32).tiny
    r = -gradient.astype(np.float32)
    step, bar = np.zeros_like(r), 0.3 * np.linalg.norm(r, axis=(0, 1))
    z = solve(r)
    q, rz = z.copy(), (r * z).sum((0, 1))
    for _ in range(MAX_CG):
        along = rows.logits(q, parts)
        along -= (p32 * along).sum(1, keepdims=True)
        hq = rows.adjoint(p32 * along, parts) + penalty32 * q
        alpha = rz / np.maximum((q * hq).sum((0, 1)), tiny)
        step += alpha * q
        r -= alpha * hq
        if (np.linalg.norm(r, axis=(0, 1)) <= bar).all():
            break
        z = solve(r)
        before, rz = rz, (r * z).sum((0, 1))
        q = z + (rz / np.maximum(before, tiny)) * q
    return step.astype(np.float64)
