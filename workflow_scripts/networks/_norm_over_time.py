"""The norm over time behind the first convolution of base networks, with the statistics of a whole clip.

A window of a long clip would else be normed by its own level. The convolution is linear in its samples, so mean and
variance of all its outputs follow from those of the samples under its kernel, whatever the clip's length.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from workflow_scripts.networks import Wave

_AT_ONCE = 1_000_000  # outputs whose samples are held at once


@contextmanager
def normed_as_whole(layer: Any, wave: Wave) -> Iterator[None]:
    """While open, the layer norms its outputs by their mean and variance over this clip.

    Args:
        layer: a first layer of transformers' front ends: `conv` over the waveform, then perhaps a group norm with
            one group a channel. With a norm over channels nothing is done: it knows nothing of other moments.
        wave: samples (n,) of the whole clip, as they enter the layer.
    """
    norm = layer.layer_norm if hasattr(layer, "layer_norm") else None
    if not isinstance(norm, torch.nn.GroupNorm) or norm.num_groups != norm.num_channels:
        yield
        return
    (kernel,), (stride,) = layer.conv.kernel_size, layer.conv.stride
    mean, covariance = _moments(np.lib.stride_tricks.sliding_window_view(wave, kernel)[::stride])
    weight = layer.conv.weight[:, 0].double()
    centre = weight @ torch.from_numpy(mean).to(weight)
    if layer.conv.bias is not None:
        centre = centre + layer.conv.bias.double()
    variance = ((weight @ torch.from_numpy(covariance).to(weight)) * weight).sum(dim=1)

    def as_whole(module: Any, args: tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
        (found,) = args
        statistics = centre.to(found.dtype), variance.to(found.dtype)
        return torch.nn.functional.batch_norm(found, *statistics, norm.weight, norm.bias, training=False, eps=norm.eps)

    handle = norm.register_forward_hook(as_whole)
    try:
        yield
    finally:
        handle.remove()


def _moments(rows: "np.ndarray[Any, Any]") -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
    """Mean (k,) and covariance (k, k) with n in the denominator of rows (n, k), in float64."""
    pieces = [slice(begin, begin + _AT_ONCE) for begin in range(0, len(rows), _AT_ONCE)]
    mean = sum(rows[piece].sum(axis=0, dtype=np.float64) for piece in pieces) / len(rows)
    covariance = np.zeros((rows.shape[1], rows.shape[1]))
    for piece in pieces:
        apart = rows[piece] - mean
        covariance += apart.T @ apart
    return np.asarray(mean), covariance / len(rows)
