"""Sentences on how well emotions are told, from all and from few dimensions, and from which clips."""

import pandas as pd
import pytest
from made_up_explanation import ACOUSTIC, EMOTIONS, NETWORK, TINY
from study_with_distances import starting
from study_with_explanation import LAST, MODELS, changed, given, made, said, uar_of

from workflow_scripts.report_page.explanation_rows import Explained

NAN = float("nan")


# -- all dimensions ----------------------------------------------------------------------------------------------------


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
    high = changed("scores", uar_of("all", TINY), value=0.97, low=0.95, high=0.98)
    assert said(given(high, models=trained))[0].startswith(f"In speech, {TINY} (layer 2, all 32 dimensions)")
    assert said(given(high))[0].startswith(f"In speech, {NETWORK}")  # untrained networks do not compete


@pytest.mark.parametrize(("p", "tells"), [(0.001, True), (0.01, True), (0.02, False), (0.4, False)])
def test_an_emotion_is_told_only_where_p_corrected_over_the_emotions_allows_it(p: float, tells: bool) -> None:
    first = said(given(changed("scores", uar_of("all"), p=p)))[0]
    assert ("tells emotions from neutral: UAR" in first) == tells
    assert ("tells no emotion from neutral beyond chance" in first) != tells


def test_emotions_that_are_not_told_are_named_apart_from_those_that_are() -> None:
    sad = changed(
        "scores",
        lambda table: uar_of("all")(table) & (table["emotion"] == "sad"),
        p=0.3,
        value=0.541,
        low=0.47,
        high=0.61,
    )
    first = said(given(sad))[0]
    assert first.endswith("; not beyond chance after Holm over 5 emotions: sad (54 % [47, 61], p = 0.3).")
    assert "(sad) to" not in first


def test_no_p_is_no_claim() -> None:
    first = said(given(changed("scores", uar_of("all"), p=NAN, p_smallest=NAN)))[0]
    assert "tells no emotion from neutral beyond chance" in first
    assert "p =" not in first
    assert said(given(changed("scores", uar_of("all"), p=NAN)))[1].startswith(
        f"Beside it {ACOUSTIC} (acoustic features)"
    )


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
    table = changed("scores", uar_of("top-less-random"), p=p, low=low, high=high, value=0.05)
    sentence = starting(said(given(table)), "Its ")
    assert ("They do better than as many random ones for angry, disgust" in sentence) == clear
    assert ("They cannot be told from as many random ones for angry, disgust" in sentence) != clear
    worse = changed("scores", uar_of("top-less-random"), p=p, low=-high, high=-low, value=-0.05)
    assert ("They do worse than as many random ones" in " ".join(said(given(worse)))) == clear


@pytest.mark.parametrize(("smallest", "speakers"), [(0.125, 4), (0.03125, 6), (NAN, 2)])
def test_few_speakers_cannot_show_that_top_is_better_than_random(smallest: float, speakers: int) -> None:
    few = changed("scores", uar_of("top-less-random"), p=0.001, p_smallest=smallest, n_speakers=speakers)
    sentence = starting(said(given(few)), "Its ")
    assert f"cannot be shown with {speakers} speakers" in sentence
    assert "They do better" not in sentence
    assert ("smallest p" in sentence) == (smallest == smallest)


def test_the_number_of_dimensions_is_said_once_where_it_is_the_same() -> None:
    same = starting(said(given(changed("scores", uar_of("top"), k=20.0))), "Its 20 dimensions of 1024 that matter most")
    assert "with 20" not in same
    table = changed("scores", lambda rows: uar_of("top")(rows) & (rows["emotion"] == "sad"), k=20.0, value=0.2)[
        "scores"
    ]
    table.loc[uar_of("top")(table) & (table["emotion"] != "sad"), "k"] = 50.0
    assert " with 20 (sad) to " in starting(said(given({"scores": table})), "Its 20 to 50 dimensions of 1024")


def test_stability_that_is_not_defined_is_said_with_its_reason() -> None:
    why = {"value": NAN, "low": NAN, "high": NAN, "n_speakers": 2, "note": "2 speakers make no halves"}
    sentence = starting(said(given(changed("stability", lambda table: table["k"] > 0, **why))), "How stable")
    assert sentence == "How stable the choice of dimensions is cannot be said: 2 speakers make no halves (2 speakers)."


# -- conditions --------------------------------------------------------------------------------------------------------


def test_the_largest_change_is_the_largest_in_size() -> None:
    table = changed("scores", uar_of("all"), value=0.8)["scores"]
    for emotion, value in (("angry", 0.78), ("sad", 0.85)):
        table.loc[uar_of("all")(table) & (table["emotion"] == emotion) & (table["condition"] != "all"), "value"] = value
    sentence = starting(said(given({"scores": table})), "With clips of normal intensity alone it reads UAR")
    assert sentence.endswith("the largest change from all clips is +5 points (sad, not tested).")


def test_conditions_are_told_of_where_they_exist() -> None:
    assert not any("same melodies" in sentence for sentence in said(given(), "speech"))
    assert any("same melodies alone (against the other emotions sung to them)" in one for one in said(given(), "song"))
    without = {name: table[table["condition"] == "all"] for name, table in made().items() if "condition" in table}
    assert not any("normal intensity" in sentence for sentence in said(given(without)))


def too_few(emotions: list[str]) -> dict[str, pd.DataFrame]:
    """As a job writes a condition that cannot be explained: one row that says why."""

    def short(table: pd.DataFrame) -> "pd.Series[bool]":
        return table["emotion"].isin(emotions) & (table["condition"] == "normal-intensity")

    tables = {name: table[~short(table)] for name, table in made().items() if "condition" in table}
    one = made()["scores"][lambda table: short(table) & (table["side"] == "all") & (table["metric"] == "UAR")]
    nothing = one.assign(value=NAN, low=NAN, high=NAN, p=NAN, n_speakers=0, note="2 speakers (01, 02)")
    return {**tables, "scores": pd.concat([tables["scores"], nothing], ignore_index=True)}


def test_conditions_that_cannot_be_explained_are_named_with_the_reason() -> None:
    sentence = starting(said(given(too_few(["sad"]))), "With clips of normal intensity alone it reads UAR")
    assert sentence.endswith("; not for sad (2 speakers (01, 02)).")
    none = starting(said(given(too_few(EMOTIONS))), "With clips of normal intensity alone nothing could be explained")
    assert "angry (2 speakers (01, 02)), disgust" in none
