"""Which acoustic features the dimensions of an emotion encode: the largest gains within emotion, with intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts, acoustic_sets, networks

COLUMNS = [
    "dataset", "model", "layer", "emotion", "against", "condition", "feature", "category", "place", "form", "gain",
    "low", "high", "p", "p_adjusted", "claimed", "r2_all", "r2_top", "r2_random", "k", "n_draws", "n_clips",
    "n_speakers", "note",
]  # fmt: skip
MOST = 8  # features of each emotion
ACROSS = 3  # panels in a row
FORMS = {e.WITHIN: -0.16, e.PLAIN: 0.2}  # how far below its feature's line each stands


def data(
    gains: pd.DataFrame,
    dataset: str,
    layers: Mapping[str, str],
    models: Facts,
    condition: str = e.ALL,
) -> pd.DataFrame:
    """One row per network, emotion, feature and form: the features with the largest gain within emotion.

    Args:
        gains: table `gains` of the explanation.
        dataset: the dataset.
        layers: the layer of each model that is drawn, from `explanation_rows.full_layers`.
        models: facts of the models by name; acoustic feature sets are drawn where there is no network.

    Returns: the columns of COLUMNS; `place` is 1 for the largest gain.
    """
    shown = [name for name in networks(models) if name in layers] or [n for n in acoustic_sets(models) if n in layers]
    rows = e.at_layers(gains, dataset, {name: layers[name] for name in shown})
    rows = rows[(rows["protocol"] == e.STRICT) & (rows["condition"] == condition)]
    within = rows[(rows["form"] == e.WITHIN) & rows["gain"].notna()]
    within = within.assign(place=within.groupby(["model", "emotion"])["gain"].rank(ascending=False, method="first"))
    largest = within[within["place"] <= MOST]
    keys = ["model", "emotion", "feature"]
    rows = rows.merge(largest[[*keys, "place"]], on=keys).astype({"place": int})
    order = {"model": e.placed(shown), "emotion": e.placed(rows["emotion"])}
    places = e.placed(FORMS)
    whole = e.sorted_by(rows.assign(first=rows["form"].map(places)), order, ["place", "first"])
    return whole[COLUMNS]


def draw(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Figure:
    """A panel per network and emotion, all with the same axis of gains.

    Args:
        frame: from `data`.
        facts: of the dataset: domain, synthetic.
    """
    title = "Which acoustic features do the emotion's dimensions encode?"
    if frame.empty:
        return style.says("No acoustic feature of this dataset has a gain.", title, facts["synthetic"])
    emotions = list(dict.fromkeys(frame["emotion"]))
    models = list(dict.fromkeys(frame["model"]))
    across = min(ACROSS, len(emotions))
    rows = -(-len(emotions) // across)
    lines = int(frame["place"].max())
    heights = [0.2, *([0.2, *[0.42 + 0.16 * lines] * rows] * len(models))]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), across, style.PAGE, 0.95 + sum(heights), sharey=False, height_ratios=heights
        )
        limits = _limits(frame)
        for index, model in enumerate(models):
            top = 1 + index * (rows + 1)
            own = frame[frame["model"] == model]
            _name(axes[top], e.model_words(model, own["layer"].iloc[0]))
            panels = list(axes[top + 1 : top + 1 + rows].flat)
            for axis, emotion in zip(panels, emotions, strict=False):
                _panel(axis, own[own["emotion"] == emotion], emotion, emotions)
                axis.set_xlim(*limits)
                axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
                e.emotion_title(axis, emotion, emotions)
            for axis in panels[len(emotions) :]:
                axis.set_visible(False)
            for axis in panels[max(0, len(emotions) - across) : len(emotions)]:
                axis.set_xlabel("gain in R²", fontsize=6.2)
        style.key(axes[0], _marks())
        style.finish(figure, f"{title} ({frame['dataset'].iloc[0]})", _foot(frame), facts["synthetic"])
    return figure


def _name(axes: Sequence[Axes], words: str) -> None:
    for axis in axes:
        axis.axis("off")
    text = axes[0].text(0.0, 0.3, words, fontsize=7.5, fontweight="bold", va="center", transform=axes[0].transAxes)
    text.set_in_layout(False)


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    low = float(np.nanmin([0.0, frame["gain"].min(), frame["low"].min()]))
    high = float(np.nanmax([0.0, frame["gain"].max(), frame["high"].max()]))
    span = (high - low) or 1.0
    return low - 0.05 * span, high + 0.05 * span


def _panel(axis: Axes, own: pd.DataFrame, emotion: str, emotions: Sequence[str]) -> None:
    look = style.look_of(emotion, emotions)
    names = own.drop_duplicates("feature")
    axis.axvline(0.0, color=style.QUIET, linewidth=0.7, zorder=1)
    for row in own.itertuples():
        plain = row.form == e.PLAIN
        height, opacity = row.place - 1 + FORMS[row.form], 1.0 if row.claimed else e.FAINT
        axis.plot([row.low, row.high], [height, height], color=look.colour, linewidth=0.6 if plain else 1.1,
                  alpha=opacity, zorder=2, label="interval")  # fmt: skip
        axis.plot(
            [row.gain], [height], linestyle="none", marker=look.marker, color=look.colour, alpha=opacity, zorder=3,
            markersize=2.6 if plain else 3.6, markerfacecolor="white" if plain else look.colour, markeredgewidth=0.6,
            label=row.form,
        )  # fmt: skip
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_yticks(range(len(names)), [style.feature_words(name) for name in names["feature"]], fontsize=5.0)
    axis.tick_params(axis="y", length=0)
    claimed = own[own["form"] == e.WITHIN].set_index("feature")["claimed"]
    for label, name in zip(axis.get_yticklabels(), names["feature"], strict=True):
        sure = bool(claimed.get(name, False))
        label.set_color(style.INK if sure else style.QUIET)
        label.set_fontweight("bold" if sure else "normal")
    if names.empty:
        axis.text(0.5, 0.5, "no gain", ha="center", va="center", color=style.QUIET, transform=axis.transAxes)


def _marks() -> list[Line2D]:
    return [
        Line2D([], [], color="#444444", marker="o", label="gain within emotion"),
        Line2D([], [], color="#444444", marker="o", markerfacecolor="white", linewidth=0.6, label="plain gain"),
        Line2D([], [], color="#444444", marker="o", alpha=e.FAINT, label="not claimed"),
    ]


def _foot(frame: pd.DataFrame) -> str:
    within = frame[frame["form"] == e.WITHIN]
    k = sorted({float(number) for number in within["k"].dropna()})
    numbers = f"k = {k[0]:g}" if len(k) == 1 else f"k from {k[0]:g} to {k[-1]:g}" if k else "k not known"
    return (
        f"{e.sizes(frame)}; {numbers}. Of each emotion the "
        f"{int(frame['place'].max())} features with the largest gain within emotion: held-out R² from the top k "
        f"dimensions less the mean of {int(within['n_draws'].max())} random sets; 95 % intervals over speakers. "
        "Claimed (bold names: within emotion): p against the random sets, corrected over all features, of 0.05 or "
        "less, and an interval above 0. The largest of many look larger than they are."
    )
