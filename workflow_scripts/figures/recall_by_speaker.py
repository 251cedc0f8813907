"""Scores of single speakers at the chosen layer of every model: dots, with the mean and its interval."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts
from workflow_scripts.summaries.select import headline_of, main_protocol

COLUMNS = [
    "dataset", "model", "protocol", "probe", "pooling", "speaker_normalisation", "choice", "layer", "speaker", "value",
    "low", "high", "interval", "chance", "n_clips", "n_speakers",
]  # fmt: skip


def data(best: pd.DataFrame, dataset: str, models: Facts) -> pd.DataFrame:
    """One row per model and speaker, and one per model with empty `speaker`: the score of all, with interval.

    Args:
        best: table `best` of the study.
        models: facts of the models by name; their order is kept.
    """
    own = best[(best["dataset"] == dataset) & (best["source"] == dataset) & best["headline"]]
    protocol = main_protocol(own["protocol"])
    whole = headline_of(own, protocol)
    single = own[
        (own["protocol"] == protocol) & (own["metric"] == "UAR") & (own["condition"] == "all") & (own["speaker"] != "")
    ]
    order = {model: index for index, model in enumerate(models)}
    rows = pd.concat([whole, single])
    rows = rows.assign(order=rows["model"].map(order)).sort_values(["order", "speaker"], kind="stable")
    return rows[COLUMNS].reset_index(drop=True)


def draw(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Figure:
    """One column of dots per model, in the order of the study; within a column every speaker has the same place."""
    models = list(dict.fromkeys(frame["model"]))
    speakers = sorted(set(frame["speaker"]) - {""})
    width = style.COLUMN if len(models) <= 3 else style.PAGE
    with style.styled():
        figure, axes = style.canvas(1, 1, width, 3.1)
        axis = axes[0, 0]
        for place, model in enumerate(models):
            _column(axis, place, frame[frame["model"] == model], speakers)
        chance = frame.loc[frame["speaker"] == "", "chance"].mean()
        axis.axhline(chance, color=style.QUIET, linestyle=":", linewidth=0.8)
        axis.set_xlim(-0.6, len(models) - 0.4)
        axis.set_ylim(max(0.0, min(frame["value"].min(), chance) - 0.06), 1.02)
        style.per_cent(axis)
        style.margin_labels(axis, [chance], ["chance"])
        axis.set_ylabel("UAR per speaker (%)")
        long = max(map(len, models)) > (12 if len(models) <= 6 else 8)
        axis.set_xticks(
            range(len(models)), models, rotation=28 if long else 0, ha="right" if long else "center",
            rotation_mode="anchor",
        )  # fmt: skip
        style.finish(
            figure,
            f"How much does it depend on the speaker? ({frame['dataset'].iloc[0]})",
            _foot(frame),
            facts["synthetic"],
        )
    return figure


def _column(axis: Axes, place: int, part: pd.DataFrame, speakers: list[str]) -> None:
    single, whole = part[part["speaker"] != ""], part[part["speaker"] == ""]
    across = np.linspace(-0.28, 0.12, len(speakers)) if len(speakers) > 1 else np.zeros(1)
    x = [place + across[speakers.index(speaker)] for speaker in single["speaker"]]
    axis.plot(
        x, single["value"], linestyle="none", marker="o", markersize=2.4, color="#8CB7D8", label=part["model"].iloc[0]
    )
    for row in whole.itertuples():
        ends = np.clip([[row.value - row.low], [row.high - row.value]], 0, None)
        axis.errorbar(
            [place + 0.27], [row.value], yerr=ends, fmt="s", color=style.PROTOCOLS["strict"].colour, markersize=3.4,
            capsize=2, elinewidth=1.0,
        )  # fmt: skip
        axis.annotate(
            f"{100 * row.value:.0f}", (place + 0.27, row.value), xytext=(3.5, 0), textcoords="offset points",
            fontsize=5.8, va="center", ha="left",
        )  # fmt: skip


def _foot(frame: pd.DataFrame) -> str:
    whole = frame[frame["speaker"] == ""]
    protocol = style.PROTOCOL_WORDS[whole["protocol"].iloc[0]]
    return (
        f"Dots: n = {whole['n_speakers'].max()} speakers one by one, in the same order for every model; squares: all "
        f"clips with 95 % interval{style.units(whole['interval'])}; {protocol}{style.chosen(whole['choice'])}. "
        f"{style.probed(whole)}."
    )
