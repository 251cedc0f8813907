"""What a figure shows, in words: its alternative text."""

import pandas as pd

from workflow_scripts.figures import confusion as confusions
from workflow_scripts.figures import recall_by_speaker as speakers
from workflow_scripts.report_page.layer_findings import emotions, highest, layer_set
from workflow_scripts.report_page.study import Study, best_network
from workflow_scripts.report_page.words import per_cent
from workflow_scripts.summaries.select import main_protocol


def layer_curves(study: Study, dataset: str) -> str:
    """Which network is highest, and where."""
    top = best_network(study, dataset)
    if top is None:
        return f"Scores of the layers on {dataset}."
    return " ".join(filter(None, [highest(study, top), layer_set(study, top)]))


def recall_by_emotion(study: Study, dataset: str) -> str:
    """Which emotions are recognised best and worst by the highest network."""
    top = best_network(study, dataset)
    said = emotions(study, top) if top is not None else ""
    return f"Recall of the emotions of {dataset} by layer. {said}".strip()


def recall_by_speaker(study: Study, dataset: str) -> str:
    """How far single speakers lie apart for the highest network."""
    top = best_network(study, dataset)
    frame = speakers.data(study.tables["best"], dataset, study.models)
    own = frame[(frame["speaker"] != "") & (frame["model"] == (top["model"] if top is not None else ""))]
    if own.empty:
        return f"Scores of single speakers of {dataset}."
    low, high = per_cent(float(own["value"].min())), per_cent(float(own["value"].max()))
    return f"Single speakers of {dataset} range from {low} to {high} UAR with {own['model'].iloc[0]}."


def confusion(study: Study, dataset: str) -> str:
    """The most frequent confusion of the highest network."""
    top = best_network(study, dataset)
    cells = confusions.data(study.tables["confusion"], dataset, study.models)
    wrong = cells[(cells["true"] != cells["predicted"]) & cells["share"].notna()]
    if top is None or wrong.empty:
        return f"Confusions of the emotions of {dataset}."
    own = wrong[(wrong["model"] == top["model"]) & (wrong["protocol"] == main_protocol(wrong["protocol"]))]
    worst = own.loc[own["share"].idxmax()]
    share = per_cent(float(worst["share"]))
    return (
        f"In {dataset}, {worst['model']} most often takes {worst['true']} for {worst['predicted']} ({share} "
        "of its clips)."
    )


def papers(table: pd.DataFrame) -> str:
    """How many printed figures have something of this study beside them."""
    beside = int((table["study_model"] != "").sum())
    if not beside:
        return f"{len(table)} printed figures; none of the study's models is among them."
    return f"{len(table)} printed figures, {beside} with this study's figure beside."
