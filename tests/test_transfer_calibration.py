"""Measuring what a training costs: the real listener on a few clips of noise, in a process of its own."""

import os
import signal
from dataclasses import replace
from typing import Any

import pytest

from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.plan import Plan
from workflow_scripts.transfer import calibration
from workflow_scripts.transfer.calibration import Rates, apart, calibrate
from workflow_scripts.transfer.job import builder

RATES = Rates(20, 1.0, 0.5, 2.0, 0.1, 0.3, 0.05, 0.1, 4000, 1e4, 10**9, 0)
SECONDS = [0.4 + 0.01 * place for place in range(20)]


def spec_of(tuner: str, model: Any = "tiny-wavlm") -> dict[str, Any]:
    study = {
        "study": "Calibration",
        "datasets": {"speech": {"corpus": "synthetic-speech"}, "song": {"corpus": "synthetic-song"}},
        "models": [model],
        "emotions": ["neutral", "sad", "angry"],
        "pairs": [["speech", "song"]],
        "transfer": {"training": {"clips_at_once": 4}},
    }
    plan = Plan(check_study(study))
    return plan.calibrated(plan.networks[0], tuner)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "REPEATED", 0.0)


@pytest.mark.parametrize("tuner", ["weighted-sum", "peft"])
def test_a_variant_is_measured_on_its_own_listener(tuner: str) -> None:
    spec = spec_of(tuner)
    found = calibrate(spec, SECONDS, 32, threads=1)
    listener = builder(spec, 32, 0)()
    assert found.checkpoint == 4 * sum(tensor.numel() for tensor in listener.learnt().values())
    assert found.clips == 20
    assert found.start > found.build > 0
    assert min(found.learn, found.update, found.answer) > 0
    assert found.memory > 100e6  # torch alone
    assert found.gpu_memory == 0
    if spec["inside"]:
        assert found.front > 0
        assert found.kept == pytest.approx(16 * 4 * 50, rel=0.1)  # 16 channels of float32, 50 frames a second
    else:
        assert found.front == 0.0


@pytest.mark.parametrize(("budget", "heard"), [(1e9, SECONDS), (0.0, [0.45, 0.55])])
def test_rates_are_for_a_second_of_audio(monkeypatch: pytest.MonkeyPatch, budget: float, heard: list[float]) -> None:
    monkeypatch.setattr(calibration, "BUDGET", budget)
    monkeypatch.setattr(calibration, "_seconds_of", lambda do, _: do() or 10.0)
    found = calibrate(spec_of("peft"), SECONDS, 32, threads=1)
    assert (found.front, found.learn, found.answer) == pytest.approx(3 * (10.0 / sum(heard),))
    assert found.update == 10.0


def test_the_listener_learns_and_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    monkeypatch.setattr(calibration, "self_test", lambda *given: done.append(given[0].trainable().keys()))
    calibrate(spec_of("lora"), SECONDS, 32, threads=1)
    assert len(done) == 2  # the first of a process takes longer than the next
    assert any(".lora_" in name for name in done[0])


def test_what_takes_long_is_measured_on_two_clips_and_its_memory_reckoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "BUDGET", 0.0)
    monkeypatch.setattr(calibration, "_now", lambda device: (10**9, 0))
    monkeypatch.setattr(calibration, "_peaks", lambda device: (3 * 10**9, 0))
    found = calibrate(spec_of("lora"), SECONDS, 32, threads=1)
    assert found.clips == 2
    assert found.memory == pytest.approx(5e9, rel=0.01)  # 2 GB for two clips, four are computed at once
    monkeypatch.setattr(calibration, "BUDGET", 1e9)
    assert calibrate(spec_of("lora"), SECONDS, 32, threads=1).memory == 3 * 10**9


def test_published_networks_need_no_weights() -> None:
    spec = spec_of("peft", "hubert-base")
    assert spec["model_entry"]["weights"] == "untrained"
    assert spec["model_entry"]["architecture"] == "hubert-base"
    assert spec["weights_folder"] == ""
    same = spec_of("peft", "wav2vec2-base"), spec_of("peft", "wav2vec2-base-960h")
    assert same[0]["model_entry"] == same[1]["model_entry"]


def test_a_network_of_ones_own_without_such_a_shape_keeps_its_weights() -> None:
    own = {"name": "mine", "family": "hubert", "layers": 5, "width": 96, "sample_rate": 16000, "folder": "nowhere"}
    spec = spec_of("peft", own)
    assert spec["model_entry"]["weights"] == "local"
    with pytest.raises(UserError, match="file is missing"):
        calibrate(spec, SECONDS, 32, threads=1)


def test_a_process_of_its_own_hands_its_result_back() -> None:
    def found() -> Rates:
        return replace(RATES, clips=os.getpid())

    result = apart(found)
    assert result.clips != os.getpid()
    assert replace(result, memory=0) == replace(RATES, clips=result.clips, memory=0)
    assert result.memory >= RATES.memory  # and the libraries


def test_its_error_is_told_and_a_kill_reads_as_lack_of_memory() -> None:
    def wrong() -> Rates:
        raise UserError("file is missing", "somewhere")

    def killed() -> Rates:
        os.kill(os.getpid(), signal.SIGKILL)
        return RATES

    with pytest.raises(UserError, match="file is missing"):
        apart(wrong)
    with pytest.raises(UserError, match="memory"):
        apart(killed)
