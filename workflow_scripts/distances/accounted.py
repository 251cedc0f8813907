"""How much of the distance between two datasets in an embedding the shift of acoustic features accounts for.

An Oaxaca-Blinder decomposition of the mean move (see `moves`), per emotion. With slopes B of the embedding on the
features *within* groups, a speaker's move d in the embedding is split into B's, which the speaker's acoustic move s
predicts, and the rest r = d - B's. With D() the unbiased squared length of the mean move over speakers,

    share = 1 - D(r) / D(d).

What it is. The slopes come from clips centred within (side, emotion, person), so neither the dataset nor the emotion
nor the speaker can act as a predictor: dimensions that only code a label account for nothing. They are one linear map
for both sides and all emotions, fitted by ridge without the speaker whose move they predict.

What it is not. Not a cause: it says how far the embedding would move if it followed the acoustic shift as it follows
differences between clips of one speaker, emotion and dataset, extrapolated in a straight line to a shift that may be
larger than any of these. It concerns the mean only, not the covariance, and *squared* lengths: a prediction of half
the way in the right direction gives 0.75. Shares of categories do not add up. A share is negative where the predicted
move leads away, above 1 only by chance (D(r) is unbiased and may fall below 0); both are kept. Features that the
networks hear and eGeMAPS lacks count as not accounted for, and ridge shrinks slopes where clips are few or
features hardly vary within groups: both pull towards 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.distances import moves as m
from workflow_scripts.distances.shifts import note_on

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

PENALTIES = np.logspace(-1, 5, 13)  # of ridge, on sums over clips of scores of unit variance

COLUMNS = [
    *["emotion", "features", "category", "share", "low", "high"],
    *["squared_distance", "squared_distance_low", "squared_distance_high", "squared_distance_left"],
    *["within_r2", "penalty", "n_speakers", "design", "note"],
]


class Within(NamedTuple):
    """Sums over the clips of each of p people, centred within (side, emotion, person).

    gram (p, f, f) of products of features, cross (p, f, d) of features and embedding, square (p,) of the embedding's
    squared lengths. A cell with one clip adds nothing.
    """

    gram: Floats
    cross: Floats
    square: Floats

    def of(self, features: Codes) -> "Within":
        """The same with some of the features."""
        return Within(self.gram[:, features][:, :, features], self.cross[:, features], self.square)


def accounted(
    features: npt.ArrayLike,
    vectors: npt.ArrayLike,
    side: npt.ArrayLike,
    emotion: npt.ArrayLike,
    person: npt.ArrayLike,
    category: Sequence[str],
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of the embedding's mean distance that the shift of each set of features accounts for, per emotion.

    The penalty of the slopes that predict a speaker is the one of PENALTIES with the smallest squared error when each
    of the other speakers is left out in turn. The slopes are pooled over emotions, so that adding an emotion changes
    the others' shares a little (unlike `shifts`); the order of the clips changes nothing.

    Args:
        features: (n, f) scaled, one row a clip of either dataset.
        vectors: (n, d) embeddings of one layer.
        side: (n,) 0 or 1. emotion, person: (n,) names; the same person has the same name on both sides.
        category: (f,) category of each feature.

    Returns: one row per emotion that both sides have x set of features: `features` is "all" (category ""), "only" the
        category or "without" it. share with low, high; squared_distance D(d) with low, high; squared_distance_left
        D(r). Intervals: delete-one-speaker jackknife over the speakers who count for the emotion, slopes fitted anew
        without the speaker (penalties held), Student's t. share, low and high are NaN, with a note, where
        squared_distance_low is not above 0: a share of nothing says nothing. At 8 speakers the intervals of the share
        cover 0.94 to 0.98 in simulations (0.90 where most studies have no share and the lucky ones are judged; less
        where the features shift along directions that hardly vary within groups). within_r2 is the part of the variance
        within groups that the slopes explain in left-out speakers (of the whole study), penalty the middle one of
        those chosen.
    Raises: ValueError for values that are not finite, or clips of one side only.
    """
    acoustic, embedded = np.asarray(features, dtype=np.float64), np.asarray(vectors, dtype=np.float64)
    sides, emotions, persons = np.asarray(side), np.asarray(emotion), np.asarray(person)
    found = m.moves(np.hstack([acoustic, embedded]), sides, emotions, persons)
    acoustic_moves, moved = np.split(found.values, [acoustic.shape[1]], axis=2)
    sums, sets = within(acoustic, embedded, sides, emotions, persons), feature_sets(category)
    deletions = [None, *range(len(found.people))]
    distance = np.array([_lengths(found, moved, without) for without in deletions])
    errors = left_out_errors(sums, list(sets.values()))
    rows = []
    for (which, kind), members, error in zip(sets, sets.values(), errors, strict=True):
        part, chosen = sums.of(members), PENALTIES[error.argmin(axis=1)]
        left = np.empty_like(distance)
        for row, without in enumerate(deletions):
            shift = _from_the_middle(found, acoustic_moves[:, :, members], without)
            left[row] = _lengths(found, moved - predicted(part, chosen, shift, without), without)
        about = {"features": which, "category": kind, "penalty": np.median(chosen)}
        about["within_r2"] = within_r2(part, chosen)
        rows += [about | _share(found, place, distance, left, part, level) for place in range(len(found.emotions))]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("emotion", kind="stable", ignore_index=True)


def feature_sets(category: Sequence[str]) -> dict[tuple[str, str], Codes]:
    """Numbers of the features in ("all", ""), ("only", category) and, of several categories, ("without", category)."""
    kind = np.asarray(category)
    sets = {("all", ""): np.arange(len(kind))}
    names = sorted(set(category))
    sets |= {("only", one): np.flatnonzero(kind == one) for one in names}
    if len(names) > 1:
        sets |= {("without", one): np.flatnonzero(kind != one) for one in names}
    return sets


def within(features: Floats, vectors: Floats, side: m.Names, emotion: m.Names, person: m.Names) -> Within:
    """Sums of products per person (sorted by name) of clips centred within (side, emotion, person)."""
    codes = [np.unique(names, return_inverse=True)[1] for names in (side, emotion, person)]
    _, cells = np.unique(np.stack(codes), axis=1, return_inverse=True)
    both, sizes = np.hstack([features, vectors]), np.bincount(cells)
    means = np.zeros((len(sizes), both.shape[1]))
    np.add.at(means, cells, both)
    centred = both - (means / sizes[:, None])[cells]
    x, y = np.split(centred, [features.shape[1]], axis=1)
    rows = [np.flatnonzero(codes[2] == one) for one in range(codes[2].max() + 1)]
    return Within(
        np.array([x[one].T @ x[one] for one in rows]),
        np.array([x[one].T @ y[one] for one in rows]),
        np.array([(y[one] ** 2).sum() for one in rows]),
    )


def left_out_errors(sums: Within, sets: Sequence[Codes]) -> Floats:
    """Errors by which the penalty of each person's slopes is chosen.

    Entry (set, a, penalty) is the squared error over the clips of all others b, each predicted by ridge slopes from
    the clips of everybody but a and b. One eigendecomposition serves a pair {a, b} and all penalties; the width of
    the embedding drops out of all but the products of the cross sums.

    Returns: (sets, p, penalties).
    """
    gram, cross, square = sums
    total_gram, total = gram.sum(axis=0), cross.sum(axis=0)
    with_total = cross @ total.T  # (p, f, f), H_a H' for the cross sums H_a of each and H of all
    with_self = cross @ cross.transpose(0, 2, 1)
    errors = np.zeros((len(sets), len(gram), len(PENALTIES)))
    for a in range(len(gram) - 1):
        b = np.arange(a + 1, len(gram))
        between = cross[a] @ cross[b].transpose(0, 2, 1)
        taken = with_total[a] + with_total[b] - between
        rest = total @ total.T - taken - taken.transpose(0, 2, 1) + with_self[a] + with_self[b]  # of H - H_a - H_b
        onto_a = with_total[a].T - with_self[a] - between.transpose(0, 2, 1)  # (H - H_a - H_b) H_a'
        onto_b = with_total[b].transpose(0, 2, 1) - between - with_self[b]
        for one, members in enumerate(sets):
            block = (..., members[:, None], members)
            values, axes = np.linalg.eigh((total_gram - gram[a] - gram[b])[block])
            shrink = 1 / (np.maximum(values, 0)[:, None] + PENALTIES[:, None])  # (b, penalties, axes)
            spread = _turned(rest[block], axes)
            on_b = _errors(shrink, axes, spread, onto_b[block], gram[b][block], square[b])
            on_a = _errors(shrink, axes, spread, onto_a[block], gram[a][block], square[a])
            errors[one, a] += on_b.sum(axis=0)
            errors[one, b] += on_a
    return errors


def _errors(shrink: Floats, axes: Floats, spread: Floats, onto: Floats, gram: Floats, square: npt.ArrayLike) -> Floats:
    """Squared errors (pairs, penalties) |Y|^2 - 2 tr B'X'Y + tr B'X'X B of slopes with B = axes shrink axes' H.

    Args:
        spread: axes' H H' axes. onto: H Y'X, X and Y the clips left out. gram: X'X. square: |Y|^2.
    """
    agreement = (axes * (onto @ axes)).sum(axis=-2)
    length = ((shrink @ (spread * _turned(gram, axes))) * shrink).sum(axis=-1)
    return np.asarray(np.asarray(square)[..., None] - 2 * (shrink @ agreement[..., None])[..., 0] + length)


def _turned(matrix: Floats, axes: Floats) -> Floats:
    return np.asarray(axes.swapaxes(-1, -2) @ matrix @ axes)


def predicted(sums: Within, penalties: Floats, shift: Floats, without: int | None = None) -> Floats:
    """What the acoustic moves (p, E, f) predict in the embedding, (p, E, d), by ridge slopes.

    The slopes of each person come from everybody else's clips, with the person's penalty (p,), and without the clips
    of person `without` as well.
    """
    gram, cross, _ = sums
    if without is not None:
        gram, cross = gram.copy(), cross.copy()
        gram[without], cross[without] = 0.0, 0.0
    rest, total = gram.sum(axis=0), cross.sum(axis=0)
    left = rest - gram + penalties[:, None, None] * np.eye(len(rest))
    weights = np.linalg.solve(left, shift.transpose(0, 2, 1)).transpose(0, 2, 1)
    return np.asarray(weights @ total - weights @ cross)


def within_r2(sums: Within, penalties: Floats) -> float:
    """Part of the variance within groups that slopes explain in the speaker whom they never saw; NaN without any."""
    gram, cross, square = sums
    left = gram.sum(axis=0) - gram + penalties[:, None, None] * np.eye(gram.shape[1])
    slopes = np.linalg.solve(left, cross.sum(axis=0) - cross)
    explained = 2 * (slopes * cross).sum() - (slopes * (gram @ slopes)).sum()
    return float(explained / square.sum()) if square.sum() > 0 else float("nan")


def _from_the_middle(found: m.Moves, shift: Floats, without: int | None) -> Floats:
    """Acoustic moves as they enter the prediction; unpaired, means on a side are taken from the middle of both sides.

    Slopes differ a little from person to person, so that a level common to both sides would not cancel.
    """
    if found.paired:
        return shift
    counts = _counts(found, without)
    middle = np.zeros(shift.shape[1:])
    for side in (found.second, ~found.second):
        of_side = counts & side[:, None]
        middle += (shift * of_side[:, :, None]).sum(axis=0) / np.maximum(of_side.sum(axis=0), 1)[:, None] / 2
    return (shift - middle) * found.counts[:, :, None]


def _lengths(found: m.Moves, moved: Floats, without: int | None) -> Floats:
    """Unbiased squared length (E,) of the mean of moves (p, E, d) over the people who count, without one of them."""
    kept = found._replace(counts=_counts(found, without))
    return np.array([m.squared_length(kept.groups(moved[:, e], e)) for e in range(len(found.emotions))])


def _counts(found: m.Moves, without: int | None) -> m.Flags:
    counts = found.counts.copy()
    if without is not None:
        counts[without] = False
    return counts


def _share(found: m.Moves, place: int, distance: Floats, left: Floats, part: Within, level: float) -> dict[str, object]:
    """One row: lengths (1 + p, E) before and after, the first row of everybody, the others without one person each."""
    groups = found.groups(1 + np.arange(len(found.people)), place)
    sizes = [len(group) for group in groups]
    whole, rest = distance[:, place], left[:, place]
    low, high = m.jackknife_interval(whole[0], [whole[group] for group in groups], level)
    row: dict[str, object] = {
        "emotion": found.emotions[place],
        "squared_distance": whole[0],
        "squared_distance_low": low,
        "squared_distance_high": high,
        "squared_distance_left": rest[0],
        "n_speakers": sum(sizes),
        "design": "paired" if found.paired else "unpaired",
    }
    notes, share, ends = [note_on(found, place, sizes)], np.nan, (np.nan, np.nan)
    if not part.gram.any():
        notes.append("no slopes: these features do not vary within any speaker, emotion and dataset")
    elif not low > 0:
        notes.append(f"no share: the squared distance is not clearly above 0 ({low:.3g} to {high:.3g})")
    else:
        shares = 1 - rest / whole
        share, ends = shares[0], m.jackknife_interval(shares[0], [shares[group] for group in groups], level)
    note = "; ".join(note for note in notes if note)
    return row | {"share": share, "low": ends[0], "high": ends[1], "note": note}
