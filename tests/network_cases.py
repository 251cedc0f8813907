"""Tiny networks of every family and variant, in a catalogue of their own and in folders of weights."""

import copy
import dataclasses
import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from workflow_scripts.embedding.forward import hidden_states
from workflow_scripts.networks import Network, family_module, load

SHIPPED = {
    "wav2vec2": {"layers": 2, "final_norm": False, "architecture": "wav2vec2-tiny", "sample_rate": 16000},
    "hubert": {"layers": 2, "final_norm": True, "architecture": "hubert-tiny", "sample_rate": 16000},
    "wavlm": {"layers": 2, "final_norm": False, "architecture": "wavlm-tiny", "sample_rate": 16000},
    "mert": {"layers": 2, "final_norm": True, "architecture": "mert-tiny", "sample_rate": 24000},
}
OTHERS = {
    "data2vec": {"layers": 2, "final_norm": False, "architecture": "data2vec-tiny", "sample_rate": 16000},
    "whisper": {"layers": 2, "final_norm": True, "architecture": "whisper-2x32-tiny", "sample_rate": 16000},
}
# front end (norm over time or over channels) x norm after or before each sub-layer
VARIANTS = [(norm, stable) for norm in ("group", "layer") for stable in (False, True)]


def shipped_entry(family: str) -> dict[str, Any]:
    return {"family": family, "width": 32, "weights": "untrained", **(SHIPPED | OTHERS)[family]}


def shipped(family: str, seed: int = 1) -> Network:
    return load(f"tiny-{family}", shipped_entry(family), "", seed)


def variant(family: str, norm: str, stable: bool) -> Network:
    """An untrained network of a family with another front end or order of norms than the shipped tiny one."""
    module = importlib.import_module(family_module(family))
    shape = module.ARCHITECTURES[f"{family}-tiny"]
    settings = {
        **shape["config"],
        "feat_extract_norm": norm,
        "do_stable_layer_norm": stable,
        "conv_bias": norm == "layer",
    }
    module.ARCHITECTURES["of-the-test"] = {**shape, "config": settings}
    try:
        entry = {**shipped_entry(family), "architecture": "of-the-test", "final_norm": stable}
        network = load(f"{family}-{norm}-{'stable' if stable else 'post'}", entry, "", 1)
    finally:
        del module.ARCHITECTURES["of-the-test"]
    sharpen(network)
    return network


def sharpen(network: Network) -> None:
    """Larger weights, so that attention is far from uniform and a leak from batch mates would show."""
    generator = torch.Generator().manual_seed(0)
    for name, weights in network.model.encoder.layers.named_parameters():
        if weights.ndim > 1:
            weights.mul_(6.0 if "q_proj" in name or "k_proj" in name else 2.0)
        elif "rel" not in name:
            weights.add_(0.3 * torch.randn(weights.shape, generator=generator))


def in_float64(network: Network) -> Network:
    return dataclasses.replace(network, model=copy.deepcopy(network.model).double())


def noise(samples: int, seed: int) -> np.ndarray:
    """A clip of noise whose level rises and falls, with an offset: nothing about it is normalised."""
    rng = np.random.default_rng(seed)
    swell = 0.6 + 0.4 * np.sin(np.arange(samples) / 1500 + seed)
    return (0.05 * swell * rng.standard_normal(samples) + 0.01).astype(np.float32)


def folder_of(family: str, path: Path, preprocessor: dict[str, Any] | None = None) -> Path:
    """Write the shipped tiny network as a folder of weights, as a model hub would hold it."""
    module = importlib.import_module(family_module(family))
    config_class, model_class = module.classes()
    shape = module.ARCHITECTURES[f"{family}-tiny"]
    torch.manual_seed(3)
    model = model_class(config_class(**shape["config"]))
    model.save_pretrained(path)
    settings = {"do_normalize": shape["normalise"], "sampling_rate": shape["sample_rate"], "feature_size": 1}
    (path / "preprocessor_config.json").write_text(json.dumps({**settings, **(preprocessor or {})}))
    if family == "mert":
        edit_config(path, model_type="mert_model", architectures=["MERTModel"], attention_relax=32.0)
    return path


def folder_entry(family: str) -> dict[str, Any]:
    return {**shipped_entry(family), "weights": "local"}


def edit_config(path: Path, **settings: Any) -> None:
    file = path / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **settings}))


def relative(value: torch.Tensor, reference: torch.Tensor) -> float:
    """Largest difference over the largest reference value."""
    return float((value.double() - reference.double()).abs().max() / reference.double().abs().max())


def check_batch_mates(network: Network, exact: Network, waves: list[np.ndarray]) -> None:
    """Every state of every clip of a batch against the clip alone.

    Float64: below 1e-10. Float32: at most three times a single clip's own rounding error.

    Args:
        network, exact: in float32 and in float64.
        waves: one array (samples,) float32 per clip.
    """
    waves64 = [wave.astype(np.float64) for wave in waves]
    alone64 = [hidden_states(exact, [wave])[0] for wave in waves64]
    alone32 = [hidden_states(network, [wave])[0] for wave in waves]
    batched64, batched32 = hidden_states(exact, waves64), hidden_states(network, waves)
    for clip in range(len(waves)):
        for state in network.states:
            reference = alone64[clip][state]
            assert relative(batched64[clip][state], reference) < 1e-10, (clip, state)
            own_error = relative(alone32[clip][state], reference)
            assert relative(batched32[clip][state], reference) <= 3 * own_error, (clip, state)
