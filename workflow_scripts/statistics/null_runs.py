"""Null runs: the whole pipeline on labels shuffled within speaker. One at a time and as a family."""

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
    single runs by Holm over the family. Both are two-sided, with the normal tail of the exact variance.

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
        deviation *= np.sqrt(run["repeat"].nunique())  # draws share clips: at worst they all vary together
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
    p = float(_two_sided(np.array([departure]), np.array([deviation]))[0])
    worst = float(holm(single).min())
    if p < ALPHA or worst < ALPHA:
        verdict = "depart from chance: look for a leak before reading any score"
    else:
        verdict = "stand at chance"
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
        "note": f"{n} null runs {verdict} (mean p {p:.3g}; most extreme run, Holm p {worst:.3g})",
    }


def _two_sided(departures: "np.ndarray[Any, Any]", deviations: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Two-sided normal p; 1 where nothing can vary."""
    z = np.divide(np.abs(departures), deviations, out=np.zeros_like(departures), where=deviations > 1e-12)
    return np.asarray(2 * special.ndtr(-z))
