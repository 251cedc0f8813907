"""Panels of trainings: a row for each network, a column for each protocol, the tuners one below another in each."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.figures import transfer_rows as t

Panel = Callable[[Axes, pd.DataFrame, Sequence[str], float], None]


def panels(frame: pd.DataFrame, marks: Sequence[Artist], panel: Panel, label: Callable[[str], str]) -> Figure:
    """A figure with all panels drawn; to be finished with title and notes, in the study's look.

    Args:
        frame: columns model, protocol, tuner and shares value, low, high, in the order drawn.
        marks: of the key, as many as a tuner has at most in a panel.
        panel: draws the rows of a network and protocol into an axis; it is told the tuners of the network in order and
            the room of a mark, where a tuner's is 1.
        label: of the horizontal axis of a protocol, which shows shares as per cent.
    """
    models, protocols = (list(dict.fromkeys(frame[name])) for name in ("model", "protocol"))
    lines = {model: list(dict.fromkeys(frame.loc[frame["model"] == model, "tuner"])) for model in models}
    step = 0.075 * len(marks) + 0.1
    heights = [0.2, *(0.3 + step * len(lines[model]) for model in models)]
    figure, axes = style.canvas(
        len(heights), len(protocols), style.PAGE, 1.0 + sum(heights), sharey=False, height_ratios=heights
    )
    limits = _limits(frame)
    for column, protocol in enumerate(protocols):
        for axis, model in zip(axes[1:, column], models, strict=True):
            part = frame[(frame["model"] == model) & (frame["protocol"] == protocol)]
            _base(axis, part, lines[model])
            panel(axis, part, lines[model], 0.8 / len(marks))
            axis.set_xlim(*limits)
            style.per_cent(axis, "x")
            if column == 0:
                axis.set_yticks(range(len(lines[model])), lines[model])
                axis.set_ylabel(style.two_lines(model), fontweight="bold")
            else:
                axis.set_yticks([])
            if model == models[0]:
                style.panel_title(axis, t.PROTOCOL_WORDS[protocol])
            if model == models[-1]:
                axis.set_xlabel(label(protocol))
    style.key(axes[0], marks)
    return figure


def _base(axis: Axes, part: pd.DataFrame, tuners: Sequence[str]) -> None:
    """What every panel has: a place for each tuner, and words where there is nothing."""
    if part.empty:
        axis.text(0.5, 0.5, "not trained", transform=axis.transAxes, ha="center", va="center", color=style.QUIET)
    for place in range(1, len(tuners)) if len(part) else ():
        axis.axhline(place - 0.5, color="#E4E4E4", linewidth=0.5, zorder=1)
    axis.set_ylim(len(tuners) - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    names = [name for name in ("value", "low", "high", "chance") if name in frame]
    ends = frame[names].to_numpy(dtype=float)
    return float(np.nanmin(ends)) - 0.03, min(1.02, float(np.nanmax(ends)) + 0.03)
