"""Corpora read from their own names: counts as published, odd layouts, and what is misnamed or missing."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from made_up_recordings import ravdess_names, touch_ravdess

from workflow_scripts import corpora
from workflow_scripts.study.errors import UserError


def clips_of(name: str, folder: Path) -> list[corpora.Clip]:
    return corpora.find(name).find_clips(folder, {})


def good(clips: list[corpora.Clip]) -> list[corpora.Clip]:
    return [clip for clip in clips if not clip.fault]


def test_names_come_from_the_files_of_the_folder() -> None:
    folder = Path(corpora.__file__).parent
    files = {path.stem.replace("_", "-") for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert set(corpora.names()) == files
    assert {"ravdess-speech", "ravdess-song", "savee", "emodb", "table"} <= files
    for name in corpora.names():
        assert corpora.find(name).name == name


def test_an_unknown_corpus_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(KeyError, match="did you mean 'ravdess-speech'"):
        corpora.find("ravdes-speech")


def test_the_registry_and_all_corpora_load_without_numerical_libraries() -> None:
    program = (
        "import sys; from workflow_scripts import corpora; [corpora.find(n) for n in corpora.names()];"
        "print(sorted({'numpy', 'pandas', 'torch', 'scipy', 'pyarrow'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "channel", "total", "neutral", "other", "emotions"),
    [("ravdess-speech", "01", 1440, 96, 192, 8), ("ravdess-song", "02", 1012, 92, 184, 6)],
)
@pytest.mark.parametrize("suffix", [".wav", ".WAV", ".flac"])
def test_ravdess_has_the_published_counts(
    tmp_path: Path, name: str, channel: str, total: int, neutral: int, other: int, emotions: int, suffix: str
) -> None:
    clips = clips_of(name, touch_ravdess(tmp_path, channel, suffix=suffix))
    assert len(clips) == len(good(clips)) == len({clip.clip_id for clip in clips}) == total
    counts = Counter(clip.emotion for clip in clips)
    assert counts.pop("neutral") == neutral
    assert set(counts.values()) == {other}
    assert len(counts) == emotions - 1
    assert Counter(clip.sex for clip in clips)["male"] == (720 if channel == "01" else 528)
    assert {clip.intensity for clip in clips if clip.emotion == "neutral"} == {"normal"}


def test_one_ravdess_name_is_read_field_by_field(tmp_path: Path) -> None:
    touch_ravdess(tmp_path, "02", actors=[3])
    clip = next(c for c in clips_of("ravdess-song", tmp_path) if c.clip_id == "ravdess-song/03-02-05-02-01-02-03")
    fields = (clip.speaker, clip.sex, clip.emotion, clip.label, clip.intensity, clip.statement, clip.repetition)
    assert fields == ("03", "male", "angry", "05", "strong", "kids", 2)
    assert (clip.domain, clip.language, clip.melody) == ("song", "en", "negative")


def test_melodies_of_song_are_scripted_by_valence_and_speech_has_none(tmp_path: Path) -> None:
    touch_ravdess(tmp_path, "01", actors=[1])
    touch_ravdess(tmp_path, "02", actors=[1])
    song = {(clip.emotion, clip.melody) for clip in clips_of("ravdess-song", tmp_path)}
    assert song == {
        ("neutral", "neutral"),
        ("calm", "positive"),
        ("happy", "positive"),
        ("sad", "negative"),
        ("angry", "negative"),
        ("fearful", "negative"),
    }
    assert {clip.melody for clip in clips_of("ravdess-speech", tmp_path)} == {""}


def test_speech_song_and_video_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    touch_ravdess(tmp_path, "01", actors=[1])
    touch_ravdess(tmp_path, "02", actors=[1])
    (tmp_path / "Actor_01" / "01-01-05-02-01-02-01.wav").touch()
    assert len(good(clips_of("ravdess-speech", tmp_path))) == 60
    assert len(good(clips_of("ravdess-song", tmp_path))) == 44


def test_song_and_speech_share_one_pool_and_state_what_paper_1_used() -> None:
    speech, song = corpora.find("ravdess-speech"), corpora.find("ravdess-song")
    assert speech.pool == song.pool == "ravdess"
    assert speech.speakers == song.speakers
    assert Counter(speech.speakers.values()) == {"male": 12, "female": 12}
    assert len(speech.paper1.speakers) == 23
    assert "18" not in speech.paper1.speakers
    assert set(speech.paper1.emotions) == {"neutral", "calm", "happy", "sad", "angry", "fearful"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("kids_angry_2", "not of the form"),
        ("03-01-09-01-01-01-01", "code of emotion does not exist"),
        ("03-01-01-02-01-01-01", "code of intensity does not exist"),
        ("03-01-05-01-03-01-01", "code of statement does not exist"),
        ("03-01-05-01-01-01-25", "code of actor does not exist"),
        ("03-07-05-01-01-01-01", "code of channel does not exist"),
        ("03-01-05-01-01-01-02", "it lies in Actor_01 and names actor 02"),
    ],
)
def test_a_misnamed_ravdess_file_is_a_fault_with_its_reason(tmp_path: Path, name: str, why: str) -> None:
    touch_ravdess(tmp_path, "01", actors=[1])
    (tmp_path / "Actor_01" / f"{name}.wav").touch()
    faults = [clip for clip in clips_of("ravdess-speech", tmp_path) if clip.fault]
    assert [Path(clip.path).stem for clip in faults] == [name]
    assert faults[0].fault.startswith("misnamed: ")
    assert why in faults[0].fault


def test_song_has_no_disgust(tmp_path: Path) -> None:
    touch_ravdess(tmp_path, "02", actors=[1])
    (tmp_path / "Actor_01" / "03-02-07-01-01-01-01.wav").touch()
    faults = [clip.fault for clip in clips_of("ravdess-song", tmp_path) if clip.fault]
    assert faults == ["misnamed: its code of emotion does not exist in ravdess-song"]


def test_a_missing_ravdess_file_of_a_present_actor_is_named(tmp_path: Path) -> None:
    touch_ravdess(tmp_path, "01", actors=[1, 2])
    (tmp_path / "Actor_02" / "03-01-05-02-01-02-02.wav").unlink()
    faults = [clip for clip in clips_of("ravdess-speech", tmp_path) if clip.fault]
    assert [clip.clip_id for clip in faults] == ["ravdess-speech/03-01-05-02-01-02-02"]
    assert faults[0].fault.startswith("missing")


def test_hidden_files_of_macos_are_no_clips(tmp_path: Path) -> None:
    touch_ravdess(tmp_path, "01", actors=[1])
    (tmp_path / "Actor_01" / "._03-01-05-02-01-02-01.wav").touch()
    assert len(clips_of("ravdess-speech", tmp_path)) == 60


@pytest.mark.parametrize("name", ["ravdess-speech", "ravdess-song", "savee", "emodb"])
def test_a_missing_corpus_names_folder_and_expected_files(tmp_path: Path, name: str) -> None:
    for folder in (tmp_path / "not-there", tmp_path):
        with pytest.raises(UserError) as error:
            clips_of(name, folder)
        assert str(folder) in str(error.value)
        assert corpora.find(name).layout in str(error.value)
    (tmp_path / "something_else.wav").touch()
    with pytest.raises(UserError, match="1 audio files with other names"):
        clips_of(name, tmp_path)


def savee_names() -> list[tuple[str, str]]:
    numbers = {"a": 15, "d": 15, "f": 15, "h": 15, "n": 30, "sa": 15, "su": 15}
    return [
        (speaker, f"{code}{number:02d}")
        for speaker in ("DC", "JE", "JK", "KL")
        for code, last in numbers.items()
        for number in range(1, last + 1)
    ]


@pytest.mark.parametrize("flat", [False, True])
def test_savee_in_both_layouts(tmp_path: Path, flat: bool) -> None:
    for speaker, stem in savee_names():
        path = tmp_path / f"{speaker}_{stem}.wav" if flat else tmp_path / "AudioData" / speaker / f"{stem}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    clips = clips_of("savee", tmp_path)
    assert len(clips) == len(good(clips)) == 480
    counts = Counter(clip.emotion for clip in clips)
    assert counts == {
        "neutral": 120, "angry": 60, "disgust": 60, "fearful": 60, "happy": 60, "sad": 60, "surprised": 60,
    }  # fmt: skip
    assert {clip.clip_id for clip in clips} == {f"savee/{speaker}_{stem}" for speaker, stem in savee_names()}
    assert {clip.label for clip in clips if clip.emotion == "sad"} == {"sa"}


@pytest.mark.parametrize(
    ("path", "why"),
    [("AudioData/DC/x01.wav", "form"), ("AudioData/DC/a16.wav", "no sentence 16"), ("a01.wav", "says the speaker"),
     ("AudioData/DC/JE_a01.wav", "lies in DC")],
)  # fmt: skip
def test_misnamed_savee_files(tmp_path: Path, path: str, why: str) -> None:
    for name in ("DC/n01.wav", path.removeprefix("AudioData/") if "/" in path else f"../{path}"):
        file = tmp_path / "AudioData" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    faults = [clip.fault for clip in clips_of("savee", tmp_path) if clip.fault.startswith("misnamed")]
    assert len(faults) == 1
    assert why in faults[0]


@pytest.mark.parametrize("folder", [".", "wav"])
@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_emodb_flat_or_in_wav(tmp_path: Path, folder: str, suffix: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    for name in ("03a01Fa", "08b10Wc", "16a07Eb", "15a04La", "12b02Ta", "11b09Na", "10b01Aa"):
        (tmp_path / folder / f"{name}{suffix}").touch()
    clips = {clip.clip_id: clip for clip in clips_of("emodb", tmp_path)}
    assert {clip.emotion for clip in clips.values()} == set(corpora.find("emodb").emotions)
    one = clips["emodb/08b10Wc"]
    assert (one.speaker, one.sex, one.emotion, one.statement, one.repetition, one.language) == (
        "08", "female", "angry", "b10", 3, "de",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["02a01Fa", "03a03Fa", "03a01Xa", "03a01F"])
def test_misnamed_emodb_files(tmp_path: Path, name: str) -> None:
    for stem in ("03a01Fa", name):
        (tmp_path / f"{stem}.wav").touch()
    assert [clip.clip_id for clip in clips_of("emodb", tmp_path) if clip.fault] == [f"emodb/{name}"]


def test_made_up_names_are_the_published_ones() -> None:
    assert (len(ravdess_names("01")), len(ravdess_names("02"))) == (1440, 1012)
