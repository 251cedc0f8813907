"""Which emotions lie nearest: the probability of every rank, from the published distance to those that survive."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from workflow_scripts.figures import distance_variants as v
from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts

VARIANTS = [v.AS_PUBLISHED, v.FRECHET_EQUAL, v.HEADLINE, v.MEANS]
COLUMNS = [
    "first", "second", "model", "scale", "variant", "pooling", "form", "measure", "clips_per_speaker", "emotion",
    "place", "probability", "rank", "mean_rank", "rank_paper", "n_half_samples", "n_speakers",
]  # fmt: skip
SAID = 0.2  # probabilities from here on are written into their cells
POINT = "#8C8C8C"


def data(ranking: pd.DataFrame, ranks: pd.DataFrame, pair: tuple[str, str], models: Facts) -> pd.DataFrame:
    """One row per panel, emotion and place from 1 (nearest): the share of half-samples in which it has that rank.

    Args:
        ranking: table `ranking` of the distances; ranks: table `ranks`. Layers: the mean over those analysed.
        pair: the two datasets.
        models: facts of the models by name; networks are drawn before acoustic feature sets.

    Returns: the columns of COLUMNS. `rank` is that of all speakers, `probability` NaN where there are no half-samples,
        `rank_paper` the place in the paper's order of the emotions that are drawn.
    """
    emotions = v.emotions_in_order(ranking, pair)
    mean, shares = (v.of_pair(table[table["layer"] == "mean"], pair) for table in (ranking, ranks))
    points = pd.concat([variant.of(mean, pair) for variant in VARIANTS], ignore_index=True)
    points["rank_paper"] = points["emotion"].map(v.papers_ranks(points, emotions))
    cells = points.merge(pd.DataFrame({"place": range(1, len(emotions) + 1)}), how="cross")
    drawn = pd.concat([variant.of(shares, pair) for variant in VARIANTS], ignore_index=True)
    drawn = drawn.rename(columns={"rank": "place"})[[*v.KEYS, "place", "probability"]]
    cells = cells.merge(drawn, on=[*v.KEYS, "place"], how="left")
    return v.in_panel_order(cells, models, [variant.name for variant in VARIANTS], emotions)[COLUMNS]


def draw(frame: pd.DataFrame, pair: tuple[str, str], synthetic: bool, models: Facts) -> Figure:
    """Columns: models; rows: variants; in each panel emotions by rank.

    Args:
        frame: from `data`.
        pair: the two datasets.
        synthetic: whether a dataset of the pair is synthetic.
        models: facts of the models by name.
    """
    title = f"Which emotions lie nearest between {pair[0]} and {pair[1]}?"
    if frame.empty:
        return style.says("No emotion has a distance at every analysed layer.", title, synthetic)
    panels = v.panels(frame, models)
    emotions = list(dict.fromkeys(frame["emotion"]))
    across = v.columns_of(len(panels), 4 if len(emotions) <= 7 else 3)
    blocks = [panels[start : start + across] for start in range(0, len(panels), across)]
    heights = [0.22] + [0.34 + 0.155 * max(3, len(emotions))] * len(VARIANTS) * len(blocks)
    with style.styled():
        figure, axes = style.canvas(
            len(heights), across, style.PAGE, 0.75 + sum(heights), sharey=False, height_ratios=heights
        )
        for index, block in enumerate(blocks):
            rows = axes[1 + index * len(VARIANTS) : 1 + (index + 1) * len(VARIANTS)]
            for row, variant in zip(rows, VARIANTS, strict=True):
                for axis, panel in zip(row, block, strict=False):
                    _panel(axis, _part(frame, panel, variant.name), emotions, axis is row[0], variant is VARIANTS[-1])
                for axis in row[len(block) :]:
                    axis.set_visible(False)
                weight = "bold" if variant is v.HEADLINE else "normal"
                row[0].set_ylabel(variant.name.replace(", ", ",\n"), fontsize=6.6, fontweight=weight)
            for axis, panel in zip(rows[0], block, strict=False):
                style.panel_title(axis, v.panel_words(panel, panels))
        style.key(axes[0], _marks(frame))
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _part(frame: pd.DataFrame, panel: tuple[str, str], variant: str) -> pd.DataFrame:
    model, scale = panel
    return frame[(frame["model"] == model) & (frame["scale"] == scale) & (frame["variant"] == variant)]


def _panel(axis: Axes, part: pd.DataFrame, emotions: Sequence[str], first: bool, last: bool) -> None:
    count = len(emotions)
    style.empty_grid(axis, count, count)
    beside = list(emotions) if first else []
    below = [str(place + 1) for place in range(count)] if last else []
    axis.set_yticks(range(len(beside)), beside)
    axis.set_xticks(range(len(below)), below)
    if last:
        axis.set_xlabel("rank (1: nearest)")
    if part["rank"].isna().all():
        axis.text((count - 1) / 2, (count - 1) / 2, "no distance", ha="center", va="center", color=style.QUIET)
        return
    shares = part.pivot(index="emotion", columns="place", values="probability").reindex(index=emotions)
    axis.imshow(shares.to_numpy(dtype=float), cmap=v.SEQUENTIAL, vmin=0, vmax=1, aspect="auto", zorder=1)
    size = 5.4 if count <= 7 else 4.6
    for (row, column), share in np.ndenumerate(shares.to_numpy(dtype=float)):
        if share >= SAID:
            colour = "white" if share > 0.55 else style.INK
            axis.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=size, color=colour)
    sampled = shares.notna().any(axis=1)
    for row, emotion in enumerate(emotions):
        own = part[part["emotion"] == emotion]
        if own.empty:
            continue
        place, paper = own["rank"].iloc[0] - 1, own["rank_paper"].iloc[0] - 1
        fill = "none" if sampled[emotion] else POINT
        axis.add_patch(
            Rectangle((place - 0.46, row - 0.44), 0.92, 0.88, facecolor=fill, edgecolor=style.INK, linewidth=0.9,
                      zorder=3, label="rank")
        )  # fmt: skip
        axis.plot(
            [paper], [row], linestyle="none", marker="D", markersize=7.6 if count <= 7 else 6.2, markerfacecolor="none",
            markeredgecolor=v.PAPER, markeredgewidth=0.9, zorder=4, label="paper",
        )  # fmt: skip


def _marks(frame: pd.DataFrame) -> list[Patch | Line2D]:
    marks: list[Patch | Line2D] = [
        Patch(facecolor="#4292C6", label="per cent of half-samples with this rank"),
        Patch(facecolor="none", edgecolor=style.INK, label="rank with all speakers"),
        Patch(facecolor=POINT, edgecolor=style.INK, label="point value, cannot be resampled"),
    ]
    if frame["rank_paper"].notna().any():
        marks.append(
            Line2D([], [], linestyle="none", marker="D", markerfacecolor="none", markeredgecolor=v.PAPER, label="paper")
        )
    return marks


def _foot(frame: pd.DataFrame) -> str:
    draws = int(frame["n_half_samples"].max())
    equal = sorted({int(number) for number in frame.loc[frame["clips_per_speaker"] > 0, "clips_per_speaker"]})
    clips = " or ".join(map(str, equal)) or "no"
    return (
        f"{v.sizes(frame)}; {draws} halves of them; mean over the analysed layers. Equal clips: "
        f"{clips} of each speaker and emotion. Bold: the measure that this study goes by. As published: all clips, "
        f"and the fewer an emotion has, the farther it lies by that alone. Frechet: means and covariances; kernel: "
        f"maximum mean discrepancy, unbiased in the number of clips; mean term: means alone.{_paper(frame)}"
    )


def _paper(frame: pd.DataFrame) -> str:
    known = frame.drop_duplicates("emotion")["rank_paper"]
    if known.isna().all():
        return " Emotions by their mean rank (kernel, equal clips)."
    tied = " (two that it names together share a rank)" if known.duplicated(keep=False).any() else ""
    others = "; those that it has not follow by their mean rank" if known.isna().any() else ""
    return f" Emotions in the paper's order{tied}{others}."
