"""Recall of every emotion at every layer: a row of panels per network, a column per emotion, the same axes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts, acoustic_sets, networks
from workflow_scripts.summaries.select import headline_scores, main_protocol

COLUMNS = [
    "dataset", "model", "layer", "position", "emotion", "protocol", "probe", "pooling", "speaker_normalisation",
    "value", "low", "high", "interval", "blind", "n_clips", "n_speakers",
]  # fmt: skip


def data(scores: pd.DataFrame, layers: pd.DataFrame, dataset: str, models: Facts) -> pd.DataFrame:
    """One row per model, layer and emotion, under `strict` (or the study's first protocol without it).

    Args:
        scores: table `scores` of the study.
        layers: table `layers` of the study, which says what the headline is.
        models: facts of the models by name.
    """
    own = headline_scores(scores, layers, dataset)
    rows = own[(own["metric"] == "recall") & (own["condition"] == "all") & (own["repeat"] == -1)]
    rows = rows[rows["protocol"] == main_protocol(rows["protocol"])]
    order = {model: index for index, model in enumerate(models)}
    rows = rows.assign(order=rows["model"].map(order)).sort_values(["order", "position"], kind="stable")
    return rows[COLUMNS].reset_index(drop=True)


def draw(frame: pd.DataFrame, facts: Mapping[str, Any], models: Facts) -> Figure:
    """Rows: networks; columns: emotions; the grey lines are the acoustic feature sets and a blind guess.

    Args:
        frame: from `data`.
        facts: of the dataset: domain, synthetic, emotions.
        models: facts of the models by name.
    """
    shown = [name for name in networks(models) or acoustic_sets(models) if name in set(frame["model"])]
    emotions = list(dict.fromkeys(frame["emotion"]))
    with style.styled():
        figure, axes = style.canvas(len(shown), len(emotions), style.PAGE, 0.9 + 1.0 * len(shown), sharex="row")
        axes[0, 0].set_ylim(-0.03, 1.03)
        style.per_cent(axes[0, 0])
        for row, model in enumerate(shown):
            for column, emotion in enumerate(emotions):
                axis = axes[row, column]
                part = frame[frame["emotion"] == emotion]
                _panel(axis, part, model, acoustic_sets(models), facts["domain"], emotions)
                if row == 0:
                    axis.set_title(emotion, color=style.dark(style.look_of(emotion, emotions).colour))
            axes[row, 0].set_ylabel(f"{style.two_lines(model)}\nrecall (%)", fontsize=6.0)
            style.margin_labels(axes[row, -1], *_names(frame, emotions[-1], acoustic_sets(models)), size=5.0)
        for axis in axes[-1]:
            axis.set_xlabel("layer")
        style.finish(
            figure, f"Which emotions do the layers know? ({frame['dataset'].iloc[0]})", _foot(frame), facts["synthetic"]
        )
    return figure


def _panel(axis: Axes, part: pd.DataFrame, model: str, sets: list[str], domain: str, emotions: list[str]) -> None:
    own = part[part["model"] == model].sort_values("position")
    if own.empty:
        axis.set_visible(False)
        return
    look = style.look_of(own["emotion"].iloc[0], emotions)
    errors = np.clip([own["value"] - own["low"], own["high"] - own["value"]], 0, None)
    if len(own) > 1:
        axis.fill_between(own["position"], own["low"], own["high"], color=look.colour, alpha=0.25, linewidth=0)
    else:
        axis.errorbar(own["position"], own["value"], yerr=errors, fmt="none", ecolor=look.colour)
    axis.plot(
        own["position"], own["value"], linestyle=style.DOMAIN_LINES.get(domain, "-"), color=look.colour,
        marker=look.marker, markersize=2.4, markeredgecolor=style.dark(look.colour), markeredgewidth=0.4, label=model,
        zorder=3,
    )  # fmt: skip
    axis.axhline(own["blind"].iloc[0], color=style.QUIET, linestyle=":", linewidth=0.7)
    for name in sets:
        for value in part.loc[(part["model"] == name) & (name != model), "value"]:
            axis.axhline(value, color=style.QUIET, linestyle="-.", linewidth=0.7)
    axis.set_xticks(own["position"], style.layer_words(list(own["layer"]), sparse=True))


def _names(frame: pd.DataFrame, emotion: str, sets: list[str]) -> tuple[list[float], list[str]]:
    part = frame[frame["emotion"] == emotion]
    acoustic = part[part["model"].isin(sets)].drop_duplicates("model")
    return [part["blind"].iloc[0], *acoustic["value"]], ["blind guess", *acoustic["model"]]


def _foot(frame: pd.DataFrame) -> str:
    protocol = style.PROTOCOL_WORDS[frame["protocol"].iloc[0]]
    clips = frame.groupby("emotion", sort=False)["n_clips"].max()
    counts = ", ".join(f"{emotion} {count}" for emotion, count in clips.items())
    return (
        f"{protocol}; shaded: pointwise 95 % interval{style.units(frame['interval'])}; "
        f"n = {frame['n_speakers'].max()} speakers; clips: {counts}. "
        f"Grey: a blind guess (dotted) and acoustic features. {style.probed(frame)}."
    )
