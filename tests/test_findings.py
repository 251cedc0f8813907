"""The front page's findings: each rule on made-up tables whose truth is known, and every number stands in a table."""

import functools
import re

import numpy as np
import pandas as pd
import pytest
import study_with_distances as apart
import study_with_explanation as known
import study_with_transfer as helped
from cited_numbers import faults
from test_report import whole

from workflow_scripts.report_page.front_groups import groups
from workflow_scripts.report_page.front_rules import QUESTIONS, findings, of_claim
from workflow_scripts.report_page.study import Study
from workflow_scripts.statistics.power import level_within, smallest_difference


def tables_of(study: Study) -> dict[str, pd.DataFrame]:
    """The tables of a study by their paths below results."""
    folders = {"probing": study.tables, "distances": study.distances, "explanation": study.explanation}
    found = {"corpora/audit": study.audit}
    for folder, tables in {**folders, "transfer": study.transfer}.items():
        found |= {f"{folder}/{name}": table for name, table in tables.items()}
    return found


STUDIES = {
    "distances": apart.given,
    "explained": known.given,
    "one claimed": lambda: known.given(known.one_claimed()),
    "nothing claimed": lambda: known.given({"categories": known.nothing_claimed()}),
    "trained": helped.given,
    "few speakers": helped.few,
    "trained for nothing": helped.null,
}


@functools.cache
def of(name: str) -> pd.DataFrame:
    """Findings of a study by name of the finding, of which every number was looked up."""
    study = STUDIES[name]()
    found = findings(study, seed=1)
    assert faults(found, tables_of(study).__getitem__) == []
    return found.set_index("finding")


@pytest.mark.parametrize("name", STUDIES)
def test_every_number_of_every_sentence_stands_in_one_row_of_its_table(name: str) -> None:
    found = of(name)
    assert len(found)
    assert not found["sentence"].str.contains(r"\bnan\b|\binf\b|None|  ", regex=True).any()
    assert list(dict.fromkeys(found["question"])) == [one for one in QUESTIONS if one in set(found["question"])]
    shown = found["sentence"].str.contains("would most likely have shown")
    assert not (shown & found["told"] & found["smallest_detectable"].isna()).any()


def test_a_number_that_is_not_that_of_its_table_is_found() -> None:
    study = known.given(known.one_claimed())
    found, tables = findings(study, seed=1), tables_of(study)
    gains, name = tables["explanation/categories"], "explanation/categories"
    for wrong, fault in [
        (gains.assign(low=gains["low"] - 0.03), "is there"),
        (pd.concat([gains, gains]), "2 rows"),
        (gains.iloc[:0], "0 rows"),
    ]:
        assert any(fault in said for said in faults(found, {**tables, name: wrong}.__getitem__))
    longer = found.assign(sentence=found["sentence"] + " And 17 more.")
    assert len(faults(longer, tables.__getitem__)) == len(found)


def test_the_best_network_and_layer_are_the_planted_ones() -> None:
    best = of("distances").loc["best-speech"]
    assert best["sentence"].startswith("On speech, hubert-base scores highest of the networks: UAR ")
    assert re.search(
        r"The next, .+, reaches \d+ % \[.*; the networks are not compared with each other", best["sentence"]
    )
    assert (best["model"], best["layer"], best["protocol"], best["told"]) == ("hubert-base", "2", "strict", True)
    assert (best["n_speakers"], best["n_clips"], best["unit"]) == (8, 192, "share")
    layers = of("distances").loc["layers-speech"]
    assert re.search(
        r"hubert-base, chosen on test, is 2 \(UAR \d+ %, band over all layers \[.+; strict\)", layers["sentence"]
    )
    assert layers["layer"] == "2"


def test_layers_that_are_not_told_apart_come_with_what_would_have_shown() -> None:
    study = whole()
    curve = study.tables["layers"].assign(among_best=True)
    alike = whole(tables={**study.tables, "layers": curve})
    row = findings(alike, seed=1).set_index("finding").loc["layers-speech"]
    assert "no other layer can be told from it with 8 speakers; a true difference of " in row["sentence"]
    assert not row["told"]
    scores = study.tables["scores"]
    own = scores[(scores["model"] == "hubert-base") & (scores["source"] == "speech") & (scores["dataset"] == "speech")]
    own = own[(own["protocol"] == "strict") & (own["speaker_normalisation"] == "none") & (own["null_run"] == 0)]
    own = own[(own["metric"] == "UAR") & (own["condition"] == "all") & (own["group"] == "") & (own["speaker"] != "")]
    values = own.pivot(index="speaker", columns="layer", values="pseudo_value")
    spread = max((values["2"] - values[layer]).std() for layer in ("0", "1", "3"))
    expected = smallest_difference(spread, 8, 1, conditions=4).difference
    assert row["smallest_detectable"] == pytest.approx(expected)


def test_controls_are_told_only_by_the_corrected_p() -> None:
    study = whole()
    table = study.tables["comparisons"]
    for p, told in ((0.05, True), (0.051, False)):
        compared = table.assign(p=0.01, p_adjusted=p, low=-0.1, high=0.2, difference=0.05)
        found = findings(whole(tables={**study.tables, "comparisons": compared}), seed=1).set_index("finding")
        row = found.loc["untrained-speech-untrained-hubert-base"]
        assert row["told"] == told
        assert row["sentence"].startswith("On speech, hubert-base is better than its untrained control") == told
        assert ("whether hubert-base differs from its untrained control" in row["sentence"]) == (not told)
        assert re.search(r"UAR \d+ % against \d+ %, \+5 points \[-10, \+20\], strict", row["sentence"])
        spread = 0.15 / 2.364624 * np.sqrt(8)  # t of 7 degrees
        level = level_within(compared["p"], 0)
        assert row["smallest_detectable"] == pytest.approx(smallest_difference(spread, 8, 1, level=level)[0], rel=1e-5)


def test_the_published_level_is_set_against_strict_with_its_leaks() -> None:
    row = of("distances").loc["leak-speech"]
    best = whole().tables["best"]
    own = best[(best["dataset"] == "speech") & (best["model"] == "hubert-base") & best["headline"]]
    own = own[(own["metric"] == "UAR") & (own["condition"] == "all") & (own["repeat"] == -1) & (own["null_run"] == 0)]
    own = own[own["speaker"] == ""].set_index("protocol")["value"]
    assert row["value"] == pytest.approx(own["paper1"] - own["strict"])
    assert "100 % of the test speakers are heard in training" in row["sentence"]
    assert row["protocol"] == "paper1"


def test_angry_and_calm_are_an_explicit_contrast() -> None:
    for p, told in ((0.05, True), (0.051, False)):
        table = apart.made()["contrasts"].assign(p_adjusted=p)
        found = findings(apart.given({"contrasts": table}), seed=1)
        row = found[found["finding"].str.startswith("contrast-")].iloc[0]
        assert {*re.findall("calm|angry", row["finding"])} == {"calm", "angry"}
        assert row["told"] == told
        assert ("cannot be told" in row["sentence"]) == (not told)
        assert 0 < row["smallest_detectable"] < np.inf


def test_an_order_is_told_where_nearly_all_halves_of_the_speakers_agree() -> None:
    ranking = apart.made()["ranking"]
    for share, words, told in (
        (0.49, "no emotion stands out as the nearest", False),
        (0.5, "is mostly the nearest (50 %)", False),
        (0.94, "is mostly the nearest (94 %)", False),
        (0.95, "is the nearest emotion (95 %)", True),
    ):
        table = ranking.assign(p_nearest=share, p_farthest=0.4)
        found = findings(apart.given({"ranking": table}), seed=1)
        row = found[found["finding"].str.startswith("order-")].iloc[0]
        assert words in row["sentence"]
        assert row["told"] == told


def test_what_an_emotion_is_encoded_by_is_said_where_it_is_claimed() -> None:
    row = of("one claimed").loc["encoded-speech"]
    assert "most of all Energy for angry (+0.12 [+0.05, +0.19]); nothing can be claimed for " in row["sentence"]
    assert row["told"]
    assert row["emotion"] == "angry"
    nothing = of("nothing claimed").loc["encoded-speech"]
    assert re.search("it cannot be claimed for .*angry.* that the dimensions of wavlm-large", nothing["sentence"])
    assert not nothing["told"]


def test_a_first_stage_is_told_with_its_control_or_not_told_with_what_would_have_shown() -> None:
    helps = of("trained")
    assert helps.loc["first-stage-song-speech", "sentence"].startswith(
        "A first stage on song helps on speech in 6 of 7"
    )
    assert helps.loc["shuffled-song-speech", "told"]
    nothing = of("trained for nothing").loc["first-stage-song-speech"]
    assert "cannot be told" in nothing["sentence"]
    assert "; over a first stage with shuffled labels it is " in nothing["sentence"]
    assert 0 < nothing["smallest_detectable"] < 1
    few = of("few speakers").loc["first-stage-song-speech"]
    assert (
        "which 3 speakers cannot make significant, whatever it is (smallest p 0.25 before correction)"
        in few["sentence"]
    )
    assert few["smallest_detectable"] == np.inf


@pytest.mark.parametrize(
    ("strict", "p", "words"),
    [
        ([0.1, 0.2], [0.01, 0.05], "Shown: two-stage less direct +10 points [-90, +110]"),
        ([0.1, 0.2], [0.06, 0.01], "Shown for some trainings, not told for others: two-stage less direct +20 points"),
        ([-0.1, 0.2], [0.01, 0.001], "Contradicted, in part at least: two-stage less direct -10 points"),
        ([-0.1, 0.2], [0.06, 0.9], "Not shown: two-stage less direct -10 points"),
        ([0.1, 0.2], [np.nan, np.nan], "Not part of this study: no control."),
    ],
)
def test_a_claim_of_the_paper_is_sorted_by_what_its_strict_figures_tell(
    strict: list[float], p: list[float], words: str
) -> None:
    value = np.array(strict)
    own = {"claim": 3, "quantity": "two-stage less direct", "value": value, "low": value - 1, "high": value + 1}
    way = {"source": "song", "target": "speech", "model": "hubert-base", "tuner": ["frozen", "other"], "condition": ""}
    told = {"p": p, "p_adjusted": p, "smallest_p": 0.25, "n_speakers": 9, "verdict": "not told apart"}
    rows = pd.DataFrame({**own, **way, **told, "why_not": "no control"})
    found = of_claim(whole(), 3, rows)
    assert f"Paper 1 claims that two stages are always better than one. {words}" in found["sentence"]
    assert found["told"] == (min(p) <= 0.05)
    mixed = of_claim(whole(), 3, rows.assign(p_adjusted=0.01, value=0.1, verdict=["better", "better than both"]))
    assert "so in" not in mixed["sentence"]  # no one number of rows has both verdicts
    few = of_claim(whole(), 3, rows.assign(p_adjusted=0.2, verdict="cannot be told with 3 speakers"))["sentence"]
    assert "Out of reach with so few speakers: two-stage less direct" in few
    assert "corrected p = 0.2 (at best 0.25 before correction), 9 speakers; the lowest p of 2)." in few


def test_what_differs_between_two_datasets_stands_beside_each() -> None:
    study = whole()
    confounds = (study.audit["topic"] == "confound") & (study.audit["target"] == "song")
    audit = study.audit.assign(n_speakers=study.audit["n_speakers"].mask(confounds, 23))
    cross = study.tables["cross"]
    second = cross["source"] == "speech"
    cross = cross.assign(
        n_speakers=cross["n_speakers"].mask(second, 22),
        chance=cross["chance"].mask(second, 0.25),
        p=np.where(second, 0.6, 0.001),
    )
    found = findings(whole(audit=audit, tables={**study.tables, "cross": cross}), seed=1).set_index("finding")
    assert {"8 speakers, guessing", "23 speakers, guessing"} <= {
        *re.findall(r"\d+ speakers, guessing", found.loc["material", "sentence"])
    }
    across = found.loc["across-speech-song"]
    assert "(strict, 8 speakers, chance 17 %); trained on speech" in across["sentence"]
    assert across["sentence"].endswith("(strict, 22 speakers, chance 25 %).")
    assert not across["told"]  # one of the two is not
    assert across["p"] == 0.6


def test_a_first_stage_that_helps_and_harms_is_said_to_do_both() -> None:
    study = helped.given()
    table = study.transfer["comparisons"].copy()
    own = table.index[
        (table["question"] == "conditions")
        & (table["one"] == "two-stage")
        & (table["other"] == "direct")
        & (table["source"] == "song")
        & (table["target"] == "speech")
        & (table["protocol"] == "strict")
        & (table["emotion"] == "")
    ]
    harmed = own[:2]
    table.loc[harmed, ["difference", "low", "high", "p_adjusted"]] = [-0.01, -0.02, -0.005, 0.01]
    table.loc[harmed, "verdict"] = "two-stage is worse"
    changed = helped.given({"comparisons": table})
    found = findings(changed, seed=1)
    assert faults(found, tables_of(changed).__getitem__) == []
    assert "; it harms in 2" in found.set_index("finding").loc["first-stage-song-speech", "sentence"]


def test_printed_f1_is_set_against_the_interval_of_the_same_emotion() -> None:
    study = known.given()
    papers = study.explanation["papers"]
    of_dataset = papers["what"].eq("F1") & papers["dataset"].ne("")
    first = papers.loc[of_dataset, "emotion"].iloc[0]
    inside = of_dataset & papers["emotion"].eq(first)
    low = np.where(inside, papers["printed_low"] - 0.01, 0.0)
    high = np.where(inside, papers["printed_high"] + 0.01, papers["printed_low"] - 0.01)
    changed = papers.assign(
        strict=papers["strict"].mask(of_dataset, (low + high) / 2), strict_low=low, strict_high=high
    )
    found = findings(known.given({"papers": changed}), seed=1).set_index("finding")
    row = found[found["question"] == "papers"].iloc[-1]
    assert f"lies within the strict interval for {first}; not for " in row["sentence"]
    assert not row["told"]


def test_a_study_without_anything_has_what_its_material_says_and_synthetic_audio_is_marked() -> None:
    facts = {name: {**own, "synthetic": name == "song"} for name, own in whole().datasets.items()}
    bare = findings(whole(tables={}, datasets=facts), seed=1)
    assert list(bare["question"]) == ["material"]
    assert "Nothing lies on both sides of a strict split" in bare["sentence"].iloc[0]
    nothing = whole(tables={}, audit=whole().audit.iloc[:0])
    assert findings(nothing, seed=1).empty
    marked = findings(whole(datasets=facts), seed=1).set_index("finding")["synthetic"]
    assert not marked["best-speech"]
    assert marked["best-song"]
    assert marked["across-speech-song"]


def test_the_front_page_groups_by_question_and_links_to_the_choice() -> None:
    made = groups(of("distances").reset_index(), "How far apart are speech and song?")
    assert [group.question for group in made] == ["layers", "distances", "material"]
    first = made[0].findings[0]
    assert first.choice == "dataset=speech&model=hubert-base&layer=2&protocol=strict"
    assert first.sentence == of("distances").loc[first.name, "sentence"]
    assert made[1].findings[0].choice.startswith("dataset=speech&model=hubert-base&emotion=")
