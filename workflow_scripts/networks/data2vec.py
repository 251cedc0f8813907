"""data2vec (Baevski et al. 2022, arXiv 2202.03555), its audio networks, as in transformers' Data2VecAudioModel.

Shapes follow the public configurations of the checkpoints of the same names. Norms of the front end go over channels;
positions come from a stack of convolutions instead of one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow_scripts.networks import Network
from workflow_scripts.networks._shapes import waveform_shape

if TYPE_CHECKING:
    import torch

MODEL_TYPES = ("data2vec-audio",)
TUNABLE = True
CITATION = "baevski2022"

ARCHITECTURES: dict[str, dict[str, Any]] = {
    "data2vec-audio-base": {"config": {}, "sample_rate": 16000, "normalise": True},
    "data2vec-tiny": {
        "config": {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "conv_dim": [16] * 7,
            "num_conv_pos_embeddings": 3,
            "conv_pos_kernel_size": 5,
            "num_conv_pos_embedding_groups": 4,
        },
        "sample_rate": 16000,
        "normalise": True,
    },
}


def shape(config: Mapping[str, Any]) -> dict[str, Any]:
    """Layers, final_norm and width of a config.json: no norm follows the blocks, whatever do_stable_layer_norm says."""
    return {**waveform_shape(config), "final_norm": False}


def classes() -> tuple[Any, Any]:
    """The configuration and model classes (imported here: the import takes a second)."""
    from transformers.models.data2vec.configuration_data2vec_audio import Data2VecAudioConfig
    from transformers.models.data2vec.modeling_data2vec_audio import Data2VecAudioModel

    return Data2VecAudioConfig, Data2VecAudioModel


def objections(config: dict[str, Any], preprocessor: dict[str, Any]) -> list[str]:
    """Settings of a weights folder under which this class would compute something else: none known."""
    return []


def guard(model: Any, mask: "torch.Tensor") -> list[Any]:
    """Keep the positional convolutions from seeing behind a clip: hooks that zero its frames there.

    The encoder zeroes them before the first convolution only; its norm and bias make numbers of the zeros, and from
    layer to layer these would reach further into the clip. A clip alone meets zeros there at every layer.
    """

    def zeroed(module: Any, args: tuple["torch.Tensor"]) -> tuple["torch.Tensor"]:
        return (args[0].masked_fill(~mask[:, None], 0),)

    return [layer.register_forward_pre_hook(zeroed) for layer in model.encoder.pos_conv_embed.layers[1:]]


def load(name: str, entry: Mapping[str, Any], folder: Path) -> Network:
    """See the package's docstring (torch is imported here: it takes a second)."""
    from workflow_scripts.networks import _waveform

    return _waveform.load(__name__, name, entry, folder)
