"""What wav2vec 2.0, HuBERT, WavLM, MERT and data2vec share: convolutions over the waveform, then a masked encoder.

No clip ever depends on its batch mates. Zeros behind a short clip change it in two places: in the group norm over
time of the first convolution (base networks) and wherever frames meet (positional convolution, attention). So the
convolutions see clips of one length together and nothing else, and the encoder is given a mask over frames.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.utils import parametrize

from workflow_scripts.networks import Network, Visitor, Wave, states_of
from workflow_scripts.networks._hooks import skipped, watched
from workflow_scripts.networks._norm_over_time import normed_as_whole
from workflow_scripts.networks._spec_augment import hide_spans
from workflow_scripts.networks._weights import from_folder, read_json, refuse

# Tensors that checkpoints carry beside the encoder and that no hidden state depends on: heads of pre-training and
# of recognition, and the vector that SpecAugment (off here) puts in place of masked frames.
HEADS = (
    "quantizer",
    "project_q",
    "project_hid",
    "final_proj",
    "label_embs_concat",
    "lm_head",
    "projector",
    "classifier",
    "masked_spec_embed",
)

# What would make the forward random or drop a layer (LayerDrop, SpecAugment, dropout acts in training only).
_INFERENCE = {"layerdrop": 0.0, "apply_spec_augment": False, "mask_time_prob": 0.0, "mask_feature_prob": 0.0}

_AT_ONCE = 1_000_000  # samples that are scaled at once: no more of a long clip is held in float64

# (model, mask (clips, frames) bool) -> handles of hooks that keep a family's own layers from seeing behind a clip
Guard = Callable[[Any, torch.Tensor], Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class WaveformNetwork(Network):
    """A transformers model without heads.

    Attributes:
        normalise: each clip is scaled to zero mean and unit variance first, as its preprocessor file says.
        guard: see `Guard`; None where the encoder's own mask is enough.
        prepare: the family's `prepare_for_tuning(model)`; None where nothing needs to be done.
    """

    normalise: bool
    guard: Guard | None = None
    prepare: Callable[[Any], None] | None = None

    @property
    def tunable(self) -> bool:
        """See `Network`."""
        return True

    def prepare_for_tuning(self) -> None:
        """See `Network`."""
        if self.prepare:
            self.prepare(self.model)

    def scaled(self, wave: Wave) -> Wave:
        """See `Network`."""
        return normalised(wave) if self.normalise else wave

    def within(self, wave: Wave) -> AbstractContextManager[None]:
        """See `Network`: windows of base networks are normed over time by what the whole clip has."""
        model: Any = self.model
        return normed_as_whole(model.feature_extractor.conv_layers[0], wave)

    @property
    def _final_norm(self) -> Any:
        encoder: Any = self.model.encoder
        return encoder.layer_norm if "final" in self.states else None

    def listen_batch(self, waves: Sequence[Wave], visit: Visitor) -> None:
        """See `Network`."""
        extracted = self.front(waves)
        lengths = [features.shape[0] for features in extracted]
        padded = torch.nn.utils.rnn.pad_sequence(extracted, batch_first=True)
        del extracted
        self._encode(padded, lengths, lambda state, frames: visit(state, frames, lengths))

    def front(self, waves: Sequence[Wave]) -> list[torch.Tensor]:
        """See `Network`."""
        with torch.no_grad():
            return convolved(self, waves)

    def states_from(
        self, front: torch.Tensor, lengths: Sequence[int], layer_drop: float = 0.0, spec_augment: float = 0.0
    ) -> list[torch.Tensor]:
        """See `Network`."""
        model: Any = self.model
        found: list[torch.Tensor] = []
        with skipped(model.encoder.layers, layer_drop):
            self._encode(front, lengths, lambda state, frames: found.append(frames), spec_augment)
        return found

    def _encode(
        self,
        front: torch.Tensor,
        lengths: Sequence[int],
        saw: Callable[[str, torch.Tensor], None],
        spec_augment: float = 0.0,
    ) -> None:
        """Run everything behind the convolutions and hand each state to `saw` as soon as it exists."""
        model: Any = self.model
        projected = model.feature_projection(front)
        hidden = projected[0] if isinstance(projected, tuple) else projected
        hide_spans(model, hidden, lengths, spec_augment)
        mask, guards = None, list[Any]()
        if min(lengths) < max(lengths):
            ends = torch.tensor(lengths, device=hidden.device)[:, None]
            mask = torch.arange(max(lengths), device=hidden.device)[None] < ends
            guards += self.guard(model, mask) if self.guard else []
        try:
            with watched(model.encoder.layers, self._final_norm, saw):
                model.encoder(hidden, attention_mask=mask)
        finally:
            for handle in guards:
                handle.remove()


def normalised(wave: Wave) -> Wave:
    """Scale one clip (samples,) to zero mean and unit variance, as Wav2Vec2FeatureExtractor does (epsilon 1e-7)."""
    mean = wave.mean(dtype=np.float64)
    pieces = [slice(begin, begin + _AT_ONCE) for begin in range(0, wave.size, _AT_ONCE)]
    variance = sum(np.square(wave[piece] - mean).sum() for piece in pieces) / wave.size
    scaled = np.empty_like(wave)
    for piece in pieces:
        scaled[piece] = (wave[piece] - mean) / np.sqrt(variance + 1e-7)
    return scaled


def convolved(network: WaveformNetwork, waves: Sequence[Wave]) -> list[torch.Tensor]:
    """Run the convolutions on each clip: (frames, channels) each.

    On a GPU clips of one length go together; on a CPU each goes alone, which is faster (its features stay in cache).
    """
    together: dict[int, list[int]] = {}
    for index, wave in enumerate(waves):
        together.setdefault(index if network.device.type == "cpu" else wave.size, []).append(index)
    model: Any = network.model
    found: dict[int, torch.Tensor] = {}
    for indices in together.values():
        stacked = np.stack([waves[i] for i in indices])
        features = model.feature_extractor(torch.from_numpy(stacked).to(device=network.device, dtype=network.dtype))
        found.update(zip(indices, features.transpose(1, 2), strict=True))
    return [found[index] for index in range(len(waves))]


def load(module: str, name: str, entry: Mapping[str, Any], folder: Path) -> WaveformNetwork:
    """Return the network of an entry of a family that transformers reads.

    Args:
        module: name of the family's module, which has MODEL_TYPES, ARCHITECTURES (settings in which a shape departs
            from the class's defaults, sample_rate, normalise), `shape`, `classes`, `objections` and perhaps `guard`
            and `prepare_for_tuning`.
        name, entry, folder: see the package's docstring.
    """
    family: Any = sys.modules[module]
    config_class, model_class = family.classes()
    about: dict[str, Any] = {}
    if entry["weights"] == "untrained":
        settings = family.ARCHITECTURES[entry["architecture"]]
        stated = settings["config"]
        model = model_class(config_class(**{**stated, **_INFERENCE}))
        sample_rate, normalise = settings["sample_rate"], settings["normalise"]
    else:
        stated, preprocessor = _settings(name, folder, family)
        own = {key: value for key, value in stated.items() if key != "model_type"}
        model, about = from_folder(name, folder, model_class, config_class(**{**own, **_INFERENCE}), HEADS)
        sample_rate, normalise = preprocessor["sampling_rate"], preprocessor["do_normalize"]
    config = model.config
    field, stride = _geometry(config.conv_kernel, config.conv_stride)
    return WaveformNetwork(
        name=name,
        model=_without_parametrizations(model),
        states=tuple(states_of(config.num_hidden_layers, family.shape(stated)["final_norm"])),
        width=config.hidden_size,
        sample_rate=sample_rate,
        receptive_field=field,
        stride=stride,
        about=about,
        normalise=normalise,
        guard=getattr(family, "guard", None),
        prepare=getattr(family, "prepare_for_tuning", None),
    )


def _settings(name: str, folder: Path, family: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content of config.json and preprocessor_config.json, unless there are objections to them."""
    config = read_json(name, folder / "config.json")
    preprocessor = read_json(name, folder / "preprocessor_config.json")
    # the class's own defaults, for files that leave the key out
    preprocessor = {"do_normalize": True, "sampling_rate": 16000, "feature_size": 1, **preprocessor}
    objections = list(family.objections(config, preprocessor))
    if config.get("model_type") not in family.MODEL_TYPES:
        objections.append(
            f"model_type is '{config.get('model_type')}', this family is {' or '.join(family.MODEL_TYPES)}"
        )
    if preprocessor["feature_size"] != 1:
        objections.append("feature_size of the preprocessor must be 1: the network takes the waveform itself")
    refuse(name, folder, objections)
    return config, preprocessor


def _geometry(kernels: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """Samples that one frame sees, and samples from one frame to the next."""
    field, step = 1, 1
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        field = (field - 1) * stride + kernel
        step *= stride
    return field, step


def _without_parametrizations(model: Any) -> Any:
    """The model with its weight-normalised (positional) convolution computed once."""
    for module in model.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
    return model
