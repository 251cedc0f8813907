"""What is added to, or multiplied with, the feed-forward layer of one block."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch


class Branch(torch.nn.Module):
    """A bottleneck adapter, a gate, or both, around the feed-forward layer of one block.

    With an adapter the layer's output f becomes f + g * adapter(x), without one 2 g * f, where g is the gate of x
    (1 without one). x is f, or what enters the layer: where the adapter is `parallel`, or where there is none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.adapter: torch.nn.Module | None = None
        self.gate: torch.nn.Module | None = None
        self.parallel = False

    def forward(self, entered: torch.Tensor, left: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """Frames (clips, frames, width) that leave the layer, from those that entered and left it.

        valid: (clips, frames) bool, True for a clip's own frames.
        """
        heard = left if self.adapter is not None and not self.parallel else entered
        gate = 1.0 if self.gate is None else self.gate(heard, valid)
        if self.adapter is None:
            return left if self.gate is None else 2 * gate * left
        found: torch.Tensor = left + gate * self.adapter(heard)
        return found


@contextmanager
def branching(blocks: Sequence[Any], branches: Sequence[Branch], valid: torch.Tensor) -> Iterator[None]:
    """While open, the feed-forward layer of each block gives what its branch makes of it."""

    def hook_of(branch: Branch) -> Any:
        return lambda layer, args, output: branch(args[0], output, valid)

    active = [(block, branch) for block, branch in zip(blocks, branches, strict=True) if list(branch.children())]
    handles = [block.feed_forward.register_forward_hook(hook_of(branch)) for block, branch in active]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
