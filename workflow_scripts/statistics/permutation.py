"""Chance by permutation of labels within speaker, and sign flips over speakers.

The two answer different questions. A permutation within speaker asks whether predictions and labels are
related at all in *these* speakers. Sign flips over speakers ask whether a difference holds in new speakers;
with few speakers they cannot reach significance, whatever the data (smallest two-sided p 2^(1-m)).

Permuted labels against fixed predictions vary too little. In cross-validation the labels of one fold train the
probes of the others, so the departures of the folds from chance go together: where test and training labels meet in
pairs (scores linear in the training labels) the variance of their sum is exactly twice that of fixed predictions;
votes of several training clips add to it. Every permutation test here therefore takes VARIANCE_FACTOR times the
variance of fixed predictions. Measured one-sided at nominal 5 %, ridge on noise and on clips
alike in 8 groups: 1 to 3 % by permutation (fixed: 5 to 10 %; 4 and 6 speakers, 1000 tables per shape) and 1 to 4 % by
the normal tail (fixed: 6 to 13 %; 4 to 24 speakers, 4500 tables per shape). More in `null_runs`.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from workflow_scripts.statistics import metrics

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

TIE = 1e-12  # scores closer than this count as equal
VARIANCE_FACTOR = 2.5  # of scores under chance, over that with the predictions held fixed (see above)


def permuted_tables(tables: npt.ArrayLike, draws: int, rng: np.random.Generator) -> Codes:
    """Pooled confusion counts under permutation of the true labels within speaker.

    Permuting labels keeps a speaker's row and column sums and nothing else, so a permuted table is a draw of a
    random table with these sums; no clip has to be touched. (Any unit in place of speakers will do.)

    Args:
        tables: counts per speaker (m, K, K) of the fixed predictions.
        draws: B.

    Returns: (B, K, K) counts summed over speakers.
    Source: Patefield 1981 (cell by cell from the conditional hypergeometric law). scipy.stats.random_table draws the
        same; importing scipy.stats costs every probe 0.9 CPU s, more than a small probe itself.
    """
    counts = np.asarray(tables, dtype=np.int64)
    pooled = np.zeros((draws, *counts.shape[1:]), dtype=np.int64)
    for table in counts:
        rows, columns = np.flatnonzero(table.sum(axis=1)), np.flatnonzero(table.sum(axis=0))
        if len(rows):  # within melodies most rows and columns of a speaker are empty
            drawn = _random_tables(table.sum(axis=1)[rows], table.sum(axis=0)[columns], draws, rng)
            pooled[:, rows[:, None], columns] += drawn
    return pooled


def _random_tables(rows: Codes, columns: Codes, draws: int, rng: np.random.Generator) -> Codes:
    """Tables (B, K, K) with row sums `rows` and column sums `columns`, as permuted labels give them."""
    drawn = np.zeros((draws, len(rows), len(columns)), dtype=np.int64)
    left = np.tile(columns, (draws, 1))
    for row in range(len(rows) - 1):
        wanted, others = np.full(draws, rows[row]), left.sum(axis=1)
        for column in range(len(columns)):
            others -= left[:, column]
            drawn[:, row, column] = rng.hypergeometric(left[:, column], others, wanted)
            wanted -= drawn[:, row, column]
        left -= drawn[:, row]
    drawn[:, -1] = left
    return drawn


def permuted_labels(speaker: npt.ArrayLike, true: npt.ArrayLike, draws: int, rng: np.random.Generator) -> Codes:
    """True labels permuted within speaker, clip by clip: (B, n) for codes `speaker` and `true` of shape (n,).

    Needed where one clip is predicted more than once (several draws of `paper1`) and has to keep one label.
    """
    speakers, labels = np.asarray(speaker), np.asarray(true, dtype=np.int64)
    permuted = np.empty((draws, len(labels)), dtype=np.int64)
    for one in np.unique(speakers):
        where = np.flatnonzero(speakers == one)
        permuted[:, where] = rng.permuted(np.broadcast_to(labels[where], (draws, len(where))), axis=1)
    return permuted


def expected_table(table: npt.ArrayLike) -> Floats:
    """Mean of a speaker's table (..., K, K) over all permutations of the labels: rows x columns / clips.

    WA and UAR of the sum over speakers are then their exact chance, since both are linear in the counts.
    """
    counts = np.asarray(table, dtype=np.float64)
    rows, columns = counts.sum(axis=-1, keepdims=True), counts.sum(axis=-2, keepdims=True)
    return np.asarray(rows * columns / np.maximum(counts.sum(axis=(-2, -1), keepdims=True), 1.0))


def chance_of_uar(tables: npt.ArrayLike) -> tuple[float, float]:
    """Exact mean and standard deviation of UAR over all permutations of the labels within speaker.

    The predictions stay as they are; a test multiplies the variance by VARIANCE_FACTOR.

    Args:
        tables: counts per speaker (m, K, K).

    Source: Hoeffding 1951 (combinatorial central limit theorem), which also makes sums of these nearly normal.
    """
    counts = np.asarray(tables, dtype=np.float64)
    rows, columns = counts.sum(axis=-1), counts.sum(axis=-2)
    clips = rows.sum(axis=-1)
    totals = rows.sum(axis=0)
    # Every hit of emotion k adds 1 / (emotions present x clips of k).
    weights = np.divide(1.0, totals * np.count_nonzero(totals), out=np.zeros_like(totals), where=totals > 0)
    mean, variance = 0.0, 0.0
    for row, column, n in zip(rows, columns, clips, strict=True):
        if n == 0:
            continue
        gain = np.diag(weights)
        mean += float(row @ gain @ column) / n
        if n > 1:
            centred = gain - (gain @ column / n)[:, None] - row @ gain / n + row @ gain @ column / n**2
            variance += float(row @ centred**2 @ column) / (n - 1)
    return mean, float(np.sqrt(variance))


def widened(null: npt.ArrayLike) -> Floats:
    """Scores (B,) of permuted labels spread about their mean to VARIANCE_FACTOR times their variance; NaN stay NaN.

    Without it `p_value` is conditional on the predictions, which were trained with the labels it permutes.
    """
    draws = np.asarray(null, dtype=np.float64)
    centre = metrics.mean_of_present(draws)
    return np.asarray(centre + np.sqrt(VARIANCE_FACTOR) * (draws - centre))


def p_value(observed: float, null: npt.ArrayLike) -> float:
    """One-sided p, (1 + #{null >= observed}) / (B + 1); NaN if the observed score is undefined.

    Draws without a score (NaN) count as reaching the observed one. Source: Phipson & Smyth 2010.
    """
    draws = np.asarray(null, dtype=np.float64)
    if np.isnan(observed):
        return float("nan")
    reached = np.count_nonzero(~(draws < observed - TIE))
    return (1 + reached) / (len(draws) + 1)


def smallest_p(tables: npt.ArrayLike, draws: int) -> float:
    """Smallest p that B permutations within speaker can give: 1 / (B + 1), or more if there are few arrangements.

    `tables` are counts per speaker (m, K, K). With N distinct arrangements of the labels no p is below 1 / N.
    """
    rows = np.asarray(tables, dtype=np.float64).sum(axis=-1)
    log_count = (special.gammaln(rows.sum(axis=-1) + 1) - special.gammaln(rows + 1).sum(axis=-1)).sum()
    return max(1 / (draws + 1), float(np.exp(-log_count)))


class SignFlips(NamedTuple):
    """Result of a sign-flip test over speakers."""

    p: float
    p_smallest: float
    exact: bool
    n_speakers: int


def sign_patterns(n_speakers: int, draws: int, rng: np.random.Generator) -> tuple[Floats, bool]:
    """Sign flips (patterns, m) and whether they are all 2^m of them (exact) or `draws` random ones.

    All are used if 2^m <= draws. Random ones leave the observed pattern out; add it when counting.
    """
    if 2**n_speakers <= draws:
        return _every_pattern(n_speakers), True
    return np.asarray(rng.integers(0, 2, size=(draws, n_speakers)) * 2.0 - 1.0), False


@lru_cache(maxsize=2)
def _every_pattern(n_speakers: int) -> Floats:
    """All sign flips, not to be written to: a table of comparisons asks for the same hundreds of times."""
    bits = (np.arange(2**n_speakers)[:, None] >> np.arange(n_speakers)) & 1
    patterns = np.asarray(1.0 - 2.0 * bits)
    patterns.flags.writeable = False
    return patterns


def smallest_flip_p(n_speakers: int, draws: int) -> float:
    """Smallest two-sided p of sign flips over m speakers: 2^(1-m) exact, 1 / (draws + 1) by random flips."""
    return min(1.0, 2.0 ** (1 - n_speakers)) if 2**n_speakers <= draws else 1 / (draws + 1)


def sign_flip_test(differences: npt.ArrayLike, rng: np.random.Generator, draws: int = 9999) -> SignFlips:
    """Two-sided test that per-speaker differences are symmetric about 0, by flips of their signs.

    Args:
        differences: (m,) one value per speaker, averaged over seeds and draws within speaker first.
        draws: exact if 2^m <= draws, else this many random flips.

    Raises: ValueError for no speakers or NaN.
    """
    values = np.asarray(differences, dtype=np.float64)
    if not len(values) or np.isnan(values).any():
        raise ValueError("one number per speaker is needed, without gaps")
    signs, exact = sign_patterns(len(values), draws, rng)
    reached = int(np.count_nonzero(np.abs(signs @ values) >= abs(values.sum()) - TIE * len(values)))
    p = reached / len(signs) if exact else (1 + reached) / (draws + 1)
    return SignFlips(p, smallest_flip_p(len(values), draws), exact, len(values))


def flips_note(n_speakers: int, draws: int = 9999, alpha: float = 0.05) -> str:
    """Plain words for a table where the number of speakers cannot reach significance; "" where it can."""
    smallest = smallest_flip_p(n_speakers, draws)
    if smallest < alpha:
        return ""
    speakers = f"{n_speakers} speaker" + ("s" if n_speakers != 1 else "")
    return f"{speakers}: no comparison over speakers can reach p < {alpha:g} (smallest p {smallest:.4g})"
