"""The module of a bottleneck adapter."""

import torch


class Adapter(torch.nn.Module):
    """U f(D x), (clips, frames, width) -> the same."""

    def __init__(
        self, down: torch.nn.Linear, activation: torch.nn.Module, dropout: torch.nn.Module, up: torch.nn.Linear
    ) -> None:
        super().__init__()
        self.down, self.activation, self.dropout, self.up = down, activation, dropout, up

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """See the class."""
        found: torch.Tensor = self.up(self.dropout(self.activation(self.down(frames))))
        return found
