"""Emotions, layers, gains and speakers in the words of sentences on the explanation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.explanation.rows import MELODY, NORMAL
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.words import counted, listed, measured
from workflow_scripts.summaries.roles import acoustic_sets

NAMED = 3  # so many emotions are given one by one, of more the lowest and the highest
CONDITIONS = {
    NORMAL: "clips of normal intensity alone",
    MELODY: "clips of the same melodies alone (against the other emotions sung to them)",
}
Say = Callable[[Any], str]


def over_emotions(rows: pd.DataFrame, say: Say) -> str:
    """'92 % [88, 95] for angry and 82 % for sad', or '82 % (sad) to 95 % (angry)': rows of one emotion each.

    Args:
        rows: with columns emotion and value; those without a value are left out.
        say: what is said of a row.
    """
    given = rows.dropna(subset="value")
    if given.empty:
        return "not defined"
    if len(given) <= NAMED:
        return listed([f"{say(row)} for {row.emotion}" for row in given.itertuples()])
    ordered = list(given.sort_values("value", kind="stable").itertuples())
    least, most = (say(row) for row in (ordered[0], ordered[-1]))
    if least == most:
        return f"{least} for all {len(ordered)} emotions"
    return f"{least} ({ordered[0].emotion}) to {most} ({ordered[-1].emotion})"


def signed(value: float, low: float = float("nan"), high: float = float("nan")) -> str:
    """'+0.12 [+0.05, +0.19]': a gain in R², two decimals; three where it would read as touching 0 and does not."""
    if np.isnan(value):
        return "–"
    if np.isnan(low) or np.isnan(high):
        return _plus(value, 2)
    apart = low > 0 or high < 0
    digits = 3 if apart and min(abs(low), abs(high)) < 0.005 else 2
    return f"{_plus(value, digits)} [{_plus(low, digits)}, {_plus(high, digits)}]"


def _plus(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:+.{digits}f}"  # no -0.00


def agreement(value: float, low: float = float("nan"), high: float = float("nan")) -> str:
    """'0.45 [0.42, 0.48]': an index of agreement; '–' for NaN."""
    if np.isnan(value):
        return "–"
    numbers = [f"{round(one, 2) + 0.0:.2f}" for one in (value, low, high)]
    return numbers[0] if np.isnan(low) or np.isnan(high) else f"{numbers[0]} [{numbers[1]}, {numbers[2]}]"


def gained(row: Any) -> str:
    """'+0.12 [+0.05, +0.19]': a gain of a row."""
    return signed(row.value, row.low, row.high)


def whereabouts(about: Explained, model: str) -> str:
    """'layer 24'; of acoustic features nothing."""
    return "" if model in acoustic_sets(about.study.models) else f"layer {about.layers[model]}"


def named(about: Explained, model: str) -> str:
    """'wavlm-large (layer 24)'."""
    where = whereabouts(about, model)
    return f"{model} ({where})" if where else model


def speakers(rows: pd.DataFrame) -> str:
    fewest, most = int(rows["n_speakers"].min()), int(rows["n_speakers"].max())
    return counted(most, "speaker") if fewest == most else f"{fewest} to {most} speakers"


def between(values: Sequence[float], say: Callable[[float], str] = measured) -> str:
    """'0.45 to 0.61': lowest and highest of some values, one where they read alike."""
    low, high = say(min(values)), say(max(values))
    return low if low == high else f"{low.removesuffix(' %')} to {high}"
