"""All clips of a dataset through one network, in batches packed by length; rows come out in the order of the clips.

Clips are taken in stretches of some hundred. Within a stretch they are sorted by length and packed, so that little
padding is computed; what a stretch yields is handed on in the clips' own order, and memory holds two stretches at
most however many clips there are. Threads decode the next batches while the network works on this one.

A clip that is cut into windows is a batch of its own. Of several shards, each takes a batch
in its turn: batches are the same whatever the number of shards, and so is every vector.
"""

import itertools
import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from workflow_scripts.embedding.forward import forward
from workflow_scripts.embedding.frame_statistics import FrameStatistics
from workflow_scripts.embedding.long_clips import pool_windows
from workflow_scripts.embedding.pooling import POOLINGS, LongPooler, Mask, Pooler
from workflow_scripts.embedding.windows import Window, check_overlap, longest, windows
from workflow_scripts.networks import Network, Wave

log = logging.getLogger(__name__)

STRETCH_BYTES = 200_000_000
LONGEST_STRETCH = 4096
DECODED_AHEAD = 3  # budgets of a batch, in audio; at least one batch
PROGRESS_EVERY = 10.0  # seconds

Vectors = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Heard:
    """One clip as the network takes it: samples at its rate, and which of its frames are active (frames,)."""

    wave: Wave
    active: Mask


def packed(seconds: Sequence[float], budget: float, whole: float = np.inf) -> list[list[int]]:
    """Pack clips into batches of similar length whose padded sum stays within `budget` seconds, longest first.

    Returns:
        positions into `seconds`, each exactly once; a clip longer than the budget, or than what goes through as a
        `whole`, is a batch of its own.
    """
    batches: list[list[int]] = []
    for position in sorted(range(len(seconds)), key=lambda i: -seconds[i]):
        first = seconds[batches[-1][0]] if batches else 0.0
        if batches and first <= whole and (len(batches[-1]) + 1) * first <= budget:
            batches[-1].append(position)
        else:
            batches.append([position])
    return batches


def stretch_length(network: Network, poolings: Sequence[str]) -> int:
    """Clips in one stretch, so that its vectors take at most about STRETCH_BYTES."""
    row = 4 * len(network.states) * network.width * sum(POOLINGS[pooling] for pooling in poolings)
    return int(np.clip(STRETCH_BYTES // row, 1, LONGEST_STRETCH))


def embed(
    network: Network,
    seconds: Sequence[float],
    hear: Callable[[int], Heard],
    poolings: Sequence[str],
    write: Callable[[list[int], dict[str, Vectors]], None],
    *,
    batch_seconds: float,
    window_seconds: float | None = None,
    window_overlap_seconds: float = 0.0,
    shard: int = 1,
    shards: int = 1,
    decoders: int = 2,
    emotions: Sequence[str] | None = None,
    statistics: FrameStatistics | None = None,
) -> None:
    """Embed every clip, or those of one shard.

    Args:
        network: its device and dtype are those of the forward.
        seconds: length of each clip, for packing only.
        hear: gives the clip of a position; called in threads, some batches ahead.
        poolings: names from `pooling.POOLINGS`.
        write: called stretch by stretch, in a thread of its own, with the positions of clips, ascending, and
            state -> pooling -> (clips, rows * width) float32.
        batch_seconds: budget of one batch, in seconds of audio with padding; each clip of a network with a fixed
            input counts as that.
        window_seconds, window_overlap_seconds: longer clips are cut, see `windows`; None: only where the network's
            input is fixed.
        shard, shards: which of how many shards, from 1.
        decoders: threads that run `hear`.
        emotions, statistics: where given, frame statistics are gathered in the same forward.

    Raises:
        UserError: a clip would be cut into windows that overlap by more than half, or are too short.
    """
    shortest = (network.fixed_input or 0) / network.sample_rate
    padded = [max(own, shortest) for own in seconds]
    limit = longest(network, window_seconds)
    whole = np.inf if limit is None else limit / network.sample_rate
    overlap = round(window_overlap_seconds * network.sample_rate)
    if limit is not None and max(seconds, default=0.0) > whole:
        check_overlap(network, limit, overlap)
    together = 1 if limit is None else max(1, int(batch_seconds / whole))
    stretches = _share(_stretches(padded, stretch_length(network, poolings), batch_seconds, whole), shard, shards)
    batches = [batch for stretch in stretches for batch in stretch]
    progress = _Progress(network.name, sum(len(batch) for batch in batches))
    with (
        ThreadPoolExecutor(1) as writer,
        closing(_ahead(batches, hear, decoders, padded, DECODED_AHEAD * batch_seconds)) as heard,
    ):
        written: Future[None] | None = None
        for stretch in stretches:
            positions = sorted(position for batch in stretch for position in batch)
            row_of = {position: row for row, position in enumerate(positions)}
            vectors: dict[str, Vectors] = {
                state: {
                    name: np.empty((len(positions), POOLINGS[name] * network.width), np.float32) for name in poolings
                }
                for state in network.states
            }
            for batch in stretch:
                clips = next(heard)
                cuts = [windows(network, clip.wave.size, limit, overlap) for clip in clips]
                named = [emotions[i] for i in batch] if emotions is not None else None
                for own, pooled in _pooled(network, clips, cuts, together, poolings, statistics, named):
                    rows = [row_of[batch[i]] for i in own]
                    for state, of_state in pooled.items():
                        for name, values in of_state.items():
                            vectors[state][name][rows] = values
                progress.add(len(clips), sum(clip.wave.size for clip in clips) / network.sample_rate)
                del clips  # else they were held while the next are waited for
            if written is not None:
                written.result()
            written = writer.submit(write, positions, vectors)
        if written is not None:
            written.result()
    progress.end()


def _stretches(seconds: Sequence[float], length: int, budget: float, whole: float) -> list[list[list[int]]]:
    """The batches of each stretch, as positions of clips."""
    return [
        [[start + position for position in batch] for batch in packed(seconds[start : start + length], budget, whole)]
        for start in range(0, len(seconds), length)
    ]


def _share(stretches: list[list[list[int]]], shard: int, shards: int) -> list[list[list[int]]]:
    """The same with the batches of one shard alone: each in its turn takes one."""
    turns = itertools.cycle(range(1, shards + 1))
    own = [[batch for batch in stretch if next(turns) == shard] for stretch in stretches]
    return [stretch for stretch in own if stretch]


def _pooled(
    network: Network,
    clips: Sequence[Heard],
    cuts: Sequence[list[Window]],
    together: int,
    poolings: Sequence[str],
    statistics: FrameStatistics | None,
    emotions: Sequence[str] | None,
) -> Iterator[tuple[list[int], dict[str, Vectors]]]:
    """Clips that go through as a whole, all at once, then the long ones: places in the batch, and their vectors."""
    whole = [i for i, cut in enumerate(cuts) if len(cut) == 1]
    if whole:
        named = [emotions[i] for i in whole] if emotions is not None else None
        yield whole, _batch(network, [clips[i] for i in whole], poolings, statistics, named)
    for i, cut in enumerate(cuts):
        if len(cut) > 1:
            pooler = LongPooler(poolings, clips[i].active, network.device)
            emotion = emotions[i] if emotions is not None else None
            pooled = pool_windows(
                network, clips[i].wave, cut, pooler, together=together, statistics=statistics, emotion=emotion
            )
            yield [i], _by_name(network, pooled[:, None], pooler.slices)


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
    return _by_name(network, torch.stack(pooled), pooler.slices)


def _by_name(network: Network, pooled: torch.Tensor, slices: Mapping[str, slice]) -> dict[str, Vectors]:
    """(states, clips, rows, width) as state -> pooling -> (clips, rows * width)."""
    numbers = pooled.cpu().numpy()  # one transfer from the device for all states
    return {
        state: {name: of_state[:, rows].reshape(len(of_state), -1) for name, rows in slices.items()}
        for state, of_state in zip(network.states, numbers, strict=True)
    }


def _ahead(
    batches: Sequence[list[int]], hear: Callable[[int], Heard], decoders: int, seconds: Sequence[float], ahead: float
) -> Generator[list[Heard], None, None]:
    """The clips of each batch, decoded while those before it are computed: the next, and more up to `ahead` seconds."""
    waiting: deque[list[Future[Heard]]] = deque()
    lengths: deque[float] = deque()  # audio of each batch that waits
    pool = ThreadPoolExecutor(decoders)
    try:
        for batch in batches:
            waiting.append([pool.submit(hear, position) for position in batch])
            lengths.append(sum(seconds[position] for position in batch))
            while len(lengths) > 1 and sum(lengths) - lengths[0] >= ahead:
                lengths.popleft()
                yield [future.result() for future in waiting.popleft()]
        while waiting:
            yield [future.result() for future in waiting.popleft()]
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
