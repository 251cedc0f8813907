"""All clips of a dataset through one network, in batches packed by length; rows come out in the order of the clips.

Clips are taken in windows of some hundred. Within a window they are sorted by length and packed, so that little
padding is computed; what a window yields is handed on in the clips' own order, and memory holds two windows at
most however many clips there are. Threads decode the next batches while the network works on this one.
"""

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from workflow_scripts.embedding.forward import forward
from workflow_scripts.embedding.frame_statistics import FrameStatistics
from workflow_scripts.embedding.pooling import POOLINGS, Mask, Pooler
from workflow_scripts.networks import Network, Wave

log = logging.getLogger(__name__)

WINDOW_BYTES = 200_000_000
LONGEST_WINDOW = 4096
DECODED_AHEAD = 3  # batches
PROGRESS_EVERY = 10.0  # seconds

Vectors = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Heard:
    """One clip as the network takes it: samples at its rate, and which of its frames are active (frames,)."""

    wave: Wave
    active: Mask


def packed(seconds: Sequence[float], budget: float) -> list[list[int]]:
    """Pack clips into batches of similar length whose padded sum stays within `budget` seconds, longest first.

    Returns:
        positions into `seconds`, each exactly once; a clip longer than the budget is a batch of its own.
    """
    batches: list[list[int]] = []
    for position in sorted(range(len(seconds)), key=lambda i: -seconds[i]):
        if batches and (len(batches[-1]) + 1) * seconds[batches[-1][0]] <= budget:
            batches[-1].append(position)
        else:
            batches.append([position])
    return batches


def window_length(network: Network, poolings: Sequence[str]) -> int:
    """Clips in one window, so that its vectors take at most about WINDOW_BYTES."""
    row = 4 * len(network.states) * network.width * sum(POOLINGS[pooling] for pooling in poolings)
    return int(np.clip(WINDOW_BYTES // row, 1, LONGEST_WINDOW))


def embed(
    network: Network,
    seconds: Sequence[float],
    hear: Callable[[int], Heard],
    poolings: Sequence[str],
    write: Callable[[int, dict[str, Vectors]], None],
    *,
    batch_seconds: float,
    decoders: int = 2,
    emotions: Sequence[str] | None = None,
    statistics: FrameStatistics | None = None,
) -> None:
    """Embed every clip.

    Args:
        network: its device and dtype are those of the forward.
        seconds: length of each clip, for packing only.
        hear: gives the clip of a position; called in threads, some batches ahead.
        poolings: names from `pooling.POOLINGS`.
        write: called window by window, in a thread of its own, with the position of the first clip and
            state -> pooling -> (clips of the window, rows * width) float32.
        batch_seconds: budget of one batch, in seconds of audio with padding; each clip of a network with a fixed
            input counts as that.
        decoders: threads that run `hear`.
        emotions, statistics: where given, frame statistics are gathered in the same forward.
    """
    shortest = (network.fixed_input or 0) / network.sample_rate
    padded = [max(own, shortest) for own in seconds]
    length = window_length(network, poolings)
    starts = range(0, len(seconds), length)
    progress = _Progress(network.name, len(seconds))
    with (
        ThreadPoolExecutor(1) as writer,
        closing(_ahead(padded, starts, length, batch_seconds, hear, decoders)) as batches,
    ):
        written: Future[None] | None = None
        for start in starts:
            size = min(length, len(seconds) - start)
            vectors: dict[str, Vectors] = {
                state: {name: np.empty((size, POOLINGS[name] * network.width), np.float32) for name in poolings}
                for state in network.states
            }
            done = 0
            while done < size:
                positions, clips = next(batches)
                named = [emotions[i] for i in positions] if emotions is not None else None
                pooled = _batch(network, clips, poolings, statistics, named)
                rows = np.asarray(positions) - start
                for state, of_state in pooled.items():
                    for name, values in of_state.items():
                        vectors[state][name][rows] = values
                done += len(positions)
                progress.add(len(positions), sum(clip.wave.size for clip in clips) / network.sample_rate)
            if written is not None:
                written.result()
            written = writer.submit(write, start, vectors)
        if written is not None:
            written.result()
    progress.end()


def _batch(
    network: Network,
    clips: Sequence[Heard],
    poolings: Sequence[str],
    statistics: FrameStatistics | None,
    emotions: Sequence[str] | None,
) -> dict[str, Vectors]:
    dtype = torch.float64 if network.dtype == torch.float64 else torch.float32
    pooler = Pooler(poolings, [clip.active for clip in clips], network.device, dtype)
    pooled: list[torch.Tensor] = []

    def visit(state: str, frames: torch.Tensor, lengths: list[int]) -> None:
        pooled.append(pooler(frames))
        if statistics is not None and emotions is not None:
            statistics.add(state, frames, lengths, emotions)

    forward(network, [clip.wave for clip in clips], visit)
    # one transfer from the device for all states
    numbers = torch.stack(pooled).cpu().numpy()
    return {
        state: {name: of_state[:, rows].reshape(len(clips), -1) for name, rows in pooler.slices.items()}
        for state, of_state in zip(network.states, numbers, strict=True)
    }


def _ahead(
    seconds: Sequence[float],
    starts: range,
    length: int,
    budget: float,
    hear: Callable[[int], Heard],
    decoders: int,
) -> Generator[tuple[list[int], list[Heard]], None, None]:
    """Batches of all windows in order, each decoded while those before it are computed."""
    waiting: deque[tuple[list[int], list[Future[Heard]]]] = deque()
    pool = ThreadPoolExecutor(decoders)
    try:
        for start in starts:
            for batch in packed(seconds[start : start + length], budget):
                positions = [start + position for position in batch]
                waiting.append((positions, [pool.submit(hear, position) for position in positions]))
                if len(waiting) > DECODED_AHEAD:
                    positions, futures = waiting.popleft()
                    yield positions, [future.result() for future in futures]
        while waiting:
            positions, futures = waiting.popleft()
            yield positions, [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)


class _Progress:
    """A line in the log and on the terminal now and then: clips done, seconds of audio per second."""

    def __init__(self, name: str, clips: int) -> None:
        self._name, self._clips = name, clips
        self._done, self._audio = 0, 0.0
        self._began = self._said = time.monotonic()

    def add(self, clips: int, audio: float) -> None:
        self._done += clips
        self._audio += audio
        if time.monotonic() - self._said > PROGRESS_EVERY:
            print(self._line(), file=sys.stderr, flush=True)
            log.info(self._line())
            self._said = time.monotonic()

    def end(self) -> None:
        log.info(self._line())

    def _line(self) -> str:
        speed = self._audio / max(time.monotonic() - self._began, 1e-9)
        return f"{self._name}: {self._done} of {self._clips} clips, {speed:.0f} s of audio per second"
