"""All figures of a made-up explanation, and what is drawn on them."""

import functools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import made_up_explanation as made_up
import made_up_explanation_shap as of_clips
import pandas as pd
from drawn_files import Drawn
from made_up_explanation import ACOUSTIC, EMOTIONS, NETWORK, TINY, Models, Tables
from made_up_explanation_tables import tables
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import (
    atlas,
    explanation_categories,
    explanation_curve,
    explanation_features,
    explanation_papers,
    explanation_scores,
    explanation_shap,
)
from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.summaries.roles import acoustic_sets, networks

MODELS = made_up.models(layers=4)
FACTS = made_up.DATASETS
MODULES: dict[str, Any] = {
    "scores": explanation_scores,
    "curve": explanation_curve,
    "categories": explanation_categories,
    "features": explanation_features,
    "shap": explanation_shap,
}
LAYERS = {NETWORK: "3", TINY: "2", ACOUSTIC: "functionals"}
FEW, SOME = made_up.models(layers=1, tiny=False), EMOTIONS[:2]  # where what is drawn does not matter


def all_figures(
    made: Tables,
    models: Models,
    dataset: str = "speech",
    emotions: Sequence[str] = EMOTIONS,
    synthetic: bool = False,
    only: Sequence[str] = (),
) -> Drawn:
    """Every figure by name, or `only` some, with the frame that it draws."""
    layers = e.full_layers(made["curve"], models)
    facts = {name: {**own, "synthetic": synthetic} for name, own in FACTS.items()}
    there = [name for name in facts if name in set(made["categories"]["dataset"])]
    scores = made["scores"]
    frames: dict[str, Callable[[], pd.DataFrame]] = {
        "scores": lambda: explanation_scores.data(scores, dataset, layers, models),
        "curve": lambda: explanation_curve.data(made["curve"], made["choices"], scores, dataset, layers, models),
        "categories": lambda: explanation_categories.data(made["categories"], scores, dataset, layers),
        "features": lambda: explanation_features.data(made["gains"], dataset, layers, models),
        "papers": lambda: explanation_papers.data(made["papers"]),
    }
    for model in acoustic_sets(models):
        shap = {emotion: of_clips.shap(dataset, emotion) for emotion in emotions}
        features = of_clips.acoustics(dataset, emotions)
        frames["shap"] = partial(explanation_shap.data, shap, features, made["importance"], dataset, model)
    for model in networks(models):
        own = models[model]["layers"]
        frames[f"atlas of {model}"] = partial(atlas.data, made["categories"], scores, model, there, own)
    found: Drawn = {}
    for name, data in frames.items():
        if only and name not in only:
            continue
        frame = data()
        if name.startswith("atlas"):
            figure = atlas.draw(frame, facts, atlas.limits(made["categories"]))
        elif name == "papers":
            figure = explanation_papers.draw(frame, synthetic)
        else:
            figure = MODULES[name].draw(frame, facts[dataset])
        found[name] = (figure, frame)
    return found


@functools.cache
def study() -> Tables:
    """The tables of MODELS."""
    return tables(MODELS)


@functools.cache
def figures() -> Drawn:
    """All figures of `study`."""
    return all_figures(study(), MODELS)


def rows_of(table: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    """Rows of speech under all clips, strict, unless asked for otherwise."""
    for name, value in ({"dataset": "speech", "protocol": "strict", "condition": "all"} | wanted).items():
        table = table[table[name] == value]
    return table


def axes_of(figure: Figure) -> list[Axes]:
    return [axis for axis in figure.axes if axis.get_visible() and axis.axison]


def lines_of(axis: Axes, label: str) -> list[Line2D]:
    return [line for line in axis.lines if line.get_label() == label]


def points_of(axis: Axes, label: str) -> list[tuple[float, float]]:
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines_of(axis, label)]


def spans_of(axis: Axes, label: str) -> list[tuple[float, float]]:
    return [tuple(line.get_xdata()) for line in lines_of(axis, label)]


def words_of(figure: Figure) -> str:
    return " ".join(text.get_text() for axis in figure.axes for text in axis.texts)


def foot_of(figure: Figure) -> str:
    return " ".join(text.get_text() for text in reversed(figure.texts))
