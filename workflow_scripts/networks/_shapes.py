"""What a config.json of transformers' waveform networks says of their shape; free of torch, for the config check."""

from collections.abc import Mapping
from typing import Any

# fact -> the key that says it, and what transformers' configuration classes say where it is left out
_KEYS = {
    "layers": ("num_hidden_layers", 12),
    "final_norm": ("do_stable_layer_norm", False),
    "width": ("hidden_size", 768),
}


def waveform_shape(config: Mapping[str, Any]) -> dict[str, Any]:
    """Layers, final_norm and width of a config.json."""
    return {fact: config.get(key, default) for fact, (key, default) in _KEYS.items()}
