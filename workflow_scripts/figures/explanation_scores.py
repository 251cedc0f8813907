"""How well an emotion is told: acoustic features, all dimensions, the top k, k at random; UAR, and F1 as published."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts, acoustic_sets, networks

COLUMNS = [
    "dataset", "panel", "model", "layer", "emotion", "against", "side", "k", "metric", "protocol", "value", "low",
    "high", "interval", "spread", "chance", "p", "n_draws", "n_clips", "n_positive", "n_speakers",
]  # fmt: skip
KEYS = ["emotion", "model", "side"]  # of a line
SIDES = ["all", "top", "random"]
METRICS = {"UAR": "UAR (%)", "F1": "F1 of the emotion (%)"}


def data(scores: pd.DataFrame, dataset: str, layers: Mapping[str, str], models: Facts) -> pd.DataFrame:
    """One row per panel, emotion, line of it, metric and protocol, in the order drawn.

    Args:
        scores: table `scores` of the explanation.
        dataset: the dataset.
        layers: the layer of each model that is drawn, from `explanation_rows.full_layers`.
        models: facts of the models by name.

    Returns: the columns of COLUMNS. `panel` is the network, beside whose sides all, top and random stand the acoustic
        feature sets with all their features; without a network, each set has a panel with its own sides.
    """
    rows = e.at_layers(scores, dataset, layers)
    rows = rows[(rows["condition"] == e.ALL) & rows["side"].isin(SIDES)]
    rows = rows[((rows["protocol"] == e.STRICT) & rows["metric"].isin(list(METRICS))) | _published(rows)]
    known = [name for name in layers if name in set(rows["model"])]
    panels = [name for name in networks(models) if name in known] or known
    sets = [name for name in acoustic_sets(models) if name in known and name not in panels]
    parts = []
    for panel in panels:
        for name in sets:
            parts.append(rows[(rows["model"] == name) & (rows["side"] == "all")].assign(panel=panel))
        parts.append(rows[rows["model"] == panel].assign(panel=panel))
    whole = pd.concat(parts, ignore_index=True) if parts else rows.assign(panel="")
    order = {
        "panel": e.placed(panels),
        "emotion": e.placed(whole["emotion"]),
        "model": e.placed([*sets, *panels]),
        "side": e.placed(SIDES),
        "metric": e.placed(METRICS),
    }
    return e.sorted_by(whole, order)[COLUMNS]


def _published(rows: pd.DataFrame) -> "pd.Series[bool]":
    return (rows["protocol"] == e.PUBLISHED) & (rows["metric"] == "F1")


def draw(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Figure:
    """Rows of panels: networks; columns: UAR and F1, each with common axes; in a panel the emotions one below another.

    Args:
        frame: from `data`.
        facts: of the dataset: domain, synthetic.
    """
    title = "Do a few dimensions tell the emotion as well as all?"
    if frame["value"].isna().all():
        return style.says("No emotion of this dataset has a score.", title, facts["synthetic"])
    panels = list(dict.fromkeys(frame["panel"]))
    emotions = list(dict.fromkeys(frame["emotion"]))
    places = {panel: _places(frame[frame["panel"] == panel], emotions) for panel in panels}
    heights = [0.2, *(0.42 + 0.12 * (max(places[panel].values()) + 1) for panel in panels)]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), len(METRICS), style.PAGE, 0.95 + sum(heights), sharey=False, height_ratios=heights
        )
        for column, (metric, words) in enumerate(METRICS.items()):
            own = frame[frame["metric"] == metric]
            limits = _limits(own)
            for axis, panel in zip(axes[1:, column], panels, strict=True):
                part = own[own["panel"] == panel]
                _panel(axis, part, places[panel], emotions)
                axis.set_xlim(*limits)
                style.per_cent(axis, "x")
                forms = "strict and as published" if (own["protocol"] == e.PUBLISHED).any() else "strict"
                axis.set_xlabel(f"{words}, {forms}")
                if column == 0:
                    _lines(axis, frame[frame["panel"] == panel], places[panel], emotions)
                    axis.set_title(e.model_words(panel, part.loc[part["model"] == panel, "layer"].iloc[0]))
                else:
                    axis.set_yticks([])
        style.key(axes[0], _marks(frame))
        style.finish(figure, f"{title} ({frame['dataset'].iloc[0]})", _foot(frame), facts["synthetic"])
    return figure


Line = tuple[str, str, str]  # values of KEYS


def _places(part: pd.DataFrame, emotions: Sequence[str]) -> dict[Line, float]:
    """Height of every line of a panel, from 0 on top; a line of space before each emotion but the first."""
    lines = dict.fromkeys(part[KEYS].itertuples(index=False, name=None))
    found: dict[Line, float] = {}
    height = 0.0
    for emotion in emotions:
        for line in (line for line in lines if line[0] == emotion):
            found[line] = height
            height += 1.0
        height += 0.6
    return found


def _panel(axis: Axes, part: pd.DataFrame, places: Mapping[Line, float], emotions: Sequence[str]) -> None:
    for row in part.itertuples():
        height, look = places[(row.emotion, row.model, row.side)], style.look_of(row.emotion, emotions)
        strict = row.protocol == e.STRICT
        if strict and not np.isnan(row.chance):
            axis.plot([row.chance] * 2, [height - 0.5, height + 0.5], color=style.QUIET, linewidth=0.9, linestyle=":",
                      label="chance")  # fmt: skip
        faint = strict and (row.p > e.LEVEL or row.low <= row.chance)
        low, high = (row.low, row.high) if strict else (row.value - row.spread, row.value + row.spread)
        height += 0.0 if strict else 0.38
        opacity = e.FAINT if faint else 1.0
        axis.plot([low, high], [height] * 2, color=look.colour, linewidth=0.9 if strict else 0.6, alpha=opacity,
                  label="interval" if strict else "spread", zorder=2)  # fmt: skip
        axis.plot(
            [row.value], [height], linestyle="none", marker=look.marker, color=look.colour, alpha=opacity,
            markerfacecolor=look.colour if strict else "white", markersize=3.6, markeredgewidth=0.6,
            label=row.protocol, zorder=3,
        )  # fmt: skip
    axis.set_ylim(max(places.values()) + 0.7, -0.7)


def _lines(axis: Axes, part: pd.DataFrame, places: Mapping[Line, float], emotions: Sequence[str]) -> None:
    """What each line is, with its number of dimensions, and the emotion beside its first."""
    strict, published = (
        part[part["protocol"] == name].drop_duplicates(KEYS).set_index(KEYS) for name in (e.STRICT, e.PUBLISHED)
    )
    words, heights = [], []
    for line, height in places.items():
        emotion, model, side = line
        k = strict["k"].get(line, np.nan)
        name = model if model != part["panel"].iloc[0] else {"all": "all", "top": "top", "random": "random"}[side]
        other = published["k"].get(line, np.nan) if side == "top" else np.nan
        words.append(name + ("" if np.isnan(k) else f" {k:g}") + ("" if np.isnan(other) else f" ({other:g})"))
        heights.append(height)
        if (emotion, model, side) == next(known for known in places if known[0] == emotion):
            colour = style.dark(style.look_of(emotion, emotions).colour)
            axis.annotate(emotion, (0.0, height), xycoords=("axes fraction", "data"), xytext=(-64, 0),
                          textcoords="offset points", ha="right", va="center", fontsize=6.4, fontweight="bold",
                          color=colour, annotation_clip=False)  # fmt: skip
    axis.set_yticks(heights, words, fontsize=5.6)
    axis.tick_params(axis="y", length=0)


def _limits(own: pd.DataFrame) -> tuple[float, float]:
    ends = own[["value", "low", "high", "chance"]].to_numpy(dtype=float)
    return max(-0.02, float(np.nanmin(ends)) - 0.04), min(1.02, float(np.nanmax(ends)) + 0.04)


def _marks(frame: pd.DataFrame) -> list[Line2D]:
    marks = [
        Line2D([], [], color="#444444", marker="o", label="strict, 95 % interval over speakers"),
        Line2D([], [], color="#444444", marker="o", alpha=e.FAINT, label="not above chance"),
        Line2D([], [], color=style.QUIET, linestyle=":", label="chance"),
    ]
    if (frame["protocol"] == e.PUBLISHED).any():
        words = "as published (paper2) ± its SD over splits"
        marks.append(Line2D([], [], color="#444444", marker="o", markerfacecolor="white", linewidth=0.6, label=words))
    return marks


def _foot(frame: pd.DataFrame) -> str:
    strict = frame[frame["protocol"] == e.STRICT]
    draws = strict.loc[strict["side"] == "random", "n_draws"].max()
    random = f" (mean over {int(draws)} draws)" if draws > 1 else ""
    published = frame[frame["protocol"] == e.PUBLISHED]
    drawn = published["n_clips"].max()
    words = (
        f" As published: dimensions and k (in brackets) chosen on tested clips, of {drawn} drawn ones; random: not in "
        "the paper, SD over draws."
    )
    return (
        f"{e.sizes(strict)}. Strict: dimensions, their number and penalties chosen inside the training speakers; the "
        f"number stands beside the line, median over folds. Random: as many at random{random}, not tested. Chance: "
        "mean under permutation of the labels within speaker; of F1 it rises with the share of clips that are called "
        "the emotion."
        f"{words if len(published) else ''}"
    )
