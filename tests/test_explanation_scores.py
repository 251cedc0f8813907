"""Scores of held-out decisions against plain renderings."""

import numpy as np
import pytest
from sklearn import metrics as reference

from workflow_scripts.explanation.scores import curve_rows, score_rows

SPEAKERS, EACH = 8, 12


def clips(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A third of each speaker's clips have the emotion."""
    speaker = np.repeat(np.arange(SPEAKERS), EACH)
    return np.tile(np.arange(EACH) < EACH // 3, SPEAKERS), speaker


def decided(positive: np.ndarray, right: float, draws: int, seed: int = 1) -> np.ndarray:
    """Decisions that are right with a probability."""
    hit = np.random.default_rng(seed).random((draws, len(positive))) < right
    return np.where(hit, positive, ~positive)


def rows_of(sides: dict[str, np.ndarray], positive: np.ndarray, speaker: np.ndarray) -> dict[tuple[str, str], dict]:
    rows = score_rows(sides, positive, speaker, 499, 3)
    return {(row["side"], row["metric"]): row for row in rows}


def test_values_are_those_of_scikit_learn() -> None:
    positive, speaker = clips()
    sides = {"all": decided(positive, 0.8, 1), "random": decided(positive, 0.6, 5)}
    rows = rows_of(sides, positive, speaker)
    for side, decisions in sides.items():
        expected = {
            "UAR": [reference.balanced_accuracy_score(positive, draw) for draw in decisions],
            "F1": [reference.f1_score(positive, draw) for draw in decisions],
            "WA": [reference.accuracy_score(positive, draw) for draw in decisions],
        }
        for metric, values in expected.items():
            assert rows[side, metric]["value"] == pytest.approx(np.mean(values))
            if len(values) > 1:
                assert rows[side, metric]["spread"] == pytest.approx(np.std(values, ddof=1))
    assert rows["all", "UAR"]["low"] < rows["all", "UAR"]["value"] < rows["all", "UAR"]["high"]
    assert rows["all", "UAR"]["n_positive"] == positive.sum()


def test_signal_is_told_from_chance_and_chance_is_not() -> None:
    positive, speaker = clips()
    rows = rows_of({"all": decided(positive, 0.85, 1), "top": decided(positive, 0.5, 1)}, positive, speaker)
    assert rows["all", "UAR"]["p"] < 0.01
    assert rows["top", "UAR"]["p"] > 0.05
    assert rows["all", "UAR"]["chance"] == pytest.approx(0.5, abs=0.01)


def test_chance_of_f1_depends_on_how_often_the_answer_is_yes() -> None:
    positive, speaker = clips()
    always = np.ones((1, len(positive)), dtype=bool)
    rows = rows_of({"all": always}, positive, speaker)
    share = positive.mean()
    assert rows["all", "F1"]["value"] == rows["all", "F1"]["chance"] == pytest.approx(2 * share / (1 + share))
    assert rows["all", "F1"]["p"] == 1.0


def test_differences_hold_over_speakers_or_do_not() -> None:
    positive, speaker = clips()
    sides = {
        "all": decided(positive, 0.9, 1),
        "top": decided(positive, 0.9, 1, 2),
        "random": decided(positive, 0.6, 20),
    }
    rows = rows_of(sides, positive, speaker)
    clear, none = rows["top-less-random", "UAR"], rows["top-less-all", "UAR"]
    assert clear["value"] == pytest.approx(rows["top", "UAR"]["value"] - rows["random", "UAR"]["value"])
    assert clear["low"] > 0
    assert clear["p"] == clear["p_smallest"] == pytest.approx(2 / 2**SPEAKERS)
    assert none["low"] < 0 < none["high"]
    assert none["p"] > 0.05


def test_few_speakers_are_told_that_no_difference_can_be_significant() -> None:
    positive, speaker = clips()
    few = speaker < 4
    sides = {"top": decided(positive, 1.0, 1)[:, few], "random": decided(positive, 0.6, 20)[:, few]}
    row = rows_of(sides, positive[few], speaker[few])["top-less-random", "UAR"]
    assert "4 speakers" in row["note"]


def test_curve_rows_are_scores_of_one_k() -> None:
    positive, speaker = clips()
    decisions = decided(positive, 0.7, 20)
    rows = {row["metric"]: row for row in curve_rows(decisions, positive, speaker)}
    whole = rows_of({"random": decisions}, positive, speaker)
    for metric in ("UAR", "F1"):
        assert {key: rows[metric][key] for key in ("value", "low", "high", "spread")} == {
            key: whole["random", metric][key] for key in ("value", "low", "high", "spread")
        }
