"""HuBERT (Hsu et al. 2021, arXiv 2106.07447), as in transformers' HubertModel.

Shapes follow the public configurations of the checkpoints of the same names.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.networks import Network
from workflow_scripts.networks._shapes import waveform_shape

MODEL_TYPES = ("hubert",)
TUNABLE = True
CITATION = "hsu2021"

shape = waveform_shape

ARCHITECTURES: dict[str, dict[str, Any]] = {
    "hubert-base": {"config": {}, "sample_rate": 16000, "normalise": True},
    "hubert-large": {
        "config": {
            "hidden_size": 1024,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
            "feat_extract_norm": "layer",
            "conv_bias": True,
            "do_stable_layer_norm": True,
        },
        "sample_rate": 16000,
        "normalise": True,
    },
    "hubert-tiny": {
        "config": {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "conv_dim": [16] * 7,
            "num_conv_pos_embeddings": 16,
            "num_conv_pos_embedding_groups": 4,
            "feat_extract_norm": "layer",
            "conv_bias": True,
            "do_stable_layer_norm": True,
        },
        "sample_rate": 16000,
        "normalise": True,
    },
}


def classes() -> tuple[Any, Any]:
    """The configuration and model classes (imported here: the import takes a second)."""
    from transformers.models.hubert.configuration_hubert import HubertConfig
    from transformers.models.hubert.modeling_hubert import HubertModel

    return HubertConfig, HubertModel


def objections(config: dict[str, Any], preprocessor: dict[str, Any]) -> list[str]:
    """Settings of a weights folder that this workflow cannot honour."""
    found = []
    if config.get("conv_pos_batch_norm", False):
        # the batch norm would turn the zeros behind a short clip into numbers that reach its last frames
        found.append("conv_pos_batch_norm must be false (or absent): a clip would depend on its batch mates")
    return found


def load(name: str, entry: Mapping[str, Any], folder: Path) -> Network:
    """See the package's docstring (torch is imported here: it takes a second)."""
    from workflow_scripts.networks import _waveform

    return _waveform.load(__name__, name, entry, folder)
