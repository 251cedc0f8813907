"""Sentences of the report on distances say what the tables hold, and no more than that."""

import pandas as pd
import pytest
from made_up_report_distances import OTHERS, PAIR
from study_with_distances import given, headline, made, said, starting, with_two_trained
from test_report import config
from written_numbers import numbers_in, written

from workflow_scripts.report_page import distance_results, distance_words
from workflow_scripts.report_page.health import checks
from workflow_scripts.report_page.page import render


def test_the_order_is_the_planted_one_with_its_certainty() -> None:
    assert starting(said(given()), "Between").startswith(
        "Between speech and song the nearest emotion is mostly angry for hubert-base (82 %); the farthest emotion is "
        "mostly calm for hubert-base (72 %) (kernel distance at 4 clips per speaker, mean over layers; in brackets: "
        "share of halves of the 8 speakers"
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
        "(acoustic features as rank-normal scores) has fearful mostly nearest (61 %) and neutral mostly "
        "farthest (59 %)."
    )
    assert "for untrained-hubert-base (by its value happy, 42 %)" in starting(said(with_two_trained()), "Between")


def test_an_emotion_that_halves_of_the_speakers_do_not_confirm_is_not_called_the_nearest() -> None:
    ranking = made()["ranking"].assign(p_nearest=0.3)
    sentence = starting(said(given({"ranking": ranking})), "Between")
    assert "no emotion stands out as the nearest (by its value angry, 30 %)" in sentence
    assert "the farthest emotion is mostly calm" in sentence


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
    counted = distance_words.by_emotion(frame, "nearest", "network")
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
