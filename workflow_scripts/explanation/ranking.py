"""SHAP values of a linear model, and the ranking of dimensions by them.

For a linear model the (interventional) SHAP value of a clip and dimension is exactly coefficient x (value - mean over
the background), in the units of the decision. The rank of a dimension is therefore that of
|coefficient| x mean |value - mean|, on standardised dimensions nearly that of |coefficient|; among strongly correlated
dimensions it is arbitrary. `shap`'s LinearExplainer gives the same if its masker keeps the whole background
(by default it keeps 100 rows).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Order = npt.NDArray[np.int64]


def linear_shap(x: F64, coef: F64, background: F64) -> F64:
    """SHAP values (..., n, d) of clips x (..., n, d), with sign, in log-odds.

    Args:
        coef: (..., d) log-odds per unit of x.
        background: (..., d) mean of x over the background, which is the training part.

    They sum to f(x) less the mean of f over the background. Source: Lundberg & Lee 2017, corollary 1.
    """
    return np.asarray(coef[..., None, :] * (x - background[..., None, :]))


def importance(x: F64, coef: F64, background: F64) -> F64:
    """Mean |SHAP| over the clips, (..., d); arguments as of `linear_shap`."""
    return np.asarray(np.abs(coef) * np.abs(x - background[..., None, :]).mean(axis=-2))


def order(importances: F64) -> Order:
    """Dimensions from the one that matters most, (..., d); equal ones in their own order."""
    return np.asarray(np.argsort(-importances, axis=-1, kind="stable"))


def numbers_below(ks: Sequence[int], width: int) -> list[int]:
    """The numbers of dimensions that leave some of `width` out; half of the width where none does."""
    return [k for k in ks if k < width] or [max(1, width // 2)]
