"""Paper 1's claims on transfer: strict differences with intervals, and the same as published."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import style
from workflow_scripts.figures import transfer_rows as t
from workflow_scripts.summaries.transfer_distances import LOUDNESS, POOLED, ZERO_SHOT
from workflow_scripts.summaries.transfer_verdicts import LEVEL

COLUMNS = [
    "claim", "sentence", "panel", "line", "quantity", "source", "target", "model", "tuner", "as_published",
    "as_published_low", "as_published_high", "strict", "value", "low", "high", "p_adjusted", "n_speakers", "n_emotions",
    "verdict",
]  # fmt: skip
CORRELATION, LEVELS = 7, 9
STAGES = "two-stage less direct"
# claim -> what its axis shows
PANELS: Mapping[int, str] = {
    3: f"{STAGES} (points)",
    4: "PEFT less another tuner (points)",
    5: "difference of gains (points)",
    7: "rank correlation of distance and recall",
    8: "spread of recalls, one less the other (points)",
    9: "WA of paper1 less strict (points)",
}


def data(claims: pd.DataFrame) -> pd.DataFrame:
    """One row per line: the rows that a claim itself is about, in its panel.

    Args:
        claims: table transfer_claims.

    Returns: the columns of COLUMNS.
    """
    quantity = claims["quantity"]
    pooled = claims.loc[(claims["claim"] == CORRELATION) & (claims["model"] == POOLED), ["source", "target", "tuner"]]
    has_pooled = claims[["source", "target", "tuner"]].apply(tuple, axis=1).isin(list(map(tuple, pooled.to_numpy())))
    drawn = (
        ((claims["claim"] == 3) & (quantity == STAGES))
        | ((claims["claim"] == 4) & (claims["condition"] == _condition(claims, 4)))
        | (claims["claim"] == 5)
        | (
            (claims["claim"] == CORRELATION)
            & quantity.str.endswith((ZERO_SHOT, ZERO_SHOT + LOUDNESS))
            & ((claims["model"] == POOLED) | ~has_pooled)
        )
        | ((claims["claim"] == 8) & quantity.str.contains(" less "))
        | (
            (claims["claim"] == 9)
            & (quantity == "WA of paper1 less strict")
            & (claims["condition"] == _condition(claims, 9))
        )
    )
    rows = claims[drawn & (claims["value"].notna() | claims["as_published"].notna())].reset_index(drop=True)
    return rows.assign(panel=rows["claim"].map(PANELS), line=[_line(row) for row in rows.to_dict("records")])[COLUMNS]


def _condition(claims: pd.DataFrame, claim: int) -> str:
    """Two-stage where the claim has such rows, as in the paper; else direct."""
    return "two-stage" if "two-stage" in set(claims.loc[claims["claim"] == claim, "condition"]) else "direct"


def _line(row: dict[str, Any]) -> str:
    """What a line is: network and tuner, what it is compared with, and the direction."""
    way = f"{row['source']} → {row['target']}" if row["source"] else row["target"]
    compared = row["quantity"].split(", ")[-1]
    words = {
        4: f"{compared}, {row['condition']}",
        7: row["tuner"] + (LOUDNESS if row["quantity"].endswith(LOUDNESS) else ""),
        8: f"{row['tuner']}, {compared}" if compared == STAGES else f"{compared}, {row['condition']}",
        9: f"{row['tuner']}, {row['condition']}",
    }
    return f"{row['model']}, {words.get(row['claim'], row['tuner'])}; {way}"


def draw(frame: pd.DataFrame, claims: pd.DataFrame, synthetic: bool) -> Figure:
    """One panel per claim, its lines one below another; a claim without any says so.

    Args:
        frame: from `data`.
        claims: table transfer_claims, for the claims that cannot be judged.
        synthetic: whether a dataset of the study is synthetic.
    """
    title = "Paper 1's claims on transfer, strict and as published"
    sentences = dict(zip(claims["claim"], claims["sentence"], strict=True))
    parts = {claim: frame[frame["claim"] == claim] for claim in sentences}
    nothing = {claim: _nothing(claims[claims["claim"] == claim]) for claim, part in parts.items() if part.empty}
    lines = {claim: len(part) or nothing[claim].count("\n") + 1 for claim, part in parts.items()}
    heights = [0.2, *(0.5 + 0.125 * lines[claim] for claim in sentences)]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), 1, style.PAGE, 0.9 + sum(heights), sharey=False, height_ratios=heights
        )
        for axis, (claim, sentence) in zip(axes[1:, 0], sentences.items(), strict=True):
            axis.set_title(f"{claim}. {sentence}", fontsize=6.6)
            if claim in nothing:
                axis.axis("off")
                axis.text(0.0, 0.9, nothing[claim], transform=axis.transAxes, color=style.QUIET, va="top")
            else:
                _panel(axis, parts[claim], claim == CORRELATION)
        style.key(axes[0], _marks())
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _panel(axis: Axes, part: pd.DataFrame, correlation: bool) -> None:
    unit = 1.0 if correlation else 100.0
    colours = style.PROTOCOLS
    axis.axvline(0, color=style.QUIET, linewidth=0.7)
    for place, row in enumerate(part.itertuples()):
        opacity = 1.0 if row.p_adjusted <= LEVEL else t.FAINT
        blue, red = colours["strict"], colours["paper1"]
        axis.plot([unit * row.low, unit * row.high], [place] * 2, color=blue.colour, alpha=opacity, label="interval")
        axis.plot([unit * row.value], [place], linestyle="none", marker=blue.marker, color=blue.colour, alpha=opacity,
                  label="strict", zorder=3)  # fmt: skip
        if part["claim"].iloc[0] != LEVELS:  # there it is a level, not a difference
            ends = [unit * row.as_published_low, unit * row.as_published_high]
            axis.plot(ends, [place + 0.3] * 2, color=red.colour, linewidth=0.6, label="interval as published")
            axis.plot([unit * row.as_published], [place + 0.3], linestyle="none", marker=red.marker, color=red.colour,
                      markerfacecolor="white", markersize=2.8, markeredgewidth=0.6, label="as published")  # fmt: skip
    axis.set_yticks(range(len(part)), list(part["line"]), fontsize=5.4)
    axis.tick_params(axis="y", length=0)
    axis.set_ylim(len(part) - 0.3, -0.7)
    axis.set_xlabel(part["panel"].iloc[0])
    if correlation:
        axis.set_xlim(-1.05, 1.05)


def _nothing(rows: pd.DataFrame) -> str:
    """Why a claim has no line, in lines as long as a panel is wide."""
    return textwrap.fill(f"cannot be judged: {rows['why_not'].iloc[0] or 'see the table of claims'}", 66)


def _marks() -> list[Line2D]:
    blue, red = style.PROTOCOLS["strict"], style.PROTOCOLS["paper1"]
    return [
        Line2D([], [], color=blue.colour, marker=blue.marker, label="strict, 95 % interval"),
        Line2D([], [], color=blue.colour, marker=blue.marker, alpha=t.FAINT, label="not told from 0"),
        Line2D([], [], color=red.colour, marker=red.marker, markerfacecolor="white", linewidth=0.6,
               label="as published (paper1)"),
    ]  # fmt: skip


def _foot(frame: pd.DataFrame) -> str:
    n = int(np.nan_to_num(frame["n_speakers"].max())) if len(frame) else 0
    return (
        f"n = {n} speakers; rank correlations: over emotions, all orders, without interval. Strict: UAR, speakers held "
        "out (9: WA, the same clips under both); faint: after correction. As published: WA over clips, of these "
        "speakers only. Verdicts in words, controls and what else was compared: see the table of claims."
    )
