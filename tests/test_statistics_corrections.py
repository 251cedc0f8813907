"""Adjusted p-values against scipy and against the definition of Holm's procedure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from workflow_scripts.statistics.corrections import benjamini_hochberg, holm

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(p_values)
def test_bh_equals_scipy(p):
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


@given(p_values, st.sampled_from([0.01, 0.05, 0.2]))
def test_holm_rejects_what_the_sequential_procedure_rejects(p, alpha):
    rejected = np.zeros(len(p), bool)
    for step, index in enumerate(np.argsort(p, kind="stable")):
        if p[index] * (len(p) - step) > alpha:
            break
        rejected[index] = True
    assert ((holm(p) <= alpha) == rejected).all()


def test_gaps_are_no_tests():
    assert benjamini_hochberg([0.01, np.nan, 0.02])[[0, 2]] == pytest.approx([0.02, 0.02])
    assert holm([0.01, np.nan, 0.02])[[0, 2]] == pytest.approx([0.02, 0.02])
    assert np.isnan(holm([0.01, np.nan])[1])
    assert benjamini_hochberg([]).shape == (0,)


@pytest.mark.parametrize("correct", [benjamini_hochberg, holm])
def test_what_is_no_p_is_refused(correct):
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        correct([0.5, 1.2])


def test_family_wise_error_of_holm_and_false_discoveries_of_bh():
    rng = np.random.default_rng(3)
    nulls = rng.uniform(size=(2000, 10))
    families = np.mean([holm(p).min() <= 0.05 for p in nulls])
    assert families < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)
    real = np.concatenate([nulls, stats.norm.sf(rng.normal(4, 1, size=(2000, 5)))], axis=1)
    found = np.array([benjamini_hochberg(p) <= 0.05 for p in real])
    share = (found[:, :10].sum(axis=1) / np.maximum(found.sum(axis=1), 1)).mean()
    assert share < 0.05
    assert found[:, 10:].mean() > 0.8
