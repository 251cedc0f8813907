"""Rows of the tables explanation_* in the form of paper 2."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.explanation.published_ridge import Predicted, information_increase
from workflow_scripts.explanation.published_scores import METRICS, Ranked, Scored

F64 = npt.NDArray[np.float64]
Row = dict[str, Any]

NAMED = {"protocol": "paper2", "condition": "all"}
FORM = "plain"
IN_CURVE = ("F1", "UAR")
AGGREGATES = ("mean", "median")
IMPORTANCE_PLACES = 3  # importances are rounded before they are scaled
CHOSEN_ON_TEST = "k is the best of {tried} on the test speakers themselves, after a ranking that saw them"
DRAWN = "not in the paper; spread over draws, of means over the five splits"
NO_INCREASE = "rmse_top^2 / rmse_all rounds to 0: no information increase"


def score_rows(
    every: Scored, at_k: Mapping[str, Scored], random: F64, sizes: Mapping[str, int], tried: int
) -> list[Row]:
    """Rows of explanation_scores but for the counts of clips.

    Args:
        every: all dimensions.
        at_k: top, rest and bottom at the chosen k.
        random: (draws, metrics, splits) of random sets.
        sizes: dimensions in use by side.
        tried: how many k were tried.
    """
    per = {"all": every.values} | {side: one.values for side, one in at_k.items()} | {"random": random.mean(2).T}
    notes = {"top": CHOSEN_ON_TEST.format(tried=tried), "random": DRAWN}
    return [
        NAMED
        | {"side": side, "metric": metric, "value": values[row].mean(), "spread": values[row].std(ddof=1)}
        | {"k": float(sizes[side]), "n_draws": len(random) if side == "random" else 0, "note": notes.get(side, "")}
        for side, values in per.items()
        for row, metric in enumerate(METRICS)
    ]


def curve_rows(curve: Mapping[int, Mapping[str, Scored]]) -> list[Row]:
    """Rows of explanation_curve: by k, then by side."""
    return [
        NAMED
        | {"side": side, "k": k, "metric": metric}
        | {"value": one.values[METRICS.index(metric)].mean(), "spread": one.values[METRICS.index(metric)].std(ddof=1)}
        for k, by_side in curve.items()
        for side, one in by_side.items()
        for metric in IN_CURVE
    ]


def importance_rows(ranking: Ranked, own: Mapping[str, str]) -> list[Row]:
    """Rows of explanation_importance by rank; `own`: category of each dimension that has a name, in their order."""
    named = [*own.items()] or [("", "")] * len(ranking.order)
    return [
        {"protocol": NAMED["protocol"], "fold": -1, "dimension": place, "rank": rank}
        | {"feature": named[place][0], "category": named[place][1]}
        | {"value": ranking.importance[place], "coefficient": ranking.coefficient[place]}
        for rank, place in enumerate(map(int, ranking.order), start=1)
    ]


def gain_rows(
    top: Predicted, every: Predicted, names: Sequence[str], category: Sequence[str], notes: Sequence[str]
) -> list[Row]:
    """Rows of explanation_gains but for k and the speakers; `notes`: by feature, how its splits were drawn."""
    increase = information_increase(top.rmse, every.rmse)
    return [
        NAMED
        | {"form": FORM, "feature": names[row], "category": category[row]}
        | {"rmse_top": top.rmse[row], "rmse_all": every.rmse[row], "information_increase": value}
        | {"alpha_top": top.alpha[row], "alpha_all": every.alpha[row], "n_clips": top.n_held_out}
        | {"note": notes[row] if np.isfinite(value) else f"{NO_INCREASE}; {notes[row]}"}
        for row, value in enumerate(increase)
    ]


def category_rows(values: F64, category: Sequence[str], what: str) -> list[Row]:
    """Rows of explanation_categories: mean and median over the features of a category that have a value.

    Args:
        values, category: (features,).
        what: information-increase or shap.
    """
    table = pd.DataFrame({"category": [*category], "value": values}).dropna().groupby("category")["value"]
    return [
        NAMED
        | {"form": "" if what == "shap" else FORM, "what": what, "aggregate": aggregate, "category": name}
        | {"value": part.agg(aggregate), "n_features": len(part)}
        for aggregate in AGGREGATES
        for name, part in table
    ]


def scaled(importance: F64) -> F64:
    """Importances (features,) as the paper draws them: rounded, then 0 for the least and 1 for the most."""
    rounded = np.round(importance, IMPORTANCE_PLACES)
    span = np.ptp(rounded)
    return (rounded - rounded.min()) / span if span else np.zeros_like(rounded)
