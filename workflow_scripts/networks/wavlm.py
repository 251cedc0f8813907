"""WavLM (Chen et al. 2022, arXiv 2110.13900), as in transformers' WavLMModel.

Shapes follow the public configurations of the checkpoints of the same names.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.networks import Network
from workflow_scripts.networks._shapes import waveform_shape

MODEL_TYPES = ("wavlm",)
TUNABLE = True
CITATION = "chen2022"

shape = waveform_shape

ARCHITECTURES: dict[str, dict[str, Any]] = {
    "wavlm-base": {"config": {}, "sample_rate": 16000, "normalise": False},
    "wavlm-base-plus": {"config": {}, "sample_rate": 16000, "normalise": False},
    "wavlm-large": {
        "config": {
            "hidden_size": 1024,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
            "feat_extract_norm": "layer",
            "do_stable_layer_norm": True,
        },
        "sample_rate": 16000,
        "normalise": True,
    },
    "wavlm-tiny": {
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
        "normalise": False,
    },
}


def classes() -> tuple[Any, Any]:
    """The configuration and model classes (imported here: the import takes a second)."""
    # torch remarks on it once per run: WavLM's attention has a mask of bools and a bias of floats, as it should
    warnings.filterwarnings("ignore", message="Support for mismatched key_padding_mask")
    from transformers.models.wavlm.configuration_wavlm import WavLMConfig
    from transformers.models.wavlm.modeling_wavlm import WavLMModel

    return WavLMConfig, WavLMModel


def objections(config: dict[str, Any], preprocessor: dict[str, Any]) -> list[str]:
    """Settings of a weights folder under which this class would compute something else: none known."""
    return []


def prepare_for_tuning(model: Any) -> None:
    """See `Network`: the library's attention reads the weights of its projections and never calls them."""
    from workflow_scripts.networks._wavlm_attention import call_projections

    call_projections(model)


def load(name: str, entry: Mapping[str, Any], folder: Path) -> Network:
    """See the package's docstring (torch is imported here: it takes a second)."""
    from workflow_scripts.networks import _waveform

    return _waveform.load(__name__, name, entry, folder)
