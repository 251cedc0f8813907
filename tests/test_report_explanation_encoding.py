"""Sentences on what the dimensions that tell an emotion encode: claimed only where the tables allow it."""

import pandas as pd
import pytest
from made_up_explanation import ACOUSTIC, NETWORK
from study_with_distances import starting
from study_with_explanation import LAST, changed, gain_of, given, made, nothing_claimed, one_claimed, said

from workflow_scripts.report_page import explanation_words

NAN = float("nan")


def test_a_claimed_category_is_named_with_its_gain_and_how_sure_its_place_is() -> None:
    assert starting(said(given(one_claimed())), "Within the emotion, the") == (
        f"Within the emotion, the dimensions of {NETWORK} (layer {LAST}) that tell it from neutral encode acoustic "
        "features better than random ones do: Energy for angry (+0.12 [+0.05, +0.19] R², first in 94 % of resamples); "
        "nothing is claimed for disgust, fearful, happy and sad (mean over a category's features, corrected over the "
        "categories, 24 speakers)."
    )


@pytest.mark.parametrize(
    "doubt", [{"p_adjusted": 0.051}, {"low": 0.0}, {"low": -0.001}, {"low": NAN}, {"p_adjusted": NAN}]
)
def test_nothing_is_claimed_without_corrected_p_and_interval(doubt: dict[str, float]) -> None:
    sentences = said(given(one_claimed(**doubt)))
    assert "Energy, angry" in starting(sentences, "Within the emotion nothing can be claimed")
    assert not any(sentence.startswith("Within the emotion, the") for sentence in sentences)


def test_what_only_the_plain_form_claims_is_put_down_to_the_label() -> None:
    table = nothing_claimed()
    plain = gain_of("sad", "Spectral", "plain")(table) | gain_of("happy", "Spectral", "plain")(table)
    table.loc[plain, ["low", "p_adjusted"]] = [0.02, 0.004]
    sentences = said(given({"categories": table}))
    assert starting(sentences, "The plain form alone would also claim Spectral for happy and sad")
    assert starting(sentences, "Within the emotion nothing can be claimed")
    both = gain_of("sad", "Spectral")(table) | gain_of("happy", "Spectral")(table)
    table.loc[both, ["low", "p_adjusted"]] = [0.02, 0.004]
    assert not any("plain form" in sentence for sentence in said(given({"categories": table})))


def test_single_features_follow_the_flag_of_the_table() -> None:
    none = given({"gains": made()["gains"].assign(claimed=False)})
    assert starting(said(none), "Of 88 single features none is claimed for any emotion")
    gains = made()["gains"].assign(claimed=False)
    one = (gains["feature"] == "loudness_sma3_amean") & (gains["emotion"] == "sad")
    gains.loc[one, ["claimed", "gain", "low", "high"]] = [True, 0.21, 0.1, 0.32]
    sentence = starting(said(given({"gains": gains})), "Of 88 single features")
    assert "are claimed 1 for sad (most loudness_sma3_amean, +0.21 [+0.10, +0.32]), none for angry, disgust" in sentence
    few = given({"gains": gains.assign(n_draws=200)})
    assert "with 200 random sets no feature can be claimed alone" in starting(said(few), "Of 88")


def test_the_papers_order_is_the_most_probable_only_where_the_table_says_so() -> None:
    orders = made()["orders"]
    paper = "Energy > Frequency > Spectral > Temporal"
    kept = orders[orders["order"] != paper]
    first = kept.drop_duplicates(["dataset", "model", "layer", "emotion", "condition", "form", "what", "aggregate"])
    one = first.assign(order=paper, probability=0.81)
    said_of = said(given({"orders": pd.concat([kept, one[one["emotion"] == "fearful"]], ignore_index=True)}))
    sentence = starting(said_of, "Paper 2's order of the categories")
    assert "most probable for 1 of 5 emotions, with 0 to 81 % of the resamples" in sentence
    assert f"the surest order is {paper} for fearful (81 %)" in sentence
    none = said(given({"categories": nothing_claimed()}))
    assert starting(none, "Paper 2's order").endswith(" These are orders of values: no gain is claimed.")
    one_emotion = starting(said(given(one_claimed())), "Paper 2's order")
    assert one_emotion.endswith("no gain is claimed for disgust, fearful, happy and sad.")
    other = orders.assign(order=orders["order"].str.replace("Temporal", "other"))
    assert not any("Paper 2's order" in sentence for sentence in said(given({"orders": other})))


def test_the_heaviest_category_of_acoustic_features_must_stand_out() -> None:
    assert "Energy for angry (" in starting(said(given()), f"When {ACOUSTIC} itself tells the emotions")
    vague = changed("categories", lambda table: table["what"] == "shap", p_first=0.4)
    sentence = starting(said(given(vague)), f"When {ACOUSTIC} itself tells the emotions")
    assert sentence.endswith("no category of its features stands out by mean |SHAP|.")


def test_claims_that_go_with_strong_intensity_are_named() -> None:
    kept = one_claimed()
    cell = gain_of("angry", "Energy", condition="normal-intensity")(kept["categories"])
    kept["categories"].loc[cell, ["low", "p_adjusted"]] = [0.02, 0.01]
    assert "With clips of normal intensity alone the claim on what the dimensions encode stands." in said(given(kept))
    assert starting(said(given(one_claimed())), "With clips of normal intensity alone 0 of 1 claim").endswith(
        "no longer Energy for angry (which fewer clips alone can do)."
    )


def test_gains_read_as_exact_as_they_are() -> None:
    assert explanation_words.signed(0.123, 0.054, 0.192) == "+0.12 [+0.05, +0.19]"
    assert explanation_words.signed(0.036, 0.004, 0.068) == "+0.036 [+0.004, +0.068]"
    assert explanation_words.signed(-0.001, -0.02, 0.02) == "+0.00 [-0.02, +0.02]"
    assert explanation_words.signed(NAN, 0.1, 0.2) == "–"
    assert explanation_words.between([0.4, 0.416], lambda value: f"{value:.2f}") == "0.40 to 0.42"
