"""Paired comparison of two sets of scores over the same speakers."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from workflow_scripts.statistics import permutation


class PairedDifference(NamedTuple):
    """Mean of a - b over speakers with its tests; `*_conservative` widen for the overlap of training folds."""

    difference: float
    low: float
    high: float
    p_flips: float
    p_flips_smallest: float
    p_t: float
    low_conservative: float
    high_conservative: float
    p_conservative: float
    n_speakers: int
    note: str


def paired_difference(
    a: "pd.Series[float]",
    b: "pd.Series[float]",
    rng: np.random.Generator,
    *,
    n_folds: int | None = None,
    draws: int = 9999,
    level: float = 0.95,
) -> PairedDifference:
    """Compare two models, layers or protocols by their scores per speaker.

    Args:
        a, b: one score per speaker, indexed by speaker; averaged over seeds and draws within speaker before.
        n_folds: outer folds of the cross-validation; one per speaker if not given.
        draws: sign flips, exact if all 2^m are no more than this.

    Returns: sign flips (main), paired t with its interval, and the conservative variant whose standard error is
        larger by sqrt(1 + k / (k - 1)) for k folds, since the training parts of the folds overlap. NaN where one
        speaker leaves nothing to estimate.
    Raises: ValueError if the speakers differ, repeat, or a score is missing.
    Source: Nadeau & Bengio 2003, with n_test / n_train = 1 / (k - 1).
    """
    if a.index.has_duplicates or b.index.has_duplicates or set(a.index) != set(b.index):
        raise ValueError("both sides need exactly one score for each of the same speakers")
    differences = a.sort_index().to_numpy(dtype=np.float64) - b.sort_index().to_numpy(dtype=np.float64)
    flips = permutation.sign_flip_test(differences, rng, draws)
    m, mean = len(differences), float(differences.mean())
    folds = n_folds or m
    nan = float("nan")
    se = float(differences.std(ddof=1)) / np.sqrt(m) if m > 1 else nan
    wide = se * np.sqrt(1 + folds / (folds - 1)) if folds > 1 else nan
    quantile = float(special.stdtrit(m - 1, (1 + level) / 2)) if m > 1 else nan
    return PairedDifference(
        difference=mean,
        low=mean - quantile * se,
        high=mean + quantile * se,
        p_flips=flips.p,
        p_flips_smallest=flips.p_smallest,
        p_t=_p_of_t(mean, se, m),
        low_conservative=mean - quantile * wide,
        high_conservative=mean + quantile * wide,
        p_conservative=_p_of_t(mean, wide, m),
        n_speakers=m,
        note=permutation.flips_note(m, draws, 1 - level),
    )


def _p_of_t(mean: float, se: float, m: int) -> float:
    """Two-sided p of t = mean / se; without spread 1 for no difference, else 0; NaN for one speaker."""
    if np.isnan(se):
        return float("nan")
    if se < 1e-15:
        return 1.0 if abs(mean) < 1e-15 else 0.0
    return float(2 * special.stdtr(m - 1, -abs(mean) / se))
