"""What a first stage changes: differences between conditions, paired over speakers or clips, with intervals."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import style
from workflow_scripts.figures import transfer_rows as t
from workflow_scripts.figures.transfer_panels import panels
from workflow_scripts.summaries.roles import Facts
from workflow_scripts.summaries.transfer_comparisons import CONDITIONS
from workflow_scripts.summaries.transfer_verdicts import LEVEL

COLUMNS = [
    "source", "target", "model", "tuner", "protocol", "pair", "metric", "value", "low", "high", "p_adjusted",
    "smallest_p_adjusted", "n_seeds", "n_speakers", "n_clips", "verdict",
]  # fmt: skip
PAIRS = {
    "two-stage less direct": t.CONDITIONS["two-stage"],
    "two-stage less shuffled-source": t.CONDITIONS["shuffled-source"],
    "two-stage less equal-updates": t.CONDITIONS["equal-updates"],
    "joint less direct": t.CONDITIONS["joint"],
}


def data(comparisons: pd.DataFrame, source: str, target: str, models: Facts, tuners: Sequence[str]) -> pd.DataFrame:
    """One row per network, tuner, protocol and pair of conditions: all emotions together.

    Args:
        comparisons: table transfer_comparisons.
        source, target: the direction.
        models: facts by name, in the order drawn.
        tuners: variants in the order drawn.
    """
    rows = comparisons[
        (comparisons["question"] == CONDITIONS)
        & (comparisons["emotion"] == "")
        & (comparisons["source"] == source)
        & (comparisons["target"] == target)
    ]
    rows = rows.assign(pair=rows["one"] + " less " + rows["other"]).rename(columns={"difference": "value"})
    return t.ordered(rows, protocol=t.PROTOCOLS, model=models, tuner=tuners, pair=PAIRS)[COLUMNS]


def draw(frame: pd.DataFrame, source: str, target: str, synthetic: bool) -> Figure:
    """Rows: networks; columns: protocols; in a panel the tuners one below another, each with its pairs of conditions.

    Args:
        frame: from `data`.
        source, target: the direction.
        synthetic: whether a dataset of the pair is synthetic.
    """
    title = f"What does a first stage on {source} change on {target}?"
    if frame.empty:
        return style.says("No two conditions of this direction to compare.", title, synthetic)
    marks = [
        Line2D([], [], color=look.colour, marker=look.marker, label=pair)
        for pair, look in PAIRS.items()
        if pair in set(frame["pair"])
    ]
    metric = frame.drop_duplicates("protocol").set_index("protocol")["metric"].to_dict()
    with style.styled():
        figure = panels(frame, marks, _panel, lambda protocol: f"difference of {metric[protocol]} (points)")
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _panel(axis: Axes, part: pd.DataFrame, tuners: Sequence[str], room: float) -> None:
    if len(part):
        axis.axvline(0, color=style.QUIET, linewidth=0.7, label="no difference")
    for row in part.itertuples():
        own = list(part.loc[part["tuner"] == row.tuner, "pair"])
        height = tuners.index(row.tuner) + room * (own.index(row.pair) - (len(own) - 1) / 2)
        look, told = PAIRS[row.pair], row.p_adjusted <= LEVEL
        opacity = 1.0 if told else t.FAINT
        axis.plot([row.low, row.high], [height] * 2, color=look.colour, linewidth=0.9, alpha=opacity, label="interval",
                  zorder=2)  # fmt: skip
        axis.plot([row.value], [height], linestyle="none", marker=look.marker, color=look.colour, markersize=3.2,
                  alpha=opacity, label=row.pair, zorder=3)  # fmt: skip


def _foot(frame: pd.DataFrame) -> str:
    strict = frame[frame["protocol"] == "strict"]
    units = []
    if len(strict):
        units.append(f"strict: UAR, over {strict['n_speakers'].max()} speakers")
    if len(strict) < len(frame):
        other = frame[frame["protocol"] != "strict"]
        units.append(f"else: WA, over {other['n_clips'].max()} clips of these speakers")
    seeds = frame["n_seeds"].max()
    return (
        f"Right of the line the first word is better. Lines: 95 % interval ({'; '.join(units)}); mean over {seeds} "
        f"seed{'s' if seeds != 1 else ''}. Faint: not told from 0 by the paired test, corrected over all comparisons "
        "of the study under the protocol, which is no proof of equality."
    )
