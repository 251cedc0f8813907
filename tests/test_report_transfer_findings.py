"""Sentences on transfer say what the corrected tests tell apart, and of the rest that it cannot be told."""

import re

import pandas as pd
import pytest
from study_with_distances import starting
from study_with_transfer import claimed, few, given, null, said

from tests import made_up_transfer as made
from workflow_scripts.report_page.words import points


def row(table: pd.DataFrame, **where: str) -> "pd.Series[float]":
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_a_first_stage_that_helps_is_said_with_its_range_and_its_correction() -> None:
    table = made.comparisons()
    own = table[(table["target"] == "speech") & (table["other"] == "direct") & (table["one"] == "two-stage")]
    own = own[(own["emotion"] == "") & (own["protocol"] == "strict")]
    told = own[own["p_adjusted"] <= 0.05]
    assert len(told) == 6
    sentence = starting(said(given()), "After a first stage on song, ")
    assert "6 of 7 trainings scored higher on speech than trained on speech alone (UAR, strict)" in sentence
    for place in (told["difference"].idxmin(), told["difference"].idxmax()):
        one = told.loc[place]
        figure = points(one["difference"], one["low"], one["high"])
        assert f"{figure} ({one['model']} with {one['tuner']})" in sentence
    assert f"after {told['family'].iloc[0].rpartition(': ')[2]} comparisons" in sentence
    assert "16 speakers" in sentence
    rest = starting(said(given()), "Whether a first stage on song helps or harms on speech cannot be told")
    assert "for 1 of 7 trainings" in rest
    assert "mert-v1-95m with peft" in rest


def test_controls_say_what_else_could_have_helped() -> None:
    control = "the only training with this control scored higher also than after "
    sentences = " ".join(said(given()))
    assert f"{control}a first stage with shuffled labels: +32 points" in sentences
    assert f"{control}training on the target alone for as many updates" in sentences
    table = made.comparisons()
    shuffled = table["other"] == "shuffled-source"
    weak = table.assign(p_adjusted=table["p_adjusted"].mask(shuffled, 0.7))
    unsure = " ".join(said(given({"comparisons": weak})))
    assert "whether the first stage does more than a first stage with shuffled labels cannot be told" in unsure
    without = given({"comparisons": table[~shuffled]})
    assert starting(said(without), "Of those that scored higher, none was held against a first stage with shuffled")


def test_where_nothing_differs_nothing_is_found_and_no_equality_is_claimed() -> None:
    sentences = said(null())
    assert not any(sentence.startswith(("After a first stage", "Of those")) for sentence in sentences)
    assert "cannot be told for the only training" in starting(sentences, "Whether a first stage on song")
    for sentence in [*sentences, *said(given()), *claimed(given())]:
        assert not re.search(r"no difference|does not help|the same as|no effect", sentence)


def test_few_speakers_find_nothing_however_large_the_difference() -> None:
    table = few().transfer["comparisons"]
    assert table["difference"].max() > 0.5
    sentence = starting(said(few()), "Whether a first stage on song helps or harms on speech cannot be told")
    assert "3 speakers, too few for a p below 0.05" in sentence
    assert not any(one.startswith("After a first stage") for one in said(few()))


def test_the_other_protocols_stand_in_one_sentence_without_the_first() -> None:
    sentence = starting(said(given()), "Two stages less direct, WA over clips of the same speakers")
    assert "under twins, of 1 training" in sentence
    assert "under paper1, of 7 trainings, 4 better and 3 not told apart" in sentence
    assert "strict" not in sentence
    table = made.comparisons()
    alone = given({"comparisons": table[table["protocol"] == "paper1"]})
    assert "(WA, paper1)" in starting(said(alone), "After a first stage on song, 4 of 7 trainings")
    assert "77 clips" in starting(said(alone), "After a first stage on song, 4 of 7 trainings")


def test_what_carries_over_is_corrected_and_its_lack_of_normalisation_is_said() -> None:
    sentence = starting(said(given()), "Trained on song alone (strict)")
    assert "no training is told from chance on speech, p corrected over 7 (too few permutations" in sentence
    sure = made.scores().assign(p=0.001, p_smallest=0.001)
    sentence = starting(said(given({"scores": sure})), "Trained on song alone (strict)")
    assert "all 7 trainings told the emotions of speech from chance, p corrected over 7:" in sentence
    assert "normalised by neither speaker nor dataset" in sentence


def test_song_is_told_within_its_melodies_too() -> None:
    sentence = starting(said(given(), "speech", "song"), "Among the emotions of song that are sung to the same melody")
    assert "guessing there 42 %" in sentence
    assert not any(one.startswith("Among the emotions of speech") for one in said(given()))


@pytest.mark.parametrize(
    ("start", "claim", "words"),
    [
        ("Paper 1 says that two stages are always better", 3, "better in 12 of 14"),
        ("Tuners that join several parts scored higher", 4, "16 speakers"),
        ("Speech networks gained more from song", 5, "in both comparisons"),
        ("Emotions whose datasets lie nearer were recognised better", 7, "6 emotions"),
        ("Emotions whose datasets lie nearer, given how much louder one dataset is,", 7, "6 emotions"),
        (
            "Whether emotions whose datasets lie nearer gained more in recall by a first stage cannot be told",
            7,
            "6 emotions",
        ),
        ("Some emotions are recognised better than others", 8, "SD over emotions"),
        ("Class weights made recalls more even", 8, "in all 6 comparisons"),
        ("Under paper1 WA reads higher than under strict", 9, "16 speakers"),
        ("Whether WA reads higher under twins than under strict cannot be told in any of 12", 9, "16 speakers"),
    ],
)
def test_every_claim_has_its_sentence(start: str, claim: int, words: str) -> None:
    assert words in starting(claimed(given()), start)
    table = made.claims()
    without = given({"claims": table[table["claim"] != claim]})
    assert not any(sentence.startswith(start) for sentence in claimed(without))


def test_claims_that_are_not_told_say_so() -> None:
    weak = given({"claims": made.claims().assign(p_adjusted=0.4)})
    sentences = claimed(weak)
    assert not any(
        sentence.startswith(("Tuners that", "Speech networks", "Emotions whose", "Some emotions", "Under "))
        for sentence in sentences
    )
    assert len([sentence for sentence in sentences if "cannot be told in any of" in sentence]) >= 7
