"""The leak audit against counting by brute force, on whole RAVDESS and on made-up leaks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_recordings import as_manifest, touch_ravdess

from workflow_scripts import corpora
from workflow_scripts.materials import folds as splits
from workflow_scripts.materials import leaks
from workflow_scripts.probing.inputs import across
from workflow_scripts.study.errors import UserError

SPEECH = corpora.find("ravdess-speech")
SONG = corpora.find("ravdess-song")


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    manifest = as_manifest(SPEECH.find_clips(touch_ravdess(tmp_path_factory.mktemp("speech"), "01"), {}))
    # The corpus's own pair of equal recordings.
    pair = manifest["clip_id"].str.contains("03-01-03-01-02-0[12]-07")
    manifest.loc[pair, "audio_hash"] = "the same"
    return splits.restricted(manifest, SPEECH.paper1)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return as_manifest(SONG.find_clips(touch_ravdess(tmp_path_factory.mktemp("song"), "02"), {}))


def brute_force(train: pd.DataFrame, test: pd.DataFrame) -> dict[str, tuple[int, int]]:
    def twin(a: object, b: object) -> bool:
        return all(getattr(a, f) == getattr(b, f) for f in ("pool", "speaker", "statement", "emotion", "intensity"))

    trained, tested = list(train.itertuples()), list(test.itertuples())
    speakers = {(b.pool, b.speaker) for b in tested}
    told = [b for b in tested if b.statement]
    return {
        "speakers": (len(speakers & {(a.pool, a.speaker) for a in trained}), len(speakers)),
        "twins": (sum(any(twin(a, b) for a in trained) for b in told), len(told)),
        "equal audio": (sum(any(a.audio_hash == b.audio_hash for a in trained) for b in tested), len(tested)),
    }


def counts(rows: pd.DataFrame) -> dict[str, tuple[int, int]]:
    return {row["kind"]: (row["count"], row["of"]) for _, row in rows.iterrows()}


@pytest.mark.parametrize("seed", range(6))
def test_counts_are_those_of_brute_force(seed: int) -> None:
    generator = np.random.default_rng(seed)
    manifest = pd.DataFrame(
        {
            "clip_id": [f"c{i}" for i in range(60)],
            "pool": generator.choice(["p", "q"], 60),
            "speaker": generator.choice(["1", "2", "3"], 60),
            "statement": generator.choice(["kids", "dogs", ""], 60),
            "emotion": generator.choice(["sad", "calm"], 60),
            "intensity": generator.choice(["normal", "strong"], 60),
            "audio_hash": generator.choice([f"h{i}" for i in range(50)], 60),
        }
    )
    folds = pd.DataFrame({"clip_id": manifest["clip_id"], "repeat": 0, "fold": generator.integers(-1, 3, 60)})
    found = leaks.within("mine", "paper1", manifest, folds)
    clips = manifest.set_index("clip_id", drop=False)
    for _, fold, train, test in splits.parts(folds):
        rows = found[found["fold"] == fold]
        assert counts(rows) == brute_force(clips.loc[train], clips.loc[test])
        assert (rows["n_train"] == len(train)).all()
        assert (rows["n_test"] == len(test)).all()


def test_strict_leaks_nothing_on_ravdess_although_two_names_hold_one_recording(speech: pd.DataFrame) -> None:
    found = leaks.within("speech", "strict", speech, splits.strict(speech, SPEECH.speakers))
    assert len(found) == 6 * 3
    assert found["count"].sum() == 0
    leaks.refuse(found)


def test_paper1_leaks_all_speakers_and_most_twins(speech: pd.DataFrame) -> None:
    found = leaks.within("speech", "paper1", speech, splits.paper1(speech, 3))
    shares = found.groupby("kind")["count"].sum() / found.groupby("kind")["of"].sum()
    assert shares["speakers"] == 1.0
    assert 0.7 < shares["twins"] < 0.9
    leaks.refuse(found)


def test_the_equal_pair_of_actor_07_is_counted_when_a_draw_parts_it(speech: pd.DataFrame) -> None:
    pair = [f"ravdess-speech/03-01-03-01-02-0{r}-07" for r in (1, 2)]
    folds = pd.DataFrame({"clip_id": speech["clip_id"], "repeat": 0, "fold": -1})
    folds.loc[folds["clip_id"] == pair[0], "fold"] = 0
    found = leaks.within("speech", "paper1", speech, folds).set_index("kind")
    assert (found.loc["equal audio", "count"], found.loc["equal audio", "examples"]) == (1, pair[0])


@pytest.mark.parametrize("kind", ["speakers", "equal audio"])
def test_strict_stops_on_any_leak_and_names_it(speech: pd.DataFrame, kind: str) -> None:
    manifest, folds = speech.copy(), splits.strict(speech, SPEECH.speakers)
    victim = "ravdess-speech/03-01-05-01-01-01-02"
    if kind == "speakers":
        folds.loc[folds["clip_id"] == victim, "fold"] = 5
    else:
        other = manifest["clip_id"] == "ravdess-speech/03-01-05-01-01-01-03"
        manifest.loc[other, "audio_hash"] = f"sound of {victim}"
    found = leaks.within("speech", "strict", manifest, folds)
    with pytest.raises(UserError) as error:
        leaks.refuse(found)
    assert f"{kind} on both sides" in str(error.value)
    assert ("ravdess/02" if kind == "speakers" else victim) in str(error.value)


def test_speech_and_song_hold_out_the_same_actors(speech: pd.DataFrame, song: pd.DataFrame) -> None:
    folds = splits.strict(speech, SPEECH.speakers), splits.strict(song, SONG.speakers)
    found = leaks.between("speech", "song", "strict", (speech, song), folds)
    assert found["count"].sum() == 0
    assert (found["n_train"] + found["n_test"] == 1012).all()
    leaks.refuse(found)


def test_folds_that_differ_between_datasets_stop(speech: pd.DataFrame, song: pd.DataFrame) -> None:
    few = {speaker: sex for speaker, sex in SONG.speakers.items() if speaker != "01"}
    rest = song[song["speaker"] != "01"]
    folds = splits.strict(speech, SPEECH.speakers), splits.strict(rest, few)
    found = leaks.between("speech", "song", "strict", (speech, rest), folds)
    with pytest.raises(UserError, match="trained on speech, tested on song"):
        leaks.refuse(found)


def test_paper1_across_domains_counts_speakers_and_twins_of_the_other_dataset(
    speech: pd.DataFrame, song: pd.DataFrame
) -> None:
    folds = splits.paper1(speech, 1), splits.paper1(song, 1)
    found = leaks.between("speech", "song", "paper1", (speech, song), folds)
    train = speech.set_index("clip_id").loc[folds[0].loc[folds[0]["fold"] == -1, "clip_id"]]
    test = song.set_index("clip_id").loc[folds[1].loc[folds[1]["fold"] == 0, "clip_id"]]
    assert counts(found) == brute_force(train, test)
    assert found.set_index("kind").loc["speakers", "count"] == 23


def test_equal_names_in_other_pools_are_other_people(speech: pd.DataFrame) -> None:
    strangers = speech.assign(pool="others", audio_hash=speech["audio_hash"] + " elsewhere")
    folds = splits.paper1(speech, 1)
    found = leaks.between("a", "b", "paper1", (speech, strangers), (folds, folds))
    assert found["count"].sum() == 0


def test_a_line_in_words(speech: pd.DataFrame) -> None:
    found = leaks.within("speech", "strict", speech, splits.strict(speech, SPEECH.speakers))
    assert leaks.in_words(found) == "speakers 0 of 23, twins 0 of 1012, equal audio 0 of 1012"


def test_the_made_up_corpora_have_the_files_that_brute_force_counts(tmp_path: Path) -> None:
    assert len(SONG.find_clips(touch_ravdess(tmp_path, "02", actors=[17, 18, 19]), {})) == 88


def test_one_corpus_under_two_pool_names_is_found_out_by_its_audio(speech: pd.DataFrame) -> None:
    """Datasets without common speakers train on the whole source: the audit counts what the probe trains on."""
    renamed = speech.assign(pool="other", clip_id="other/" + speech["clip_id"])
    folds = splits.strict(speech, None, 6), splits.strict(renamed, None, 6)
    found = leaks.between("a", "b", "strict", (speech, renamed), folds)
    parts = across("strict", (folds[0], ids(speech)), (folds[1], ids(renamed)), shared=False)
    assert found["n_train"].unique().tolist() == parts.train.sum(1).tolist() == [len(speech)]
    assert counts(found)["equal audio"] == (len(speech), len(speech))
    with pytest.raises(UserError, match="equal audio"):
        leaks.refuse(found)


def ids(manifest: pd.DataFrame) -> np.ndarray:
    return manifest["clip_id"].to_numpy(dtype=str)
