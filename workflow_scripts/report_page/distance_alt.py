"""What the figures of distances show, in words: their alternative texts."""

from collections.abc import Callable
from typing import Any

from workflow_scripts.report_page import distance_driving as driving
from workflow_scripts.report_page import distance_order as order
from workflow_scripts.report_page import distance_rows as select
from workflow_scripts.report_page import distance_stability as stability
from workflow_scripts.report_page.distance_rows import Pair
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.words import counted, listed, measured
from workflow_scripts.summaries.distances import MEAN

Words = Callable[[Study, Pair, list[Any]], str]


def ranking(study: Study, pair: Pair, others: list[Any]) -> str:
    """Which emotions are nearest and farthest, and what is told apart."""
    return " ".join(filter(None, [order.order(study, pair), order.told_apart(study, pair)]))


def conditions(study: Study, pair: Pair, others: list[Any]) -> str:
    """What changes the order."""
    return " ".join([stability.published(study, pair), *stability.conditions(study, pair, others)]).strip()


def layers(study: Study, pair: Pair, others: list[Any]) -> str:
    """At how many layers each emotion is the nearest or the farthest."""
    models, what = select.counted_models(study, pair)
    rows = select.rows_of(study, "ranking", pair, layer="")
    rows = rows[rows["model"].isin(models) & (rows["layer"] != MEAN)]
    ends = select.extremes(rows.assign(model=rows["model"] + " " + rows["layer"]))
    if ends.empty:
        return ""
    said = []
    for end in ("nearest", "farthest"):
        each = [f"{emotion} at {number}" for emotion, number in ends[end].value_counts().items()]
        said.append(f"the {end} emotion is {listed(each)}")
    of = f"{counted(len(models), what)} with {counted(len(ends), 'layer')} in all"
    return f"Distances by layer between {pair[0]} and {pair[1]}, {of}: {'; '.join(said)}."


def matrix(study: Study, pair: Pair, others: list[Any]) -> str:
    """How far the same emotion lies apart in both datasets, against different emotions within one."""
    models, what = select.counted_models(study, pair)
    rows = select.rows_of(study, "distances", pair, layer="")
    # at the number of clips of the ranking, as the figure
    numbers = select.rows_of(study, "ranking", pair)[["model", "clips_per_speaker"]].drop_duplicates()
    rows = rows[rows["model"].isin(models)].merge(numbers, on=["model", "clips_per_speaker"])
    same = rows[(rows["first_emotion"] == rows["second_emotion"]) & (rows["first_dataset"] != rows["second_dataset"])]
    within = rows[rows["first_dataset"] == rows["second_dataset"]]
    across, apart = (part.groupby("model", sort=False)["value"].mean() for part in (same, within))
    apart = apart.reindex(across.index)
    if across.empty or apart.isna().any():
        return ""
    wider = int((across > apart).sum())
    top = across.index[0]
    return (
        f"For {wider} of {counted(len(across), what)} the same emotion in {pair[0]} and in {pair[1]} lies farther "
        f"apart than two emotions within one of them (mean kernel distance, {top}: {measured(across[top])} against "
        f"{measured(apart[top])})."
    )


def drivers(study: Study, pair: Pair, others: list[Any]) -> str:
    """Which acoustic features shift most, and what they account for."""
    return " ".join(filter(None, [driving.shifted(study, pair), driving.accounted(study, pair)]))


FIGURES: dict[str, Words] = {
    "distance_ranking": ranking,
    "distance_conditions": conditions,
    "distance_layers": layers,
    "distance_matrix": matrix,
    "distance_drivers": drivers,
}


def of_figure(kind: str, study: Study, pair: Pair, others: list[Any]) -> str:
    """The alternative text of a figure of a pair; a plain name where its tables say nothing."""
    said = FIGURES[kind](study, pair, others)
    return said or f"{kind.replace('_', ' ').capitalize()} of {pair[0]} and {pair[1]}, emotion by emotion."
