"""The tables behind the live charts of the explanation: their numbers are those of the study, and they stay small."""

import functools

import pandas as pd
from made_up_explanation import ACOUSTIC, DATASETS, NETWORK, Tables, models
from made_up_explanation_tables import tables

from workflow_scripts.figures.explanation_rows import clear
from workflow_scripts.report_page import live, live_explanation
from workflow_scripts.report_page.live_explanation import CELL, MOST
from workflow_scripts.report_page.study import Study

MODELS = models(layers=2, tiny=False)
EMOTIONS = ("sad", "angry")
PAPER_CELLS = 8 * 25 * 6 * 2  # networks, layers, emotions, datasets


def study(explanation: Tables, explained: tuple[str, ...] = tuple(DATASETS)) -> Study:
    none = pd.DataFrame()
    return Study(
        title="",
        datasets=DATASETS,
        models=MODELS,
        pairs=[["speech", "song"]],
        manifests={},
        set_aside=none,
        audit=none,
        explained=list(explained),
        explanation=explanation,
    )


@functools.cache
def made() -> Tables:
    return tables(MODELS, emotions=EMOTIONS)


@functools.cache
def live_tables() -> Tables:
    return live_explanation.tables(study(made()))


def strict(name: str, **equal: str) -> pd.DataFrame:
    """Rows of a table of the study: strict, all clips."""
    rows = made()[name]
    for column, value in {"protocol": "strict", "condition": "all", **equal}.items():
        rows = rows[rows[column] == value]
    return rows


def same(shown: pd.DataFrame, rows: pd.DataFrame, keys: list[str], numbers: list[str]) -> None:
    """Both hold the same rows, whose numbers differ by rounding alone."""
    first, second = (table.set_index(keys)[numbers].sort_index() for table in (shown, rows))
    pd.testing.assert_frame_equal(first, second, rtol=0, atol=0.6 * 10**-live_explanation.DECIMALS, check_dtype=False)


def test_the_atlas_holds_every_cell_of_the_study_and_claims_what_the_study_claims() -> None:
    shown, keys = live_tables()["atlas"], [*CELL, "what", "category"]
    rows = strict("categories", aggregate="mean", form="within-emotion")
    rows = rows[rows["what"].isin(["r2-all", "gain"])]
    same(shown, rows, keys, ["value", "low", "high", "p_adjusted"])
    rows = rows.assign(significant=clear(rows).where(rows["what"] == "gain", rows["low"] > 0))
    assert rows["significant"].nunique() == 2
    same(shown, rows, keys, ["significant"])
    assert set(shown["model"]) == {NETWORK, ACOUSTIC}
    assert (shown["n_speakers"] == 24).all()


def test_one_scale_holds_for_all_networks() -> None:
    most = live_tables()["atlas_scales"].set_index("what")["most"]
    shown = live_tables()["atlas"]
    for what, rows in shown[shown["layer"] != "functionals"].groupby("what"):
        assert rows["value"].abs().max() <= most[what] < rows["value"].abs().max() + 0.11


def test_of_features_the_largest_gains_and_all_that_is_claimed_are_kept() -> None:
    all_claimed = made()["gains"].copy()
    cell = (all_claimed["model"] == NETWORK) & (all_claimed["layer"] == "0") & (all_claimed["emotion"] == "sad")
    all_claimed.loc[cell, "claimed"] = True
    shown = live_explanation.tables(study({**made(), "gains": all_claimed}))["gains"]
    for name, own in strict("gains", form="within-emotion").groupby(CELL):
        kept = shown[(shown[CELL] == list(name)).all(axis=1)]
        largest = own.loc[own["gain"].abs().nlargest(MOST).index, "feature"]
        if name[1:] == (NETWORK, "0", "sad"):
            assert set(kept["feature"]) == set(own["feature"])
        else:
            assert set(kept["feature"]) == set(largest) | set(own.loc[own["claimed"], "feature"])
            same(kept, own[own["feature"].isin(kept["feature"])], ["feature"], ["gain", "low", "high", "p_adjusted"])


def test_the_curve_is_strict_uar_and_where_it_was_made_the_published_f1_beside_strict() -> None:
    shown = live_tables()["k_curves"]
    uar = strict("curve", metric="UAR")
    uar = uar[uar["side"] != "bottom"]
    same(shown[shown["metric"] == "UAR"], uar, [*CELL, "side", "k"], ["value", "low", "high"])
    f1 = shown[shown["metric"] == "F1"]
    assert set(f1["side"]) == {"top"}
    published, beside = (
        set(f1.loc[f1["protocol"] == name, CELL].itertuples(index=False)) for name in ("paper2", "strict")
    )
    assert published == beside != set()
    assert {cell.layer for cell in published if cell.model == NETWORK} == {"1"}


def test_choices_scores_and_shap_are_those_of_the_study() -> None:
    shown = live_tables()
    rows = strict("choices").groupby(CELL)["k"].agg(k="median", least="min", most="max").reset_index()
    of_strict = shown["k_choices"][shown["k_choices"]["protocol"] == "strict"]
    same(of_strict, rows, CELL, ["k", "least", "most"])
    told = strict("scores")
    told = told[told["side"].isin(["all", "top", "random", "top-less-random"]) & told["metric"].isin(["UAR", "F1"])]
    own = shown["told"][shown["told"]["protocol"] == "strict"]
    same(own, told, [*CELL, "side", "metric"], ["value", "low", "high", "chance", "p", "n_clips"])
    shap = shown["shap"]
    assert (shap["model"] == ACOUSTIC).all()
    assert (shap.groupby(["dataset", "emotion"])["rank"].max() == MOST).all()
    assert (shap["n_speakers"] == 24).all()


def test_a_full_paper_study_takes_less_than_five_megabytes_of_the_page() -> None:
    shown = {name: table[table["model"] == NETWORK] for name, table in live_tables().items() if "model" in table}
    cells = len(shown["told"][CELL].drop_duplicates())
    assert len(live.pack(shown)) / cells * PAPER_CELLS < 5e6


def test_studies_that_explain_less_or_nothing_have_tables_too() -> None:
    assert live_explanation.tables(study({}, ())) == {}
    used = ["categories", "choices", "curve", "gains", "importance", "scores"]
    few = {}
    for name in used:
        rows = made()[name]
        rows = rows[(rows["dataset"] == "speech") & (rows["emotion"] == "sad") & (rows["protocol"] == "strict")]
        few[name] = rows.assign(against="rest")
    shown = live_explanation.tables(study(few, ("speech",)))
    assert set(shown["atlas"]["dataset"]) == {"speech"}
    assert set(shown["told"]["against"]) == {"rest"}
    assert set(shown["k_curves"]["metric"]) == {"UAR"}
    only = {name: table[table["model"] == ACOUSTIC] for name, table in few.items()}
    assert set(live_explanation.tables(study(only, ("speech",)))["atlas"]["layer"]) == {"functionals"}
