"""``python -m workflow_scripts.predict``: recordings of any format, rate and length, and what it refuses by name."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from made_up_checkpoints import ALL, EMOTIONS, examples_of, tiny, trained_checkpoint
from made_up_recordings import voice, write
from network_cases import folder_of

from workflow_scripts import predict
from workflow_scripts.embedding.forward import forward_scaled
from workflow_scripts.embedding.long_clips import pool_windows
from workflow_scripts.embedding.pooling import LongPooler
from workflow_scripts.embedding.windows import windows
from workflow_scripts.materials.audio import decode, resample
from workflow_scripts.materials.preparation import prepare
from workflow_scripts.transfer import checkpoints, tuners
from workflow_scripts.transfer.evaluation import answers

Row = dict[str, str]
Run = Callable[..., tuple[int, list[Row], str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command: exit status, rows of the table, what stands on the standard error."""

    def command(*words: Any) -> tuple[int, list[Row], str]:
        monkeypatch.setattr(sys, "argv", ["predict", *map(str, words)])
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})  # one thread: tests run side by side
        status = predict.main()
        printed = capsys.readouterr()
        table = [line.split("\t") for line in printed.out.splitlines()]
        return status, [dict(zip(table[0], line, strict=True)) for line in table[1:]], printed.err

    return command


def probabilities(row: Row) -> list[float]:
    return [float(row[emotion]) for emotion in EMOTIONS]


def expected(listeners: Any, heads: list[int], family: str, variant: Any, wave: np.ndarray) -> np.ndarray:
    """The mean over folds of what the listeners say right after training."""
    network, parts = tiny(family)[0], tuners.variant(variant)
    examples = examples_of(network, [wave], parts)
    found = [answers(own, examples, 1)[0, head].softmax(-1) for own, head in zip(listeners, heads, strict=True)]
    return torch.stack(found).mean(0).numpy()


@pytest.mark.parametrize(
    ("family", "variant"),
    [("wavlm", ALL), ("mert", "frozen"), ("whisper", "weighted-sum"), ("hubert", "full"), ("wav2vec2", "weighted-sum")],
)
def test_it_says_what_the_trained_listeners_say(family: str, variant: Any, tmp_path: Path, run: Run) -> None:
    """The mean over the folds, and a fold alone; inside the network and on its pooled states."""
    index, clip = tmp_path / "checkpoint.json", write(tmp_path / "clip.wav", voice(3, seconds=0.9))
    trained = trained_checkpoint(index, family, variant)
    heads = [fold.head for fold in checkpoints.read(index).folds]
    wave = resample(decode(clip).samples, 16000, tiny(family)[0].sample_rate)
    for words, folds in (((), [0, 1]), (("--fold", 1), [1])):
        status, rows, error = run("--checkpoint", index, *words, "--device", "cpu", clip)
        assert (status, error, len(rows)) == (0, "", 1)
        wanted = expected([trained[k] for k in folds], [heads[k] for k in folds], family, variant, wave)
        assert probabilities(rows[0]) == pytest.approx(wanted, abs=2e-4)
        assert rows[0]["predicted"] == EMOTIONS[int(np.argmax(wanted))]
        assert (rows[0]["file"], rows[0]["part"]) == (str(clip), "whole")
        assert (rows[0]["start"], rows[0]["end"]) == ("0.00", "0.90")
    assert max(wanted) - min(wanted) > 0.01


def test_formats_rates_and_channels(tmp_path: Path, run: Run) -> None:
    index = tmp_path / "checkpoint.json"
    trained_checkpoint(index, "hubert", "weighted-sum", folds=(0,))
    sound = voice(3, seconds=1.0, rate=48000)
    files = {"a.wav": (sound, 48000), "b.flac": (sound, 48000), "c.ogg": (sound, 48000), "d.aiff": (sound, 48000)}
    files |= {"e.wav": (np.stack([1.5 * sound, 0.5 * sound], axis=1), 48000)}
    files |= {"f.wav": (resample(sound, 48000, 16000), 16000), "g.wav": (resample(sound, 48000, 22050), 22050)}
    for name, (samples, rate) in files.items():
        soundfile.write(tmp_path / name, samples, rate)
    status, rows, error = run("--checkpoint", index, *(tmp_path / name for name in files))
    assert (status, error) == (0, "")
    assert [Path(row["file"]).name for row in rows] == list(files)
    first = probabilities(rows[0])
    for row in rows[1:]:
        assert probabilities(row) == pytest.approx(first, abs=0.03 if row["file"].endswith("ogg") else 0.005)


@pytest.mark.parametrize("variant", ["weighted-sum", ALL])
def test_long_recordings_come_by_windows(variant: Any, tmp_path: Path, run: Run) -> None:
    """Windows follow each other without a gap, the whole stands last and is near to what no cut would give."""
    index = tmp_path / "checkpoint.json"
    trained_checkpoint(index, "hubert", variant, folds=(0,))
    clip = write(tmp_path / "long.wav", np.concatenate([voice(seed, seconds=0.8) for seed in range(5)]))
    status, rows, _ = run("--checkpoint", index, "--window", 1.0, "--overlap", 0.2, clip)
    assert status == 0
    assert [row["part"] for row in rows] == ["window"] * (len(rows) - 1) + ["whole"]
    assert len(rows) == 6
    assert (rows[0]["start"], rows[-2]["end"]) == ("0.00", "4.00")
    assert all(one["end"] == other["start"] for one, other in zip(rows[:-2], rows[1:-1], strict=True))
    assert (rows[-1]["start"], rows[-1]["end"]) == ("0.00", "4.00")
    assert len({row[EMOTIONS[0]] for row in rows}) > 3
    _, (uncut,), _ = run("--checkpoint", index, clip)
    assert uncut["part"] == "whole"
    assert probabilities(rows[-1]) == pytest.approx(probabilities(uncut), abs=0.05)
    assert run("--checkpoint", index, "--window", 1.0, clip)[:2] == (0, rows), "a fifth is shared unless it is said"


@pytest.mark.parametrize("words", [(1.0, "--overlap", 0.7), (1.0, "--overlap", -0.1), (0,), (-1,), ("nan",), ("inf",)])
def test_windows_that_cannot_be_are_refused_by_the_words_of_the_command(words: Any, tmp_path: Path, run: Run) -> None:
    status, _, error = run("--checkpoint", tmp_path / "checkpoint.json", "--window", *words, tmp_path / "long.wav")
    assert status == 1
    assert error.startswith("--window, --overlap: windows of ")


def test_the_whole_of_a_long_recording_is_what_extraction_makes_of_it(tmp_path: Path, run: Run) -> None:
    """Frames in the overlap count once, and all windows are normed over time by what the whole clip has."""
    index = tmp_path / "checkpoint.json"
    (own,) = trained_checkpoint(index, "wav2vec2", "weighted-sum", folds=(0,)).values()
    rises = np.linspace(0.05, 1, 4 * 16000, dtype=np.float32)
    clip = write(tmp_path / "long.wav", rises * np.concatenate([voice(seed, seconds=0.8) for seed in range(5)]))
    _, rows, _ = run("--checkpoint", index, "--window", 1.0, "--overlap", 0.4, clip)
    network = tiny("wav2vec2")[0]
    wave = decode(clip).samples
    cut = windows(network, wave.size, 16000, 6400)
    pooler = LongPooler(["mean"], np.ones(network.frames(wave.size), bool), network.device)
    means = pool_windows(network, wave, cut, pooler, together=1)[:, 0]
    assert probabilities(rows[-1]) == pytest.approx(_softmax(own, means), abs=1e-4)
    scaled = network.scaled(wave)
    with network.within(scaled):
        states = hidden_of(network, scaled[cut[1].start : cut[1].stop])
    middle = torch.stack([state[cut[1].kept].mean(0) for state in states])
    assert probabilities(rows[1]) == pytest.approx(_softmax(own, middle), abs=1e-4)


def hidden_of(network: Any, scaled: np.ndarray) -> list[torch.Tensor]:
    found: list[torch.Tensor] = []
    forward_scaled(network, [scaled], lambda _, frames, lengths: found.append(frames[0].clone()))
    return found


@torch.no_grad()
def _softmax(own: Any, pooled: torch.Tensor) -> list[float]:
    found: list[float] = own(pooled[None].float())[0, 0].softmax(-1).tolist()
    return found


def test_a_level_that_training_matched_is_matched(tmp_path: Path, run: Run) -> None:
    sound = voice(3, seconds=0.6)
    clips = [write(tmp_path / f"{gain}.wav", gain * sound) for gain in (1.0, 0.05)]
    found = []
    for level in ("as-recorded", "matched"):
        index = tmp_path / level / "checkpoint.json"
        index.parent.mkdir()
        trained_checkpoint(index, "whisper", "weighted-sum", folds=(0,), level=level)
        _, rows, _ = run("--checkpoint", index, *clips)
        found.append(np.abs(np.subtract(*map(probabilities, rows))).max())
    assert found[1] < 0.002
    assert found[1] < found[0]
    assert prepare(decode(clips[0]), "matched", None).gain_db != 0


def test_what_cannot_be_heard_is_named_and_the_others_are_printed(tmp_path: Path, run: Run) -> None:
    index = tmp_path / "checkpoint.json"
    trained_checkpoint(index, "hubert", "weighted-sum", folds=(0,))
    good = write(tmp_path / "good.wav", voice(1))
    bad = {
        write(tmp_path / "short.wav", voice(1)[:200]): "too short: 12.5 ms",
        write(tmp_path / "silent.wav", np.zeros(8000, np.float32)): "silent",
        tmp_path / "noise.wav": "unreadable",
        tmp_path / "gone.wav": "missing: the file does not exist",
        tmp_path / "empty.wav": "empty",
    }
    (tmp_path / "noise.wav").write_bytes(b"no sound at all" * 9)
    (tmp_path / "empty.wav").touch()
    status, rows, error = run("--checkpoint", index, *bad, good)
    assert status == 1
    assert [row["file"] for row in rows] == [str(good)]
    for path, reason in bad.items():
        assert f"{path}: {reason}" in error


def test_the_weights_are_read_from_their_folder_and_no_others(tmp_path: Path, run: Run) -> None:
    index, clip = tmp_path / "checkpoint.json", write(tmp_path / "clip.wav", voice(1))
    weights = folder_of("hubert", tmp_path / "weights")
    trained_checkpoint(index, "hubert", ALL, folds=(0,), weights=weights)
    _, before, _ = run("--checkpoint", index, clip)
    weights.rename(tmp_path / "moved")
    status, _, error = run("--checkpoint", index, clip)
    assert status == 1
    assert "weights: the weights of tiny-hubert are not there" in error
    assert run("--checkpoint", index, "--weights", tmp_path / "moved", clip)[:2] == (0, before)
    status, rows, error = run("--checkpoint", index, "--weights", folder_of("wavlm", tmp_path / "wavlm"), clip)
    assert (status, rows) == (1, [])
    assert "model tiny-hubert" in error


def test_no_traceback_from_the_command_line(tmp_path: Path) -> None:
    index = tmp_path / "checkpoint.json"
    index.write_text("{}")
    command = [sys.executable, "-m", "workflow_scripts.predict", "--checkpoint", str(index), "clip.wav"]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=root, env={**os.environ}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "checkpoint.json: is no checkpoint of this version" in done.stderr
    assert "Traceback" not in done.stderr
