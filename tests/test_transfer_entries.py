"""The jobs that train, on stored layers: nobody who is held out leaks, and each condition is what its name says."""

from pathlib import Path
from typing import Any

import pytest
import torch
from made_up_trainings import EMOTIONS, PEOPLE, SPEC, stage, target, tensors, write

from workflow_scripts.study import tables
from workflow_scripts.transfer import checkpoints, fold
from workflow_scripts.transfer.tuners import frozen

TESTED = PEOPLE[0]  # by fold 0
FROZEN = {"parts": [["frozen", {}]]}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def made(folder: Path, noisy: tuple[str, ...] = ()) -> Path:
    for dataset in ("song", "speech"):
        write(folder, dataset, noisy)
    return folder


def trained(folder: Path, condition: str, **said: Any) -> Path:
    """A training of the condition, with what it needs."""
    if condition == "direct":
        return stage(folder, "speech", **said)
    if condition == "joint":
        return target(folder, "joint", **said)
    how = "shuffled" if condition == "shuffled-source" else "plain"
    first = stage(folder, "song", how, **said)
    if condition != "equal-updates":
        return target(folder, condition, first, **said)
    return target(folder, condition, None, [first, target(folder, "two-stage", first, **said)], **said)


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("direct", FROZEN["parts"]),
        ("two-stage", FROZEN["parts"]),
        ("joint", SPEC["parts"]),
        ("shuffled-source", SPEC["parts"]),
        ("equal-updates", SPEC["parts"]),
    ],
)
def test_nothing_of_who_is_tested_reaches_a_strict_training(tmp_path: Path, condition: str, parts: Any) -> None:
    """Their clips in both datasets are made others: what fold 0 learns and chooses stays the same, bit for bit."""
    found = [trained(made(tmp_path / str(len(noisy)), noisy), condition, parts=parts) for noisy in ((), (TESTED,))]
    one, other = (tensors(folder, 0) for folder in found)
    assert one.keys() == other.keys() >= {"head.mean", "head.scale", "head.weight"}
    assert all(torch.equal(one[name], other[name]) for name in one)
    chosen = [checkpoints.read(folder / "checkpoint.json").folds[0] for folder in found]
    assert chosen[0] == chosen[1]
    assert not torch.equal(tensors(found[0], 2)["head.weight"], tensors(found[1], 2)["head.weight"]), (
        "who trains counts"
    )
    assert set(tables.read(found[0] / "predictions.parquet").query("fold == 0")["speaker"]) == {TESTED}


def test_every_training_begins_with_the_self_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tested = list[Any]()
    monkeypatch.setattr(fold, "self_test", lambda listener, inputs, lengths: tested.append(listener))
    folder = made(tmp_path)
    first = stage(folder, "song")
    assert len(set(tested)) == len(PEOPLE)
    target(folder, "two-stage", first)
    assert len(set(tested)) == 2 * len(PEOPLE)


def test_a_tuner_that_fails_it_trains_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frozen, "parameters", lambda options, shape: 1)
    with pytest.raises(RuntimeError, match="self-test of frozen: 36 parameters are trainable"):
        stage(made(tmp_path), "song", **FROZEN)
    assert not (tmp_path / "song-plain").exists()


def test_a_frozen_tensor_that_training_changes_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fold.train

    def careless(listener: Any, *given: Any, **named: Any) -> Any:
        listener.head.mean.add_(1e-3)
        return real(listener, *given, **named)

    monkeypatch.setattr(fold, "train", careless)
    with pytest.raises(RuntimeError, match="fold 0: training changed tensors that are frozen: head.mean"):
        stage(made(tmp_path), "song")


def test_the_second_stage_goes_on_from_the_same_fold_and_with_the_head_or_a_fresh_one(tmp_path: Path) -> None:
    folder = made(tmp_path)
    first = stage(folder, "song")
    kept, fresh = ({}, {"head": "fresh"})
    for said in (kept, fresh):
        second = target(folder, "two-stage", first, learning_rate=1e-12, **said)
        for number in range(len(PEOPLE)):
            one, other = tensors(first, number), tensors(second, number)
            torch.testing.assert_close(one["mix.weights"], other["mix.weights"], rtol=0, atol=1e-6)
            near = {name: torch.allclose(one[name], other[name], rtol=0, atol=1e-6) for name in one if "head" in name}
            assert set(near.values()) == {said is kept}, near


def test_both_at_once_train_and_equal_updates_are_those_of_both_stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, real = list[int](), fold.train
    monkeypatch.setattr(
        fold, "train", lambda one, training, *g, **n: sizes.append(len(training)) or real(one, training, *g, **n)
    )
    folder = made(tmp_path)
    first = stage(folder, "song")
    second = target(folder, "two-stage", first)
    target(folder, "joint")
    held = len(PEOPLE) - 2
    assert sizes == [9 * held] * 2 * len(PEOPLE) + [18 * held] * len(PEOPLE)
    longer = target(folder, "equal-updates", None, [first, second])
    updates = [tables.read(own / "curves.parquet").groupby("fold")["updates"].max() for own in (first, second, longer)]
    assert (updates[2] == updates[0] + updates[1]).all()
    assert (updates[2] > updates[1]).all()


def test_the_source_alone_answers_for_the_target_with_the_listener_of_the_same_fold(tmp_path: Path) -> None:
    """Where both datasets are the same clips, it is what the stage itself says of them."""
    folder = made(tmp_path)
    for path in folder.glob("song*"):
        (folder / path.name.replace("song", "speech")).write_bytes(path.read_bytes())
    own = tables.read(stage(folder, "song", **FROZEN) / "predictions.parquet").set_index("clip_id")
    found = tables.read(target(folder, "source-only", folder / "song-plain", **FROZEN) / "predictions.parquet")
    probabilities = [f"p_{emotion}" for emotion in EMOTIONS]
    assert found.set_index("clip_id")[probabilities].equals(own[probabilities])
    assert set(found["condition"]) == {"source-only"}
    assert not found["speaker_in_training"].any()


def test_labels_of_a_first_stage_are_shuffled_within_speaker_for_training_alone(tmp_path: Path) -> None:
    folder = made(tmp_path)
    plain, shuffled = (tables.read(stage(folder, "song", how) / "predictions.parquet") for how in ("plain", "shuffled"))
    assert shuffled["true"].equals(plain["true"])
    right = [(own["true"] == own["predicted"]).mean() for own in (plain, shuffled)]
    assert right[1] < right[0] - 0.1
