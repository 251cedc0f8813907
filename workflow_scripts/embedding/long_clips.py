"""One long clip through a network window by window: memory holds one batch of windows, whatever the clip's length."""

from collections.abc import Sequence

import torch

from workflow_scripts.embedding.forward import forward_scaled
from workflow_scripts.embedding.frame_statistics import FrameStatistics
from workflow_scripts.embedding.pooling import LongPooler
from workflow_scripts.embedding.windows import Window
from workflow_scripts.networks import Network, Wave


def pool_windows(
    network: Network,
    wave: Wave,
    windows: Sequence[Window],
    pooler: LongPooler,
    *,
    together: int,
    statistics: FrameStatistics | None = None,
    emotion: str | None = None,
) -> torch.Tensor:
    """Pool the kept frames of all windows of one clip.

    Args:
        wave: samples (n,) of the clip; scaled here, once, as a whole.
        windows: its windows in order, as `windows.windows` gives them.
        pooler: a new one, for this clip.
        together: windows in one batch.
        statistics, emotion: where given, the kept frames are added to the statistics.

    Returns:
        (states, rows, width) float64; rows of a pooling are `pooler.slices[pooling]`.
    """
    scaled = network.scaled(wave)
    with network.within(scaled):
        for begin in range(0, len(windows), together):
            batch = windows[begin : begin + together]

            def visit(state: str, frames: torch.Tensor, lengths: list[int], batch: Sequence[Window] = batch) -> None:
                kept = torch.cat([own[window.kept] for own, window in zip(frames, batch, strict=True)])
                pooler.add(state, batch[0].first, kept)
                if statistics is not None and emotion is not None:
                    statistics.add(state, kept[None], [len(kept)], [emotion])

            forward_scaled(network, [scaled[window.start : window.stop] for window in batch], visit)
    return torch.stack([pooler.pooled(state) for state in network.states])
