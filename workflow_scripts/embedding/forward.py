"""One batch through any network, whatever its family: what may enter, and that every state comes out."""

from collections.abc import Sequence

import numpy as np
import torch

from workflow_scripts.networks import Network, Visitor, Wave
from workflow_scripts.study.errors import UserError


def check_wave(network: Network, name: str, wave: Wave) -> None:
    """Raise UserError when a clip is not one channel of finite samples, or too short for the network."""
    if wave.ndim != 1:
        raise UserError(f"expected one channel of samples, got an array of shape {wave.shape}", f"clip {name}")
    if wave.size < network.shortest:
        raise UserError(
            f"is {wave.size} samples long at {network.sample_rate} Hz; {network.name} needs at least "
            f"{network.shortest} ({1000 * network.shortest / network.sample_rate:.1f} ms) for one frame",
            f"clip {name}",
            "leave the clip out, or crop to a longer window",
        )
    if not np.isfinite(wave).all():
        raise UserError("holds samples that are not finite", f"clip {name}")


@torch.inference_mode()
def forward(network: Network, waves: Sequence[Wave], visit: Visitor) -> None:
    """Run one batch of whole clips and hand every hidden state to `visit` as soon as it exists.

    Args:
        network: where its model lies (device, dtype) is where the forward runs.
        waves: one array (samples,) per clip at the network's rate, not scaled, as `check_wave` lets it pass.
        visit: called in the order of `network.states` with the state's name, its frames (clips, most frames, width)
            and each clip's number of frames; what stands behind a clip's last frame is finite and means nothing.

    Raises:
        RuntimeError: the network did not give each state exactly once, in order and of the shape that it states.
    """
    forward_scaled(network, [network.scaled(wave) for wave in waves], visit)


@torch.inference_mode()
def forward_scaled(network: Network, waves: Sequence[Wave], visit: Visitor) -> None:
    """The same for clips, or windows of clips, that `network.scaled` has been through already."""
    expected = [network.frames(wave.size) for wave in waves]
    shape = (len(waves), max(expected), network.width)
    seen: list[str] = []

    def saw(state: str, frames: torch.Tensor, lengths: list[int]) -> None:
        if (tuple(frames.shape), list(lengths)) != (shape, expected):
            found = f"frames {tuple(frames.shape)} of lengths {list(lengths)}, expected {shape} of {expected}"
            raise RuntimeError(f"{network.name}: state {state} has {found}")
        seen.append(state)
        visit(state, frames, lengths)

    network.listen_batch(waves, saw)
    if tuple(seen) != network.states:
        raise RuntimeError(f"{network.name}: states {seen} were seen, expected {network.states}")


def hidden_states(network: Network, waves: Sequence[Wave]) -> list[dict[str, torch.Tensor]]:
    """Return for each clip all its states: name -> (frames, width). For tests and small uses: it keeps everything."""
    clips: list[dict[str, torch.Tensor]] = [{} for _ in waves]

    def keep(state: str, frames: torch.Tensor, lengths: list[int]) -> None:
        for clip, (row, length) in zip(clips, zip(frames, lengths, strict=True), strict=True):
            clip[state] = row[:length].clone()

    forward(network, waves, keep)
    return clips
