"""Every dataset and emotion against every other: the published distance below the diagonal, the kernel one above."""

from collections.abc import Sequence
from itertools import product

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from workflow_scripts.figures import distance_variants as v
from workflow_scripts.figures import style
from workflow_scripts.statistics.scales import RAW
from workflow_scripts.summaries.roles import Facts

BELOW, ABOVE = v.AS_PUBLISHED, v.HEADLINE
MAPS = {BELOW.name: "Greens", ABOVE.name: "Purples"}
UNITS = {
    BELOW.name: "Frechet distance, as published\n(over the layer's variance)",
    ABOVE.name: "kernel distance, equal clips",
}
SIDES = ["first_dataset", "first_emotion", "second_dataset", "second_emotion"]
COLUMNS = [
    "first", "second", "model", "scale", "layer", "variant", "pooling", "form", "measure", "clips_per_speaker", *SIDES,
    "value", "low", "high", "n_first", "n_second", "n_speakers",
]  # fmt: skip
MOST = 3  # layers of a model
Scale = tuple[Normalize, Colormap]


def data(distances: pd.DataFrame, ranking: pd.DataFrame, pair: tuple[str, str], models: Facts) -> pd.DataFrame:
    """One row per panel, variant and cell; Frechet distances over the unit of their layer.

    Args:
        distances: table `distances` of the study.
        ranking: table `ranking`, which knows the number of clips per speaker that all emotions have.
        pair: the two datasets.
        models: facts of the models by name; drawn are the first, the middle and the last layer of each.
    """
    emotions = v.emotions_in_order(ranking, pair)
    rows = v.of_pair(distances, pair)
    shown = [(model, layer) for model in models for layer in chosen_layers(models[model]["layers"])]
    rows = rows[pd.MultiIndex.from_frame(rows[["model", "layer"]]).isin(shown)]
    rows = rows[rows["first_emotion"].isin(emotions) & rows["second_emotion"].isin(emotions)]
    numbers = ABOVE.of(ranking, pair)[["model", "scale", "clips_per_speaker"]].drop_duplicates()
    above = ABOVE.of(rows, pair).merge(numbers, on=["model", "scale", "clips_per_speaker"])
    below = BELOW.of(rows, pair)
    below = below.assign(**{name: below[name] / below["unit"] for name in ("value", "low", "high")})
    whole = pd.concat([below, above], ignore_index=True).assign(emotion="")
    return v.in_panel_order(whole, models, [BELOW.name, ABOVE.name], emotions)[COLUMNS]


def chosen_layers(layers: Sequence[str]) -> list[str]:
    """The first, the middle and the last of them, once each."""
    return list(dict.fromkeys([layers[0], v.middle_layer(layers), layers[-1]]))


def draw(frame: pd.DataFrame, emotions: Sequence[str], pair: tuple[str, str], synthetic: bool, models: Facts) -> Figure:
    """Rows: models; columns: layers (of acoustic feature sets: scales).

    Args:
        frame: from `data`.
        emotions: in the order in which they are drawn.
        pair: the two datasets.
        synthetic: whether a dataset of the pair is synthetic.
        models: facts of the models by name.
    """
    title = f"How far is everything from everything? ({pair[0]} and {pair[1]})"
    if frame["value"].isna().all():
        return style.says("No two emotions have a distance.", title, synthetic)
    panels = [
        [
            (model, scale, layer)
            for scale in dict.fromkeys(own["scale"])
            for layer in chosen_layers(models[model]["layers"])
        ]
        for model, own in frame.groupby("model", sort=False)
    ]
    across = v.columns_of(max(map(len, panels)), MOST)
    side = style.PAGE * 0.72 / across
    widths = [1.0] * across + [0.045] * len(MAPS)
    with style.styled():
        height = 1.2 + (side + 0.45) * len(panels)
        figure, axes = style.canvas(len(panels), len(widths), style.PAGE, height, sharey=False, width_ratios=widths)
        for index, (row, places) in enumerate(zip(axes, panels, strict=True)):
            of_model = frame[frame["model"] == places[0][0]]
            scales = {name: _scale(of_model, name) for name in MAPS}
            for column, (axis, place) in enumerate(zip(row[:across], places, strict=False)):
                part = of_model[(of_model["scale"] == place[1]) & (of_model["layer"] == place[2])]
                _panel(axis, part, emotions, pair, scales)
                last = all(len(below) <= column for below in panels[index + 1 :])
                _name(axis, emotions, pair, column == 0, last)
                style.panel_title(axis, _words(*place), pad=12)
            for axis in row[len(places) : across]:
                axis.set_visible(False)
            _bars(figure, row[across:], scales)
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _scale(of_model: pd.DataFrame, name: str) -> Scale:
    """Colours from zero to the largest value of the model's panels, for one triangle."""
    most = of_model.loc[of_model["variant"] == name, "value"].max()
    return Normalize(0.0, most if most > 0 else 1.0), mpl.colormaps[MAPS[name]]


def _words(model: str, scale: str, layer: str) -> str:
    return f"{model}\n" + (f"layer {layer}" if layer != "functionals" else "raw" if scale == RAW else "rank-normal")


def _panel(
    axis: Axes, part: pd.DataFrame, emotions: Sequence[str], pair: tuple[str, str], scales: dict[str, Scale]
) -> None:
    half = len(emotions)
    places = {(dataset, emotion): index for index, (dataset, emotion) in enumerate(product(pair, emotions))}
    style.empty_grid(axis, len(places), len(places))
    axis.set_facecolor("#DCDCDC")
    for name, scale in scales.items():
        values = _square(part[part["variant"] == name], places, below=name == BELOW.name)
        axis.imshow(values, norm=scale[0], cmap=scale[1], aspect="equal", zorder=1, label=name)
    axis.axhline(half - 0.5, color=style.INK, linewidth=0.9, zorder=2)
    axis.axvline(half - 0.5, color=style.INK, linewidth=0.9, zorder=2)
    for place in range(half):
        for x, y in ((place, place + half), (place + half, place)):
            axis.add_patch(
                Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor="none", edgecolor=v.PAPER, linewidth=1.0, zorder=3)
            )


def _name(axis: Axes, emotions: Sequence[str], pair: tuple[str, str], first: bool, last: bool) -> None:
    """Emotions at the outer panels, the datasets beside the blocks of each."""
    half = len(emotions)
    words = [*emotions, *emotions]
    below, beside = (words if last else []), (words if first else [])
    size = 5.2 if half <= 6 else 4.2
    axis.set_xticks(range(len(below)), below, rotation=90, fontsize=size)
    axis.set_yticks(range(len(beside)), beside, fontsize=size)
    for index, dataset in enumerate(pair):
        middle = (half - 1) / 2 + index * half
        axis.annotate(
            dataset, (middle, -0.5), xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=5.8
        )
        axis.annotate(
            dataset, (2 * half - 0.5, middle), xytext=(2, 0), textcoords="offset points", ha="left", va="center",
            rotation=270, fontsize=5.8,
        )  # fmt: skip


def _square(rows: pd.DataFrame, places: dict[tuple[str, str], int], below: bool) -> npt.NDArray[np.float64]:
    """Values at (row, column) of their groups, all in one triangle; NaN elsewhere."""
    values = np.full((len(places), len(places)), np.nan)
    for row in rows.itertuples():
        ends = sorted(
            (places[(row.first_dataset, row.first_emotion)], places[(row.second_dataset, row.second_emotion)])
        )
        values[tuple(ends[::-1] if below else ends)] = row.value
    return values


def _bars(figure: Figure, axes: Sequence[Axes], scales: dict[str, Scale]) -> None:
    """The two colour scales of a model, to the right of its panels."""
    for axis, (name, scale) in zip(axes, scales.items(), strict=True):
        bar = figure.colorbar(ScalarMappable(*scale), cax=axis)
        bar.set_label(UNITS[name], fontsize=5.8)
        axis.tick_params(labelsize=5.2)


def _foot(frame: pd.DataFrame) -> str:
    published, above = (frame[frame["variant"] == name] for name in (BELOW.name, ABOVE.name))
    clips = published[["n_first", "n_second"]].to_numpy()
    equal = " or ".join(str(int(number)) for number in sorted(set(above["clips_per_speaker"]))) or "no"
    return (
        f"{v.sizes(frame)}. Below the diagonal (green): Frechet distance as published, of {clips.min()} to "
        f"{clips.max()} clips a group. Above (purple): kernel distance at {equal} clips of each speaker. Each triangle "
        "has its own colours, from 0 to the model's largest value. Outlined: the same emotion in both datasets, whose "
        "intervals stand in the figure of the layers; other cells are point values."
    )
