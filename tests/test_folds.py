"""Who is held out when: speakers dealt evenly and once, paper 1's draws, EmoBox's lists."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_recordings import as_manifest, touch_ravdess
from sklearn.model_selection import train_test_split

from workflow_scripts import corpora
from workflow_scripts.materials import folds as splits
from workflow_scripts.study.errors import UserError

ACTORS = corpora.find("ravdess-speech").speakers
LISTS = Path(__file__).resolve().parents[1] / "resources" / "emobox_folds.csv"

pools = st.dictionaries(
    st.integers(0, 999).map(str), st.sampled_from(["male", "female", ""]), min_size=2, max_size=40
)  # fmt: skip


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = touch_ravdess(tmp_path_factory.mktemp("speech"), "01")
    return as_manifest(corpora.find("ravdess-speech").find_clips(folder, {}))


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = touch_ravdess(tmp_path_factory.mktemp("song"), "02")
    return as_manifest(corpora.find("ravdess-song").find_clips(folder, {}))


@given(pool=pools, folds=st.integers(2, 8))
def test_speakers_are_dealt_evenly_and_so_are_the_sexes(pool: dict[str, str], folds: int) -> None:
    fold_of = splits.deal_speakers(pool, folds)
    assert set(fold_of) == set(pool)
    count = max(fold_of.values()) + 1
    for chosen in ({"male", "female", ""}, {"male"}, {"female"}):
        sizes = [sum(fold_of[s] == k and pool[s] in chosen for s in pool) for k in range(count)]
        assert max(sizes) - min(sizes) <= 1
    if {"male", "female"} <= set(pool.values()) and len(pool) >= 6:
        assert count == min(folds, len(pool) // 2)
    else:
        assert count == min(folds, len(pool))


@given(pool=pools, data=st.data())
def test_folds_depend_on_the_pool_alone(pool: dict[str, str], data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(pool.items()))))
    assert splits.deal_speakers(pool) == splits.deal_speakers(shuffled)


def test_the_folds_of_ravdess_hold_two_men_and_two_women() -> None:
    fold_of = splits.deal_speakers(ACTORS)
    held = {k: sorted(s for s in fold_of if fold_of[s] == k) for k in range(6)}
    assert held[0] == ["01", "02", "13", "14"]
    assert all(sum(ACTORS[s] == "male" for s in speakers) == 2 for speakers in held.values())


@given(actors=st.sets(st.sampled_from(sorted(ACTORS)), min_size=5), clips=st.integers(1, 3))
def test_strict_tests_every_clip_once_and_never_trains_on_its_speaker(actors: set[str], clips: int) -> None:
    manifest = pd.DataFrame(
        [(f"{actor}-{clip}", actor, ACTORS[actor]) for actor in actors for clip in range(clips)],
        columns=["clip_id", "speaker", "sex"],
    )
    folds = splits.strict(manifest, ACTORS)
    assert sorted(folds["clip_id"]) == sorted(manifest["clip_id"])
    whole = splits.deal_speakers(ACTORS)
    speaker_of = manifest.set_index("clip_id")["speaker"]
    tested: list[str] = []
    for _, fold, train, test in splits.parts(folds):
        assert not set(speaker_of[train]) & set(speaker_of[test])
        assert {whole[speaker] for speaker in speaker_of[test]} == {fold}
        assert sorted([*train, *test]) == sorted(manifest["clip_id"])
        tested += test
    assert sorted(tested) == sorted(manifest["clip_id"])


def test_the_same_actors_are_held_out_in_speech_song_and_any_subset(speech: pd.DataFrame, song: pd.DataFrame) -> None:
    def by_speaker(manifest: pd.DataFrame) -> dict[str, int]:
        folds = splits.strict(manifest, ACTORS)
        speakers = folds["clip_id"].str[-2:]
        assert folds.groupby(speakers)["fold"].nunique().eq(1).all()
        return dict(zip(speakers, folds["fold"], strict=True))

    whole = by_speaker(speech)
    assert by_speaker(song) == {speaker: fold for speaker, fold in whole.items() if speaker != "18"}
    few = speech[speech["speaker"].isin(["01", "02", "03", "04", "05", "06"])]
    assert by_speaker(few) == {"01": 0, "02": 0, "03": 1, "04": 1, "05": 2, "06": 2}


def test_pools_without_both_sexes_leave_one_speaker_out() -> None:
    savee = corpora.find("savee").speakers
    assert sorted(splits.deal_speakers(savee).values()) == [0, 1, 2, 3]


def test_emodb_gives_five_folds_of_a_man_and_a_woman() -> None:
    speakers = corpora.find("emodb").speakers
    fold_of = splits.deal_speakers(speakers)
    for fold in range(5):
        assert sorted(speakers[s] for s in fold_of if fold_of[s] == fold) == ["female", "male"]


def test_numbers_in_names_are_dealt_by_value() -> None:
    assert list(splits.deal_speakers({f"s{n}": "" for n in (10, 9, 2)})) == ["s2", "s9", "s10"]


def test_too_few_speakers_for_folds_are_refused() -> None:
    manifest = pd.DataFrame({"clip_id": ["a", "b"], "speaker": ["01", "13"], "sex": ["male", "male"]})
    with pytest.raises(UserError, match="fewer than two folds"):
        splits.strict(manifest, ACTORS)
    with pytest.raises(UserError, match="the pool does not know: 13"):
        splits.strict(manifest, {"01": "male", "02": "female"})


def test_paper1_draws_203_of_1012_clips_as_scikit_learn_does(speech: pd.DataFrame, song: pd.DataFrame) -> None:
    for manifest, corpus in ((speech, "ravdess-speech"), (song, "ravdess-song")):
        used = splits.restricted(manifest, corpora.find(corpus).paper1)
        counts = used["emotion"].value_counts()
        assert (len(used), used["speaker"].nunique()) == (1012, 23)
        assert counts.to_dict() == {"neutral": 92, "calm": 184, "happy": 184, "sad": 184, "angry": 184, "fearful": 184}
        folds = splits.paper1(used.sample(frac=1, random_state=3), draws=3)
        ids = np.array(sorted(used["clip_id"]))
        for draw, fold, train, test in splits.parts(folds):
            assert (fold, len(train), len(test)) == (0, 809, 203)
            expected = train_test_split(ids, test_size=0.2, random_state=draw)
            assert sorted(test) == sorted(expected[1])
            assert sorted(train) == sorted(expected[0])
        assert folds.groupby("repeat").size().tolist() == [1012] * 3


def test_stratified_paper1_draws_keep_the_shares_of_the_emotions(song: pd.DataFrame) -> None:
    used = splits.restricted(song, corpora.find("ravdess-song").paper1)
    emotion_of = used.set_index("clip_id")["emotion"]
    tested = [emotion_of.loc[test].value_counts() for _, _, _, test in splits.parts(splits.paper1(used, 3, True))]
    assert all(counts["neutral"] in (18, 19) and set(counts.drop("neutral")) <= {36, 37} for counts in tested)
    free = [emotion_of.loc[test].value_counts() for _, _, _, test in splits.parts(splits.paper1(used, 3))]
    assert not all(counts["neutral"] in (18, 19) and set(counts.drop("neutral")) <= {36, 37} for counts in free)


def test_emobox_folds_are_those_of_its_lists(speech: pd.DataFrame) -> None:
    folds = splits.emobox(speech, pd.read_csv(LISTS))
    assert folds.groupby("fold").size().to_dict() == dict.fromkeys(range(1, 7), 240)
    with LISTS.open() as file:
        listed = {row["clip_id"]: int(row["test_fold"]) for row in csv.DictReader(file)}
    assert all(listed[row.clip_id] == row.fold for row in folds.itertuples())
    actors = folds.loc[folds["fold"] == 2, "clip_id"].str[-2:].unique()
    assert sorted(actors) == ["04", "10", "12", "14"]


def test_emobox_lists_know_all_clips_of_three_corpora() -> None:
    lists = pd.read_csv(LISTS, dtype=str)
    assert lists["corpus"].value_counts().to_dict() == {"ravdess-speech": 1440, "emodb": 535, "savee": 480}
    words = {"Happy": "happy", "Angry": "angry", "Sad": "sad", "Fear": "fearful", "Neutral": "neutral",
             "Disgust": "disgust", "Surprise": "surprised", "Calm": "calm", "Boredom": "boredom"}  # fmt: skip
    for name, suffix in (("savee", ".wav"), ("emodb", ".wav")):
        module = __import__(f"workflow_scripts.corpora.{name}", fromlist=["read_name"])
        for row in lists[lists["corpus"] == name].itertuples():
            clip = module.read_name(Path(row.clip_id + suffix))
            assert (clip.clip_id, clip.speaker, clip.emotion) == (row.clip_id, row.speaker, words[row.emotion])


def small() -> pd.DataFrame:
    rows = [
        (f"{s}-{e}-{i}", s, "", e) for s in ("a", "b", "c") for e in ("happy", "sad") for i in range(2)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["clip_id", "speaker", "sex", "emotion"])


def split(manifest: pd.DataFrame) -> pd.DataFrame:
    return splits.strict(manifest, None)


def test_what_the_folds_can_use_is_kept_whole() -> None:
    kept, folds, left_out = splits.fit(small(), split)
    assert left_out == {}
    assert len(kept) == len(folds) == 12


def test_a_speaker_with_one_emotion_is_named() -> None:
    manifest = pd.concat([small(), pd.DataFrame([("d-1", "d", "", "sad")], columns=small().columns)], ignore_index=True)
    kept, folds, left_out = splits.fit(manifest, split)
    assert left_out == {"d-1": "speaker d has one emotion only (sad)"}
    assert "d-1" not in set(folds["clip_id"]) | set(kept["clip_id"])
    assert "speaker d has one emotion only (sad)\n    clips: d-1" in splits.unfit_in_words(left_out)


def test_an_emotion_of_one_speaker_is_named() -> None:
    proud = pd.DataFrame([(f"a-proud-{i}", "a", "", "proud") for i in range(9)], columns=small().columns)
    _, folds, left_out = splits.fit(pd.concat([small(), proud], ignore_index=True), split)
    assert set(left_out) == set(proud["clip_id"])
    assert "emotion proud has too few clips or speakers for the folds: 9 clips of 1 speakers" in left_out["a-proud-0"]
    assert len(folds) == 12


def test_clips_that_emobox_does_not_list_are_named() -> None:
    lists = small().assign(test_fold=[1] * 4 + [2] * 8).iloc[:-1]
    _, _, left_out = splits.fit(small(), lambda clips: splits.emobox(clips, lists))
    assert left_out == {"c-sad-1": "the protocol's lists do not name it"}


def test_nothing_left_is_an_error() -> None:
    manifest = small()[lambda rows: rows["emotion"] == "sad"]
    with pytest.raises(UserError, match="no clip is left"):
        splits.fit(manifest, split)
