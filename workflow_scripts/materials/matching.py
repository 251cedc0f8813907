"""Clips of a manifest and what was made of them, matched by name."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.study.errors import UserError

NAMED = 5  # clips that a message names


def refuse(clips: Sequence[str], fault: str, place: str, remedy: str) -> None:
    """Raise UserError where there are any such clips: how many, what is wrong with them, the first of them by name."""
    if clips:
        more = f" and {len(clips) - NAMED} more" if len(clips) > NAMED else ""
        raise UserError(f"{len(clips)} clips {fault}: {', '.join(clips[:NAMED])}{more}", place, remedy)


def rows_of(wanted: Sequence[str], clip_ids: Sequence[str], place: str, remedy: str) -> npt.NDArray[np.int64]:
    """For each wanted clip its position among `clip_ids`, which hold the same clips in any order.

    Args:
        wanted: clip ids of the manifest, each once.
        clip_ids: names of the rows of what was made of them.
        place, remedy: for the message.

    Raises:
        UserError: clips with several rows, rows without a clip, clips without a row; each by name.
    """
    names = pd.Series(list(clip_ids), dtype=str)
    refuse(sorted(set(names[names.duplicated()])), "have several vectors", place, remedy)
    known, present = set(wanted), set(clip_ids)
    refuse([clip for clip in clip_ids if clip not in known], "have a vector but are not in the manifest", place, remedy)
    refuse([clip for clip in wanted if clip not in present], "have no vector", place, remedy)
    position = {clip: row for row, clip in enumerate(clip_ids)}
    return np.array([position[clip] for clip in wanted], dtype=np.int64)
