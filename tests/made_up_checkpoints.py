"""Checkpoints of tiny networks, trained for an epoch on noise, as the workflow leaves them."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from network_cases import folder_entry, noise, shipped_entry

from workflow_scripts.embedding.forward import hidden_states
from workflow_scripts.networks import Network, load
from workflow_scripts.transfer import checkpoints, listener, tuners
from workflow_scripts.transfer.batches import Examples
from workflow_scripts.transfer.listener import Listener
from workflow_scripts.transfer.training import Settings, train
from workflow_scripts.transfer.tuners import lora

EMOTIONS = ["happy", "sad", "angry"]
SETTINGS = Settings(epochs=1, learning_rate=0.05, batch_clips=6, clips_at_once=6)
SEED = 1
ALL = ["weighted-sum", "lora", "bottleneck", "weight-gating"]


def tiny(family: str, folder: Path | None = None) -> tuple[Network, dict[str, Any]]:
    """An untrained network, or one from a folder of weights, and its entry."""
    entry = shipped_entry(family) if folder is None else folder_entry(family)
    return load(f"tiny-{family}", entry, folder or "", SEED), entry


def listener_of(network: Network, parts: tuners.Parts, seed: int = 0) -> Listener:
    """Around the network, or of cached layers where the variant is not inside."""
    if tuners.inside(parts):
        return listener.inside(network, parts, len(EMOTIONS), seed)
    return listener.cached(len(network.states), network.width, parts, len(EMOTIONS), seed)


def examples_of(network: Network, waves: list[np.ndarray], parts: tuners.Parts) -> Examples:
    """Clips whose emotion is their place in the list, as the variant's listener takes them."""
    labels = torch.arange(len(waves)) % len(EMOTIONS)
    if tuners.inside(parts):
        return Examples(network.front([network.scaled(wave) for wave in waves]), labels)
    states = [hidden_states(network, [wave])[0] for wave in waves]
    return Examples([torch.stack([own[s].mean(0) for s in network.states]) for own in states], labels, pooled=True)


def trained_checkpoint(
    index: Path, family: str, variant: Any, folds: tuple[int, ...] = (0, 1), weights: Path | None = None, **said: Any
) -> dict[int, Listener]:
    """Write a checkpoint; the listener of each fold as it was after training."""
    parts = tuners.variant(variant)
    waves = [noise(4000 + 300 * i, seed=i) for i in range(6)]
    of_folds, written = {}, []
    for fold in folds:
        network, entry = tiny(family, weights)
        own = listener_of(network, parts, seed=fold)
        examples = examples_of(network, waves, parts)
        own.head.mean.fill_(0.05)  # not by these clips: noise varies so little that a voice would be certain of all
        own.head.scale.fill_(0.5)
        found = train(own, examples, SETTINGS, fold, test=examples)
        adapter = lora.settings(own.model) if "lora" in dict(parts) else None
        files = checkpoints.write_fold(index, fold, own.learnt(), adapter)
        written.append(
            checkpoints.Fold(fold=fold, epoch=1, head=found.head, chosen_on=found.chosen_on, files=files)
        )  # fmt: skip
        of_folds[fold] = own
    about: dict[str, Any] = {
        "model": network.name,
        "entry": entry,
        "weights_folder": str(weights or ""),
        "weights": checkpoints.weights_of(network.about),
        "states": list(network.states),
        "width": network.width,
        "tuner": "of-the-test",
        "parts": parts,
        "emotions": EMOTIONS,
        "datasets": ["song", "speech"],
        "level": "as-recorded",
        "condition": "two-stage",
        "protocol": "strict",
        "seed": 1,
        "study_seed": SEED,
        "folds": written,
    }
    checkpoints.write(index, checkpoints.About(**{**about, **said}))
    return of_folds
