"""How far the dimensions that matter most are the same ones when other speakers of the corpus are heard.

Half-samples share clips and the corpus, so the index and its interval are conditional on its speakers; the index of
labels permuted within speaker, ranked in the same halves, shows how much of it needs no emotion at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from workflow_scripts.explanation.logistic import solve
from workflow_scripts.explanation.training_parts import all_dimensions, parts_of, ranked
from workflow_scripts.statistics.permutation import permuted_labels

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

FEWEST_SETS = 25  # below, the interval covers too seldom (0.87 at 10 sets, 0.69 at 5, where it says 0.95)
RANKINGS = ("top", "permuted", "random")
UNDEFINED = (float("nan"),) * 3


@dataclass(frozen=True)
class Stability:
    """Nogueira's index of the top k of a ranking over `sets` half-samples, NaN where these are below FEWEST_SETS."""

    k: int
    ranking: str
    value: float
    low: float
    high: float
    sets: int


def nogueira(chosen: Flags, level: float = 0.95) -> tuple[float, float, float]:
    """Nogueira's stability of M sets over d dimensions, and its interval by the normal law: (value, low, high).

    1 for equal sets, 0 on average for random ones, at least -1 / (M - 1). NaN where it is not defined: fewer than two
    sets, or only empty or only full ones.

    Args:
        chosen: (M, d) whether a set has a dimension.
        level: coverage of the interval, for independent sets.

    Source: Nogueira, Sechidis & Brown 2018 (JMLR 18(174)), definition 4 and theorem 7.
    """
    (m, d), z = chosen.shape, chosen.astype(np.float64)
    if m < 2 or chosen.all() or not chosen.any():
        return UNDEFINED
    share, size = z.mean(axis=0), z.sum(axis=1) / d
    mean_size = size.mean()
    by_chance = mean_size * (1 - mean_size)
    value = 1 - m / (m - 1) * (share * (1 - share)).mean() / by_chance
    own = z @ share / d - size * mean_size + value / 2 * (2 * size * mean_size - size - mean_size + 1)
    error = 2 / m * np.sqrt(((own - own.mean()) ** 2).sum()) / by_chance
    reach = special.ndtri((1 + level) / 2) * error
    return float(value), float(value - reach), float(value + reach)


def half_samples(speakers: npt.NDArray[Any], number: int, seed: int) -> Flags:
    """Clips (sets, clips) of distinct halves of the m speakers, m // 2 of them in each.

    All comb(m, m // 2) of them where these are not more than `number`, else so many random ones. None for one speaker.
    """
    names = np.unique(speakers)
    size = len(names) // 2
    if not size:
        return np.zeros((0, len(speakers)), bool)
    halves: dict[tuple[int, ...], None] = {}  # a set that keeps the order of the draws
    if comb(len(names), size) <= number:
        halves = dict.fromkeys(combinations(range(len(names)), size))
    rng = np.random.default_rng(seed)
    while len(halves) < min(number, comb(len(names), size)):
        halves[tuple(np.sort(rng.permutation(len(names))[:size]).tolist())] = None
    return np.array([np.isin(speakers, names[list(half)]) for half in halves])


def stability_of_rankings(
    x: F64, positive: Flags, speakers: npt.NDArray[Any], halves: Flags, ks: Sequence[int], C: float, seed: int
) -> list[Stability]:
    """Rank all dimensions in every half and compare the top k, for every k and each of RANKINGS.

    `permuted` ranks by one permutation of the labels within speaker, the same in all halves, so that halves share as
    many clips with equal labels as those of `top` do. Halves with clips of one side only cannot rank and are left out;
    `Stability.sets` counts those that could.

    Args:
        x: (clips, d).
        positive: (clips,) whether a clip has the emotion.
        speakers: (clips,).
        halves: (sets, clips), see `half_samples`.
        ks: numbers of dimensions.
        C: of the models that rank.
        seed: of the permutation and of the random sets.
    """
    able = [half for half in halves if len(np.unique(positive[half])) == 2]
    rng = np.random.default_rng([seed, 0])
    labels = {"top": positive, "permuted": permuted_labels(speakers, positive, 1, rng)[0] > 0}
    orders: dict[str, list[Indices]] = {ranking: [] for ranking in RANKINGS}
    for number, half in enumerate(able):
        for ranking, own in labels.items():
            orders[ranking].append(_order(x, own, half, C))
        orders["random"].append(np.random.default_rng([seed, 1, number]).permutation(x.shape[1]))
    found = []
    for k in ks:
        for ranking in RANKINGS:
            index = UNDEFINED
            if len(able) >= FEWEST_SETS:
                chosen = np.zeros((len(able), x.shape[1]), bool)
                np.put_along_axis(chosen, np.array(orders[ranking])[:, :k], True, axis=1)
                index = nogueira(chosen)
            found.append(Stability(k, ranking, *index, sets=len(able)))
    return found


def _order(x: F64, positive: Flags, part: Flags, C: float) -> Indices:
    """Dimensions from the one that matters most in a training part."""
    parts = parts_of(x, positive, part[None], np.zeros((1, len(part)), bool))
    a, _ = solve(all_dimensions(parts), parts.positive, parts.weight, C, np.zeros(parts.weight.shape), np.zeros(1))
    order, _, _ = ranked(parts, a)
    return np.asarray(order[0])
