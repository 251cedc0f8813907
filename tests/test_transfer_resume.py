"""A training that was killed goes on, and ends as if nothing had happened; no other training's state is taken up."""

import logging
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from made_up_listeners import Small, clips, pooled

from workflow_scripts.transfer.resume import Resume, digest_of
from workflow_scripts.transfer.training import Settings, State, Trained, train

HERE = Path(__file__).resolve().parent
SETTINGS = Settings(epochs=9, learning_rate=0.01, batch_clips=10, clips_at_once=4, patience=4, class_weights=True)


def trained(keeper: Any = None, state: State | None = None, heads: int = 1, settings: Settings = SETTINGS) -> Trained:
    """The training that all tests here interrupt: with dropout, early stopping and class weights."""
    if heads > 1:
        listener, parts = Small(heads=heads, inner=False), (pooled(50, 1), pooled(30, 2))
    else:
        listener, parts = Small(dropout=0.5), (clips(50, 1), clips(30, 2))
    return train(listener, parts[0], settings, 5, validation=parts[1], state=state, keeper=keeper)


def same(one: Trained, other: Trained) -> None:
    """Bitwise equal tensors and the same metrics; the time it took is another."""
    assert one.tensors.keys() == other.tensors.keys()
    assert all(torch.equal(one.tensors[name], other.tensors[name]) for name in one.tensors)
    assert (one.epoch, one.head, one.updates, one.chosen_on) == (
        other.epoch,
        other.head,
        other.updates,
        other.chosen_on,
    )
    bare = [[{**row, "seconds": 0} for row in run.curves] for run in (one, other)]
    assert bare[0] == bare[1]


class Every:
    """Keeps the state after every epoch, in memory."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def due(self) -> bool:
        return True

    def write(self, state: State) -> None:
        self.states.append(state)


@pytest.mark.parametrize("heads", [1, 4])
def test_it_goes_on_from_every_epoch(heads: int, tmp_path: Path) -> None:
    kept = Every()
    expected = trained(kept, heads=heads)
    assert len(kept.states) == len(expected.curves) / heads
    for epoch, state in enumerate(kept.states):
        fold = Resume(tmp_path, f"after-{epoch}", every=0).fold(3)
        fold.write(state)
        read = Resume(tmp_path, f"after-{epoch}").fold(3).state()
        assert read is not None
        same(trained(state=read, heads=heads), expected)


def test_an_exact_number_of_updates_is_kept_over_an_interruption() -> None:
    settings = Settings(**{**vars(SETTINGS), "updates": 13})
    kept = Every()
    expected = trained(kept, settings=settings)
    for state in kept.states:
        same(trained(state=state, settings=settings), expected)
    assert expected.updates == 13


def test_a_training_killed_at_any_moment_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    """A process of its own is killed (SIGKILL) at a random moment after a random epoch; this one goes on from there."""
    moment = random.Random()
    epochs, seconds = moment.randint(1, 3), moment.uniform(0, 0.5)
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r}); import test_transfer_resume as t; t.slowly({str(tmp_path)!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(epochs):
        assert process.stdout.readline() == "epoch\n"
    time.sleep(seconds)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    fold = Resume(tmp_path, "killed", every=0).fold(0)
    state = fold.state()
    assert state is not None
    assert epochs <= state.record["epoch"] < 9
    same(trained(fold, state), trained())


def slowly(folder: str) -> None:
    """What the process that is killed does: an epoch takes long enough to be killed in."""
    fold = Resume(Path(folder), "killed", every=0).fold(0)

    class Slowly:
        def due(self) -> bool:
            return True

        def write(self, state: State) -> None:
            fold.write(state)
            print("epoch", flush=True)
            time.sleep(0.3)

    trained(Slowly())


def test_states_are_written_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    fold = Resume(tmp_path, "d", every=60).fold(0)
    assert not fold.due()
    now[0] += 61
    assert fold.due()
    fold.write(State({"now/a": torch.zeros(1)}, {}))
    assert not fold.due()
    assert Resume(tmp_path, "d", every=0).fold(0).due()


def test_a_damaged_or_foreign_file_is_left_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = Every()
    expected = trained(kept)
    here, other = Resume(tmp_path, "here", every=0).fold(0), Resume(tmp_path, "other", every=0).fold(0)
    here.write(kept.states[2])
    content = here.path.read_bytes()
    other.path.parent.mkdir(parents=True)
    faults = {"cut": content[:-100], "only a header": content[:300], "empty": b"", "noise": b"\xff" * 500}
    for fault in faults.values():
        here.path.write_bytes(fault)
        with caplog.at_level(logging.WARNING):
            assert here.state() is None
        assert "left aside, and this fold is trained from the start" in caplog.text
        caplog.clear()
    other.path.write_bytes(content)
    assert other.state() is None
    assert "of another training" in caplog.text
    same(trained(state=here.state()), expected)


def test_a_finished_fold_is_not_trained_again_and_a_cleared_job_leaves_nothing(tmp_path: Path) -> None:
    resume = Resume(tmp_path, "done", every=0)
    result = trained(resume.fold(1))
    assert resume.fold(1).finished() is None
    resume.fold(1).finish(result)
    again = resume.fold(1)
    assert again.state() is None
    found = again.finished()
    assert found is not None
    same(found, result)
    assert resume.fold(0).finished() is None
    resume.clear()
    assert not list(tmp_path.iterdir())


def test_the_digest_tells_specs_and_data_apart() -> None:
    base = digest_of({"a": 1, "b": [1, 2]}, ["x"])
    assert base == digest_of({"b": [1, 2], "a": 1}, ["x"])
    assert len({base, digest_of({"a": 1, "b": [2, 1]}, ["x"]), digest_of({"a": 1, "b": [1, 2]}, ["y"])}) == 3
