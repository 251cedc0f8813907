"""Which rows of the distance tables the report tells of: the headline, its variants, the networks that are counted.

The headline is the kernel distance at equal numbers of clips per speaker, mean over layers, of the first pooling; of
acoustic features as rank-normal scores, since a few clips with exploding ratios carry the raw distance.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workflow_scripts.distances.layer import ALL, EQUAL, NORMAL, PUBLISHED, SHARED
from workflow_scripts.distances.measures import FRECHET, KERNEL, MEAN_TERM
from workflow_scripts.distances.scales import RANK_NORMAL, RAW
from workflow_scripts.figures import distance_variants as v
from workflow_scripts.report_page.findings import Study
from workflow_scripts.summaries.distances import MEAN
from workflow_scripts.summaries.roles import acoustic_sets, elsewhere, networks, untrained

Pair = tuple[str, str]
ACTIVE = "-active"  # ends the names of poolings that leave silence out
GROUP = ""  # in place of a model: a group of networks, whose orders are compared


class Variant(NamedTuple):
    """One way to take a distance, and how it differs from the headline in words; `name` as in the figures."""

    words: str = v.HEADLINE.name
    form: str = EQUAL
    measure: str = KERNEL
    condition: str = ALL
    grain: str = "clip"
    active: bool = False
    raw: bool = False
    pair: Pair | None = None

    @property
    def name(self) -> str:
        """As in the figures, the measure first."""
        return self.words if "," in self.words and not self.pair else f"kernel, {self.words}"


HEADLINE = Variant()
AS_PUBLISHED = Variant(v.AS_PUBLISHED.name, PUBLISHED, FRECHET)
EQUAL_FRECHET = Variant(v.FRECHET_EQUAL.name, EQUAL, FRECHET)
WITHOUT_SILENCE = Variant("silence left out", active=True)
NORMAL_INTENSITY = Variant("normal intensity only", condition=NORMAL)
RAW_FEATURES = Variant("features not turned into ranks", raw=True)


def confounds(others: list[Any]) -> list[Variant]:
    """The headline without what could mislead: silence, intensity, and the other preparations of the pair."""
    prepared = [Variant(words, pair=(other[0], other[1])) for other, words in others]
    return [WITHOUT_SILENCE, NORMAL_INTENSITY, *prepared]


def every(others: list[Any]) -> list[Variant]:
    """All variants that are set beside each other, the headline first."""
    measures = [
        EQUAL_FRECHET,
        Variant(v.MEANS.name, EQUAL, MEAN_TERM),
        Variant("kernel, all clips, half the bandwidth", SHARED, "kernel-half"),
        Variant("kernel, all clips, double the bandwidth", SHARED, "kernel-double"),
    ]
    frames = Variant(v.OF_FRAMES.name, PUBLISHED, FRECHET, grain="frame")
    independent = Variant("kernel, as published", PUBLISHED, KERNEL)
    return [HEADLINE, *confounds(others), RAW_FEATURES, *measures, independent, AS_PUBLISHED, frames]


def of_pair(study: Study, table: str, pair: Pair) -> pd.DataFrame:
    """Rows of a distance table of one pair."""
    rows = study.distances[table]
    return rows[(rows["first"] == pair[0]) & (rows["second"] == pair[1])]


def rows_of(
    study: Study, table: str, pair: Pair, variant: Variant = HEADLINE, layer: str = MEAN, model: str = "model"
) -> pd.DataFrame:
    """Rows of one variant in ranking, ranks, contrasts or agreement; of models that lack it, none.

    Args:
        study: facts and tables.
        table: name of the table.
        pair: the drawn pair.
        variant: which way; its own pair where the audio was prepared in another way.
        layer: a layer, or the mean over layers; "" for all.
        model: column that names the model.
    """
    where = variant.pair or pair
    rows = of_pair(study, table, where)
    rows = rows[
        (rows["grain"] == variant.grain)
        & (rows["form"] == variant.form)
        & (rows["measure"] == variant.measure)
        & (rows["condition"] == variant.condition)
        & ((rows["layer"] == layer) | (layer == ""))
    ]
    wanted = _selection(study, where, variant)
    of = [name if name in wanted else GROUP for name in rows[model]]
    kept = [
        wanted.get(name) == (pooling, scale)
        for name, pooling, scale in zip(of, rows["pooling"], rows["scale"], strict=True)
    ]
    return rows[np.array(kept, dtype=bool)]


def _selection(study: Study, pair: Pair, variant: Variant) -> dict[str, tuple[str, str]]:
    """{model: (pooling, scale)} of those that have the variant; as GROUP that of the first network.

    Poolings and scales stand in the tables in the order of the config.
    """
    rows = of_pair(study, "ranking", pair)
    there = rows.loc[rows["grain"] == "clip", ["model", "pooling", "scale"]].drop_duplicates()
    found = {}
    for model, own in there.groupby("model", sort=False):
        poolings, scales = list(own["pooling"]), set(own["scale"])
        pooling = poolings[0] + (ACTIVE if variant.active else "")
        ranked = RANK_NORMAL in scales
        if pooling not in poolings or (variant.raw and not ranked):
            continue
        scale = RANK_NORMAL if ranked and not variant.raw else RAW
        found[str(model)] = ("", RAW) if variant.grain == "frame" else (pooling, scale)
    listening = [model for model in networks(study.models) if model in found]
    return found | ({GROUP: found[listening[0]]} if listening else {})


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
