"""Curves over the layers of one model: values with intervals and bands, the best layer and those not told from it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workflow_scripts.statistics.corrections import holm
from workflow_scripts.statistics.layers import layer_table
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.summaries.select import HOW

CURVE = [*HOW, "condition"]


def whole_rows(scores: pd.DataFrame) -> pd.DataFrame:
    """UAR of all clips of a condition, mean over draws, real labels: one row per curve and layer."""
    return scores[
        (scores["metric"] == "UAR")
        & (scores["speaker"] == "")
        & (scores["group"] == "")
        & (scores["null_run"] == 0)
        & (scores["repeat"] == -1)
    ]


def curves(scores: pd.DataFrame, layers: Sequence[str], seed: int) -> pd.DataFrame:
    """One row per layer and curve (protocol, probe, pooling, normalisation, condition).

    Args:
        scores: the score tables of all layers with a column `layer`.
        layers: layer names in the order of the network.
        seed: study seed; every curve has its own stream.

    Returns: the columns of the table layers from `layer` on, but for `headline`.
    """
    whole = whole_rows(scores)
    parts = []
    for names, rows in whole.groupby(CURVE, sort=False):
        curve = rows.assign(position=[layers.index(layer) for layer in rows["layer"]]).sort_values("position")
        own = scores[(scores[CURVE] == list(names)).all(axis=1)]
        parts.append(
            _compared(curve.reset_index(drop=True), own, np.random.default_rng(seed_of(seed, "layers", *names)))
        )
    columns = [name for name in TABLES["layers"] if name not in ("dataset", "model", "headline")]
    return pd.concat(parts, ignore_index=True)[columns]


def _compared(curve: pd.DataFrame, scores: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The curve with band, best layer, set and corrected p values."""
    curve = curve.assign(p_chance=holm(curve["p"]), best=curve.index == curve["value"].idxmax())
    speakers = scores[(scores["speaker"] != "") & (scores["metric"] == "UAR") & (scores["group"] == "")]
    if speakers.empty or speakers["pseudo_value"].isna().any():
        why = "layers are not compared: the units of the interval are not independent speakers"
        return curve.assign(
            band_low=np.nan, band_high=np.nan, among_best=False, p_best=np.nan, smallest_p=np.nan,
            note=_joined(curve["note"], why),
        )  # fmt: skip
    found = layer_table(scores, rng).set_index("layer").loc[curve["layer"]].reset_index()
    return curve.assign(
        band_low=found["band_low"],
        band_high=found["band_high"],
        # the mean of pseudo-values departs from the pooled score by rounding only where speakers have all emotions
        best=found["best"],
        among_best=found["in_set"],
        p_best=found["p_against_best"],
        smallest_p=found["p_smallest"],
        note=_joined(curve["note"], found["note"].iloc[0]),
    )


def _joined(notes: pd.Series, more: str) -> list[str]:
    """Each note with one more, unless it is said already."""
    return [note if more in note else "; ".join(filter(None, [note, more])) for note in notes]
