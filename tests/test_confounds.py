"""How well the label can be told from what should not matter."""

import numpy as np
import pandas as pd
import pytest
from made_up_recordings import as_manifest, touch_ravdess

from workflow_scripts import corpora
from workflow_scripts.materials.confounds import COLUMNS, bayes, confounds


def manifest_of(name: str, channel: str, folder: object, actors: list[int]) -> pd.DataFrame:
    manifest = as_manifest(corpora.find(name).find_clips(touch_ravdess(folder, channel, actors), {}))
    generator = np.random.default_rng(5)
    manifest["prepared_seconds"] = 3.0
    manifest["prepared_level_db"] = generator.normal(-30, 5, len(manifest))
    manifest["prepared_active_fraction"] = generator.uniform(0.4, 0.6, len(manifest))
    return manifest


@pytest.fixture
def song(tmp_path: object) -> pd.DataFrame:
    return manifest_of("ravdess-song", "02", tmp_path, [1, 2, 3, 4, 5, 6])


def test_melody_alone_tells_half_of_song(song: pd.DataFrame) -> None:
    table = confounds("song", song).set_index("nuisance")
    assert list(confounds("song", song).columns) == list(COLUMNS)
    assert table.loc["melody", "uar"] == pytest.approx(0.5)
    assert table.loc["melody", "chance"] == pytest.approx(1 / 6)
    assert table.loc["intensity", "uar"] == pytest.approx(0.25)
    assert table.loc["sentence", "uar"] == pytest.approx(1 / 6)
    assert table.loc["melody", "note"] == "the same for every speaker, so without interval"
    assert np.isnan(table.loc["melody", "low"])
    assert (table["n_speakers"] == 6).all()
    assert (table["n_clips"] == 264).all()


def test_what_is_unknown_or_constant_is_said_and_not_scored(tmp_path: object) -> None:
    speech = manifest_of("ravdess-speech", "01", tmp_path, [1, 2])
    table = confounds("speech", speech).set_index("nuisance")
    assert np.isnan(table.loc["melody", "uar"])
    assert table.loc["melody", "note"] == "not known in this dataset"
    assert table.loc["duration", "note"] == "the same for every clip"
    assert np.isnan(table.loc["duration", "uar"])
    one = confounds("speech", speech[speech["speaker"] == "01"])
    assert (one["note"] == "one speaker only").all()


def test_noise_tells_nothing_and_a_planted_level_tells_all(song: pd.DataFrame) -> None:
    table = confounds("song", song).set_index("nuisance")
    for name in ("level", "silence"):
        assert table.loc[name, "low"] < 1 / 6 + 0.05
        assert table.loc[name, "uar"] < 0.3
    planted = song.assign(prepared_level_db=song["label"].astype(float) * 10)
    row = confounds("song", planted).set_index("nuisance").loc["level"]
    assert row["uar"] == pytest.approx(1.0)


def test_loud_speakers_hide_what_the_level_within_speaker_tells(song: pd.DataFrame) -> None:
    hidden = song.assign(prepared_level_db=song["label"].astype(float) * 2 + song["speaker"].astype(float) * 40)
    table = confounds("song", hidden).set_index("nuisance")
    assert table.loc["level", "uar"] < 0.35
    assert table.loc["level within speaker", "uar"] > 0.8


def test_sentences_that_belong_to_one_emotion_are_noted(song: pd.DataFrame) -> None:
    table = confounds("song", song.assign(statement=song["emotion"] + "-1")).set_index("nuisance")
    assert table.loc["sentence", "uar"] == 1.0
    assert table.loc["sentence", "note"].startswith("every sentence name belongs to one emotion")


def test_the_rule_gives_every_emotion_the_same_prior() -> None:
    codes = np.array([0] * 90 + [1] * 10 + [0] * 2 + [1] * 8)
    classes = np.array([0] * 100 + [1] * 10)
    assert bayes(codes, classes, np.array([0, 1, -1]), 2).tolist() == [0, 1, 0]


def test_the_interval_is_the_t_interval_of_speakers_in_a_balanced_corpus(song: pd.DataFrame) -> None:
    from scipy.stats import sem, t

    generator = np.random.default_rng(0)
    noisy = song.assign(prepared_level_db=song["label"].astype(float) * 3 + generator.normal(0, 5, len(song)))
    row = confounds("song", noisy).set_index("nuisance").loc["level"]
    assert 0 < row["low"] < row["uar"] < row["high"] < 1
    from workflow_scripts.materials.confounds import predict_held_out

    emotions = sorted(song["emotion"].unique())
    true = np.searchsorted(emotions, song["emotion"].to_numpy())
    speakers = pd.factorize(song["speaker"])[0]
    predicted = predict_held_out(noisy["prepared_level_db"].to_numpy(), true, speakers, 6)
    right = pd.Series(predicted == true).groupby([speakers, true]).mean().unstack().mean(axis=1)
    half = t.ppf(0.975, 5) * sem(right)
    assert row["uar"] == pytest.approx(right.mean())
    assert (row["low"], row["high"]) == pytest.approx((right.mean() - half, right.mean() + half))
