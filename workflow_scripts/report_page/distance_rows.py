"""Which rows of the distance tables the report tells of: the headline, its variants, the networks that are counted.

The headline is the kernel distance at equal numbers of clips per speaker, mean over layers, of the first pooling; of
acoustic features as rank-normal scores, since a few clips with exploding ratios carry the raw distance.
"""

from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.distances.layer import ALL, PUBLISHED, SHARED
from workflow_scripts.distances.measures import FRECHET, KERNEL
from workflow_scripts.figures import distance_variants as v
from workflow_scripts.report_page.study import Study
from workflow_scripts.statistics.scales import RANK_NORMAL, RAW
from workflow_scripts.summaries.distances import MEAN
from workflow_scripts.summaries.roles import acoustic_sets, elsewhere, networks, untrained

Pair = tuple[str, str]

HALF_BANDWIDTH = v.Variant("kernel, all clips, half the bandwidth", "kernel-half", form=SHARED)
DOUBLE_BANDWIDTH = v.Variant("kernel, all clips, double the bandwidth", "kernel-double", form=SHARED)
KERNEL_AS_PUBLISHED = v.Variant("kernel, as published", KERNEL, form=PUBLISHED)
RAW_FEATURES = v.Variant("kernel, features not turned into ranks", KERNEL)
SHARED_CLIPS = {
    measure: v.Variant(f"{measure}, all clips of shared speakers", measure, form=SHARED)
    for measure in (FRECHET, KERNEL)
}


def confounds(others: list[Any]) -> list[v.Variant]:
    """The headline without what could mislead: silence, intensity, and the other preparations of the pair."""
    return [v.WITHOUT_SILENCE, v.NORMAL_ONLY, *v.prepared_otherwise(others)]


def every(others: list[Any]) -> list[v.Variant]:
    """All variants that are set beside each other, the headline first."""
    measures = [v.FRECHET_EQUAL, v.MEANS, HALF_BANDWIDTH, DOUBLE_BANDWIDTH]
    published = [KERNEL_AS_PUBLISHED, v.AS_PUBLISHED, v.OF_FRAMES]
    return [v.HEADLINE, *confounds(others), RAW_FEATURES, *measures, *published]


def of_pair(study: Study, table: str, pair: Pair) -> pd.DataFrame:
    """Rows of a distance table of one pair."""
    return v.of_pair(study.distances[table], pair)


def rows_of(study: Study, table: str, pair: Pair, variant: v.Variant = v.HEADLINE, layer: str = MEAN) -> pd.DataFrame:
    """Rows of one variant in ranking, ranks, contrasts or agreement; of models that lack it, none.

    Args:
        study: facts and tables.
        table: name of the table.
        pair: the drawn pair.
        variant: which way; its own pair where the audio was prepared in another way.
        layer: a layer, or the mean over layers; "" for all.
    """
    rows = variant.of(study.distances[table], pair)
    rows = rows[(rows["layer"] == layer) | (layer == "")]
    acoustic = rows["of" if "of" in rows else "model"].isin(acoustic_sets(study.models))
    if variant is RAW_FEATURES:
        return rows[acoustic & (rows["scale"] == RAW)]
    return rows[rows["scale"] == np.where(acoustic, RANK_NORMAL, RAW)]


def compared_models(study: Study, pair: Pair) -> list[str]:
    """Models with a headline ranking, in the order of the study."""
    present = set(rows_of(study, "ranking", pair)["model"])
    return [model for model in study.models if model in present]


def counted_models(study: Study, pair: Pair) -> tuple[list[str], str]:
    """The models that the findings count, and what one of them is called.

    Trained networks (and vectors made elsewhere); untrained ones where there are no others; acoustic feature sets
    where the study has no network.
    """
    present = compared_models(study, pair)
    listening = [model for model in networks(study.models) if model in present]
    trained = [model for model in listening if model not in untrained(study.models)]
    if not listening:
        return [model for model in acoustic_sets(study.models) if model in present], "feature set"
    counted = trained or listening
    return counted, "model" if set(counted) & set(elsewhere(study.models)) else "network"


def last_layer(study: Study, model: str) -> str:
    """The last analysed layer of a model, where a table has no mean over layers."""
    return str(study.models[model]["layers"][-1])


def at_last_layer(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows at the last analysed layer of their model."""
    return rows[rows["layer"] == rows["model"].map({model: last_layer(study, model) for model in study.models})]


def emotions_of(study: Study, pair: Pair) -> list[str]:
    """The emotions that are ranked, in the order of the study."""
    return list(dict.fromkeys(rows_of(study, "ranking", pair)["emotion"]))


def extremes(rows: pd.DataFrame) -> pd.DataFrame:
    """Nearest and farthest emotion of every model: index model; nearest, farthest, their shares of half-samples.

    Args:
        rows: of the table ranking, one variant and layer.
    """
    found = {}
    for model, own in rows.groupby("model", sort=False):
        near, far = own.loc[own["value"].idxmin()], own.loc[own["value"].idxmax()]
        found[model] = {
            "nearest": near["emotion"], "p_nearest": near["p_nearest"],
            "farthest": far["emotion"], "p_farthest": far["p_farthest"],
        }  # fmt: skip
    return pd.DataFrame.from_dict(found, orient="index", columns=["nearest", "p_nearest", "farthest", "p_farthest"])


def swapped(study: Study, pair: Pair) -> pd.DataFrame:
    """Kernel distances of one emotion in both datasets that were set against swapped datasets, last analysed layer."""
    rows = rows_of(study, "distances", pair, SHARED_CLIPS[KERNEL], layer="")
    own = rows[
        (rows["first_emotion"] == rows["second_emotion"])
        & (rows["first_dataset"] == pair[0])
        & (rows["second_dataset"] == pair[1])
        & rows["n_swaps"].gt(0)
    ]
    return at_last_layer(study, own)


def top_clips(study: Study, pair: Pair) -> pd.DataFrame:
    """Of every model, emotion and measure the clip that adds most, at the last analysed layer, headline vectors."""
    rows = of_pair(study, "carriers", pair)
    rows = at_last_layer(study, rows[(rows["place"] == 1) & (rows["condition"] == ALL)])
    wanted = rows_of(study, "ranking", pair)[["model", "pooling", "scale"]].drop_duplicates()
    return rows.merge(wanted, on=["model", "pooling", "scale"])


def category_shifts(study: Study, pair: Pair) -> pd.DataFrame:
    """Shifts of whole categories of features."""
    rows = of_pair(study, "drivers", pair)
    return rows[(rows["what"] == "shift") & (rows["feature"] == "")]


def shares(study: Study, pair: Pair) -> pd.DataFrame:
    """Shares accounted for, at the layer that the figure shows."""
    rows = of_pair(study, "drivers", pair)
    middle = {model: v.middle_layer(facts["layers"]) for model, facts in study.models.items()}
    return rows[(rows["what"] == "accounted") & (rows["layer"] == rows["model"].map(middle))]
