"""The grid of trainings: UAR of every condition by network, tuner and protocol, with intervals and chance."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.figures import transfer_rows as t
from workflow_scripts.figures.transfer_panels import panels
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
    conditions = [name for name in t.CONDITIONS if name in set(frame["condition"])]
    with style.styled():
        figure = panels(frame, t.lines_of(conditions), _panel, lambda _: "UAR (%)")
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _panel(axis: Axes, part: pd.DataFrame, tuners: Sequence[str], room: float) -> None:
    for row in part.itertuples():
        own = list(part.loc[part["tuner"] == row.tuner, "condition"])
        height = tuners.index(row.tuner) + room * (own.index(row.condition) - (len(own) - 1) / 2)
        look = t.CONDITIONS[row.condition]
        axis.plot([row.low, row.high], [height] * 2, color=look.colour, linewidth=0.9, label="interval", zorder=2)
        axis.plot([row.value], [height], linestyle="none", marker=look.marker, color=look.colour, markersize=3.2,
                  label=row.condition, zorder=3)  # fmt: skip
        axis.plot([row.chance] * 2, [height - room / 2, height + room / 2], color=style.QUIET, linewidth=0.9,
                  linestyle=":", label="chance")  # fmt: skip


def _foot(frame: pd.DataFrame) -> str:
    strict = frame[frame["protocol"] == "strict"]
    sizes = frame if strict.empty else strict
    seeds = frame["n_seeds"].max()
    return (
        f"Lines: 95 % interval (strict: over speakers, new speakers; else over clips, of these speakers). Dotted: "
        f"chance, labels permuted within speaker. n = {sizes['n_speakers'].max()} speakers, "
        f"{sizes['n_clips'].max()} clips; mean over {seeds} seed{'s' if seeds != 1 else ''}. Vectors are normalised "
        "neither by speaker nor by dataset, which alone moves source-only by more than 10 points. Which differences "
        "hold: see the figure of differences."
    )
