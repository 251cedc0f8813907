"""The smallest difference that so many speakers could have shown: what a test that found nothing could have found.

A difference is the mean of one number per speaker. Speakers are drawn anew from a normal distribution with the spread
of the observed numbers, not from the numbers themselves: of 5 to 24 values the spread is known far better than the
shape, draws from so few atoms vary too little (by (n - 1) / n, a tenth of the variance of 10 speakers) and repeat
themselves, and a test by sign flips or by t hardly depends on the shape. The answer is then a multiple of the spread
that depends on the test alone, so that it is simulated once for each number of speakers and level. With few speakers
the spread itself is uncertain, and with it the answer: by a third with 6 speakers, by 15 % with 24.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from workflow_scripts.statistics.corrections import holm
from workflow_scripts.statistics.permutation import sign_patterns, smallest_flip_p
from workflow_scripts.study.seeds import seed_of

Places = npt.NDArray[np.int64]

POWER = 0.8
FLIPS, INTERVAL = "sign flips", "interval by Student's t"  # how a test tells a mean from 0
BUDGET, FEWEST = 1_000_000, 200  # flips x simulated studies x pairs of a round; studies at least
ROUNDS = 8  # halvings of a bracket whose ends differ by a factor of 2; what is left of error is that of the studies


class Smallest(NamedTuple):
    """A difference in the unit of its spread, inf where no difference can be shown, and then why not."""

    difference: float
    why: str


def smallest_difference(
    spread: float,
    n_speakers: int,
    seed: int,
    *,
    level: float = 0.05,
    test: str = FLIPS,
    draws: int = 9999,
    conditions: int = 2,
) -> Smallest:
    """The smallest true mean difference that a two-sided test over speakers finds with a probability of POWER.

    Args:
        spread: standard deviation (ddof 1) of the differences over speakers.
        n_speakers: their number, m.
        seed: of the study; each question has its own stream.
        level: of this comparison, after whatever correction (see `level_within`).
        test: FLIPS, or INTERVAL where the table's interval has to leave out 0.
        draws: random flips of the test where 2^m exceeds them.
        conditions: FLIPS: of so many conditions all pairs are tested at once by the largest |t| (max-T), and the
            others are taken to lie between the two; 2: the comparison alone.

    Returns: NaN where the spread is not known.
    """
    speakers = f"{n_speakers} speaker{'' if n_speakers == 1 else 's'}"
    if n_speakers < 2 or np.isnan(spread):
        return Smallest(float("nan"), f"{speakers}: how much they differ is not known")
    reachable = smallest_flip_p(n_speakers, draws) if test == FLIPS else 0.0
    if reachable > level:
        why = f"{speakers} can reach no p below {reachable:.2g}, and {level:.2g} is needed"
        return Smallest(float("inf"), why)
    return Smallest(spread * _in_spreads(n_speakers, seed, level, test, draws, conditions), "")


def spread_of_interval(low: float, high: float, n_speakers: int, level: float = 0.95) -> float:
    """Standard deviation over speakers of the numbers whose mean has this interval by Student's t; NaN for one."""
    if n_speakers < 2:
        return float("nan")
    return float((high - low) / 2 / special.stdtrit(n_speakers - 1, (1 + level) / 2) * np.sqrt(n_speakers))


def level_within(p: npt.ArrayLike, place: int, alpha: float = 0.05) -> float:
    """The highest p with which one test of a family is significant after Holm, all others as they are.

    Args:
        p: (n,) of the family; NaN are no tests.
        place: index of the test.
    """
    family = np.asarray(p, dtype=np.float64).copy()
    tested = int(np.count_nonzero(~np.isnan(family)))
    for others in range(1, tested + 1):
        family[place] = alpha / others
        if holm(family)[place] <= alpha * (1 + 1e-9):
            return alpha / others
    return alpha / max(tested, 1)  # of the family the level of Bonferroni always passes


@lru_cache(maxsize=512)
def _in_spreads(n: int, seed: int, level: float, test: str, draws: int, conditions: int) -> float:
    """The smallest difference over the spread: a study that finds one finds every larger one, so that each round of
    the search asks only the studies that are still open."""
    rng = np.random.default_rng(seed_of(seed, "power", n, f"{level:.6g}", test, draws, conditions))
    studies = _flipped(n, level, draws, conditions, rng) if test == FLIPS else _by_interval(n, level, rng)
    still = np.arange(studies.number)
    needed = POWER * studies.number
    low, high = 2 / np.sqrt(n), 4 / np.sqrt(n)  # the lower end finds half of them at best
    while studies.find(high, still).sum() < needed:
        low, high = high, 2 * high
    sure = 0
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        told = studies.find(middle, still)
        if sure + told.sum() >= needed:
            high, still = middle, still[told]
        else:
            low, still, sure = middle, still[~told], sure + int(told.sum())
    return float((low + high) / 2)


class _Studies(NamedTuple):
    """Simulated studies whose differences have spread 1: how many, and which of some find a true difference."""

    number: int
    find: Callable[[float, Places], npt.NDArray[np.bool_]]


def _by_interval(n: int, level: float, rng: np.random.Generator) -> _Studies:
    numbers = rng.standard_normal((20_000, n))
    mean, error = numbers.mean(axis=1), numbers.std(axis=1, ddof=1) / np.sqrt(n)
    needed = float(special.stdtrit(n - 1, 1 - level / 2))
    return _Studies(len(mean), lambda true, which: np.abs(mean[which] + true) > needed * error[which])


def _flipped(n: int, level: float, draws: int, conditions: int, rng: np.random.Generator) -> _Studies:
    """Sign flips with the largest |t| over all pairs of conditions; the first and the last are the pair in question.

    |t| rises with sum^2 / sum of squares, which flips leave as it is: that stands for it. Of a pattern and its mirror
    image, which give the same |t|, one is looked at.
    """
    wanted = min(draws, 9999, int(10 / level))  # ten of them reach the level, so that its steps cost no power
    patterns, exact = sign_patterns(n, 2 * wanted, rng)
    signs = patterns[: len(patterns) // 2] if exact else patterns[:wanted]
    first, second = np.triu_indices(conditions, 1)
    number = int(np.clip(BUDGET / len(signs) / len(first), FEWEST, 4000))
    numbers = rng.standard_normal((conditions, n, number)) / np.sqrt(2)
    sums = np.stack([signs @ own for own in numbers])
    shift = np.zeros((conditions, 1, 1))
    shift[0], shift[-1] = 0.5, -0.5
    moves = shift * signs.sum(axis=1)[:, None]

    def find(true: float, which: Places) -> npt.NDArray[np.bool_]:
        moved, values = sums[:, :, which] + true * moves, numbers[:, :, which] + true * shift
        largest = np.zeros(moved.shape[1:])
        for one, other in zip(first, second, strict=True):
            squares = ((values[one] - values[other]) ** 2).sum(axis=0)
            np.maximum(largest, (moved[one] - moved[other]) ** 2 / squares, out=largest)
        apart = values[0] - values[-1]
        observed = apart.sum(axis=0) ** 2 / (apart**2).sum(axis=0)
        reached = (largest >= observed * (1 - 1e-9)).sum(axis=0)
        return np.asarray((reached if exact else 1 + reached) <= level * (len(signs) + (not exact)) * (1 + 1e-9))

    return _Studies(number, find)
