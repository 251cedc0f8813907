"""Which clips are held out when: speaker-disjoint folds, paper 1's draws, draws of twins, EmoBox's lists."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from workflow_scripts.corpora import Restriction
from workflow_scripts.study.errors import UserError

TEST_SHARE = 0.2
SMALLEST_BALANCED = 6
TWINS = ("speaker", "emotion", "intensity", "statement")  # what twins have in common
_SEX_ORDER = {"male": 0, "female": 1}


def natural(word: str) -> list[tuple[int, int, str]]:
    """Key that sorts numbers within words by value: 2 before 10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", word) if part]


def deal_speakers(speakers: Mapping[str, str], folds: int = 6) -> dict[str, int]:
    """{speaker: fold} from {speaker: sex}; depends on nothing else, so it is the same for every dataset of a pool.

    Speakers are dealt in natural order, men first, then women, each sex going on where the one before ended:
    sizes of folds, and of each sex within them, differ by at most one. Number of folds: half the speakers, at
    most `folds`, where both sexes and at least six speakers are there; else one fold per speaker, at most `folds`.
    """
    ordered = sorted(speakers, key=lambda name: (_SEX_ORDER.get(speakers[name], 2), natural(name)))
    both = len(set(speakers.values()) & set(_SEX_ORDER)) == 2
    balanced = both and len(ordered) >= SMALLEST_BALANCED
    count = min(folds, len(ordered) // 2 if balanced else len(ordered))
    return {name: position % count for position, name in enumerate(ordered)}


def strict(manifest: pd.DataFrame, speakers: Mapping[str, str] | None, folds: int = 6) -> pd.DataFrame:
    """Speaker-disjoint folds of all rows of a manifest; `speakers` is {speaker: sex} of the whole pool where known.

    Folds keep the pool's numbers: of a pool of which only some speakers are present, some numbers are not
    used.

    Raises UserError when a speaker is not in the stated pool or fewer than two folds hold clips.
    """
    present = dict(zip(manifest["speaker"], manifest["sex"], strict=True))
    strangers = sorted(set(present) - set(speakers or present), key=natural)
    if strangers:
        raise UserError(
            f"speakers that the pool does not know: {', '.join(strangers)}",
            remedy="name all speakers of the pool and their sex in the option `sexes`",
        )
    fold_of = deal_speakers(speakers or present, folds)
    fold = manifest["speaker"].map(fold_of)
    if fold.nunique() < 2:
        raise UserError(
            f"speakers {', '.join(sorted(present, key=natural))} fill fewer than two folds, so none can be held out",
            remedy="add speakers, or leave protocol `strict` out",
        )
    return _table(manifest["clip_id"], 0, fold)


def paper1(manifest: pd.DataFrame, draws: int, stratified: bool = False) -> pd.DataFrame:
    """Seeded clip-level draws: ceil(0.2 n) clips are tested (fold 0), the rest trains (fold -1).

    Exactly scikit-learn's `train_test_split(test_size=0.2, random_state=draw)` over the clips in the order of
    their ids, draw = 0 ... draws - 1; `stratified` by emotion if asked for (the paper does not say). The same
    speakers, and twins of most test clips, are in training: that is the point of the protocol, which repeats
    what the paper most likely did (its 203 test clips of 1012).
    """
    from sklearn.model_selection import train_test_split  # here: its import would double every other fold job

    ordered = manifest["clip_id"].sort_values()
    by = manifest.loc[ordered.index, "emotion"] if stratified else None
    parts = []
    for draw in range(draws):
        _, tested = train_test_split(np.arange(len(ordered)), test_size=TEST_SHARE, random_state=draw, stratify=by)
        fold = pd.Series(-1, index=ordered.index)
        fold.iloc[tested] = 0
        parts.append(_table(ordered, draw, fold))
    return pd.concat(parts, ignore_index=True)


def twins(manifest: pd.DataFrame, draws: int) -> pd.DataFrame:
    """Draws like those of `paper1`, but twins stay together: a fifth of the groups of twins (rounded up) is tested.

    Twins are clips of one speaker with one emotion, intensity and statement; a clip whose statement is not known is
    a group of its own. The same speakers are in training. Exactly scikit-learn's `GroupShuffleSplit(test_size=0.2,
    random_state=draw)` over the clips in the order of their ids.

    Raises UserError where all clips are twins of each other.
    """
    from sklearn.model_selection import GroupShuffleSplit  # here: see `paper1`

    ordered = manifest.sort_values("clip_id")
    keys = list(zip(*(ordered[name] for name in TWINS), strict=True))
    alone = ordered["statement"] == ""
    group = pd.Series([(clip,) if a else key for clip, a, key in zip(ordered["clip_id"], alone, keys, strict=True)])
    codes = pd.factorize(group)[0]
    if len(set(codes)) < 2:
        raise UserError("all clips are twins of each other, so none can be held out", remedy="leave `twins` out")
    parts = []
    for draw in range(draws):
        splitter = GroupShuffleSplit(n_splits=1, test_size=TEST_SHARE, random_state=draw)
        _, tested = next(splitter.split(codes, groups=codes))
        fold = pd.Series(-1, index=ordered.index)
        fold.iloc[tested] = 0
        parts.append(_table(ordered["clip_id"], draw, fold))
    return pd.concat(parts, ignore_index=True)


def restricted(manifest: pd.DataFrame, restriction: Restriction | None) -> pd.DataFrame:
    """The rows that a published protocol used; everything where nothing is stated."""
    if restriction is None:
        return manifest
    chosen = manifest["speaker"].isin(restriction.speakers) & manifest["emotion"].isin(restriction.emotions)
    return manifest[chosen]


def emobox(manifest: pd.DataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """EmoBox's own test folds; `lists` has clip_id and test_fold. Clips that are in no list get no row.

    Raises UserError when fewer than two folds hold clips.
    """
    fold = manifest["clip_id"].map(lists.set_index("clip_id")["test_fold"])
    fold = fold.dropna()
    if fold.nunique() < 2:
        raise UserError("the clips fill fewer than two folds of EmoBox", remedy="leave protocol `emobox` out")
    return _table(manifest.loc[fold.index, "clip_id"], 0, fold)


def _table(clip_ids: pd.Series, repeat: int, fold: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"clip_id": clip_ids, "repeat": repeat, "fold": fold.astype(int)})
    return table.sort_values("clip_id", ignore_index=True)


def parts(folds: pd.DataFrame) -> list[tuple[int, int, Sequence[str], Sequence[str]]]:
    """(repeat, fold, training clip ids, test clip ids) of every fold of a folds table, in order."""
    result = []
    for repeat, rows in folds.groupby("repeat", sort=True):
        for fold in sorted(rows.loc[rows["fold"] >= 0, "fold"].unique()):
            tested = rows["fold"] == fold
            train, test = rows.loc[~tested, "clip_id"].tolist(), rows.loc[tested, "clip_id"].tolist()
            result.append((int(repeat), int(fold), train, test))
    return result


def parts_between(
    protocol: str, source: pd.DataFrame, target: pd.DataFrame, shared: bool
) -> list[tuple[int, int, Sequence[str], Sequence[str]]]:
    """(repeat, fold, training clip ids of `source`, test clip ids of `target`) of two folds tables.

    Where both have the same speakers (`shared`), fold k trains on the source clips that are not dealt to k: in
    `strict` the same actors are held out in both, in `paper1` each dataset has its own draw and test actors
    train in the source. Where they have none in common, `strict` is one fold: all of one, then all of the other.
    """
    result = []
    for repeat, rows in target.groupby("repeat", sort=True):
        trained, tested = source[source["repeat"] == repeat], rows[rows["fold"] >= 0]
        if protocol == "strict" and not shared:
            result.append((int(repeat), 0, trained["clip_id"].tolist(), tested["clip_id"].tolist()))
            continue
        for fold, held_out in tested.groupby("fold", sort=True):
            train = trained.loc[trained["fold"] != fold, "clip_id"].tolist()
            result.append((int(repeat), int(fold), train, held_out["clip_id"].tolist()))
    return result


def unfit(manifest: pd.DataFrame, folds: pd.DataFrame) -> dict[str, str]:
    """{clip_id: reason} of clips that the folds of a protocol cannot use.

    A clip without a fold; a speaker with one emotion only (nothing can be compared within the speaker); an
    emotion that some training part has fewer than two clips of (it cannot be learnt when that fold is
    tested); an emotion that is never tested.
    """
    unlisted = set(manifest["clip_id"]) - set(folds["clip_id"])
    reasons = dict.fromkeys(sorted(unlisted), "the protocol's lists do not name it")
    manifest = manifest[~manifest["clip_id"].isin(unlisted)]
    for speaker, rows in manifest.groupby("speaker", sort=True):
        if rows["emotion"].nunique() == 1:
            only = rows["emotion"].iloc[0]
            reasons |= dict.fromkeys(rows["clip_id"], f"speaker {speaker} has one emotion only ({only})")
    emotion_of = manifest.set_index("clip_id")["emotion"]
    short: dict[str, str] = {}
    tested = set()
    for _, fold, train, test in parts(folds):
        counts = emotion_of.loc[train].value_counts()
        tested |= set(emotion_of.loc[test])
        for emotion in emotion_of.unique():
            if counts.get(emotion, 0) < 2:
                left = int(counts.get(emotion, 0))
                short.setdefault(emotion, f"{left} clips of it are left for training when fold {fold} is tested")
    for emotion in set(emotion_of) - tested:
        short.setdefault(emotion, "no clip of it is ever tested")
    for emotion, why in short.items():
        rows = manifest[manifest["emotion"] == emotion]
        reason = (
            f"emotion {emotion} has too few clips or speakers for the folds: {len(rows)} clips of "
            f"{rows['speaker'].nunique()} speakers; {why}"
        )
        reasons |= dict.fromkeys(rows["clip_id"], reason)
    return reasons


def fit(
    manifest: pd.DataFrame, split: Callable[[pd.DataFrame], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Split, leave out what the folds cannot use, and split again until they can use everything.

    Returns (manifest of the clips left, their folds, {clip_id: reason} of those left out). Raises UserError
    when nothing is left.
    """
    left_out: dict[str, str] = {}
    while len(manifest):
        folds = split(manifest)
        reasons = unfit(manifest, folds)
        if not reasons:
            return manifest, folds, left_out
        left_out |= reasons
        manifest = manifest[~manifest["clip_id"].isin(reasons)]
    raise UserError(f"no clip is left that could be held out:\n{unfit_in_words(left_out)}")


def unfit_in_words(reasons: Mapping[str, str]) -> str:
    """Reasons with their numbers and clips."""
    by_reason = sorted(reasons.items(), key=lambda item: item[1])
    lines = []
    for reason, items in groupby(by_reason, key=lambda item: item[1]):
        clips = [clip_id for clip_id, _ in items]
        lines.append(f"  {reason}\n    clips: {', '.join(clips)}")
    return "\n".join(lines)
