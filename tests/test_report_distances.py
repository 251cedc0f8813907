"""The report's section on distances: its sentences say what the tables hold, and no more than that."""

import dataclasses
import functools
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_up import DATASETS, MODELS, manifest, study
from made_up_report_distances import OTHERS, PAIR, PLANTED, SCHEMAS, tables
from test_report import Reader, config, numbers_in, whole, written
from test_report_entries import reported

from workflow_scripts.report_page import distance_alt, distance_findings, distance_results
from workflow_scripts.report_page.findings import Study
from workflow_scripts.report_page.health import GOOD, MIND, checks
from workflow_scripts.report_page.methods import paragraphs
from workflow_scripts.report_page.page import CAPTIONS, Picture, reading, render
from workflow_scripts.report_page.references import references
from workflow_scripts.report_page.words import measured
from workflow_scripts.study import tables as files
from workflow_scripts.study.config import Study as Config
from workflow_scripts.study.plan import Plan

COMPARED = [[*PAIR, OTHERS]]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="460pt" height="200pt" viewBox="0 0 460 200"></svg>'
TRAINED_ALONE = "hubert-base"


@functools.cache
def made() -> dict[str, pd.DataFrame]:
    return tables()


def given(changes: dict[str, pd.DataFrame] | None = None, **parts: Any) -> Study:
    """The made-up study with distances, some of their tables replaced."""
    return whole(compared=COMPARED, distances={**made(), **(changes or {})}, **parts)


def said(about: Study) -> list[str]:
    return distance_findings.of_pair(about, PAIR, OTHERS)


def starting(sentences: list[str], words: str) -> str:
    found = [sentence for sentence in sentences if sentence.startswith(words)]
    assert len(found) == 1, f"{words!r} starts {len(found)} of {sentences}"
    return found[0]


def headline(table: pd.DataFrame, model: str = TRAINED_ALONE) -> pd.DataFrame:
    rows = table[(table["first"] == PAIR[0]) & (table["layer"] == "mean") & (table["form"] == "equal")]
    rows = rows[(rows["measure"] == "kernel") & (rows["condition"] == "all") & (rows["pooling"] == "mean")]
    return rows[rows["model"] == model]


def with_two_trained() -> Study:
    """The untrained network with weights of its own: two networks are counted, none is a control."""
    models = {**MODELS, "untrained-hubert-base": {**MODELS["untrained-hubert-base"], "weights": "local"}}
    return given(models=models)


# -- findings ------------------------------------------------------------------------------------------------------


def test_the_order_is_the_planted_one_with_its_certainty() -> None:
    assert starting(said(given()), "Between").startswith(
        "Between speech and song the nearest emotion is angry for hubert-base (82 %); the farthest emotion is calm for "
        "hubert-base (72 %) (kernel distance at 4 clips per speaker, mean over layers; in brackets: share of halves "
        "of the 8 speakers"
    )


def test_numbers_of_the_sentences_stand_in_their_rows() -> None:
    sentences, all_tables = said(given()), made()
    ranking = headline(all_tables["ranking"])
    contrasts = headline(all_tables["contrasts"])
    agreed = all_tables["agreement"]
    shared = all_tables["ranking"][all_tables["ranking"]["form"] == "shared"]
    drivers = all_tables["drivers"]
    fixed = {"8", "15"}  # speakers, pairs of emotions
    expected = {
        "Between": (written(ranking, columns=("p_nearest", "p_farthest")) | {"4"}, 3),
        "Angry is closer": (written(contrasts, columns=("p_adjusted",)) | {"14"}, 3),
        "The orders of the 2": (written(agreed, columns=("value", "p", "p_smallest")) | {"2", "0.57"}, 3),
        "With the paper's": (written(agreed, columns=("value", "p", "p_smallest")) | {"0.97"}, 3),
        "Frechet and kernel": (
            written(shared, all_tables["carriers"], columns=("top_share", "share", "speaker_share"))
            | {"5", "3", "03", "1"},
            4,
        ),
        "Of the acoustic": (
            {f"{value:.2f}" for column in ("value", "low", "high") for value in drivers[column].dropna()},
            6,
        ),
        "The shift of all": (written(drivers, columns=("value", "low", "high")) | {"1", "5", "6"}, 6),
    }
    for start, (numbers, fewest) in expected.items():
        sentence = starting(sentences, start)
        found = [number for number in numbers_in(sentence) if number not in fixed]
        assert len(numbers_in(sentence)) >= fewest, sentence
        for number in found:
            assert number in numbers, f"{number} of {sentence!r} is not in its rows: {sorted(numbers)}"


@pytest.mark.parametrize(
    ("p", "p_adjusted", "told"), [(0.01, 0.01, True), (0.01, 0.05, True), (0.01, 0.051, False), (0.2, 0.9, False)]
)
def test_emotions_are_told_apart_only_where_the_corrected_p_allows_it(p: float, p_adjusted: float, told: bool) -> None:
    one = made()["contrasts"].assign(p=p, p_adjusted=p_adjusted)
    sentences = " ".join(said(given({"contrasts": one})))
    assert (" is closer than " in sentences) == told
    assert ("No emotion can be told to be closer than another" in sentences) != told


def test_who_is_closer_follows_the_sign_of_the_difference() -> None:
    turned = made()["contrasts"]
    turned = turned.assign(emotion=turned["against"], against=turned["emotion"], difference=-turned["difference"])
    assert starting(said(given({"contrasts": turned})), "Angry is closer than calm for hubert-base (p = 0.031)")


def test_few_speakers_cannot_tell_emotions_apart() -> None:
    few = made()["contrasts"].assign(p=0.125, p_adjusted=0.125, p_smallest=0.125, n_speakers=4)
    sentence = starting(said(given({"contrasts": few})), "Whether one emotion")
    assert "no comparison can reach significance (smallest p 0.125)" in sentence
    assert "4 speakers" in sentence
    others = [other for other in said(given({"contrasts": few})) if other != sentence]
    assert not any(" is closer than " in other for other in others)


def test_speakers_who_are_not_paired_have_no_smallest_p_and_are_still_tested() -> None:
    unpaired = made()["contrasts"].assign(p_smallest=float("nan"))
    assert starting(said(given({"contrasts": unpaired})), "Angry is closer than calm")


def test_trained_networks_are_counted_and_the_others_are_controls() -> None:
    sentence = next(one for one in said(given()) if "untrained control" in one)
    assert sentence == (
        "untrained-hubert-base (untrained control) has no emotion clearly nearest (happy by value, 42 %) and "
        "no emotion clearly farthest (fearful by value, 40 %); eGeMAPSv02 "
        "(acoustic features as rank-normal scores) has fearful nearest (61 %) and neutral farthest (59 %)."
    )
    assert "for untrained-hubert-base (by its value happy, 42 %)" in starting(said(with_two_trained()), "Between")


def test_an_emotion_that_halves_of_the_speakers_do_not_confirm_is_not_called_the_nearest() -> None:
    ranking = made()["ranking"].assign(p_nearest=0.3)
    sentence = starting(said(given({"ranking": ranking})), "Between")
    assert "no emotion stands out as the nearest (by its value angry, 30 %)" in sentence
    assert "the farthest emotion is calm" in sentence


def test_whether_the_datasets_differ_at_all_stands_first() -> None:
    cells = made()["distances"]
    own = cells["n_swaps"] > 0
    shown = said(given({"distances": cells.assign(p=cells["p"].where(~own, 0.01), p_smallest=0.005)}))[0]
    assert shown.startswith("The datasets speech and song differ beyond chance in 6 emotions of 6 for hubert-base")
    few = said(given({"distances": cells.assign(p=0.125, p_smallest=0.125)}))[0]
    assert few.startswith("Whether speech and song differ at all in an emotion cannot be shown with 8 speakers")


def test_many_networks_are_counted_not_named() -> None:
    frame = pd.DataFrame(
        {"nearest": ["angry", "angry", "sad"], "p_nearest": [0.55, 0.82, 0.4]}, index=["one", "two", "three"]
    )
    counted = distance_findings._by_emotion(frame, "nearest", "network")
    assert counted == "angry for 2 of 3 networks (55 to 82 %) and sad for 1 (40 %)"


def test_conditions_that_change_the_ends_of_the_order_are_named_and_those_that_do_not() -> None:
    sentences = said(given())
    assert starting(sentences, "Other conditions") == (
        "Other conditions, other order: with normal intensity only the nearest becomes fearful for hubert-base; with "
        "levels matched the nearest becomes fearful for hubert-base (point values; the changes are not tested)."
    )
    assert starting(sentences, "With silence left out the nearest and the farthest emotion stay the same.")
    assert starting(sentences, "As published") == (
        "As published (Frechet distance of all clips, however many) the nearest is angry for hubert-base, the farthest "
        "neutral for hubert-base; at equal numbers of clips the farthest becomes calm for hubert-base."
    )


def test_agreement_is_claimed_only_beyond_chance() -> None:
    assert "cannot be told from unrelated ones" in starting(said(given()), "The orders of the 2 networks")
    table = made()["agreement"]
    alike = given({"agreement": table.assign(p=table["p"].where(table["what"] != "models", 0.004))})
    assert "agree on the order of the emotions beyond chance" in starting(said(alike), "The 2 networks")
    few = given({"agreement": table.assign(p_smallest=0.17)})
    assert "cannot be shown" in starting(said(few), "Whether the 2 networks agree")
    assert "agreement cannot be shown" in starting(said(few), "With the paper's order")


def test_the_paper_is_beside_only_where_speech_meets_song() -> None:
    sentence = starting(said(given()), "With the paper's order")
    assert "(from near to far: angry and fearful, happy, sad, neutral, calm)" in sentence
    assert "beyond chance for hubert-base (p = 0.0056" in sentence
    table = made()["agreement"]
    elsewhere = given(
        {
            "agreement": table[table["what"] != "paper"],
            "ranking": made()["ranking"].assign(rank_paper=float("nan")),
        }
    )
    assert not any("paper's order" in one for one in said(elsewhere))
    assert "paper" not in str(distance_results.with_and_without(elsewhere, PAIR, OTHERS).rows)
    unlike = given({"agreement": table.assign(p=0.4)})
    assert "cannot be told from an unrelated order" in starting(said(unlike), "With the paper's order")


def test_measures_that_disagree_are_named_with_what_carries_them() -> None:
    ranking = made()["ranking"].copy()
    sad = (ranking["measure"] == "frechet") & (ranking["form"] == "equal") & (ranking["emotion"] == "sad")
    ranking.loc[sad, "value"] = 9.0
    sentence = starting(said(given({"ranking": ranking})), "Frechet and kernel distance disagree")
    assert "by Frechet the farthest becomes sad for hubert-base" in sentence
    assert "5 % of the clips carry 20 % of the Frechet distance of sad in hubert-base" in sentence
    assert "layer 3: speech/sad-1, 7 % (with the other clips of speaker 03 in speech 15 %)" in sentence
    assert "name the same nearest and farthest" in starting(said(given()), "Frechet and kernel")


def test_drivers_claim_no_more_than_their_intervals() -> None:
    sentences = said(given())
    assert "temporal ones shift most in every emotion: from 1.21 [0.91, 1.51] (neutral)" in starting(
        sentences, "Of the"
    )
    assert "clearly above zero for 5 of 5 distances; no share for 1 of 6" in starting(sentences, "The shift of all")
    vague = given({"drivers": made()["drivers"].assign(low=-0.2)})
    assert starting(said(vague), "No category of acoustic features shifts clearly")
    assert "clearly above zero for 0 of 5" in starting(said(vague), "The shift of all")
    none = made()["drivers"].assign(value=float("nan"), low=float("nan"), high=float("nan"))
    assert "no emotion of any network has a mean distance clearly above zero" in " ".join(
        said(given({"drivers": none}))
    )


def test_empty_tables_make_no_sentence_and_no_table() -> None:
    empty = given({name: table.iloc[:0] for name, table in made().items()})
    assert said(empty) == []
    assert distance_results.tables(empty, PAIR, OTHERS) == []
    assert not any(check.title == "Speakers of distances" for check in checks(empty))
    page = render(empty, {}, config(), ["strict"])
    assert "How far apart: speech and song" not in page
    for name in ("contrasts", "agreement", "carriers", "drivers"):
        less = said(given({name: made()[name].iloc[:0]}))
        assert 0 < len(less) < len(said(given())) or name == "carriers"


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


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def sections(text: str) -> list[str]:
    return [attrs["id"] or "" for tag, attrs in read(text).tags if tag == "section"]


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
    assert text.count("How far apart are speech and song?") == 2
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


def test_long_tables_are_folded_and_short_ones_are_not() -> None:
    section = page().split('<section id="distances">')[1].split("</section>")[0]
    folded = re.findall(r"<summary>(.*?)</summary>", section)
    assert any("Is one emotion closer than another" in caption and "(45 rows)" in caption for caption in folded)
    assert not any("Kernel distance between" in caption for caption in folded)


def test_demonstrations_are_marked() -> None:
    marked = page(True).split('<section id="distances">')[1].split("</section>")[0]
    assert '<span class="mark">demonstration</span>' in marked
    assert '<h3 id="front-speech-song">How far apart: speech and song <span class="mark">' in page(True)
    assert "demonstration" not in " ".join(read(page(False)).text).lower()


def test_what_users_wrote_is_escaped() -> None:
    clips = made()["carriers"].assign(clip_id="<img src=x onerror=alert(1)>")
    shown = render(given({"carriers": clips}), {}, with_distances(), ["strict"])
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_distances_without_probes_and_probes_without_distances_have_a_page() -> None:
    far = render(given(tables={}), pictures(), {**with_distances(), "probing": None}, ["strict"])
    assert sections(far) == ["front", "distances", "material", "methods"]
    assert "the nearest emotion is angry for hubert-base" in far
    near = render(whole(), {}, config(), ["strict"])
    assert sections(near) == ["front", "layers", "material", "methods"]
    assert "How far apart" not in near
    assert "kernel distance" not in near.lower()


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
    assert "<h3>talk and song</h3>" in shown
    assert "<h3>speech and song</h3>" in shown


def test_datasets_that_are_not_probed_are_no_part_of_the_layers() -> None:
    levelled = {f"{name}-level": {**facts, "level": "matched"} for name, facts in DATASETS.items()}
    manifests = {name: manifest(name.removesuffix("-level")) for name in [*DATASETS, *levelled]}
    pairs = [["speech", "song"], ["speech-level", "song-level"], ["speech", "song-level"]]
    about = given(datasets={**DATASETS, **levelled}, manifests=manifests, pairs=pairs)
    shown = render(about, {}, with_distances(), ["strict", "paper1"])
    articles = [attrs["id"] for tag, attrs in read(shown).tags if tag == "article"]
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
    cited = " ".join(references(DATASETS, MODELS, ["strict"], True))
    names = ("Gretton", "Kilgour", "Gui", "Efron", "Westfall", "Kendall", "Oaxaca", "Blinder")
    assert [name for name in names if name not in cited] == []
    assert "Gretton" not in " ".join(references(DATASETS, MODELS, ["strict"]))
    assert set(reading(["strict"])) < set(reading(["strict"], compared=True))


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
def test_the_entry_reads_the_tables_of_distances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probed: bool) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [f"results/distances/{name}.parquet" for name in SCHEMAS]
    for (name, schema), path in zip(SCHEMAS.items(), paths, strict=True):
        files.write(made()[name], path, schema, {})
    text = reported(probed=probed, compared=COMPARED, distances=paths)
    assert "the nearest emotion is angry for hubert-base (82 %)" in text
    assert ("Which layers know the emotion?" in text) == probed
    assert len(study()["best"]) > 0
