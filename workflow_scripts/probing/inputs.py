"""What a probe works on: the clips of the study's emotions, their vectors, and who trains when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.materials.folds import parts_between
from workflow_scripts.materials.matching import refuse, rows_of
from workflow_scripts.study.errors import UserError

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
UNUSED = -2  # mark of a clip that a protocol does not use
UNDEFINED = "have no defined vector (too short, or no active frame)"


@dataclass(frozen=True)
class Clips:
    """The clips of one or two datasets, one entry per clip.

    speakers are the names in the manifest; people tell one person from another across pools (who may be held out
    together); groups tell a person's clips in one dataset (what speaker normalisation works on).
    """

    ids: npt.NDArray[Any]
    speakers: npt.NDArray[Any]
    people: npt.NDArray[Any]
    groups: npt.NDArray[Any]
    labels: npt.NDArray[np.int64]
    emotions: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """Training and test clips of every fold of a protocol: repeat, fold (folds,); train, test (folds, clips)."""

    protocol: str
    repeat: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]
    train: Flags
    test: Flags


def chosen(manifest: pd.DataFrame, emotions: Sequence[str]) -> pd.DataFrame:
    """Rows of the manifest with one of the emotions (all when none are named); UserError when none are left."""
    rows = manifest[manifest["emotion"].isin(emotions)] if emotions else manifest
    if rows.empty:
        raise UserError(f"no clip has one of the emotions {', '.join(emotions)}", remedy="see `emotions` in the config")
    return rows


def clips_of(manifests: dict[str, pd.DataFrame], emotions: Sequence[str]) -> Clips:
    """Clips of the (chosen) manifests by dataset, one after the other.

    The emotions are those that have clips, in the order given, or by name where none are named.
    """
    table = pd.concat(manifests.values(), ignore_index=True)
    dataset = np.repeat(list(manifests), [len(rows) for rows in manifests.values()])
    present = [emotion for emotion in emotions or sorted(set(table["emotion"])) if (table["emotion"] == emotion).any()]
    speakers = table["speaker"].to_numpy(dtype=str)
    return Clips(
        table["clip_id"].to_numpy(dtype=str),
        speakers,
        np.char.add(np.char.add(table["pool"].to_numpy(dtype=str), "/"), speakers),
        np.char.add(np.char.add(dataset, "/"), speakers),
        pd.Categorical(table["emotion"], categories=present).codes.astype(np.int64),
        tuple(present),
    )


def aligned(
    manifest: pd.DataFrame,
    clip_ids: Sequence[str],
    audio_hashes: Sequence[str],
    vectors: npt.NDArray[np.floating[Any]],
    place: str,
) -> F64:
    """Rows of `vectors` (n, width) in the order of the manifest, matched by clip and hash of the audio.

    Raises:
        UserError: clips without a vector or with several, vectors without a clip, and vectors of other audio than
            the manifest's; each by name.
    """
    again = "delete the file and run snakemake again"
    rows = rows_of(manifest["clip_id"].tolist(), clip_ids, place, again)
    stale = manifest["clip_id"][np.asarray(audio_hashes, dtype=object)[rows] != manifest["audio_hash"].to_numpy(object)]
    refuse(stale.tolist(), "were replaced since their vectors were made", place, again)
    ordered: F64 = np.asarray(vectors, dtype=np.float64)[rows]
    return ordered


def undefined(rows: pd.DataFrame, vectors: Mapping[str, F64], on_bad_clips: str, place: str) -> list[str]:
    """Clips without a defined vector in some pooling: `parts` of too few frames, say, or no active frame.

    Args:
        rows: n rows of a manifest.
        vectors: pooling -> (n, width).
        on_bad_clips: "stop" or "set-aside".
        place: the file of the vectors, for the message.

    Returns: their clip ids, to be set aside. Raises UserError naming them when `on_bad_clips` is "stop".
    """
    found = ~np.logical_and.reduce([np.isfinite(values).all(1) for values in vectors.values()])
    clips = [str(clip) for clip in rows["clip_id"][found]]
    if on_bad_clips == "stop":
        remedy = (
            "leave this pooling out of the `poolings` that are analysed, remove the clips from the corpus, "
            "or set `bad_clips: set-aside` in the config to go on without them"
        )
        refuse(clips, UNDEFINED, place, remedy)
    return clips


def stacked(vectors: Sequence[F64], places: Sequence[str]) -> F64:
    """Vectors (n, width) of two datasets, one after the other; UserError where they are not equally long.

    Vectors made elsewhere can differ so; `places` are the files, for the message.
    """
    widths = [part.shape[1] for part in vectors]
    if len(set(widths)) > 1:
        remedy = "two datasets can be set beside each other only if the vectors of both were made by the same network"
        raise UserError(
            f"vectors of {widths[0]} and of {widths[1]} numbers do not fit", " and ".join(map(str, places)), remedy
        )
    return np.concatenate(vectors)


def within(protocol: str, folds: pd.DataFrame, ids: npt.NDArray[Any]) -> Parts:
    """Parts of one dataset: in every repeat fold k tests the clips dealt to k and trains on all others in use."""
    drawn = fold_of(folds, ids)
    keys = [(repeat, fold) for repeat, of in drawn.items() for fold in np.unique(of[of >= 0])]
    train = [(drawn[repeat] != fold) & (drawn[repeat] != UNUSED) for repeat, fold in keys]
    return _parts(protocol, keys, train, [drawn[repeat] == fold for repeat, fold in keys])


def across(
    protocol: str,
    source: tuple[pd.DataFrame, npt.NDArray[Any]],
    target: tuple[pd.DataFrame, npt.NDArray[Any]],
    shared: bool,
) -> Parts:
    """Parts over the clips of source, then target: the source trains, the target is tested.

    Args:
        source, target: the folds table and the clip ids of each.
        shared: whether the two are of one pool of speakers (see `parts_between`).
    """
    for side in (source, target):
        fold_of(*side)
    found = parts_between(protocol, source[0], target[0], shared)
    keys = [(repeat, fold) for repeat, fold, _, _ in found]
    nobody = [np.zeros(len(ids), bool) for _, ids in (source, target)]
    train = [np.concatenate([np.isin(source[1], trained), nobody[1]]) for _, _, trained, _ in found]
    test = [np.concatenate([nobody[0], np.isin(target[1], tested)]) for _, _, _, tested in found]
    return _parts(protocol, keys, train, test)


def fold_of(folds: pd.DataFrame, ids: npt.NDArray[Any]) -> dict[int, npt.NDArray[np.int64]]:
    """{repeat: fold of every clip}, UNUSED for clips without a row; UserError for rows of unknown clips."""
    unknown = sorted(set(folds["clip_id"]) - set(ids))
    refuse(unknown, "have a fold but are not among the clips of the study's emotions", "folds", "run snakemake again")
    return {
        int(repeat): rows.set_index("clip_id")["fold"].reindex(ids, fill_value=UNUSED).to_numpy(dtype=np.int64)
        for repeat, rows in folds.groupby("repeat", sort=True)
    }


def _parts(protocol: str, keys: list[tuple[int, int]], train: list[Flags], test: list[Flags]) -> Parts:
    repeat, fold = (np.array(column, dtype=np.int64) for column in zip(*keys, strict=True))
    return Parts(protocol, repeat, fold, np.array(train), np.array(test))
