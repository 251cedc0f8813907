"""What a training costs on this machine, measured on a few clips of noise and a listener of the real shape."""

import logging
import os
import resource
import signal
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import psutil
import torch

from workflow_scripts.embedding.device import ready_device
from workflow_scripts.study.errors import UserError
from workflow_scripts.transfer.batches import Examples, losses, pieces
from workflow_scripts.transfer.evaluation import answers, autocast
from workflow_scripts.transfer.job import builder, settings_of
from workflow_scripts.transfer.listener import Listener
from workflow_scripts.transfer.self_test import self_test
from workflow_scripts.transfer.training import Settings

BUDGET = 8.0  # s that all clips may take to be learnt once; else FEW are
FEW = 2
REPEATED = 0.3  # s; what takes less is measured again and again for as long
BACKWARD = 3  # a pass forward and backward costs about this many forward ones

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Rates:
    """Cost of a variant of a network. Seconds of computing for a second of audio where nothing else is said.

    Attributes:
        clips: how many were listened to.
        build: s to load the network and attach the variant.
        warm: s that the first self-test of a process takes longer than the next.
        start: s of a fold before its training: `build` and the self-test.
        front: the convolutions.
        learn: forward and backward.
        update: s of a step of the optimiser.
        answer: forward alone.
        checkpoint: bytes of what a fold leaves.
        kept: bytes of memory for a second of audio, for as long as the job runs.
        memory, gpu_memory: bytes at most beside `kept`; no GPU: 0.
    """

    clips: int
    build: float
    warm: float
    start: float
    front: float
    learn: float
    update: float
    answer: float
    checkpoint: int
    kept: float
    memory: int
    gpu_memory: int


def calibrate(spec: Spec, seconds: Sequence[float], width: int, threads: int) -> Rates:
    """Build a listener, test it, let it learn and answer, and take the time.

    Args:
        spec: of a training: what `job.builder` and `job.settings_of` need.
        seconds: lengths of the clips to make up, sorted; where these take long, FEW are.
        width: numbers in a frame of a state, for a listener of cached layers.
        threads: cores.
    """
    device = ready_device(threads)
    settings = settings_of(spec)
    began = time.monotonic()
    listener = builder(spec, width, 0)().to(device)
    build = time.monotonic() - began
    few = [seconds[int((place + 0.5) / FEW * len(seconds))] for place in range(FEW)]
    examples, front = _examples(listener, spec, few, width)

    def answer() -> None:
        answers(listener, examples, settings.clips_at_once, settings.precision)

    answered = _seconds_of(answer, device)
    slow = BACKWARD * answered * sum(seconds) / sum(few) > BUDGET
    if not slow:
        examples, front = _examples(listener, spec, seconds, width)
        answered = _seconds_of(answer, device)
    total = sum(few if slow else seconds)
    learn, step = _learning(listener, examples, settings, device)
    needed = _needed(lambda: (learn(), step()), listener, settings.clips_at_once / len(examples), device)
    tested = _tested(listener, examples, device), _tested(listener, examples, device)
    learnt, stepped = _seconds_of(learn, device), _seconds_of(step, device)
    memory, gpu_memory = (max(own) for own in zip(needed, _peaks(device), strict=True))
    return Rates(
        clips=len(examples),
        build=build,
        warm=max(0.0, tested[0] - tested[1]),
        start=build + tested[1],
        front=front / total,
        learn=learnt / total,
        update=stepped,
        answer=answered / total,
        checkpoint=sum(tensor.nbytes for tensor in listener.learnt().values()),
        kept=sum(own.nbytes for own in examples.inputs) / total,
        memory=memory,
        gpu_memory=gpu_memory,
    )


def _examples(listener: Listener, spec: Spec, seconds: Sequence[float], width: int) -> tuple[Examples, float]:
    """Clips of noise as the listener takes them, with random emotions, and the seconds that the convolutions took."""
    rng = np.random.default_rng(0)
    labels = torch.from_numpy(rng.integers(len(spec["emotions"]), size=len(seconds)))
    network = listener.network
    if network is None:
        stored = torch.randn(len(seconds), len(spec["states"]), width, generator=torch.Generator().manual_seed(0))
        return Examples(list(stored), labels, pooled=True), 0.0
    waves = [
        network.scaled(rng.standard_normal(max(network.shortest, round(one * network.sample_rate))).astype(np.float32))
        for one in seconds
    ]
    fronts: list[torch.Tensor] = []

    def front() -> None:
        fronts[:] = [own.cpu() for own in network.front(waves)]

    took = _seconds_of(front, network.device)
    return Examples(fronts, labels), took


def _learning(
    listener: Listener, examples: Examples, settings: Settings, device: torch.device
) -> tuple[Callable[[], None], Callable[[], None]]:
    """All clips forward and backward, and a step of the optimiser, which by its rate changes nothing."""
    parameters = list(listener.trainable().values())
    optimizer = torch.optim.AdamW(parameters, lr=0.0)
    weights = torch.ones(listener.head.weight.shape[1], device=device)

    def learn() -> None:
        listener.train()
        for inputs, lengths, labels in pieces(examples, range(len(examples)), settings.clips_at_once, device):
            with autocast(device, settings.precision):
                logits = listener(inputs, lengths)
            lost = losses(logits, labels, weights, len(examples)).sum()
            lost.backward()  # type: ignore[no-untyped-call]  # torch's own

    def step() -> None:
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    return learn, step


def _needed(do: Callable[[], Any], listener: Listener, together: float, device: torch.device) -> list[int]:
    """Bytes of memory, and of the GPU's, that an update takes with its clips computed as in a training.

    Args:
        do: the update.
        together: clips of a training that are computed at once, over those of the update; below 1 it says nothing.
    """
    before = _now(device)
    do()
    # gradients, and AdamW's two numbers for each trained one, are there once however many clips are computed together
    trained = 3 * sum(tensor.nbytes for tensor in listener.trainable().values())
    return [
        peak + round(max(0.0, together - 1) * max(0, peak - start - trained))
        for start, peak in zip(before, _peaks(device), strict=True)
    ]


def _tested(listener: Listener, examples: Examples, device: torch.device) -> float:
    """Seconds of a self-test."""
    inputs, lengths, _ = examples.batch(range(min(8, len(examples))), device)
    began = time.monotonic()
    self_test(listener, inputs, lengths)
    return time.monotonic() - began


def _seconds_of(do: Callable[[], Any], device: torch.device) -> float:
    """Seconds of a call: of the only one where it takes long, else the median of several. A GPU warms up first."""
    if device.type == "cuda":
        do()
    took: list[float] = []
    while not took or sum(took) < REPEATED:
        began = time.monotonic()
        do()
        if device.type == "cuda":
            torch.cuda.synchronize()
        took.append(time.monotonic() - began)
    return statistics.median(took[1:] or took)


def _now(device: torch.device) -> tuple[int, int]:
    """Bytes of memory, and of the GPU's, that this process has now."""
    return _rss(), torch.cuda.memory_allocated() if device.type == "cuda" else 0


def _rss() -> int:
    return int(psutil.Process().memory_info().rss)


def _peaks(device: torch.device) -> tuple[int, int]:
    """The most of both that it has had."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return own, torch.cuda.max_memory_reserved() if device.type == "cuda" else 0


def apart(do: Callable[[], Rates]) -> Rates:
    """The result of a call in a process of its own: its peak of memory is the call's alone, and so is its end.

    Call it before this process has computed anything with torch, whose threads and GPU do not survive a fork.

    Raises:
        UserError: the call raises one, or the process is killed, which is what lack of memory looks like.
    """
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(do, sender, _rss()))
    process.start()
    sender.close()
    try:
        found = receiver.recv()
    except EOFError:
        found = None
    process.join()
    if process.exitcode == -signal.SIGKILL:
        raise UserError("does not fit into this machine's memory")
    if not isinstance(found, Rates):
        raise UserError(str(found) if found else f"the measurement ended with status {process.exitcode}")
    return found


def _send(do: Callable[[], Rates], sender: Connection, parents: int) -> None:
    """Send what a call gives. A fork has not read the libraries' pages, which count in any other process's memory."""
    libraries = max(0, parents - _rss())
    try:
        found = do()
        sender.send(replace(found, memory=found.memory + libraries))
    except (UserError, RuntimeError, MemoryError) as error:
        logging.exception("a calibration failed")
        sender.send(getattr(error, "message", "") or str(error).splitlines()[0])
    sender.close()
    os._exit(0)  # nothing of the parent's is to be run at its end
