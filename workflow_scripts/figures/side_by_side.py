"""The papers side by side: printed figure, as published (the same protocol, this study), strict."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.papers import OTHER_TASKS

LOOKS = {
    "printed": style.Look(style.INK, "X"),
    "published": style.Look("#D55E00", "D"),
    "strict": style.Look("#0072B2", "o"),
}
PAPERS = {
    "paper1": "Paper 1 (accuracy, RAVDESS, 203 test clips)",
    "emobox": "EmoBox (UAR, frozen encoders, last layer)",
}


def data(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `papers.side_by_side`, which is drawn as it is."""
    return table[[*TABLES["side_by_side"]]].reset_index(drop=True)


def draw(frame: pd.DataFrame, synthetic: bool) -> Figure:
    """One panel per source of printed figures, one line per row.

    Args:
        frame: from `data`.
        synthetic: whether any dataset of the study is synthetic.
    """
    papers = list(dict.fromkeys(frame["paper"]))
    counts = [int((frame["paper"] == paper).sum()) for paper in papers]
    with style.styled():
        height = 1.1 + 0.24 * sum(counts) + 0.35 * len(papers)
        ratios = [count + 1.0 for count in counts]
        figure, axes = style.canvas(len(papers), 1, style.PAGE, height, sharex=True, sharey=False, height_ratios=ratios)
        for axis, paper in zip(axes[:, 0], papers, strict=True):
            _panel(axis, frame[frame["paper"] == paper])
            axis.set_title(PAPERS.get(paper, paper))
        axes[-1, 0].set_xlim(*_limits(frame))
        style.per_cent(axes[-1, 0], "x")
        axes[-1, 0].set_xlabel("score (%)")
        style.finish(figure, "The papers, side by side", _foot(frame), synthetic)
    return figure


def _panel(axis: Axes, part: pd.DataFrame) -> None:
    words = []
    for place, row in enumerate(part.itertuples()):
        height = len(part) - 1 - place
        words.append(f"{row.model}, {row.domain}" + (f" ({row.dataset}: {row.study_model})" if row.study_model else ""))
        for kind, shift in (("printed", 0.0), ("published", 0.2), ("strict", -0.2)):
            value, look = getattr(row, kind), LOOKS[kind]
            if np.isnan(value):
                continue
            if kind != "printed":
                ends = [[value - getattr(row, f"{kind}_low")], [getattr(row, f"{kind}_high") - value]]
                axis.errorbar(
                    [value],
                    [height + shift],
                    xerr=np.clip(ends, 0, None),
                    fmt="none",
                    ecolor=look.colour,
                    elinewidth=0.8,
                )
            axis.plot(
                [value],
                [height + shift],
                linestyle="none",
                marker=look.marker,
                markersize=4.2,
                color=look.colour,
                label=kind,
            )
    axis.set_yticks(range(len(words) - 1, -1, -1), words)
    axis.set_ylim(-0.6, len(words) - 0.4)
    axis.grid(axis="y", color="#E6E6E6", linewidth=0.6)
    axis.set_axisbelow(True)


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    ends = frame[["printed", "published_low", "strict_low", "published_high", "strict_high"]].to_numpy(dtype=float)
    return max(0.0, float(np.nanmin(ends)) - 0.05), min(1.0, float(np.nanmax(ends)) + 0.05)


def _foot(frame: pd.DataFrame) -> str:
    beside = frame[frame["study_model"] != ""]
    if beside.empty:
        return "No model of this study is one of the papers', so that the printed figures stand alone."
    return (
        "Black cross: printed; orange diamond: as published, this study; blue circle: strict, this study. "
        f"Intervals: 95 %, strict{style.units(beside['strict_interval'])} (n = {beside['n_speakers'].max()} speakers), "
        f"as published{style.units(beside['published_interval'])}. Printed figures have none; 203 clips give about 5 "
        f"points either way.{_apart(beside)} {style.probed(beside[beside['probe'] != ''])}."
    )


def _apart(beside: pd.DataFrame) -> str:
    """That some rows set protocols side by side that test other emotions or speakers."""
    rows = beside.loc[beside["why"].str.startswith(OTHER_TASKS), "dataset"].drop_duplicates()
    return f" On {', '.join(rows)} the protocols test other emotions or speakers: see the data." if len(rows) else ""
