"""The clips behind a cell: of one emotion at one layer the nearest, the farthest and the misclassified."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.probing.inputs import F64
from workflow_scripts.statistics.scales import unit_variance

NEAREST, FARTHEST, MISCLASSIFIED = KINDS = ("nearest", "farthest", "misclassified")
EACH = 3  # clips of a kind, at most


def clips_of_layer(clips: pd.DataFrame, vectors: F64, told: pd.DataFrame) -> pd.DataFrame:
    """Up to EACH clips of every kind for each emotion of a layer; no clip is both near and far.

    Nearest and farthest: by `distances`. Misclassified: those taken for another emotion, the surest first. Ties go by
    clip_id.

    Args:
        clips: n rows of a manifest.
        vectors: (n, width), all of them finite.
        told: what a probe took its clips for, as `answers` gives it; empty where none was asked.

    Returns: columns emotion, kind, place (from 1), clip_id, speaker, seconds, distance, predicted and probability
    ("" and NaN of a clip that no probe was asked about).
    """
    table = clips[["emotion", "clip_id", "speaker", "seconds"]].merge(told, on="clip_id", how="left")
    table["predicted"] = table["predicted"].fillna("")
    # rounded, so that clips at one distance are one however their numbers were summed
    table["distance"] = distances(vectors, table["emotion"]).round(9)
    kinds = []
    for _, own in table.groupby("emotion"):
        each = min(EACH, int(own["distance"].count()) // 2)
        wrong = own[~own["predicted"].isin(["", *own["emotion"]])]
        kinds += [
            _first(own, NEAREST, "distance", each, ascending=True),
            _first(own, FARTHEST, "distance", each, ascending=False),
            _first(wrong, MISCLASSIFIED, "probability", EACH, ascending=False),
        ]
    return pd.concat(kinds, ignore_index=True)


def _first(own: pd.DataFrame, kind: str, key: str, count: int, ascending: bool) -> pd.DataFrame:
    """The first rows by a column, with their place."""
    found = own.sort_values([key, "clip_id"], ascending=[ascending, True]).head(count)
    return found.assign(kind=kind, place=np.arange(1, len(found) + 1))


def distances(vectors: F64, emotions: "pd.Series[str]") -> F64:
    """Distance of each clip from the mean of the other clips of its emotion, (n,); NaN where there are none.

    Dimensions are standardised over all n clips; root mean square over dimensions, so that it is in standard
    deviations and layers of other widths compare.
    """
    scaled, found = unit_variance(vectors), np.full(len(vectors), np.nan)
    for rows in emotions.reset_index(drop=True).groupby(emotions.to_numpy()).indices.values():
        if len(rows) > 1:
            # x - (S - x) / (n - 1) is n / (n - 1) times x - S / n
            from_mean = scaled[rows] - scaled[rows].mean(axis=0)
            found[rows] = len(rows) / (len(rows) - 1) * np.sqrt((from_mean**2).mean(axis=1))
    return found


def answers(predictions: pd.DataFrame, asked: Mapping[str, Any]) -> pd.DataFrame:
    """What one probe took each clip for, and how sure it was: clip_id, predicted, probability.

    Args:
        predictions: as of the table.
        asked: column -> value of the probe's rows, which hold every clip once.
    """
    own = predictions[(predictions[list(asked)] == list(asked.values())).all(axis=1)]
    return own[["clip_id", "predicted"]].assign(probability=own.filter(regex="^p_").max(axis=1))
