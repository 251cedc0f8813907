"""One forward, every hidden state, and no clip ever depends on its batch mates.

Zeros behind a short clip change it in two places: in the group norm over time of the first convolution (base
networks) and wherever frames meet (positional convolution, attention). So the convolutions see clips of one length
together and nothing else, and the encoder is given a mask over frames.

The states are ours, not the library's: "0" is what enters the first block, "k" what leaves block k, "final" what
leaves the norm behind the last block of networks that have one. They are read by hooks at exactly these places,
since the library's own list of states changed its last entry between versions 4 and 5.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from workflow_scripts.networks.loading import Network
from workflow_scripts.study.errors import UserError

Wave = npt.NDArray[np.float32] | npt.NDArray[np.float64]
# state, frames (clips, longest, width), frames of each clip
Visitor = Callable[[str, torch.Tensor, list[int]], None]


def normalised(wave: Wave) -> Wave:
    """Scale one clip (samples,) to zero mean and unit variance, as Wav2Vec2FeatureExtractor does (epsilon 1e-7)."""
    centred = wave - wave.mean(dtype=np.float64)
    scaled: Wave = (centred / np.sqrt(np.square(centred).mean() + 1e-7)).astype(wave.dtype)
    return scaled


def check_wave(network: Network, name: str, wave: Wave) -> None:
    """Raise UserError when a clip is not one channel of finite samples or too short to hold one frame."""
    if wave.ndim != 1:
        raise UserError(f"expected one channel of samples, got an array of shape {wave.shape}", f"clip {name}")
    if wave.size < network.receptive_field:
        raise UserError(
            f"is {wave.size} samples long at {network.sample_rate} Hz; {network.name} needs at least "
            f"{network.receptive_field} ({1000 * network.receptive_field / network.sample_rate:.1f} ms) for one frame",
            f"clip {name}",
            "leave the clip out, or crop to a longer window",
        )
    if not np.isfinite(wave).all():
        raise UserError("holds samples that are not finite", f"clip {name}")


@torch.inference_mode()
def forward(network: Network, waves: Sequence[Wave], visit: Visitor) -> None:
    """Run one batch and hand every hidden state to `visit` as soon as it exists, in the order of `network.states`.

    Args:
        network: where its model lies (device, dtype) is where the forward runs.
        waves: one array (samples,) per clip at the network's rate, not normalised; each at least
            `network.receptive_field` long (`check_wave`).
        visit: called with the state's name, its frames (clips, most frames, width) and each clip's number of
            frames; what stands behind a clip's last frame is finite and means nothing.

    Raises:
        RuntimeError: the library did not produce each state exactly once.
    """
    model: Any = network.model
    place = next(model.parameters())
    extracted = convolved(network, waves, place.device, place.dtype)
    lengths = [features.shape[0] for features in extracted]
    padded = torch.nn.utils.rnn.pad_sequence(extracted, batch_first=True)
    del extracted
    projected = model.feature_projection(padded)
    hidden = projected[0] if isinstance(projected, tuple) else projected

    mask = None
    if min(lengths) < max(lengths):
        ends = torch.tensor(lengths, device=hidden.device)[:, None]
        mask = torch.arange(max(lengths), device=hidden.device)[None] < ends

    seen: list[str] = []

    def saw(state: str, frames: torch.Tensor) -> None:
        seen.append(state)
        visit(state, frames, lengths)

    handles = _hooks(network, saw)
    try:
        model.encoder(hidden, attention_mask=mask)
    finally:
        for handle in handles:
            handle.remove()
    if tuple(seen) != network.states:
        raise RuntimeError(f"{network.name}: states {seen} were seen, expected {network.states}")


def convolved(network: Network, waves: Sequence[Wave], device: torch.device, dtype: torch.dtype) -> list[torch.Tensor]:
    """Normalise each clip and run the convolutions: (frames, channels) each.

    On a GPU clips of one length go together; on a CPU each goes alone, which is faster (its features stay in cache).
    """
    together: dict[int, list[int]] = {}
    for index, wave in enumerate(waves):
        together.setdefault(index if device.type == "cpu" else wave.size, []).append(index)
    model: Any = network.model
    found: dict[int, torch.Tensor] = {}
    for indices in together.values():
        stacked = np.stack([normalised(waves[i]) if network.normalise else waves[i] for i in indices])
        features = model.feature_extractor(torch.from_numpy(stacked).to(device=device, dtype=dtype))
        found.update(zip(indices, features.transpose(1, 2), strict=True))
    return [found[index] for index in range(len(waves))]


def hidden_states(network: Network, waves: Sequence[Wave]) -> list[dict[str, torch.Tensor]]:
    """Return for each clip all its states: name -> (frames, width). For tests and small uses: it keeps everything."""
    clips: list[dict[str, torch.Tensor]] = [{} for _ in waves]

    def keep(state: str, frames: torch.Tensor, lengths: list[int]) -> None:
        for clip, (row, length) in zip(clips, zip(frames, lengths, strict=True), strict=True):
            clip[state] = row[:length].clone()

    forward(network, waves, keep)
    return clips


def _hooks(network: Network, saw: Callable[[str, torch.Tensor], None]) -> list[Any]:
    encoder: Any = network.model.encoder
    blocks = encoder.layers

    def entering(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        saw("0", args[0] if args else kwargs["hidden_states"])

    def leaving(state: str) -> Callable[[Any, Any, Any], None]:
        def hook(module: Any, args: Any, output: Any) -> None:
            saw(state, output[0] if isinstance(output, tuple) else output)

        return hook

    handles = [blocks[0].register_forward_pre_hook(entering, with_kwargs=True)]
    handles += [block.register_forward_hook(leaving(str(k))) for k, block in enumerate(blocks, start=1)]
    if "final" in network.states:
        handles.append(encoder.layer_norm.register_forward_hook(leaving("final")))
    return handles
