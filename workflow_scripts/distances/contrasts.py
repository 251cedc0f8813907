"""Is one emotion closer than another? Differences of distances over speakers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from workflow_scripts.statistics import jackknife
from workflow_scripts.statistics.all_pairs import all_pairs
from workflow_scripts.statistics.corrections import holm
from workflow_scripts.statistics.permutation import flips_note

F64 = npt.NDArray[np.float64]


def influences(values: "pd.Series[float]", left_out: pd.DataFrame) -> pd.DataFrame:
    """How much each speaker raises each distance, by the jackknife: rows speakers, columns emotions, sums 0.

    A speaker without clips of an emotion does not move it; that emotion's other speakers then count for all of them,
    so that the standard error from all rows is that of its own speakers.

    Args:
        values: distance by emotion.
        left_out: distances without each speaker; index speakers (of one side, or of both), columns emotions, NaN
            where a speaker is not among an emotion's.
    """
    table = left_out[values.index].to_numpy(dtype=np.float64)
    m, few = len(table), (~np.isnan(table)).sum(axis=0)
    raised = (few - 1) * (np.nanmean(table, axis=0) - table) * np.sqrt(m * (m - 1) / (few * (few - 1)))
    return pd.DataFrame(np.nan_to_num(raised), index=left_out.index, columns=values.index)


def by_side(values: "pd.Series[float]", left_out: pd.DataFrame) -> list[pd.DataFrame]:
    """`influences` of paired speakers, or of each dataset's own; left_out as in `contrasts`."""
    datasets = left_out.index.get_level_values("dataset")
    return [influences(values, left_out[datasets == dataset]) for dataset in dict.fromkeys(datasets)]


def half_widths(moves: Sequence[F64], level: float = 0.95) -> F64:
    """Half of the interval of each column of `influences`, by side."""
    return jackknife.reach(_parts(moves), [len(move) for move in moves], level)


def _parts(moves: Sequence[F64]) -> list[F64]:
    """What each side adds to the variance."""
    return [move.var(axis=0, ddof=1) / len(move) for move in moves]


def contrasts(
    values: "pd.Series[float]", left_out: pd.DataFrame, rng: np.random.Generator, *, level: float = 0.95
) -> pd.DataFrame:
    """Every pair of emotions: difference of their distances, interval, p and p corrected over the pairs.

    Paired speakers: the difference plus its jackknife influences is one number per speaker, tested by sign flips, the
    largest |t| over the pairs correcting for their number; interval by Student's t. Speakers of either dataset alone
    cannot be flipped: Welch's t on the two-sample jackknife standard error, corrected by Holm.

    Args:
        values: distance by emotion.
        left_out: distances without each speaker, columns emotions; index (dataset, person), dataset "" where paired.
        rng: source of the flips.

    Returns: emotion, against, difference, low, high, p, p_adjusted, p_smallest, n_speakers, method, note.
    """
    emotions = list(values.index)
    moves = [side.to_numpy() for side in by_side(values, left_out)]
    point = values.to_numpy(dtype=np.float64)
    first, second = np.triu_indices(len(emotions), 1)
    difference = point[first] - point[second]
    apart = [move[:, first] - move[:, second] for move in moves]
    half = half_widths(apart, level)
    rows: dict[str, Any] = {
        "emotion": [emotions[index] for index in first],
        "against": [emotions[index] for index in second],
        "difference": difference,
        "low": difference - half,
        "high": difference + half,
        "n_speakers": sum(map(len, moves)),
    }
    if len(moves) == 1:
        tested = all_pairs(point + moves[0], rng)
        words = "jackknife t; sign flips over speakers, largest |t| over pairs of emotions"
        rows |= {"p": tested.p, "p_adjusted": tested.p_adjusted, "p_smallest": tested.p_smallest, "method": words}
        return pd.DataFrame(rows).assign(note=flips_note(len(moves[0])))
    error, degrees = jackknife.standard_error(_parts(apart), [len(move) for move in moves])
    p = 2 * special.stdtr(degrees, -np.abs(np.divide(difference, error, out=np.zeros_like(error), where=error > 0)))
    words = "two-sample jackknife t, Holm over pairs of emotions"
    note = "the datasets share no speakers: no exact test"
    return pd.DataFrame({**rows, "p": p, "p_adjusted": holm(p), "p_smallest": np.nan, "method": words, "note": note})
