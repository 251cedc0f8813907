"""Tables behind the live charts of the distances: order of the emotions, layers, cells, conditions, what drives it."""

from typing import Any

import pandas as pd

from workflow_scripts.figures import distance_conditions, distance_drivers, distance_matrix, style
from workflow_scripts.figures import distance_variants as v
from workflow_scripts.report_page import distance_rows as select
from workflow_scripts.report_page.distance_rows import Pair
from workflow_scripts.report_page.study import Study
from workflow_scripts.statistics.scales import RANK_NORMAL, RAW
from workflow_scripts.summaries.roles import acoustic_sets

PAIR = ["first", "second"]


def tables(study: Study) -> dict[str, pd.DataFrame]:
    """Tables by the name that the charts know them by; none where nothing was compared.

    `first` and `second` are the drawn pair throughout, also in rows of the same recordings prepared in another way.
    """
    made = [_of_pair(study, (first, second), others) for first, second, others in study.compared]
    return {name: pd.concat([one[name] for one in made], ignore_index=True) for name in (made[0] if made else ())}


def _of_pair(study: Study, pair: Pair, others: list[Any]) -> dict[str, pd.DataFrame]:
    found = {
        "distance_pairs": _pairs(pair, others),
        "distances": _distances(study, pair),
        "distance_ranks": select.rows_of(study, "ranks", pair, layer="")[
            ["model", "layer", "emotion", "rank", "probability"]
        ],
        "distance_cells": _cells(study, pair),
        "distance_conditions": _conditions(study, pair, others),
        "distance_shifts": _shifts(study, pair),
        "distance_shares": _shares(study, pair),
    }
    return {name: table.assign(first=pair[0], second=pair[1]) for name, table in found.items()}


def _pairs(pair: Pair, others: list[Any]) -> pd.DataFrame:
    """Every dataset that the pair speaks of; `words`: how it was prepared otherwise."""
    rows = [(name, "") for name in pair] + [(name, words) for other, words in others for name in other]
    return pd.DataFrame(rows, columns=["dataset", "words"])


def _distances(study: Study, pair: Pair) -> pd.DataFrame:
    """The headline at every layer and as the mean over them; beside it the published distance and the paper's rank."""
    keys = ["model", "layer", "emotion"]
    published = select.rows_of(study, "ranking", pair, v.AS_PUBLISHED, layer="")
    published = published[[*keys, "value", "rank"]].rename(columns={"value": "published", "rank": "published_rank"})
    rows = select.rows_of(study, "ranking", pair, layer="")
    emotions = v.emotions_in_order(v.of_pair(study.distances["ranking"], pair), pair)
    rows = rows.assign(paper=rows["emotion"].map(v.papers_ranks(rows, emotions)))
    sizes = ["n_half_samples", "n_speakers", "clips_per_speaker"]
    columns = [*keys, "value", "low", "high", "floor", "rank", "p_nearest", "p_farthest", "paper", *sizes]
    return rows[columns].merge(published, on=keys, how="left")


def _cells(study: Study, pair: Pair) -> pd.DataFrame:
    """Every dataset and emotion against every other at every layer, one row for both measures.

    The kernel distance is at the number of clips per speaker of the ranking, the published one over the layer's unit.
    """
    rows = v.of_pair(study.distances["distances"], pair)
    acoustic = rows["model"].isin(acoustic_sets(study.models))
    rows = rows[rows["scale"] == acoustic.map({True: RANK_NORMAL, False: RAW})]
    numbers = select.rows_of(study, "ranking", pair)[["model", "clips_per_speaker"]].drop_duplicates()
    keys = ["model", "layer", *distance_matrix.SIDES]
    kernel = v.HEADLINE.of(rows, pair).merge(numbers, on=["model", "clips_per_speaker"])
    published = v.AS_PUBLISHED.of(rows, pair)
    published = published.assign(published=published["value"] / published["unit"])
    return kernel[[*keys, "value", "low", "high", "n_speakers"]].merge(
        published[[*keys, "published", "n_first", "n_second"]], on=keys, how="left"
    )


def _conditions(study: Study, pair: Pair, others: list[Any]) -> pd.DataFrame:
    """The rank of every emotion under each way to take the distance, mean over layers."""
    ranking, ranks, agreement = (study.distances[name] for name in ("ranking", "ranks", "agreement"))
    rows = distance_conditions.data(ranking, ranks, agreement, pair, study.models, others)
    acoustic = rows["model"].isin(acoustic_sets(study.models))
    rows = rows[rows["scale"] == acoustic.map({True: RANK_NORMAL, False: RAW})]
    columns = ["model", "variant", "emotion", "rank", "probability", "agreement", "p", "n_half_samples", "n_speakers"]
    return rows[columns]


def _shifts(study: Study, pair: Pair) -> pd.DataFrame:
    """Shifts of acoustic features and of their categories (`feature` empty), in standard deviations."""
    rows = v.of_pair(study.distances["drivers"], pair)
    rows = rows[rows["what"] == distance_drivers.SHIFT]
    rows = rows.assign(called=rows["feature"].map(style.feature_words))
    return rows[["emotion", "category", "feature", "called", "value", "low", "high", "p_adjusted", "n_speakers"]]


def _shares(study: Study, pair: Pair) -> pd.DataFrame:
    """Share of the squared mean distance that sets of acoustic features account for, at every layer."""
    rows = v.of_pair(study.distances["drivers"], pair)
    rows = rows[(rows["what"] == distance_drivers.ACCOUNTED) & rows["features"].isin(["all", distance_drivers.ALONE])]
    named = rows["category"].where(rows["features"] == distance_drivers.ALONE, distance_drivers.EVERY)
    return rows.assign(set=named)[["model", "layer", "emotion", "set", "value", "low", "high", "n_speakers", "note"]]
