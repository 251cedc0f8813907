"""The training of one listener on one fold: AdamW, early stopping, best epoch and head, curves.

What an epoch draws (order of clips, dropout, masks) comes from a seed of its own, set at its start, so that training
goes on from any epoch without the state of a generator. On a CPU the result is the same, bit for bit.
"""

import logging
import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from accelerate import Accelerator

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.transfer.batches import Examples, inverse_frequency, losses, pieces, shuffled
from workflow_scripts.transfer.choosing import Best, Choosing, restored
from workflow_scripts.transfer.evaluation import Listens, answers, device_of, scores

log = logging.getLogger(__name__)

PROGRESS_EVERY = 10.0  # seconds
_PRECISIONS = {"float32": "no", "bfloat16": "bf16"}

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Settings:
    """How a listener is trained.

    Attributes:
        epochs: most epochs.
        learning_rate, weight_decay: of AdamW.
        batch_clips: clips of one update.
        clips_at_once: of these, how many are computed together; changes memory, speed and what dropout draws.
        patience: epochs without a better one after which training stops (where there is validation); None: never.
        precision: of the forward: float32 or bfloat16; trained tensors are in float32.
        class_weights: emotions weigh by the inverse of their frequency among the training clips.
        gradient_clip: largest norm of the gradient over all trained tensors; None: any. Listeners with several heads
            are not clipped, since a common norm would tie their heads to each other.
        updates: exactly so many updates, whatever `epochs`; nothing stops earlier. None: by epochs.
    """

    epochs: int = 30
    learning_rate: float = 5e-4
    weight_decay: float = 1e-4
    batch_clips: int = 32
    clips_at_once: int = 8
    patience: int | None = 5
    precision: str = "float32"
    class_weights: bool = False
    gradient_clip: float | None = 1.0
    updates: int | None = None


@dataclass(frozen=True)
class State:
    """A training after an epoch: all that is needed to go on from there.

    Attributes:
        tensors: trained ones ("now/NAME"), those of the best epoch ("best/NAME"), AdamW's ("adamw/NAME/KEY").
        record: the rest, as plain numbers and words.
    """

    tensors: Tensors
    record: dict[str, Any]


class Keeper(Protocol):
    """Where a training leaves its state."""

    def due(self) -> bool:
        """Whether a state is wanted now."""

    def write(self, state: State) -> None:
        """Keep it."""


@dataclass(frozen=True)
class Trained:
    """What a training ends with; the listener holds the same tensors.

    Attributes:
        tensors: the trained tensors of the chosen epoch, on the CPU.
        epoch, head: the chosen ones; epochs count from 1, heads from 0.
        chosen_on: "validation"; "test" where the best of several heads was taken on the test clips, as the papers
            did; "" where the last epoch of the only head is kept.
        updates: in all, those after the chosen epoch included.
        curves: one row per epoch and head: epoch, head, updates so far, training_loss, validation_loss,
            validation_uar (NaN without validation), seconds.
    """

    tensors: Tensors
    epoch: int
    head: int
    chosen_on: str
    updates: int
    curves: list[dict[str, Any]] = field(repr=False)


def train(
    listener: Listens,
    training: Examples,
    settings: Settings,
    seed: int,
    *,
    validation: Examples | None = None,
    test: Examples | None = None,
    state: State | None = None,
    keeper: Keeper | None = None,
    name: str = "training",
) -> Trained:
    """Train a listener where it lies.

    Args:
        listener: as it starts; its trainable tensors are changed.
        training: the clips to train on.
        seed: of this fold's training; every epoch's seed is drawn from it.
        validation: clips that choose epoch and head. None: the last epoch is kept.
        test: looked at only where there are several heads and no validation: it chooses the head.
        state: of an earlier start of the same training, to go on from.
        keeper: gets the state after epochs.
        name: for lines of progress.

    Raises:
        UserError: the loss is no number any more.
    """
    loop = _Loop(listener, training, validation, settings, seed, name)
    if state is not None:
        loop.restore(state)
    while not loop.over:
        loop.epoch()
        if keeper is not None and keeper.due():
            keeper.write(loop.state())
    return loop.end(test)


class _Loop:
    """A training between two epochs."""

    def __init__(
        self,
        listener: Listens,
        training: Examples,
        validation: Examples | None,
        settings: Settings,
        seed: int,
        name: str,
    ) -> None:
        self._listener, self._training, self._validation = listener, training, validation
        self._settings, self._seed, self._name = settings, seed, name
        self._parameters = listener.trainable()
        self._device = device_of(listener)
        self._accelerator = Accelerator(mixed_precision=_PRECISIONS[settings.precision], cpu=self._device.type == "cpu")
        self._adamw = torch.optim.AdamW(
            self._parameters.values(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self._optimizer: Any = self._accelerator.prepare(self._adamw)
        inputs, lengths, _ = training.batch([0], self._device)
        listener.train(False)
        with torch.inference_mode():
            _, self._heads, emotions = listener(inputs, lengths).shape
        self._weights = torch.ones(emotions)
        if settings.class_weights:
            self._weights = inverse_frequency(training.labels, emotions)
        self._epoch = self._updates = 0
        self._best: Tensors = {}
        self._choosing = Choosing([Best() for _ in range(self._heads)], self._patience)
        self._curves: list[dict[str, Any]] = []
        self._said = time.monotonic()

    @property
    def _patience(self) -> int | None:
        return self._settings.patience if self._settings.updates is None else None

    @property
    def over(self) -> bool:
        """Whether nothing is left to train."""
        if self._settings.updates is not None:
            return self._updates >= self._settings.updates
        return self._epoch >= self._settings.epochs or self._choosing.over

    def epoch(self) -> None:
        """One pass over the training clips, then over those of validation."""
        began = time.monotonic()
        self._epoch += 1
        lost = self._pass()
        nothing = [math.nan] * self._heads
        uar, loss = nothing, nothing
        if self._validation is not None:
            logits = answers(self._listener, self._validation, self._settings.clips_at_once, self._settings.precision)
            uar, loss = scores(logits, self._validation.labels, self._weights)
            if self._choosing.see(self._epoch, uar, loss):
                self._best = _copied(self._parameters)
        seconds = time.monotonic() - began
        for head in range(self._heads):
            row = {"epoch": self._epoch, "head": head, "updates": self._updates, "training_loss": lost[head]}
            row |= {"validation_loss": loss[head], "validation_uar": uar[head], "seconds": seconds}
            self._curves.append(row)

    def _pass(self) -> list[float]:
        """The updates of one epoch; mean training loss of each head."""
        settings = self._settings
        batches = shuffled(self._training.lengths, settings.batch_clips, seed_of(self._seed, "order", self._epoch))
        if settings.updates is not None:
            batches = batches[: settings.updates - self._updates]
        lost = torch.zeros(self._heads, dtype=torch.float64)
        self._listener.train()
        with _draws_of(seed_of(self._seed, "draws", self._epoch), self._device):
            for number, batch in enumerate(batches):
                lost += len(batch) * self._update(batch)
                self._tell(number + 1, len(batches))
        mean = lost / sum(len(batch) for batch in batches)
        if not torch.isfinite(mean).all():
            raise UserError(
                f"the training loss is no number any more after epoch {self._epoch}",
                self._name,
                "lower the learning rate, or compute in float32",
            )
        return [float(value) for value in mean]

    def _update(self, batch: list[int]) -> torch.Tensor:
        """One step of AdamW on a batch; its loss by head, (heads,) float64 on the CPU."""
        weights = self._weights.to(self._device)
        total = float(self._weights[self._training.labels[batch]].sum())
        lost = torch.zeros(self._heads, dtype=torch.float64, device=self._device)
        for inputs, lengths, labels in pieces(self._training, batch, self._settings.clips_at_once, self._device):
            with self._accelerator.autocast():
                logits = self._listener(inputs, lengths)
            own = losses(logits, labels, weights, total)
            self._accelerator.backward(own.sum())
            lost += own.detach()
        if self._settings.gradient_clip is not None and self._heads == 1:
            self._accelerator.clip_grad_norm_(self._parameters.values(), self._settings.gradient_clip)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._updates += 1
        return lost.cpu()

    def _tell(self, done: int, batches: int) -> None:
        """A line in the log and on the terminal now and then."""
        if time.monotonic() - self._said > PROGRESS_EVERY:
            most = "" if self._settings.updates is not None else f" of at most {self._settings.epochs}"
            line = f"{self._name}: epoch {self._epoch}{most}, update {done} of {batches}"
            print(line, file=sys.stderr, flush=True)
            log.info(line)
            self._said = time.monotonic()

    def state(self) -> State:
        """All that `restore` needs."""
        tensors = {f"now/{name}": own for name, own in _copied(self._parameters).items()}
        tensors |= {f"best/{name}": own for name, own in self._best.items()}
        kept = self._adamw.state_dict()["state"]
        for index, name in enumerate(self._parameters):  # a block that LayerDrop has skipped so far has none
            own = kept.get(index, {})
            tensors |= {f"adamw/{name}/{key}": value.detach().cpu().clone() for key, value in own.items()}
        record = {"epoch": self._epoch, "updates": self._updates, "choosing": self._choosing.record()}
        return State(tensors, {**record, "curves": list(self._curves)})

    def restore(self, state: State) -> None:
        """Go on from a state of the same training."""
        record = state.record
        self._epoch, self._updates, self._curves = record["epoch"], record["updates"], list(record["curves"])
        self._choosing = restored(record["choosing"], self._patience)
        _put(_under(state.tensors, "now/"), self._parameters)
        self._best = _under(state.tensors, "best/")
        adamw = {index: _under(state.tensors, f"adamw/{name}/") for index, name in enumerate(self._parameters)}
        kept = {index: own for index, own in adamw.items() if own}
        self._adamw.load_state_dict({"state": kept, "param_groups": self._adamw.state_dict()["param_groups"]})
        log.info("%s: goes on after epoch %d", self._name, self._epoch)

    def end(self, test: Examples | None) -> Trained:
        """Choose, and put the chosen tensors into the listener."""
        epoch, head, chosen_on = self._epoch, 0, ""
        if self._validation is not None:
            epoch, head, chosen_on = self._choosing.epoch, self._choosing.head, "validation"
            _put(self._best, self._parameters)
        elif self._heads > 1:
            if test is None:
                raise ValueError("several heads need clips to choose one on")
            logits = answers(self._listener, test, self._settings.clips_at_once, self._settings.precision)
            last = Choosing([Best() for _ in range(self._heads)], None)
            last.see(epoch, *scores(logits, test.labels, self._weights))
            head, chosen_on = last.head, "test"
        self._listener.train(False)
        log.info("%s: %d epochs, %d updates; epoch %d kept", self._name, self._epoch, self._updates, epoch)
        return Trained(_copied(self._parameters), epoch, head, chosen_on, self._updates, self._curves)


@contextmanager
def _draws_of(seed: int, device: torch.device) -> Iterator[None]:
    """What torch draws inside comes from the seed alone; the generators outside stay as they are."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def _copied(parameters: dict[str, torch.nn.Parameter]) -> Tensors:
    return {name: own.detach().cpu().clone() for name, own in parameters.items()}


def _under(tensors: Tensors, prefix: str) -> Tensors:
    return {name.removeprefix(prefix): own for name, own in tensors.items() if name.startswith(prefix)}


@torch.no_grad()
def _put(tensors: Tensors, parameters: dict[str, torch.nn.Parameter]) -> None:
    for name, own in parameters.items():
        own.copy_(tensors[name])
