"""Tiny random networks in the layouts of the repositories that publish the real ones."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import safetensors.torch
import torch
from transformers import (
    HubertConfig,
    HubertModel,
    Wav2Vec2Config,
    Wav2Vec2ForCTC,
    Wav2Vec2ForPreTraining,
    WavLMConfig,
    WavLMModel,
)

SHAPE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "conv_dim": [16] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "codevector_dim": 16,
    "proj_codevector_dim": 16,
    "num_codevectors_per_group": 8,
}
STABLE = {"do_stable_layer_norm": True, "feat_extract_norm": "layer", "conv_bias": True}
# Keys as configurations of older transformers have them.
OLD = {"gradient_checkpointing": True, "transformers_version": "4.7.0.dev0", "torch_dtype": "float32"}
MERT = {
    **OLD,
    "architectures": ["MERTModel"],
    "auto_map": {"AutoConfig": "configuration_MERT.MERTConfig", "AutoModel": "modeling_MERT.MERTModel"},
    "model_type": "mert_model",
    "sample_rate": 24000,
    "feature_extractor_cqt": False,
    "feature_extractor_cqt_bins": 84,
    "deepnorm": False,
    "attention_relax": -1.0,
}
POSITIONS = "encoder.pos_conv_embed.conv."
NEW_TO_OLD = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}


@dataclass(frozen=True)
class Published:
    """A repository: its files, the model they were written from, and its entry in a study.

    Attributes:
        inner: the model without heads.
        heads: first parts of the names of tensors that belong to heads.
    """

    files: dict[str, bytes]
    inner: Any
    entry: dict[str, Any]
    heads: tuple[str, ...]


def pickled(tensors: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    torch.save(tensors, buffer)
    return buffer.getvalue()


def safe(tensors: dict[str, torch.Tensor]) -> bytes:
    return safetensors.torch.save({name: tensor.clone() for name, tensor in tensors.items()}, {"format": "pt"})


def old_names(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weight norm under the names of older torch, as the published checkpoints have it."""
    renamed = {}
    for name, tensor in tensors.items():
        for new, old in NEW_TO_OLD.items():
            name = name.replace(f"{POSITIONS}{new}", f"{POSITIONS}{old}")
        renamed[name] = tensor
    return renamed


def in_shards(kind: str, tensors: dict[str, torch.Tensor]) -> dict[str, bytes]:
    """The same tensors as two shards and their index; `kind` is bin or safetensors."""
    base, write = ("pytorch_model", pickled) if kind == "bin" else ("model", safe)
    names = sorted(tensors)
    parts = {f"{base}-0000{part + 1}-of-00002.{kind}": names[part::2] for part in range(2)}
    index = {"metadata": {}, "weight_map": {name: file for file, own in parts.items() for name in own}}
    shards = {file: write({name: tensors[name] for name in own}) for file, own in parts.items()}
    return {f"{base}.{kind}.index.json": json.dumps(index).encode(), **shards}


class Layout(NamedTuple):
    """How a repository is laid out."""

    family: str
    config: Any
    model_class: Any
    weights: Callable[[dict[str, torch.Tensor]], dict[str, bytes]]
    heads: tuple[str, ...] = ()
    rate: int = 16000


@cache
def published(layout: str) -> Published:
    """One of LAYOUTS, always the same; no tensor of it is at the value that a new network has."""
    family, config, model_class, weights, heads, rate = LAYOUTS[layout]
    torch.manual_seed(11)
    model = model_class(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape))
    tensors = model.state_dict()
    files = {
        ".gitattributes": b"*.bin filter=lfs\n",
        "README.md": b"---\nlicense: mit\n---\n",
        "config.json": json.dumps({**config.to_dict(), **(MERT if family == "mert" else OLD)}).encode(),
        "preprocessor_config.json": json.dumps(
            {"do_normalize": True, "feature_size": 1, "padding_value": 0.0, "sampling_rate": rate}
        ).encode(),
        "tf_model.h5": b"not looked at",
        **weights(tensors),
    }
    if family == "mert":
        files |= {"modeling_MERT.py": b"raise SystemExit", "configuration_MERT.py": b"raise SystemExit"}
        files |= {"MERT-v1-95M_fairseq.pt": b"not looked at"}
    entry = {"family": family, "layers": 2, "final_norm": config.do_stable_layer_norm, "weights": "local"}
    return Published(files, getattr(model, model.base_model_prefix, model), {**entry, "sample_rate": rate}, heads)


LAYOUTS = {
    "wav2vec2, pre-trained, pickle": Layout(
        "wav2vec2",
        Wav2Vec2Config(**SHAPE),
        Wav2Vec2ForPreTraining,
        lambda tensors: {"pytorch_model.bin": pickled(old_names(tensors))},
        ("quantizer", "project_q", "project_hid"),
    ),
    "wav2vec2, recogniser, safetensors beside a pickle": Layout(
        "wav2vec2",
        Wav2Vec2Config(**SHAPE, vocab_size=12),
        Wav2Vec2ForCTC,
        lambda tensors: {"model.safetensors": safe(old_names(tensors)), "pytorch_model.bin": b"not looked at"},
        ("lm_head",),
    ),
    "hubert, pickle in shards": Layout(
        "hubert",
        HubertConfig(**SHAPE, **STABLE),
        HubertModel,
        lambda tensors: in_shards("bin", old_names(tensors)),
    ),
    "wavlm, safetensors in shards, new names": Layout(
        "wavlm",
        WavLMConfig(**SHAPE),
        WavLMModel,
        lambda tensors: in_shards("safetensors", tensors),
    ),
    "mert, pickle": Layout(
        "mert",
        HubertConfig(**SHAPE),
        HubertModel,
        lambda tensors: {"pytorch_model.bin": pickled(old_names(tensors))},
        rate=24000,
    ),
}
