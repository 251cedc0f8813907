"""With and without: the rank of every emotion under each way to take the distance, and how far the paper agrees."""

import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from workflow_scripts.figures import distance_variants as v
from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts

PAPER = "paper"
PAPERS_ROW = "the paper's order"
COLUMNS = [
    "first", "second", "model", "scale", "variant", "pooling", "condition", "form", "measure", "clips_per_speaker",
    "emotion", "rank", "probability", "agreement", "p", "n_half_samples", "n_speakers",
]  # fmt: skip
Conditions = Sequence[Sequence[Any]]  # [[other first, other second], how it differs in words], ...


def variants(conditions: Conditions) -> list[v.Variant]:
    """From the published distance over equal clips to the kernel distance without what may produce an order."""
    equal = [v.FRECHET_EQUAL, v.MEANS, v.HEADLINE]
    return [v.AS_PUBLISHED, v.OF_FRAMES, *equal, v.WITHOUT_SILENCE, v.NORMAL_ONLY, *v.prepared_otherwise(conditions)]


def data(
    ranking: pd.DataFrame,
    ranks: pd.DataFrame,
    agreement: pd.DataFrame,
    pair: tuple[str, str],
    models: Facts,
    conditions: Conditions,
) -> pd.DataFrame:
    """One row per panel, variant and emotion: its rank, how sure it is, and the variant's agreement with the paper.

    Args:
        ranking, ranks, agreement: tables of the distances. Layers: the mean over those analysed.
        pair: the two datasets.
        models: facts of the models by name.
        conditions: other pairs of the same corpora, whose audio is prepared in another way, each with words.

    Returns: the columns of COLUMNS. `probability` is the share of half-samples that give the emotion this rank, NaN
        where there are none; `agreement` is tau-b. Rows of the variant `the paper's order` close each panel.
    """
    emotions = v.emotions_in_order(ranking, pair)
    shown = variants(conditions)
    mean, shares, agreed = (table[table["layer"] == "mean"] for table in (ranking, ranks, agreement))
    agreed = agreed[agreed["what"] == PAPER]
    rows = pd.concat([variant.of(mean, pair) for variant in shown], ignore_index=True)
    rows = rows[rows["emotion"].isin(emotions)]
    sure = pd.concat([variant.of(shares, pair) for variant in shown], ignore_index=True)
    rows = rows.merge(sure[[*v.KEYS, "rank", "probability"]], on=[*v.KEYS, "rank"], how="left")
    tau = pd.concat([variant.of(agreed, pair) for variant in shown], ignore_index=True)
    tau = tau.rename(columns={"of": "model", "value": "agreement"})
    rows = rows.merge(tau[["model", "scale", "variant", "agreement", "p"]], on=v.KEYS[:3], how="left")
    paper = rows.drop_duplicates(["model", "scale", "emotion"]).assign(variant=PAPERS_ROW)
    paper["rank"] = paper["emotion"].map(v.papers_ranks(rows, emotions))
    blank = ["pooling", "condition", "form", "measure"]
    paper = paper.assign(**dict.fromkeys(blank, ""), clips_per_speaker=0, n_half_samples=0, n_speakers=0)
    paper[["probability", "agreement", "p"]] = np.nan
    whole = pd.concat([rows, paper[paper["rank"].notna()]], ignore_index=True)
    return v.in_panel_order(whole, models, [*(variant.name for variant in shown), PAPERS_ROW], emotions)[COLUMNS]


def draw(
    frame: pd.DataFrame, pair: tuple[str, str], synthetic: bool, models: Facts, conditions: Conditions = ()
) -> Figure:
    """Panels: models; rows: variants; columns: emotions; in each cell the rank.

    Args:
        frame: from `data`.
        pair: the two datasets.
        synthetic: whether a dataset of the pair is synthetic.
        models: facts of the models by name.
        conditions: as given to `data`, so that a variant without any value is seen to have none.
    """
    title = f"Which order of the emotions survives? ({pair[0]} and {pair[1]})"
    if frame.empty:
        return style.says("No emotion has a distance at every analysed layer.", title, synthetic)
    panels = v.panels(frame, models)
    emotions = sorted(set(frame["emotion"]), key=list(dict.fromkeys(frame["emotion"])).index)
    known = bool((frame["variant"] == PAPERS_ROW).any())
    names = [variant.name for variant in variants(conditions)] + [PAPERS_ROW] * known
    across = v.columns_of(len(panels), 4 if len(emotions) <= 6 else 3 if len(emotions) <= 8 else 2)
    blocks = [panels[start : start + across] for start in range(0, len(panels), across)]
    heights = [0.22] + [0.45 + 0.235 * len(names)] * len(blocks)
    with style.styled():
        height = 0.85 + sum(heights) + 0.1 * len(blocks)
        figure, axes = style.canvas(len(heights), across, style.PAGE, height, sharey=False, height_ratios=heights)
        for row, block in zip(axes[1:], blocks, strict=True):
            for axis, panel in zip(row, block, strict=False):
                model, scale = panel
                part = frame[(frame["model"] == model) & (frame["scale"] == scale)]
                _panel(axis, part, names, emotions, axis is row[0])
                style.panel_title(axis, v.panel_words(panel, panels))
            for axis in row[len(block) :]:
                axis.set_visible(False)
        style.key(axes[0], _marks(known))
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _colour(rank: float, count: int) -> tuple[float, float, float, float]:
    """Dark for the nearest, pale for the farthest; perceptually even in between."""
    share = (rank - 1) / max(1, count - 1)
    red, green, blue, alpha = mpl.colormaps[v.SEQUENTIAL](0.85 - 0.75 * share)
    return float(red), float(green), float(blue), float(alpha)


def _panel(axis: Axes, part: pd.DataFrame, names: Sequence[str], emotions: Sequence[str], first: bool) -> None:
    style.empty_grid(axis, len(names), len(emotions))
    named = names if first else []
    axis.set_yticks(range(len(named)), [_wrapped(name) for name in named])
    for label, name in zip(axis.get_yticklabels(), named, strict=True):
        label.set_fontweight("bold" if name in (v.HEADLINE.name, PAPERS_ROW) else "normal")
        label.set_fontsize(6.0 if label.get_text().count("\n") < 2 else 5.0)
    axis.set_xticks(range(len(emotions)), emotions, rotation=45, ha="right", rotation_mode="anchor", fontsize=6.0)
    known = PAPERS_ROW in names
    for row, name in enumerate(names):
        own = part[part["variant"] == name].set_index("emotion")
        for column, emotion in enumerate(emotions):
            rank = own["rank"].get(emotion, np.nan)
            if np.isnan(rank):
                axis.text(column, row, "–", ha="center", va="center", color=style.QUIET, fontsize=6.0)
            else:
                _cell(axis, column, row, rank, own["probability"].get(emotion, np.nan), len(emotions))
        if known and name != PAPERS_ROW and len(own):
            _agreement(axis, row, len(emotions), own["agreement"].iloc[0], own["p"].iloc[0])
    if known:
        axis.axhline(len(names) - 1.5, color=v.PAPER, linewidth=1.2, zorder=4)
        axis.text(
            len(emotions) - 0.35, -0.62, "tau", fontsize=5.8, color=style.QUIET, va="bottom", fontstyle="italic",
        )  # fmt: skip


def _cell(axis: Axes, column: int, row: int, rank: float, probability: float, count: int) -> None:
    colour = _colour(rank, count)
    axis.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, edgecolor="none", zorder=1))
    ink = "white" if (rank - 1) / max(1, count - 1) < 0.45 else style.INK
    words = f"{rank:.0f}" if rank == int(rank) else f"{np.floor(rank):.0f}–{np.ceil(rank):.0f}"
    axis.text(column, row - 0.08, words, ha="center", va="center", fontsize=7.6 if len(words) == 1 else 6, color=ink)
    if not np.isnan(probability):
        axis.plot(
            [column - 0.4, column - 0.4 + 0.8 * probability], [row + 0.33] * 2, color=ink, linewidth=1.3,
            solid_capstyle="butt", zorder=3, label="probability",
        )  # fmt: skip


def _agreement(axis: Axes, row: int, column: float, tau: float, p: float) -> None:
    """Agreement with the paper to the right of a row: dark where it is more than chance gives, else grey."""
    clear = p <= 0.05
    axis.annotate(
        "–" if np.isnan(tau) else f"{tau:.2f}".replace("-", "−"), (column - 0.38, row), ha="left", va="center",
        fontsize=6.0, color=style.INK if clear else style.QUIET, fontweight="bold" if clear else "normal",
        annotation_clip=False,
    )  # fmt: skip


def _wrapped(name: str) -> str:
    """A long name in two lines, the longest in three."""
    if len(name) <= 20:
        return name
    return textwrap.fill(name, len(name) // 2 + 4 if len(name) <= 46 else len(name) // 3 + 6)


def _marks(known: bool) -> list[Patch | Line2D]:
    marks: list[Patch | Line2D] = [
        Patch(facecolor=_colour(1, 6), label="1: nearest"),
        Patch(facecolor=_colour(6, 6), label="farthest"),
        Line2D([], [], color=style.INK, linewidth=1.3, label="bar: share of half-samples with this rank (full: all)"),
    ]
    if known:
        marks.append(Patch(facecolor="none", label="tau: agreement with the paper"))
    return marks


def _foot(frame: pd.DataFrame) -> str:
    own = frame[frame["variant"] != PAPERS_ROW]
    draws = int(own["n_half_samples"].max())
    paper = frame[frame["variant"] == PAPERS_ROW].drop_duplicates("emotion")["rank"]
    return (
        f"{v.sizes(own)}; {draws} halves of them; mean over the analysed layers. Equal clips: as many of each "
        "speaker and emotion; all rows below are so. Rows without a bar are point values. Bold row: the measure that "
        f"this study goes by.{_tau(paper)} –: not in this study, or without a value."
    )


def _tau(paper: "pd.Series[float]") -> str:
    if paper.empty:
        return " No paper's order is set beside: it is one of speech and song."
    pairs = len(paper) * (len(paper) - 1) / 2
    tied = sum(size * (size - 1) / 2 for size in paper.value_counts())
    most = f" (at most {np.sqrt(1 - tied / pairs):.2f}, since it names two together)" if 0 < tied < pairs else ""
    return f" tau: Kendall's tau-b with the paper's order{most}, bold where p is 0.05 or less."
