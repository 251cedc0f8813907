"""Layer curves: the score of every layer of every network, with its controls in the same axes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts, acoustic_sets, control_of, networks

COLUMNS = [
    "dataset", "panel", "line", "model", "layer", "position", "protocol", "probe", "pooling",
    "speaker_normalisation", "value", "low", "high", "interval", "kind_of_interval", "best", "among_best", "chance",
    "n_speakers", "n_clips",
]  # fmt: skip
PANELS_PER_ROW = 4
PAPERS_FORM = "per-speaker"


def data(layers: pd.DataFrame, dataset: str, models: Facts) -> pd.DataFrame:
    """What is drawn, one row per point: own curves (strict: simultaneous band; else pointwise interval) and controls.

    Args:
        layers: table `layers` of the study.
        models: facts of the models by name.

    Returns: the columns of COLUMNS; `panel` is the network a line stands beside, `line` own, normalised (the same with
        another speaker normalisation of the study, the papers' per-speaker one if it is there), control or acoustics.
    """
    here = layers[(layers["dataset"] == dataset) & (layers["condition"] == "all")]
    main, beside_main = here[here["headline"]], _other_normalisation(here)
    reference = "strict" if (main["protocol"] == "strict").any() else main["protocol"].iloc[0]
    panels = networks(models) or acoustic_sets(models)
    parts = []
    for panel in panels:
        parts.append(_part(main[main["model"] == panel], panel, "own"))
        parts.append(_part(beside_main[beside_main["model"] == panel], panel, "normalised"))
        control = control_of(panel, models)
        # a control of another depth has no layers to stand beside
        equal = control and len(models[control]["layers"]) == len(models[panel]["layers"])
        beside = [(control, "control")] if equal else []
        beside += [(name, "acoustics") for name in acoustic_sets(models) if name != panel]
        for name, line in beside:
            rows = main[(main["model"] == name) & (main["protocol"] == reference)]
            parts.append(_part(rows, panel, line))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _other_normalisation(here: pd.DataFrame) -> pd.DataFrame:
    """Curves that differ from the headline in the speaker normalisation only; one form of it, or none."""
    first = here.loc[here["headline"], ["model", "probe", "pooling"]].drop_duplicates()
    rows = here[~here["headline"]].merge(first, on=["model", "probe", "pooling"])
    rows = rows[~rows["speaker_normalisation"].isin(here.loc[here["headline"], "speaker_normalisation"])]
    forms = list(dict.fromkeys(rows["speaker_normalisation"]))
    form = PAPERS_FORM if PAPERS_FORM in forms else next(iter(forms), "")
    return rows[rows["speaker_normalisation"] == form]


def _part(rows: pd.DataFrame, panel: str, line: str) -> pd.DataFrame:
    banded = (rows["protocol"] == "strict") & rows["band_low"].notna() & (line == "own")
    return rows.assign(
        panel=panel,
        line=line,
        low=rows["band_low"].where(banded, rows["low"]),
        high=rows["band_high"].where(banded, rows["high"]),
        kind_of_interval=np.where(banded, "simultaneous 95 % band", "pointwise 95 % interval"),
    )


def draw(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Figure:
    """One panel per network, all with the same axes.

    Args:
        frame: from `data`.
        facts: of the dataset: domain, synthetic.
    """
    panels = list(dict.fromkeys(frame["panel"]))
    columns = min(len(panels), PANELS_PER_ROW)
    rows = -(-len(panels) // columns)
    width = style.PAGE if columns > 1 else style.COLUMN
    with style.styled():
        figure, axes = style.canvas(rows, columns, width, 0.75 + 1.85 * rows)
        _limits(axes.flat[0], frame)
        for axis, panel in zip(axes.flat, panels, strict=False):
            _panel(axis, frame[frame["panel"] == panel], facts["domain"])
            style.panel_title(axis, panel)
            at_end = axis in axes[:, -1]
            if at_end or panel == panels[-1]:
                _name_quiet_lines(axis, frame[frame["panel"] == panel], at_end)
        for axis in axes.flat[len(panels) :]:
            axis.set_visible(False)
        for axis in axes[:, 0]:
            axis.set_ylabel("UAR (%)")
        for index, axis in enumerate(axes.flat[: len(panels)]):
            if index + columns >= len(panels):
                axis.set_xlabel("layer")
        style.finish(
            figure, f"Which layers know the emotion? ({frame['dataset'].iloc[0]})", _foot(frame), facts["synthetic"]
        )
    return figure


def _limits(axis: Axes, frame: pd.DataFrame) -> None:
    lowest = np.nanmin([frame["low"].min(), frame["value"].min(), frame["chance"].min()])
    highest = np.nanmax([frame["high"].max(), frame["value"].max()])
    axis.set_ylim(max(0.0, lowest - 0.04), min(1.0, highest + 0.08))
    style.per_cent(axis)


def _panel(axis: Axes, frame: pd.DataFrame, domain: str) -> None:
    own = frame[frame["line"] == "own"]
    ticks = own.drop_duplicates("position").sort_values("position")
    line_style = style.DOMAIN_LINES.get(domain, "-")
    for protocol, curve in own.groupby("protocol", sort=False):
        curve = curve.sort_values("position")
        look = style.PROTOCOLS[str(protocol)]
        strict = protocol == "strict"
        if curve["kind_of_interval"].iloc[0].startswith("simultaneous") and len(curve) > 1:
            axis.fill_between(
                curve["position"], curve["low"], curve["high"], color=look.colour, alpha=0.18, linewidth=0
            )
        else:
            errors = np.clip([curve["value"] - curve["low"], curve["high"] - curve["value"]], 0, None)
            axis.errorbar(
                curve["position"], curve["value"], yerr=errors, fmt="none", ecolor=look.colour, elinewidth=0.7
            )
        axis.plot(
            curve["position"], curve["value"], linestyle=line_style, color=look.colour, marker=look.marker,
            markerfacecolor="white", markeredgewidth=0.8, label=str(protocol), zorder=3,
        )  # fmt: skip
        if strict:
            kept = curve[curve["among_best"]]
            axis.plot(
                kept["position"], kept["value"], linestyle="none", marker=look.marker, color=look.colour, zorder=4
            )
    for (protocol, form), curve in frame[frame["line"] == "normalised"].groupby(
        ["protocol", "speaker_normalisation"], sort=False
    ):
        curve = curve.sort_values("position")
        marker = style.PROTOCOLS[str(protocol)].marker if len(curve) == 1 else ""  # a line of one layer is none
        axis.plot(
            curve["position"], curve["value"], linestyle=line_style, color=style.PROTOCOLS[str(protocol)].colour,
            linewidth=0.6, alpha=0.55, label=f"{protocol}, {form}", zorder=2.5, marker=marker,
            markersize=1.4,
        )  # fmt: skip
    _quiet_lines(axis, frame, ticks)
    axis.set_xticks(ticks["position"], style.layer_words(list(ticks["layer"])))


def _quiet_lines(axis: Axes, frame: pd.DataFrame, ticks: pd.DataFrame) -> None:
    left, right = ticks["position"].min() - 0.3, ticks["position"].max() + 0.3
    if left + 0.6 == right:
        left, right = left - 0.5, right + 0.5
    axis.set_xlim(left, right)
    chance = frame.loc[frame["line"] == "own", "chance"].mean()
    axis.axhline(chance, color=style.QUIET, linestyle=":", linewidth=0.8, label="chance")
    for model, rows in frame[frame["line"] == "acoustics"].groupby("model", sort=False):
        row = rows.iloc[0]
        axis.axhspan(row["low"], row["high"], color=style.QUIET, alpha=0.10, linewidth=0)
        axis.axhline(row["value"], color=style.QUIET, linestyle="-.", linewidth=0.8, label=str(model))
    for model, rows in frame[frame["line"] == "control"].groupby("model", sort=False):
        rows = rows.sort_values("position")
        axis.plot(rows["position"], rows["value"], color="#8C8C8C", linewidth=1.0, label=str(model), zorder=2)


def _name_quiet_lines(axis: Axes, frame: pd.DataFrame, at_end: bool) -> None:
    """Names of the lines without markers, which all panels share, once beside the last panel of a row."""
    sets = frame[frame["line"] == "acoustics"].drop_duplicates("model")
    ends = frame[frame["line"] == "normalised"].sort_values("position").groupby("protocol", sort=False).tail(1)
    values = [frame.loc[frame["line"] == "own", "chance"].mean(), *sets["value"], *ends["value"]]
    words = ["chance", *sets["model"], *ends["speaker_normalisation"]]
    colours = [style.QUIET] * (1 + len(sets)) + [style.PROTOCOLS[protocol].colour for protocol in ends["protocol"]]
    style.margin_labels(axis, values, words, colours, in_layout=at_end)


def _foot(frame: pd.DataFrame) -> str:
    own = frame[frame["line"] == "own"]
    parts = []
    for protocol, rows in own.groupby("protocol", sort=False):
        colour = {"strict": "blue circles", "paper1": "orange diamonds", "emobox": "green squares"}[str(protocol)]
        kind, over = rows["kind_of_interval"].iloc[0], style.units(rows["interval"])
        parts.append(
            f"{style.PROTOCOL_WORDS[str(protocol)]}: {colour}, {kind}{over}, n = {rows['n_speakers'].max()} speakers, "
            f"{rows['n_clips'].max()} clips"
        )
    filled = " Filled: not distinguishable from the best layer." if own["among_best"].any() else ""
    beside = frame[frame["line"] == "normalised"]
    forms = ", ".join(dict.fromkeys(beside["speaker_normalisation"]))
    faint = f" Faint thin lines: the same, speaker normalisation: {forms}." if forms else ""
    control = frame[frame["line"] == "control"]
    names, protocols = (", ".join(sorted(set(control[column]))) for column in ("model", "protocol"))
    grey = f" Grey curve: untrained control ({names}), {protocols}." if names else ""
    sets = frame[frame["line"] == "acoustics"]
    level = f" Grey band: acoustic features, {', '.join(dict.fromkeys(sets['protocol']))}." if len(sets) else ""
    return f"{'; '.join(parts)}. {style.probed(own)}.{filled}{faint}{grey}{level}"
