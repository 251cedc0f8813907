"""Sentences of the report on what the embeddings know say what the tables hold, and no more than that."""

import re
from typing import Any

import made_up_explanation as made_up
import pandas as pd
import pytest
from study_with_distances import starting
from study_with_explanation import (
    ACOUSTIC,
    LAST,
    MODELS,
    NETWORK,
    TINY,
    changed,
    given,
    made,
    of_last,
    said,
    with_five_layers,
)
from test_report import numbers_in, written

from workflow_scripts.report_page import (
    explanation_atlas,
    explanation_findings,
    explanation_results,
    explanation_words,
)
from workflow_scripts.report_page.explanation_rows import Explained

CATEGORIES = made_up.CATEGORIES
NAN = float("nan")
EMOTIONS = made_up.EMOTIONS


def of(side: str, model: str = NETWORK) -> Any:
    """Picks the UAR of a side, strict, all conditions."""
    return lambda table: (table["side"] == side) & (table["metric"] == "UAR") & (table["model"] == model)


def gain_of(emotion: str, category: str, form: str = "within-emotion", condition: str = "all") -> Any:
    """Picks the mean gain of one category at the last layer in speech."""
    return lambda table: (
        (table["emotion"] == emotion)
        & (table["category"] == category)
        & (table["what"] == "gain")
        & (table["form"] == form)
        & (table["aggregate"] == "mean")
        & (table["condition"] == condition)
        & (table["model"] == NETWORK)
        & (table["layer"] == LAST)
        & (table["dataset"] == "speech")
    )


def nothing_claimed() -> pd.DataFrame:
    return made()["categories"].assign(p_adjusted=0.6)


def one_claimed(**values: Any) -> dict[str, pd.DataFrame]:
    """Energy is gained for angry within the emotion, and nothing else in any form."""
    table = nothing_claimed()
    cell = gain_of("angry", "Energy")(table)
    known = {"value": 0.123, "low": 0.054, "high": 0.192, "p_adjusted": 0.002, "p_first": 0.94, **values}
    for column, value in known.items():
        table.loc[cell, column] = value
    return {"categories": table}


# -- how well emotions are told ----------------------------------------------------------------------------------------


def test_the_headline_is_of_the_trained_network_at_the_layer_with_the_full_curve() -> None:
    first = said(given())[0]
    assert first.startswith(
        f"In speech, {NETWORK} (layer {LAST}, all 1024 dimensions) tells emotions from neutral: UAR "
    )
    assert "chance about 50 %, 24 speakers, strict" in first
    assert Explained(given(), "speech").layers == {NETWORK: LAST, TINY: "2", ACOUSTIC: "functionals"}


def test_of_several_trained_networks_the_one_with_the_highest_mean_is_named() -> None:
    trained = {**MODELS, TINY: {**MODELS[TINY], "weights": "local"}}
    assert " best of the 2 networks (highest mean UAR; not tested): UAR " in said(given(models=trained))[0]
    high = changed("scores", of("all", TINY), value=0.97, low=0.95, high=0.98)
    assert said(given(high, models=trained))[0].startswith(f"In speech, {TINY} (layer 2, all 32 dimensions)")
    assert said(given(high))[0].startswith(f"In speech, {NETWORK}")  # untrained networks do not compete


def test_numbers_of_the_sentences_stand_in_their_rows() -> None:
    tables = {**made(), **one_claimed()}
    scores, stability = of_last(tables["scores"]), of_last(tables["stability"])
    ends = ("value", "low", "high", "chance")
    gains, orders = tables["gains"], tables["orders"]
    decimals = {f"{abs(value):.{n}f}" for n in (2, 3) for c in ("gain", "low", "high") for value in gains[c].dropna()}
    claimed = {f"{number}" for number in of_last(gains).groupby(["condition", "form", "emotion"])["claimed"].sum()}
    expected = {
        "In speech": (written(scores, columns=ends) | {LAST, "1024", "24"}, 8),
        "Its ": (
            written(scores, columns=(*ends, "p")) | {f"{k:g}" for k in scores["k"]} | {"0.05", "24", "5", "1024"},
            12,
        ),
        "Within the emotion, the": ({"0.12", "0.05", "0.19", "94", LAST, "24"}, 6),
        "Of 88": (decimals | claimed | {"88", "24", "0"}, 2),
        "Paper 2's": (written(orders, columns=("probability",)) | {"2", "0", "5"}, 4),
        "Random halves": (
            {f"{abs(value):.{n}f}" for n in (2, 3) for c in ends[:3] for value in stability[c]} | {"1", "0", "24"},
            8,
        ),
    }
    sentences = said(given(one_claimed()))
    for start, (numbers, fewest) in expected.items():
        sentence = starting(sentences, start)
        assert len(numbers_in(sentence)) >= fewest, sentence
        for number in numbers_in(sentence):
            assert number in numbers, f"{number} of {sentence!r} is not in its rows"


@pytest.mark.parametrize(("p", "tells"), [(0.001, True), (0.01, True), (0.02, False), (0.4, False)])
def test_an_emotion_is_told_only_where_p_corrected_over_the_emotions_allows_it(p: float, tells: bool) -> None:
    first = said(given(changed("scores", of("all"), p=p)))[0]
    assert ("tells emotions from neutral: UAR" in first) == tells
    assert ("tells no emotion from neutral beyond chance" in first) != tells


def test_emotions_that_are_not_told_are_named_apart_from_those_that_are() -> None:
    sad = changed("scores", lambda table: of("all")(table) & (table["emotion"] == "sad"), p=0.3, value=0.541, low=0.47,
                  high=0.61)  # fmt: skip
    first = said(given(sad))[0]
    assert first.endswith("; not beyond chance after Holm over 5 emotions: sad (54 % [47, 61], p = 0.3).")
    assert "(sad) to" not in first


def test_no_p_is_no_claim() -> None:
    first = said(given(changed("scores", of("all"), p=NAN, p_smallest=NAN)))[0]
    assert "tells no emotion from neutral beyond chance" in first
    assert "p =" not in first
    assert said(given(changed("scores", of("all"), p=NAN)))[1].startswith(f"Beside it {ACOUSTIC} (acoustic features)")


def test_controls_stand_beside_and_are_not_said_to_be_worse() -> None:
    sentence = starting(said(given()), "Beside it")
    assert sentence.startswith(f"Beside it {ACOUSTIC} (acoustic features) reads UAR ")
    assert f"{TINY} (layer 2) (untrained control) reads UAR" in sentence
    assert sentence.endswith("(not tested against each other here).")


# -- few dimensions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "low", "high", "clear"),
    [(0.004, 0.01, 0.09, True), (0.01, 0.01, 0.09, True), (0.011, 0.01, 0.09, False), (0.004, -0.01, 0.09, False)],
)
def test_better_than_random_needs_p_over_the_emotions_and_the_interval(
    p: float, low: float, high: float, clear: bool
) -> None:
    table = changed("scores", of("top-less-random"), p=p, low=low, high=high, value=0.05)
    sentence = starting(said(given(table)), "Its ")
    assert ("They do better than as many random ones for angry, disgust" in sentence) == clear
    assert ("They cannot be told from as many random ones for angry, disgust" in sentence) != clear
    worse = changed("scores", of("top-less-random"), p=p, low=-high, high=-low, value=-0.05)
    assert ("They do worse than as many random ones" in " ".join(said(given(worse)))) == clear


@pytest.mark.parametrize(("smallest", "speakers"), [(0.125, 4), (0.03125, 6), (NAN, 2)])
def test_few_speakers_cannot_show_that_top_is_better_than_random(smallest: float, speakers: int) -> None:
    few = changed("scores", of("top-less-random"), p=0.001, p_smallest=smallest, n_speakers=speakers)
    sentence = starting(said(given(few)), "Its ")
    assert f"cannot be shown with {speakers} speakers" in sentence
    assert "They do better" not in sentence
    assert ("smallest p" in sentence) == (smallest == smallest)


def test_the_number_of_dimensions_is_said_once_where_it_is_the_same() -> None:
    same = starting(said(given(changed("scores", of("top"), k=20.0))), "Its 20 dimensions of 1024 that matter most")
    assert "with 20" not in same
    table = changed("scores", lambda rows: of("top")(rows) & (rows["emotion"] == "sad"), k=20.0, value=0.2)["scores"]
    table.loc[of("top")(table) & (table["emotion"] != "sad"), "k"] = 50.0
    assert " with 20 (sad) to " in starting(said(given({"scores": table})), "Its 20 to 50 dimensions of 1024")


def test_one_emotion_needs_no_correction() -> None:
    alone = {name: table[table["emotion"] == "angry"] for name, table in made().items()}
    sentences = said(given(alone))
    assert not any("Holm over" in sentence for sentence in sentences)
    assert not any(") to " in sentence for sentence in sentences if not sentence.startswith("Paper 2 printed"))
    assert "is not the most probable, with 0 %" in starting(sentences, "Paper 2's order")


# -- what they encode --------------------------------------------------------------------------------------------------


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


def test_stability_that_is_not_defined_is_said_with_its_reason() -> None:
    why = {"value": NAN, "low": NAN, "high": NAN, "n_speakers": 2, "note": "2 speakers make no halves"}
    sentence = starting(said(given(changed("stability", lambda table: table["k"] > 0, **why))), "How stable")
    assert sentence == "How stable the choice of dimensions is cannot be said: 2 speakers make no halves (2 speakers)."


# -- conditions --------------------------------------------------------------------------------------------------------


def test_the_largest_change_is_the_largest_in_size() -> None:
    table = changed("scores", of("all"), value=0.8)["scores"]
    for emotion, value in (("angry", 0.78), ("sad", 0.85)):
        table.loc[of("all")(table) & (table["emotion"] == emotion) & (table["condition"] != "all"), "value"] = value
    sentence = starting(said(given({"scores": table})), "With clips of normal intensity alone it reads UAR")
    assert sentence.endswith("the largest change from all clips is +5 points (sad, not tested).")


def test_claims_that_go_with_strong_intensity_are_named() -> None:
    kept = one_claimed()
    cell = gain_of("angry", "Energy", condition="normal-intensity")(kept["categories"])
    kept["categories"].loc[cell, ["low", "p_adjusted"]] = [0.02, 0.01]
    assert "With clips of normal intensity alone the claim on what the dimensions encode stands." in said(given(kept))
    assert starting(said(given(one_claimed())), "With clips of normal intensity alone 0 of 1 claim").endswith(
        "no longer Energy for angry (which fewer clips alone can do)."
    )


def test_conditions_are_told_of_where_they_exist() -> None:
    assert not any("same melodies" in sentence for sentence in said(given(), "speech"))
    assert any("same melodies alone (against the other emotions sung to them)" in one for one in said(given(), "song"))
    without = {name: table[table["condition"] == "all"] for name, table in made().items() if "condition" in table}
    assert not any("normal intensity" in sentence for sentence in said(given(without)))


def too_few(emotions: list[str]) -> dict[str, pd.DataFrame]:
    """As a job writes a condition that cannot be explained: one row that says why."""
    short = lambda table: table["emotion"].isin(emotions) & (table["condition"] == "normal-intensity")  # noqa: E731
    tables = {name: table[~short(table)] for name, table in made().items() if "condition" in table}
    one = made()["scores"][lambda table: short(table) & (table["side"] == "all") & (table["metric"] == "UAR")]
    nothing = one.assign(value=NAN, low=NAN, high=NAN, p=NAN, n_speakers=0, note="2 speakers (01, 02)")
    return {**tables, "scores": pd.concat([tables["scores"], nothing], ignore_index=True)}


def test_conditions_that_cannot_be_explained_are_named_with_the_reason() -> None:
    sentence = starting(said(given(too_few(["sad"]))), "With clips of normal intensity alone it reads UAR")
    assert sentence.endswith("; not for sad (2 speakers (01, 02)).")
    none = starting(said(given(too_few(EMOTIONS))), "With clips of normal intensity alone nothing could be explained")
    assert "angry (2 speakers (01, 02)), disgust" in none


# -- as published ------------------------------------------------------------------------------------------------------


def test_published_scores_stand_beside_strict_ones_with_chance() -> None:
    table = made()["scores"].copy()
    f1 = of_last(table)[lambda rows: (rows["metric"] == "F1") & (rows["emotion"] == "angry")]
    alone = {name: rows[rows["emotion"] == "angry"] for name, rows in made().items()}
    published = (("top", 1.0), ("all", 0.95), ("random", 0.91))
    for protocol, side, value in (*(("paper2", *one) for one in published), ("strict", "top", 0.931)):
        rows = f1[(f1["protocol"] == protocol) & (f1["side"] == side) & (f1["condition"] == "all")]
        alone["scores"].loc[rows.index, ["value", "low", "high"]] = [value, value - 0.05, value + 0.04]
    less = f1[(f1["side"] == "top-less-all") & (f1["condition"] == "all")]
    alone["scores"].loc[less.index, ["value", "low", "high"]] = [-0.01, -0.03, 0.01]
    sentences = said(given(alone))
    assert starting(sentences, "As published (paper2)").startswith(
        "As published (paper2) the top dimensions read F1 100 % for angry (as many random ones 91 % for angry); "
        "strict 93 % [88, 97] for angry (chance 70 %)."
    )
    assert starting(sentences, "Choosing the dimensions") == (
        "Choosing the dimensions with the tested clips changes F1 against all dimensions by +5 points for angry; "
        "choosing them inside the training speakers by -1 points [-3, +1] for angry."
    )


def test_without_paper2_nothing_is_said_as_published() -> None:
    strict = {name: table[table["protocol"] == "strict"] for name, table in made().items() if "protocol" in table}
    sentences = said(given(strict))
    assert not any(
        "published" in sentence.lower() for sentence in sentences if not sentence.startswith("Paper 2 printed")
    )


def test_a_network_that_was_not_made_as_published_is_named() -> None:
    assert not any("nothing as published" in sentence for sentence in said(given()))
    table = made()["scores"]
    without = table[(table["protocol"] == "strict") | (table["model"] != NETWORK)]
    sentence = starting(said(given({"scores": without})), f"Of {NETWORK} (layer {LAST}) there is no full curve")
    assert "nothing as published (paper2), since `explanation.curves` names none of its layers" in sentence
    strict = given({"scores": table[table["protocol"] == "strict"]})
    assert not any("nothing as published" in sentence for sentence in said(strict))


def test_printed_scores_stand_beside_those_of_the_study() -> None:
    sentence = starting(said(given()), "Paper 2 printed F1")
    assert "of 76 to 94 % from acoustic features, 83 to 100 % from all dimensions and 96 to 100 %" in sentence
    assert f"here, {ACOUSTIC} and {NETWORK} on speech, it is as published" in sentence
    assert not any(one.startswith("Paper 2 printed") for one in said(given(), "song"))
    alone = made()["papers"].assign(dataset="")
    assert not any(one.startswith("Paper 2 printed") for one in said(given({"papers": alone})))


# -- the atlas ---------------------------------------------------------------------------------------------------------


def test_the_atlas_says_where_each_category_is_encoded_best_in_speech_and_in_song() -> None:
    sentence = explanation_findings.of_networks(with_five_layers())[0]
    places = r"layers? (\d)[ \dand-]*\(R² 0\.\d\d(?: to 0\.\d\d)? over 5 emotions\)"
    pattern = "; ".join(
        f"{name} {'best ' * (name == CATEGORIES[0])}at {places} in speech and {places} in song" for name in CATEGORIES
    )
    found = re.fullmatch(
        rf"From all dimensions of a layer, {NETWORK} predicts {pattern} \({explanation_atlas.PLACES}\)\.", sentence
    )
    assert found, sentence
    speech = [int(layer) for layer in found.groups()[::2]]
    assert speech == sorted(speech)  # planted: energy in early layers, time in late ones
    assert speech[0] < speech[-1]


def test_peaks_are_those_of_the_table_where_the_interval_lies_above_zero() -> None:
    table = made()["categories"].copy()
    cells = (table["model"] == NETWORK) & (table["what"] == "r2-all") & (table["category"] == "Spectral")
    table.loc[cells, ["value", "low"]] = [0.1, 0.02]
    table.loc[cells & (table["layer"] == "0") & (table["dataset"] == "speech"), "value"] = 0.314
    table.loc[cells & (table["layer"] == LAST) & (table["dataset"] == "song"), "value"] = 0.273
    first = explanation_findings.of_networks(given({"categories": table}))[0]
    speech, song = "layer 0 (R² 0.31 over 5 emotions) in speech", "layer 1 (R² 0.27 over 5 emotions) in song"
    assert f"Spectral at {speech} and {song}" in first
    table.loc[cells & (table["dataset"] == "song"), "low"] = 0.0
    first = explanation_findings.of_networks(given({"categories": table}))[0]
    assert f"Spectral at {speech} and no layer in song" in first
    table.loc[cells, "low"] = -0.1
    first = explanation_findings.of_networks(given({"categories": table}))[0]
    assert first.endswith(f"; Spectral at no layer ({explanation_atlas.PLACES}).")
    flat = changed("categories", lambda rows: rows["what"] == "r2-all", low=-0.1)
    assert explanation_findings.of_networks(given(flat))[0] == (
        f"From all dimensions, no layer of {NETWORK} clearly predicts acoustic features better than by their mean "
        "(R² within the emotion; no interval lies above 0)."
    )


def test_a_peak_says_of_how_many_emotions_it_is_in_sentence_and_table() -> None:
    table = made()["categories"].copy()
    cells = (table["model"] == NETWORK) & (table["what"] == "r2-all") & (table["category"] == "Spectral")
    table.loc[cells, ["value", "low"]] = [0.1, -0.02]
    angry = cells & (table["emotion"] == "angry") & (table["layer"] == "0") & (table["dataset"] == "speech")
    table.loc[angry, "low"] = 0.02
    study = given({"categories": table})
    place = "layer 0 (R² 0.10 for 1 of 5 emotions)"
    assert f"Spectral at {place} in speech and no layer in song" in explanation_atlas.where(study, NETWORK)
    assert place in [cell.text for row in explanation_results.peaks(study).rows for cell in row]
    alone = table[table["emotion"] == "angry"]
    assert "Spectral at layer 0 (R² 0.10) in speech" in explanation_atlas.where(given({"categories": alone}), NETWORK)


def test_cells_of_the_atlas_are_counted_only_where_claimed() -> None:
    assert "in 1 of 40 cells of speech, most often for Energy (1) and in 0 of 40 cells of song" in (
        explanation_atlas.gains(given(one_claimed()), NETWORK)
    )


def test_a_network_with_one_layer_has_no_place_to_tell_of() -> None:
    about = given({name: table[table["layer"] != "0"] for name, table in made().items() if "layer" in table})
    assert explanation_atlas.where(about, NETWORK) == ""
    assert said(about)[0].startswith(f"In speech, {NETWORK} (layer {LAST}, all 1024 dimensions)")


# -- other studies -----------------------------------------------------------------------------------------------------


def test_acoustic_features_alone_are_told_of_and_encode_nothing() -> None:
    alone = {name: table[table["model"] == ACOUSTIC] for name, table in made().items()}
    about = given(alone, models={ACOUSTIC: MODELS[ACOUSTIC]})
    sentences = said(about)
    assert sentences[0].startswith(f"In speech, {ACOUSTIC} (all 88 dimensions) tells emotions from neutral")
    assert not any(sentence.startswith(("Within", "Of 88", "The plain", "Paper 2's")) for sentence in sentences)
    assert explanation_findings.of_networks(about) == []
    assert starting(sentences, f"When {ACOUSTIC} itself")


def test_one_dataset_and_one_against_the_rest() -> None:
    tables = {name: table[table["dataset"] == "song"] for name, table in made().items()}
    against = {name: table.assign(against="rest") for name, table in tables.items() if "against" in table}
    about = given({**tables, **against}, explained=["song"])
    assert "tells emotions from the other emotions" in said(about, "song")[0]
    sentence = explanation_findings.of_networks(about)[0]
    assert "in song" in sentence
    assert "in speech" not in sentence


def test_empty_tables_make_no_sentence() -> None:
    empty = given({name: table.iloc[:0] for name, table in made().items()})
    assert said(empty) == []
    assert explanation_findings.of_networks(empty) == []
    for name in ("gains", "categories", "orders", "stability", "importance", "papers"):
        assert 0 < len(said(given({name: made()[name].iloc[:0]}))) < len(said(given()))


def test_gains_read_as_exact_as_they_are() -> None:
    assert explanation_words.signed(0.123, 0.054, 0.192) == "+0.12 [+0.05, +0.19]"
    assert explanation_words.signed(0.036, 0.004, 0.068) == "+0.036 [+0.004, +0.068]"
    assert explanation_words.signed(-0.001, -0.02, 0.02) == "+0.00 [-0.02, +0.02]"
    assert explanation_words.signed(NAN, 0.1, 0.2) == "–"
    assert explanation_words.between([0.4, 0.416], lambda value: f"{value:.2f}") == "0.40 to 0.42"
