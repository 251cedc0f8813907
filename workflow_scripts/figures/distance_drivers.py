"""What drives the distance: which acoustic features move, and how much of an embedding's move theirs accounts for."""

from collections.abc import Sequence
from itertools import product

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpecFromSubplotSpec, SubplotSpec
from matplotlib.patches import Rectangle

from workflow_scripts.figures import distance_variants as v
from workflow_scripts.figures import style
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.roles import Facts

COLUMNS = [*TABLES["study_distance_drivers"], "set", "drawn"]
SHIFT, ACCOUNTED, ALONE = "shift", "accounted", "only"
EVERY = "all features"
PER_CATEGORY = 6  # features drawn of each category, those that move most in any emotion
LEVEL = 0.05
DIVERGING = "RdBu_r"
SHARES = (-0.15, 1.15)  # of the axes, at least
MOST = (-0.6, 1.6)  # and at most; what lies beyond is cut


def data(drivers: pd.DataFrame, ranking: pd.DataFrame, pair: tuple[str, str], models: Facts) -> pd.DataFrame:
    """All shifts of acoustic features, and the shares of each model's middle layer that sets of features account for.

    Args:
        drivers: table `drivers` of the distances.
        ranking: table `ranking`, for the order of the emotions.
        pair: the two datasets.
        models: facts of the models by name, with their layers in order.

    Returns: the columns of the table; `set` (`all features`, or a category) and `drawn`, False for features that move
        too little to be among those of their category that are drawn.
    """
    emotions = v.emotions_in_order(ranking, pair)
    rows = v.of_pair(drivers, pair)
    rows = rows[rows["emotion"].isin(emotions)]
    moved = rows[rows["what"] == SHIFT]
    moved = moved.assign(
        set=moved["category"], drawn=(moved["feature"] == "") | moved["feature"].isin(_foremost(moved))
    )
    moved = moved.sort_values(["category", "feature"], kind="stable")
    accounted = rows[(rows["what"] == ACCOUNTED) & (rows["features"] != "without")]
    middle = {model: v.middle_layer(facts["layers"]) for model, facts in models.items()}
    accounted = accounted[accounted["layer"] == accounted["model"].map(middle)]
    accounted = accounted.assign(set=accounted["category"].where(accounted["features"] == ALONE, EVERY), drawn=True)
    whole = pd.concat([moved, accounted], ignore_index=True).assign(scale="", variant="")
    return v.in_panel_order(whole, models, [], emotions)[COLUMNS].astype({"drawn": bool})


def _foremost(moved: pd.DataFrame) -> list[str]:
    """Of each category the features whose shift is largest, either way, in any emotion."""
    features = moved[moved["feature"] != ""]
    largest = features.assign(size=features["value"].abs()).groupby(["category", "feature"])["size"].max()
    ranked = largest.sort_values(ascending=False, kind="stable").groupby(level="category", sort=False)
    return [str(feature) for _, feature in ranked.head(PER_CATEGORY).index]


def draw(frame: pd.DataFrame, pair: tuple[str, str], synthetic: bool, models: Facts) -> Figure:
    """Left: emotions by features, grouped by category; right: a row of panels per model, a column per set of features.

    Args:
        frame: from `data`.
        pair: the two datasets.
        synthetic: whether a dataset of the pair is synthetic.
        models: facts of the models by name.
    """
    title = f"What drives the distance? Acoustic features between {pair[0]} and {pair[1]}"
    if frame["value"].isna().all() and frame["note"].eq("").all():
        words = "This study has no acoustic features, so that nothing is said of what drives the distance."
        return style.says(words, title, synthetic)
    moved, accounted = frame[(frame["what"] == SHIFT) & frame["drawn"]], frame[frame["what"] == ACCOUNTED]
    emotions = list(dict.fromkeys(frame["emotion"]))
    shown = [model for model in models if model in set(accounted["model"])]
    lines = _lines(moved)
    left_height, right_height = 0.135 * len(lines) + 0.6, (0.62 + 0.13 * max(3, len(emotions))) * len(shown)
    # a heat map that is lower than what stands beside it keeps its height
    heights = [left_height, max(0.0, right_height - left_height)]
    heights = heights if heights[1] > 0.5 else [max(left_height, right_height)]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), 3, style.PAGE, 1.15 + sum(heights), sharey=False, height_ratios=heights,
            width_ratios=[1.0, 0.035, 2.1],
        )  # fmt: skip
        for axis in [*axes[1:].flat, axes[0, 2]]:
            axis.set_visible(False)
        _heat_map(axes[0, 0], moved, lines, emotions)
        _bar(figure, axes[0, 1], moved, pair)
        if shown:
            _all_shares(figure, axes[0, 2].get_gridspec()[:, 2], accounted, shown, emotions)
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _all_shares(
    figure: Figure, place: SubplotSpec, accounted: pd.DataFrame, models: Sequence[str], emotions: Sequence[str]
) -> None:
    """A row of panels per model, a column per set of features, in one place of the figure's grid."""
    sets = [EVERY, *sorted(set(accounted["set"]) - {EVERY})]
    grid = GridSpecFromSubplotSpec(len(models), len(sets), subplot_spec=place, hspace=0.06)
    limits = _limits(accounted)
    for (row, model), (column, name) in product(enumerate(models), enumerate(sets)):
        axis = figure.add_subplot(grid[row, column])
        own = accounted[(accounted["model"] == model) & (accounted["set"] == name)]
        _shares(axis, own, emotions, limits, column == 0)
        if row == 0:
            axis.set_title(name.replace(" ", "\n"), fontsize=6.0)
        if column == 0:
            axis.set_ylabel(f"{style.two_lines(model)}\nlayer {own['layer'].iloc[0]}", fontsize=6.2)
        if row == len(models) - 1 and column == len(sets) // 2:
            axis.set_xlabel("share of the distance that their shift accounts for", fontsize=6.4)


def _lines(moved: pd.DataFrame) -> list[tuple[str, str]]:
    """(category, feature) of each line of the heat map: a category, feature "", then its features, largest first."""
    found = []
    for category in sorted(set(moved["category"])):
        own = moved[(moved["category"] == category) & (moved["feature"] != "")]
        order = own.assign(size=own["value"].abs()).groupby("feature")["size"].max().sort_values(ascending=False)
        found += [(category, ""), *((category, str(feature)) for feature in order.index)]
    return found


def _norm(moved: pd.DataFrame) -> Normalize:
    most = moved.loc[moved["feature"] != "", "value"].abs().max()
    return Normalize(-most, most) if most > 0 else Normalize(-1.0, 1.0)


def _heat_map(axis: Axes, moved: pd.DataFrame, lines: Sequence[tuple[str, str]], emotions: Sequence[str]) -> None:
    style.empty_grid(axis, max(1, len(lines)), len(emotions))
    norm, colours = _norm(moved), mpl.colormaps[DIVERGING]
    places = {line: row for row, line in enumerate(lines)}
    columns = {emotion: column for column, emotion in enumerate(emotions)}
    for row in moved.itertuples():
        at, across = places[(row.category, row.feature)], columns[row.emotion]
        if np.isnan(row.value):
            continue
        if row.feature == "":
            axis.text(across, at, f"{row.value:.2f}", ha="center", va="center", fontsize=5.0, fontweight="bold")
            continue
        colour = colours(norm(row.value))
        axis.add_patch(Rectangle((across - 0.5, at - 0.5), 1, 1, facecolor=colour, edgecolor="none", zorder=1))
        if row.p_adjusted <= LEVEL:
            dark = abs(norm(row.value) - 0.5) > 0.33
            axis.plot([across], [at], ".", color="white" if dark else style.INK, markersize=3.2, label="significant")
    axis.set_yticks(
        range(len(lines)),
        [f"{category}, r.m.s." if not name else style.feature_words(name) for category, name in lines],
    )
    for label, (_, name) in zip(axis.get_yticklabels(), lines, strict=True):
        label.set_fontsize(5.2 if name else 5.8)
        label.set_fontweight("normal" if name else "bold")
    axis.set_xticks(range(len(emotions)), emotions, rotation=90, fontsize=5.8)
    axis.set_title("what moves  (dot: clearly)", fontsize=6.4)
    if not lines:
        axis.text(0.5, 0.5, "no shifts", ha="center", va="center", color=style.QUIET, transform=axis.transAxes)


def _bar(figure: Figure, axis: Axes, moved: pd.DataFrame, pair: tuple[str, str]) -> None:
    scale = mpl.cm.ScalarMappable(_norm(moved), mpl.colormaps[DIVERGING])
    bar = figure.colorbar(scale, cax=axis)
    bar.set_label(f"shift: {pair[1]} less {pair[0]} (standard deviations)", fontsize=5.8)
    axis.tick_params(labelsize=5.2)


def _limits(accounted: pd.DataFrame) -> tuple[float, float]:
    """Common axes of all shares: nothing and all of the distance, and intervals as far as MOST."""
    low, high = (np.nanmin([SHARES[0], accounted["low"].min()]), np.nanmax([SHARES[1], accounted["high"].max()]))
    return max(MOST[0], float(low)), min(MOST[1], float(high))


def _cut(accounted: pd.DataFrame) -> bool:
    return bool(((accounted["low"] < MOST[0]) | (accounted["high"] > MOST[1])).any())


def _shares(axis: Axes, rows: pd.DataFrame, emotions: Sequence[str], limits: tuple[float, float], first: bool) -> None:
    """Dots with intervals, an emotion a line; lines at nothing and at all of the distance."""
    axis.axvline(0.0, color=style.QUIET, linewidth=0.7, zorder=1)
    axis.axvline(1.0, color=style.QUIET, linewidth=0.7, linestyle=":", zorder=1)
    for row in rows.itertuples():
        place, look = emotions.index(row.emotion), style.look_of(row.emotion, emotions)
        if np.isnan(row.value):
            if first:
                axis.text(
                    0.5, place, "no clear distance", va="center", ha="center", fontsize=4.4, color=style.QUIET,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
                )  # fmt: skip
            else:
                axis.text(0.5, place, "–", va="center", ha="center", fontsize=5.2, color=style.QUIET)
            continue
        axis.plot([row.low, row.high], [place, place], color=look.colour, linewidth=0.9, zorder=2, label="interval")
        axis.plot(
            [row.value], [place], linestyle="none", color=look.colour, marker=look.marker, markersize=3, zorder=3,
            label="share",
        )  # fmt: skip
    axis.set_ylim(len(emotions) - 0.4, -0.6)
    named = list(emotions) if first else []
    axis.set_yticks(range(len(named)), named, fontsize=5.8)
    axis.tick_params(axis="y", length=0)
    axis.set_xlim(*limits)
    axis.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=5.8)


def _foot(frame: pd.DataFrame) -> str:
    moved, accounted = frame[frame["what"] == SHIFT], frame[frame["what"] == ACCOUNTED]
    features = moved.loc[moved["feature"] != "", "feature"].nunique()
    smallest = moved["p_smallest"].max()
    parts = [
        f"{v.sizes(frame)}. Left: shifts of rank-normal scores, of {features} features the {PER_CATEGORY} of each "
        f"category that move most; dot: p of {LEVEL} or less, corrected over the features of the emotion"
        + (f" (smallest p that so many speakers can give: {smallest:.2g})" if smallest > 0.001 else "")
        + "; bold numbers: root mean square over the category."
    ]
    if len(accounted):
        parts.append(
            "Right: share of the squared mean distance of the embedding that the shift of all features, or of one "
            "category alone, predicts, by slopes learned within groups of other speakers; 95 % intervals over "
            "speakers; 0: nothing, 1: all of it. Shares of categories do not add up."
            + (" Intervals that leave the axes are cut: see the data." if _cut(accounted) else "")
        )
    return " ".join(parts)
