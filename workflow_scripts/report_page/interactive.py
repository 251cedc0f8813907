"""The layer curves of one dataset as data for the plotting library: lines, bands and what hovering says."""

import math
from typing import Any

import pandas as pd

from workflow_scripts.figures import style

# of the library's buttons only those that stay on the page
BUTTONS = [["toImage", "zoom2d", "pan2d", "resetScale2d"]]
CONFIG = {"responsive": True, "displaylogo": False, "modeBarButtons": BUTTONS}
DASHES = {"speech": "solid", "song": "dash"}
SYMBOLS = {"strict": "circle", "paper1": "diamond-open", "emobox": "square-open"}


def layer_curves(frame: pd.DataFrame, domain: str, synthetic: bool = False) -> dict[str, Any]:
    """Traces and layout of a chart (JSON types only): one line per network and protocol; strict is shown at first.

    The same with the other speaker normalisation of the figure is hidden at first.

    Args:
        frame: from `figures.layer_curves.data`, the same as the printed figure draws.
        domain: speech (solid) or song (dashed).
        synthetic: whether the chart is a demonstration and says so.
    """
    frame = frame.assign(place=_places(frame))
    own = frame[frame["line"] == "own"]
    panels = list(dict.fromkeys(own["panel"]))
    first = "strict" if (own["protocol"] == "strict").any() else own["protocol"].iloc[0]
    traces: list[dict[str, Any]] = []
    for index, panel in enumerate(panels):
        colour = style.MODELS[index % len(style.MODELS)]
        for protocol, curve in own[own["panel"] == panel].groupby("protocol", sort=False):
            shown = protocol == first
            traces += _curve(curve.sort_values("position"), str(protocol), colour, domain, shown)
        also = frame[(frame["line"] == "normalised") & (frame["panel"] == panel)]
        for (protocol, form), curve in also.groupby(["protocol", "speaker_normalisation"], sort=False):
            line = _curve(curve.sort_values("position"), str(protocol), colour, domain, False, f", {form}")[-1]
            traces.append({**line, "line": {**line["line"], "width": 1}})
    traces += _level_lines(frame, own)
    # where `final` of a shallow network meets a number of a deeper one, the number names the place
    ticks = own.sort_values(["place", "layer"]).drop_duplicates("place")
    layout: dict[str, Any] = {
        "template": None,
        "margin": {"l": 48, "r": 34, "t": 12, "b": 44},
        "modebar": {"orientation": "v"},
        "font": {"family": "system-ui, sans-serif", "size": 13},
        "xaxis": {
            "title": {"text": "layer"}, "tickvals": [int(place) for place in ticks["place"]],
            "ticktext": list(ticks["layer"]), "gridcolor": "#eee", "zeroline": False,
        },
        "yaxis": {"title": {"text": "UAR (%)"}, "gridcolor": "#eee", "zeroline": False, "rangemode": "tozero"},
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12}},
        "paper_bgcolor": "#fff", "plot_bgcolor": "#fff",
    }  # fmt: skip
    if synthetic:
        layout["annotations"] = [
            {
                "text": style.DEMONSTRATION, "xref": "paper", "yref": "paper", "x": 1, "y": 0, "xanchor": "right",
                "yanchor": "bottom", "showarrow": False, "font": {"size": 11, "color": "#9A0019"},
            }
        ]  # fmt: skip
    return {"data": traces, "layout": layout, "config": CONFIG}


def _places(frame: pd.DataFrame) -> list[int]:
    """Where each row stands on the axis that all models share: by the layer's number, `final` behind the last."""
    numbers = sorted({int(layer) for layer in frame["layer"] if layer.isdigit()})
    last = frame[frame["layer"].str.isdigit()].groupby("model")["layer"].agg(lambda own: max(map(int, own)))
    return [
        numbers.index(int(layer)) if layer.isdigit() else numbers.index(last[model]) + 1 if model in last else 0
        for layer, model in zip(frame["layer"], frame["model"], strict=True)
    ]


def _curve(
    curve: pd.DataFrame, protocol: str, colour: str, domain: str, shown: bool, form: str = ""
) -> list[dict[str, Any]]:
    name = f"{curve['panel'].iloc[0]}, {protocol}{form}"
    x = [int(place) for place in curve["place"]]
    visible: bool | str = True if shown else "legendonly"
    texts = [
        f"{row.panel}, layer {row.layer}<br>{protocol}: UAR {100 * row.value:.1f} % "
        f"[{_number(row.low)}, {_number(row.high)}]<br>{row.kind_of_interval}<br>"
        f"{row.n_speakers} speakers, {row.n_clips} clips<br>speaker normalisation: {row.speaker_normalisation}"
        + ("<br>not distinguishable from the best" if row.among_best else "")
        for row in curve.itertuples()
    ]
    band = {
        "x": [*x, *reversed(x)],
        "y": [*_shares(curve["high"]), *reversed(_shares(curve["low"]))],
        "fill": "toself", "fillcolor": _faint(colour), "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False,
        "legendgroup": name, "visible": visible, "mode": "lines",
    }  # fmt: skip
    line = {
        "x": x, "y": _shares(curve["value"]), "name": name, "legendgroup": name, "mode": "lines+markers",
        "line": {"color": colour, "dash": DASHES.get(domain, "solid"), "width": 2},
        "marker": {"symbol": SYMBOLS[protocol], "size": 8, "color": colour},
        "text": texts, "hoverinfo": "text", "visible": visible,
    }  # fmt: skip
    return [band, line] if len(curve) > 1 else [line]


def _level_lines(frame: pd.DataFrame, own: pd.DataFrame) -> list[dict[str, Any]]:
    ends = [-0.3, float(own["place"].max()) + 0.3]
    chance = float(own["chance"].mean())
    levels = [("chance", chance, f"chance {100 * chance:.1f} %", "dot")]
    for row in frame[frame["line"] == "acoustics"].drop_duplicates("model").itertuples():
        text = (
            f"{row.model}: UAR {100 * row.value:.1f} % [{_number(row.low)}, "
            f"{_number(row.high)}]<br>{row.n_speakers} speakers"
        )
        levels.append((str(row.model), float(row.value), text, "dashdot"))
    return [
        {
            "x": ends, "y": [100 * value] * 2, "name": name, "mode": "lines", "text": [text] * 2, "hoverinfo": "text",
            "line": {"color": style.QUIET, "dash": dash, "width": 1.2},
        }
        for name, value, text, dash in levels
    ]  # fmt: skip


def _shares(values: "pd.Series[float]") -> list[float | None]:
    """Per cents; None where there is no number (JSON knows no NaN)."""
    return [None if math.isnan(value) else round(100 * value, 3) for value in values]


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f}"


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.12)"
