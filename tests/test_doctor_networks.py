"""The doctor on networks: healthy ones of every family are fit for use, each planted fault is told by name."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from network_cases import folder_of, shipped
from network_contract import OF_THE_PAGE, with_the_page
from safetensors.torch import load_file, save_file

from workflow_scripts import doctor
from workflow_scripts.downloads import records
from workflow_scripts.examination import network as examination
from workflow_scripts.examination.network_words import SCALING
from workflow_scripts.networks import Network, names, states_of

ROOT = Path(__file__).parent.parent
# family -> the order of norms in its smallest network
NORMS = {"wav2vec2": "post-norm", "hubert": "pre-norm", "wavlm": "post-norm", "mert": "pre-norm",
         "data2vec": "post-norm", "whisper": "pre-norm"}  # fmt: skip


def study(folder: Path, *models: Any, **settings: Any) -> Path:
    """A config with these models, in a folder."""
    content = {
        "study": "of the test",
        "datasets": {"speech": {"corpus": "synthetic-speech"}},
        "models": list(models),
        "weights": str(folder / "weights"),
        "embeddings": {"batch_seconds": 4.0, "threads": 1, **settings},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(content))
    return folder / "study.yaml"


def ask(name: str, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Exit status, report, verdict, and what went to the standard error."""
    monkeypatch.setattr(sys, "argv", ["doctor", name, "--config", str(config)])
    status = doctor.main()
    said = capsys.readouterr()
    return status, said.out, (said.out.strip().splitlines() or [""])[-1], said.err


@pytest.fixture
def asked(monkeypatch, capsys):
    return lambda name, config: ask(name, config, monkeypatch, capsys)


@pytest.mark.parametrize("family", names())
def test_a_tiny_network_of_each_family_is_fit(family, tmp_path, asked):
    status, report, verdict, _ = asked(f"tiny-{family}", study(tmp_path))
    assert (status, verdict) == (0, "fit for use"), report
    assert NORMS.get(family, "norm") in report
    assert ("final: what leaves the norm" in report) == (NORMS.get(family) == "pre-norm")
    assert "NOT" not in report


def test_a_network_of_ones_own_is_examined_alike(tmp_path, asked):
    with with_the_page(tmp_path):
        entry = {"name": "mine", "family": OF_THE_PAGE, "layers": 2, "weights": "untrained"}
        config = study(tmp_path, {**entry, "architecture": "my-network-tiny"})
        status, report, verdict, _ = asked("mine", config)
    assert (status, verdict) == (0, "fit for use"), report
    assert "none in the blocks" in report


def test_the_precision_of_the_study_is_compared(tmp_path, asked):
    status, report, _, _ = asked("tiny-hubert", study(tmp_path, precision="bfloat16"))
    assert status == 0
    assert "bfloat16" in report
    assert "bfloat16" not in asked("tiny-hubert", study(tmp_path))[1]


# -- folders of weights ----------------------------------------------------------------------------------------------


def folder_study(tmp_path: Path, **entry: Any) -> tuple[Path, Path]:
    folder = folder_of("hubert", tmp_path / "weights" / "mine")
    model = {"name": "mine", "family": "hubert", "layers": 2, "final_norm": True, **entry}
    return folder, study(tmp_path, model)


def test_source_commit_and_licence_are_those_of_the_fetch_and_heads_are_told(tmp_path, asked):
    folder, config = folder_study(tmp_path)
    tensors = load_file(folder / "model.safetensors")
    save_file({**tensors, "final_proj.bias": torch.zeros(2)}, folder / "model.safetensors", metadata={"format": "pt"})
    facts = {"source": "someone/something", "commit": "0123abc", "licence": "mit"}
    files = {path.name: {"sha256": records.sha256(path)} for path in records.weights_files(folder)}
    records.write(folder, {**{key: kind() for key, kind in records.KEYS.items()}, **facts, "files": files})
    status, report, verdict, _ = asked("mine", config)
    assert (status, verdict) == (0, "fit for use")
    assert all(word in report for word in facts.values())
    assert "final_proj.bias" in report
    assert "altered" not in report
    (folder / "preprocessor_config.json").write_text('{"do_normalize": false, "sampling_rate": 16000}')
    assert "preprocessor_config.json: no longer as fetched" in asked("mine", config)[1]


def test_weights_brought_by_hand_are_called_so(tmp_path, asked):
    _, config = folder_study(tmp_path)
    assert "brought by hand" in asked("mine", config)[1]


def test_a_missing_tensor_is_named(tmp_path, asked):
    folder, config = folder_study(tmp_path)
    key = "encoder.layers.1.attention.q_proj.weight"
    tensors = load_file(folder / "model.safetensors")
    del tensors[key]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    status, _, verdict, _ = asked("mine", config)
    assert status == 1
    assert verdict.startswith("NOT fit for use: tensors missing")
    assert key in verdict


def test_a_damaged_file_is_the_verdict(tmp_path, asked):
    folder, config = folder_study(tmp_path)
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    status, _, verdict, err = asked("mine", config)
    assert status == 1
    assert verdict.startswith("NOT fit for use: the safetensors file is damaged or not whole")
    assert "Traceback" not in err


def test_a_wrong_sample_rate_in_the_entry_is_told(tmp_path, asked):
    _, config = folder_study(tmp_path, sample_rate=24000)
    status, _, verdict, _ = asked("mine", config)
    assert status == 1
    assert verdict == "NOT fit for use: sample_rate is 16000, its entry says 24000"


def test_weights_that_are_not_there_are_told_with_their_place(tmp_path, asked):
    status, report, verdict, _ = asked("wavlm-base", study(tmp_path))
    assert status == 1
    assert verdict == "NOT fit for use: its weights are not there yet"
    assert str(tmp_path / "weights" / "wavlm-base") in report
    assert "microsoft/wavlm-base" in report


def test_a_family_that_fails_is_not_fit_and_its_author_sees_where(tmp_path, asked, monkeypatch):
    def broken(*_: Any) -> None:
        raise IndexError("no such frame")

    monkeypatch.setattr("workflow_scripts.networks._waveform.WaveformNetwork.listen_batch", broken)
    status, _, verdict, err = asked("tiny-wavlm", study(tmp_path))
    assert (status, verdict) == (1, "NOT fit for use: it cannot listen (IndexError: no such frame)")
    assert "Traceback" in err


# -- names and the command -------------------------------------------------------------------------------------------


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path, asked):
    status, report, _, err = asked("tiny-wavln", study(tmp_path))
    assert (status, report) == (1, "")
    assert "did you mean 'tiny-wavlm'?" in err


def test_a_mistake_in_the_config_is_told(tmp_path, asked):
    (tmp_path / "study.yaml").write_text("study: x\ndatasets: {speech: {corpus: synthetic-speach}}\n")
    status, _, _, err = asked("speech", tmp_path / "study.yaml")
    assert status == 1
    assert "did you mean 'synthetic-speech'?" in err


def test_the_command_on_a_network(tmp_path):
    command = [sys.executable, "-m", "workflow_scripts.doctor", "tiny-wavlm", "--config", study(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\nfit for use\n")
    assert "comparing 6 clips" in done.stderr


# -- planted faults --------------------------------------------------------------------------------------------------


class Made(Network):
    """Two blocks over windows of the samples, with a fault at the second one."""

    calls = 0

    def listen_batch(self, waves, visit):
        lengths = [self.frames(wave.size) for wave in waves]
        longest = max(wave.size for wave in waves)
        padded = torch.zeros(len(waves), longest, dtype=self.dtype)
        for row, wave in zip(padded, waves, strict=True):
            row[: wave.size] = torch.as_tensor(wave, dtype=self.dtype)
        frames = padded.unfold(1, self.receptive_field, self.stride) @ self.model.front
        visit("0", frames, lengths)
        visit("1", torch.tanh(frames), lengths)
        visit("2", self.faulty(torch.tanh(2 * frames)), lengths)

    def faulty(self, frames):
        return frames


class Leaking(Made):
    def faulty(self, frames):
        return frames + 1e-7 * frames.mean(dim=(0, 1))


class Ordered(Made):
    def faulty(self, frames):
        return frames * (1 + 1e-7 * torch.arange(len(frames), dtype=frames.dtype))[:, None, None]


class Rough(Made):
    """Right in float64, coarse in float32 where clips are together."""

    def faulty(self, frames):
        coarse = frames.dtype == torch.float32 and len(frames) > 1
        return frames.half().float() if coarse else frames


class Divided(Made):
    def faulty(self, frames):
        return frames / frames.abs().amax(dim=2, keepdim=True)


class Changing(Made):
    def faulty(self, frames):
        Changing.calls += 1
        return frames * (1 + 1e-3 * Changing.calls)


def made(kind: type[Made]) -> Made:
    torch.manual_seed(0)
    model = torch.nn.Module()
    model.register_buffer("front", torch.randn(400, 8))
    states = tuple(states_of(2, final_norm=False))
    return kind(name="made", model=model, states=states, width=8, sample_rate=16000, receptive_field=400, stride=320)


def faults_of(kind: type[Made]) -> list[str]:
    return examination.examine(made(kind), precision="float32", batch_seconds=4.0, tell=lambda _: None).faults


def test_a_healthy_made_up_network_has_no_faults():
    assert faults_of(Made) == []


class Unit(Made):
    def scaled(self, wave):
        return (wave - wave.mean()) / wave.std()


class Peak(Made):
    def scaled(self, wave):
        return wave / np.abs(wave).max()


class Doubled(Made):
    def scaled(self, wave):
        return 2 * wave


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (made(Made), "samples as they are"),
        (made(Unit), "zero mean and unit variance"),
        (made(Peak), "louder or softer recordings give the same samples"),
        (made(Doubled), "its level remains"),
        (shipped("whisper"), "samples as they are"),
        (shipped("hubert"), "zero mean and unit variance"),
        (shipped("wavlm"), "samples as they are"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_done_with_the_samples_is_found_by_measuring(network, words):
    wave = examination.made_up(0.5, network.sample_rate, 3)
    assert words in SCALING[examination.scaling(network, wave)]


@pytest.mark.parametrize("kind", [Leaking, Ordered, Rough])
def test_a_clip_that_depends_on_its_batch_mates_is_told_with_the_layer(kind):
    assert faults_of(kind) == ["clips depend on their batch mates in layer 2"]


def test_numbers_that_are_not_finite_on_silence_are_told():
    assert faults_of(Divided) == ["silence or a click gives numbers that are not finite in layer 2"]


def test_numbers_that_change_from_call_to_call_are_told():
    assert "a second call gives other numbers in layer 2" in faults_of(Changing)
