"""Scales of acoustic features, whose units differ and whose tails are long."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

F64 = npt.NDArray[np.float64]

RAW, RANK_NORMAL = "raw", "rank-normal"


def unit_variance(features: F64) -> F64:
    """Features (clips, f) over their standard deviation over all clips, since their units differ; constant ones 0.

    Called raw: tails stay as they are. A few ratios whose denominator comes near zero can carry a whole distance.
    """
    centred = features - features.mean(axis=0)
    deviation = features.std(axis=0, ddof=1)
    constant = deviation <= 1e-12 * np.abs(features).max(axis=0)
    return np.asarray(np.where(constant, 0.0, centred / np.where(constant, 1.0, deviation)))


def rank_normal(features: F64) -> F64:
    """Normal scores of the ranks of each feature over all clips (clips, f), ties at their mean rank; constant ones 0.

    Source: van der Waerden-type scores with (rank - 1/2) / n.
    """
    ranks = pd.DataFrame(features).rank(axis=0, method="average").to_numpy()
    return np.asarray(special.ndtri((ranks - 0.5) / len(features)))
