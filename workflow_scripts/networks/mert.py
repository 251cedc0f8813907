"""MERT (Li et al. 2023, arXiv 2306.00107): music, 24 kHz, 75 frames a second.

The published 95M and 330M networks are HuBERT in all that they compute, so the native class loads them and no
code from a model hub is run. What their own class adds is refused by name where a folder asks for it: constant-Q
features joined to the convolutions' output, the deep-norm residual, a projection without its norm.
`attention_relax` subtracts a maximum that softmax ignores, and is therefore harmless.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.networks import Network
from workflow_scripts.networks._shapes import waveform_shape

MODEL_TYPES = ("mert_model",)
TUNABLE = True
CITATION = "li2024"

shape = waveform_shape

ARCHITECTURES: dict[str, dict[str, Any]] = {
    "mert-v1-95m": {"config": {}, "sample_rate": 24000, "normalise": True},
    "mert-v1-330m": {
        "config": {
            "hidden_size": 1024,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
            "do_stable_layer_norm": True,
        },
        "sample_rate": 24000,
        "normalise": True,
    },
    "mert-tiny": {
        "config": {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "conv_dim": [16] * 7,
            "num_conv_pos_embeddings": 16,
            "num_conv_pos_embedding_groups": 4,
            "do_stable_layer_norm": True,
        },
        "sample_rate": 24000,
        "normalise": True,
    },
}


def classes() -> tuple[Any, Any]:
    """The configuration and model classes (imported here: the import takes a second)."""
    from transformers.models.hubert.configuration_hubert import HubertConfig
    from transformers.models.hubert.modeling_hubert import HubertModel

    return HubertConfig, HubertModel


def objections(config: dict[str, Any], preprocessor: dict[str, Any]) -> list[str]:
    """Settings of a weights folder under which HubertModel would compute something else than MERT."""
    found = []
    for key in ("feature_extractor_cqt", "deepnorm", "conv_pos_batch_norm"):
        if config.get(key, False):
            found.append(f"{key} must be false (or absent): the native HuBERT class does not compute it")
    if not config.get("feat_proj_layer_norm", True):
        found.append("feat_proj_layer_norm must be true (or absent): the native HuBERT class would drop the norm")
    if config.get("sample_rate", 24000) != 24000:
        found.append(f"sample_rate must be 24000 Hz, found {config['sample_rate']}")
    return found


def load(name: str, entry: Mapping[str, Any], folder: Path) -> Network:
    """See the package's docstring (torch is imported here: it takes a second)."""
    from workflow_scripts.networks import _waveform

    return _waveform.load(__name__, name, entry, folder)
