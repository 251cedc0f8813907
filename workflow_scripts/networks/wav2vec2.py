"""wav2vec 2.0 (Baevski et al. 2020, arXiv 2006.11477), as in transformers' Wav2Vec2Model.

Shapes follow the public configurations of the checkpoints of the same names.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.networks import Network
from workflow_scripts.networks._shapes import waveform_shape

MODEL_TYPES = ("wav2vec2",)
TUNABLE = True
CITATION = "baevski2020"

shape = waveform_shape

_LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}

# architecture -> the settings in which it departs from the class's defaults (12 x 768, group norm, post-norm),
# its sampling rate in Hz, and whether its preprocessor scales each clip to zero mean and unit variance
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "wav2vec2-base": {"config": {}, "sample_rate": 16000, "normalise": True},
    "wav2vec2-large": {"config": _LARGE, "sample_rate": 16000, "normalise": True},
    "wav2vec2-large-lv60": {
        "config": {**_LARGE, "feat_extract_norm": "layer", "conv_bias": True, "do_stable_layer_norm": True},
        "sample_rate": 16000,
        "normalise": True,
    },
    "wav2vec2-tiny": {
        "config": {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "conv_dim": [16] * 7,
            "num_conv_pos_embeddings": 16,
            "num_conv_pos_embedding_groups": 4,
        },
        "sample_rate": 16000,
        "normalise": True,
    },
}


def classes() -> tuple[Any, Any]:
    """The configuration and model classes (imported here: the import takes a second)."""
    from transformers.models.wav2vec2.configuration_wav2vec2 import Wav2Vec2Config
    from transformers.models.wav2vec2.modeling_wav2vec2 import Wav2Vec2Model

    return Wav2Vec2Config, Wav2Vec2Model


def objections(config: dict[str, Any], preprocessor: dict[str, Any]) -> list[str]:
    """Settings of a weights folder under which this class would compute something else: none known."""
    return []


def load(name: str, entry: Mapping[str, Any], folder: Path) -> Network:
    """See the package's docstring (torch is imported here: it takes a second)."""
    from workflow_scripts.networks import _waveform

    return _waveform.load(__name__, name, entry, folder)
