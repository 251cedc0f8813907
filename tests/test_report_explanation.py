"""The report's section on what the embeddings know: its tables hold their rows, its page is whole, health is told."""

import base64
import functools
import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_up import DATASETS
from made_up_explanation import ACOUSTIC, CATEGORIES, EMOTIONS, NETWORK, TINY
from study_with_explanation import LAST, MODELS, changed, config, given, made, of_last, said
from test_report import config as config_without
from test_report import read, sections
from test_report_entries import reported

from workflow_scripts.report_page import (
    explanation_alt,
    explanation_findings,
    explanation_gains,
    explanation_methods,
    explanation_printed,
    explanation_results,
)
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.grid import Grid
from workflow_scripts.report_page.health import GOOD, MIND, checks
from workflow_scripts.report_page.methods import paragraphs
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.pictures import CAPTIONS, Picture
from workflow_scripts.report_page.references import cited, entries
from workflow_scripts.report_page.study import Study
from workflow_scripts.study import tables as files
from workflow_scripts.study.config import Study as Config
from workflow_scripts.study.plan import Plan

NAN = float("nan")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="460pt" height="200pt" viewBox="0 0 460 200"></svg>'
SCHEMAS = {name: "explanation_papers" if name == "papers" else f"study_explanation_{name}" for name in made()}


# -- tables ------------------------------------------------------------------------------------------------------------


def about(study: Study | None = None, dataset: str = "speech") -> Explained:
    return Explained(study or given(), dataset)


def column(grid: Grid, heading: str) -> list[Any]:
    place = [name for name, _ in grid.headings].index(heading)
    return [row[place] for row in grid.rows]


def texts(grid: Grid, heading: str) -> list[str]:
    return [cell.text for cell in column(grid, heading)]


def looks(grid: Grid, heading: str) -> list[str]:
    return [cell.look for cell in column(grid, heading)]


def of_model(grid: Grid, heading: str, model: str = NETWORK) -> list[Any]:
    return [cell for cell, own in zip(column(grid, heading), texts(grid, "model"), strict=True) if own == model]


def headings(grid: Grid) -> list[str]:
    return [name for name, _ in grid.headings]


def test_scores_stand_side_by_side_with_their_difference() -> None:
    grid = explanation_results.scores(about())
    assert texts(grid, "model") == [NETWORK] * 5 + [TINY] * 5 + [ACOUSTIC] * 5
    rows = of_last(made()["scores"])[lambda table: (table["condition"] == "all") & (table["metric"] == "UAR")]
    for heading, side in (("all dimensions", "all"), ("top k", "top"), ("k random", "random"),
                          ("top less random", "top-less-random"), ("k of permuted labels", "permuted")):  # fmt: skip
        own = rows[(rows["side"] == side) & (rows["protocol"] == "strict")]
        assert [cell.key for cell in of_model(grid, heading)] == own["value"].tolist()
    assert "chance 50 %" in grid.caption
    assert "speakers 24" in grid.caption


def test_notes_of_any_side_of_the_scores_are_shown_once() -> None:
    one_side = "2 of 24 speakers have clips of one side only: 01, 02"
    noted = changed(
        "scores", lambda rows: rows["side"].isin(["all", "top"]) & (rows["emotion"] == "sad"), note=one_side
    )
    grid = explanation_results.scores(about(given(noted)))
    remarks = dict(zip(texts(grid, "emotion"), texts(grid, "remark"), strict=True))
    assert remarks == {emotion: one_side if emotion == "sad" else "" for emotion in EMOTIONS}
    shown = render(given(noted), {}, config(), ["strict"])
    assert f'<td class="long" data-key="{one_side}">' in shown


@pytest.mark.parametrize(
    ("p", "low", "high", "look"),
    [(0.01, 0.01, 0.09, ""), (0.051, 0.01, 0.09, "quiet"), (0.01, -0.01, 0.09, "quiet"), (NAN, 0.01, 0.09, "quiet")],
)
def test_differences_are_grey_unless_p_and_interval_leave_out_nothing(
    p: float, low: float, high: float, look: str
) -> None:
    table = changed("scores", lambda rows: rows["side"] == "top-less-random", p=p, low=low, high=high, value=0.05)
    assert set(looks(explanation_results.scores(about(given(table))), "top less random")) == {look}


def test_published_scores_have_columns_only_where_they_ran() -> None:
    grid = explanation_results.published(about())
    assert {"F1 as published, all", "F1 as published, top", "k there", "F1 strict, all", "chance of F1"} & set(
        headings(grid)
    ) == {"F1 as published, all", "F1 as published, top", "k there", "F1 strict, all"}
    assert "chance of F1 70 %" in grid.caption
    assert all(re.fullmatch(r"\d+\.\d % ± 2\.0", cell.text) for cell in of_model(grid, "F1 as published, top"))
    strict = {name: table[table["protocol"] == "strict"] for name, table in made().items() if "protocol" in table}
    without = explanation_results.published(about(given(strict)))
    assert not any("published" in heading or "there" in heading for heading in headings(without))
    assert "published" not in without.caption
    assert "k as published" not in [
        heading for heading, cells in zip(headings(without), without.rows[0], strict=True) if cells.text != "–"
    ]


def test_gains_are_grey_unless_claimed_and_acoustic_features_have_none() -> None:
    table = made()["categories"].assign(p_adjusted=0.6)
    energy = (table["category"] == "Energy") & (table["emotion"] == "angry") & (table["what"] == "gain")
    table.loc[energy, ["value", "low", "high", "p_adjusted"]] = [0.12, 0.05, 0.19, 0.01]
    table.loc[energy & (table["model"] == TINY), "low"] = -0.01
    study = given({"categories": table})
    grid = explanation_gains.categories(about(study))
    assert texts(grid, "model") == [NETWORK] * 5 + [TINY] * 5
    assert [cell.look for cell in of_model(grid, "Energy")] == ["", "quiet", "quiet", "quiet", "quiet"]
    assert {cell.look for cell in of_model(grid, "Energy", TINY)} == {"quiet"}
    assert of_model(grid, "Energy")[0].text == "+0.12 [+0.05, +0.19]"
    assert set(texts(grid, "in")) == {"75 %"}
    forms = explanation_gains.forms(about(study))
    assert len(forms.rows) == 5 * 4
    first = dict(zip(headings(forms), forms.rows[0], strict=True))
    assert forms.caption.endswith("features: Energy 15, Frequency 24, Spectral 43 and Temporal 6")
    assert (first["within the emotion"].look, first["plain"].look) == ("", "")
    assert first["p (corrected)"].text == "0.01"


def test_features_are_few_per_emotion_and_claimed_ones_come_first() -> None:
    gains = made()["gains"].assign(claimed=False)
    one = (
        (gains["feature"] == "loudness_sma3_amean") & (gains["emotion"] == "sad") & (gains["form"] == "within-emotion")
    )
    gains.loc[one, ["claimed", "gain"]] = [True, -0.5]  # not the highest
    grid = explanation_gains.features(about(given({"gains": gains})))
    assert texts(grid, "emotion") == [emotion for emotion in EMOTIONS for _ in range(explanation_gains.FEATURES)]
    shown = dict(zip(texts(grid, "emotion")[::-1], range(len(grid.rows))[::-1], strict=False))
    sad = grid.rows[shown["sad"]]
    assert [cell.text for cell in sad][:4] == ["sad", "1 of 88", "Energy", "loudness_sma3_amean"]
    assert looks(grid, "gain within the emotion").count("") == 1
    assert set(looks(grid, "plain gain")) == {"quiet"}
    gains.loc[gains["form"] == "plain", "claimed"] = True
    assert set(looks(explanation_gains.features(about(given({"gains": gains}))), "plain gain")) == {""}


def test_acoustic_features_are_weighed_by_category_and_named() -> None:
    grid = explanation_gains.shap(about())
    assert texts(grid, "emotion") == EMOTIONS
    assert headings(grid) == ["emotion", *CATEGORIES, "most probable order", "in"]
    assert texts(grid, "most probable order")[0].startswith("Energy > ")  # planted for angry
    heaviest = made()["importance"]
    heaviest = heaviest[(heaviest["model"] == ACOUSTIC) & (heaviest["fold"] == -1) & (heaviest["dataset"] == "speech")]
    top = heaviest[(heaviest["rank"] == 1) & (heaviest["emotion"] == "angry")]["feature"].item()
    assert f"The feature with the highest mean |SHAP| is {top} for angry (" in " ".join(said(given()))


def test_conditions_stand_under_each_other_with_the_reason_where_they_fall_short() -> None:
    grid = explanation_results.conditions(about(dataset="song"))
    assert texts(grid, "emotion") == [emotion for emotion in EMOTIONS for _ in range(3)]
    assert texts(grid, "clips")[:2] == ["all", "normal intensity"]
    scores = made()["scores"]
    alone = scores[scores["condition"] == "all"]
    assert explanation_results.conditions(about(given({"scores": alone}))).rows == []
    short = scores[
        (scores["condition"] == "normal-intensity") & (scores["side"] == "all") & (scores["metric"] == "UAR")
    ]
    short = short.assign(value=NAN, low=NAN, high=NAN, p=NAN, note="2 speakers (01, 02)")
    grid = explanation_results.conditions(about(given({"scores": pd.concat([alone, short], ignore_index=True)})))
    assert texts(grid, "remark")[:2] == ["", "2 speakers (01, 02)"]
    assert texts(grid, "UAR, all dimensions")[1] == "–"


def test_stability_stands_at_the_number_next_to_the_chosen_one() -> None:
    table = changed("stability", lambda rows: (rows["k"] == 20) & (rows["ranking"] == "top"), value=0.777)
    chosen = changed("scores", lambda rows: rows["side"] == "top", k=22.0)
    grid = explanation_results.stability(about(given({**table, **chosen})))
    assert {cell.text for cell in of_model(grid, "k")} == {"20"}
    assert {cell.key for cell in of_model(grid, "top k")} == {0.777}
    assert "halves of speakers 50" in grid.caption


def test_choices_show_the_number_of_every_fold() -> None:
    grid = explanation_results.choices(about())
    own = of_last(made()["choices"])
    own = own[(own["emotion"] == "angry") & (own["condition"] == "all") & (own["protocol"] == "strict")]
    assert texts(grid, "k of the folds")[0] == ", ".join(map(str, sorted(own["k"])))
    assert len(own) == 6


def test_printed_figures_stand_beside_and_alone() -> None:
    f1, medians = explanation_printed.tables(made()["papers"])
    assert len(f1.rows) == 15
    assert texts(f1, "printed")[:3] == ["92.0 to 93.7 %", "97.5 to 98.1 %", "100.0 %"]
    assert texts(f1, "this study")[:2] == [f"{ACOUSTIC} on speech", f"{NETWORK} on speech"]
    assert len(medians.rows) == 80
    beside = dict(zip(texts(medians, "corpus"), texts(medians, "this study"), strict=True))
    assert beside["SAVEE"] == "–"
    assert texts(medians, "printed")[7] == "1.09"


def test_peaks_name_layers_of_both_datasets() -> None:
    grid = explanation_results.peaks(given())
    assert headings(grid) == ["category", "speech", "song"]
    assert f"model {NETWORK}" in grid.caption
    assert all(re.match(r"layers? \d|no layer", text) for text in texts(grid, "speech"))


# -- the page ----------------------------------------------------------------------------------------------------------


def pictures() -> dict[str, Picture]:
    names = [f"{dataset}/{kind}" for dataset in ("speech", "song") for kind in explanation_alt.FIGURES]
    names += [f"atlas/{NETWORK}", f"atlas/{TINY}", "papers/explanation_papers"]
    return {name: Picture(name, SVG, b"emotion,value\nangry,0.12\n") for name in names}


@functools.cache
def page(synthetic: bool = False) -> str:
    datasets = {name: {**facts, "synthetic": synthetic} for name, facts in DATASETS.items()}
    return render(given(datasets=datasets), pictures(), config(), ["strict"])


def test_the_section_has_the_atlas_first_and_every_figure_with_its_words() -> None:
    assert sections(page()) == ["front", "explanation", "papers", "material", "methods"]
    reader = read(page())
    articles = [attrs["id"] for tag, attrs in reader.tags if tag == "article"]
    about_it = ["clips", f"atlas-{NETWORK}", f"atlas-{TINY}", "explained-speech", "explained-song"]
    assert articles == [*about_it, "material-speech", "material-song"]
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = {attrs["href"] or "" for tag, attrs in reader.tags if tag == "a"}
    assert {link[1:] for link in links if link.startswith("#")} - set(ids) == set()
    images = [attrs["alt"] or "" for tag, attrs in reader.tags if tag == "img"]
    assert len(images) == len(set(images)) == 2 * len(explanation_alt.FIGURES) + 3
    assert all(len(words) > 60 for words in images)
    text = " ".join(" ".join(reader.text).split())
    for kind in [*explanation_alt.FIGURES, "atlas", "explanation_papers"]:
        assert CAPTIONS[kind] in text
    for sentence in [*said(given()), *said(given(), "song"), *explanation_findings.of_networks(given())]:
        assert " ".join(sentence.split()) in text


def test_large_tables_behind_figures_are_compressed_and_small_ones_are_not() -> None:
    large = b"emotion,value\n" + b"angry,0.12\n" * 20_000
    name = "speech/explanation_shap"
    shown = read(render(given(), {**pictures(), name: Picture(name, SVG, large)}, config(), ["strict"]))
    links = {attrs["download"]: attrs["href"] or "" for tag, attrs in shown.tags if tag == "a" and "download" in attrs}
    found = links["speech_explanation_shap.csv.gz"]
    assert len(found) < len(large) / 50
    read_again = pd.read_csv(io.BytesIO(base64.b64decode(found.partition(",")[2])), compression="gzip")
    assert len(read_again) == 20_000
    assert links["song_explanation_shap.csv"].startswith("data:text/csv;base64,")


def test_alternative_texts_say_the_finding_and_never_nothing() -> None:
    assert f"{NETWORK} (layer {LAST}, all 1024 dimensions)" in explanation_alt.of_figure("explanation_scores", about())
    assert "with the highest mean |SHAP| is" in explanation_alt.of_figure("explanation_shap", about())
    empty = given({name: table.iloc[:0] for name, table in made().items()})
    for kind in explanation_alt.FIGURES:
        assert len(explanation_alt.of_figure(kind, about(empty))) > 30
    assert len(explanation_alt.atlas(empty, NETWORK)) > 30


def test_tables_are_folded_and_none_has_hundreds_of_rows() -> None:
    section = page().split('<section id="explanation">')[1].split("</section>")[0]
    folded = re.findall(r'<span class="count">(\d+) rows</span></summary>', section)
    assert "20" in folded
    assert section.count("<table") == len(folded)
    assert all(len(grid.rows) < 100 for grid in explanation_results.tables(about()))


def test_demonstrations_are_marked() -> None:
    marked = '<span class="mark">demonstration</span>'
    assert page(True).split('<section id="explanation">')[1].split("</section>")[0].count(marked) == 4
    assert "demonstration" not in " ".join(read(page(False)).text).lower()


def test_what_users_wrote_is_escaped() -> None:
    table = changed("stability", lambda rows: rows["k"] == 10, note="<img src=x onerror=alert(1)>")
    shown = render(given({**table, **changed("scores", lambda rows: rows["side"] == "top", k=10.0)}), {}, config(), [])
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_a_study_without_explanation_has_no_word_of_it() -> None:
    shown = render(given(explained=[], explanation={}), pictures(), config_without(), ["strict"])
    assert sections(shown) == ["front", "material", "methods"]
    for word in ("What do the embeddings know?", "What the embeddings know", "SHAP", "Nogueira", "paper2"):
        assert word not in shown


def test_a_study_with_empty_tables_has_a_page() -> None:
    empty = given({name: table.iloc[:0] for name, table in made().items()})
    shown = render(empty, {}, config(), ["strict"])
    assert sections(shown) == ["front", "explanation", "material", "methods"]
    assert explanation_results.tables(about(empty)) == []


def test_methods_references_and_reading_say_what_ran() -> None:
    methods = dict(paragraphs(config(random_draws=1500, k=[4, 10], curves=[12, 24]), DATASETS, MODELS))
    assert "told from neutral" in methods["Telling an emotion"]
    assert (
        "Numbers of dimensions: 4 and 10 (those below the width); at layers 12 and 24"
        in (methods["Minimal sets of dimensions"])
    )
    assert "from 1500 random sets of k per fold" in methods["What the dimensions encode"]
    assert "50 random halves" in methods["Stability of the dimensions"]
    assert "accuracy on data that are not scaled" in methods["Paper 2 as published"]
    rest = dict(paragraphs({**config(against="rest"), "protocols": ["strict"]}, DATASETS, MODELS))
    assert "told from all other emotions of the study together" in rest["Telling an emotion"]
    assert "Paper 2 as published" not in rest
    without = {name: facts for name, facts in MODELS.items() if name == ACOUSTIC}
    assert "What the dimensions encode" not in dict(paragraphs(config(), DATASETS, without))
    assert not {"Telling an emotion"} & set(dict(paragraphs(config_without(), DATASETS, MODELS)))
    works = set(cited(methods.values()))
    assert {"dixit2024", "lundberg2017", "nogueira2018", "benjamini1995", "eyben2016"} <= works <= set(entries())
    assert "lundberg2017" not in cited(text for _, text in paragraphs(config_without(), DATASETS, MODELS))
    assert all(line in " ".join(read(page()).text) for line in explanation_methods.READING)


# -- health ------------------------------------------------------------------------------------------------------------


def claims(study: Study) -> list[Any]:
    return [check for check in checks(study) if check.title == "What the explanation can claim"]


def test_health_is_good_where_everything_can_be_claimed() -> None:
    assert [check.state for check in claims(given())] == [GOOD, GOOD]
    assert "24 speakers" in claims(given())[0].text
    assert claims(given(explained=[])) == []


def test_too_few_speakers_and_random_sets_are_to_be_minded() -> None:
    few = changed("scores", lambda rows: rows["side"] == "top-less-random", p_smallest=0.03125, n_speakers=6)
    check = claims(given(few))[0]
    assert check.state == MIND
    assert "with 6 speakers no difference in UAR between top and random dimensions can reach significance" in check.text
    draws = claims(given({"gains": made()["gains"].assign(n_draws=1000)}))[0]
    assert draws.state == MIND
    assert "1000 random sets allow no single one of 88 features to be claimed alone (1759 would)" in draws.text
    short = changed(
        "scores",
        lambda rows: (rows["condition"] == "normal-intensity") & (rows["emotion"] == "sad") & (rows["side"] == "all"),
        value=NAN,
    )
    assert "condition normal-intensity lacks clips or speakers for sad" in claims(given(short))[0].text


# -- from the plan to the page -----------------------------------------------------------------------------------------


def test_the_plan_tells_the_report_which_datasets_are_explained() -> None:
    raw: dict[str, Any] = {
        "study": "Plan",
        "datasets": {"speech": {"corpus": "synthetic-speech"}, "song": {"corpus": "synthetic-song"}},
        "models": ["tiny-hubert"],
        "emotions": ["neutral", "angry"],
    }
    assert Plan(Config.model_validate(raw)).spec("report")["explained"] == []
    explained = Plan(Config.model_validate({**raw, "explanation": {"datasets": ["song"]}}))
    assert explained.spec("report")["explained"] == ["song"]


def test_the_entry_reads_the_tables_of_the_explanation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [f"results/explanation/{name}.parquet" for name in SCHEMAS]
    for (name, schema), path in zip(SCHEMAS.items(), paths, strict=True):
        files.write(made()[name], path, schema, {})
    text = reported(probed=False, explained=["speech", "song"], explanation=paths, models=MODELS)
    assert "What do the embeddings know?" in text
    assert f"In speech, {NETWORK} (layer {LAST}, all 1024 dimensions) tells emotions from neutral" in text
