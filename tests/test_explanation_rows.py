"""Which clips an explanation is of, and when they are too few."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from workflow_scripts.explanation.rows import conditions, shortage


def clips(melodies: bool = False, speakers: int = 4) -> pd.DataFrame:
    """Two clips per speaker, emotion and intensity; neutral has normal intensity only."""
    rows = [
        (f"{speaker}", emotion, intensity, {"neutral": "n", "sad": "minus", "angry": "minus", "happy": "plus"}[emotion])
        for speaker in range(speakers)
        for emotion in ("neutral", "sad", "angry", "happy")
        for intensity in (("normal",) if emotion == "neutral" else ("normal", "strong"))
        for _ in range(2)
    ]
    table = pd.DataFrame(rows, columns=["speaker", "emotion", "intensity", "melody"])
    return table if melodies else table.assign(melody="")


def emotions_of(table: pd.DataFrame, keep: np.ndarray) -> set[str]:
    return set(table["emotion"][keep])


def test_an_emotion_is_told_from_neutral_and_at_normal_intensity_beside() -> None:
    table = clips()
    found = conditions(table, "angry", ["neutral"])
    assert [condition.name for condition in found] == ["all", "normal-intensity"]
    whole, normal = found
    assert emotions_of(table, whole.keep) == {"angry", "neutral"}
    assert whole.keep.sum() == 4 * (2 + 4)
    assert set(table["intensity"][normal.keep]) == {"normal"}
    assert normal.keep.sum() == 4 * (2 + 2)
    assert (whole.positive == (table["emotion"] == "angry")).all()


def test_an_emotion_is_told_from_the_rest() -> None:
    table = clips()
    whole = conditions(table, "angry", ["neutral", "sad"])[0]
    assert emotions_of(table, whole.keep) == {"angry", "neutral", "sad"}


def test_within_its_melody_an_emotion_meets_the_others_of_that_melody_whatever_the_study_asks_for() -> None:
    table = clips(melodies=True)
    found = {condition.name: condition for condition in conditions(table, "angry", ["neutral"])}
    assert emotions_of(table, found["within-melody"].keep) == {"angry", "sad"}
    alone = {condition.name for condition in conditions(table, "happy", ["neutral"])}
    assert "within-melody" not in alone  # no other emotion is sung to its melody


def test_without_strong_clips_or_melodies_there_is_one_condition() -> None:
    table = clips()
    table = table[table["intensity"] == "normal"]
    assert [condition.name for condition in conditions(table, "sad", ["neutral"])] == ["all"]


def test_enough_speakers_have_no_shortage() -> None:
    table = clips()
    for condition in conditions(table, "angry", ["neutral"]):
        assert shortage(condition, table["speaker"].to_numpy(str), table["speaker"].astype(int).to_numpy()) == ""


@pytest.mark.parametrize(
    ("drop", "words"),
    [
        (lambda table: table["speaker"].isin(["0", "1"]), "2 speakers (2, 3)"),
        (
            lambda table: (table["emotion"] == "neutral") & (table["speaker"] != "0"),
            "0 speakers of what it is told from",
        ),
        (lambda table: table["emotion"] == "angry", "the dataset has no clip of the emotion"),
        (
            lambda table: table["speaker"].isin(["1", "2", "3"]) & (table["emotion"] == "angry"),
            "0 speakers of the emotion",
        ),
    ],
)
def test_a_shortage_is_told_with_its_numbers(drop: Callable[[pd.DataFrame], "pd.Series[bool]"], words: str) -> None:
    table = clips()
    table = table[~drop(table)].reset_index(drop=True)
    condition = conditions(table, "angry", ["neutral"])[0]
    said = shortage(condition, table["speaker"].to_numpy(str), table["speaker"].astype(int).to_numpy())
    assert words in said
