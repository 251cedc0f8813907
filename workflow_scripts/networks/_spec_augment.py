"""SpecAugment over time, by the library's own masks: for training only, where it is asked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch


def hide_spans(model: Any, hidden: torch.Tensor, lengths: Sequence[int], share: float) -> None:
    """Put zeros in place of spans of frames, in place; nothing in evaluation mode or where `share` is 0.

    Each clip is masked alone, within its own frames. One that is shorter than the fewest spans that a mask may have
    (20 frames by the library's settings) stays as it is: the library would raise, or hide all of it.

    Args:
        model: a transformers model with `_mask_hidden_states`.
        hidden: (clips, longest, width), projected frames on their way into the encoder.
        lengths: frames of each clip.
        share: of the frames that spans cover (`mask_time_prob`). The library draws from numpy's global generator,
            which is seeded from torch's meanwhile.
    """
    if not (share and model.training):
        return
    config, drawn = model.config, np.random.get_state()  # noqa: NPY002 (the library's masks draw from this one)
    settings = config.apply_spec_augment, config.mask_time_prob
    config.apply_spec_augment, config.mask_time_prob = True, share
    # checkpoints are read without the vector that stood for hidden frames in pre-training; padding is zero too
    model.masked_spec_embed = hidden.new_zeros(hidden.shape[-1])
    np.random.seed(int(torch.randint(2**32, ())))  # noqa: NPY002 (likewise)
    try:
        for clip, length in enumerate(lengths):
            if length >= config.mask_time_min_masks * config.mask_time_length:
                model._mask_hidden_states(hidden[clip : clip + 1, :length])
    finally:
        np.random.set_state(drawn)  # noqa: NPY002 (likewise)
        del model.masked_spec_embed
        config.apply_spec_augment, config.mask_time_prob = settings
