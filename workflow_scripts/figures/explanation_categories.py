"""Which acoustic categories carry the emotion: mean |SHAP| of acoustic features, and what the top k dimensions gain."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.figures import style

COLUMNS = [
    "dataset", "model", "layer", "emotion", "against", "what", "form", "aggregate", "condition", "category", "value",
    "low", "high", "p", "p_adjusted", "significant", "p_first", "n_features", "n_clips", "n_speakers",
]  # fmt: skip
SHAP, GAIN = "shap", "gain"
FORMS = {e.PLAIN: -0.2, e.WITHIN: 0.2}  # how far below its category's line each stands
ROOM = 0.06  # of the axis and emotion, to the right of all values, for the probabilities


def data(
    categories: pd.DataFrame,
    scores: pd.DataFrame,
    dataset: str,
    layers: Mapping[str, str],
    condition: str = e.ALL,
) -> pd.DataFrame:
    """One row per model, quantity, form, emotion and category, in the order drawn.

    Args:
        categories: table `categories` of the explanation; scores: table `scores`, which knows the numbers of clips.
        dataset: the dataset.
        layers: the layer of each model that is drawn, from `explanation_rows.full_layers`.

    Returns: the columns of COLUMNS: mean |SHAP| of acoustic features, and the gain of every model in both forms.
        `significant`: the corrected p of a gain is 0.05 or less and its interval over speakers lies above 0.
    """
    rows = e.at_layers(categories, dataset, layers)
    rows = rows[
        (rows["protocol"] == e.STRICT)
        & (rows["condition"] == condition)
        & (rows["aggregate"] == e.AGGREGATE)
        & rows["what"].isin([SHAP, GAIN])
    ]
    rows = e.with_sizes(rows, scores)
    rows = rows.assign(significant=(rows["what"] == GAIN) & e.clear(rows))
    order = {
        "what": e.placed([SHAP, GAIN]),
        "model": e.placed(layers),
        "emotion": e.placed(rows["emotion"]),
        "form": e.placed(["", *FORMS]),
        "category": e.placed(e.in_order(rows["category"])),
    }
    return e.sorted_by(rows, order)[COLUMNS].astype({"significant": bool})


def draw(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Figure:
    """Rows: mean |SHAP| of each acoustic feature set, then the gain of each model; columns: emotions.

    Args:
        frame: from `data`.
        facts: of the dataset: domain, synthetic.
    """
    title = "Which acoustic categories carry the emotion?"
    if frame["value"].isna().all():
        return style.says("No acoustic category of this dataset has a value.", title, facts["synthetic"])
    emotions = list(dict.fromkeys(frame["emotion"]))
    categories = e.in_order(frame["category"])
    panels = list(frame[["what", "model", "layer"]].drop_duplicates().itertuples(index=False, name=None))
    heights = [0.2, *[0.3 + 0.2 * max(3, len(categories))] * len(panels)]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), len(emotions), style.PAGE, 0.95 + 0.06 * len(panels) + sum(heights), sharey=False,
            height_ratios=heights,
        )  # fmt: skip
        for row, (what, model, layer) in zip(axes[1:], panels, strict=True):
            part = frame[(frame["what"] == what) & (frame["model"] == model)]
            for axis, emotion in zip(row, emotions, strict=True):
                own = part[part["emotion"] == emotion]
                # the penalty chosen for an emotion sets the scale of its SHAP values; gains have one for all
                limits = _limits(own if what == SHAP else frame[frame["what"] == GAIN], ROOM * max(3, len(emotions)))
                (_bars if what == SHAP else _gains)(axis, own, categories, emotion, emotions)
                _axes(axis, own, categories, limits, axis is row[0], len(emotions) <= 6)
                if axis in axes[1]:
                    e.emotion_title(axis, emotion, emotions)
            name = e.model_words(style.two_lines(model), layer).replace(", ", "\n")
            row[0].set_ylabel(name, fontsize=6.2)
            words = "mean |SHAP| (log-odds)" if what == SHAP else "gain in R²: top k less k at random"
            if what == SHAP or (what, model, layer) == panels[-1]:
                row[len(emotions) // 2].set_xlabel(words, fontsize=6.4)
        style.key(axes[0], _marks(frame))
        style.finish(figure, f"{title} ({frame['dataset'].iloc[0]})", _foot(frame), facts["synthetic"])
    return figure


def _limits(rows: pd.DataFrame, room: float) -> tuple[float, float]:
    low = float(np.nanmin([0.0, rows["value"].min(), rows["low"].min()]))
    high = float(np.nanmax([0.0, rows["value"].max(), rows["high"].max()]))
    span = (high - low) or 1.0
    return low - (0.04 * span if low < 0 else 0.0), high + room * span


def _bars(axis: Axes, own: pd.DataFrame, categories: Sequence[str], emotion: str, emotions: Sequence[str]) -> None:
    places = [categories.index(name) for name in own["category"]]
    colour = style.look_of(emotion, emotions).colour
    axis.barh(places, own["value"], height=0.6, color=colour, alpha=0.55, linewidth=0, zorder=1)
    for place, row in zip(places, own.itertuples(), strict=True):
        axis.plot([row.low, row.high], [place, place], color=style.INK, linewidth=0.8, zorder=2, label="interval")
        _first(axis, row.p_first, place, 5.2)


def _gains(axis: Axes, own: pd.DataFrame, categories: Sequence[str], emotion: str, emotions: Sequence[str]) -> None:
    look = style.look_of(emotion, emotions)
    for row in own.itertuples():
        place = categories.index(row.category) + FORMS[row.form]
        opacity = 1.0 if row.significant else e.FAINT
        plain = row.form == e.PLAIN
        axis.plot([row.low, row.high], [place, place], color=look.colour, linewidth=0.7 if plain else 1.1,
                  alpha=opacity, zorder=2, label="interval")  # fmt: skip
        axis.plot(
            [row.value], [place], linestyle="none", marker=look.marker, color=look.colour, markersize=3.2,
            markerfacecolor="white" if plain else look.colour, markeredgewidth=0.6, alpha=opacity, zorder=3,
            label=row.form,
        )  # fmt: skip
        _first(axis, row.p_first, place, 4.6)


def _first(axis: Axes, probability: float, place: float, size: float) -> None:
    """How often the category comes first, in per cent, at the right edge."""
    if np.isnan(probability):
        return
    sure = probability >= 0.95
    axis.annotate(
        f"{100 * probability:.0f}", (1.0, place), xycoords=("axes fraction", "data"), xytext=(-1, 0),
        textcoords="offset points", ha="right", va="center", fontsize=size, color=style.INK if sure else style.QUIET,
        fontweight="bold" if sure else "normal",
    )  # fmt: skip


def _axes(
    axis: Axes, own: pd.DataFrame, categories: Sequence[str], limits: tuple[float, float], first: bool, few: bool
) -> None:
    axis.axvline(0.0, color=style.QUIET, linewidth=0.7, zorder=1)
    axis.set_xlim(*limits)
    axis.set_ylim(len(categories) - 0.4, -0.6)
    named = list(categories) if first else []
    axis.set_yticks(range(len(named)), named, fontsize=6.0)
    axis.tick_params(axis="y", length=0)
    axis.tick_params(axis="x", labelsize=5.6)
    axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(3 if few else 2))
    axis.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
    if own["value"].isna().all():
        axis.text(0.5, 0.5, "no value", ha="center", va="center", fontsize=5.6, color=style.QUIET,
                  transform=axis.transAxes)  # fmt: skip


def _marks(frame: pd.DataFrame) -> list[Patch | Line2D]:
    marks: list[Patch | Line2D] = []
    if (frame["what"] == GAIN).any():
        marks += [
            Line2D([], [], color="#444444", marker="o", label="gain within emotion"),
            Line2D([], [], color="#444444", marker="o", markerfacecolor="white", linewidth=0.7, label="plain gain"),
            Line2D([], [], color="#444444", marker="o", alpha=e.FAINT, label="not significant"),
        ]
    if (frame["what"] == SHAP).any():
        marks.append(Patch(facecolor="#444444", alpha=0.55, label="mean |SHAP| of acoustic features"))

    return marks


def _foot(frame: pd.DataFrame) -> str:
    counts = frame.drop_duplicates("category")
    numbers = ", ".join(
        f"{name} {int(number)}" for name, number in zip(counts["category"], counts["n_features"], strict=True)
    )
    own = (frame["what"] == GAIN) & (frame["layer"] == "functionals")
    self_told = " Dimensions of acoustic features are these features themselves."
    gains = (
        " Gain: held-out R² from the top k dimensions less from k at random. Plain: dimensions that code only the "
        "label gain for every feature that differs by emotion; within emotion they gain nothing. Significant: p "
        "against random dimensions, corrected over the categories, of 0.05 or less, and an interval above 0."
    )
    return (
        f"{e.sizes(frame)}. Mean over the features of a category ({numbers}); 95 % intervals over speakers. Numbers: "
        "in how many per cent of resamples of the speakers the category comes first (bold: 95 or more). SHAP: "
        "each emotion has its own axis, since its penalty sets the scale."
        f"{gains if (frame['what'] == GAIN).any() else ''}{self_told if own.any() else ''}"
    )
