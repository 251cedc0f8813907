"""Which clips train, validate and test in every fold of a training, of one dataset or of a pair.

In `strict` fold k tests the speakers dealt to k, and the speakers of the next fold in use (after the last the first)
validate. Where two datasets have the same speakers, fold k holds the same ones out in both, for test and validation. In
`paper1` and `twins` a draw of clips is tested, nothing validates.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workflow_scripts.materials.folds import natural
from workflow_scripts.study.errors import UserError

WHOLE = -1  # number of the fold that tests nothing


@dataclass(frozen=True)
class Split:
    """Clip ids of one fold, sorted.

    Attributes:
        fold: its number in the folds table; WHOLE where nothing is tested.
        train, validation, test: its parts; no validation in `paper1` and `twins`.
    """

    fold: int
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]


def stage(protocol: str, manifest: pd.DataFrame, folds: pd.DataFrame, draw: int = 0) -> list[Split]:
    """The folds of a training on one dataset.

    Args:
        protocol: strict, paper1 or twins.
        manifest: clip_id and emotion of the clips in question (those of the emotions in common); others are left out.
        folds: of the dataset under the protocol.
        draw: of paper1 and twins (`repeat` of the table).

    Raises:
        UserError: too few folds to test one and validate on another, or a training part that lacks an emotion.
    """
    fold_of = _fold_of(manifest, folds, 0 if protocol == "strict" else draw)
    if protocol != "strict":
        found = [Split(0, _clips(fold_of != 0), (), _clips(fold_of == 0))]
    else:
        used = sorted(set(fold_of))
        if len(used) < 3:
            raise UserError(
                f"the speakers fill {len(used)} folds: one tests, another validates, and none is left for training",
                remedy="add speakers (at least three), or leave protocol `strict` out of the transfer",
            )
        found = [_strict(fold_of, *both) for both in zip(used, [*used[1:], used[0]], strict=True)]
    for split in found:
        _check(manifest, split)
    return found


def whole(manifest: pd.DataFrame, folds: pd.DataFrame) -> Split:
    """All clips of a dataset, the speakers of the first fold in use for validation: for targets with other speakers.

    Arguments and errors as those of `stage`; `folds` are those of strict.
    """
    fold_of = _fold_of(manifest, folds, 0)
    split = _strict(fold_of, WHOLE, min(fold_of))
    _check(manifest, split)
    return split


def source_fold(protocol: str, shared: bool, fold: int) -> int:
    """The fold of the source stage that a target's fold goes on from; `shared`: both have the same speakers.

    In paper1 and twins each dataset has its own draw, so that test speakers train in the source.
    """
    return WHOLE if protocol == "strict" and not shared else fold


def pairs(
    protocol: str,
    shared: bool,
    rows: tuple[pd.DataFrame, pd.DataFrame],
    folds: tuple[pd.DataFrame, pd.DataFrame],
    draw: int,
) -> list[tuple[Split, Split]]:
    """(fold of the source, fold of the target that goes on from it) of every fold of a target.

    Args:
        protocol: strict, paper1 or twins.
        shared: whether source and target are of one pool of speakers.
        rows: of the manifests of source and target, those of the emotions in common.
        folds: of source and target under the protocol.
        draw: of paper1 and twins.

    Raises:
        UserError: as `stage`; a fold of the target that the source does not have; speakers held out who train.
    """
    if protocol == "strict" and not shared:
        sources = {WHOLE: whole(rows[0], folds[0])}
    else:
        sources = {split.fold: split for split in stage(protocol, rows[0], folds[0], draw)}
    found = []
    for target in stage(protocol, rows[1], folds[1], draw):
        source = sources.get(source_fold(protocol, shared, target.fold))
        if source is None:
            raise UserError(
                f"the source has no clips of the speakers of fold {target.fold}, which the target tests",
                remedy="bring recordings of the same speakers for both, or leave protocol `strict` out of the transfer",
            )
        if protocol == "strict":
            refuse_leaks(source, target, rows)
        found.append((source, target))
    return found


def refuse_leaks(source: Split, target: Split, manifests: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Raise UserError where a speaker whom the target holds out trains, or one whom it tests validates in the source.

    Args:
        source, target: strict splits that are used together.
        manifests: of source and target: clip_id, pool, speaker.
    """
    people = [(rows["pool"] + "/" + rows["speaker"]).set_axis(rows["clip_id"]) for rows in manifests]
    tested, validating = (set(people[1].loc[list(part)]) for part in (target.test, target.validation))
    trained, validated = (set(people[0].loc[list(part)]) for part in (source.train, source.validation))
    trained |= set(people[1].loc[list(target.train)])
    leaks = (trained & (tested | validating)) | (validated & tested)
    if leaks:
        raise UserError(
            f"fold {target.fold} holds out speakers who train: {', '.join(sorted(leaks, key=natural))}",
            remedy="give datasets of the same speakers one `pool` and the same `sexes`, or bring recordings of the "
            "same speakers for both: where one lacks all speakers of a fold, others validate",
        )


def _fold_of(manifest: pd.DataFrame, folds: pd.DataFrame, repeat: int) -> "pd.Series[int]":
    """Fold of every clip that is both in the manifest and in the table, by clip id."""
    rows = folds[(folds["repeat"] == repeat) & folds["clip_id"].isin(manifest["clip_id"])]
    if rows.empty:
        raise UserError(f"none of the {len(manifest)} clips is in the folds (draw {repeat})")
    return rows.set_index("clip_id")["fold"].sort_index().astype(int)


def _strict(fold_of: "pd.Series[int]", tested: int, validating: int) -> Split:
    held_out = fold_of.isin([tested, validating])
    return Split(tested, _clips(~held_out), _clips(fold_of == validating), _clips(fold_of == tested))


def _clips(flags: "pd.Series[bool]") -> tuple[str, ...]:
    return tuple(str(clip) for clip in flags.index[flags])


def _check(manifest: pd.DataFrame, split: Split) -> None:
    """Raise UserError where an emotion has no clip to train on, so that it could never be recognised."""
    emotion_of: Mapping[str, str] = manifest.set_index("clip_id")["emotion"].to_dict()
    missing = set(emotion_of.values()) - {emotion_of[clip] for clip in split.train}
    if missing:
        raise UserError(
            f"no clip of {', '.join(sorted(missing))} is left for training in fold {split.fold} "
            f"({len(split.validation)} clips validate, {len(split.test)} are tested)",
            remedy="add speakers, or leave the emotion out of `emotions`",
        )
