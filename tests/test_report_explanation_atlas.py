"""Sentences on the places where layers encode acoustic features."""

import re

from made_up_explanation import CATEGORIES, NETWORK
from study_with_explanation import LAST, changed, given, made, one_claimed, said, with_five_layers

from workflow_scripts.report_page import explanation_atlas, explanation_findings, explanation_results


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
