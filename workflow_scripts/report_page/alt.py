"""What a figure shows, in words: its alternative text."""

import pandas as pd

from workflow_scripts.figures import confusion as confusions
from workflow_scripts.figures import recall_by_emotion as emotions
from workflow_scripts.figures import recall_by_speaker as speakers
from workflow_scripts.report_page.study import Study, best_network, called
from workflow_scripts.report_page.words import counted, per_cent
from workflow_scripts.summaries.select import main_protocol


def of_front(study: Study, *names: str) -> str:
    """What the front page says in the findings of these names; "" where it has none of them."""
    if study.findings.empty:
        return ""
    sentences = study.findings.set_index("finding")["sentence"]
    return " ".join(sentences[name] for name in names if name in sentences)


def layer_curves(study: Study, dataset: str) -> str:
    """Which network is highest, and where."""
    return of_front(study, f"best-{dataset}", f"layers-{dataset}") or f"Scores of the layers on {dataset}."


def cross_domain(study: Study, first: str, second: str) -> str:
    """What the best network of each reaches when it was trained on the other."""
    return of_front(study, f"across-{first}-{second}") or f"Scores of {first} and {second} within and across."


def recall_by_emotion(study: Study, dataset: str) -> str:
    """Between which emotions the recalls lie of the highest network, at the layer that most folds chose."""
    top, what = best_network(study, dataset), f"Recall of the emotions of {dataset} by layer"
    if top is None:
        return f"{what}."
    frame = emotions.data(study.tables["scores"], study.tables["layers"], dataset, study.models)
    own = frame[(frame["model"] == top["model"]) & (frame["layer"] == top["usual_layer"])].dropna(subset="value")
    if own.empty:
        return f"{what}."
    low, high = (own.loc[own["value"].agg(end)] for end in ("idxmin", "idxmax"))
    ends = " to ".join(f"{per_cent(row['value'], row['low'], row['high'])} ({row['emotion']})" for row in (low, high))
    layer, n = f"layer {top['usual_layer']} of {called(study, top['model'])}", int(own["n_speakers"].max())
    return f"{what}: from {ends} at {layer}, {low['protocol']}, {counted(n, 'speaker')}."


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
