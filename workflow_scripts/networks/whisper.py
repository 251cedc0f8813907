"""Whisper's encoder (Radford et al. 2022, arXiv 2212.04356), as in transformers' WhisperModel.

It hears a log-mel spectrogram of 30 s, whatever the clip's length: silence follows a shorter clip, as in training, and
no mask hides it. So every frame attends to that silence too, and clips are independent of their batch mates by
themselves. Frames whose centre lies within the clip are handed on, 50 a second; longer clips come in windows of 30 s.
Each batch costs 30 s of computing a clip.

One frame sees five windows of 25 ms, 10 ms apart (65 ms), before attention. Shapes follow the public configurations of
the checkpoints of the same names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_scripts.networks import Network, Visitor, Wave, states_of

MODEL_TYPES = ("whisper",)
FIXED_SECONDS = 30
CITATION = "radford2023"

ARCHITECTURES: dict[str, dict[str, Any]] = {
    "whisper-base": {
        "config": {"d_model": 512, "encoder_layers": 6, "encoder_attention_heads": 8, "encoder_ffn_dim": 2048}
    },
    "whisper-small": {
        "config": {"d_model": 768, "encoder_layers": 12, "encoder_attention_heads": 12, "encoder_ffn_dim": 3072}
    },
    "whisper-large-v3": {
        "config": {
            "d_model": 1280,
            "encoder_layers": 32,
            "encoder_attention_heads": 20,
            "encoder_ffn_dim": 5120,
            "num_mel_bins": 128,
        }
    },
    # for tests and demonstrations; the published whisper-tiny is larger (4 x 384)
    "whisper-2x32-tiny": {
        "config": {"d_model": 32, "encoder_layers": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 64}
    },
}

# Tensors of checkpoints beside the encoder; no hidden state of it depends on them.
_HEADS = ("decoder", "proj_out")
_ENCODER = {r"^(model\.)?encoder\.": ""}


def shape(config: Mapping[str, Any]) -> dict[str, Any]:
    """Layers, final_norm, width and sample_rate of a config.json; 4 x 384 where it is silent, as in transformers."""
    return {
        "layers": config.get("encoder_layers", 4),
        "final_norm": True,
        "width": config.get("d_model", 384),
        "sample_rate": 16000,
    }


@dataclass(frozen=True, kw_only=True)
class WhisperNetwork(Network):
    """A transformers WhisperEncoder.

    Attributes:
        extractor: transformers' WhisperFeatureExtractor, as its preprocessor file says.
    """

    extractor: Any

    def listen_batch(self, waves: Sequence[Wave], visit: Visitor) -> None:
        """See `Network`."""
        import numpy as np
        import torch

        from workflow_scripts.networks._hooks import watched

        model: Any = self.model
        # one clip at a time, so that not even the rounding of its spectrogram depends on the others
        heard = [self.extractor(wave, sampling_rate=self.sample_rate)["input_features"][0] for wave in waves]
        features = torch.from_numpy(np.stack(heard)).to(device=self.device, dtype=self.dtype)
        lengths = [self.frames(wave.size) for wave in waves]

        def saw(state: str, frames: torch.Tensor) -> None:
            visit(state, frames[:, : max(lengths)], lengths)

        with watched(model.layers, model.layer_norm, saw):
            model(features)


def load(name: str, entry: Mapping[str, Any], folder: Path) -> Network:
    """See the package's docstring."""
    from transformers.models.whisper.configuration_whisper import WhisperConfig
    from transformers.models.whisper.feature_extraction_whisper import WhisperFeatureExtractor
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    from workflow_scripts.networks import _weights

    extractor_class: Any = WhisperFeatureExtractor
    still = {"encoder_layerdrop": 0.0}
    about: dict[str, Any] = {}
    if entry["weights"] == "untrained":
        config = WhisperConfig(**{**ARCHITECTURES[entry["architecture"]]["config"], **still})
        extractor = extractor_class(feature_size=config.num_mel_bins)
        model = WhisperEncoder(config)
    else:
        settings = _weights.read_json(name, folder / "config.json")
        extractor = extractor_class(**_weights.read_json(name, folder / "preprocessor_config.json"))
        _weights.refuse(name, folder, _objections(settings, extractor))
        config = WhisperConfig(**{**{key: own for key, own in settings.items() if key != "model_type"}, **still})
        model, about = _weights.from_folder(name, folder, WhisperEncoder, config, _HEADS, _ENCODER)
    return WhisperNetwork(
        name=name,
        model=model,
        states=tuple(states_of(config.encoder_layers, True)),
        width=config.d_model,
        sample_rate=extractor.sampling_rate,
        # the second convolution takes every other window, and each of the two sees one more on either side
        receptive_field=4 * extractor.hop_length + extractor.n_fft,
        stride=2 * extractor.hop_length,
        centred=True,
        fixed_input=FIXED_SECONDS * extractor.sampling_rate,
        about=about,
        extractor=extractor,
    )


def _objections(config: Mapping[str, Any], extractor: Any) -> list[str]:
    """Settings of a folder under which the encoder would hear something else than it was trained on, or by chance."""
    found = []
    if config.get("model_type") not in MODEL_TYPES:
        found.append(f"model_type is '{config.get('model_type')}', this family is {' or '.join(MODEL_TYPES)}")
    bins = config.get("num_mel_bins", 80)
    if extractor.feature_size != bins:
        own = extractor.feature_size
        found.append(f"feature_size of the preprocessor is {own}, num_mel_bins of the network is {bins}")
    if extractor.n_samples != FIXED_SECONDS * extractor.sampling_rate:
        own = extractor.n_samples / extractor.sampling_rate
        found.append(f"the preprocessor pads clips to {own:g} s, this family to {FIXED_SECONDS}")
    frames = config.get("max_source_positions", 1500)
    if extractor.nb_max_frames != 2 * frames:
        found.append(f"the preprocessor makes {extractor.nb_max_frames} windows, the network takes {2 * frames}")
    if extractor.dither != 0:
        found.append(f"dither of the preprocessor must be 0, found {extractor.dither}: it adds noise by chance")
    return found
