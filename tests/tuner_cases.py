"""Tiny listeners of every family and tuner."""

from typing import Any

import numpy as np
import torch
from network_cases import in_float64, noise, sharpen, shipped

from workflow_scripts.networks import Network
from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.listener import Listener, inside

FAMILIES = ["wav2vec2", "hubert", "wavlm", "mert", "data2vec"]
EMOTIONS = 6
RAGGED = (0.13, 1.0, 0.5, 0.5, 0.8)  # seconds

# every tuner, every form of it, and all together
VARIED: dict[str, Any] = {
    "frozen": "frozen",
    "weighted-sum": "weighted-sum",
    "weighted-sum-1": {"weighted-sum": {"first": 1}},
    "lora": "lora",
    "lora-everywhere": {"lora": {"rank": 4, "targets": ["q", "k", "v", "out", "ffn-in", "ffn-out"]}},
    "bottleneck": {"bottleneck": {"width": 8}},
    "bottleneck-parallel": {"bottleneck": {"width": 8, "place": "parallel", "activation": "gelu"}},
    "gates-of-clips": "weight-gating",
    "gates-of-blocks": {"weight-gating": {"form": "block"}},
    "gates-of-frames": {"weight-gating": {"form": "frame"}},
    "peft": ["weighted-sum", "lora", "bottleneck", "weight-gating"],
    "peft-of-frames": [{"bottleneck": {"place": "parallel"}}, {"weight-gating": {"form": "frame"}}],
    "full": "full",
}


def built(family: str, variant: Any, *, exact: bool = False, seed: int = 1, **options: float) -> Listener:
    """A listener around a tiny network whose attention is far from uniform; `exact`: in float64."""
    network = shipped(family)
    sharpen(network)
    return inside(in_float64(network) if exact else network, tuners.variant(variant), EMOTIONS, seed, **options)


def waves(network: Network, seconds: tuple[float, ...] = RAGGED) -> list[np.ndarray]:
    return [network.scaled(noise(int(length * network.sample_rate), i)) for i, length in enumerate(seconds)]


def batch(network: Network, seconds: tuple[float, ...] = RAGGED) -> tuple[torch.Tensor, list[int]]:
    """Fronts of some clips, padded, and their lengths in frames."""
    fronts = network.front(waves(network, seconds))
    return torch.nn.utils.rnn.pad_sequence(fronts, batch_first=True), [len(front) for front in fronts]


def away_from_start(listener: Listener) -> Listener:
    """Every trainable tensor moved a little, so that nothing is multiplied with zero."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for tensor in listener.trainable().values():
            tensor.add_(0.2 * torch.randn(tensor.shape, generator=generator))
    return listener


def without_dropout(listener: Listener) -> Listener:
    """In training mode, with nothing left to chance."""
    for module in listener.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        elif isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0
    return listener.train()
