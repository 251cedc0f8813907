"""Which clips an explanation is of: an emotion against others, under each condition; and whether they suffice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]
ALL, NORMAL, MELODY = "all", "normal-intensity", "within-melody"
FEWEST_SPEAKERS = 3  # one held out, and two to choose with inside the training part
FEWEST_CLIPS = 2  # of either side, in every training part that a choice is made in


@dataclass(frozen=True)
class Condition:
    """The clips of one condition: name, keep (clips,), positive (clips,) among all clips of the dataset."""

    name: str
    keep: Flags
    positive: Flags


def conditions(clips: pd.DataFrame, emotion: str, against: Sequence[str]) -> list[Condition]:
    """The conditions that exist for an emotion.

    Args:
        clips: all clips of the dataset: emotion, intensity, melody ("" where there is none).
        emotion: the emotion that is told from others.
        against: these others.

    Returns: `all`; `normal-intensity` where a clip in use is strong; `within-melody` where the melody tells anything:
        the emotion against every other one of the dataset that is sung to the same melodies, since a scripted
        melody is design and not expression (paper 1's corpus has one melody per valence).
    """
    is_emotion = (clips["emotion"] == emotion).to_numpy()
    keep = is_emotion | clips["emotion"].isin(against).to_numpy()
    found = [Condition(ALL, keep, is_emotion)]
    strong = (clips["intensity"] == "strong").to_numpy()
    if (keep & strong).any():
        found.append(Condition(NORMAL, keep & ~strong, is_emotion))
    melody = clips["melody"].to_numpy(dtype=str)
    own = np.unique(melody[is_emotion & (melody != "")])
    same = np.isin(melody, own) & (melody != "")
    if (keep & ~same).any() and (same & ~is_emotion).any():
        found.append(Condition(MELODY, same, is_emotion))
    return found


def shortage(condition: Condition, speakers: npt.NDArray[np.str_], folds: npt.NDArray[np.int64]) -> str:
    """Why a condition cannot be explained with speakers held out, with the counts; "" where it can.

    Args:
        speakers, folds: (clips,) speaker and strict fold of every clip of the dataset.
    """
    keep, positive = condition.keep, condition.positive
    names = np.unique(speakers[keep])
    if not (keep & positive).any():
        return "the dataset has no clip of the emotion"
    if not (keep & ~positive).any():
        return "the dataset has no clip of what it is told from (see the corpus's `labels`, or take `against: rest`)"
    if len(names) < FEWEST_SPEAKERS:
        return f"{_speakers(len(names))} ({', '.join(names)}); at least {FEWEST_SPEAKERS} are needed"
    for fold in np.unique(folds[keep]):
        train = keep & (folds != fold)
        left = [len(np.unique(speakers[train & side])) for side in (positive, ~positive)]
        # whoever is held out inside the training part, another speaker must be left on either side
        if min(left) < 2:
            return (
                f"without the speakers of fold {fold}, {_speakers(left[0])} of the emotion and {_speakers(left[1])} of "
                "what it is told from are left to train and choose with; two are needed on either side"
            )
        clips = [int((train & side).sum()) for side in (positive, ~positive)]
        if min(clips) < 2 * FEWEST_CLIPS:
            return f"without fold {fold}, {clips[0]} clips of the emotion and {clips[1]} of the others are left"
    return ""


def _speakers(number: int) -> str:
    return f"{number} speaker" + ("s" if number != 1 else "")
