"""The training loop: what it learns, which epoch and head it keeps, when it stops, and what it may not touch."""

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from accelerate.state import AcceleratorState, GradientState
from made_up_listeners import Small, clips, pooled

from workflow_scripts.study.errors import UserError
from workflow_scripts.transfer.batches import Examples
from workflow_scripts.transfer.choosing import Best, Choosing
from workflow_scripts.transfer.evaluation import answers, scores
from workflow_scripts.transfer.training import Settings, Trained, train

SETTINGS = Settings(epochs=6, learning_rate=0.01, batch_clips=10, clips_at_once=4, patience=None)


@pytest.fixture(autouse=True)
def _no_arithmetic_left_from_another_test() -> Iterator[None]:
    yield
    AcceleratorState._reset_state(True)
    GradientState._reset_state()


def column(trained: Trained, name: str, head: int = 0) -> list[float]:
    return [row[name] for row in trained.curves if row["head"] == head]


def uar_of(listener: Small, examples: Examples, head: int = 0) -> float:
    return scores(answers(listener, examples, 8), examples.labels, torch.ones(3))[0][head]


def test_it_learns_and_keeps_the_best_epoch() -> None:
    listener, validation = Small(), clips(60, seed=2)
    before = uar_of(listener, validation)
    trained = train(listener, clips(120, seed=1), SETTINGS, 7, validation=validation)
    uars, losses = column(trained, "validation_uar"), column(trained, "validation_loss")
    assert column(trained, "epoch") == [1, 2, 3, 4, 5, 6]
    assert column(trained, "updates") == [12, 24, 36, 48, 60, 72]
    assert column(trained, "training_loss")[0] > column(trained, "training_loss")[-1]
    best = max(range(6), key=lambda i: (uars[i], -losses[i]))
    assert (trained.epoch, trained.head, trained.chosen_on) == (best + 1, 0, "validation")
    assert uar_of(listener, validation) == pytest.approx(max(uars))
    assert max(uars) > before + 0.2
    for name, own in listener.trainable().items():
        assert torch.equal(own, trained.tensors[name])
    again = Small()
    train(again, clips(120, seed=1), dataclasses.replace(SETTINGS, epochs=best + 1), 7)
    for name, own in again.trainable().items():
        assert torch.equal(own, trained.tensors[name])


def test_without_validation_the_last_epoch_is_kept() -> None:
    trained = train(Small(), clips(30, seed=1), SETTINGS, 7)
    assert (trained.epoch, trained.head, trained.chosen_on) == (6, 0, "")
    assert all(map(math.isnan, column(trained, "validation_uar")))


def test_it_stops_when_nothing_gets_better() -> None:
    noise = clips(30, seed=5)
    noise = Examples(noise.inputs, noise.labels[torch.randperm(30, generator=torch.Generator().manual_seed(1))])
    settings = dataclasses.replace(SETTINGS, epochs=200, patience=3)
    trained = train(Small(), clips(30, seed=1), settings, 7, validation=noise)
    assert len(trained.curves) == trained.epoch + 3 < 200


def test_the_number_of_updates_can_be_stated() -> None:
    settings = dataclasses.replace(SETTINGS, epochs=2, patience=1, updates=31)
    trained = train(Small(), clips(60, seed=1), settings, 7, validation=clips(30, seed=5))
    assert trained.updates == 31
    assert column(trained, "updates") == [6, 12, 18, 24, 30, 31]


@pytest.mark.parametrize("heads", [3, 4])
def test_heads_learn_as_if_each_were_alone(heads: int) -> None:
    """Same loss and choice as one head at a time: the best head, at its own best epoch, with its own stop."""
    training, validation = pooled(60, seed=1, states=heads), pooled(60, seed=2, states=heads)
    settings = dataclasses.replace(SETTINGS, epochs=25, patience=3)
    together = Small(heads=heads, inner=False)
    start = together.head.detach().clone()
    trained = train(together, training, settings, 7, validation=validation)
    alone = []
    for head in range(heads):
        one = Small(heads=1, inner=False)
        one.head.data.copy_(start[head : head + 1])
        parts = [
            Examples([own[head : head + 1] for own in part.inputs], part.labels, True)
            for part in (training, validation)
        ]
        own = train(one, parts[0], dataclasses.replace(settings, gradient_clip=None), 7, validation=parts[1])
        length = len(own.curves)
        assert column(trained, "training_loss", head)[:length] == pytest.approx(column(own, "training_loss"), abs=1e-6)
        best = own.curves[own.epoch - 1]
        alone.append((best["validation_uar"], -best["validation_loss"], own))
    best_head = max(range(heads), key=lambda i: alone[i][:2])
    assert trained.head == best_head == 2
    assert trained.epoch == alone[best_head][2].epoch
    torch.testing.assert_close(trained.tensors["head"][best_head], alone[best_head][2].tensors["head"][0])


def test_without_validation_the_test_clips_choose_the_head_and_this_is_said() -> None:
    training, test = pooled(60, seed=1), pooled(60, seed=2)
    listener = Small(heads=4, inner=False)
    trained = train(listener, training, SETTINGS, 7, test=test)
    found = scores(answers(listener, test, 8), test.labels, torch.ones(3))
    assert trained.head == max(range(4), key=lambda i: (found[0][i], -found[1][i])) == 2
    assert (trained.epoch, trained.chosen_on) == (6, "test")
    with pytest.raises(ValueError, match="several heads"):
        train(Small(heads=4, inner=False), training, SETTINGS, 7)


def test_a_head_that_has_stopped_counts_no_more() -> None:
    choosing = Choosing([Best(), Best()], patience=2)
    seen = [(0.5, 0.4), (0.5, 0.5), (0.5, 0.6), (0.9, 0.6)]
    kept = [choosing.see(epoch + 1, uar, (1.0, 1.0)) for epoch, uar in enumerate(seen)]
    assert kept == [True, False, True, False]
    assert (choosing.head, choosing.epoch, choosing.over) == (1, 3, False)


def test_ties_go_to_the_lower_loss_then_to_the_earlier_epoch() -> None:
    choosing = Choosing([Best(), Best()], None)
    assert choosing.see(1, (0.5, 0.5), (0.8, 0.7))
    assert choosing.head == 1
    assert not choosing.see(2, (0.5, 0.5), (0.7, 0.7))
    assert choosing.see(3, (0.5, 0.2), (0.6, 0.1))
    assert (choosing.head, choosing.epoch) == (0, 3)


def test_draws_come_from_the_seed_alone_and_leave_the_generator_as_it_is() -> None:
    found = []
    for outside in (1, 2):
        torch.manual_seed(outside)
        before = torch.get_rng_state()
        found.append(train(Small(dropout=0.5), clips(30, seed=1), SETTINGS, 7))
        assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(found[0].tensors[name], found[1].tensors[name]) for name in found[0].tensors)
    other = train(Small(dropout=0.5), clips(30, seed=1), SETTINGS, 8)
    assert not torch.equal(found[0].tensors["head"], other.tensors["head"])


def test_every_epoch_draws_and_orders_anew() -> None:
    seen: list[tuple[int, torch.Tensor]] = []

    class Watched(Small):
        def forward(self, inputs: torch.Tensor, lengths: list[int] | None) -> torch.Tensor:
            if self.training:
                seen.append((torch.initial_seed(), inputs))
            return super().forward(inputs, lengths)

    train(Watched(), clips(10, seed=1), dataclasses.replace(SETTINGS, clips_at_once=10, batch_clips=5, epochs=4), 7)
    assert len({seed for seed, _ in seen}) == 4
    assert len({float(inputs.sum()) for _, inputs in seen}) > 2, "the same clips meet every time"


def test_how_many_clips_are_computed_at_once_changes_nothing() -> None:
    found = []
    for at_once in (1, 10):
        settings = dataclasses.replace(SETTINGS, clips_at_once=at_once, epochs=3, class_weights=True)
        training, validation = clips(25, 1, dtype=torch.float64), clips(20, 2, dtype=torch.float64)
        found.append(train(Small(dropout=0.0).double(), training, settings, 7, validation=validation))
    for name, own in found[0].tensors.items():
        torch.testing.assert_close(own, found[1].tensors[name], rtol=1e-9, atol=1e-12)


def test_class_weights_help_the_rare_emotion() -> None:
    examples = clips(90, seed=1)
    rare = [i for i in range(90) if examples.labels[i] != 2 or i % 15 == 2]
    training = Examples([examples.inputs[i] for i in rare], examples.labels[rare])
    test, recall = clips(90, seed=3), []
    for weighted in (False, True):
        listener = Small()
        train(listener, training, dataclasses.replace(SETTINGS, class_weights=weighted, epochs=12), 7)
        predicted = answers(listener, test, 8)[:, 0].argmax(-1)
        recall.append(float((predicted[test.labels == 2] == 2).float().mean()))
    assert recall[1] > recall[0] + 0.1


def test_gradients_are_clipped(monkeypatch: pytest.MonkeyPatch) -> None:
    norms: list[float] = []
    step = torch.optim.AdamW.step

    def watched(self: torch.optim.AdamW, *given: Any, **named: Any) -> Any:
        own = [p.grad.norm() for group in self.param_groups for p in group["params"]]
        norms.append(float(torch.stack(own).norm()))
        return step(self, *given, **named)

    monkeypatch.setattr(torch.optim.AdamW, "step", watched)
    for clip in (None, 0.01):
        train(Small(), clips(30, seed=1), dataclasses.replace(SETTINGS, epochs=1, gradient_clip=clip), 7)
    assert max(norms[:3]) > 0.02
    assert max(norms[3:]) <= 0.0101


def test_half_precision_learns_too_and_keeps_its_tensors_in_float32() -> None:
    validation = clips(60, seed=2)
    settings = dataclasses.replace(SETTINGS, precision="bfloat16")
    trained = train(Small(), clips(120, seed=1), settings, 7, validation=validation)
    assert max(column(trained, "validation_uar")) > 0.5
    assert {own.dtype for own in trained.tensors.values()} == {torch.float32}


def test_a_loss_that_is_no_number_is_refused() -> None:
    broken = clips(10, seed=1)
    broken.inputs[3][0] = math.nan
    with pytest.raises(UserError, match="no number any more after epoch 1"):
        train(Small(), broken, SETTINGS, 7)
