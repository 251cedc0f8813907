"""The conditions under which predictions are scored: all clips, normal intensity only, within melody groups.

A condition becomes a `Block`: which clips count, their codes, and the measures to take from their confusion counts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workflow_scripts.statistics import metrics

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Strings = npt.NDArray[np.str_]


class Measure(NamedTuple):
    """One score: a name, what it is restricted to, and the function of confusion counts (..., K, K) -> (...)."""

    metric: str
    score: Callable[[npt.ArrayLike], Floats]
    emotion: str = ""
    group: str = ""
    blind: float = float("nan")  # what a blind 1-of-n guess reaches
    of_speakers: bool = False  # whether the score is also given for each speaker
    rows: tuple[int, ...] = ()  # true codes whose clips it is about; all if empty


@dataclass(frozen=True)
class Clips:
    """Predictions of one probe under one protocol as arrays of n rows; a clip has a row for every draw it is tested in.

    `true` and `predicted` are codes into `emotions`, `probabilities` is (n, K), `draw` counts the repeats,
    `melody` and `intensity` come from the manifest.
    """

    clip: Codes
    speaker: Codes
    draw: Codes
    true: Codes
    predicted: Codes
    probabilities: Floats
    melody: Strings
    intensity: Strings
    emotions: list[str]


@dataclass(frozen=True)
class Block:
    """The clips of one condition, their codes 0..n_classes-1, and the measures taken from them.

    Labels are exchangeable within a `stratum` (a speaker, or a speaker's clips of one melody).
    """

    condition: str
    keep: npt.NDArray[np.bool_]
    true: Codes
    predicted: Codes
    stratum: Codes
    n_classes: int
    measures: list[Measure]
    note: str = field(default="")


def blocks(clips: Clips, emotions_of_melody: dict[str, list[str]]) -> list[Block]:
    """The conditions that exist for these clips; see `whole`, `normal_intensity`, `within_melody`.

    A condition that would change nothing (no strong clip; melodies that tell nothing of the emotion) has no block.
    """
    found = [whole(clips)]
    if (clips.intensity == "strong").any():
        found.append(normal_intensity(clips))
    if any(len(emotions) < len(clips.emotions) for emotions in emotions_of_melody.values()):
        found.append(within_melody(clips, emotions_of_melody))
    return [block for block in found if block.keep.any()]


def whole(clips: Clips) -> Block:
    """All clips."""
    keep = np.ones(len(clips.true), dtype=bool)
    return Block("all", keep, clips.true, clips.predicted, clips.speaker, len(clips.emotions), _measures(clips, keep))


def normal_intensity(clips: Clips) -> Block:
    """Only clips whose intensity is not "strong", scored as they were predicted."""
    keep = clips.intensity != "strong"
    return Block(
        "normal-intensity",
        keep,
        clips.true,
        clips.predicted,
        clips.speaker,
        len(clips.emotions),
        _measures(clips, keep),
    )


def within_melody(clips: Clips, emotions_of_melody: dict[str, list[str]]) -> Block:
    """Clips scored with their melody known: the choice is restricted to the emotions sung to that melody.

    In RAVDESS song the melody gives the valence away. Here the clip's melody is told to the probe: the predicted
    emotion is the most probable one *among the emotions of the clip's melody*, and labels are permuted within speaker
    and melody. UAR stands per melody (`group`; a blind guess among n emotions reaches 1/n), and, with group "",
    as the mean over the melodies that leave a choice. A melody of one emotion is right by construction: its row
    says so and has no interval, and it is left out of the mean. The probe itself is not refitted.
    """
    names = list(emotions_of_melody)
    K, G = len(clips.emotions), len(names)
    allowed = np.array([[e in emotions_of_melody[name] for e in clips.emotions] for name in names])
    group = np.array([names.index(m) if m in emotions_of_melody else -1 for m in clips.melody], dtype=np.int64)
    keep = group >= 0
    restricted = np.where(allowed[group], clips.probabilities, -np.inf).argmax(axis=1)
    sizes = allowed.sum(axis=1)

    def uar_of(parts: list[int]) -> Callable[[npt.ArrayLike], Floats]:
        """Mean over these melodies of the UAR within each."""

        def score(tables: npt.ArrayLike) -> Floats:
            counts = np.asarray(tables)
            own = [metrics.uar(counts[..., g * K : (g + 1) * K, g * K : (g + 1) * K]) for g in parts]
            return metrics.mean_of_present(np.stack(own, axis=-1))

        return score

    def block_of(g: int) -> tuple[int, ...]:
        return tuple(range(g * K, (g + 1) * K))

    measures = [Measure("UAR", uar_of([g]), group=names[g], blind=1 / sizes[g], rows=block_of(g)) for g in range(G)]
    choice = [g for g in range(G) if sizes[g] > 1]
    if choice:
        blind = float(np.mean(1 / sizes[choice]))
        rows = tuple(k for g in choice for k in block_of(g))
        measures.insert(0, Measure("UAR", uar_of(choice), blind=blind, of_speakers=True, rows=rows))
    offset = np.maximum(group, 0) * K
    return Block(
        "within-melody",
        keep,
        clips.true + offset,
        restricted + offset,
        clips.speaker * G + np.maximum(group, 0),
        G * K,
        measures,
        "melody known: the most probable emotion among those of the clip's melody",
    )


def melody_alone(clips: Clips, emotions_of_melody: dict[str, list[str]]) -> float:
    """UAR of a recogniser that knows the melody and nothing else: a blind guess among the emotions of the melody.

    Any fixed guess per melody reaches the same where every emotion has one melody. NaN if a clip has no known melody.
    """
    sizes = [len(emotions_of_melody.get(melody, [])) for melody in clips.melody]
    if not sizes or min(sizes) == 0:
        return float("nan")
    right = 1 / np.array(sizes, dtype=np.float64)
    return float(np.mean([right[clips.true == k].mean() for k in np.unique(clips.true)]))


def _measures(clips: Clips, keep: npt.NDArray[np.bool_]) -> list[Measure]:
    present = np.unique(clips.true[keep])
    blind = 1 / max(len(present), 1)
    found = [
        Measure("WA", metrics.wa, blind=blind, of_speakers=True),
        Measure("UAR", metrics.uar, blind=blind, of_speakers=True),
        Measure("macro-F1", metrics.macro_f1),
    ]
    return found + [
        Measure("recall", _recall_of(int(k)), emotion=clips.emotions[k], blind=blind, rows=(int(k),)) for k in present
    ]


def _recall_of(k: int) -> Callable[[npt.ArrayLike], Floats]:
    def score(tables: npt.ArrayLike) -> Floats:
        counts = np.asarray(tables, dtype=np.float64)
        return metrics.ratio(counts[..., k, k], counts[..., k, :].sum(axis=-1))

    return score
