"""Within a domain against across domains: trained on the other dataset, tested on the same one."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts
from workflow_scripts.summaries.select import main_protocol

COLUMNS = [
    "source", "target", "model", "kind", "protocol", "probe", "pooling", "speaker_normalisation", "choice", "layer",
    "value", "low", "high", "interval", "chance", "n_speakers", "n_clips",
]  # fmt: skip
WITHIN, ACROSS = "within", "across"
LOOKS = {WITHIN: style.Look("#0072B2", "o"), ACROSS: style.Look("#D55E00", "D")}


def data(cross: pd.DataFrame, best: pd.DataFrame, pair: tuple[str, str], models: Facts) -> pd.DataFrame:
    """One row per direction, normalisation, model and kind (within: trained on the target; across: on the source).

    Args:
        cross: table `cross` of the study; best: table `best`.
        pair: the two datasets.
        models: facts of the models by name; their order is kept.
    """
    first = best[best["headline"]]
    main = main_protocol(cross["protocol"])
    rows = []
    for source, target in (pair, pair[::-1]):
        for kind, table, trained in ((ACROSS, cross, source), (WITHIN, best, target)):
            own = table[(table["dataset"] == target) & (table["source"] == trained)]
            rows.append(_whole(own, main, first).assign(kind=kind, source=source, target=target))
    frame = pd.concat(rows, ignore_index=True)
    order = {model: index for index, model in enumerate(models)}
    frame = frame.assign(order=frame["model"].map(order))
    return frame.sort_values("order", kind="stable")[COLUMNS].reset_index(drop=True)


def _whole(table: pd.DataFrame, protocol: str, first: pd.DataFrame) -> pd.DataFrame:
    """UAR of all clips under the protocol; of probes and poolings those of the headline, every normalisation."""
    how = first[["model", "probe", "pooling"]].drop_duplicates()
    rows = table[
        (table["protocol"] == protocol)
        & (table["metric"] == "UAR")
        & (table["condition"] == "all")
        & (table["null_run"] == 0)
        & (table["repeat"] == -1)
        & (table["speaker"] == "")
    ]
    return rows.merge(how, on=["model", "probe", "pooling"])


def draw(frame: pd.DataFrame, synthetic: bool) -> Figure:
    """Rows of panels: normalisations; columns: directions; a line of each panel per model.

    Args:
        frame: from `data`.
        synthetic: whether a dataset of the pair is synthetic.
    """
    directions = list(frame[["source", "target"]].drop_duplicates().itertuples(index=False, name=None))
    forms = list(dict.fromkeys(frame["speaker_normalisation"]))
    models = list(dict.fromkeys(frame["model"]))
    with style.styled():
        height = 0.95 + len(forms) * (0.5 + 0.22 * len(models))
        figure, axes = style.canvas(len(forms), len(directions), style.PAGE, height, sharex=True)
        for row, form in enumerate(forms):
            for column, (source, target) in enumerate(directions):
                axis = axes[row, column]
                part = frame[
                    (frame["speaker_normalisation"] == form) & (frame["source"] == source) & (frame["target"] == target)
                ]
                _panel(axis, part, models)
                normalised = "no normalisation" if form == "none" else f"speaker normalisation: {form}"
                axis.set_title(f"trained on {source}, tested on {target}\n{normalised}", fontsize=6.8)
        ends = [frame["low"].min(), frame["chance"].min(), frame["high"].max(), frame["value"].max()]
        axes[0, 0].set_xlim(max(0.0, np.nanmin(ends) - 0.04), min(1.0, np.nanmax(ends) + 0.06))
        style.per_cent(axes[0, 0], "x")
        for axis in axes[-1]:
            axis.set_xlabel("UAR (%)")
        title = f"Does a probe of one domain know the other? ({directions[0][0]} and {directions[0][1]})"
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _panel(axis: Axes, part: pd.DataFrame, models: list[str]) -> None:
    places = {model: len(models) - 1 - index for index, model in enumerate(models)}
    for model, rows in part.groupby("model", sort=False):
        if rows["kind"].nunique() == 2:
            axis.plot(rows["value"], [places[str(model)]] * len(rows), color="#BBBBBB", linewidth=2.0, zorder=1)
    for kind, rows in part.groupby("kind", sort=False):
        look = LOOKS[str(kind)]
        heights = [places[model] + (0.12 if kind == WITHIN else -0.12) for model in rows["model"]]
        errors = np.clip([rows["value"] - rows["low"], rows["high"] - rows["value"]], 0, None)
        axis.errorbar(rows["value"], heights, xerr=errors, fmt="none", ecolor=look.colour, elinewidth=0.8)
        axis.plot(rows["value"], heights, linestyle="none", marker=look.marker, color=look.colour, label=str(kind))
    axis.axvline(part["chance"].mean(), color=style.QUIET, linestyle=":", linewidth=0.8)
    axis.set_yticks(list(places.values()), list(places))
    axis.set_ylim(-0.6, len(models) - 0.4)


def _foot(frame: pd.DataFrame) -> str:
    protocol = style.PROTOCOL_WORDS[frame["protocol"].iloc[0]]
    return (
        "Blue circles: trained on the dataset that is tested; orange diamonds: trained on the other one. "
        f"{_tested(frame)} "
        f"{protocol}{style.chosen(frame['choice'])}; 95 % intervals{style.units(frame['interval'])}; dotted: chance. "
        f"{style.probed(frame)}."
    )


def _tested(frame: pd.DataFrame) -> str:
    """On what each direction is tested; said apart where within and across have not the same number of clips."""
    parts = []
    for (source, target), rows in frame.groupby(["source", "target"], sort=False):
        numbers = rows.groupby("kind", sort=False)[["n_speakers", "n_clips"]].max()
        each = {
            kind: f"n = {numbers.loc[kind, 'n_speakers']} speakers, {numbers.loc[kind, 'n_clips']} clips"
            for kind in numbers.index
        }
        if len(set(each.values())) == 1:
            parts.append(f"{source} to {target}: {next(iter(each.values()))}")
        else:
            parts.append(f"{source} to {target}: " + ", ".join(f"{kind} {words}" for kind, words in each.items()))
    return "Tested: " + "; ".join(parts) + "."
