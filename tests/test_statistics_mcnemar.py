"""McNemar's exact test and the interval of a paired difference, against scipy and by simulation."""

import numpy as np
import pytest
from scipy import stats

from workflow_scripts.statistics.mcnemar import exact_p, paired_shares


def pair(only_one: int, only_other: int, both: int = 20, neither: int = 5) -> tuple[np.ndarray, np.ndarray]:
    one = [True] * only_one + [False] * only_other + [True] * both + [False] * neither
    other = [False] * only_one + [True] * only_other + [True] * both + [False] * neither
    return np.array(one), np.array(other)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (0, 6), (3, 3), (2, 9), (15, 4), (30, 12)])
def test_p_is_that_of_the_binomial(b: int, c: int) -> None:
    expected = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert exact_p(b, c) == pytest.approx(expected)
    found = paired_shares([pair(b, c)])
    assert found.p == pytest.approx(expected)
    assert found.p_smallest == pytest.approx(min(1.0, 2.0 ** (1 - b - c)))
    assert found.difference == pytest.approx((b - c) / (b + c + 25))
    assert (found.only_one, found.only_other, found.n_clips) == (b, c, b + c + 25)
    assert found.low < found.difference < found.high


def test_draws_are_no_further_clips() -> None:
    single, same = paired_shares([pair(12, 3)]), paired_shares([pair(12, 3)] * 5)
    assert (same.low, same.high) == pytest.approx((single.low, single.high))
    assert same.p == pytest.approx(2 * single.p)
    of_three = paired_shares([pair(12, 3), pair(3, 3), pair(9, 3)])
    assert of_three.p == pytest.approx(2 * exact_p(9, 3))
    assert of_three.difference == pytest.approx(np.mean([9 / 40, 0, 6 / 37]))


def test_no_clips_are_a_bug() -> None:
    with pytest.raises(ValueError, match="draw"):
        paired_shares([])
    with pytest.raises(ValueError, match="draw"):
        paired_shares([(np.array([], dtype=bool), np.array([], dtype=bool))])


def test_the_interval_covers_and_the_test_keeps_its_level() -> None:
    """Clips that are hard for both: shares of 0.7 and 0.6 of 200 clips, and two of 0.65."""
    rng = np.random.default_rng(1)
    covered, rejected = [], []
    for _ in range(600):
        hard = rng.normal(size=200)
        noise = rng.normal(size=(3, 200))
        a, b, c = ((hard + noise) / np.sqrt(2) < np.array([[0.5244], [0.2533], [0.5244]]))[[0, 1, 2]]
        found = paired_shares([(a, b)])
        covered.append(found.low <= 0.1 <= found.high)
        rejected.append(paired_shares([(a, c)]).p <= 0.05)
    assert 0.92 < np.mean(covered) < 0.98
    assert np.mean(rejected) < 0.06
