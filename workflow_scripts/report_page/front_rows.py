"""Which rows of the tables the front page's sentences are about, and what the speakers of these rows could show."""

from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.report_page import distance_rows
from workflow_scripts.report_page.explanation_rows import where
from workflow_scripts.report_page.study import ALPHA, Study, best_network
from workflow_scripts.statistics.power import (
    INTERVAL,
    Smallest,
    level_within,
    smallest_difference,
    spread_of_interval,
)
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.roles import networks
from workflow_scripts.summaries.select import HOW, headline_of, headline_scores
from workflow_scripts.summaries.transfer_comparisons import CONDITIONS, FLIPS

NOT_KNOWN = Smallest(float("nan"), "")


def next_network(study: Study, top: "pd.Series[Any]") -> "pd.Series[Any] | None":
    """The headline row of the network that comes after the highest, or None."""
    best = study.tables["best"]
    own = best[(best["dataset"] == top["dataset"]) & best["model"].isin(networks(study.models))]
    rows = headline_of(own[own["model"] != top["model"]], top["protocol"]).dropna(subset="value")
    return rows.loc[rows["value"].idxmax()] if len(rows) else None


def headline(study: Study, row: "pd.Series[Any]", model: str) -> "pd.Series[Any]":
    """The headline row of a model in the dataset and protocol of a comparison."""
    return headline_of(where(study.tables["best"], dataset=row["dataset"], model=model), row["protocol"]).iloc[0]


def curve_of(study: Study, top: "pd.Series[Any]") -> pd.DataFrame:
    """The curve over layers of a headline row, layers in the order of the network."""
    layers = study.tables["layers"]
    return layers[
        (layers["dataset"] == top["dataset"])
        & (layers["model"] == top["model"])
        & (layers["protocol"] == top["protocol"])
        & layers["headline"]
        & (layers["condition"] == "all")
    ].sort_values("position")


def smallest_between_layers(study: Study, curve: pd.DataFrame, seed: int) -> Smallest:
    """The smallest difference from the best layer that would have shown in any layer that is not told from it."""
    best = curve.loc[curve["best"]].iloc[0]
    rows = headline_scores(study.tables["scores"], study.tables["layers"], best["dataset"])
    rows = rows[(rows[["model", *HOW]] == best[["model", *HOW]].to_list()).all(axis=1)]
    rows = rows[(rows["metric"] == "UAR") & (rows["condition"] == "all") & (rows["group"] == "")]
    rows = rows[(rows["repeat"] == -1) & (rows["speaker"] != "") & rows["pseudo_value"].notna()]
    values = rows.pivot(index="speaker", columns="layer", values="pseudo_value")
    others = [layer for layer in curve.loc[curve["among_best"], "layer"] if layer != best["layer"]]
    if values.empty or not others:
        return NOT_KNOWN
    spreads = values[others].sub(values[best["layer"]], axis=0).std(ddof=1)
    return smallest_difference(float(spreads.max()), len(values), seed, conditions=values.shape[1])


def smallest_of_comparison(table: pd.DataFrame, row: "pd.Series[Any]", seed: int) -> Smallest:
    """Of a row of the probes' comparisons, which are corrected together."""
    n = int(row["n_speakers"])
    place = list(table.index).index(row.name)
    return smallest_difference(
        spread_of_interval(row["low"], row["high"], n), n, seed, level=level_within(table["p"], place, ALPHA)
    )


def smallest_of_training(study: Study, row: "pd.Series[Any]", seed: int) -> Smallest:
    """Of a strict row of the comparisons of trainings, corrected within its family."""
    table = study.transfer["comparisons"]
    n, family = int(row["n_speakers"]), table[table["family"] == row["family"]]
    level = level_within(family["p"], list(family.index).index(row.name), ALPHA)
    spread = spread_of_interval(row["low"], row["high"], n)
    return smallest_difference(spread, n, seed, level=level, draws=FLIPS)


def smallest_of_contrast(rows: pd.DataFrame, row: "pd.Series[Any]", seed: int) -> Smallest:
    """Of one pair of emotions among all; NaN where the datasets share no speakers."""
    if np.isnan(row["p_smallest"]):
        return NOT_KNOWN
    n, emotions = int(row["n_speakers"]), len({*rows["emotion"], *rows["against"]})
    return smallest_difference(spread_of_interval(row["low"], row["high"], n), n, seed, conditions=emotions)


def smallest_of_gain(row: "pd.Series[Any]", seed: int) -> Smallest:
    """Of a gain in R2, whose interval over speakers has to leave out 0."""
    n = int(row["n_speakers"])
    return smallest_difference(spread_of_interval(row["low"], row["high"], n), n, seed, test=INTERVAL)


def across(study: Study, source: str, top: "pd.Series[Any]") -> "pd.Series[Any] | None":
    """The headline row of the same network trained on another dataset and tested on that of `top`, or None."""
    cross = study.tables["cross"]
    keys = ["dataset", "model", "protocol", "probe", "pooling", "speaker_normalisation", "repeat", "null_run"]
    same = (cross[keys] == top[keys].to_list()).all(axis=1) & (cross["source"] == source)
    rows = cross[same & (cross["metric"] == "UAR") & (cross["condition"] == "all") & (cross["speaker"] == "")]
    return None if rows.empty else rows.iloc[0]


def of_pair_model(study: Study, pair: distance_rows.Pair) -> str:
    """The network whose distances the front page tells of: of the counted ones that with the highest UAR on the
    first dataset, or the first; "" where none is counted."""
    models, _ = distance_rows.counted_models(study, pair)
    top = best_network(study, pair[0])
    return str(top["model"]) if top is not None and top["model"] in models else next(iter(models), "")


def stages(study: Study, source: str, target: str, other: str) -> pd.DataFrame:
    """Comparisons of two stages with another condition over all emotions, strict, in the order of the config."""
    table = study.transfer["comparisons"]
    keys = {"question": CONDITIONS, "one": t.TWO_STAGE, "other": other, "source": source, "target": target}
    return where(table, **keys, protocol=t.STRICT, emotion="")
