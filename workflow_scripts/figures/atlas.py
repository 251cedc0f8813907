"""The atlas: where in a network the acoustic categories live, emotion by emotion, and whether speech and song agree.

Upper block: what a layer encodes at all (held-out R2 from all dimensions). Lower block: what the dimensions that tell
the emotion encode beyond as many random ones, within emotion. Rows of panels are categories, columns datasets; the last
column lays the datasets over each other.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.figures import style

R2, GAIN = "r2-all", "gain"
MEAN = "mean of the emotions"
NOTHING = "#D9D9D9"
NAME = 11  # letters of a category in a line
STEP = {R2: 0.1, GAIN: 0.05}
COLUMNS = [
    "model", "dataset", "what", "form", "aggregate", "condition", "category", "emotion", "against", "layer", "position",
    "value", "low", "high", "p_adjusted", "significant", "peak", "n_features", "n_clips", "n_speakers",
]  # fmt: skip


class Block(NamedTuple):
    """One of the two quantities: its rows of the table, its title and the words beside its colours."""

    what: str
    form: str
    title: str
    unit: str


BLOCKS = [
    Block(
        R2, e.WITHIN, "What the layer encodes at all: R² from all dimensions, within emotion", "R², held-out speakers"
    ),
    Block(GAIN, e.WITHIN, "What the emotion's dimensions encode: gain over random ones, within emotion", "gain in R²"),
]


def data(
    categories: pd.DataFrame,
    scores: pd.DataFrame,
    model: str,
    datasets: Sequence[str],
    layers: Sequence[str],
    condition: str = e.ALL,
) -> pd.DataFrame:
    """One row per block, category, dataset, emotion and layer, and per mean of the emotions, in the order drawn.

    Args:
        categories: table `categories` of the explanation; scores: table `scores`, which knows the numbers of clips.
        model: the network. layers: those of its layers that are analysed, in order.
        datasets: those drawn, from left to right.

    Returns: the columns of COLUMNS. `position`: place of the layer among the analysed ones, from 0. `significant`: the
        value is above 0, as is its interval over speakers, and the corrected p of a gain is 0.05 or less. `peak`: the
        layer at which the emotion has its highest significant value, among several layers; of means, where any emotion
        has one.
    """
    rows = categories[
        (categories["model"] == model)
        & categories["dataset"].isin(list(datasets))
        & categories["layer"].isin(list(layers))
        & (categories["protocol"] == e.STRICT)
        & (categories["condition"] == condition)
        & (categories["aggregate"] == e.AGGREGATE)
    ]
    parts = [rows[(rows["what"] == block.what) & (rows["form"] == block.form)] for block in BLOCKS]
    cells = e.with_sizes(pd.concat(parts, ignore_index=True), scores)
    cells = cells.assign(
        position=cells["layer"].map({layer: place for place, layer in enumerate(layers)}),
        significant=np.where(cells["what"] == GAIN, e.clear(cells), (cells["value"] > 0) & ~(cells["low"] <= 0)),
    )
    keys = ["model", "dataset", "what", "form", "aggregate", "condition", "category", "layer", "position", "n_features"]
    means = cells.groupby(keys, sort=False)["value"].mean().reset_index()
    means = means.assign(emotion=MEAN, against="", significant=False)
    whole = pd.concat([cells, means], ignore_index=True)
    whole["peak"] = _peaks(whole)
    order = {
        "what": e.placed(block.what for block in BLOCKS),
        "category": e.placed(e.in_order(cells["category"])),
        "dataset": e.placed(datasets),
        "emotion": e.placed([*cells["emotion"], MEAN]),
    }
    whole = e.sorted_by(whole, order, ["position"])
    return whole[COLUMNS].astype({"significant": bool, "peak": bool})


def _peaks(whole: pd.DataFrame) -> "pd.Series[bool]":
    """The first of the highest significant values of every row of cells, and of means where any cell is significant."""
    keys = ["what", "category", "dataset"]
    any_cell = whole.groupby(keys)["significant"].transform("any")
    counted = whole[whole["significant"] | (any_cell & (whole["emotion"] == MEAN) & (whole["value"] > 0))]
    highest = counted.groupby([*keys, "emotion"])["value"].idxmax()
    several = whole["position"].nunique() > 1
    return pd.Series(whole.index.isin(highest) & several, index=whole.index)


def limits(categories: pd.DataFrame) -> dict[str, float]:
    """The ends of both scales, common to all networks of the study: the largest mean R2 and gain, rounded up."""
    rows = categories[(categories["layer"] != "functionals") & (categories["aggregate"] == e.AGGREGATE)]
    rows = rows[(rows["protocol"] == e.STRICT) & (rows["condition"] == e.ALL)]
    found = {}
    for block in BLOCKS:
        values = rows.loc[(rows["what"] == block.what) & (rows["form"] == block.form), "value"].abs()
        most = values.max() if values.notna().any() else 0.0
        found[block.what] = float(max(STEP[block.what], np.ceil(most / STEP[block.what]) * STEP[block.what]))
    return found


def draw(frame: pd.DataFrame, facts: Mapping[str, Mapping[str, Any]], most: Mapping[str, float]) -> Figure:
    """Columns: datasets, then their means in one panel; rows: categories, in two blocks with the same axes each.

    Args:
        frame: from `data`.
        facts: of the datasets by name: domain, synthetic.
        most: from `limits`.
    """
    synthetic = any(facts[name]["synthetic"] for name in dict.fromkeys(frame["dataset"]))
    if frame["value"].isna().all():
        return style.says(
            "No layer of this network has a category with a value.",
            "Where in the network do the acoustics of the voice live?",
            synthetic,
        )
    model, datasets = frame["model"].iloc[0], list(dict.fromkeys(frame["dataset"]))
    shown = list(dict.fromkeys(frame["category"]))
    emotions = [name for name in dict.fromkeys(frame["emotion"]) if name != MEAN]
    layers = list(dict.fromkeys(frame.sort_values("position", kind="stable")["layer"]))
    panel = 0.13 + 0.1 * max(5, len(emotions))  # high enough for the name of the category
    heights = [0.17, *([0.36, *[panel] * len(shown)] * len(BLOCKS))]
    widths = [5.2 / len(datasets)] * len(datasets) + [1.25]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), len(widths), style.PAGE, 1.35 + sum(heights), sharey=False, height_ratios=heights,
            width_ratios=widths,
        )  # fmt: skip
        style.key(axes[0], _marks(datasets, facts))
        for index, block in enumerate(BLOCKS):
            first = 1 + index * (1 + len(shown))
            own, scale = frame[frame["what"] == block.what], _scale(block, most[block.what])
            _head(figure, axes[first], block, scale)
            reach = _reach(own, most[block.what])
            for row, category in zip(axes[first + 1 : first + 1 + len(shown)], shown, strict=True):
                part = own[own["category"] == category]
                for axis, dataset in zip(row, datasets, strict=False):
                    _cells(axis, part[part["dataset"] == dataset], emotions, layers, scale)
                    _names(axis, emotions, layers, axis is row[0], category is shown[-1])
                    if category is shown[0]:
                        axis.set_title(dataset, fontsize=6.6)
                size = 6.8 if len(category) <= NAME else 5.2
                row[0].set_ylabel(textwrap.fill(category, NAME), fontsize=size, fontweight="bold")
                _means(row[-1], part, datasets, facts, layers, reach)
                _names(row[-1], [], layers, False, category is shown[-1])
                if category is shown[0]:
                    row[-1].set_title(MEAN, fontsize=6.6)
        title = f"Where in {model} do the acoustics of the voice live?"
        style.finish(figure, title, _foot(frame, emotions), synthetic)
    return figure


def _scale(block: Block, most: float) -> ScalarMappable:
    """Colours from nothing to `most` (R2, perceptually even), or about no gain."""
    if block.what == GAIN:
        return ScalarMappable(Normalize(-most, most), mpl.colormaps["RdBu_r"])
    colours = mpl.colormaps["viridis_r"].with_extremes(under=NOTHING)
    return ScalarMappable(Normalize(0.0, most), colours)


def _head(figure: Figure, axes: Sequence[Axes], block: Block, scale: ScalarMappable) -> None:
    """The title of a block and its colours."""
    for axis in axes:
        axis.axis("off")
    title = axes[0].text(
        0.0, 0.3, block.title, ha="left", va="center", fontsize=7.5, fontweight="bold", color=style.INK,
        transform=axes[0].transAxes,
    )  # fmt: skip
    title.set_in_layout(False)  # it reaches over the columns
    place = axes[-1].inset_axes((0.0, 0.35, 1.0, 0.3))
    bar = figure.colorbar(scale, cax=place, orientation="horizontal", extend="min" if block.what == R2 else "neither")
    low, high = _span(scale)
    ends = (low, (low + high) / 2, high)
    bar.set_ticks(ends, labels=[f"{value:.2g}".replace("-", "−") for value in ends])
    place.tick_params(labelsize=5.2, length=1.5, pad=1)
    place.set_title(block.unit, fontsize=5.4, fontweight="normal", loc="center", pad=2)


def _span(scale: ScalarMappable) -> tuple[float, float]:
    low, high = scale.get_clim()
    assert low is not None
    assert high is not None
    return low, high


def _cells(
    axis: Axes, part: pd.DataFrame, emotions: Sequence[str], layers: Sequence[str], scale: ScalarMappable
) -> None:
    style.empty_grid(axis, len(emotions), len(layers))
    wide = {
        name: part.pivot(index="emotion", columns="layer", values=name).reindex(index=emotions, columns=layers)
        for name in ("value", "significant", "peak")
    }
    values = wide["value"].to_numpy(dtype=float)
    counts = wide["significant"].eq(True).to_numpy()
    gains = (part["what"] == GAIN).any()
    # what does not count: gains pale, R2 in the colour below the scale
    drawn = values if gains else np.where(counts | np.isnan(values), values, -1.0)
    alpha = np.where(counts | (not gains), 1.0, e.FAINT)
    axis.imshow(drawn, norm=Normalize(*_span(scale)), cmap=scale.cmap, alpha=alpha, aspect="auto", zorder=1)
    size = 2.0 if len(layers) <= 14 else 1.2
    for row, column in zip(*np.nonzero(counts & gains), strict=True):
        axis.plot([column], [row], "o", color=style.INK, markersize=size, markeredgewidth=0, label="significant")
    for row, column in zip(*np.nonzero(wide["peak"].eq(True).to_numpy()), strict=True):
        axis.add_patch(
            Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor="none", edgecolor=style.INK, linewidth=0.9, zorder=3,
                      label="peak")
        )  # fmt: skip
    for row in map(float, np.flatnonzero(np.isnan(values).all(axis=1))):
        axis.text((len(layers) - 1) / 2, row, "no value", ha="center", va="center", fontsize=4.8, color=style.QUIET)


def _names(axis: Axes, emotions: Sequence[str], layers: Sequence[str], beside: bool, below: bool) -> None:
    words = style.layer_words(layers, sparse=not emotions) if below else []
    ticks = [place for place, word in enumerate(words) if word]
    axis.set_xticks(ticks, [words[place] for place in ticks], fontsize=5.6)
    if below:
        axis.set_xlabel("layer", fontsize=6.2, labelpad=1)
    if not emotions:
        return
    named = list(emotions) if beside else []
    axis.set_yticks(range(len(named)), named, fontsize=5.4)
    for label, emotion in zip(axis.get_yticklabels(), named, strict=True):
        label.set_color(style.dark(style.look_of(emotion, emotions).colour))


def _reach(own: pd.DataFrame, most: float) -> tuple[float, float]:
    """Common axis of the means of a block: from nothing, or the lowest value, to the end of the scale."""
    low = float(np.nanmin([0.0, own["value"].min()]))
    return low - 0.06 * (most - low), most + 0.03 * (most - low)


def _means(
    axis: Axes, part: pd.DataFrame, datasets: Sequence[str], facts: Mapping[str, Mapping[str, Any]],
    layers: Sequence[str], reach: tuple[float, float],
) -> None:  # fmt: skip
    """The mean of the emotions, layer by layer, in every dataset; shaded: from the lowest to the highest emotion."""
    axis.axhline(0.0, color=style.QUIET, linewidth=0.6, zorder=1)
    for dataset, colour in zip(datasets, style.MODELS, strict=False):
        own = part[part["dataset"] == dataset]
        single = own[own["emotion"] != MEAN].groupby("position")["value"].agg(["min", "max"])
        mean = own[own["emotion"] == MEAN].sort_values("position")
        axis.fill_between(single.index, single["min"], single["max"], color=colour, alpha=0.12, linewidth=0)
        line = style.DOMAIN_LINES.get(facts[dataset]["domain"], "-")
        alone = "o" if len(mean) == 1 else ""
        axis.plot(mean["position"], mean["value"], color=colour, linestyle=line, marker=alone, label=dataset, zorder=3)
        top = mean[mean["peak"]]
        axis.plot(top["position"], top["value"], "v", color=colour, markersize=3.4, zorder=4, label="peak")
    axis.set_ylim(*reach)
    edge = 0.5
    axis.set_xlim(-edge, len(layers) - 1 + edge)
    axis.yaxis.tick_right()
    axis.spines["right"].set_visible(True)
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="y", labelsize=5.2)
    axis.yaxis.set_major_locator(mpl.ticker.MaxNLocator(3))


def _marks(datasets: Sequence[str], facts: Mapping[str, Mapping[str, Any]]) -> list[Patch | Line2D]:
    marks: list[Patch | Line2D] = [
        Patch(facecolor="none", edgecolor=style.INK, label="peak"),
        Line2D(
            [],
            [],
            linestyle="none",
            marker="o",
            markersize=2.4,
            color=style.INK,
            label="significant gain (others pale)",
        ),
    ]
    for dataset, colour in zip(datasets, style.MODELS, strict=False):
        line = style.DOMAIN_LINES.get(facts[dataset]["domain"], "-")
        marks.append(Line2D([], [], color=colour, linestyle=line, label=dataset))
    marks.append(Line2D([], [], linestyle="none", marker="v", color="#444444", label="peak of the mean"))
    return marks


def _foot(frame: pd.DataFrame, emotions: Sequence[str]) -> str:
    cells = frame[frame["emotion"] != MEAN]
    numbers = cells.drop_duplicates("category")
    counts = ", ".join(
        f"{name} {int(number)}" for name, number in zip(numbers["category"], numbers["n_features"], strict=True)
    )
    return (
        f"{e.sizes(cells)}. Mean over the features of a category ({counts}). "
        "Within emotion: what clips of one side have in common is taken out, so that the label alone predicts nothing. "
        "k is chosen at each layer; the larger, the more top and random sets share. "
        "Significant gain: corrected p of 0.05 or less against random dimensions, interval over speakers above 0. "
        "Grey: R² whose interval reaches 0. Shaded: from the lowest to the highest emotion. Peaks stand among cells "
        "that count, and where they stand has no interval of its own."
    )
