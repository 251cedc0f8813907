"""Gates: (frames (clips, frames, width), valid (clips, frames) bool) -> g, which multiplies the frames.

All that is trained is zero at the start, where g is 1/2.
"""

import torch


class ClipGate(torch.nn.Module):
    """g (clips, 1, 1): the mean over a clip's valid frames of sigmoid(v . x_t + b)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(width))
        self.bias = torch.nn.Parameter(torch.zeros(1))

    def forward(self, frames: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """See the class."""
        each = torch.sigmoid(frames @ self.weight.to(frames.dtype) + self.bias)
        return (each.masked_fill(~valid, 0).sum(dim=1) / valid.sum(dim=1))[:, None, None]


class BlockGate(torch.nn.Module):
    """g (): a free number, here what is added to 1/2."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.more = torch.nn.Parameter(torch.zeros(1))

    def forward(self, frames: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return 0.5 + self.more


class FrameGate(torch.nn.Module):
    """g (clips, frames, width): sigmoid(V x_t)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(width, width))

    def forward(self, frames: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return torch.sigmoid(torch.nn.functional.linear(frames, self.weight))


FORMS = {"clip": ClipGate, "block": BlockGate, "frame": FrameGate}
