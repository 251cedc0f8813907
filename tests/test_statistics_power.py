"""The smallest difference that speakers could have shown is one that the tests of the tables find in 4 of 5 studies."""

import numpy as np
import pytest
from scipy import optimize, stats

from workflow_scripts.statistics import power
from workflow_scripts.statistics.all_pairs import all_pairs
from workflow_scripts.statistics.corrections import holm
from workflow_scripts.statistics.permutation import sign_flip_test
from workflow_scripts.statistics.power import INTERVAL, level_within, smallest_difference, spread_of_interval


def by_noncentral_t(n: int, level: float) -> float:
    """The difference, in spreads, that a t test finds with a probability of 0.8 where differences are normal."""
    needed = stats.t.isf(level / 2, n - 1)

    def lacking(difference: float) -> float:
        return float(stats.nct.sf(needed, n - 1, difference * np.sqrt(n))) - 0.8

    return float(optimize.brentq(lacking, 0.05, 2.5))


@pytest.mark.parametrize(
    ("n", "level", "tolerance"), [(9, 0.05, 0.06), (12, 0.05, 0.04), (24, 0.05, 0.04), (24, 0.01, 0.06)]
)
def test_sign_flips_find_what_a_t_test_of_normal_differences_finds(n: int, level: float, tolerance: float) -> None:
    found = smallest_difference(0.2, n, 1, level=level).difference
    assert found == pytest.approx(0.2 * by_noncentral_t(n, level), rel=tolerance)


@pytest.mark.parametrize("n", [2, 6, 24])
def test_an_interval_finds_what_noncentral_t_says(n: int) -> None:
    if n == 2:  # so few that the noncentral t of scipy fails: the power itself is counted
        numbers = np.random.default_rng(3).standard_normal((20_000, n)) + smallest_difference(1, n, 1, test=INTERVAL)[0]
        low = numbers.mean(axis=1) - stats.t.isf(0.025, 1) * numbers.std(axis=1, ddof=1) / np.sqrt(n)
        assert (low > 0).mean() == pytest.approx(0.8, abs=0.015)
    else:
        found = smallest_difference(3.0, n, 1, test=INTERVAL).difference
        assert found == pytest.approx(3 * by_noncentral_t(n, 0.05), rel=0.02)


@pytest.mark.parametrize(("n", "level"), [(6, 0.05), (8, 0.01), (11, 0.05)])
def test_the_test_of_the_tables_finds_it_in_four_of_five_studies_and_nothing_in_one_of_twenty(
    n: int, level: float
) -> None:
    rng = np.random.default_rng(5)
    true = smallest_difference(0.1, n, 1, level=level).difference
    differences = 0.1 * rng.standard_normal((600, n))
    there = np.mean([sign_flip_test(own + true, rng, draws=2048).p <= level for own in differences])
    nothing = np.mean([sign_flip_test(own, rng, draws=2048).p <= level for own in differences])
    assert there == pytest.approx(0.8, abs=0.05)
    assert nothing <= level + 0.02


def test_all_pairs_at_once_find_it_in_four_of_five_studies() -> None:
    rng, n, k = np.random.default_rng(6), 8, 4
    true = smallest_difference(1.0, n, 1, conditions=k).difference
    assert true > 1.15 * smallest_difference(1.0, n, 1).difference  # the price of looking at six pairs
    found = []
    for _ in range(400):
        table = rng.standard_normal((n, k)) / np.sqrt(2)  # differences of two columns have spread 1
        table[:, 0] += true / 2
        table[:, -1] -= true / 2
        pairs = all_pairs(table, rng)
        found.append(pairs.p_adjusted[(pairs.first == 0) & (pairs.second == k - 1)].item() <= 0.05)
    assert np.mean(found) == pytest.approx(0.8, abs=0.06)


def test_where_no_difference_can_be_shown_it_says_why() -> None:
    five = smallest_difference(0.1, 5, 1)
    assert five.difference == float("inf")
    assert five.why == "5 speakers can reach no p below 0.062, and 0.05 is needed"
    assert smallest_difference(0.1, 6, 1, level=0.05 / 4).difference == float("inf")
    assert smallest_difference(0.1, 24, 1, level=1e-5).difference == float("inf")  # of 9999 random flips
    assert np.isnan(smallest_difference(0.1, 1, 1).difference)
    assert np.isnan(smallest_difference(float("nan"), 8, 1).difference)
    assert smallest_difference(0.1, 2, 1, test=INTERVAL).difference < float("inf")


def test_it_grows_with_the_spread_and_shrinks_with_speakers_and_is_the_same_again() -> None:
    few, many = (smallest_difference(0.1, n, 1).difference for n in (8, 20))
    assert smallest_difference(0.3, 8, 1).difference == pytest.approx(3 * few)
    assert many < few
    power._in_spreads.cache_clear()
    assert smallest_difference(0.1, 8, 1).difference == few


def test_the_spread_is_read_off_an_interval() -> None:
    numbers = np.random.default_rng(2).standard_normal(9)
    ends = stats.t.interval(0.95, 8, loc=numbers.mean(), scale=numbers.std(ddof=1) / 3)
    assert spread_of_interval(*ends, 9) == pytest.approx(numbers.std(ddof=1))
    assert np.isnan(spread_of_interval(0.0, 1.0, 1))


@pytest.mark.parametrize("p", [[0.2, 0.001, 0.3], [0.9, 0.9, 0.9], [0.04, 0.02, 0.001], [0.3, np.nan, 0.01], [0.2]])
def test_the_level_within_a_family_is_the_highest_p_that_holm_lets_pass(p: list[float]) -> None:
    level = level_within(p, 0)
    for own, passes in ((level, True), (level * 1.001, False)):
        assert (holm([own, *p[1:]])[0] <= 0.05 + 1e-12) == passes
