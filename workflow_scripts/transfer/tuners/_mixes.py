"""What a head hears of the states of a clip: (clips, states, width) -> (clips, heads, width)."""

import torch


class EveryState(torch.nn.Module):
    """Each state, for a head of its own."""

    def __init__(self, states: int) -> None:
        super().__init__()
        self.heads = states

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """See the module."""
        return pooled


class WeightedSum(torch.nn.Module):
    """The sum of the states from `first` on, weighted by softmax(w); w is zero at the start."""

    def __init__(self, states: int, first: int) -> None:
        super().__init__()
        self.heads, self.first = 1, first
        self.weights = torch.nn.Parameter(torch.zeros(states - first))

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """See the module."""
        return (self.weights.softmax(dim=0)[:, None] * pooled[:, self.first :]).sum(dim=1, keepdim=True)
