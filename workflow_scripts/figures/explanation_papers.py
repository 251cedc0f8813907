"""Paper 2 beside this study: F1, SHAP and information increase, printed, as published and strict."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.figures import style
from workflow_scripts.figures.side_by_side import LOOKS
from workflow_scripts.study.schemas import TABLES

F1, INCREASE = "F1", "information-increase"
WHAT = {
    F1: "F1 of the emotion (%)",
    "shap": "SHAP of acoustic features, scaled to 0 to 1, median of the category",
    INCREASE: "information increase, median of the category",
}
SIDES = {"acoustic": "acoustic features", "all": "all dimensions", "top": "top k dimensions"}
NOTHING = {INCREASE: 1.0}  # what is read as no difference, where that is not 0


def data(papers: pd.DataFrame) -> pd.DataFrame:
    """The table `explanation_papers`, which is drawn as it is: quantities in the order of WHAT, then corpora."""
    order = {"what": e.placed(WHAT), "corpus": e.placed(papers["corpus"])}
    return e.sorted_by(papers[[*TABLES["explanation_papers"]]], order)


def draw(frame: pd.DataFrame, synthetic: bool) -> Figure:
    """Rows: quantities and corpora; columns: what F1 is of, or categories; in a panel an emotion a line.

    Args:
        frame: from `data`.
        synthetic: whether any dataset of the study is synthetic.
    """
    title = "Paper 2, side by side"
    if frame.empty:
        return style.says("No printed figure of paper 2.", title, synthetic)
    blocks = list(frame[["what", "corpus"]].drop_duplicates().itertuples(index=False, name=None))
    parts = {block: frame[(frame["what"] == block[0]) & (frame["corpus"] == block[1])] for block in blocks}
    across = max(len(_columns(parts[block])) for block in blocks)
    heights = [0.2]
    for block in blocks:
        heights += [0.2, 0.36 + 0.19 * parts[block]["emotion"].nunique()]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), across, style.PAGE, 0.95 + sum(heights), sharey=False, height_ratios=heights
        )
        for index, block in enumerate(blocks):
            _head(axes[1 + 2 * index], block, parts[block])
            _row(axes[2 + 2 * index], block[0], parts[block], _limits(frame[frame["what"] == block[0]], block[0]))
        style.key(axes[0], _marks(frame))
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _columns(part: pd.DataFrame) -> list[tuple[str, str]]:
    """(side, category) of the panels of a block."""
    return list(part[["side", "category"]].drop_duplicates().itertuples(index=False, name=None))


def _head(axes: Sequence[Axes], block: tuple[str, str], part: pd.DataFrame) -> None:
    what, corpus = block
    for axis in axes:
        axis.axis("off")
    text = axes[0].text(
        0.0, 0.3, f"{WHAT[what]}: {corpus}{_beside(part)}", fontsize=7.0, fontweight="bold", va="center",
        transform=axes[0].transAxes,
    )  # fmt: skip
    text.set_in_layout(False)


def _beside(part: pd.DataFrame) -> str:
    """What of this study stands beside, or that nothing does."""
    own = part[part["dataset"] != ""]
    if own.empty:
        return ", printed figures alone"
    names = ", ".join(dict.fromkeys(e.model_words(row.model, row.layer) for row in own.itertuples()))
    return f", beside {' and '.join(dict.fromkeys(own['dataset']))} of this study ({names})"


def _row(axes: Sequence[Axes], what: str, part: pd.DataFrame, limits: tuple[float, float]) -> None:
    emotions = list(dict.fromkeys(part["emotion"]))
    columns = _columns(part)
    for axis, (side, category) in zip(axes, columns, strict=False):
        own = part[(part["side"] == side) & (part["category"] == category)]
        _panel(axis, own, emotions, what)
        axis.set_title(SIDES.get(side, side) if what == F1 else category, fontsize=6.6)
        axis.set_xlim(*limits)
        axis.set_ylim(len(emotions) - 0.4, -0.6)
        axis.set_yticks(range(len(emotions)), emotions, fontsize=6.0)
        for label, emotion in zip(axis.get_yticklabels(), emotions, strict=True):
            label.set_color(style.dark(style.look_of(emotion, emotions).colour))
        axis.tick_params(axis="y", length=0, labelleft=axis is axes[0])
        axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
        if what == F1:
            style.per_cent(axis, "x")
        axis.grid(axis="y", color="#EDEDED", linewidth=0.6)
        axis.set_axisbelow(True)
    for axis in axes[len(columns) :]:
        axis.set_visible(False)


def _panel(axis: Axes, own: pd.DataFrame, emotions: Sequence[str], what: str) -> None:
    if what in NOTHING:
        axis.axvline(NOTHING[what], color=style.QUIET, linestyle=":", linewidth=0.8, zorder=1)
    for row in own.itertuples():
        place = emotions.index(row.emotion)
        if not np.isnan(row.chance):
            axis.plot([row.chance] * 2, [place - 0.45, place + 0.45], color=style.QUIET, linestyle=":", linewidth=0.9,
                      label="chance")  # fmt: skip
        middle = (row.printed_low + row.printed_high) / 2
        _point(axis, "printed", place, middle, row.printed_low, row.printed_high)
        _point(axis, "published", place - 0.24, row.published, row.published - row.spread, row.published + row.spread)
        _point(axis, "strict", place + 0.24, row.strict, row.strict_low, row.strict_high)


def _point(axis: Axes, kind: str, place: float, value: float, low: float, high: float) -> None:
    look = LOOKS[kind]
    if np.isnan(value):
        return
    axis.plot([low, high], [place, place], color=look.colour, linewidth=0.9, zorder=2, label=f"{kind} range")
    axis.plot([value], [place], linestyle="none", marker=look.marker, color=look.colour, markersize=3.4,
              markeredgewidth=0, zorder=3, label=kind)  # fmt: skip


def _limits(part: pd.DataFrame, what: str) -> tuple[float, float]:
    columns = ["printed_low", "printed_high", "published", "strict", "strict_low", "strict_high", "chance"]
    ends = part[columns].to_numpy(dtype=float)
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    if what != F1:
        low, high = min(low, 0.0), max(high, NOTHING.get(what, 0.0))
    span = (high - low) or 1.0
    return low - 0.04 * span, high + 0.04 * span


def _marks(frame: pd.DataFrame) -> list[Line2D]:
    words: Mapping[str, str] = {
        "printed": "printed: range over the authors' runs",
        "published": "as published, this study ± SD over splits",
        "strict": "strict, 95 % interval over speakers",
    }
    kinds = [kind for kind in words if kind == "printed" or frame[kind].notna().any()]
    marks = [Line2D([], [], color=LOOKS[kind].colour, marker=LOOKS[kind].marker, label=words[kind]) for kind in kinds]
    return [*marks, Line2D([], [], color=style.QUIET, linestyle=":", label="chance; no increase")]


def _foot(frame: pd.DataFrame) -> str:
    runs = frame.loc[frame["what"] == F1, "n_printed"].max()
    alone = frame.loc[frame["dataset"] == ""].drop_duplicates(["corpus"])["corpus"]
    without = ", ".join(name for name in alone if (frame.loc[frame["corpus"] == name, "dataset"] == "").all())
    parts = [
        f"Printed F1: {int(runs)} runs of the authors' notebook." if runs > 0 else "",
        "Medians of categories are read from the authors' plots.",
        "As published: dimensions and their number chosen on tested clips; strict: inside the training speakers."
        if (frame["dataset"] != "").any()
        else "",
        "The information increase is no gain: it exceeds 1 for whatever is predicted well.",
        f"This study has no counterpart of {without}: those printed figures stand alone." if without else "",
        "The data say what each difference is due to and how a printed figure is known.",
    ]
    return " ".join(part for part in parts if part)
