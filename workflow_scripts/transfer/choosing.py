"""Which epoch of which head is kept: by UAR on validation, ties by loss on validation, then the earlier, the lower.

Heads learn independently, so each stops by itself, as if it were trained alone: what a head does after it has not
improved for `patience` epochs counts no more. Training ends when all have stopped.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class Best:
    """The best epoch of one head so far, and whether it has stopped."""

    uar: float = -math.inf
    loss: float = math.inf
    epoch: int = 0
    stopped: bool = False

    @property
    def merit(self) -> tuple[float, float]:
        """What is compared; larger is better."""
        return self.uar, -self.loss


@dataclass
class Choosing:
    """The best of every head; `patience` None: none stops."""

    heads: list[Best]
    patience: int | None

    def see(self, epoch: int, uar: Sequence[float], loss: Sequence[float]) -> bool:
        """Take in an epoch (from 1): UAR and loss of each head. True where this epoch holds the best of all heads."""
        for head, own_uar, own_loss in zip(self.heads, uar, loss, strict=True):
            own = Best(own_uar, own_loss if math.isfinite(own_loss) else math.inf, epoch)
            if head.stopped:
                continue
            if own.merit > head.merit:
                head.uar, head.loss, head.epoch = own.uar, own.loss, epoch
            elif self.patience is not None and epoch - head.epoch >= self.patience:
                head.stopped = True
        return self.heads[self.head].epoch == epoch

    @property
    def head(self) -> int:
        """The head whose best epoch is the best of all."""
        return max(range(len(self.heads)), key=lambda i: (*self.heads[i].merit, -self.heads[i].epoch))

    @property
    def epoch(self) -> int:
        """That epoch."""
        return self.heads[self.head].epoch

    @property
    def over(self) -> bool:
        """Whether all heads have stopped."""
        return all(head.stopped for head in self.heads)

    def record(self) -> list[list[Any]]:
        """As plain numbers, for `restored`."""
        return [[head.uar, head.loss, head.epoch, head.stopped] for head in self.heads]


def restored(record: Sequence[Sequence[Any]], patience: int | None) -> Choosing:
    """The same again from `Choosing.record`."""
    return Choosing([Best(*own) for own in record], patience)
