"""The doctor on datasets: a healthy table is fit for use, whatever was planted in another is told."""

import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from made_up_recordings import voice, write

from workflow_scripts import doctor

ROOT = Path(__file__).parent.parent
SPEAKERS = {f"s{number}": ("female", "male")[number % 2] for number in range(1, 7)}
EMOTIONS = ("happy", "sad", "angry")
HEADER = "path,speaker,sex,emotion,statement,repetition"


class Recordings:
    """A folder of short sounds and their table: six speakers, three emotions, two statements, two repetitions each."""

    def __init__(self, folder: Path, speakers: Any = tuple(SPEAKERS), emotions: Any = EMOTIONS) -> None:
        self.folder = folder
        wanted = product(speakers, emotions, ("kids", "dogs"), (1, 2))
        self.rows = [(f"{'_'.join(map(str, row))}.wav", *row) for row in wanted]
        for seed, (path, *_) in enumerate(self.rows):
            write(folder / path, voice(seed=seed, seconds=0.2 + 0.01 * (seed % 7)))

    def path(self, *row: Any) -> Path:
        return self.folder / f"{'_'.join(map(str, row))}.wav"

    def without(self, speaker: str, emotion: str) -> None:
        self.rows = [row for row in self.rows if row[1:3] != (speaker, emotion)]

    def study(self, **settings: Any) -> Path:
        lines = [
            f"{path},{speaker},{SPEAKERS[speaker]},{emotion},{statement},{repetition}"
            for path, speaker, emotion, statement, repetition in self.rows
        ]
        (self.folder / "clips.csv").write_text("\n".join([HEADER, *lines]))
        content = {
            "study": "of the test",
            "datasets": {"mine": {"corpus": "table", "folder": str(self.folder), "file": "clips.csv"}},
            "acoustics": ["eGeMAPSv02"],
            "protocols": ["strict"],
            "probing": {},
            **settings,
        }
        (self.folder / "study.yaml").write_text(yaml.safe_dump(content))
        return self.folder / "study.yaml"


@pytest.fixture
def recordings(tmp_path):
    return Recordings(tmp_path)


@pytest.fixture
def asked(monkeypatch, capsys, tmp_path):
    """Exit status, report and verdict on the dataset `mine`."""
    monkeypatch.chdir(tmp_path)

    def ask(config: Path, name: str = "mine") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["doctor", name, "--config", str(config)])
        status = doctor.main()
        report = capsys.readouterr().out
        return status, report, report.strip().splitlines()[-1]

    return ask


def line(report: str, begin: str) -> str:
    return next(own for own in report.splitlines() if own.strip().startswith(begin))


def protocol(report: str, name: str) -> str:
    return report.split(f"Protocol {name}")[1].split("\n\n")[0]


def test_a_healthy_table_is_fit(recordings, asked):
    asked_for = {
        "protocols": ["strict", "paper1", "paper2"],
        "emotions": list(EMOTIONS),
        "explanation": {"against": "rest"},
    }
    status, report, verdict = asked(recordings.study(**asked_for))
    assert (status, verdict) == (0, "fit for use"), report
    assert "72 recordings, 72 can be used" in report
    assert "3 male, 3 female" in report or "3 female, 3 male" in report
    assert line(report, "s1").split() == ["s1", "4", "4", "4", "12"]
    assert "72 of 72 clips have one" in line(report, "twins")
    strict = protocol(report, "strict")
    assert "72 clips of 6 speakers" in strict
    assert "24 clips of 2 speakers are tested at a time" in strict
    assert "speakers 0 of 6, twins 0 of 72" in strict
    assert "smallest p     0.0312 over speakers" in strict
    paper1 = protocol(report, "paper1")
    speakers = re.search(r"speakers (\d+) of (\d+)", paper1)
    assert speakers
    assert speakers[1] == speakers[2] != "0"
    assert "the protocol allows it" in paper1
    assert "no fold lists" in protocol(report, "emobox")
    assert "Protocol paper2" not in report


def test_the_command_on_a_dataset(recordings, tmp_path):
    command = [sys.executable, "-m", "workflow_scripts.doctor", "mine", "--config", recordings.study()]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\nfit for use\n")


def test_one_speaker_cannot_be_held_out(tmp_path, asked):
    status, report, verdict = asked(Recordings(tmp_path, speakers=["s1"]).study())
    assert status == 1
    assert verdict.startswith("NOT fit for use: strict: speakers s1 fill fewer than two folds")
    assert "cannot be used" in protocol(report, "strict")


def test_two_speakers_leave_one_to_train(tmp_path, asked):
    status, report, verdict = asked(Recordings(tmp_path, speakers=["s1", "s2"]).study())
    assert status == 1
    assert "a fold trains on one speaker only, so C cannot be chosen" in verdict
    assert "2 speakers: no comparison over speakers can reach" in protocol(report, "strict")
    linear = Recordings(tmp_path, speakers=["s1", "s2"]).study(probing={"probes": ["linear-head"]})
    assert asked(linear)[0] == 0


def test_equal_audio_of_one_speaker_is_told(recordings, asked):
    first, second = recordings.path("s1", "sad", "kids", 1), recordings.path("s1", "sad", "kids", 2)
    second.write_bytes(first.read_bytes())
    status, report, verdict = asked(recordings.study())
    assert (status, verdict) == (0, "fit for use, with remarks: 2 clips have the audio of another clip")
    assert f"{first.stem}, {second.stem}" in line(report, "equal audio")


def test_equal_audio_of_two_speakers_is_a_leak_that_strict_refuses(recordings, asked):
    first, second = recordings.path("s1", "sad", "kids", 1), recordings.path("s3", "sad", "kids", 1)
    second.write_bytes(first.read_bytes())
    # s1 and s3 are held out in different folds
    status, report, verdict = asked(recordings.study())
    assert status == 1
    assert "NOT fit for use: strict: protocol strict holds speakers out, yet" in verdict
    assert first.stem in protocol(report, "strict")
    assert asked(recordings.study(protocols=["paper1"]))[0] == 0


def test_an_emotion_that_a_speaker_lacks_is_a_zero_in_the_table(recordings, asked):
    recordings.without("s3", "angry")
    status, report, verdict = asked(recordings.study(emotions=list(EMOTIONS)))
    assert status == 0
    assert "1 of 18 pairs of speaker and emotion have no clip" in verdict
    assert line(report, "s3").split() == ["s3", "4", "4", "0", "8"]


def test_an_emotion_that_a_fold_does_not_test_is_told(recordings, asked):
    for speaker in ("s1", "s2"):
        recordings.without(speaker, "angry")
    fewer = recordings.study(folds={"strict": 6})
    report = asked(fewer)[1]
    assert "fold" in protocol(report, "strict")
    for speaker in ("s3", "s4", "s5"):
        recordings.without(speaker, "angry")
    status, report, verdict = asked(recordings.study())
    assert status == 1
    assert "strict cannot use 4 clips" in verdict
    assert "emotion angry has too few clips or speakers" in protocol(report, "strict")
    assert asked(recordings.study(bad_clips="set-aside"))[0] == 0


def test_an_emotion_of_the_study_that_no_clip_has_is_told(recordings, asked):
    status, report, verdict = asked(recordings.study(emotions=["happy", "sad", "fearful"]))
    assert status == 0
    assert "no clip has the emotion fearful of the study" in verdict
    assert "not in the study: angry" in report
    assert "fewer than two emotions" in asked(recordings.study(emotions=["happy", "fearful"]))[2]


def test_a_word_of_ones_own_that_no_clip_has_stops_the_study(recordings, asked):
    own = [*EMOTIONS, "Wehmut"]
    status, _, verdict = asked(recordings.study(emotions=own))
    assert status == 1
    assert "no clip has the emotion Wehmut" in verdict
    assert asked(recordings.study(emotions=own, bad_clips="set-aside"))[0] == 0


def test_clips_that_cannot_be_used_are_told_with_reasons(recordings, asked):
    write(recordings.path("s1", "sad", "kids", 1), np.zeros(4000, np.float32))
    recordings.path("s2", "sad", "kids", 1).unlink()
    status, report, verdict = asked(recordings.study())
    assert (status, verdict) == (1, "NOT fit for use: 2 of 72 recordings cannot be used")
    assert "silent" in report
    assert "missing" in report
    assert asked(recordings.study(bad_clips="set-aside"))[0] == 0


def test_an_id_that_stands_for_two_recordings_is_told(recordings, asked):
    recordings.rows.append((recordings.rows[0][0].replace(".wav", ".flac"), *recordings.rows[0][1:]))
    write(recordings.folder / recordings.rows[-1][0], voice(seed=999))
    status, report, verdict = asked(recordings.study())
    assert (status, verdict) == (1, "NOT fit for use: 1 clip ids stand for different recordings or labels")
    assert recordings.rows[-1][0] in report


def test_other_rates_are_told(recordings, asked):
    write(recordings.path("s1", "sad", "kids", 1), voice(seed=5, rate=8000), rate=8000)
    status, report, verdict = asked(recordings.study())
    assert status == 0
    assert "recordings are of 2 formats" in verdict
    assert "1 of 8000 Hz, mono; 71 of 16000 Hz, mono" in report


def test_recordings_that_are_not_there_are_told_with_their_place(recordings, asked):
    config = recordings.study()
    (recordings.folder / "clips.csv").unlink()
    status, report, verdict = asked(config)
    assert (status, verdict) == (1, "NOT fit for use: its recordings are not there yet")
    assert "clips.csv" in report


def test_voices_that_are_not_made_yet_name_the_command(recordings, asked):
    config = recordings.study(datasets={"speech": {"corpus": "synthetic-speech"}})
    status, _, verdict = asked(config, "speech")
    assert status == 1
    assert (
        f"snakemake --cores 1 --configfile {config} results/synthetic/speech_6_speakers_strength_1.0/audio" in verdict
    )
