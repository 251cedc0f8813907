"""Scores of trainings: by the rules of probes, seeds averaged, within melody, units as the protocol has them."""

import numpy as np
import pandas as pd
import pytest

from tests import made_up_transfer as made
from workflow_scripts.study import tables
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.transfer_scores import transfer_scores

SONG = ("speech", "song", "hubert-base", "peft")


def scored(*frames: pd.DataFrame, permutations: int = 39) -> pd.DataFrame:
    return transfer_scores(pd.concat(frames, ignore_index=True), made.manifests(), permutations, seed=1)


def headline(table: pd.DataFrame, metric: str = "UAR", clips: str = "all", **wanted: object) -> pd.Series:
    wanted = {"metric": metric, "clips": clips, "repeat": -1, "speaker": "", "group": "", "emotion": ""} | wanted
    found = table[(table[list(wanted)] == list(wanted.values())).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def test_each_cell_has_its_scores() -> None:
    clips = made.manifest("song")
    parts = [made.trained(clips, share, *SONG, condition, seeds=3, of_emotion=made.BIAS)
             for condition, share in (("two-stage", 0.7), ("source-only", 0.4))]  # fmt: skip
    table = scored(*parts)
    assert [*table.columns] == [*TABLES["transfer_scores"]]
    for part, condition in zip(parts, ("two-stage", "source-only"), strict=True):
        row = headline(table, condition=condition)
        right = part["true"] == part["predicted"]
        by_seed = right.groupby([part["repeat"], part["true"]]).mean().groupby(level="repeat").mean()
        assert row["value"] == pytest.approx(by_seed.mean())
        assert row["spread"] == pytest.approx(by_seed.std())
        assert (row["n_seeds"], row["n_clips"], row["n_speakers"]) == (3, 384, 16)
        assert row["interval"].endswith("t over speakers")
        assert row["low"] < row["value"] < row["high"]
        assert "mean of 3 seeds, which range from" in row["note"]
        assert ("normalised neither by speaker nor by dataset" in row["note"]) == (condition == "source-only")
        recall = headline(table, "recall", condition=condition, emotion="sad")
        assert recall["value"] == pytest.approx(right[part["true"] == "sad"].mean())
        of_speakers = table[(table["condition"] == condition) & (table["speaker"] != "") & (table["metric"] == "UAR")]
        assert set(of_speakers["clips"]) == {"all", "normal-intensity", "within-melody"}
        assert headline(table, clips="within-melody", condition=condition)["blind"] == pytest.approx(
            (1 / 2 + 1 / 3) / 2
        )
        assert headline(table, "melody-UAR", condition=condition)["value"] == pytest.approx(0.5)


@pytest.mark.parametrize("protocol", ["paper1", "twins"])
def test_clips_are_the_units_where_speakers_were_heard(protocol: str) -> None:
    row = headline(scored(made.trained(made.manifest("song"), 0.7, *SONG, "joint", protocol=protocol, seeds=2)))
    assert row["interval"] == "Wilson over clips"
    assert np.isnan(row["p_speakers"])
    assert "mean of 2 draws" in row["note"]


def test_emotions_of_another_pair_are_no_emotions_of_this_one() -> None:
    clips = made.manifest("song")
    few = clips[clips["emotion"].isin(["happy", "sad", "angry"])]
    names = ("other", "song", "hubert-base", "peft", "direct")
    table = scored(made.trained(clips, 0.7, *SONG, "direct"), made.trained(few, 0.7, *names))
    assert headline(table, source="other")["emotions"] == "happy sad angry"
    assert headline(table, source="other")["blind"] == pytest.approx(1 / 3)
    assert headline(table, source="speech")["blind"] == pytest.approx(1 / 6)


def test_one_speaker_one_seed_and_an_emotion_never_tested() -> None:
    clips = made.manifest("song")
    part = made.trained(clips[clips["speaker"] == "01"], 0.7, *SONG, "direct")
    table = scored(part[part["true"] != "calm"], permutations=9)
    row = headline(table)
    assert np.isnan([row["low"], row["high"]]).all()
    assert "one speaker" in row["note"]
    assert "calm" not in set(table["emotion"])


def test_cells_have_draws_of_their_own_and_can_be_written(tmp_path) -> None:
    clips = made.manifest("song")
    two = [made.trained(clips, 0.3, *SONG, condition) for condition in ("direct", "joint")]
    together, alone = scored(*two), scored(two[1])
    kept = together[together["condition"] == "joint"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, alone)
    tables.write(together, tmp_path / "s.parquet", "transfer_scores")
    tables.write(pd.concat(two), tmp_path / "p.parquet", "transfer_predictions")
    assert scored(pd.DataFrame(two[0].head(0))).empty
