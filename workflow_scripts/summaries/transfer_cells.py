"""Predictions of trainings by cell of the grid, and two cells side by side on the clips that both tested."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.statistics import intervals, metrics

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

DIRECT, TWO_STAGE, SOURCE_ONLY, JOINT = "direct", "two-stage", "source-only", "joint"
SHUFFLED, EQUAL_UPDATES = "shuffled-source", "equal-updates"
STRICT, PAPER1, TWINS = "strict", "paper1", "twins"

Facts = Mapping[str, Mapping[str, Any]]


class Cell(NamedTuple):
    """One place of the grid: a training and what it was tested on."""

    source: str
    target: str
    model: str
    tuner: str
    condition: str
    protocol: str
    emotions: str

    def at(self, condition: str) -> "Cell":
        """The cell of another condition; `direct` has no source."""
        return self._replace(condition=condition, source="" if condition == DIRECT else self.source)


CELL = [*Cell._fields]
Cells = dict[Cell, pd.DataFrame]


def cells(predictions: pd.DataFrame) -> Cells:
    """The predictions of each cell, only with the p_<emotion> of its own emotions.

    Args:
        predictions: the tables `transfer_predictions` of all trainings, one below another; p_<emotion> is NaN where
            an emotion is not among those that a training tells apart.

    Raises: ValueError where a clip is predicted twice in a cell and seed.
    """
    columns = [name for name in predictions if name.startswith("p_")]
    names = np.array([name[2:] for name in columns])
    told = predictions[columns].notna().to_numpy()
    patterns, index = np.unique(told, axis=0, return_inverse=True) if len(told) else (told, np.empty(0, dtype=int))
    words = np.array([" ".join(names[pattern]) for pattern in patterns], dtype=object)
    labelled = predictions.assign(emotions=words[index.ravel()] if len(words) else "")
    # pandas' own strings make each of the many small steps that follow several times slower
    labelled = labelled.astype(dict.fromkeys([*CELL, "clip_id", "speaker", "true", "predicted"], object))
    found: Cells = {}
    for key, part in labelled.groupby(CELL, sort=False):
        cell = Cell(*map(str, key))
        if part.duplicated(["repeat", "clip_id"]).any():
            raise ValueError(f"a clip is predicted twice by one seed of {cell}")
        own = set(cell.emotions.split())
        others = [name for name in columns if name[2:] not in own]
        found[cell] = part.drop(columns=["emotions", *others]).reset_index(drop=True)
    return found


class Paired(NamedTuple):
    """Two cells on the clips and seeds that both have: columns repeat, clip_id, speaker, fold, true, one, other.

    `one` and `other` are predicted emotions. `note` says what only one of them has.
    """

    frame: pd.DataFrame
    note: str

    def of_emotion(self, emotion: str) -> "Paired":
        """Only the clips of an emotion."""
        return Paired(self.frame[self.frame["true"] == emotion], self.note)


def paired(one: pd.DataFrame, other: pd.DataFrame) -> Paired:
    """Set predictions of two cells side by side; the frame is empty where they share nothing."""
    keys = ["repeat", "clip_id"]
    left = one[[*keys, "speaker", "fold", "true", "predicted"]].rename(columns={"predicted": "one"})
    right = other[[*keys, "predicted"]].rename(columns={"predicted": "other"})
    frame = left.merge(right, on=keys).sort_values(keys, ignore_index=True)
    seeds = [set(part["repeat"]) for part in (one, other)]
    shared = seeds[0] & seeds[1]
    lacking = max(len(part[part["repeat"].isin(shared)]) for part in (one, other)) - len(frame)
    notes = [
        f"of {len(seeds[0] | seeds[1])} seeds both have {len(shared)}" if seeds[0] != seeds[1] else "",
        f"{lacking} clips were tested by one of both only and are left out" if lacking else "",
    ]
    return Paired(frame, "; ".join(filter(None, notes)))


def speaker_values(pair: Paired, metric: str, emotion: str = "") -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """One score per speaker of both sides, averaged over seeds within speaker; index speaker.

    Scores are jackknife pseudo-values, which are the speakers' own scores where every speaker has all emotions
    equally often; of a single speaker it is the score itself.

    Args:
        pair: not empty; of a recall only its emotion's clips.
        metric: UAR, WA, or recall (the WA of the emotion's clips).
    """
    score = metrics.uar if metric == "UAR" else metrics.wa
    frame = pair.frame
    draw = pd.factorize(frame["repeat"], sort=True)[0]
    speaker, speakers = pd.factorize(frame["speaker"], sort=True)
    emotions = pd.Index(sorted({*frame["true"], *frame["one"], *frame["other"]}))
    true, m, n, k = emotions.get_indexer(frame["true"]), len(speakers), int(draw.max()) + 1, len(emotions)
    both = []
    for side in ("one", "other"):
        counts = metrics.confusion_by(draw * m + speaker, true, emotions.get_indexer(frame[side]), n * m, k)
        counts = counts.reshape(n, m, k, k)
        values = intervals.pseudo_values(counts, score) if m > 1 else score(counts[:, 0]).mean(keepdims=True)
        both.append(pd.Series(values, index=[str(name) for name in speakers], dtype=float))
    return both[0], both[1]


def right_by_draw(pair: Paired) -> list[tuple[Bools, Bools]]:
    """Of every draw which clips the one and the other have right."""
    right = [(pair.frame[side] == pair.frame["true"]).to_numpy() for side in ("one", "other")]
    draw = pair.frame["repeat"].to_numpy()
    return [(right[0][draw == d], right[1][draw == d]) for d in np.unique(draw)]


def recalls_of_speakers(part: pd.DataFrame) -> pd.DataFrame:
    """Recall of every emotion by speaker, averaged over seeds: rows speakers, columns emotions, NaN without clips."""
    right = (part["true"] == part["predicted"]).astype(float)
    own = right.groupby([part["repeat"], part["speaker"], part["true"]]).mean()
    return own.groupby(level=["speaker", "true"]).mean().unstack("true")
