"""From p to words: correction over families of comparisons, and what may be said of a row."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.statistics.corrections import holm

F64 = npt.NDArray[np.float64]
LEVEL = 0.05
NOT_TOLD, CANNOT = "not told apart", "cannot be told with"


def corrected(table: pd.DataFrame, families: "pd.Series[str]") -> pd.DataFrame:
    """The table with p_adjusted, family (in words) and smallest_p_adjusted.

    Args:
        table: columns p and smallest_p.
        families: name of the family of each row; Holm over the rows of a family that have a p.
    """
    done = table.assign(p_adjusted=np.nan, smallest_p_adjusted=np.nan, family="")
    for name, rows in table.groupby(families, sort=False):
        p, smallest = rows["p"].to_numpy(dtype=float), rows["smallest_p"].to_numpy(dtype=float)
        tested = int(np.count_nonzero(~np.isnan(p)))
        done.loc[rows.index, "p_adjusted"] = holm(p)
        done.loc[rows.index, "smallest_p_adjusted"] = _reachable(p, smallest)
        done.loc[rows.index, "family"] = f"{name}: Holm over {tested}"
    return done


def _reachable(p: F64, smallest: F64) -> F64:
    """Adjusted p of each row if its p were the smallest there can be, all others as they are."""
    found = np.full(len(p), np.nan)
    for row in np.flatnonzero(~np.isnan(p)):
        found[row] = holm(np.where(np.arange(len(p)) == row, smallest, p))[row]
    return found


def side(difference: float, p_adjusted: float) -> int:
    """1: above 0 after the correction; -1: below; 0: neither."""
    return int(np.sign(difference)) if p_adjusted <= LEVEL else 0


def verdict(words: Sequence[str], difference: float, p_adjusted: float, reachable: tuple[float, float], n: str) -> str:
    """What may be said of a difference.

    Args:
        words: for above 0 and for below 0.
        difference, p_adjusted: of the row.
        reachable: the smallest p that there can be, and what the correction would leave of it.
        n: the units in words, such as "6 speakers".
    """
    if np.isnan(difference) or np.isnan(p_adjusted):
        return f"{CANNOT} {n}"
    told = side(difference, p_adjusted)
    if told:
        return words[0] if told > 0 else words[1]
    if reachable[0] >= LEVEL:
        return f"{CANNOT} {n}"
    if reachable[1] >= LEVEL:
        return f"{CANNOT} {n} over so many comparisons"
    return NOT_TOLD


def count(number: float, word: str) -> str:
    """'1 speaker', '6 speakers'."""
    return f"{int(number)} {word}{'' if int(number) == 1 else 's'}"
