"""How many dimensions tell the emotion: the score over k from the top, the rest, the bottom and at random."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts, acoustic_sets, networks

COLUMNS = [
    "dataset", "model", "layer", "emotion", "against", "metric", "protocol", "side", "k", "value", "low", "high",
    "spread", "chance", "chosen_k", "chosen_least", "chosen_most", "n_clips", "n_speakers",
]  # fmt: skip
SIDES = ["all", "bottom", "random", "rest", "top"]
GREYS = {"rest": "#3C3C3C", "random": "#8A8A8A", "bottom": "#B9B9B9"}
UAR, F1 = "UAR", "F1"


def data(
    curve: pd.DataFrame,
    choices: pd.DataFrame,
    scores: pd.DataFrame,
    dataset: str,
    layers: Mapping[str, str],
    models: Facts,
) -> pd.DataFrame:
    """One row per model, emotion, metric, protocol, side and k: strict UAR of all sides; F1 of the top in both forms.

    Args:
        curve, choices, scores: tables of the explanation.
        dataset: the dataset.
        layers: the layer of each model that is drawn, from `explanation_rows.full_layers`.
        models: facts of the models by name; acoustic feature sets are drawn where there is no network.

    Returns: the columns of COLUMNS. `chosen_k` is the median over folds of the k chosen inside training, `chosen_least`
        and `chosen_most` their range; of paper2 the one k chosen on test. The side `all` and `chance` are those of the
        scores with all dimensions.
    """
    shown = [name for name in networks(models) if name in layers] or [n for n in acoustic_sets(models) if n in layers]
    own = {name: layers[name] for name in shown}
    rows = e.at_layers(curve, dataset, own)
    strict = rows["protocol"] == e.STRICT
    rows = rows[
        (rows["condition"] == e.ALL)
        & (
            (strict & (rows["metric"] == UAR) & rows["side"].isin(SIDES))
            | (rows["metric"] == F1) & (rows["side"] == "top")
        )
    ]
    keys = ["model", "emotion", "protocol"]
    chosen = e.at_layers(choices, dataset, own)
    chosen = chosen[chosen["condition"] == e.ALL].groupby(keys)["k"].agg(["median", "min", "max"])
    chosen = chosen.rename(columns={"median": "chosen_k", "min": "chosen_least", "max": "chosen_most"}).reset_index()
    of_all = e.at_layers(scores, dataset, own)
    of_all = of_all[(of_all["condition"] == e.ALL) & (of_all["side"] == "all") & of_all["metric"].isin([UAR, F1])]
    known = of_all[[*keys, "metric", "chance", "n_clips", "n_speakers"]]
    of_all = of_all[of_all["protocol"] == e.STRICT].astype({"k": int})
    rows = pd.concat([rows, of_all[[name for name in rows.columns if name in of_all]]], ignore_index=True)
    rows = rows.merge(chosen, on=keys, how="left").merge(known, on=[*keys, "metric"], how="left")
    order = {
        "model": e.placed(shown),
        "emotion": e.placed(rows["emotion"]),
        "metric": e.placed([UAR, F1]),
        "protocol": e.placed([e.STRICT, e.PUBLISHED]),
        "side": e.placed(SIDES),
    }
    return e.sorted_by(rows, order, ["k"])[COLUMNS]


def draw(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Figure:
    """Two rows of panels per model: UAR of all sides, F1 of the top k strict and as published; columns: emotions.

    Args:
        frame: from `data`.
        facts: of the dataset: domain, synthetic.
    """
    title = "How many dimensions tell the emotion?"
    if frame["value"].isna().all():
        return style.says("No emotion of this dataset has a curve.", title, facts["synthetic"])
    emotions, models = (list(dict.fromkeys(frame[name])) for name in ("emotion", "model"))
    panels = [(model, metric) for model in models for metric in (UAR, F1)]
    heights = [0.2, *(1.25 if metric == UAR else 0.9 for _, metric in panels)]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), len(emotions), style.PAGE, 1.0 + sum(heights), sharey=False, height_ratios=heights
        )
        limits = {metric: _limits(frame[frame["metric"] == metric]) for metric in (UAR, F1)}
        for row, (model, metric) in zip(axes[1:], panels, strict=True):
            own = frame[frame["model"] == model]
            reach, part = _reach(own), own[own["metric"] == metric]
            every = sorted(set(own.loc[own["side"] != "all", "k"]))
            round_numbers = (1, 10, 100, 1000) if len(emotions) > 6 else (1, 3, 10, 30, 100, 300, 1000)
            ticks = every if len(every) <= 3 else round_numbers
            for axis, emotion in zip(row, emotions, strict=True):
                _panel(axis, part[part["emotion"] == emotion], emotion, emotions, facts["domain"])
                _axes(axis, limits[metric], reach, ticks, axis is row[0], metric == F1)
                if axis in axes[1]:
                    e.emotion_title(axis, emotion, emotions)
            name = e.model_words(style.two_lines(model), own["layer"].iloc[0]).replace(", ", "\n") + "\n"
            row[0].set_ylabel((name if metric == UAR else "") + f"{metric} (%)", fontsize=6.0)
        for axis in axes[-1]:
            axis.set_xlabel("k")
        style.key(axes[0], _marks(frame, facts["domain"]))
        style.finish(figure, f"{title} ({frame['dataset'].iloc[0]})", _foot(frame), facts["synthetic"])
    return figure


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    ends = rows[["value", "low", "high", "chance"]].to_numpy(dtype=float)
    if np.isnan(ends).all():
        return 0.0, 1.0
    return max(-0.02, float(np.nanmin(ends)) - 0.03), min(1.02, float(np.nanmax(ends)) + 0.03)


def _reach(own: pd.DataFrame) -> tuple[float, float]:
    """From the smallest to the largest k of a model, with room beside them on a scale of ratios."""
    numbers = own.loc[own["side"] != "all", "k"]
    low, high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (1.0, 10.0)
    room = 1.25 if high > low else 2.0
    return low / room, high * room


def _axes(
    axis: Axes, limits: tuple[float, float], reach: tuple[float, float], ticks: Sequence[int], first: bool, last: bool
) -> None:
    axis.set_xscale("log")
    axis.set_xlim(*reach)
    axis.set_ylim(*limits)
    style.per_cent(axis)
    low, high = reach
    axis.xaxis.set_major_locator(mpl.ticker.FixedLocator([k for k in ticks if low <= k <= high]))
    axis.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda k, _: f"{k:.0f}"))
    axis.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    axis.tick_params(labelleft=first, labelbottom=last)


def _panel(axis: Axes, part: pd.DataFrame, emotion: str, emotions: Sequence[str], domain: str) -> None:
    look = style.look_of(emotion, emotions)
    strict, published = (part[part["protocol"] == name] for name in (e.STRICT, e.PUBLISHED))
    if len(strict):
        known = strict.iloc[0]
        axis.axvspan(
            known["chosen_least"], known["chosen_most"], color=look.colour, alpha=0.10, linewidth=0, zorder=0.5
        )
        axis.axvline(known["chosen_k"], color=look.colour, linewidth=0.8, zorder=1, label="chosen k")
        axis.axhline(known["chance"], color=style.QUIET, linestyle=":", linewidth=0.8, zorder=1, label="chance")
    for side in SIDES:
        rows = strict[strict["side"] == side]
        if rows.empty:
            continue
        if side == "all":
            axis.axhline(rows["value"].iloc[0], color=style.INK, linestyle="-.", linewidth=0.7, zorder=1.5, label="all")
            continue
        colour = look.colour if side == "top" else GREYS[side]
        if len(rows) > 1:
            shade = 0.22 if side == "top" else 0.14
            axis.fill_between(rows["k"], rows["low"], rows["high"], color=colour, alpha=shade, linewidth=0)
        else:
            axis.errorbar(rows["k"], rows["value"], yerr=e.ends(rows), fmt="none", ecolor=colour, elinewidth=0.8)
        axis.plot(
            rows["k"], rows["value"], color=colour, linewidth=1.3 if side == "top" else 0.9, label=side,
            linestyle=style.DOMAIN_LINES.get(domain, "-"), marker=look.marker if len(rows) <= 8 else "", markersize=2.4,
            zorder=3 if side == "top" else 2,
        )  # fmt: skip
    top = published[published["side"] == "top"]
    if top.empty:
        return
    axis.fill_between(top["k"], top["value"] - top["spread"], top["value"] + top["spread"], color=style.INK, alpha=0.08,
                      linewidth=0)  # fmt: skip
    axis.plot(top["k"], top["value"], color=style.INK, linewidth=0.6, label="as published", zorder=2.5,
              marker="o" if len(top) == 1 else "", markersize=2)  # fmt: skip
    at = top[top["k"] == top["chosen_k"]]
    axis.plot(at["k"], at["value"], color=style.INK, linestyle="none", marker="o", markersize=3.2, label="published k",
              markerfacecolor="white", markeredgewidth=0.7, zorder=4)  # fmt: skip


def _marks(frame: pd.DataFrame, domain: str) -> list[Patch | Line2D]:
    line = style.DOMAIN_LINES.get(domain, "-")
    names = {"rest": "all but the top k", "random": "k at random", "bottom": "bottom k"}
    marks: list[Patch | Line2D] = [
        Line2D([], [], color="#D55E00", linestyle=line, label="top k (the emotion's colour)")
    ]
    marks += [
        Line2D([], [], color=GREYS[side], linestyle=line, linewidth=0.9, label=name) for side, name in names.items()
    ]
    marks.append(Line2D([], [], color=style.INK, linestyle="-.", linewidth=0.7, label="all"))
    marks.append(Line2D([], [], color=style.QUIET, linestyle=":", label="chance"))
    marks.append(Line2D([], [], color="#D55E00", linewidth=0.8, marker="|", label="chosen k"))
    if (frame["protocol"] == e.PUBLISHED).any():
        marks.append(Line2D([], [], color=style.INK, linewidth=0.6, marker="o", markerfacecolor="white",
                            label="as published"))  # fmt: skip
    return marks


def _foot(frame: pd.DataFrame) -> str:
    strict = frame[frame["protocol"] == e.STRICT]
    words = (
        " As published (thin black, shaded: its standard deviation over splits): dimensions ranked and k chosen "
        "(ring) on tested clips."
    )
    return (
        f"{e.sizes(strict)}. Strict: ranked inside the training speakers; bands: 95 % intervals over speakers, each "
        "for its k alone. Upright line: chosen k, median over folds, shaded their range: smallest k within one "
        "standard error of the best inside the training speakers. k on a scale of ratios."
        + (words if (frame["protocol"] == e.PUBLISHED).any() else "")
    )
