"""Which acoustic features tell the emotion: SHAP values of held-out clips, and their mean size with intervals.

Drawn here, not by `shap`: its import takes seconds, and its plots bring their own look.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure

from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.figures import style

COLUMNS = [
    "dataset", "model", "emotion", "against", "feature", "category", "rank", "mean", "low", "high", "clip_id",
    "speaker", "positive", "fold", "value", "place", "n_clips", "n_speakers",
]  # fmt: skip
MOST = 8  # features of each emotion
BINS = 70  # of the axis, in which points are stacked
HEIGHT = 0.42  # of a line: how far a stack reaches up and down
COLOURS = ListedColormap(mpl.colormaps["viridis"](np.linspace(0.0, 0.92, 256)))
BAR = "#9A9A9A"


def data(
    shap: Mapping[str, pd.DataFrame], features: pd.DataFrame, importance: pd.DataFrame, dataset: str, model: str
) -> pd.DataFrame:
    """One row per emotion, feature and clip: the features that matter most, the most important first.

    Args:
        shap: by emotion the table `explanation_shap` of the acoustic feature set, a column of values per feature.
        features: table `acoustics` of the dataset, a column per feature.
        importance: table `importance` of the explanation, for mean |SHAP| with its interval and the category.
        dataset, model: the dataset and the acoustic feature set.

    Returns: the columns of COLUMNS. `mean` is mean |SHAP| over held-out clips, `value` the clip's SHAP value in
        log-odds, `place` where the feature's value stands among these clips, from 0 (lowest) to 1.
    """
    ranks = importance[
        (importance["dataset"] == dataset)
        & (importance["model"] == model)
        & (importance["protocol"] == e.STRICT)
        & (importance["fold"] == -1)
    ]
    measured = features.set_index("clip_id")
    parts = []
    for emotion, values in shap.items():
        own = ranks[ranks["emotion"] == emotion].sort_values("rank", kind="stable").head(MOST)
        for row in own.itertuples():
            column = measured.loc[values["clip_id"], row.feature]
            part = values[["clip_id", "speaker", "positive", "fold"]].assign(
                value=values[row.feature], place=(column.rank().to_numpy() - 1) / max(1, len(column) - 1)
            )
            about = {"emotion": emotion, "against": row.against, "feature": row.feature, "category": row.category}
            mean = {"rank": row.rank, "mean": row.value, "low": row.low, "high": row.high}
            n = {"n_clips": len(values), "n_speakers": values["speaker"].nunique()}
            parts.append(part.assign(**about, **mean, **n))
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    return whole.assign(dataset=dataset, model=model)[COLUMNS]


def draw(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Figure:
    """A pair of panels per emotion, two pairs a row: the values of every clip, and their mean size.

    Each emotion has axes of its own: the penalty chosen for it sets the scale of its log-odds.

    Args:
        frame: from `data`.
        facts: of the dataset: domain, synthetic.
    """
    title = "Which acoustic features tell the emotion?"
    if frame.empty or frame["value"].isna().all():
        return style.says("This study has no SHAP values of acoustic features here.", title, facts["synthetic"])
    emotions = list(dict.fromkeys(frame["emotion"]))
    across = min(2, len(emotions))
    rows = -(-len(emotions) // across)
    lines = int(frame.groupby("emotion")["feature"].nunique().max())
    heights = [0.3, *[0.62 + 0.17 * lines] * rows]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), 2 * across, style.PAGE, 0.75 + sum(heights), sharey=False, height_ratios=heights,
            width_ratios=[1.9, 0.6] * across,
        )  # fmt: skip

        panels = [
            (axes[1 + row, 2 * column], axes[1 + row, 2 * column + 1])
            for row in range(rows)
            for column in range(across)
        ]
        for (swarm, bars), emotion in zip(panels, emotions, strict=False):
            own = frame[frame["emotion"] == emotion]
            _swarm(swarm, own, 1.05 * float(own["value"].abs().max()) or 1.0)
            longest = 1.05 * float(np.nanmax([own["mean"].max(), own["high"].max()])) or 1.0
            _bars(bars, own, longest, style.look_of(emotion, emotions).colour)
            e.emotion_title(swarm, emotion, emotions)
        for pair in panels[len(emotions) :]:
            for axis in pair:
                axis.set_visible(False)
        _colour_key(figure, axes[0], 0.8 / (3 - across))
        style.finish(figure, f"{title} ({frame['dataset'].iloc[0]})", _foot(frame), facts["synthetic"])
    return figure


def _swarm(axis: Axes, own: pd.DataFrame, reach: float) -> None:
    names = list(dict.fromkeys(own["feature"]))
    axis.axvline(0.0, color=style.QUIET, linewidth=0.7, zorder=1)
    for line, name in enumerate(names):
        rows = own[own["feature"] == name]
        values = rows["value"].to_numpy(dtype=float)
        # points as one picture, so that a file of thousands of them stays small
        axis.scatter(
            values, line + stacked(values, reach), c=rows["place"], cmap=COLOURS, vmin=0, vmax=1, s=2.2, linewidths=0,
            zorder=2, rasterized=True, label=name,
        )  # fmt: skip
    axis.set_xlim(-reach, reach)
    _ticks(axis, 4)
    _features(axis, names)
    axis.set_xlabel("SHAP value (log-odds)", fontsize=6.0)


def stacked(values: npt.NDArray[np.float64], reach: float) -> npt.NDArray[np.float64]:
    """How far up (-) or down each point stands from its line, so that points of about the same value lie side by side.

    The points of one of BINS parts of the axis from -`reach` to `reach` alternate about the line; the largest stack
    reaches HEIGHT, stacks of a few points are not spread out.
    """
    parts = np.clip(((values + reach) / (2 * reach) * BINS).astype(int), 0, BINS - 1)
    number = np.zeros(len(values))
    for part in np.unique(parts):
        own = np.flatnonzero(parts == part)
        place = np.arange(len(own))
        number[own] = (place + 1) // 2 * np.where(place % 2, -1.0, 1.0)
    return number * HEIGHT / max(6.0, float(np.abs(number).max(initial=0.0)))


def _features(axis: Axes, names: Sequence[str]) -> None:
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_yticks(range(len(names)), [style.feature_words(name) for name in names], fontsize=5.4)
    axis.tick_params(axis="y", length=0)


def _ticks(axis: Axes, most: int) -> None:
    axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(most))
    axis.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))


def _bars(axis: Axes, own: pd.DataFrame, longest: float, colour: str) -> None:
    """Mean |SHAP| with its interval, and the feature's category behind."""
    rows = own.drop_duplicates("feature")
    lines = np.arange(len(rows))
    axis.barh(lines, rows["mean"], height=0.6, color=colour, alpha=0.55, linewidth=0, zorder=1)
    for line, row in zip(lines, rows.itertuples(), strict=True):
        axis.plot([row.low, row.high], [line, line], color=style.INK, linewidth=0.8, zorder=2, label="interval")
    axis.set_xlim(0, longest)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_yticks(lines, rows["category"], fontsize=5.0)
    axis.yaxis.tick_right()
    axis.spines["right"].set_visible(False)
    axis.tick_params(axis="y", length=0, labelcolor=style.QUIET)
    _ticks(axis, 2)
    axis.set_xlabel("mean size", fontsize=6.0)


def _colour_key(figure: Figure, axes: Sequence[Axes], length: float) -> None:
    """What the colours of the points mean; `length` of the bar as a share of the first panel's width."""
    for axis in axes:
        axis.axis("off")
    place = axes[0].inset_axes((0.0, 0.4, length, 0.35))
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), COLOURS), cax=place, orientation="horizontal")
    bar.set_ticks([])
    words = ("lowest", "highest value of the feature among these clips")
    for where, word, side in zip((-0.03, length + 0.03), words, ("right", "left"), strict=True):
        text = axes[0].text(where, 0.57, word, ha=side, va="center", fontsize=5.4, transform=axes[0].transAxes)
        text.set_in_layout(False)


def _foot(frame: pd.DataFrame) -> str:
    most = int(frame.groupby("emotion")["feature"].nunique().max())
    return (
        f"{e.sizes(frame)}, each clip by the model that has not heard its speaker; {frame['model'].iloc[0]}, the "
        f"{most} features with the largest mean |SHAP| of each emotion. Right of 0: speaks for the emotion. Bars: mean "
        "|SHAP| in log-odds, 95 % intervals over speakers. SHAP value of a linear model: coefficient times distance "
        "from the training mean. Colours by rank. Each emotion has its own axis: its penalty sets the scale."
    )
