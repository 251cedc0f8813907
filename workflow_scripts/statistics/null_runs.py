"""Null runs: the whole pipeline on labels shuffled within speaker. One at a time and as a family.

A run departs from chance by a sum over folds whose parts go together, since the shuffled labels of one fold train the
other folds. Its variance is taken as VARIANCE_FACTOR (2.5) times the exact one of fixed predictions (why: see
`permutation`). Measured with 3 runs and 4 to 24 speakers (logistic: to 12):

                                                          true factor   families flagged at 5 % (fixed variance)
    ridge on noise, width 2 to 4 (1500 families each)     1.2 to 1.5    0.1 to 0.6 % (6 to 14 %)
    ridge, clips alike in 8 groups (1500 families each)   1.7 to 2.1    1.2 to 1.9 % (17 to 24 %)
    nested logistic on noise, width 2 to 4 (150 each)     1.5 to 1.6    0 to 0.7 % (14 to 15 %)

A scan of 36 shapes of ridge (width 1 to 32, 400 families each) found factors of 1.2 to 2.3.
A ridge probe that sees its labels, so that 3 runs reach UAR 0.41 (4 speakers) with chance 0.17, has p below 1e-7.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from workflow_scripts.statistics import metrics, permutation
from workflow_scripts.statistics.corrections import holm

ALPHA = 0.05


def null_run_rows(runs: pd.DataFrame, emotions: list[str]) -> list[dict[str, Any]]:
    """Rows of the score table for the null runs of one probe under one protocol.

    Each run's UAR stands against its exact chance (labels permuted within speaker, closed form); a fault that leaks
    labels moves all runs to one side, so the family is tested by the sum of their departures, and the
    single runs by Holm over the family. Both are two-sided, with a normal tail; the p of the family is twice the
    smaller of the two (Bonferroni).

    Args:
        runs: predictions with null_run > 0 (true = the shuffled label), speaker, repeat.
        emotions: the probe's emotions.

    Returns: one row per run (metric null-UAR, its null_run) and one for the family (null_run -1), whose note says
        whether the runs depart from chance.
    """
    codes = pd.Index(emotions)
    rows: list[dict[str, Any]] = []
    departures, variances = [], []
    for number, run in runs.groupby("null_run"):
        speaker, speakers = pd.factorize(run["speaker"])
        true, predicted = codes.get_indexer(run["true"]), codes.get_indexer(run["predicted"])
        tables = metrics.confusion_by(speaker, true, predicted, len(speakers), len(emotions))
        value = float(metrics.uar(tables.sum(axis=0)))
        chance, deviation = permutation.chance_of_uar(tables)
        # draws share clips: at worst they all vary together
        deviation *= np.sqrt(permutation.VARIANCE_FACTOR * run["repeat"].nunique())
        departures.append(value - chance)
        variances.append(deviation**2)
        rows.append(
            {
                "null_run": int(str(number)),
                "metric": "null-UAR",
                "value": value,
                "low": max(0.0, chance - 1.96 * deviation),
                "high": min(1.0, chance + 1.96 * deviation),
                "interval": "central 95 % of chance",
                "n_clips": len(run),
                "n_speakers": len(speakers),
                "chance": chance,
            }
        )
    single = _two_sided(np.array(departures), np.sqrt(variances))
    for row, p in zip(rows, single, strict=True):
        row["p"] = float(p)
    return [*rows, _family(rows, float(np.sum(departures)), float(np.sqrt(np.sum(variances))), single)]


def _family(
    rows: list[dict[str, Any]], departure: float, deviation: float, single: "np.ndarray[Any, Any]"
) -> dict[str, Any]:
    n = len(rows)
    value, chance = (float(np.mean([row[name] for row in rows])) for name in ("value", "chance"))
    together = float(_two_sided(np.array([departure]), np.array([deviation]))[0])
    worst = float(holm(single).min())
    p = min(1.0, 2 * min(together, worst))
    verdict = "depart from chance: look for a leak before reading any score" if p < ALPHA else "stand at chance"
    by = f"p {p:.3g}; of their mean {together:.3g}, of the most extreme run {worst:.3g}"
    return {
        "null_run": -1,
        "metric": "null-UAR",
        "value": value,
        "low": chance - 1.96 * deviation / n,
        "high": chance + 1.96 * deviation / n,
        "interval": "central 95 % of chance (mean of the runs)",
        "n_draws": n,
        "n_clips": rows[0]["n_clips"],
        "n_speakers": rows[0]["n_speakers"],
        "chance": chance,
        "p": p,
        "note": f"{n} null runs {verdict} ({by})",
    }


def _two_sided(departures: "np.ndarray[Any, Any]", deviations: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Two-sided normal p; 1 where nothing can vary."""
    z = np.divide(np.abs(departures), deviations, out=np.zeros_like(departures), where=deviations > 1e-12)
    return np.asarray(2 * special.ndtr(-z))
