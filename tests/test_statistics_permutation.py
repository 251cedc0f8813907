"""Permutations within speaker and sign flips over speakers against enumeration, literal shuffling and scipy."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workflow_scripts.statistics import metrics, permutation

SPEAKER = np.array([0, 0, 0, 0, 1, 1, 1, 2])
TRUE = np.array([0, 0, 1, 2, 1, 1, 0, 2])
PREDICTED = np.array([0, 1, 1, 2, 1, 0, 0, 2])


def enumerated():
    """Scores of every arrangement of TRUE within SPEAKER: the whole permutation distribution."""
    orders = [list(itertools.permutations(np.flatnonzero(s == SPEAKER))) for s in range(3)]
    tables = []
    for choice in itertools.product(*orders):
        tables.append(metrics.confusion(TRUE[list(itertools.chain(*choice))], PREDICTED, 3))
    return np.array(tables)


def test_random_tables_have_the_distribution_of_literal_permutations():
    tables = metrics.confusion_by(SPEAKER, TRUE, PREDICTED, 3, 3)
    drawn = permutation.permuted_tables(tables, 20000, np.random.default_rng(1))
    labels = permutation.permuted_labels(SPEAKER, TRUE, 20000, np.random.default_rng(2))
    shuffled = metrics.confusion(labels, PREDICTED, 3)
    every = enumerated()
    for score in metrics.METRICS.values():
        truth, counts = np.unique(score(every).round(9), return_counts=True)
        for sample in (drawn, shuffled):
            seen = np.array([np.mean(np.isclose(score(sample), value)) for value in truth])
            expected = counts / len(every)
            assert seen.sum() == pytest.approx(1)
            assert (np.abs(seen - expected) < 4.5 * np.sqrt(expected * (1 - expected) / 20000) + 1e-9).all()


def test_permuted_labels_stay_with_their_speaker():
    labels = permutation.permuted_labels(SPEAKER, TRUE, 50, np.random.default_rng(3))
    assert labels.shape == (50, 8)
    for s in range(3):
        assert (np.sort(labels[:, s == SPEAKER], axis=1) == np.sort(TRUE[s == SPEAKER])).all()
    assert len(np.unique(labels, axis=0)) > 10


def test_exact_chance_equals_enumeration():
    tables = metrics.confusion_by(SPEAKER, TRUE, PREDICTED, 3, 3)
    every = enumerated()
    mean, deviation = permutation.chance_of_uar(tables)
    assert mean == pytest.approx(metrics.uar(every).mean())
    assert deviation == pytest.approx(metrics.uar(every).std())
    expected = permutation.expected_table(tables).sum(axis=0)
    assert expected == pytest.approx(every.mean(axis=0))
    assert metrics.wa(expected) == pytest.approx(metrics.wa(every).mean())


def test_smallest_p_counts_the_arrangements():
    tables = metrics.confusion_by(SPEAKER, TRUE, PREDICTED, 3, 3)
    arrangements = 12 * 3 * 1
    assert permutation.smallest_p(tables, 9999) == pytest.approx(1 / arrangements)
    assert permutation.smallest_p(tables, 9) == pytest.approx(1 / 10)
    assert permutation.smallest_p(np.zeros((2, 3, 3)), 99) == 1


def test_p_counts_the_observed_one_too():
    null = np.array([0.1, 0.2, 0.3, 0.4])
    assert permutation.p_value(0.5, null) == 1 / 5
    assert permutation.p_value(0.3, null) == 3 / 5
    assert permutation.p_value(0.3 + 1e-14, null) == 3 / 5  # a tie but for rounding
    assert np.isnan(permutation.p_value(np.nan, null))


def test_widened_scores_keep_mean_and_gaps():
    null = np.array([0.1, 0.4, np.nan, 0.1])
    wide = permutation.widened(null)
    assert np.isnan(wide).tolist() == [False, False, True, False]
    assert np.nanmean(wide) == pytest.approx(0.2)
    assert np.nanvar(wide) == pytest.approx(permutation.VARIANCE_FACTOR * np.nanvar(null))
    assert (permutation.widened(np.ones(9)) == 1).all()


def test_p_within_speaker_holds_its_level_and_finds_what_is_planted():
    rng = np.random.default_rng(4)
    speaker = np.repeat(np.arange(6), 12)
    true = np.tile(np.repeat(np.arange(4), 3), 6)
    rejected = {0.0: 0, 0.5: 0}
    repetitions = 400
    for skill in rejected:
        for _ in range(repetitions):
            bias = rng.dirichlet(np.ones(4), size=6)[speaker].cumsum(axis=1)  # each speaker sounds like some emotion
            guess = np.minimum((rng.random(72)[:, None] > bias).sum(axis=1), 3)
            predicted = np.where(rng.random(72) < skill, true, guess)
            tables = metrics.confusion_by(speaker, true, predicted, 6, 4)
            null = metrics.uar(permutation.permuted_tables(tables, 199, rng))
            rejected[skill] += permutation.p_value(float(metrics.uar(tables.sum(axis=0))), null) <= 0.05
    assert rejected[0.0] / repetitions < 0.05 + 3 * np.sqrt(0.05 * 0.95 / repetitions)
    assert rejected[0.5] / repetitions > 0.99


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_exact_sign_flips_equal_enumeration(differences):
    values = np.array(differences) / 10
    found = permutation.sign_flip_test(values, np.random.default_rng(0))
    flips = np.array(list(itertools.product([1, -1], repeat=len(values)))) @ values
    assert found.exact
    assert found.p == pytest.approx(np.mean(np.abs(flips) >= abs(values.sum()) - 1e-9))
    assert found.p >= min(1.0, found.p_smallest)


def test_sign_flips_equal_scipy():
    values = np.random.default_rng(5).normal(0.3, 1, size=10)
    ours = permutation.sign_flip_test(values, np.random.default_rng(0))
    theirs = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert ours.p == pytest.approx(theirs.pvalue)
    sampled = permutation.sign_flip_test(values, np.random.default_rng(6), draws=1000)
    assert not sampled.exact
    assert sampled.p == pytest.approx(ours.p, abs=4.5 * np.sqrt(ours.p * (1 - ours.p) / 1000))


@pytest.mark.parametrize(("m", "smallest"), [(1, 1.0), (4, 0.125), (5, 0.0625), (6, 0.03125), (24, 1e-4)])
def test_smallest_p_of_few_speakers(m, smallest):
    assert permutation.smallest_flip_p(m, 9999) == pytest.approx(smallest)
    found = permutation.sign_flip_test(np.linspace(1, 1.1, m), np.random.default_rng(7))
    assert found.p == pytest.approx(smallest)
    assert (found.p_smallest >= 0.05) == bool(permutation.flips_note(m))
    if m == 4:
        assert permutation.flips_note(4) == (
            "4 speakers: no comparison over speakers can reach p < 0.05 (smallest p 0.125)"
        )


def test_sign_flips_refuse_gaps():
    for values in ([], [0.1, np.nan]):
        with pytest.raises(ValueError, match="without gaps"):
            permutation.sign_flip_test(values, np.random.default_rng(0))


def test_sign_flips_hold_their_level():
    rng = np.random.default_rng(8)
    p = np.array([permutation.sign_flip_test(rng.normal(size=8), rng).p for _ in range(1000)])
    assert np.mean(p <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1000)
