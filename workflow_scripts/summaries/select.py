"""Common selections from the tables of a study."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

HOW = ["protocol", "probe", "pooling", "speaker_normalisation"]
# how the layer of a headline was chosen
INSIDE, ON_TEST, LAST, ONLY = "inside training", "on test", "last analysed layer", "only layer"
EACH = "each layer"  # not chosen: confusions of every layer by itself


def main_protocol(protocols: Iterable[str]) -> str:
    """`strict` where it is among the protocols, else the first of them."""
    found = list(dict.fromkeys(protocols))
    return "strict" if "strict" in found else found[0]


def headline_scores(scores: pd.DataFrame, layers: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Rows of the study's scores of one dataset, trained and tested on it.

    Of probes, poolings and normalisations those of the headline; real labels only.
    Column `position` says the place of the layer in its network.
    """
    own = scores[(scores["dataset"] == dataset) & (scores["source"] == dataset) & (scores["null_run"] == 0)]
    places = layers.loc[layers["headline"], ["dataset", "model", "layer", "position", *HOW]].drop_duplicates()
    return own.merge(places, on=["dataset", "model", "layer", *HOW])


def headline_of(best: pd.DataFrame, protocol: str, metric: str = "UAR") -> pd.DataFrame:
    """Headline rows of the table best under one protocol: all clips, within a dataset, one per model."""
    wanted = (
        best["headline"]
        & (best["protocol"] == protocol)
        & (best["metric"] == metric)
        & (best["condition"] == "all")
        & (best["null_run"] == 0)
        & (best["repeat"] == -1)
        & (best["speaker"] == "")
        & (best["emotion"] == "")
        & (best["source"] == best["dataset"])
    )
    return best[wanted]


def scope(best: pd.DataFrame, dataset: str, protocol: str) -> tuple[frozenset[str], int]:
    """Emotions and number of speakers that a protocol tests in a dataset; none and 0 where it did not run."""
    own = best[
        best["headline"]
        & (best["dataset"] == dataset)
        & (best["source"] == dataset)
        & (best["protocol"] == protocol)
        & (best["condition"] == "all")
        & (best["null_run"] == 0)
    ]
    emotions = frozenset(own.loc[own["metric"] == "recall", "emotion"])
    speakers = own.loc[own["metric"] == "UAR", "n_speakers"].max()
    return emotions, 0 if pd.isna(speakers) else int(speakers)


def mark_headline(table: pd.DataFrame, spec: Mapping[str, Any]) -> pd.DataFrame:
    """The table with a column `headline`: whether probe, pooling and normalisation are the first of the config."""
    first = {"probe": spec["probes"][0], "pooling": spec["poolings"][0]}
    first["speaker_normalisation"] = spec["speaker_normalisation"][0]
    return table.assign(headline=(table[list(first)] == list(first.values())).all(axis=1))
