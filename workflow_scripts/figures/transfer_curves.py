"""Training curves: loss and validation UAR over the epochs of both stages, mean over folds and seeds."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import style
from workflow_scripts.figures import transfer_rows as t
from workflow_scripts.summaries.roles import Facts

KEYS = ["model", "tuner", "condition", "protocol", "stage", "epoch"]
MEASURES = ["training_loss", "validation_loss", "validation_uar"]
COLUMNS = [*KEYS, *MEASURES, "uar_low", "uar_high", "best", "n"]
# trainings on the source that a condition may go on from, the one with all speakers last
FIRST_STAGES = {"two-stage": ["plain", "whole"], "shuffled-source": ["shuffled", "shuffled-whole"]}
STAGES = {"source": "first stage", "target": "second or only stage"}


def data(
    curves: pd.DataFrame, source: str, target: str, protocol: str, models: Facts, tuners: Sequence[str]
) -> pd.DataFrame:
    """One row per network, tuner, condition, stage and epoch: means over the folds and seeds that reached it.

    Args:
        curves: table study_transfer_curves.
        source, target: the direction.
        protocol: the one that is drawn.
        models: facts by name, in the order drawn.
        tuners: variants in the order drawn.

    Returns: the columns of COLUMNS. `uar_low` and `uar_high` are the range over folds and seeds, `best` the share of
        trainings that kept this epoch, `n` the trainings that reached it.
    """
    own = t.of_pair(curves[~curves["training"].isin(FIRST_STAGES["shuffled-source"])], source, target)
    own = own[own["training"] != "whole"]
    # a stage on the target may be there for the other direction alone
    own = own.merge(own.loc[own["source"] == source, ["model", "tuner"]].drop_duplicates())
    first = [_first_stage(curves, own, source, condition) for condition in FIRST_STAGES]
    rows = pd.concat([*first, own], ignore_index=True)
    grouped = rows[rows["protocol"] == protocol].groupby(KEYS, sort=False)
    table = grouped[MEASURES].mean()
    table["uar_low"], table["uar_high"] = grouped["validation_uar"].min(), grouped["validation_uar"].max()
    table["best"], table["n"] = grouped["best"].mean(), grouped.size()
    known = table.reset_index().sort_values("epoch", kind="stable")
    return t.ordered(known, model=models, tuner=tuners, condition=t.CONDITIONS, stage=STAGES)[COLUMNS]


def _first_stage(curves: pd.DataFrame, own: pd.DataFrame, source: str, condition: str) -> pd.DataFrame:
    """The trainings on the source that a condition goes on from; with all speakers, where there are such."""
    went_on = own.loc[own["condition"] == condition, ["model", "tuner", "protocol", "seed", "emotions"]]
    stages = curves[(curves["target"] == source) & curves["training"].isin(FIRST_STAGES[condition])]
    stages = stages.merge(went_on.drop_duplicates())
    job = ["model", "tuner", "protocol", "seed"]
    widest = stages.groupby(job)["training"].transform(lambda names: max(names, key=FIRST_STAGES[condition].index))
    return stages[stages["training"] == widest].assign(stage="source", condition=condition)


def draw(frame: pd.DataFrame, source: str, target: str, synthetic: bool) -> Figure:
    """Rows: network and tuner; columns: UAR of the first and second stage, then the losses of both.

    Args:
        frame: from `data`.
        source, target: the direction.
        synthetic: whether a dataset of the pair is synthetic.
    """
    title = f"How the trainings went: {source}, then {target}"
    if frame.empty:
        return style.says("No training curve of this direction and protocol.", title, synthetic)
    panels = list(dict.fromkeys(frame[["model", "tuner"]].itertuples(index=False, name=None)))
    measured = frame["validation_uar"].notna().any()
    columns = [(kind, stage) for kind in (["uar", "loss"] if measured else ["loss"]) for stage in STAGES]
    heights = [0.2, *[0.95] * len(panels)]
    with style.styled():
        figure, axes = style.canvas(
            len(heights), len(columns), style.PAGE, 0.9 + sum(heights), sharey=False, height_ratios=heights
        )
        losses = frame[["training_loss", "validation_loss"]].max().max()
        for row, (model, tuner) in enumerate(panels, start=1):
            own = frame[(frame["model"] == model) & (frame["tuner"] == tuner)]
            for axis, (kind, stage) in zip(axes[row], columns, strict=True):
                (_uar if kind == "uar" else _loss)(axis, own[own["stage"] == stage])
                axis.set_ylim(0, 1.02 if kind == "uar" else 1.05 * losses)
                axis.set_xlim(0.5, frame.loc[frame["stage"] == stage, "epoch"].max() + 0.5)
                if row == 1:
                    word = "validation UAR (%)" if kind == "uar" else "loss"
                    axis.set_title(f"{word},\n{STAGES[stage]}", fontsize=6.6)
                if row == len(panels):
                    axis.set_xlabel("epoch")
                axis.tick_params(labelbottom=row == len(panels))
            axes[row, 0].set_ylabel(f"{style.two_lines(model)}\n{tuner}", fontsize=6.0)
        style.key(axes[0], [*t.lines_of(frame["condition"]), *_marks(measured)])
        style.finish(figure, title, _foot(frame), synthetic)
    return figure


def _uar(axis: Axes, own: pd.DataFrame) -> None:
    for condition, part in own.groupby("condition", sort=False):
        colour = t.CONDITIONS[condition].colour
        axis.fill_between(part["epoch"], part["uar_low"], part["uar_high"], color=colour, alpha=0.12, linewidth=0)
        axis.plot(part["epoch"], part["validation_uar"], color=colour, linewidth=1.0, label=condition)
        kept = part[part["best"] > 0]
        axis.scatter(kept["epoch"], kept["validation_uar"], s=2 + 22 * kept["best"], color=colour, zorder=3)
    style.per_cent(axis)


def _loss(axis: Axes, own: pd.DataFrame) -> None:
    for condition, part in own.groupby("condition", sort=False):
        colour = t.CONDITIONS[condition].colour
        axis.plot(part["epoch"], part["training_loss"], color=colour, linewidth=1.0, label=condition)
        axis.plot(part["epoch"], part["validation_loss"], color=colour, linewidth=0.8, linestyle=(0, (3, 1.5)))


def _marks(measured: bool) -> list[Line2D]:
    marks = [Line2D([], [], color="#444444", label="training loss")]
    if measured:
        marks.append(Line2D([], [], color="#444444", linestyle=(0, (3, 1.5)), label="validation loss"))
        marks.append(Line2D([], [], color="#444444", marker="o", linestyle="none", label="kept epoch"))
    return marks


def _foot(frame: pd.DataFrame) -> str:
    few, many = frame["n"].min(), frame["n"].max()
    return (
        f"{t.PROTOCOL_WORDS[frame['protocol'].iloc[0]]}. Mean over folds and seeds "
        f"that reached the epoch ({few if few == many else f'{few} to {many}'} trainings); shaded: their range. Dots: "
        f"epochs that were kept, larger where more trainings did. Validation speakers are in no test part."
    )
