"""The tables behind the live charts of distances, transfer and papers: their numbers are those of the study."""

import functools

import numpy as np
import pandas as pd
import pytest
from study_with_distances import given as compared
from study_with_transfer import DIRECTIONS
from study_with_transfer import given as trained
from test_report import whole

from tests import made_up_transfer
from workflow_scripts.report_page import live, live_distances, live_papers, live_transfer, transfer_overall
from workflow_scripts.study.schemas import TABLES

PAPER_LAYERS = 8 * 25  # networks, layers


@functools.cache
def distances() -> dict[str, pd.DataFrame]:
    return live_distances.tables(compared())


@functools.cache
def transfer() -> dict[str, pd.DataFrame]:
    return live_transfer.tables(trained())


def test_without_comparing_or_training_there_are_no_tables() -> None:
    assert live_distances.tables(whole()) == live_transfer.tables(whole()) == live_papers.tables(whole(), None) == {}


def test_distances_are_the_headline_of_every_layer_with_the_published_beside() -> None:
    ranking, found = compared().distances["ranking"], distances()["distances"]
    assert not found.duplicated(["model", "layer", "emotion"]).any()
    wanted = ranking[(ranking["first"] == "speech") & (ranking["measure"] == "kernel") & (ranking["form"] == "equal")]
    wanted = wanted[(wanted["condition"] == "all") & (wanted["pooling"] == "mean")]
    both = found.merge(wanted, on=["model", "layer", "emotion"], suffixes=("", "_of_study"))
    assert len(both) == len(wanted) > 0
    assert np.allclose(both["value"], both["value_of_study"])
    calm, neutral = (
        found[(found["layer"] == "mean") & (found["emotion"] == word)].iloc[0] for word in ("calm", "neutral")
    )
    assert (calm["rank"], calm["published_rank"], neutral["published_rank"]) == (6, 5, 6)
    assert found.groupby("emotion")["paper"].first()[["angry", "fearful", "calm"]].tolist() == [1.5, 1.5, 6.0]


def test_every_dataset_of_a_comparison_knows_its_pair_and_conditions_have_a_name() -> None:
    pairs = distances()["distance_pairs"]
    assert dict(zip(pairs["dataset"], pairs["words"] != "", strict=True)) == {
        "speech": False, "song": False, "speech-level": True, "song-level": True
    }  # fmt: skip
    assert set(pairs["first"]) == {"speech"}
    variants = set(distances()["distance_conditions"]["variant"])
    assert {"kernel, equal clips", "kernel, levels matched", "the paper's order"} <= variants


def test_cells_have_one_row_for_both_measures() -> None:
    cells = distances()["distance_cells"]
    assert not cells.duplicated(
        ["model", "layer", "first_dataset", "first_emotion", "second_dataset", "second_emotion"]
    ).any()
    assert cells["value"].notna().all()


def test_transfer_has_both_directions_and_all_protocols() -> None:
    for name in ("transfer_differences", "transfer_grid", "transfer_recalls"):
        table = transfer()[name]
        assert set(zip(table["source"], table["target"], strict=True)) == set(map(tuple, DIRECTIONS))
        assert set(table["protocol"]) == {"strict", "paper1", "twins"}
    scores = made_up_transfer.scores()
    one = scores[(scores["target"] == "speech") & (scores["condition"] == "direct") & (scores["tuner"] == "peft")]
    one = one[(one["metric"] == "UAR") & (one["clips"] == "all") & (one["speaker"] == "") & (one["repeat"] == -1)]
    one = one[(one["model"] == "hubert-base") & (one["protocol"] == "strict")]
    grid = transfer()["transfer_grid"]
    mine = grid[(grid["target"] == "speech") & (grid["condition"] == "direct") & (grid["tuner"] == "peft")]
    mine = mine[(mine["model"] == "hubert-base") & (mine["protocol"] == "strict")]
    assert mine["value"].tolist() == pytest.approx(one["value"].tolist())
    assert set(mine["source"]) == {"song"}


def test_curves_are_of_one_protocol_and_claims_have_their_number() -> None:
    assert set(transfer()["transfer_curves"]["protocol"]) == {"strict"}
    claims = transfer()["transfer_claims"]["claim"]
    assert set(claims.str[:2]) <= {"3.", "4.", "5.", "7.", "8.", "9."}


def test_claims_in_short_count_what_is_told() -> None:
    short = transfer_overall.claims_in_short(trained())
    row = next(cells for cells in short.rows if cells[0].text.startswith("3."))
    own = made_up_transfer.claims()[
        lambda table: (table["claim"] == 3) & (table["quantity"] == "two-stage less direct")
    ]
    told = int(((own["p_adjusted"] <= 0.05) & (own["strict"] > 0)).sum())
    assert row[2].text == f"for it {told}, against it 0, not told {len(own) - told}"
    assert row[3].text == "Shown for some trainings, not told for others"


def test_printed_figures_keep_what_their_difference_is_due_to() -> None:
    rows = pd.DataFrame([{**dict.fromkeys(TABLES["side_by_side"], ""), "paper": "paper1", "why": "clips leak"}])
    found = live_papers.tables(whole(), rows)["papers_side_by_side"]
    assert found[["panel", "why"]].iloc[0].tolist() == ["Paper 1 (accuracy, RAVDESS, 203 test clips)", "clips leak"]


def test_a_study_as_large_as_the_papers_keeps_its_cells_below_a_megabyte() -> None:
    rng, pairs = np.random.default_rng(1), 66
    n = PAPER_LAYERS * pairs
    table = pd.DataFrame(
        {
            "model": np.repeat([f"network-{at}" for at in range(8)], 25 * pairs),
            "layer": np.tile(np.repeat([str(at) for at in range(25)], pairs), 8),
            **{name: rng.normal(size=n) for name in ("value", "low", "high", "published")},
        }
    )
    assert len(live.pack({"distance_cells": table})) < 1_500_000
