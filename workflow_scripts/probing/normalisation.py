"""Speaker normalisation: each speaker's mean and standard deviation taken out of that speaker's vectors.

What each form knows of the held-out clips:

- `none`: nothing.
- `training-only`: nothing. A speaker's statistics come from that speaker's clips of the training part; a speaker
  without any there is given the average of the training speakers' statistics.
- `per-speaker`: the mean and deviation of the held-out speaker's own clips, without their labels. That is a leak of
  a kind: with balanced recordings the mean over a speaker's clips is a mean over all emotions, which no one has
  who meets a new speaker with one clip. It is what the papers did.

A column that is constant over a speaker's clips is centred and not scaled.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.probing.logistic import F64, Flags, Seen
from workflow_scripts.probing.newton import moments

FORMS = ("none", "training-only", "per-speaker")


def normalised(
    vectors: F64, speakers: npt.NDArray[Any], train: Flags, how: str
) -> Iterator[tuple[npt.NDArray[np.int64], F64, Seen | None]]:
    """Yield (folds, vectors, seen): groups of folds whose training clips look the same, and how held-out ones look.

    Args:
        vectors: (clips, width).
        speakers: (clips,); across domains the speaker within the domain.
        train: (folds, clips).
        how: one of FORMS.
    """
    folds = np.arange(len(train))
    if how == "none":
        yield folds, vectors, None
    elif how == "per-speaker":
        yield folds, training_only(vectors, speakers, np.ones(len(vectors), bool)), None
    elif how == "training-only":
        seen = partial(training_only, vectors, speakers)
        used: Flags = np.any(train, axis=0)
        if all(_all_or_none(part, used, speakers) for part in train):
            yield folds, seen(used), seen
        else:
            for fold in folds:
                yield folds[fold : fold + 1], seen(train[fold]), seen
    else:
        raise ValueError(f"speaker normalisation {how!r} is none of {FORMS}")


def training_only(
    vectors: F64, speakers: npt.NDArray[Any], part: Flags, rows: npt.NDArray[np.int64] | slice = slice(None)
) -> F64:
    """The given rows with their speaker's statistics over the training part taken out, (rows, width).

    Speakers without a clip in the part are given the average mean and the average deviation of those with clips.
    """
    known = {}
    for speaker in np.unique(speakers[part]):
        known[speaker] = moments(vectors[part & (speakers == speaker)])
    other = tuple(np.mean([statistics[i] for statistics in known.values()], axis=0) for i in (0, 1))
    wanted = speakers[rows]
    out = np.array(vectors[rows], dtype=np.float64)
    for speaker in np.unique(wanted):
        mean, scale = known.get(speaker, other)
        out[wanted == speaker] = (out[wanted == speaker] - mean) / scale
    return out


def _all_or_none(part: Flags, used: Flags, speakers: npt.NDArray[Any]) -> bool:
    """Whether every speaker's training clips lie in this part either all or not at all."""
    return not np.isin(speakers[used & part], speakers[used & ~part]).any()
