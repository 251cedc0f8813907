"""The report's section on transfer: tables hold their rows, the page is whole, health is told, nothing without it."""

import functools
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from study_with_transfer import DIRECTIONS, config, few, given, said, trained
from test_report import config as config_without
from test_report import read, sections
from test_report_entries import Files, job, reported

from tests import made_up_transfer as made
from tests.made_up import DATASETS
from workflow_scripts import figures_transfer, figures_transfer_claims
from workflow_scripts.report_page import (
    transfer_alt,
    transfer_claimed,
    transfer_methods,
    transfer_overall,
    transfer_printed,
    transfer_results,
)
from workflow_scripts.report_page.grid import Grid
from workflow_scripts.report_page.health import GOOD, MIND, checks
from workflow_scripts.report_page.methods import paragraphs
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.pictures import CAPTIONS, Picture
from workflow_scripts.report_page.references import cited, entries
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_rows import Way
from workflow_scripts.study import tables as files
from workflow_scripts.study.config import Study as Config
from workflow_scripts.study.plan import Plan

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="460pt" height="200pt" viewBox="0 0 460 200"></svg>'
FIGURES = [*transfer_alt.FIGURES]


def way(study: Study | None = None, target: str = "speech") -> Way:
    return Way(study or given(), {"speech": "song", "song": "speech"}[target], target)


def texts(grid: Grid, heading: str) -> list[str]:
    place = [name for name, _ in grid.headings].index(heading)
    return [row[place].text for row in grid.rows]


def looks(grid: Grid, heading: str) -> list[str]:
    place = [name for name, _ in grid.headings].index(heading)
    return [row[place].look for row in grid.rows]


def headings(grid: Grid) -> list[str]:
    return [name for name, _ in grid.headings]


# -- tables ------------------------------------------------------------------------------------------------------------


def test_scores_stand_strict_beside_twins_and_as_published() -> None:
    grid = transfer_results.scores(way())
    assert len(grid.rows) == sum(target == "speech" for target, *_ in made.grid())
    assert headings(grid)[3:9] == [
        "UAR strict", "UAR twins", "UAR as published", "WA strict", "WA twins", "WA as published"
    ]  # fmt: skip
    assert "UAR, melody known" in headings(transfer_results.scores(way(target="song")))
    assert "UAR, melody known" not in headings(grid)
    assert "melody" not in grid.caption
    assert "n strict 384 clips of 16 speakers, 2 seeds; " in grid.caption
    assert "n as published 77 clips of 16 speakers, 2 seeds" in grid.caption
    table = made.scores()
    one = table[(table["target"] == "speech") & (table["metric"] == "UAR") & (table["clips"] == "all")]
    one = one[(one["repeat"] == -1) & (one["speaker"] == "")]
    for heading, protocol in (("SD over seeds strict", "strict"), ("SD over seeds as published", "paper1")):
        expected = one.loc[one["protocol"] == protocol, "spread"]
        assert sorted(texts(grid, heading)) == sorted(f"{100 * spread:.1f}" for spread in expected)
    strict = made.scores()[lambda table: table["protocol"] == "strict"]
    alone = headings(transfer_results.scores(way(given({"scores": strict}))))
    assert not [name for name in alone if "twins" in name or "published" in name]


def test_differences_are_grey_unless_the_corrected_test_tells_them() -> None:
    table = made.comparisons()
    rows = table[(table["question"] == "conditions") & (table["emotion"] == "") & (table["target"] == "speech")]
    strict = rows[rows["protocol"] == "strict"]
    grid = transfer_results.differences(way())
    assert looks(grid, "UAR strict").count("quiet") == (strict["p_adjusted"] > 0.05).sum() == 1
    assert texts(grid, "verdict").count("not told apart") == 1
    of_clips = rows[rows["protocol"] == "paper1"]
    assert looks(grid, "WA as published").count("quiet") == (~(of_clips["p_adjusted"] <= 0.05)).sum()
    paper1 = given({"comparisons": table[table["protocol"] == "paper1"]})
    assert "UAR strict" not in headings(transfer_results.differences(way(paper1)))


def test_recalls_have_every_emotion_of_every_tuner() -> None:
    grid = transfer_results.recalls(way())
    assert len(grid.rows) == 7 * 6
    assert "two-stage less direct strict" in headings(grid)
    told = made.comparisons()
    told = told[(told["metric"] == "recall") & (told["protocol"] == "strict") & (told["target"] == "speech")]
    assert looks(grid, "two-stage less direct strict").count("") == (told["p_adjusted"] <= 0.05).sum()


def test_every_speaker_has_a_score() -> None:
    grid = transfer_results.speakers(way())
    assert len(grid.rows) == 7 * 16
    assert headings(grid)[3:6] == ["source-only strict", "direct strict", "two-stage strict"]
    first = dict(zip(headings(grid), grid.rows[0], strict=True))
    right = made.predictions().query(
        "target == 'speech' and protocol == 'strict' and condition == 'direct'"
        f" and model == '{first['network'].text}' and tuner == '{first['tuner'].text}'"
        f" and speaker == '{first['speaker'].text}'"
    )
    uar = (right["true"] == right["predicted"]).groupby(right["true"]).mean().mean()
    assert first["direct strict"].text == f"{100 * uar:.0f} % ({len(right)})"
    assert grid in transfer_results.tables(way())


def test_every_claim_has_a_table_with_paper_published_strict_and_verdict() -> None:
    grids = transfer_overall.claims(given())
    assert [re.match(r"Claim (\d)", grid.caption)[1] for grid in grids] == list("345789")  # type: ignore[index]  # None fails too
    assert sum(len(grid.rows) for grid in grids) == len(made.claims())
    assert headings(grids[0])[2:5] == ["paper", "as published", "strict"]
    first = dict(zip(headings(grids[0]), grids[0].rows[0], strict=True))
    assert "baseline 84.24 %" in first["paper"].text
    assert "paper: after two stages, direction not certain" in grids[0].caption
    assert len(first["paper"].text) < 40  # else the verdict is out of sight
    published = made.claims()[lambda rows: rows["claim"] == 3]["as_published_verdict"]
    quiet = published.str.startswith(("not told", "cannot")).sum()
    assert looks(grids[0], "as published").count("quiet") == quiet > 0
    spread = made.claims()[lambda rows: rows["quantity"].str.endswith("(standard deviation)")]
    shown = dict(zip(headings(grids[4]), zip(*grids[4].rows, strict=True), strict=True))
    dim = [one.look for what, one in zip(shown["what"], shown["strict"], strict=True) if what.text.endswith("ation)")]
    assert dim.count("quiet") == (spread["p_adjusted"] > 0.05).sum() > 0
    assert all("speakers" not in headings(grid) and "speakers 16" in grid.caption for grid in grids[:2])
    assert "corrected over" not in headings(grids[0])
    assert "difference" not in headings(grids[0])
    levels = dict(zip(headings(grids[5]), grids[5].rows[0], strict=True))
    assert levels["difference"].key == pytest.approx(levels["as published"].key - levels["strict"].key)
    nothing = made.claims().drop_duplicates("claim").assign(
        model="", quantity="", strict=float("nan"), value=float("nan"), verdict="cannot be judged", why_not="no reason"
    )  # fmt: skip
    assert texts(transfer_overall.claims(given({"claims": nothing}))[2], "verdict") == ["cannot be judged; no reason"]


def test_what_was_trained_is_listed_with_its_sources_and_counts() -> None:
    grid = transfer_overall.variants(given())
    assert texts(grid, "variant") == [*made.TUNERS]
    assert "lora (rank 8, alpha 16, targets q k v" in texts(grid, "parts")[2]
    assert "Lashkarashvili" in texts(grid, "where options and rates come from")[2]
    counts = transfer_overall.trainings(given())
    assert sum(map(int, texts(counts, "trainings"))) == (made.curves()["epoch"] == 1).sum() == 108
    assert "108 in all" in counts.caption


def test_printed_figures_stand_beside_both_directions() -> None:
    grid = transfer_printed.table(given())
    hubert = [row for row in grid.rows if row[0].text == "HuBERT" and row[1].text == "PEFT"]
    assert [row[3].text for row in hubert] == [
        f"hubert-base with {tuner}, {source} to {target}"
        for source, target in DIRECTIONS
        for tuner in ("peft", "peft-weighted")
    ]
    assert {row[2].text for row in hubert} == {"93.1 %"}
    other = {name: {**facts, "corpus": "table"} for name, facts in DATASETS.items()}
    assert set(texts(transfer_printed.table(given(datasets=other)), "this study")) == {"–"}


# -- the page ----------------------------------------------------------------------------------------------------------


def pictures() -> dict[str, Picture]:
    names = [f"{source}_to_{target}/{kind}" for source, target in DIRECTIONS for kind in FIGURES]
    return {name: Picture(name, SVG, b"emotion,value\nangry,0.12\n") for name in [*names, "papers/transfer_claims"]}


@functools.cache
def page(synthetic: bool = False) -> str:
    datasets = {name: {**facts, "synthetic": synthetic} for name, facts in DATASETS.items()}
    return render(given(datasets=datasets), pictures(), config(), ["strict"])


def test_the_section_has_every_direction_every_figure_and_every_sentence() -> None:
    assert sections(page()) == ["front", "transfer", "papers", "material", "methods"]
    reader = read(page())
    articles = [attrs["id"] for tag, attrs in reader.tags if tag == "article"]
    own = [name for name in articles if name and name.startswith("transfer-")]
    assert own == ["transfer-song-speech", "transfer-speech-song", "transfer-claims"]
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = {attrs["href"] or "" for tag, attrs in reader.tags if tag == "a"}
    assert {link[1:] for link in links if link.startswith("#")} - set(ids) == set()
    images = [attrs["alt"] or "" for tag, attrs in reader.tags if tag == "img"]
    assert len(images) == len(set(images)) == 2 * len(FIGURES) + 1
    assert all(len(words) > 60 for words in images)
    text = " ".join(" ".join(reader.text).split())
    for kind in [*FIGURES, "transfer_claims"]:
        assert CAPTIONS[kind] in text
    sentences = [*said(given()), *said(given(), "speech", "song"), *transfer_claimed.sentences(given())]
    for sentence in [*sentences, *transfer_claimed.more(given()), transfer_printed.WORDS]:
        assert " ".join(sentence.split()) in text
    assert "108 trainings of one fold each" in text
    assert "normalised neither by speaker nor by dataset" in text
    assert "Random weights" not in text
    models = {name: {**facts, "weights": "untrained"} for name, facts in made.MODELS.items()}
    assert "Random weights: hubert-base, wav2vec2-base and mert-v1-95m" in render(
        given(models=models), {}, config(), ["strict"]
    )


def test_demonstrations_are_marked() -> None:
    marked = '<span class="mark">demonstration</span>'
    assert page(True).split('<section id="transfer">')[1].split("</section>")[0].count(marked) == 3
    assert "demonstration" not in " ".join(read(page(False)).text).lower()


def test_the_page_is_the_same_every_time() -> None:
    assert render(given(), pictures(), config(), ["strict"]) == page()


def test_a_study_without_trainings_has_no_word_of_them() -> None:
    without = given(trained={}, transfer={}, printed=pd.DataFrame())
    shown = render(without, pictures(), config_without(), ["strict"])
    assert sections(shown) == ["front", "material", "methods"]
    for word in ("help the other", "two-stage", "Two stages", "LoRA", "AdamW", "accelerate", "Convergence"):
        assert word not in shown
    assert not [check for check in checks(without) if check.title in ("Convergence", "What trainings can tell")]


def test_a_study_with_empty_tables_has_a_page() -> None:
    empty = given({name: table.iloc[:0] for name, table in made.study().items()})
    assert sections(render(empty, {}, config(), ["strict"])) == ["front", "transfer", "papers", "material", "methods"]


def test_methods_references_and_reading_say_what_ran() -> None:
    methods = dict(paragraphs(config(), DATASETS, made.MODELS, trained()))
    assert "in the directions song to speech and speech to song," in methods["Trainings"]
    assert "lora (rank 8, alpha 16, targets q k v" in methods["Tuners"]
    assert "the speakers of the next fold validate" in methods["Training"]
    assert "standardised by mean and deviation over the training clips" in methods["Training"]
    assert "Class weights: peft-weighted." in methods["Training"]
    paper1 = dict(paragraphs(config(), DATASETS, made.MODELS, trained(protocols=["paper1"], conditions=["direct"])))
    assert "validate" not in paper1["Training"]
    assert "two-stage" not in paper1["Trainings"]
    assert not {"Trainings", "Tuners"} & set(dict(paragraphs(config_without(), DATASETS, made.MODELS)))
    works = set(cited(methods.values()))
    assert {"hu2022", "lashkarashvili2024", "feng2023", "gugger2022", "mangrulkar2022", "sun2024"} <= works
    assert works <= set(entries())
    assert "mao2022" not in works  # no variant has gates
    assert "hu2022" not in cited(text for _, text in paragraphs(config_without(), DATASETS, made.MODELS))
    assert all(line in " ".join(read(page()).text) for line in transfer_methods.READING)


# -- health ------------------------------------------------------------------------------------------------------------


def line(study: Study, title: str) -> Any:
    return next(check for check in checks(study) if check.title == title)


def test_too_few_speakers_for_any_claim_are_to_be_minded() -> None:
    assert line(given(), "What trainings can tell").state == GOOD
    check = line(few(), "What trainings can tell")
    assert check.state == MIND
    assert "3 speakers, 1 strict comparison: too few for any claim" in check.text


def test_missing_controls_are_to_be_minded() -> None:
    check = line(given(), "Controls of two stages")
    assert check.state == MIND
    assert "12 of 14 lack a first stage with shuffled labels" in check.text
    rows = made.scores()
    whole = rows[(rows["model"] == "hubert-base") & (rows["tuner"] == "peft")]
    assert line(given({"scores": whole}), "Controls of two stages").state == GOOD


def test_trainings_that_took_all_epochs_are_counted() -> None:
    check = line(given(), "Convergence")
    assert check.state == MIND
    assert check.text.startswith("102 of 102 strict trainings took all epochs")  # but for as many updates
    longer = trained()
    for facts in longer["tuners"].values():
        facts["training"] = {**facts["training"], "epochs": 7}
    assert line(given(trained=longer), "Convergence").state == GOOD


def test_uneven_emotions_without_class_weights_are_to_be_minded() -> None:
    clips = made.manifest("speech")
    neutral = clips[clips["emotion"] == "neutral"].iloc[::2]
    uneven = {**made.manifests(), "speech": pd.concat([clips[clips["emotion"] != "neutral"], neutral])}
    assert line(given(manifests=uneven), "Class weights").state == GOOD
    tuners = {name: facts for name, facts in trained()["tuners"].items() if name != "peft-weighted"}
    check = line(given(manifests=uneven, trained=trained(tuners=tuners)), "Class weights")
    assert check.state == MIND
    assert "speech, 32 to 64 clips an emotion" in check.text


# -- from the plan to the page -----------------------------------------------------------------------------------------


def test_the_plan_tells_the_report_what_is_trained() -> None:
    raw: dict[str, Any] = {
        "study": "Plan",
        "datasets": {"speech": {"corpus": "synthetic-speech"}, "song": {"corpus": "synthetic-song"}},
        "models": ["tiny-hubert"],
        "emotions": ["neutral", "angry"],
        "pairs": [["speech", "song"]],
    }
    assert Plan(Config.model_validate(raw)).spec("report")["transfer"] == {}
    grid = {"grid": [{"tuners": ["lora"], "directions": [["song", "speech"]]}], "tuners": {"lora": "lora"}}
    spec = Plan(Config.model_validate({**raw, "transfer": grid})).spec("report")["transfer"]
    assert spec["directions"] == [["song", "speech"]]
    assert spec["conditions"] == ["direct", "two-stage"]
    assert "Lashkarashvili" in spec["tuners"]["lora"]["sources"]["lora"]
    drawn = Plan(Config.model_validate({**raw, "transfer": grid})).spec(
        "figures_transfer", source="song", target="speech"
    )
    assert (drawn["synthetic"], drawn["tuners"]) == (True, ["lora"])


@pytest.mark.long
def test_entries_draw_and_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given()  # reads resources before the folder changes
    monkeypatch.chdir(tmp_path)
    paths = {name: f"results/transfer/{name}.parquet" for name in made.study()}
    for name, path in paths.items():
        schema = "study_transfer_curves" if name == "curves" else f"transfer_{name}"
        files.write(made.study()[name], path, schema, {})
    spec = {"source": "song", "target": "speech", "synthetic": True, "models": made.MODELS, "tuners": [*made.TUNERS]}
    outputs: dict[str, Any] = {name: f"figures/{name}.svg" for name in FIGURES}
    outputs |= {kind: [f"figures/{name}.{kind}" for name in FIGURES] for kind in ("png", "csv")}
    outputs["pdf"] = "figures/transfer_differences.pdf"
    order = ["transfer_grid", "transfer_differences", "transfer_bias", "transfer_curves"]
    assert order == FIGURES
    figures_transfer.main(job(spec, paths, outputs))
    one = {kind: f"figures/claims.{kind}" for kind in ("svg", "png", "csv", "pdf")}
    figures_transfer_claims.main(job({"synthetic": True}, {"claims": paths["claims"]}, one))
    assert isinstance(job(spec, paths, one).output, Files)
    for path in [*outputs["png"], *outputs["csv"], outputs["pdf"], *one.values(), *(outputs[name] for name in FIGURES)]:
        assert Path(path).stat().st_size > 100
    assert "Demonstration on synthetic audio" in Path(outputs["transfer_differences"]).read_text()
    text = reported(probed=False, models=made.MODELS, trained=trained(), transfer=list(paths.values()))
    assert "Does one help the other?" in text
    assert "After a first stage on song, 6 of 7 trainings scored higher" in text
