"""Paper 2 side by side: a printed figure, this study in the form of the paper, this study strict."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workflow_scripts.statistics.layers import layer_order
from workflow_scripts.study.schemas import TABLES

# Words in print -> words of this study. "neutrality" is left out: the paper tells it from itself.
EMOTIONS = {"anger": "angry", "fear": "fearful", "joy": "happy", "sadness": "sad", "disgust": "disgust"}
# Of EmoDB the authors' repository prints an older form, with other classes and another ranking.
CORPORA = {"RAVDESS": "ravdess-speech", "SAVEE": "savee"}
NETWORK, ACOUSTICS = "wavlm-large", "eGeMAPSv02"
PRINTED_K = "k_top_dims"
WITHIN = "within-emotion"
NOWHERE = {"dataset": "", "model": "", "layer": ""}
ALONE = "This study has no {}; the printed figure stands alone."
Row = dict[str, Any]
Datasets = Mapping[str, Mapping[str, Any]]


class Quantity(NamedTuple):
    """A printed quantity: its word, whose it is, on which side of the dimensions, and the unit it is printed in."""

    what: str
    model: str
    side: str = ""
    word: str = ""
    unit: float = 1.0


QUANTITIES = {
    "f1_egemaps": Quantity("F1", ACOUSTICS, "all", "acoustic", 100.0),
    "f1_wavlm_all": Quantity("F1", NETWORK, "all", "all", 100.0),
    "f1_wavlm_top": Quantity("F1", NETWORK, "top", "top", 100.0),
    "egemaps_shap_minmax_median": Quantity("shap", ACOUSTICS),
    "information_increase_median": Quantity("information-increase", NETWORK),
}


def papers(
    printed: pd.DataFrame,
    scores: pd.DataFrame,
    categories: pd.DataFrame,
    importance: pd.DataFrame,
    datasets: Datasets,
) -> pd.DataFrame:
    """One row per printed figure and dataset of its corpus; a printed figure without a counterpart stands alone.

    Beside it stands the paper's own network, at the last layer that this study explains, or its acoustic features.

    Args:
        printed: the published table. Of it F1, and the medians per category of two quantities; several runs of the
            authors are one row with the range of their values.
        scores, categories, importance: study_explanation_*.
        datasets: facts by name.

    Returns: the columns of the table explanation_papers.
    """
    known = printed["dataset"].isin([*CORPORA]) & printed["emotion"].isin([*EMOTIONS])
    figures = printed[known].assign(value=pd.to_numeric(printed["value"], errors="coerce"))
    ks = figures[figures["quantity"] == PRINTED_K].groupby(["dataset", "emotion"])["value"].agg(["min", "max"])
    shown = figures[figures["quantity"].isin([*QUANTITIES])]
    rows = []
    for key, runs in shown.groupby(["dataset", "emotion", "quantity", "category_or_feature"], sort=False):
        corpus, emotion, quantity, category = map(str, key)
        asked = QUANTITIES[quantity]
        figure = {
            "corpus": corpus,
            "emotion": EMOTIONS[emotion],
            "what": asked.what,
            "side": asked.word,
            "category": category,
            "printed_low": runs["value"].min() / asked.unit,
            "printed_high": runs["value"].max() / asked.unit,
            "n_printed": int(runs["value"].notna().sum()),
            "how_known": "; ".join(dict.fromkeys(runs["source"] + ": " + runs["how"])),
        }
        printed_k = "{:.0f} to {:.0f}".format(*ks.loc[(corpus, emotion)]) if asked.side == "top" else ""
        places = [name for name, facts in datasets.items() if facts["corpus"] == CORPORA[corpus]]
        of_emotion = _where(scores, emotion=EMOTIONS[emotion], model=asked.model, condition="all", metric="F1")
        beside = [
            _beside(asked, category, own, categories, importance, printed_k)
            for own in (_where(of_emotion, dataset=place) for place in places)
            if len(own)
        ]
        rows += [figure | NOWHERE | own for own in beside or [{"why": ALONE.format(f"{asked.model} for it")}]]
    return pd.DataFrame(rows, columns=[*TABLES["explanation_papers"]])


def _beside(
    asked: Quantity,
    category: str,
    f1: pd.DataFrame,
    categories: pd.DataFrame,
    importance: pd.DataFrame,
    printed_k: str,
) -> Row:
    """What this study says of a figure; `f1`: rows of the emotion's F1 by the model on one dataset."""
    last = f1[f1["layer"] == max(f1["layer"], key=layer_order)]
    place = {name: last[name].iloc[0] for name in ("dataset", "model", "layer", "emotion", "against")}
    if place["against"] != "neutral":
        return {"why": ALONE.format("emotions told from neutral, as the paper has them,")}
    if asked.what == "F1":
        own = _where(last, side=asked.side)
    else:
        own = _where(categories, **place, condition="all", what=asked.what, aggregate="median", category=category)
        own = own[own["form"] != WITHIN]
    published, strict = _where(own, protocol="paper2"), _where(own, protocol="strict")
    if asked.what == "shap":
        strict = _scaled(_where(importance, **place, protocol="strict"), category)
    names = {"published": ("value", published), "spread": ("spread", published), "strict": ("value", strict)}
    names |= {"strict_low": ("low", strict), "strict_high": ("high", strict), "chance": ("chance", strict)}
    row: Row = {name: place[name] for name in ("dataset", "model", "layer")}
    row |= {name: frame[column].iloc[0] for name, (column, frame) in names.items() if len(frame) and column in frame}
    return row | {"why": why(asked, published, strict, printed_k)}


def why(asked: Quantity, published: pd.DataFrame, strict: pd.DataFrame, printed_k: str = "") -> str:
    """What the difference between the forms is due to, in a sentence.

    Args:
        asked: the quantity.
        published, strict: its row in each form, or none.
        printed_k: the authors' numbers of dimensions, where the figure is of the top ones.
    """
    if published.empty:
        return "This study did not run the form paper2 here."
    one = published.iloc[0]
    other = None if strict.empty else strict.iloc[0]
    if asked.what == "shap":
        parts = [
            "one model, of one split of one draw, explains rows that it was trained on, on another scale than its own"
        ]
    elif asked.what == "information-increase":
        parts = [
            "RMSE_all / RMSE_top^2 is 1 / RMSE where the top dimensions change nothing",
            "its errors come from two different random parts, with speakers on both sides",
            "penalties end at 100, too small for all dimensions",
        ]
    else:
        parts = [_drawn(one, other), "each speaker's clips are normalised together, the held-out speakers' as well"]
        if asked.side == "top":
            parts.insert(0, _chosen(one, other, printed_k))
        parts.append(_guessing(one, other))
    gap = "" if other is None else _gap(asked, one["value"] - other["value"])
    return f"As published {'; '.join(parts)}{gap}."


def _chosen(published: "pd.Series[Any]", strict: "pd.Series[Any] | None", printed_k: str) -> str:
    inside = "" if strict is None else f"; strict: {strict['k']:g}, chosen inside the training speakers"
    return (
        f"dimensions are ranked and their number is chosen on test speakers ({published['k']:g} here, {printed_k} in "
        f"the authors' runs{inside})"
    )


def _drawn(published: "pd.Series[Any]", strict: "pd.Series[Any] | None") -> str:
    whole = "" if strict is None else f" (strict: {strict['n_clips']} clips, all {strict['n_speakers']} speakers)"
    return f"{published['n_clips']} clips are drawn once and {published['n_speakers']} speakers are ever tested{whole}"


def _guessing(published: "pd.Series[Any]", strict: "pd.Series[Any] | None") -> str:
    there = "" if strict is None else f", {_always(strict):.0f} in strict"
    return f"always naming the emotion has an F1 of {_always(published):.0f}{there}"


def _always(row: "pd.Series[Any]") -> float:
    """F1 in points of always naming the emotion: 2 p / (1 + p) for a share p of such clips."""
    share = row["n_positive"] / row["n_clips"]
    return float(200 * share / (1 + share))


def _gap(asked: Quantity, gap: float) -> str:
    return f": {100 * gap:+.1f} points against strict" if asked.what == "F1" else f": {gap:+.2f} against strict"


def _scaled(importance: pd.DataFrame, category: str) -> pd.DataFrame:
    """Strict importances scaled from 0 to 1 as the published ones are: their median in a category, or no row."""
    above = importance["value"] - importance["value"].min()
    own = above[importance["category"] == category]
    return pd.DataFrame({"value": [own.median() / above.max()] if len(own) and above.max() > 0 else []})


def _where(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """Rows with these values."""
    return table[np.logical_and.reduce([table[name].to_numpy() == value for name, value in wanted.items()])]
