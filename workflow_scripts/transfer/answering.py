"""A trained listener and recordings of any length: probabilities of the emotions, of each window and of the whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from workflow_scripts.embedding.forward import check_wave, forward_scaled
from workflow_scripts.embedding.windows import Window, check_overlap, longest, windows
from workflow_scripts.materials.audio import BadAudio, Signal, decode, resample
from workflow_scripts.materials.preparation import prepare
from workflow_scripts.networks import Network
from workflow_scripts.study.errors import UserError
from workflow_scripts.transfer import listener as listeners
from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.listener import Listener

# (samples of one window, scaled) -> (frames, width) of each state
Listens = Callable[[Any], list[torch.Tensor]]


@dataclass(frozen=True)
class Answer:
    """Of one window, or of a whole clip: from and to in seconds, and a probability for each emotion."""

    start: float
    end: float
    probabilities: list[float]


def read_clip(path: Path, level: str, network: Network) -> Signal:
    """Samples (n,) of a recording, mono, resampled once, its level matched where training's was; never cropped.

    Raises:
        UserError: the file is missing, unreadable, silent or too short.
    """
    try:
        recording = decode(path)
        gain = prepare(recording, level, None).gain_db
    except BadAudio as error:
        raise UserError(str(error), str(path)) from error
    samples = (recording.samples * 10.0 ** (gain / 20.0)).astype(np.float32) if gain else recording.samples
    wave = resample(samples, recording.rate, network.sample_rate)
    check_wave(network, str(path), wave)
    return wave


def built(network: Network, parts: tuners.Parts, emotions: int) -> tuple[Listener, Listens]:
    """A listener of a variant, to be filled from a checkpoint, and how the states of a window are had."""
    if tuners.inside(parts):
        listener = listeners.inside(network, parts, emotions, seed=0)

        def inside(wave: Any) -> list[torch.Tensor]:
            (front,) = network.front([wave])
            return [state[0] for state in listener.states(front[None], [len(front)])]

        return listener, inside
    listener = listeners.cached(len(network.states), network.width, parts, emotions, seed=0)

    def pretrained(wave: Any) -> list[torch.Tensor]:
        states: list[torch.Tensor] = []
        forward_scaled(network, [wave], lambda _, frames, lengths: states.append(frames[0, : lengths[0]].clone()))
        return states

    return listener.to(network.device), pretrained


@torch.inference_mode()
def answer(
    listener: Listener,
    listens: Listens,
    network: Network,
    wave: Signal,
    head: int,
    window_seconds: float,
    overlap_seconds: float,
) -> list[Answer]:
    """Probabilities of the whole clip, and before it, where it is longer than a window, of each of its windows.

    States are averaged over the frames of a window that are not nearer to the middle of another, of the whole over all
    frames.

    Args:
        listener, listens: from `built`.
        wave: samples (n,) at the network's rate, not scaled.
        head: which of the listener's heads answers.
        window_seconds, overlap_seconds: see embedding/windows.py.

    Raises:
        UserError: windows are too short for the network, or overlap by more than half.
    """
    scaled, rate = network.scaled(wave), network.sample_rate
    limit, overlap = longest(network, window_seconds), round(overlap_seconds * rate)
    if limit is not None and wave.size > limit:
        check_overlap(network, limit, overlap)
    cut = windows(network, wave.size, limit, overlap)
    total = torch.zeros(len(network.states), network.width, dtype=torch.float64, device=network.device)
    found = []
    with network.within(scaled):
        for window, own in _sums(listens, scaled, cut):
            total += own
            frames = window.last - window.first
            ends = [min(frame * network.stride, wave.size) / rate for frame in (window.first, window.last)]
            ends[1] = wave.size / rate if window is cut[-1] else ends[1]
            found.append(Answer(ends[0], ends[1], _probabilities(listener, own / frames, head)))
    if len(found) == 1:
        return found
    return [*found, Answer(0.0, wave.size / rate, _probabilities(listener, total / cut[-1].last, head))]


def mean(folds: Sequence[Sequence[Answer]]) -> list[Answer]:
    """The same windows with the mean of their probabilities over folds."""
    return [
        Answer(own[0].start, own[0].end, np.mean([one.probabilities for one in own], axis=0).tolist())
        for own in zip(*folds, strict=True)
    ]


def _sums(listens: Listens, scaled: Any, cut: Sequence[Window]) -> Iterator[tuple[Window, torch.Tensor]]:
    """Of each window the sums (states, width) float64 over the frames that are kept of it."""
    for window in cut:
        states = listens(scaled[window.start : window.stop])
        yield window, torch.stack([state[window.kept].double().sum(dim=0) for state in states])


def _probabilities(listener: Listener, pooled: torch.Tensor, head: int) -> list[float]:
    logits = listener(pooled[None])[0, head]
    return [float(value) for value in logits.double().softmax(dim=-1)]
