"""Emotion bias: the recall of every emotion, trained on the target alone and after a first stage."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import style
from workflow_scripts.figures import transfer_rows as t
from workflow_scripts.summaries.roles import Facts
from workflow_scripts.summaries.transfer_verdicts import LEVEL

DRAWN = ["source-only", "direct", "two-stage"]
COLUMNS = [
    "source", "target", "model", "tuner", "condition", "protocol", "emotion", "value", "low", "high", "interval",
    "blind", "changed", "spread_of_recalls", "n_clips", "n_speakers",
]  # fmt: skip


def data(
    scores: pd.DataFrame,
    comparisons: pd.DataFrame,
    source: str,
    target: str,
    models: Facts,
    tuners: Sequence[str],
    protocol: str = "strict",
) -> pd.DataFrame:
    """One row per network, tuner, condition and emotion.

    Args:
        scores: table transfer_scores; comparisons: table transfer_comparisons.
        source, target: the direction.
        models: facts by name, in the order drawn; tuners: variants in the order drawn.
        protocol: the one that is drawn.

    Returns: the columns of COLUMNS. `changed`: whether two-stage and direct differ in this recall after the
        correction; `spread_of_recalls`: standard deviation over the emotions of the training.
    """
    rows = t.of_pair(scores, source, target)
    rows = rows[
        (rows["metric"] == "recall")
        & (rows["clips"] == "all")
        & (rows["repeat"] == -1)
        & (rows["speaker"] == "")
        & (rows["protocol"] == protocol)
        & rows["condition"].isin(DRAWN)
    ]
    told = comparisons[
        (comparisons["metric"] == "recall")
        & (comparisons["source"] == source)
        & (comparisons["target"] == target)
        & (comparisons["protocol"] == protocol)
        & (comparisons["p_adjusted"] <= LEVEL)
    ]
    changed = set(told[["model", "tuner", "emotion"]].itertuples(index=False, name=None))
    rows = rows.assign(
        changed=[key in changed for key in rows[["model", "tuner", "emotion"]].itertuples(index=False, name=None)],
        spread_of_recalls=rows.groupby(["model", "tuner", "condition"])["value"].transform("std"),
    )
    return t.ordered(rows, model=models, tuner=tuners, condition=DRAWN)[COLUMNS]


def draw(frame: pd.DataFrame, source: str, target: str, synthetic: bool) -> Figure:
    """One panel per network and tuner: emotions across, conditions beside each other.

    Args:
        frame: from `data`.
        source, target: the direction.
        synthetic: whether a dataset of the pair is synthetic.
    """
    title = f"Which emotions of {target} are recognised, with and without {source}?"
    if frame.empty:
        return style.says("No training of this direction and protocol.", title, synthetic)
    panels = list(dict.fromkeys(frame[["model", "tuner"]].itertuples(index=False, name=None)))
    emotions = [name for name in style.EMOTIONS if name in set(frame["emotion"])]
    emotions += [name for name in dict.fromkeys(frame["emotion"]) if name not in emotions]
    across = min(2, len(panels))
    rows = -(-len(panels) // across)
    heights = [0.2, *[1.25] * rows]
    with style.styled():
        figure, axes = style.canvas(rows + 1, across, style.PAGE, 0.9 + sum(heights), height_ratios=heights)
        for axis, panel in zip(axes[1:].ravel(), panels, strict=False):
            _panel(axis, frame[(frame["model"] == panel[0]) & (frame["tuner"] == panel[1])], emotions)
            axis.set_title(f"{panel[0]}, {panel[1]}", fontsize=6.6)
        for axis in axes[1:].ravel()[len(panels) :]:
            axis.set_visible(False)
        for axis in axes[1:, 0]:
            axis.set_ylabel("recall (%)")
        star = Line2D(
            [], [], color=style.INK, marker="*", markersize=5, linestyle="none", label="two-stage and direct differ"
        )
        style.key(axes[0], [*t.lines_of(frame["condition"]), star])
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _panel(axis: Axes, part: pd.DataFrame, emotions: Sequence[str]) -> None:
    conditions = list(dict.fromkeys(part["condition"]))
    room = 0.7 / len(conditions)
    for row in part.itertuples():
        place = emotions.index(row.emotion) + room * (conditions.index(row.condition) - (len(conditions) - 1) / 2)
        look = t.CONDITIONS[row.condition]
        axis.plot([place] * 2, [row.low, row.high], color=look.colour, linewidth=0.9, label="interval")
        axis.plot([place], [row.value], linestyle="none", marker=look.marker, color=look.colour, label=row.condition)
    for emotion in dict.fromkeys(part.loc[part["changed"], "emotion"]):
        axis.plot([emotions.index(emotion)], [1.08], linestyle="none", marker="*", color=style.INK, label="changed",
                  markersize=5, clip_on=False)  # fmt: skip
    axis.axhline(part["blind"].iloc[0], color=style.QUIET, linestyle=":", linewidth=0.7, label="blind")
    axis.set_xticks(range(len(emotions)), list(emotions))
    axis.set_xlim(-0.5, len(emotions) - 0.5)
    axis.set_ylim(-0.03, 1.13)
    axis.set_yticks(np.linspace(0, 1, 5))
    axis.tick_params(axis="y", labelleft=True)
    style.per_cent(axis)
    spreads = part.drop_duplicates("condition")
    words = ", ".join(f"{row.condition} {100 * row.spread_of_recalls:.0f}" for row in spreads.itertuples())
    axis.text(0.0, -0.3, f"SD over emotions: {words}", transform=axis.transAxes, fontsize=5.6, color=style.QUIET,
              va="top")  # fmt: skip


def _foot(frame: pd.DataFrame) -> str:
    protocol = t.PROTOCOL_WORDS[frame["protocol"].iloc[0]]
    return (
        f"{protocol}; lines: 95 % interval{style.units(frame['interval'])}; n = {frame['n_speakers'].max()} speakers, "
        f"up to {frame['n_clips'].max()} clips an emotion. Star: paired test over speakers, "
        "corrected over all recalls of the study. Dotted: a blind guess."
    )
