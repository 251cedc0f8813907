"""Vectors made elsewhere, fitted to a manifest: the same clips, the same audio, numbers that are numbers."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.materials.matching import refuse, rows_of
from workflow_scripts.precomputed.reading import Given, Vectors


def fitted(given: Given, manifest: pd.DataFrame, set_aside: Collection[str], listed: str) -> npt.NDArray[np.int64]:
    """For each clip of the manifest the row of its vectors.

    Args:
        given: the vectors.
        manifest: of the dataset: clip_id, audio_hash.
        set_aside: clips that the manifest leaves out since they cannot be used; their vectors are left out as well.
        listed: file of the manifest, for the message.

    Raises:
        UserError: clips without vectors or with several, vectors without a clip, vectors of other audio; each by
            name. Ids that would fit with another folder or ending are not guessed at: the message says how to write
            them.
    """
    clip_ids = manifest["clip_id"].tolist()
    remedy = f"give each clip of {listed} one row, under its clip_id there (the first is {clip_ids[0]})"
    meant = in_other_words(given.clip_ids, clip_ids)
    if meant:
        wrong, right = next(iter(meant.items()))
        remedy += f"; {len(meant)} would fit if written as there, such as {right} for {wrong}"
    left_out = set(set_aside).difference(clip_ids)
    kept = [row for row, clip in enumerate(given.clip_ids) if clip not in left_out]
    rows = np.array(kept, dtype=np.int64)[rows_of(clip_ids, [given.clip_ids[row] for row in kept], given.place, remedy)]
    if given.audio_hashes is not None:
        pairs = zip(clip_ids, manifest["audio_hash"], rows, strict=True)
        other = [clip for clip, audio, row in pairs if given.audio_hashes[row] != audio]
        remedy = f"make them of the audio that {listed} lists"
        refuse(other, "have vectors of other audio (by audio_hash)", given.place, remedy)
    return rows


def in_other_words(clip_ids: Iterable[str], wanted: Sequence[str]) -> dict[str, str]:
    """{id as given: clip id that is meant} of ids that agree with one clip once folder and ending are left out."""
    known, bare = set(wanted), Counter(map(_bare, wanted))
    single = {_bare(clip): clip for clip in wanted if bare[_bare(clip)] == 1}
    return {clip: single[_bare(clip)] for clip in clip_ids if clip not in known and _bare(clip) in single}


def _bare(clip_id: str) -> str:
    """The id without folder (or corpus) and ending."""
    return re.sub(r"\.[A-Za-z0-9]+$", "", re.split(r"[/\\]", clip_id)[-1])


def as_float32(vectors: Vectors, clip_ids: Sequence[str], place: str) -> npt.NDArray[np.float32]:
    """The vectors (rows, numbers) as they are stored; UserError naming clips with numbers that cannot be."""

    def undefined(values: npt.NDArray[np.floating[Any]]) -> list[str]:
        finite = np.isfinite(values).all(axis=1).tolist()
        return [clip for clip, sound in zip(clip_ids, finite, strict=True) if not sound]

    remedy = "make their vectors anew, or leave the clips out of the corpus"
    refuse(undefined(vectors), "have numbers that are NaN or infinite", place, remedy)
    with np.errstate(over="ignore"):
        stored = vectors.astype(np.float32)
    refuse(undefined(stored), "have numbers too large for float32", place, "scale the vectors")
    return stored
