"""Confusions at the chosen layer of every model, the protocols side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts
from workflow_scripts.summaries.select import EACH

HOW = ["model", "protocol", "probe", "pooling", "speaker_normalisation", "choice", "layer"]
COLUMNS = ["dataset", *HOW, "true", "predicted", "count", "share", "n_speakers"]
PAIRS_PER_ROW = 2


def data(confusion: pd.DataFrame, dataset: str, models: Facts) -> pd.DataFrame:
    """One row per model, protocol and cell, summed over speakers; `share` is of the clips of the true emotion.

    Args:
        confusion: table `confusion` of the study.
        models: facts of the models by name; their order is kept.
    """
    own = confusion[(confusion["dataset"] == dataset) & (confusion["source"] == dataset) & confusion["headline"]]
    own = own[own["choice"] != EACH]
    keys = ["dataset", *HOW, "true", "predicted"]
    cells = own.groupby(keys, sort=False).agg(count=("count", "sum"), n_speakers=("speaker", "nunique")).reset_index()
    totals = cells.groupby(["model", "protocol", "true"], sort=False)["count"].transform("sum")
    cells["share"] = cells["count"] / totals.where(totals > 0)
    order = {model: index for index, model in enumerate(models)}
    cells = cells.assign(order=cells["model"].map(order)).sort_values("order", kind="stable")
    return cells[COLUMNS].reset_index(drop=True)


def draw(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Figure:
    """One matrix per model and protocol; rows are true emotions, columns predicted ones, cells per cent of the row."""
    protocols = [name for name in style.PROTOCOLS if name in set(frame["protocol"])]
    models = list(dict.fromkeys(frame["model"]))
    pairs = max(1, (2 * PAIRS_PER_ROW) // len(protocols))
    columns = min(len(models), pairs) * len(protocols)
    rows = -(-len(models) // pairs)
    width = style.COLUMN if columns <= PAIRS_PER_ROW else style.PAGE
    with style.styled():
        figure, axes = style.canvas(rows, columns, width, 0.75 + 1.95 * rows, sharex=True)
        for index, model in enumerate(models):
            for offset, protocol in enumerate(protocols):
                place = (index % pairs) * len(protocols) + offset
                axis = axes[index // pairs, place]
                part = frame[(frame["model"] == model) & (frame["protocol"] == protocol)]
                _matrix(axis, part, first=place == 0)
                style.panel_title(axis, f"{model}\n{protocol}" + _of_layer(part))
        for place in range(len(models) * len(protocols), rows * columns):
            axes.flat[place].set_visible(False)
        for axis in axes[:, 0]:
            axis.set_ylabel("true emotion")
        for index in range(columns):
            axes[_last_row(index, len(models) * len(protocols), columns), index].set_xlabel("predicted emotion")
        style.finish(
            figure,
            f"Which emotions are taken for which? ({frame['dataset'].iloc[0]})",
            _foot(frame),
            facts["synthetic"],
        )
    return figure


def _last_row(column: int, drawn: int, columns: int) -> int:
    """Row of the last matrix that is drawn in a column."""
    return (drawn - 1 - column) // columns


def _of_layer(part: pd.DataFrame) -> str:
    layer = part["layer"].iloc[0] if len(part) else ""
    if layer in ("", "functionals"):
        return ""
    return ", layer by fold" if "(" in layer else f", layer {layer}"


def _matrix(axis: Axes, part: pd.DataFrame, first: bool) -> None:
    emotions = list(dict.fromkeys(part["true"]))
    shares = part.pivot(index="true", columns="predicted", values="share").reindex(index=emotions, columns=emotions)
    axis.imshow(shares.to_numpy(dtype=float), cmap="Blues", vmin=0, vmax=1, aspect="equal")
    size = 5.6 if len(emotions) <= 6 else 4.6
    for (row, column), share in np.ndenumerate(shares.to_numpy(dtype=float)):
        if not np.isnan(share):
            colour = "white" if share > 0.55 else style.INK
            axis.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=size, color=colour)
    axis.set_xticks(range(len(emotions)), emotions, rotation=45, ha="right", rotation_mode="anchor", fontsize=5.8)
    axis.set_yticks(range(len(emotions)), emotions, fontsize=5.8)
    axis.tick_params(length=0, labelbottom=True, labelleft=first)
    for spine in axis.spines.values():
        spine.set_visible(False)


def _foot(frame: pd.DataFrame) -> str:
    parts = []
    for protocol, rows in frame.groupby("protocol", sort=False):
        one = rows[rows["model"] == rows["model"].iloc[0]]
        how = style.PROTOCOL_WORDS[str(protocol)] + style.chosen(rows["choice"])
        parts.append(f"{how}: n = {one['count'].sum()} predictions of {one['n_speakers'].max()} speakers")
    return "Per cent of the clips of the true emotion; " + "; ".join(parts) + f". {style.probed(frame)}."
