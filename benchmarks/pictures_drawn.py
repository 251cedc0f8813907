"""How the figures of docs/protocols.md are drawn; see pictures.py."""

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from workflow_scripts.figures import style

STRICT, PAPER, TWINS = (style.PROTOCOLS[name].colour for name in ("strict", "paper1", "emobox"))
LOOKS = {"strict": (STRICT, "o"), "twins": (TWINS, "s"), "paper1": (PAPER, "D"), "paper2": (PAPER, "D")}
CHANCE, WIDTH = 1 / 6, 5.2


def dots(table: pd.DataFrame, title: str, axis_title: str, foot: str, zero: float, synthetic: bool = True) -> Figure:
    """Rows of dots with intervals, one colour for each protocol; a line where nothing is known or gained."""
    rows, whats = list(dict.fromkeys(table["row"])), [name for name in LOOKS if name in set(table["what"])]
    with style.styled():
        figure, axes = style.canvas(1, 1, WIDTH, 1.0 + 0.26 * len(rows))
        axis = axes[0, 0]
        axis.axvline(zero, color=style.QUIET, linewidth=0.8, linestyle=":")
        for offset, what in enumerate(whats):
            colour, marker = LOOKS[what]
            own = table[table["what"] == what]
            heights = [rows.index(row) + 0.22 * (offset - (len(whats) - 1) / 2) for row in own["row"]]
            axis.hlines(heights, own["low"], own["high"], colors=colour, linewidth=0.9)
            axis.plot(own["value"], heights, marker, color=colour, markersize=4, label=what)
        axis.set_yticks(range(len(rows)), rows)
        axis.set_ylim(len(rows) - 0.4, -0.6)
        axis.set_xlabel(axis_title)
        style.per_cent(axis, "x")
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        style.finish(figure, title, foot, synthetic)
    return figure


def guessed(table: pd.DataFrame) -> Figure:
    """What tells the emotion without listening, speech beside song."""
    rows = list(dict.fromkeys(table["row"]))
    with style.styled():
        figure, axes = style.canvas(1, 1, WIDTH, 2.9)
        axis = axes[0, 0]
        axis.axvline(CHANCE, color=style.QUIET, linewidth=0.8, linestyle=":")
        for dataset, offset, face in (("speech", -0.13, STRICT), ("song", 0.13, "white")):
            own = table[table["what"] == dataset]
            heights = [rows.index(row) + offset for row in own["row"]]
            axis.hlines(heights, own["low"], own["high"], colors=STRICT, linestyles=style.DOMAIN_LINES[dataset])
            axis.plot(own["value"], heights, "o", color=STRICT, markerfacecolor=face, markersize=4.5, label=dataset)
        axis.set_yticks(range(len(rows)), rows)
        axis.set_ylim(len(rows) - 0.4, -0.6)
        axis.set_xlabel("UAR (%), dotted: chance")
        axis.legend(loc="lower right")
        style.per_cent(axis, "x")
        foot = "6 speakers, 264 clips each; t intervals over speakers"
        style.finish(figure, "The emotion guessed without listening", foot, True)
    return figure


def two_intervals(table: pd.DataFrame) -> Figure:
    """Six speakers as dots, and both intervals of their common score."""
    rows = table.set_index("row")
    people = rows[rows.index.str.startswith("speaker")]
    with style.styled():
        figure, axes = style.canvas(1, 1, WIDTH, 1.8)
        axis = axes[0, 0]
        axis.plot(people["value"], [0] * len(people), "o", color=style.QUIET, markersize=4, clip_on=False)
        for height, (name, colour) in enumerate((("over speakers", STRICT), ("over clips", PAPER)), start=1):
            axis.plot(rows.loc[name, ["low", "high"]], [height, height], color=colour)
            axis.plot(rows.loc[name, "value"], height, "o", color=colour, markersize=4)
        axis.set_yticks([0, 1, 2], ["each speaker", "interval over speakers", "interval over clips"])
        axis.set_ylim(2.6, -0.6)
        axis.set_xlabel("UAR of eGeMAPS on speech, strict (%)")
        style.per_cent(axis, "x")
        style.finish(figure, "One score, two intervals", "6 speakers, 264 clips; 95 %", True)
    return figure


def places(table: pd.DataFrame) -> Figure:
    """Place of each emotion in both forms, a panel for each network."""
    models = list(dict.fromkeys(table["model"]))
    with style.styled():
        figure, axes = style.canvas(1, len(models), WIDTH, 2.2)
        for axis, model in zip(axes[0], models, strict=True):
            for emotion, own in table[table["model"] == model].groupby("emotion"):
                ends, look = own.set_index("what")["value"][["published", "equal"]], style.look_of(str(emotion))
                neutral = emotion == "neutral"
                axis.plot([0, 1], ends, marker=look.marker, color=look.colour, linewidth=2.2 if neutral else 0.8)
                axis.text(1.08, ends["equal"], str(emotion), va="center", weight="bold" if neutral else "normal")
            axis.set_xticks([0, 1], ["all clips\n(published)", "as many of\neach emotion"])
            axis.set_xlim(-0.15, 1.7)
            axis.set_ylim(6.4, 0.6)
            style.panel_title(axis, model)
        axes[0, 0].set_ylabel("place (1: nearest)")
        foot = "Frechet distance of speech from song, mean over layers; 24 neutral clips, 48 of each other"
        style.finish(figure, "Half as many clips make neutral far", foot, True)
    return figure


FIGURES = {
    "worlds": partial(
        dots,
        title="What each protocol reports where the truth is known",
        axis_title="UAR (%), dotted: chance; rows: whose clips share the emotion's pattern",
        foot="Made-up vectors; lines: least and most of 3 seeds",
        zero=CHANCE,
        synthetic=False,
    ),
    "protocols": partial(
        dots,
        title="The same probes, strict and as published",
        axis_title="UAR (%), dotted: chance",
        foot="strict: 264 clips, t over 6 speakers; paper1: mean of 3 draws of 53 clips, Wilson over clips",
        zero=CHANCE,
    ),
    "choices": partial(
        dots,
        title="Top dimensions less all of them: chosen on test speakers, and not",
        axis_title="difference in F1 (points)",
        foot="noise: mean, least and most of 6 seeds; others: angry against neutral, one value each",
        zero=0.0,
    ),
    "confounds": guessed,
    "speakers": two_intervals,
    "numbers": places,
}
