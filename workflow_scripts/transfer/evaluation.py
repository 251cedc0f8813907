"""What a listener answers, and how well."""

from collections.abc import Sequence
from typing import Any, Protocol

import torch

from workflow_scripts.statistics.metrics import confusion, uar
from workflow_scripts.transfer.batches import Examples, by_length, losses


class Listens(Protocol):
    """What training and evaluation need of a listener."""

    def __call__(self, inputs: torch.Tensor, lengths: list[int] | None) -> torch.Tensor:
        """(clips, longest, channels) and frames of each clip, or (clips, states, width) -> (clips, heads, emotions)."""

    def trainable(self) -> dict[str, torch.nn.Parameter]:
        """Everything that is trained, by stable names."""

    def train(self, mode: bool = True) -> Any:
        """As of a module."""


def device_of(listener: Listens) -> torch.device:
    """Where a listener's trainable tensors lie."""
    return next(iter(listener.trainable().values())).device


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """The arithmetic of a forward: float32 (as the tensors are) or bfloat16."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision != "float32")


@torch.inference_mode()
def answers(listener: Listens, examples: Examples, clips_at_once: int, precision: str = "float32") -> torch.Tensor:
    """Logits (clips, heads, emotions) on the CPU, in float32 or float64, in the order of the examples."""
    device = device_of(listener)
    listener.train(False)
    found: dict[int, torch.Tensor] = {}
    for batch in by_length(examples.lengths, clips_at_once):
        inputs, lengths, _ = examples.batch(batch, device)
        with autocast(device, precision):
            logits = listener(inputs, lengths)
        logits = logits if logits.dtype == torch.float64 else logits.float()
        found.update(zip(batch, logits.cpu(), strict=True))
    return torch.stack([found[i] for i in range(len(examples))])


def scores(logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor) -> tuple[list[float], list[float]]:
    """UAR and loss of each head.

    Args:
        logits: (clips, heads, emotions).
        labels: (clips,).
        weights: (emotions,) of the classes, as in training.
    """
    predicted = logits.argmax(dim=-1).T.numpy()
    recalls: Sequence[float] = uar(confusion(labels.numpy(), predicted, logits.shape[-1])).tolist()
    lost: Sequence[float] = losses(logits, labels, weights, weights[labels].sum()).tolist()
    return list(recalls), list(lost)
