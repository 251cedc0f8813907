"""Bad recordings: each is named with its file and reason, under both policies; copies are counted once."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_up_recordings import RATE, record_ravdess, voice, write

from workflow_scripts import corpora
from workflow_scripts.corpora import Clip
from workflow_scripts.materials.manifest import COLUMNS, assemble
from workflow_scripts.study.errors import UserError


def not_finite(path: Path, value: float) -> None:
    samples = voice()
    samples[7] = value
    soundfile.write(path, samples, RATE, subtype="FLOAT")


def cut(path: Path) -> None:
    write(path, voice())
    path.write_bytes(path.read_bytes()[:-400])


def cut_flac(path: Path) -> None:
    soundfile.write(path, voice(seconds=2.0), RATE, format="FLAC")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


FAULTS = {
    "unreadable": lambda path: path.write_bytes(b"this is no recording at all, whatever its name says"),
    "empty: the file has no bytes": lambda path: path.touch(),
    "empty: it holds no samples": lambda path: write(path, np.zeros(0, np.float32)),
    "too short: 24.9 ms; the networks need 25 ms": lambda path: write(path, voice(lead=0)[:399]),
    "silent": lambda path: write(path, np.zeros(8000, np.float32)),
    "silent: no sample": lambda path: write(path, np.full(8000, 0.25, np.float32)),
    "1 samples that are NaN": lambda path: not_finite(path, np.nan),
    "1 samples that are NaN or infinite": lambda path: not_finite(path, np.inf),
    "its header lies: it claims 6400 frames and 6200": cut,
    "missing: the file does not exist": lambda path: None,
}


def clip(path: Path, name: str = "", **words: str) -> Clip:
    return Clip(clip_id=name or path.stem, path=str(path), speaker="a", emotion="happy", **words)


@pytest.mark.parametrize("reason", FAULTS)
def test_each_fault_is_named_with_file_and_reason(tmp_path: Path, reason: str) -> None:
    good, bad = write(tmp_path / "good.wav", voice()), tmp_path / "bad.wav"
    FAULTS[reason](bad)
    clips = [clip(good), clip(bad)]
    with pytest.raises(UserError) as error:
        assemble("table", "mine", clips, "as-recorded", None)
    assert str(bad) in str(error.value)
    assert reason in str(error.value)
    assert str(good) not in str(error.value)
    manifest, aside = assemble("table", "mine", clips, "as-recorded", None, on_bad_clips="set-aside")
    assert list(manifest["clip_id"]) == ["good"]
    assert list(aside["clip_id"]) == ["bad"]
    assert reason in aside["reason"][0]
    assert aside["path"][0] == str(bad)


def test_a_cut_flac_is_bad(tmp_path: Path) -> None:
    cut_flac(tmp_path / "bad.flac")
    write(tmp_path / "good.wav", voice())
    clips = [clip(tmp_path / "good.wav"), clip(tmp_path / "bad.flac")]
    _, aside = assemble("table", "mine", clips, "as-recorded", None, on_bad_clips="set-aside")
    assert list(aside["clip_id"]) == ["bad"]


def test_all_faults_come_in_one_message(tmp_path: Path) -> None:
    clips = []
    for index, make in enumerate(FAULTS.values()):
        make(tmp_path / f"bad{index}.wav")
        clips.append(clip(tmp_path / f"bad{index}.wav"))
    write(tmp_path / "good.wav", voice())
    with pytest.raises(UserError) as error:
        assemble("table", "mine", [*clips, clip(tmp_path / "good.wav")], "as-recorded", None, threads=2)
    message = str(error.value)
    assert f"{len(FAULTS)} of {len(FAULTS) + 1} clips cannot be used" in message
    for one, reason in zip(clips, FAULTS, strict=True):
        assert reason in message
        assert one.path in message
    assert "bad_clips: set-aside" in message


def test_when_every_clip_is_bad_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no usable clip is left"):
        assemble("table", "mine", [clip(tmp_path / "gone.wav")], "as-recorded", None, on_bad_clips="set-aside")


def test_very_quiet_recordings_are_no_fault(tmp_path: Path) -> None:
    quiet = write(tmp_path / "quiet.wav", 0.01 * voice(seconds=1.0))
    manifest, _ = assemble("table", "mine", [clip(quiet)], "as-recorded", None)
    assert manifest["level_db"][0] < -50
    assert manifest["onset"][0] == pytest.approx(0.1, abs=0.03)


def test_two_recordings_under_one_id_stop_under_any_policy(tmp_path: Path) -> None:
    one, other = write(tmp_path / "x/a.wav", voice(1)), write(tmp_path / "y/a.wav", voice(2))
    for policy in ("stop", "set-aside"):
        with pytest.raises(UserError, match="1 clip ids stand for different recordings") as error:
            assemble("table", "mine", [clip(one), clip(other)], "as-recorded", None, on_bad_clips=policy)
        assert str(one) in str(error.value)
        assert str(other) in str(error.value)


def test_one_recording_with_two_labels_stops(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", voice())
    twice = [clip(path), Clip(clip_id="a", path=str(path), speaker="a", emotion="sad")]
    with pytest.raises(UserError, match="different recordings or labels"):
        assemble("table", "mine", twice, "as-recorded", None)


def test_a_nested_copy_of_ravdess_is_counted_once_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    record_ravdess(tmp_path, "01", [1, 2])
    record_ravdess(tmp_path / "audio_speech_actors_01-24", "01", [1, 2])
    clips = corpora.find("ravdess-speech").find_clips(tmp_path, {})
    assert len(clips) == 240
    manifest, aside = assemble("ravdess-speech", "ravdess", clips, "as-recorded", None, threads=2)
    assert len(manifest) == manifest["clip_id"].nunique() == 120
    assert aside.empty
    assert manifest["remarks"].str.contains("counted once: .*audio_speech_actors_01-24").all()
    assert not manifest["path"].str.contains("audio_speech_actors").any()
    assert "120 files are copies" in caplog.text


def test_a_nested_copy_that_differs_stops(tmp_path: Path) -> None:
    record_ravdess(tmp_path, "01", [1])
    write(tmp_path / "again/Actor_01/03-01-05-02-01-02-01.wav", voice(4321, seconds=0.15))
    clips = corpora.find("ravdess-speech").find_clips(tmp_path, {})
    with pytest.raises(UserError, match="ravdess-speech/03-01-05-02-01-02-01"):
        assemble("ravdess-speech", "ravdess", clips, "as-recorded", None, on_bad_clips="set-aside")


def test_misnamed_and_missing_files_of_a_corpus_follow_the_policy(tmp_path: Path) -> None:
    record_ravdess(tmp_path, "02", [1])
    (tmp_path / "Actor_01/03-02-01-01-01-01-01.wav").rename(tmp_path / "Actor_01/neutral.wav")
    clips = corpora.find("ravdess-song").find_clips(tmp_path, {})
    with pytest.raises(UserError, match="2 of 45 clips cannot be used"):
        assemble("ravdess-song", "ravdess", clips, "as-recorded", None)
    manifest, aside = assemble("ravdess-song", "ravdess", clips, "as-recorded", None, on_bad_clips="set-aside")
    assert len(manifest) == 43
    assert sorted(reason.split(":")[0] for reason in aside["reason"]) == ["misnamed", "missing"]


def test_flac_and_wav_of_ravdess_give_the_same_manifest(tmp_path: Path) -> None:
    tables = []
    for suffix in (".wav", ".flac"):
        folder = record_ravdess(tmp_path / suffix.strip("."), "02", [2], suffix)
        clips = corpora.find("ravdess-song").find_clips(folder, {})
        tables.append(assemble("ravdess-song", "ravdess", clips, "matched", 0.1)[0].drop(columns="path"))
    assert list(tables[0].columns) == [column for column in COLUMNS if column != "path"]
    assert tables[0].equals(tables[1])


def test_the_manifest_does_not_depend_on_threads_or_order(tmp_path: Path) -> None:
    clips = corpora.find("ravdess-song").find_clips(record_ravdess(tmp_path, "02", [2]), {})
    one = assemble("ravdess-song", "ravdess", clips, "as-recorded", None, threads=1)[0]
    two = assemble("ravdess-song", "ravdess", clips[::-1], "as-recorded", None, threads=2)[0]
    assert one.equals(two)
    assert list(one["clip_id"]) == sorted(one["clip_id"])
