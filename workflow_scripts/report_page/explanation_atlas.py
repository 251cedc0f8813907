"""Sentences on the atlas of a network: at which layers the acoustic categories are encoded best, speech beside song."""

import pandas as pd

from workflow_scripts.explanation.rows import ALL
from workflow_scripts.figures.explanation_rows import AGGREGATE, STRICT, WITHIN, clear, in_order
from workflow_scripts.report_page import explanation_rows as select
from workflow_scripts.report_page.explanation_words import between
from workflow_scripts.report_page.study import Study, called
from workflow_scripts.report_page.words import counted, listed, spans

R2_ALL = "r2-all"
PLACES = "R² within the emotion, highest values whose interval lies above 0; places not tested"


def layers_of(study: Study, model: str) -> list[str]:
    """The explained layers of a model, in its order."""
    rows = study.explanation["categories"]
    present = set(rows.loc[rows["model"] == model, "layer"])
    return [layer for layer in map(str, study.models[model]["layers"]) if layer in present]


def peaks(study: Study, model: str, dataset: str) -> pd.DataFrame:
    """Per category and emotion the layer with the highest R2 from all dimensions, of those with an interval above 0."""
    rows = _cells(study, model, dataset, R2_ALL, WITHIN)
    above = rows[rows["low"] > 0]
    return above.loc[above.groupby(["category", "emotion"], sort=False)["value"].idxmax()]


def place(study: Study, model: str, own: pd.DataFrame) -> str:
    """'layers 0-2 (R² 0.45 to 0.61 for 3 of 5 emotions)': where the peaks of one category and dataset lie."""
    layers = layers_of(study, model)
    found = list(dict.fromkeys(own["layer"]))
    total = _cells(study, model, str(own["dataset"].iloc[0]), R2_ALL, WITHIN)["emotion"].nunique()
    several = f" over {counted(total, 'emotion')}" if total > 1 else ""
    if len(own) < total:
        several = f" for {len(own)} of {counted(total, 'emotion')}"
    word = "layer" if len(found) == 1 else "layers"
    return f"{word} {spans(found, layers)} (R² {between(own['value'].tolist(), _r2)}{several})"


def where(study: Study, model: str) -> str:
    """Where each category is predicted best from all dimensions, in every explained dataset."""
    if len(layers_of(study, model)) < 2:
        return ""
    tops = {dataset: peaks(study, model, dataset) for dataset in study.explained}
    said: list[str] = []
    nowhere = []
    for category in in_order(_cells(study, model, "", R2_ALL, WITHIN)["category"]):
        own = {dataset: top[top["category"] == category] for dataset, top in tops.items()}
        if all(part.empty for part in own.values()):
            nowhere.append(category)
            continue
        each = [
            f"{place(study, model, part)} in {dataset}" if len(part) else f"no layer in {dataset}"
            for dataset, part in own.items()
        ]
        said.append(f"{category} {'' if said else 'best '}at {listed(each)}")
    name = called(study, model)
    if not said:
        none = f"From all dimensions, no layer of {name} clearly predicts acoustic features better than by their mean"
        return f"{none} (R² within the emotion; no interval lies above 0)." if nowhere else ""
    none = f"; {listed(nowhere)} at no layer" if nowhere else ""
    return f"From all dimensions of a layer, {name} predicts {'; '.join(said)}{none} ({PLACES})."


def gains(study: Study, model: str) -> str:
    """In how many cells the dimensions that tell the emotion encode a category better than random ones do."""
    said = []
    for dataset in study.explained:
        rows = _cells(study, model, dataset, "gain", WITHIN)
        if rows.empty:
            continue
        claimed = rows[clear(rows)]
        most = claimed["category"].value_counts()
        top = f", most often for {most.index[0]} ({most.iloc[0]})" if len(most) else ""
        said.append(f"in {len(claimed)} of {len(rows)} cells of {dataset}{top}")
    if not said:
        return ""
    return (
        "Its dimensions that tell the emotion encode a category better than random ones do, within the emotion, "
        f"{listed(said)} (a cell is a layer, emotion and category; corrected over the categories of a layer and "
        "emotion)."
    )


def sentences(study: Study, model: str) -> list[str]:
    """What the atlas of a network shows."""
    return [sentence for sentence in (where(study, model), gains(study, model)) if sentence]


def _r2(value: float) -> str:
    return f"{value:.2f}"


def _cells(study: Study, model: str, dataset: str, what: str, form: str) -> pd.DataFrame:
    """Rows of a quantity at every layer, means over the features of a category, strict, all clips; "": all datasets."""
    wanted = {"what": what, "form": form, "aggregate": AGGREGATE, "protocol": STRICT, "condition": ALL}
    place = {"dataset": dataset} if dataset else {}
    rows = select.where(study.explanation["categories"], model=model, **place, **wanted)
    return rows.dropna(subset="value")
