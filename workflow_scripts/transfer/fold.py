"""One fold of a training job: a listener is built, tested and trained, and answers for the clips that were held out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch

from workflow_scripts.transfer.batches import Examples
from workflow_scripts.transfer.evaluation import answers, device_of
from workflow_scripts.transfer.listener import Listener
from workflow_scripts.transfer.resume import Fold
from workflow_scripts.transfer.self_test import self_test
from workflow_scripts.transfer.standardising import standardise
from workflow_scripts.transfer.training import Settings, Trained, train

TESTED = 8  # clips that a self-test may choose from


def train_fold(
    build: Callable[[], Listener],
    training: Examples,
    settings: Settings,
    seed: int,
    keeper: Fold,
    *,
    validation: Examples | None = None,
    test: Examples | None = None,
    begun: Mapping[str, torch.Tensor] | None = None,
    name: str = "",
) -> tuple[Listener, Trained]:
    """Train a listener on a fold, or take the result of an earlier start of the same job.

    Args:
        build: makes the listener as it starts.
        training, settings, seed, validation, test, name: see `training.train`.
        keeper: where it goes on if it was killed.
        begun: tensors of the stage that it goes on from.

    Raises:
        RuntimeError: the listener fails its self-test, or training changed a tensor that is frozen.
    """
    listener = build()
    done = keeper.finished()
    if done is None:
        inputs, lengths, _ = training.batch(range(min(TESTED, len(training))), device_of(listener))
        self_test(listener, inputs, lengths)
        put(listener, begun or {})
        if not begun or "head.mean" not in begun:
            standardise(listener, training, settings.clips_at_once)
        frozen = _frozen(listener)
        done = train(
            listener, training, settings, seed,
            validation=validation, test=test, state=keeper.state(), keeper=keeper, name=name,
        )  # fmt: skip
        changed = [key for key, own in _frozen(listener).items() if own != frozen[key]]
        if changed:
            raise RuntimeError(f"{name}: training changed tensors that are frozen: {', '.join(changed)}")
        done = replace(done, tensors={name: own.detach().cpu().clone() for name, own in listener.learnt().items()})
        keeper.finish(done)
    put(listener, done.tensors)
    return listener, done


def predictions(
    listener: Listener, head: int, clips: Sequence[str], examples: Examples, emotions: Sequence[str], settings: Settings
) -> pd.DataFrame:
    """clip_id, true, predicted and p_<emotion> of clips, by one head of a listener."""
    logits = answers(listener, examples, settings.clips_at_once, settings.precision)[:, head]
    probabilities = torch.softmax(logits.double(), dim=-1).numpy()
    names = np.array(emotions)
    return pd.DataFrame(
        {
            "clip_id": list(clips),
            "true": names[examples.labels.numpy()],
            "predicted": names[probabilities.argmax(1)],
            **{f"p_{emotion}": probabilities[:, place] for place, emotion in enumerate(emotions)},
        }
    )


def curves(trained: Trained) -> pd.DataFrame:
    """The epochs of the chosen head, and which of them was kept."""
    rows = pd.DataFrame([row for row in trained.curves if row["head"] == trained.head])
    return rows.assign(best=rows["epoch"] == trained.epoch)


@torch.no_grad()
def put(listener: Listener, tensors: Mapping[str, torch.Tensor]) -> None:
    """Put tensors by name into the listener; those that it has besides stay as they are."""
    own = listener.learnt()
    for name, tensor in tensors.items():
        own[name].copy_(tensor)


def _frozen(listener: Listener) -> dict[str, Any]:
    """A mark of every tensor that is not trained: its sum and that of its squares in float64."""
    trained = set(listener.trainable())
    marks = {}
    for name, tensor in listener.state_dict(keep_vars=True).items():
        if name not in trained and tensor.is_floating_point():
            wide = tensor.detach().double()
            marks[name] = (float(wide.sum()), float((wide * wide).sum()))
    return marks
