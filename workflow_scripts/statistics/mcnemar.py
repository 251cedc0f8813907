"""Paired comparison over the same test clips: McNemar's exact test, and the interval of the difference.

Clips as units speak of new clips of the same speakers only.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

Bools = npt.NDArray[np.bool_]
ADDED = 0.5  # to each of the four cells (Agresti & Min)


class PairedShares(NamedTuple):
    """Share of right clips of one less that of the other; all numbers of clips are means over draws."""

    difference: float
    low: float
    high: float
    error: float
    p: float
    p_smallest: float
    only_one: float
    only_other: float
    n_clips: int


def paired_shares(draws: Sequence[tuple[Bools, Bools]], level: float = 0.95) -> PairedShares:
    """Compare two classifiers by the clips that both were tested on.

    Args:
        draws: for every draw of test clips which of them the one and the other has right, both (n,).
        level: nominal coverage.

    Returns: the mean difference over draws. Draws share clips and training clips, so that they do not count as more
        data: the interval is the one that a single draw of this size has, placed at the mean, and p is twice the
        median of the exact p over draws, which no dependence between them makes too small; of one draw its own.
    Raises: ValueError for no draw, or a draw without clips.
    Source: McNemar 1947; Agresti & Min 2005 (interval, half a clip added to each cell); Meinshausen, Meier &
        Buehlmann 2009 (median of p).
    """
    if not draws or any(len(one) == 0 or len(one) != len(other) for one, other in draws):
        raise ValueError("each draw needs clips that both were tested on")
    only_one = np.array([np.count_nonzero(one & ~other) for one, other in draws])
    only_other = np.array([np.count_nonzero(other & ~one) for one, other in draws])
    sizes = np.array([len(one) for one, _ in draws])
    difference = float(((only_one - only_other) / sizes).mean())
    n = float(sizes.mean())
    b, c, total = only_one.mean() + ADDED, only_other.mean() + ADDED, n + 4 * ADDED
    error = float(np.sqrt(b + c - (b - c) ** 2 / total) / total)
    reach = float(special.ndtri((1 + level) / 2)) * error
    centre = float((b - c) / total)
    return PairedShares(
        difference,
        max(centre - reach, -1.0),
        min(centre + reach, 1.0),
        error,
        _of_draws([exact_p(int(x), int(y)) for x, y in zip(only_one, only_other, strict=True)]),
        _of_draws([exact_p(int(x), 0) for x in only_one + only_other]),
        float(only_one.mean()),
        float(only_other.mean()),
        round(n),
    )


def exact_p(only_one: int, only_other: int) -> float:
    """Two-sided p of McNemar's test: clips that only one has right are as likely to be the one's as the other's."""
    n = only_one + only_other
    return min(1.0, 2 * float(special.bdtr(min(only_one, only_other), n, 0.5))) if n else 1.0


def _of_draws(ps: list[float]) -> float:
    return ps[0] if len(ps) == 1 else min(1.0, 2 * float(np.median(ps)))
