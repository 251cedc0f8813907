"""Rank correlation with covariates and joint orders, against an independent computation and by simulation."""

import itertools

import numpy as np
import pytest
from scipy import stats

from workflow_scripts.statistics.rank_correlation import rank_correlation

RNG = np.random.default_rng
NONE = np.empty((0, 1, 6))


def independent(one: np.ndarray, other: np.ndarray, covariates: np.ndarray) -> float:
    """Correlation of the residuals of both sides' ranks from the regression on the covariates' ranks."""
    design = np.column_stack([np.ones(len(one)), *(stats.rankdata(row) for row in covariates)])
    sides = np.column_stack([stats.rankdata(one), stats.rankdata(other)])
    rest = sides - design @ np.linalg.lstsq(design, sides, rcond=None)[0]
    return float(np.corrcoef(rest.T)[0, 1])


def test_without_covariates_it_is_spearman_over_all_720_orders() -> None:
    one, other = RNG(0).normal(size=(2, 6))
    other[1] = other[2]
    found = rank_correlation(one[None], other[None], NONE, RNG(1))
    assert found.n_orders == 720
    assert found.value == pytest.approx(stats.spearmanr(one, other).statistic)
    every = [abs(stats.spearmanr(one[list(order)], other).statistic) for order in itertools.permutations(range(6))]
    assert found.p == np.count_nonzero(np.array(every) >= abs(found.value) - 1e-9) / 720
    assert found.p_smallest == np.count_nonzero(np.array(every) >= max(every) - 1e-9) / 720


@pytest.mark.parametrize("seed", range(5))
def test_covariates_are_partialled_out(seed: int) -> None:
    one, other, loudness, source = RNG(seed).normal(size=(4, 6))
    covariates = np.array([loudness, source])
    found = rank_correlation(one[None], other[None], covariates[:, None], RNG(1))
    assert found.value == pytest.approx(independent(one, other, covariates))
    orders = itertools.permutations(range(6))
    every = [abs(independent(one[list(order)], other, covariates)) if not singular(one, order, covariates) else np.inf
             for order in orders]  # fmt: skip
    assert found.p == pytest.approx(np.count_nonzero(np.array(every) >= abs(found.value) - 1e-9) / 720)


def singular(one: np.ndarray, order: tuple[int, ...], covariates: np.ndarray) -> bool:
    ranked = [stats.rankdata(row) for row in (one[list(order)], *covariates)]
    return bool(np.linalg.cond(np.corrcoef(ranked)) > 1e10)  # the covariates say all of the order


def test_what_a_covariate_explains_is_gone() -> None:
    loudness = np.array([1.0, 2, 3, 4, 5, 6, 7])
    one, other = loudness + [0, 1.5, 0, 0, 0, 0, 0], loudness + [0, 0, 0, 0, 1.5, 0, 0]
    plain = rank_correlation(one[None], other[None], np.empty((0, 1, 7)), RNG(1))
    given = rank_correlation(one[None], other[None], loudness[None, None], RNG(1))
    assert plain.value > 0.9 > 0.5 > abs(given.value)
    assert plain.p < 0.01 < given.p


def test_models_share_their_emotions() -> None:
    """Twenty copies of one model are no more evidence than one, and models that disagree cancel out."""
    one, other = RNG(3).normal(size=(2, 6))
    single = rank_correlation(one[None], other[None], NONE, RNG(1))
    copies = rank_correlation(np.tile(one, (20, 1)), np.tile(other, (20, 1)), np.empty((0, 20, 6)), RNG(1))
    assert (copies.value, copies.p) == pytest.approx((single.value, single.p))
    opposed = rank_correlation(np.array([one, one]), np.array([other, -other]), np.empty((0, 2, 6)), RNG(1))
    assert opposed.value == pytest.approx(0)
    assert opposed.p == 1


def test_the_level_is_kept_without_a_relation() -> None:
    ps = []
    for seed in range(300):
        one, other, covariate = RNG(seed).normal(size=(3, 2, 6))
        ps.append(rank_correlation(one, other + covariate, covariate[None], RNG(1)).p)
    assert 0.02 < np.mean(np.array(ps) <= 0.05) < 0.09
    assert np.nanmean(ps) == pytest.approx(0.5, abs=0.06)


def test_no_order_is_no_correlation() -> None:
    flat = rank_correlation(np.ones((1, 6)), np.arange(6.0)[None], NONE, RNG(1))
    assert np.isnan([flat.value, flat.p]).all()
    one = np.arange(6.0)[None]
    assert np.isnan(rank_correlation(one, -one, one[None], RNG(1)).value)
    many = rank_correlation(np.arange(9.0)[None], np.arange(9.0)[None], np.empty((0, 1, 9)), RNG(1))
    assert (many.value, many.n_orders, many.p) == (pytest.approx(1), 10_000, pytest.approx(1e-4))
