"""Paper 2's prediction of acoustic features from dimensions, as published.

Per feature and side: a fifth of the rows held out at random, speakers shared between both parts; StandardScaler and
Ridge, the penalty by 5 plain folds of the training rows; error on the fifth. The two sides are split apart, so that
their errors come from different rows. The published code draws these splits without a seed; here each has its own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from workflow_scripts.probing.newton import moments

F64 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
HELD_OUT, FOLDS = 0.2, 5


class Predicted(NamedTuple):
    """Held-out error of each feature in its own unit, and its penalty, both (features,); number of held-out rows."""

    rmse: F64
    alpha: F64
    n_held_out: int


def predict_as_published(x: F64, targets: F64, seeds: Sequence[int]) -> Predicted:
    """Predict every acoustic feature from the given dimensions; equal to scikit-learn's pipeline.

    Args:
        x: (clips, dimensions).
        targets: (clips, features), not rescaled.
        seeds: of each feature's random split, below 2^32.
    """
    from sklearn.model_selection import KFold, train_test_split

    rmse, alpha, n_held_out = np.empty(targets.shape[1]), np.empty(targets.shape[1]), 0
    for feature, (y, seed) in enumerate(zip(targets.T, seeds, strict=True)):
        train, test = train_test_split(np.arange(len(x)), test_size=HELD_OUT, random_state=seed)
        errors = np.zeros(len(PENALTIES))
        for part, held_out in KFold(FOLDS).split(train):
            errors += _errors(x, y, train[part], train[held_out], PENALTIES)
        # scikit-learn takes the first of equal means
        alpha[feature] = PENALTIES[int(np.argmin(errors / FOLDS))]
        rmse[feature], n_held_out = _errors(x, y, train, test, (alpha[feature],))[0], len(test)
    return Predicted(rmse, alpha, n_held_out)


def information_increase(rmse_top: F64, rmse_all: F64) -> F64:
    """The published quantity, RMSE_all / RMSE_top^2, from the inverse as stored: rounded to 3 decimals.

    Not free of the feature's scale and no gain: with equal errors it is 1 / RMSE. NaN where the inverse rounds to 0.
    """
    inverse = np.round(np.divide(rmse_top**2, rmse_all, out=np.zeros_like(rmse_top), where=rmse_all > 0), 3)
    return np.divide(1.0, inverse, out=np.full_like(inverse, np.nan), where=inverse > 0)


def _errors(x: F64, y: F64, train: Rows, test: Rows, penalties: tuple[float, ...]) -> F64:
    """Root mean squared error on the test rows for each penalty."""
    mean, scale = moments(x[train])
    a, b = (x[train] - mean) / scale, (x[test] - mean) / scale
    middle = y[train].mean()
    wide = a.shape[1] > len(a)  # then the rows' products are the smaller system; both have the same solution
    gram, right = (a @ a.T, y[train] - middle) if wide else (a.T @ a, a.T @ (y[train] - middle))
    onto = b @ a.T if wide else b
    own = np.diag_indices(len(gram))
    diagonal = gram[own].copy()
    found = np.empty(len(penalties))
    for place, penalty in enumerate(penalties):
        gram[own] = diagonal + penalty
        predicted = onto @ cho_solve(cho_factor(gram, lower=True, check_finite=False), right, check_finite=False)
        found[place] = np.sqrt(np.mean((y[test] - middle - predicted) ** 2))
    return found
