"""Which acoustic features differ between two datasets, emotion by emotion, and by how much.

The unit is the speaker: a shift is the mean over speakers of what the speaker's mean moves (see `moves`).
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from workflow_scripts.distances import moves as m
from workflow_scripts.statistics import corrections, jackknife, permutation

Floats = npt.NDArray[np.float64]

COLUMNS = [
    *["emotion", "category", "feature", "shift", "low", "high"],
    *["p", "p_adjusted", "p_smallest", "n_speakers", "design", "note"],
]


def shifts(
    features: npt.ArrayLike,
    side: npt.ArrayLike,
    emotion: npt.ArrayLike,
    person: npt.ArrayLike,
    names: Sequence[str],
    category: Sequence[str],
    seed: int,
    *,
    draws: int = 9999,
    level: float = 0.95,
) -> pd.DataFrame:
    """Shift of every feature and of every category from side 0 to side 1, per emotion that both sides have.

    Adding an emotion changes no other emotion's rows, nor does the order of the clips (flips restart from the seed).

    Args:
        features: (n, f) scaled, one row a clip of either dataset. Shifts are in their unit: for rank-to-normal scores
            over the clips of both datasets, standard deviations over all these clips (not within emotion or speaker).
        side: (n,) 0 or 1. emotion, person: (n,) names; the same person has the same name on both sides.
        names, category: (f,) name and category of each feature.
        seed: of the random sign flips (exact and without draws where 2^speakers <= draws).

    Returns: one row per emotion x feature and, with feature "", per emotion x category.
        Feature: shift = mean over speakers of (mean on side 1 - mean on side 0), t interval over speakers, two-sided p
        by sign flips over speakers, Benjamini-Hochberg over the features of the emotion. Where no person is on both
        sides (design "unpaired"): difference of the means over speakers, interval and p by Welch's t.
        Category: root mean square shift of its features from the squared shifts that are unbiased in the number of
        speakers (`moves.squared_length`), root with sign: about 0, also below, where nothing shifts. Its interval is
        the delete-one-speaker jackknife's of the mean square, its ends under the same root (the root itself has no
        slope at 0). No p.
        p_smallest is the smallest p that the speakers allow, NaN for a t test, which has none. NaN with a note where
        speakers are too few. n_speakers counts both sides' if unpaired.
    Raises: ValueError for values that are not finite, or clips of one side only.
    """
    scores, kind = np.asarray(features, dtype=np.float64), np.asarray(category)
    found = m.moves(scores, np.asarray(side), np.asarray(emotion), np.asarray(person))
    rows = []
    for place, one in enumerate(found.emotions):
        groups = found.groups(found.values[:, place], place)
        sizes = [len(group) for group in groups]
        about = {"emotion": one, "n_speakers": sum(sizes), "design": "paired" if found.paired else "unpaired"}
        shift, low, high, p, smallest = _per_feature(groups, seed, draws, level)
        adjusted = corrections.benjamini_hochberg(p)
        note = "; ".join(
            filter(None, [note_on(found, place, sizes), _reach_note(sizes[0], len(names), smallest, draws)])
        )
        for j, name in enumerate(names):
            row = {"category": kind[j], "feature": name, "shift": shift[j], "low": low[j], "high": high[j]}
            rows.append(about | row | {"p": p[j], "p_adjusted": adjusted[j], "p_smallest": smallest, "note": note})
        for which in sorted(set(category)):
            value, ends = _of_category([group[:, kind == which] for group in groups], level)
            row = {"category": which, "feature": "", "shift": value, "low": ends[0], "high": ends[1]}
            rows.append(about | row | {"note": note_on(found, place, sizes)})
    return pd.DataFrame(rows, columns=COLUMNS)


def note_on(found: m.Moves, emotion: int, sizes: list[int]) -> str:
    """Plain words on who counts for an emotion; "" where all is well."""
    notes = [] if found.paired else [f"nobody is in both datasets: {sizes[0]} and {sizes[1]} speakers, unpaired"]
    if left_out := int(found.left_out[emotion]):
        notes.append(f"left out, with clips of this emotion in one dataset only: {left_out}")
    if min(sizes) < 2:
        notes.append("too few speakers for an interval")
    return "; ".join(notes)


def _reach_note(n_speakers: int, n_features: int, smallest: float, draws: int) -> str:
    """Where so few speakers flip signs that no p, or no adjusted p of a few features, can be below 0.05."""
    if np.isnan(smallest):
        return ""
    at_floor = math.ceil(smallest * n_features / 0.05 - 1e-9)
    if smallest >= 0.05 or at_floor < 2:
        return permutation.flips_note(n_speakers, draws)
    return f"{n_speakers} speakers: no p_adjusted is below 0.05 unless {at_floor} features reach the smallest p"


def _per_feature(
    groups: list[Floats], seed: int, draws: int, level: float
) -> tuple[Floats, Floats, Floats, Floats, float]:
    """Shift, low, high and p of each feature, and the smallest p, from one group of moves or two of means."""
    sizes, nothing = [len(group) for group in groups], np.full(groups[0].shape[1], np.nan)
    if not min(sizes):
        return nothing, nothing, nothing, nothing, float("nan")
    means = [group.mean(axis=0) for group in groups]
    shift = means[-1] - means[0] if len(groups) == 2 else means[0]
    low, high, p, smallest = nothing, nothing, nothing, float("nan")
    if min(sizes) > 1:
        parts = [group.var(axis=0, ddof=1) / len(group) for group in groups]
        se, degrees = jackknife.standard_error(parts, sizes)
        reach = special.stdtrit(degrees, (1 + level) / 2) * se
        low, high = shift - reach, shift + reach
        if len(groups) == 2:
            t = np.divide(np.abs(shift), se, out=np.where(shift == 0, 0.0, np.inf), where=se > 0)
            p = 2 * special.stdtr(degrees, -t)
    if len(groups) == 1:
        flips = [permutation.sign_flip_test(one, np.random.default_rng(seed), draws) for one in np.transpose(groups[0])]
        p, smallest = np.array([one.p for one in flips]), flips[0].p_smallest
    return shift, low, high, p, smallest


def _of_category(groups: list[Floats], level: float) -> tuple[float, tuple[float, float]]:
    """Signed root of the mean square shift over the features (columns) of a category, with its interval."""
    width = groups[0].shape[1]
    square = m.squared_length(groups) / width
    without = [
        np.array([m.squared_length([*groups[:g], np.delete(group, a, axis=0), *groups[g + 1 :]]) for a in speakers])
        / width
        for g, group in enumerate(groups)
        for speakers in [range(len(group))]
    ]
    low, high = m.jackknife_interval(square, without, level)
    return _signed_root(square), (_signed_root(low), _signed_root(high))


def _signed_root(value: float) -> float:
    return float(np.sign(value) * np.sqrt(abs(value)))
