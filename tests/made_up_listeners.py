"""A listener small enough for tests, and clips that it can tell apart."""

import torch

from workflow_scripts.transfer.batches import Examples


class Small(torch.nn.Module):
    """One layer over frames with dropout, the mean over a clip's own frames, one linear map per head."""

    def __init__(
        self, channels: int = 6, heads: int = 1, emotions: int = 3, dropout: float = 0.2, inner: bool = True
    ) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.inner = torch.nn.Parameter(0.3 * torch.randn(channels, channels, generator=generator)) if inner else None
        self.head = torch.nn.Parameter(0.1 * torch.randn(heads, emotions, channels, generator=generator))
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, inputs: torch.Tensor, lengths: list[int] | None) -> torch.Tensor:
        hidden = inputs if self.inner is None else torch.tanh(inputs @ self.inner)
        if lengths is None:  # (clips, states, width): a head for each state
            return torch.einsum("csw,sew->cse", hidden, self.head)
        ends = torch.tensor(lengths, device=inputs.device)[:, None]
        valid = torch.arange(inputs.shape[1], device=inputs.device)[None] < ends
        mean = (hidden * valid[..., None]).sum(1) / ends
        return torch.einsum("cw,hew->che", self.dropout(mean), self.head)

    def trainable(self) -> dict[str, torch.nn.Parameter]:
        return {name: own for name, own in self.named_parameters() if own.requires_grad}


def clips(count: int, seed: int, channels: int = 6, emotions: int = 3, dtype: torch.dtype = torch.float32) -> Examples:
    """Clips of 3 to 30 frames; each emotion lifts a channel of its own, and noise hides it often."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % emotions
    lengths = torch.randint(3, 31, (count,), generator=generator).tolist()
    inputs = [torch.randn(length, channels, generator=generator, dtype=dtype) for length in lengths]
    for own, label in zip(inputs, labels.tolist(), strict=True):
        own[:, label] += 0.4
    return Examples(inputs, labels)


def pooled(count: int, seed: int, states: int = 4, width: int = 6, emotions: int = 3) -> Examples:
    """Pooled layers, of which the third tells the emotions best."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % emotions
    inputs = torch.randn(count, states, width, generator=generator)
    for state, lift in zip(range(states), (0.0, 0.5, 1.5, 0.7), strict=False):
        inputs[torch.arange(count), state, labels] += lift
    return Examples(list(inputs), labels, pooled=True)
