"""The kernel distance at every layer: a row of panels per model, a column per emotion, all with the same axes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from workflow_scripts.figures import distance_variants as v
from workflow_scripts.figures import style
from workflow_scripts.statistics.scales import RAW
from workflow_scripts.summaries.roles import Facts, acoustic_sets

COLUMNS = [
    "first", "second", "model", "scale", "layer", "position", "emotion", "pooling", "form", "measure",
    "clips_per_speaker", "value", "low", "high", "floor", "n_speakers",
]  # fmt: skip
OTHERS = "#C9C9C9"
REACH = 1.0  # of the span of the values: how far the axes follow intervals beyond them


def data(ranking: pd.DataFrame, pair: tuple[str, str], models: Facts) -> pd.DataFrame:
    """One row per model, scale, layer and emotion: the kernel distance at equal clips, its interval and its floor.

    Args:
        ranking: table `ranking` of the distances, single layers.
        pair: the two datasets.
        models: facts of the models by name, with their layers in order.

    Returns: the columns of COLUMNS; `position` is the place of the layer among those analysed, from 0.
    """
    emotions = v.emotions_in_order(ranking, pair)
    rows = v.HEADLINE.of(ranking[ranking["layer"] != "mean"], pair)
    rows = rows[rows["emotion"].isin(emotions)]
    places = [
        list(models[model]["layers"]).index(layer) for model, layer in zip(rows["model"], rows["layer"], strict=True)
    ]
    rows = rows.assign(position=places).sort_values("position", kind="stable")
    return v.in_panel_order(rows, models, [v.HEADLINE.name], emotions)[COLUMNS]


def draw(frame: pd.DataFrame, pair: tuple[str, str], synthetic: bool, models: Facts) -> Figure:
    """Rows: models (of acoustic feature sets, both scales beside each other); columns: emotions.

    Args:
        frame: from `data`.
        pair: the two datasets.
        synthetic: whether a dataset of the pair is synthetic.
        models: facts of the models by name.
    """
    title = f"How far apart are {pair[0]} and {pair[1]}, layer by layer?"
    if frame["value"].isna().all():
        return style.says("No emotion has a kernel distance at equal clips.", title, synthetic)
    shown = list(dict.fromkeys(model for model, _ in v.panels(frame, models)))
    emotions = list(dict.fromkeys(frame["emotion"]))
    heights = [0.2] + [1.15] * len(shown)
    with style.styled():
        figure, axes = style.canvas(
            len(heights), len(emotions), style.PAGE, 0.95 + sum(heights), height_ratios=heights, sharey=False
        )
        limits = _limits(frame)
        for row, model in zip(axes[1:], shown, strict=True):
            own = frame[frame["model"] == model]
            for axis, emotion in zip(row, emotions, strict=True):
                _panel(axis, own, emotion, emotions, model in acoustic_sets(models))
                axis.set_ylim(*limits)
                if axis is not row[0]:
                    axis.tick_params(labelleft=False)
            row[0].set_ylabel(f"{style.two_lines(model)}\nkernel distance", fontsize=6.0)
        for axis, emotion in zip(axes[1], emotions, strict=True):
            axis.set_title(emotion, color=style.dark(style.look_of(emotion, emotions).colour), fontsize=7.5)
        for axis in axes[-1]:
            axis.set_xlabel("layer" if shown[-1] not in acoustic_sets(models) else "")
        style.key(axes[0], _marks(frame))
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    """Common axes: all values, zero, and intervals as far as one very wide one does not flatten the rest."""
    values = frame[["value", "floor"]].to_numpy(dtype=float)
    least, most = min(0.0, np.nanmin(values)), max(0.0, np.nanmax(values))
    span = (most - least) or 1.0
    low = max(np.nanmin([least, frame["low"].min()]), least - REACH * span)
    high = min(np.nanmax([most, frame["high"].max()]), most + REACH * span)
    return float(low - 0.04 * span), float(high + 0.04 * span)


def _panel(axis: Axes, own: pd.DataFrame, emotion: str, emotions: Sequence[str], acoustic: bool) -> None:
    axis.axhline(0.0, color=style.QUIET, linewidth=0.7, zorder=1)
    if acoustic:
        _points(axis, own, emotion, emotions)
        return
    ticks = own.drop_duplicates("position").sort_values("position")
    reach = 0.4 if len(ticks) > 1 else 0.6
    axis.set_xlim(ticks["position"].min() - reach, ticks["position"].max() + reach)
    axis.set_xticks(ticks["position"], style.layer_words(list(ticks["layer"]), sparse=True))
    look = style.look_of(emotion, emotions)
    for other in emotions:
        rows = own[own["emotion"] == other].sort_values("position")
        if other != emotion:
            alone = "o" if len(rows) == 1 else ""
            axis.plot(
                rows["position"], rows["value"], color=OTHERS, linewidth=0.7, marker=alone, markersize=2, zorder=1.5
            )
            continue
        if len(rows) > 1:
            axis.fill_between(rows["position"], rows["low"], rows["high"], color=look.colour, alpha=0.22, linewidth=0)
        else:
            _error(axis, rows["position"], rows, look.colour)
        axis.plot(
            rows["position"], rows["floor"], color="#555555", linestyle=":", linewidth=1.0, zorder=2.5, label="floor",
            marker="_" if len(rows) == 1 else "",
        )  # fmt: skip
        axis.plot(
            rows["position"], rows["value"], color=look.colour, marker=look.marker, label=emotion, zorder=3,
            markersize=2.8 if len(rows) <= 14 else 1.5,
        )  # fmt: skip


def _points(axis: Axes, own: pd.DataFrame, emotion: str, emotions: Sequence[str]) -> None:
    """An acoustic feature set, which has no layers: one point per scale."""
    scales = list(dict.fromkeys(own["scale"]))
    axis.set_xlim(-0.6, len(scales) - 0.4)
    axis.set_xticks(range(len(scales)), ["raw" if scale == RAW else "rank-\nnormal" for scale in scales], fontsize=5.6)
    look = style.look_of(emotion, emotions)
    for place, scale in enumerate(scales):
        at = own[own["scale"] == scale]
        others, rows = at[at["emotion"] != emotion], at[at["emotion"] == emotion]
        axis.plot([place] * len(others), others["value"], linestyle="none", marker="_", markersize=5, color=OTHERS)
        _error(axis, [place] * len(rows), rows, look.colour)
        axis.plot([place] * len(rows), rows["floor"], linestyle="none", marker="_", color="#555555", label="floor")
        axis.plot(
            [place] * len(rows), rows["value"], linestyle="none", color=look.colour, marker=look.marker, label=emotion,
            zorder=3,
        )  # fmt: skip


def _error(axis: Axes, places: "Sequence[float] | pd.Series[float]", rows: pd.DataFrame, colour: str) -> None:
    ends = np.clip([rows["value"] - rows["low"], rows["high"] - rows["value"]], 0, None)
    axis.errorbar(places, rows["value"], yerr=ends, fmt="none", ecolor=colour, elinewidth=0.9)


def _marks(frame: pd.DataFrame) -> list[Patch | Line2D]:
    marks: list[Patch | Line2D] = [
        Line2D([], [], color="#444444", marker="o", label="the emotion of the column"),
        Patch(facecolor="#444444", alpha=0.25, label="95 % interval over speakers"),
        Line2D([], [], color=OTHERS, label="the other emotions"),
    ]
    if frame["floor"].notna().any():
        marks.append(Line2D([], [], color="#555555", linestyle=":", label="floor: halves of one dataset"))
    return marks


def _foot(frame: pd.DataFrame) -> str:
    clips = " or ".join(str(int(number)) for number in sorted(set(frame["clips_per_speaker"])))
    low, high = _limits(frame)
    beyond = ((frame["low"] < low) | (frame["high"] > high)).any()
    cut = " Intervals that leave the axes are cut: see the data." if beyond else ""
    return (
        f"{v.sizes(frame)}, {clips} clips of each speaker and emotion in either dataset. Kernel distance: squared "
        "maximum mean discrepancy, without unit, unbiased, so that 0 is no difference and values below it are "
        f"scatter; bandwidth of each layer from its clips.{cut}"
    )
