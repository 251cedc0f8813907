"""The grid of trainings: UAR of every condition by network, tuner and protocol, with intervals and chance."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.figures import transfer_rows as t
from workflow_scripts.summaries.roles import Facts

COLUMNS = [
    "source", "target", "model", "tuner", "condition", "protocol", "value", "low", "high", "interval", "spread",
    "chance", "n_seeds", "n_clips", "n_speakers",
]  # fmt: skip


def data(scores: pd.DataFrame, source: str, target: str, models: Facts, tuners: Sequence[str]) -> pd.DataFrame:
    """One row per network, tuner, condition and protocol: UAR of all clips, mean over seeds.

    Args:
        scores: table transfer_scores.
        source, target: the direction; `direct` has the target alone.
        models: facts by name, in the order drawn.
        tuners: variants in the order drawn.
    """
    rows = t.of_pair(scores, source, target)
    rows = rows[
        (rows["metric"] == "UAR")
        & (rows["clips"] == "all")
        & (rows["repeat"] == -1)
        & (rows["speaker"] == "")
        & rows["protocol"].isin(t.PROTOCOLS)
    ]
    return t.ordered(rows, protocol=t.PROTOCOLS, model=models, tuner=tuners, condition=t.CONDITIONS)[COLUMNS]


def draw(frame: pd.DataFrame, source: str, target: str, synthetic: bool) -> Figure:
    """Rows: networks; columns: protocols; in a panel the tuners one below another, each with its conditions.

    Args:
        frame: from `data`.
        source, target: the direction.
        synthetic: whether a dataset of the pair is synthetic.
    """
    title = f"Does a first stage on {source} help {target}?"
    if frame.empty:
        return style.says("No training of this direction.", title, synthetic)
    models, protocols = (list(dict.fromkeys(frame[name])) for name in ("model", "protocol"))
    lines = {model: list(dict.fromkeys(frame.loc[frame["model"] == model, "tuner"])) for model in models}
    conditions = [name for name in t.CONDITIONS if name in set(frame["condition"])]
    step = 0.075 * len(conditions) + 0.1
    heights = [0.2, *(0.3 + step * len(lines[model]) for model in models)]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), len(protocols), style.PAGE, 1.0 + sum(heights), sharey=False, height_ratios=heights
        )
        limits = _limits(frame)
        for column, protocol in enumerate(protocols):
            for axis, model in zip(axes[1:, column], models, strict=True):
                part = frame[(frame["model"] == model) & (frame["protocol"] == protocol)]
                _panel(axis, part, lines[model], conditions)
                axis.set_xlim(*limits)
                style.per_cent(axis, "x")
                if column == 0:
                    axis.set_yticks(range(len(lines[model])), lines[model])
                    axis.set_ylabel(style.two_lines(model), fontweight="bold")
                else:
                    axis.set_yticks([])
                if model == models[0]:
                    style.panel_title(axis, style.PROTOCOL_WORDS.get(protocol, "twins on one side (twins)"))
                if model == models[-1]:
                    axis.set_xlabel("UAR (%)")
        style.key(axes[0], t.lines_of(conditions))
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _panel(axis: Axes, part: pd.DataFrame, tuners: Sequence[str], conditions: Sequence[str]) -> None:
    room = 0.8 / len(conditions)
    if part.empty:
        axis.text(0.5, 0.5, "not trained", transform=axis.transAxes, ha="center", va="center", color=style.QUIET)
    for row in part.itertuples():
        own = list(part.loc[part["tuner"] == row.tuner, "condition"])
        height = tuners.index(row.tuner) + room * (own.index(row.condition) - (len(own) - 1) / 2)
        look = t.CONDITIONS[row.condition]
        axis.plot([row.low, row.high], [height] * 2, color=look.colour, linewidth=0.9, label="interval", zorder=2)
        axis.plot([row.value], [height], linestyle="none", marker=look.marker, color=look.colour, markersize=3.2,
                  label=row.condition, zorder=3)  # fmt: skip
        axis.plot([row.chance] * 2, [height - room / 2, height + room / 2], color=style.QUIET, linewidth=0.9,
                  linestyle=":", label="chance")  # fmt: skip
    for place in range(1, len(tuners)):
        axis.axhline(place - 0.5, color="#E4E4E4", linewidth=0.5, zorder=1)
    axis.set_ylim(len(tuners) - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    ends = frame[["value", "low", "high", "chance"]].to_numpy(dtype=float)
    return max(-0.02, float(np.nanmin(ends)) - 0.03), min(1.02, float(np.nanmax(ends)) + 0.03)


def _foot(frame: pd.DataFrame) -> str:
    strict = frame[frame["protocol"] == "strict"]
    sizes = frame if strict.empty else strict
    seeds = frame["n_seeds"].max()
    return (
        f"Lines: 95 % interval (strict: over speakers, new speakers; else over clips, of these speakers). Dotted: "
        f"chance, labels permuted within speaker. n = {sizes['n_speakers'].max()} speakers, "
        f"{sizes['n_clips'].max()} clips; mean over {seeds} seed{'s' if seeds != 1 else ''}. Vectors are normalised "
        "neither by speaker nor by dataset, which alone moves source-only by more than 10 points. Which differences "
        "hold: see the comparisons."
    )
