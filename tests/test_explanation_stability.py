"""Stability of the dimensions that matter most: the index by its formula, half-samples, what it says of rankings."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from workflow_scripts.explanation.stability import FEWEST_SETS, half_samples, nogueira, stability_of_rankings


def sets_of(*members, d=6):
    chosen = np.zeros((len(members), d), bool)
    for row, own in zip(chosen, members, strict=True):
        row[list(own)] = True
    return chosen


def by_formula(chosen):
    """Index and variance, term by term as they are printed."""
    M, d = chosen.shape
    z = chosen.astype(float)
    p, k = z.mean(0), z.sum(1)
    kbar = p.sum()
    by_chance = kbar / d * (1 - kbar / d)
    phi = 1 - sum(M / (M - 1) * p[f] * (1 - p[f]) for f in range(d)) / d / by_chance
    own = [
        (
            sum(z[i, f] * p[f] for f in range(d)) / d
            - k[i] * kbar / d**2
            + phi / 2 * (2 * k[i] * kbar / d**2 - k[i] / d - kbar / d + 1)
        )
        / by_chance
        for i in range(M)
    ]
    return phi, 4 / M**2 * sum((value - np.mean(own)) ** 2 for value in own)


def test_index_and_interval_equal_their_formulas():
    rng = np.random.default_rng(0)
    chosen = rng.random((30, 50)) < np.linspace(0.05, 0.9, 50)
    value, low, high = nogueira(chosen)
    phi, variance = by_formula(chosen)
    assert value == pytest.approx(phi)
    assert high - value == pytest.approx(1.959964 * np.sqrt(variance))
    assert value - low == pytest.approx(high - value)


def test_equal_sets_random_sets_and_sets_that_shun_each_other():
    assert nogueira(sets_of({0, 1}, {0, 1}, {0, 1})) == pytest.approx((1, 1, 1))
    assert nogueira(sets_of({0, 1, 2}, {3, 4, 5}))[0] == pytest.approx(-1)
    assert nogueira(sets_of({0, 1}, {2, 3}, {4, 5}))[0] == pytest.approx(-1 / 2)
    rng = np.random.default_rng(1)
    drawn = np.array([[rng.permutation(200) < 20 for _ in range(25)] for _ in range(200)])
    found = np.array([nogueira(chosen) for chosen in drawn])
    assert abs(found[:, 0].mean()) < 0.002
    assert ((found[:, 1] < 0) & (found[:, 2] > 0)).mean() > 0.9


def test_index_is_not_defined_for_one_set_or_for_empty_or_full_ones():
    for chosen in (sets_of({0, 1}), sets_of(set(), set()), sets_of(range(6), range(6)), np.zeros((0, 6), bool)):
        assert np.isnan(nogueira(chosen)).all()


@pytest.mark.parametrize(("speakers", "number"), [(4, 50), (6, 50), (7, 50), (10, 50), (24, 50), (5, 10), (2, 50)])
def test_halves_are_distinct_and_as_many_as_there_are(speakers, number):
    names = np.repeat([f"s{i}" for i in range(speakers)], 3)
    halves = half_samples(names, number, seed=1)
    drawn = [frozenset(names[half]) for half in halves]
    assert len(drawn) == min(number, comb(speakers, speakers // 2))
    assert len(set(drawn)) == len(drawn)
    assert {len(half) for half in drawn} == {speakers // 2}
    assert all(half.sum() == 3 * (speakers // 2) for half in halves)
    if len(drawn) < number:
        assert set(drawn) == {frozenset(half) for half in combinations(np.unique(names), speakers // 2)}
    np.testing.assert_array_equal(halves, half_samples(names, number, seed=1))


def test_seeds_draw_other_halves_and_one_speaker_has_none():
    names = np.arange(24)
    assert (half_samples(names, 50, 1) != half_samples(names, 50, 2)).any()
    assert half_samples(np.array(["anna", "anna"]), 50, 1).shape == (0, 2)


def clips(speakers=12, d=40, seed=0):
    rng = np.random.default_rng(seed)
    speaker, positive = np.repeat(np.arange(speakers), 8), np.tile(np.arange(8) > 3, speakers)
    x = rng.standard_normal((len(speaker), d))
    x[:, :5] += 2.0 * positive[:, None]
    return x, positive, speaker


def test_planted_dimensions_are_stable_and_the_controls_are_not():
    x, positive, speaker = clips()
    halves = half_samples(speaker, 30, 1)
    found = {(own.k, own.ranking): own for own in stability_of_rankings(x, positive, speaker, halves, [5, 20], 0.1, 1)}
    assert len(found) == 6
    assert all(own.sets == 30 for own in found.values())
    assert found[5, "top"].value > 0.9
    assert found[20, "top"].value < found[5, "top"].value  # 15 of them are noise
    assert abs(found[5, "random"].value) < 0.05
    assert found[5, "random"].value < found[5, "permuted"].value < 0.6  # halves share clips, whatever their labels
    assert all(own.low < own.value < own.high for own in found.values() if own.value < 1)


def test_too_few_halves_have_a_count_and_no_index():
    x, positive, speaker = clips(speakers=6)
    halves = half_samples(speaker, 50, 1)
    found = stability_of_rankings(x, positive, speaker, halves, [5], 0.1, 1)
    assert {own.sets for own in found} == {20}
    assert all(np.isnan([own.value, own.low, own.high]).all() for own in found)
    x, positive, speaker = clips(speakers=8)
    found = stability_of_rankings(x, positive, speaker, half_samples(speaker, FEWEST_SETS, 1), [5], 0.1, 1)
    assert all(own.sets == FEWEST_SETS and np.isfinite(own.value) for own in found)


def test_halves_with_clips_of_one_side_only_are_not_counted():
    x, positive, speaker = clips(speakers=8)
    positive = positive & (speaker < 2)
    halves = half_samples(speaker, 70, 1)
    with_emotion = sum(positive[half].any() for half in halves)
    found = stability_of_rankings(x, positive, speaker, halves, [5], 0.1, 1)
    assert {own.sets for own in found} == {with_emotion}
    assert with_emotion < len(halves)
