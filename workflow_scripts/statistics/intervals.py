"""Intervals of a score: over speakers (the units of `strict`) or over clips (the units of `paper1`).

Over speakers: delete-one-speaker jackknife with Student's t. Where every speaker has the same clips of every
emotion, the pseudo-values of WA and UAR *are* the speakers' own scores, and the interval is the plain t interval
of their mean; where speakers lack an emotion (EMO-DB) or the score is not a mean (macro-F1), the pseudo-values
are what takes the place of own scores. Above 0.8 and below 0.2 the interval is taken on the logit scale, since
there t covers about 0.90 and logit 0.95 (4 to 24 speakers; in between both cover 0.94-0.96).

Over clips: Wilson's interval, for UAR and macro-F1 at the number of clips that would give the same standard
error. It speaks of new clips of the *same* speakers; read as a statement on new speakers it covers 0.73.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from workflow_scripts.statistics.metrics import wa

Floats = npt.NDArray[np.float64]
Metric = Callable[[npt.ArrayLike], Floats]

EDGE = 0.2  # within this of 0 or 1 the logit scale covers better than the plain one
FEWEST_FOR_BOOTSTRAP = 12


class Interval(NamedTuple):
    """A confidence interval and the name of its method, fit for a table."""

    low: float
    high: float
    method: str


NO_INTERVAL = Interval(np.nan, np.nan, "none")


def pseudo_values(tables: npt.ArrayLike, metric: Metric) -> Floats:
    """Delete-one-speaker jackknife pseudo-values of a score of pooled clips.

    Args:
        tables: confusion counts per speaker (m, K, K), or (draws, m, K, K): the score is then the mean over draws.
        metric: maps tables (..., K, K) to scores (...).

    Returns: (m,) values m * score - (m - 1) * score without the speaker; NaN for a single speaker.
    """
    counts = np.asarray(tables, dtype=np.float64)
    m = counts.shape[-3]
    if m < 2:
        return np.full(m, np.nan)
    total = counts.sum(axis=-3, keepdims=True)
    whole, without = metric(total), metric(total - counts)
    values = m * whole - (m - 1) * without
    return np.asarray(values if values.ndim == 1 else values.mean(axis=0))


def over_speakers(value: float, values: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of `value`, a score in [0, 1], from one (pseudo-)value per speaker.

    Args:
        value: the score of all clips; the centre of the interval.
        values: (m,) per-speaker scores or pseudo-values.
        level: nominal coverage.

    Returns: t interval, logit t near 0 and 1, always within [0, 1]. If no speaker differs from another, Wilson's
        interval with every speaker as one trial, the widest that scores in [0, 1] allow. None for one speaker.
    Source: Efron & Tibshirani 1993, ch. 11 (jackknife).
    """
    units = np.asarray(values, dtype=np.float64)
    m = len(units)
    if m < 2 or np.isnan(units).any() or np.isnan(value):
        return NO_INTERVAL
    se = float(units.std(ddof=1)) / np.sqrt(m)
    quantile = float(special.stdtrit(m - 1, (1 + level) / 2))
    if se < 1e-12:
        return Interval(*wilson(value, m, level), "Wilson, one trial per speaker (speakers do not differ)")
    if min(value, 1 - value) >= EDGE:
        low, high = value - quantile * se, value + quantile * se
        return Interval(max(low, 0.0), min(high, 1.0), "t over speakers")
    inside = min(max(value, 1e-9), 1 - 1e-9)
    reach = quantile * se / (inside * (1 - inside))
    centre = float(special.logit(inside))
    ends = special.expit(centre - reach), special.expit(centre + reach)
    return Interval(float(ends[0]), float(ends[1]), "logit t over speakers")


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share of n trials; n may be a fraction (an effective number).

    Returns: (low, high). Raises ValueError for n <= 0 or a share outside [0, 1]. Source: Wilson 1927.
    """
    if n <= 0 or not 0 <= share <= 1:
        raise ValueError(f"a share in [0, 1] of more than 0 trials is needed, got {share} of {n}")
    z2 = float(special.ndtri((1 + level) / 2)) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2) / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def over_clips(tables: npt.ArrayLike, metric: Metric, level: float = 0.95) -> Interval:
    """Interval of a score with clips as units.

    Wilson's interval at the effective number of clips, value (1 - value) / se^2, with se from the score's
    influence function; for WA and for a recall the effective number is the number of clips, and the interval
    Wilson's own. With several draws, tables (draws, K, K), it is the interval that *one* draw of this size has,
    placed at the mean over draws: the draws share clips, so that they do not count as more data.

    Returns: the interval; NO_INTERVAL where the score is undefined.
    Source: Wilson 1927; the effective number as in surveys (Dean & Pagano 2015).
    """
    counts = np.asarray(tables, dtype=np.float64)
    stack = counts.reshape(-1, *counts.shape[-2:])
    stack = stack[~np.isnan(metric(stack))]
    if not len(stack):
        return NO_INTERVAL
    value = min(max(float(metric(stack).mean()), 0.0), 1.0)
    variance = float(np.mean([_variance(table, metric) for table in stack]))
    if variance > 1e-12:
        effective = value * (1 - value) / variance
    else:
        effective = float(np.mean([_effective_if_all_alike(table, metric) for table in stack]))
    return Interval(*wilson(value, effective, level), "Wilson over clips")


def _variance(table: Floats, metric: Metric) -> float:
    """Variance of a score over clips: sum of squared influences, by central differences in the cells in use."""
    rows, columns = np.nonzero(table)
    step = 1e-3
    moved = np.repeat(table[None], len(rows), axis=0)
    index = np.arange(len(rows))
    up, down = moved.copy(), moved
    up[index, rows, columns] += step
    down[index, rows, columns] -= step
    slopes = (metric(up) - metric(down)) / (2 * step)
    return float((table[rows, columns] * slopes**2).sum())


def _effective_if_all_alike(table: Floats, metric: Metric) -> float:
    """Effective number of clips where all are right (or all wrong) and no spread shows: as if all were equally hard."""
    sizes = table.sum(axis=1)
    sizes = sizes[sizes > 0]
    return float(sizes.sum() if metric is wa else len(sizes) ** 2 / (1 / sizes).sum())


def studentised_bootstrap(
    values: npt.ArrayLike, rng: np.random.Generator, draws: int = 999, level: float = 0.95
) -> Interval:
    """Studentised bootstrap of the mean of per-speaker scores: a check on the t interval from 12 speakers up.

    Args:
        values: (m,) per-speaker scores or pseudo-values.
        rng: source of the resampled speakers.

    Raises: ValueError below 12 speakers, where its width is unbounded now and then.
    Source: Efron & Tibshirani 1993, ch. 12.
    """
    units = np.asarray(values, dtype=np.float64)
    m = len(units)
    if m < FEWEST_FOR_BOOTSTRAP:
        raise ValueError(f"the studentised bootstrap needs {FEWEST_FOR_BOOTSTRAP} speakers, there are {m}")
    mean, se = units.mean(), units.std(ddof=1) / np.sqrt(m)
    resampled = units[rng.integers(m, size=(draws, m))]
    spread = resampled.std(axis=1, ddof=1) / np.sqrt(m)
    used = spread > 1e-12
    if se < 1e-12 or not used.any():
        return NO_INTERVAL
    pivots = (resampled.mean(axis=1)[used] - mean) / spread[used]
    high, low = np.quantile(pivots, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(mean - low * se), float(mean - high * se), "studentised bootstrap over speakers")
