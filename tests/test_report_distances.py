"""The report's section on distances: its sentences say what the tables hold, and no more than that."""

import dataclasses
import functools
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_up import DATASETS, MODELS, manifest, study
from made_up_report_distances import OTHERS, PAIR, PLANTED
from study_with_distances import COMPARED, given, made, said, starting
from test_report import config, read, sections, whole
from test_report_entries import reported

from workflow_scripts.report_page import distance_alt, distance_methods, distance_results
from workflow_scripts.report_page.health import GOOD, MIND, checks
from workflow_scripts.report_page.methods import paragraphs
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.pictures import CAPTIONS, Picture
from workflow_scripts.report_page.references import cited, entries
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.words import measured
from workflow_scripts.study import tables as files
from workflow_scripts.study.config import Study as Config
from workflow_scripts.study.plan import Plan
from workflow_scripts.summarise_distances import SCHEMAS

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="460pt" height="200pt" viewBox="0 0 460 200"></svg>'


# -- tables --------------------------------------------------------------------------------------------------------


def column(grid: Any, heading: str) -> list[Any]:
    place = [name for name, _ in grid.headings].index(heading)
    return [row[place] for row in grid.rows]


def test_the_ranking_holds_the_headline_rows() -> None:
    grid = distance_results.ranking(given(), PAIR)
    assert len(grid.rows) == 18
    assert [cell.text for cell in column(grid, "emotion")][:6] == [
        "angry",
        "fearful",
        "happy",
        "sad",
        "neutral",
        "calm",
    ]
    assert [cell.key for cell in column(grid, "distance [interval]")][:6] == sorted(PLANTED["hubert-base"])
    assert [cell.look for cell in column(grid, "distance [interval]")][:2] == ["quiet", ""]  # 0.12 and 0.23, +- 0.15
    assert "clips per speaker 4" in grid.caption
    assert column(grid, "between halves of one group")[4].text == "–"


def test_contrasts_are_grey_unless_significant_and_say_who_is_nearer() -> None:
    grid = distance_results.contrasts(given(), PAIR)
    assert len(grid.rows) == 45
    strong = [row for row, cell in zip(grid.rows, column(grid, "difference"), strict=True) if cell.look == ""]
    assert [[cell.text for cell in row[:3]] for row in strong] == [["hubert-base", "angry", "calm"]]
    assert all(cell.key > 0 for cell in column(grid, "difference"))
    assert "smallest reachable p 0.0078" in grid.caption


def test_with_and_without_marks_what_moves_to_an_end() -> None:
    grid = distance_results.with_and_without(given(), PAIR, OTHERS)
    ways = [cell.text for cell in column(grid, "how")]
    own = [ways[place] for place, cell in enumerate(column(grid, "model")) if cell.text == "hubert-base"]
    assert own[:4] == [
        "kernel, equal clips", "kernel, silence left out", "kernel, normal intensity only", "kernel, levels matched"
    ]  # fmt: skip
    assert "kernel, features not turned into ranks" not in own
    assert "kernel, features not turned into ranks" in ways
    marked = [
        (way, cell.text)
        for way, cell, model in zip(ways, column(grid, "fearful"), column(grid, "model"), strict=True)
        if model.text == "hubert-base" and cell.look == "mind"
    ]
    assert marked == [("kernel, normal intensity only", "1"), ("kernel, levels matched", "1")]
    assert [cell.text for cell in grid.rows[0]][2:] == ["5", "6", "3", "4", "1.5", "1.5"]


def test_the_null_says_that_it_ranks_nothing() -> None:
    grid = distance_results.null(given(), PAIR)
    assert len(grid.rows) == 18
    assert "This ranks nothing" in grid.caption
    assert {row[1].text for row in grid.rows} == {"3", "–"}


def test_other_tables_hold_their_rows() -> None:
    about = given()
    assert len(distance_results.carriers(about, PAIR).rows) == 3 * 6 * 2
    assert {cell.text for cell in column(distance_results.carriers(about, PAIR), "it carries")} == {"7 %"}
    features = distance_results.features(about, PAIR)
    assert len(features.rows) == 6 * distance_results.FEATURES
    assert {cell.look for cell in column(features, "shift")} == {"", "quiet"}
    shares = distance_results.shares(about, PAIR)
    assert [heading for heading, _ in shares.headings] == [
        "model",
        "layer",
        "emotion",
        "all features",
        "Energy",
        "remark",
    ]
    assert column(shares, "all features")[1].text == "–"
    agreed = distance_results.agreement(about, PAIR)
    assert {cell.look for cell in column(agreed, "value")} == {"", "quiet"}


def test_quantities_are_as_exact_as_their_intervals() -> None:
    assert measured(0.2627, 0.0611, 0.4643) == "0.26 [0.06, 0.46]"
    assert measured(1.16086, 1.0997, 1.21895) == "1.16 [1.10, 1.22]"
    assert measured(12.3, 4.0, 20.6) == "12 [4, 21]"
    assert measured(0.26268) == "0.263"
    assert measured(float("nan"), 0.0, 1.0) == "–"


# -- the page ------------------------------------------------------------------------------------------------------


def pictures() -> dict[str, Picture]:
    names = [f"speech_and_song/{kind}" for kind in distance_alt.FIGURES]
    return {name: Picture(name, SVG, b"emotion,value\nangry,0.12\n") for name in names}


def with_distances() -> dict[str, Any]:
    raw = {"study": "Far", "datasets": {"speech": {"corpus": "ravdess-speech"}}, "probing": {}, "distances": {}}
    return Config.model_validate(raw).model_dump(mode="json")


@functools.cache
def page(synthetic: bool = False) -> str:
    datasets = {name: {**facts, "synthetic": synthetic} for name, facts in DATASETS.items()}
    return render(given(datasets=datasets), pictures(), with_distances(), ["strict", "paper1"])


def test_the_section_stands_between_layers_and_material_with_all_figures() -> None:
    assert sections(page()) == ["front", "layers", "distances", "material", "methods"]
    reader = read(page())
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {
        attrs["href"][1:] for tag, attrs in reader.tags if tag == "a" and (attrs.get("href") or "").startswith("#")
    }
    assert targets - set(ids) == set()
    assert "distances" in targets
    text = " ".join(" ".join(reader.text).split())
    assert text.count("How far apart are speech and song?") == 1
    assert "speech-level and song-level (levels matched)" in text
    images = [attrs for tag, attrs in reader.tags if tag == "img"]
    assert len(images) == len(distance_alt.FIGURES) == 5
    assert len({attrs["alt"] for attrs in images}) == 5
    assert any("angry for hubert-base (82 %)" in (attrs["alt"] or "") for attrs in images)
    for kind in distance_alt.FIGURES:
        assert CAPTIONS[kind] in text
    for sentence in said(given()):
        assert " ".join(sentence.split()) in text


def test_alternative_texts_say_what_layers_and_cells_show() -> None:
    assert distance_alt.layers(given(), PAIR, OTHERS) == (
        "Distances by layer between speech and song, 1 network with 4 layers in all: the nearest emotion is angry at "
        "4; the farthest emotion is calm at 4."
    )
    mean = sum(PLANTED["hubert-base"]) / 6
    assert distance_alt.matrix(given(), PAIR, OTHERS).startswith("For 1 of 1 network the same emotion")
    assert f"hubert-base: {mean:.3g} against 0.071" in distance_alt.matrix(given(), PAIR, OTHERS)
    empty = given({name: table.iloc[:0] for name, table in made().items()})
    for kind in distance_alt.FIGURES:
        assert len(distance_alt.of_figure(kind, empty, PAIR, OTHERS)) > 30


def test_tables_are_folded_under_their_captions() -> None:
    section = page().split('<section id="distances">')[1].split("</section>")[0]
    folded = re.findall(r"<summary>(.*?) <span class=\"count\">(\d+) rows</span></summary>", section)
    assert [rows for caption, rows in folded if "Is one emotion closer than another" in caption] == ["45"]
    assert any("Kernel distance between" in caption for caption, _ in folded)
    assert section.count("<table") == len(folded)


def test_demonstrations_are_marked() -> None:
    marked = page(True).split('<section id="distances">')[1].split("</section>")[0]
    assert '<span class="mark">demonstration</span>' in marked
    assert "demonstration" not in " ".join(read(page(False)).text).lower()


def test_what_users_wrote_is_escaped() -> None:
    clips = made()["carriers"].assign(clip_id="<img src=x onerror=alert(1)>")
    shown = render(given({"carriers": clips}), {}, with_distances(), ["strict"])
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_distances_without_probes_and_probes_without_distances_have_a_page() -> None:
    far = render(given(tables={}), pictures(), {**with_distances(), "probing": None}, ["strict"])
    assert sections(far) == ["front", "distances", "material", "methods"]
    assert "the nearest emotion is mostly angry for hubert-base" in far
    near = render(whole(), {}, config(), ["strict"])
    assert sections(near) == ["front", "layers", "material", "methods"]
    words = " ".join(read(near).text)
    assert "How far apart" not in words
    assert "kernel distance" not in words.lower()


def test_other_pairs_are_named_and_several_share_a_title() -> None:
    renamed = {
        name: table.replace({"first": {"speech": "talk"}, "first_dataset": {"speech": "talk"}})
        for name, table in made().items()
    }
    datasets = {**DATASETS, "talk": DATASETS["speech"]}
    manifests = {name: manifest("song" if name == "song" else "speech") for name in datasets}
    one = whole(datasets=datasets, manifests=manifests, compared=[["talk", "song", []]], distances=renamed)
    assert "<h2>How far apart are talk and song?</h2>" in render(one, {}, with_distances(), ["strict"])
    talk = {name: table[table["first"] == "talk"] for name, table in renamed.items()}
    both = {name: pd.concat([table, talk[name]], ignore_index=True) for name, table in made().items()}
    two = whole(datasets=datasets, manifests=manifests, compared=[*COMPARED, ["talk", "song", []]], distances=both)
    shown = render(two, {}, with_distances(), ["strict"])
    assert "<h2>How far apart are the datasets of each pair?</h2>" in shown
    assert "<h3>talk and song in words and tables</h3>" in shown
    assert "<h3>speech and song in words and tables</h3>" in shown


def test_datasets_that_are_not_probed_are_no_part_of_the_layers() -> None:
    levelled = {f"{name}-level": {**facts, "level": "matched"} for name, facts in DATASETS.items()}
    manifests = {name: manifest(name.removesuffix("-level")) for name in [*DATASETS, *levelled]}
    pairs = [["speech", "song"], ["speech-level", "song-level"], ["speech", "song-level"]]
    about = given(datasets={**DATASETS, **levelled}, manifests=manifests, pairs=pairs)
    shown = render(about, {}, with_distances(), ["strict", "paper1"])
    articles = [attrs["id"] or "" for tag, attrs in read(shown).tags if tag == "article"]
    articles = [name for name in articles if name.startswith(("layers-", "across-", "distances-"))]
    assert articles == ["layers-speech", "layers-song", "across-speech-song", "distances-speech-song"]
    assert "Clips of speech-level by speaker and emotion" in shown
    assert "<h3>speech-level</h3>" not in shown.split('<section id="material">')[0]


def test_methods_references_and_reading_speak_of_distances_only_where_they_were_taken() -> None:
    methods = dict(paragraphs(with_distances(), DATASETS, MODELS))
    for part in ("unbiased squared maximum mean discrepancy", "tr C1 + tr C2", "mean term", "median distance"):
        assert part in methods["Distances"]
    assert "20 seeded draws" in methods["Numbers of clips"]
    assert "200 random halves" in methods["Order of the emotions"]
    assert "199 swaps" in methods["Order of the emotions"]
    assert "It is no cause" in methods["What drives the distances"]
    without = {name: facts for name, facts in MODELS.items() if facts["family"] != "acoustics"}
    assert "What drives the distances" not in dict(paragraphs(with_distances(), DATASETS, without))
    assert not {"Distances", "Order of the emotions"} & set(dict(paragraphs(config(), DATASETS, MODELS)))
    works = set(cited(methods.values()))
    names = ("gretton2012", "kilgour2019", "gui2024", "efron1993", "kendall1939", "kendall1945", "oaxaca1973")
    assert [name for name in names if name not in works] == []
    assert works <= set(entries())
    assert "gretton2012" not in cited(text for _, text in paragraphs(config(), DATASETS, MODELS))
    assert all(line in " ".join(read(page()).text) for line in distance_methods.READING)


# -- health --------------------------------------------------------------------------------------------------------


def speakers_of_distances(about: Study) -> Any:
    found = [check for check in checks(about) if check.title == "Speakers of distances"]
    assert len(found) == 1
    return found[0]


def test_speakers_of_distances_are_good_where_every_emotion_has_the_same_pairs() -> None:
    check = speakers_of_distances(given())
    assert check.state == GOOD
    assert "the same 8 speakers" in check.text


def test_unpaired_pairs_and_differing_speakers_are_to_be_minded() -> None:
    unpaired = speakers_of_distances(given({"distances": made()["distances"].assign(paired=False)}))
    assert unpaired.state == MIND
    assert "share too few speakers" in unpaired.text
    assert "same `pool`" not in unpaired.text
    study = given({"distances": made()["distances"].assign(paired=False)})
    tables = {name: facts | {"corpus": "table"} for name, facts in study.datasets.items()}
    apart = {name: manifest.assign(pool=name) for name, manifest in study.manifests.items()}
    assert (
        "give both datasets the same `pool`"
        in speakers_of_distances(dataclasses.replace(study, datasets=tables, manifests=apart)).text
    )
    ranking = made()["ranking"]
    fewer = ranking.assign(
        n_speakers=ranking["n_speakers"].where(ranking["emotion"] != "calm", 5), note="emotions differ in speakers"
    )
    differing = speakers_of_distances(given({"ranking": fewer}))
    assert differing.state == MIND
    assert "calm 5" in differing.text
    assert "5 to 8 speakers" in starting(said(given({"ranking": fewer})), "Between")


# -- from the plan to the page -------------------------------------------------------------------------------------


def test_the_plan_tells_the_report_which_pairs_are_drawn() -> None:
    raw: dict[str, Any] = {
        "study": "Plan",
        "datasets": {
            "speech": {"corpus": "synthetic-speech"},
            "song": {"corpus": "synthetic-song"},
            "speech-level": {"corpus": "synthetic-speech", "level": "matched"},
            "song-level": {"corpus": "synthetic-song", "level": "matched"},
        },
        "models": ["tiny-hubert"],
        "pairs": [["speech", "song"], ["speech-level", "song-level"]],
    }
    plan = Plan(Config.model_validate({**raw, "distances": {}}))
    assert plan.spec("report")["compared"] == [["speech", "song", [[["speech-level", "song-level"], "levels matched"]]]]
    assert Plan(Config.model_validate(raw)).spec("report")["compared"] == []


@pytest.mark.parametrize("probed", [True, False])
@pytest.mark.long
def test_the_entry_reads_the_tables_of_distances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probed: bool) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [f"results/distances/{name}.parquet" for name in SCHEMAS]
    for (name, schema), path in zip(SCHEMAS.items(), paths, strict=True):
        files.write(made()[name], path, schema, {})
    text = reported(probed=probed, compared=COMPARED, distances=paths)
    assert "the nearest emotion is mostly angry for hubert-base (82 %)" in text
    assert ("<h2>Which layers know the emotion?</h2>" in text) == probed
    assert len(study()["best"]) > 0
