"""Paper 2's printed figures with this study beside, on made-up tables of a study."""

from functools import cache

import pandas as pd
import pytest

from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.tables import filled
from workflow_scripts.summaries.explanation_papers import papers

PRINTED = pd.read_csv("resources/published/paper2.csv", keep_default_na=False)
DATASETS = {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}}
EMOTIONS = ("angry", "fearful", "happy", "sad", "disgust")
COUNTS = {
    "paper2": {"n_clips": 192, "n_positive": 96, "n_speakers": 19},
    "strict": {"n_clips": 288, "n_positive": 192, "n_speakers": 24},
}


def scores(against: str = "neutral", layers: tuple[str, ...] = ("9", "24", "final")) -> pd.DataFrame:
    """F1 and UAR of every side in both forms; the value tells model, layer, side and form apart."""
    rows = []
    for dataset in ("speech", "song"):
        for model, own in (("wavlm-large", layers), ("hubert-base", ("12",)), ("eGeMAPSv02", ("functionals",))):
            for place, layer in enumerate(own):
                for form in ("strict", "paper2"):
                    for side, value in (("all", 0.7), ("top", 0.8), ("random", 0.6)):
                        f1 = (
                            value + 0.01 * place + (0.1 if form == "paper2" else 0) + (0.05 if dataset == "song" else 0)
                        )
                        row = {"dataset": dataset, "model": model, "layer": layer, "protocol": form, "side": side}
                        row |= {"condition": "all", "against": against, "k": 40.0 if form == "strict" else 130.0}
                        row |= COUNTS[form] | {"spread": 0.03, "low": f1 - 0.1, "high": f1 + 0.1, "chance": 0.66}
                        rows += [row | {"metric": "F1", "value": f1}, row | {"metric": "UAR", "value": 0.0}]
    return of_all_emotions(rows, "study_explanation_scores")


def of_all_emotions(rows: list[dict], table: str) -> pd.DataFrame:
    return filled(pd.DataFrame([row | {"emotion": emotion} for row in rows for emotion in EMOTIONS]), table)


def categories() -> pd.DataFrame:
    base = {"dataset": "speech", "against": "neutral", "condition": "all"}
    deep = base | {"model": "wavlm-large", "layer": "final", "what": "information-increase", "form": "plain"}
    flat = base | {"model": "eGeMAPSv02", "layer": "functionals", "what": "shap", "form": ""}
    rows = [
        deep | {"category": "Energy", "aggregate": "median", "protocol": "paper2", "value": 1.5},
        deep | {"category": "Energy", "aggregate": "mean", "protocol": "paper2", "value": 9.0},
        deep | {"category": "Energy", "aggregate": "median", "protocol": "paper2", "value": 9.0, "layer": "9"},
        deep
        | {"category": "Energy", "aggregate": "median", "protocol": "strict", "value": 1.2, "low": 1.0, "high": 1.4},
        deep
        | {"category": "Energy", "aggregate": "median", "protocol": "strict", "form": "within-emotion", "value": 9.0},
        flat | {"category": "Energy", "aggregate": "median", "protocol": "paper2", "value": 0.5},
        flat | {"category": "Energy", "aggregate": "median", "protocol": "strict", "value": 0.02},
    ]
    return of_all_emotions(rows, "study_explanation_categories")


def importance() -> pd.DataFrame:
    base = {"dataset": "speech", "against": "neutral", "model": "eGeMAPSv02", "layer": "functionals", "fold": -1}
    values = {"a": (0.01, "Energy"), "b": (0.03, "Energy"), "c": (0.05, "Energy"), "d": (0.11, "Spectral")}
    rows = [
        base
        | {"protocol": form, "feature": name, "category": category, "value": value * (1 if form == "strict" else 7)}
        for name, (value, category) in values.items()
        for form in ("strict", "paper2")
    ]
    return of_all_emotions(rows, "study_explanation_importance")


def beside(**study: pd.DataFrame) -> pd.DataFrame:
    made = {"scores": scores(), "categories": categories(), "importance": importance()} | study
    return papers(PRINTED, made["scores"], made["categories"], made["importance"], DATASETS)


@cache
def table() -> pd.DataFrame:
    return beside()


def one(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    found = frame[(frame[list(wanted)] == list(wanted.values())).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def test_every_printed_figure_has_its_row() -> None:
    found = table()
    assert list(found.columns) == [*TABLES["explanation_papers"]]
    counts = found.groupby(["corpus", "what"]).size().to_dict()
    assert counts == {
        ("RAVDESS", "F1"): 15, ("RAVDESS", "shap"): 20, ("RAVDESS", "information-increase"): 20,
        ("SAVEE", "shap"): 20, ("SAVEE", "information-increase"): 20,
    }  # fmt: skip
    assert set(found["emotion"]) == set(EMOTIONS)
    assert set(found["why"].str[-1]) == {"."}


def test_runs_of_the_authors_are_a_range() -> None:
    row = one(table(), corpus="RAVDESS", emotion="angry", what="F1", side="acoustic")
    assert (row["printed_low"], row["printed_high"], row["n_printed"]) == (0.92, 0.937, 3)
    assert row["how_known"].count("printed") == 3
    twice = one(table(), corpus="RAVDESS", emotion="angry", what="information-increase", category="Energy")
    assert (twice["printed_low"], twice["printed_high"], twice["n_printed"]) == pytest.approx((0.99, 1.18, 2), abs=0.01)
    not_legible = one(table(), corpus="RAVDESS", emotion="fearful", what="information-increase", category="Temporal")
    assert not_legible["n_printed"] == 1
    assert "not legible" in not_legible["how_known"]


def test_the_papers_network_stands_beside_at_the_last_layer() -> None:
    found = table()
    deep = one(found, corpus="RAVDESS", emotion="sad", what="F1", side="top")
    assert (deep["dataset"], deep["model"], deep["layer"]) == ("speech", "wavlm-large", "final")
    assert (deep["published"], deep["strict"]) == pytest.approx((0.92, 0.82))
    assert (deep["strict_low"], deep["strict_high"], deep["chance"]) == pytest.approx((0.72, 0.92, 0.66))
    assert deep["spread"] == 0.03
    flat = one(found, corpus="RAVDESS", emotion="sad", what="F1", side="acoustic")
    assert (flat["model"], flat["layer"], flat["published"]) == ("eGeMAPSv02", "functionals", pytest.approx(0.8))
    numbered = one(beside(scores=scores(layers=("9", "24"))), corpus="RAVDESS", emotion="sad", what="F1", side="all")
    assert numbered["layer"] == "24"


def test_medians_of_categories_stand_beside_on_the_same_scale() -> None:
    found = table()
    deep = one(found, corpus="RAVDESS", emotion="sad", what="information-increase", category="Energy")
    assert (deep["published"], deep["strict"], deep["strict_low"], deep["strict_high"]) == (1.5, 1.2, 1.0, 1.4)
    flat = one(found, corpus="RAVDESS", emotion="sad", what="shap", category="Energy")
    assert flat["published"] == 0.5
    assert flat["strict"] == pytest.approx(0.2)  # b lies a fifth of the way from a to d
    assert found[found["category"] == "Temporal"]["published"].isna().all()


def test_why_is_told_from_the_data() -> None:
    why = one(table(), corpus="RAVDESS", emotion="angry", what="F1", side="top")["why"]
    assert "(130 here, 20 to 30 in the authors' runs; strict: 40, chosen inside the training speakers)" in why
    assert "192 clips are drawn once and 19 speakers are ever tested (strict: 288 clips, all 24 speakers)" in why
    assert "an F1 of 67, 80 in strict" in why
    assert why.endswith("+10.0 points against strict.")
    of_all = one(table(), corpus="RAVDESS", emotion="angry", what="F1", side="all")["why"]
    assert "ranked" not in of_all
    assert (
        "+0.30 against strict"
        in one(table(), corpus="RAVDESS", emotion="sad", what="information-increase", category="Energy")["why"]
    )


def test_without_a_counterpart_the_figure_stands_alone() -> None:
    saved = table()
    alone = saved[saved["corpus"] == "SAVEE"]
    assert alone["why"].str.endswith("the printed figure stands alone.").all()
    assert (alone["dataset"] == "").all()
    assert alone["published"].isna().all()
    made = scores()
    without = beside(scores=made[made["model"] != "wavlm-large"])
    assert "no wavlm-large" in one(without, corpus="RAVDESS", emotion="sad", what="F1", side="all")["why"]
    rest = beside(scores=scores(against="rest"))
    assert rest["published"].isna().all()
    assert "told from neutral" in one(rest, corpus="RAVDESS", emotion="sad", what="F1", side="all")["why"]


def test_a_study_without_the_form_says_so() -> None:
    made, medians = scores(), categories()
    found = beside(scores=made[made["protocol"] == "strict"], categories=medians[medians["protocol"] == "strict"])
    row = one(found, corpus="RAVDESS", emotion="sad", what="F1", side="top")
    assert row["strict"] == pytest.approx(0.82)
    assert pd.isna(row["published"])
    assert "did not run the form paper2" in row["why"]
