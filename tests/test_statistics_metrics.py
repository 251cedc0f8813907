"""Scores from confusion counts against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from workflow_scripts.statistics import metrics

K = 4
labellings = st.lists(st.tuples(st.integers(0, K - 1), st.integers(0, K - 1)), min_size=1, max_size=40)


@given(labellings)
@settings(max_examples=50, deadline=None)
def test_scores_equal_scikit_learn_whatever_emotions_are_absent(pairs):
    true, predicted = np.array(pairs).T
    table = metrics.confusion(true, predicted, K)
    present = np.unique(true)
    assert (table == sk.confusion_matrix(true, predicted, labels=range(K))).all()
    assert metrics.wa(table) == pytest.approx(sk.accuracy_score(true, predicted))
    options = {"labels": present, "average": None, "zero_division": 0}
    assert metrics.recall(table)[present] == pytest.approx(sk.recall_score(true, predicted, **options))
    assert metrics.uar(table) == pytest.approx(sk.recall_score(true, predicted, **options).mean())
    assert metrics.f1(table)[present] == pytest.approx(sk.f1_score(true, predicted, **options))
    assert metrics.macro_f1(table) == pytest.approx(sk.f1_score(true, predicted, **options).mean())
    absent = np.setdiff1d(range(K), present)
    assert np.isnan(metrics.recall(table)[absent]).all()
    assert np.isnan(metrics.f1(table)[absent]).all()


def test_no_clip_has_no_score():
    empty = metrics.confusion([], [], K)
    assert empty.shape == (K, K)
    assert empty.sum() == 0
    for score in metrics.METRICS.values():
        assert np.isnan(score(empty))


def test_a_stack_gives_what_its_tables_give_one_by_one():
    rng = np.random.default_rng(1)
    true, predicted = rng.integers(K, size=(3, 5, 30)), rng.integers(K, size=30)
    stack = metrics.confusion(true, predicted, K)
    assert stack.shape == (3, 5, K, K)
    for i in range(3):
        for j in range(5):
            one = metrics.confusion(true[i, j], predicted, K)
            assert (stack[i, j] == one).all()
            for score in metrics.METRICS.values():
                assert score(stack)[i, j] == score(one)


def test_counts_per_speaker_are_the_counts_of_each_speaker():
    rng = np.random.default_rng(2)
    unit, true, predicted = rng.integers(6, size=50), rng.integers(K, size=50), rng.integers(K, size=50)
    tables = metrics.confusion_by(unit, true, predicted, 7, K)
    assert tables.shape == (7, K, K)
    for one in range(7):
        assert (tables[one] == metrics.confusion(true[unit == one], predicted[unit == one], K)).all()


@pytest.mark.parametrize(("true", "predicted"), [([0, K], [0, 1]), ([0, 1], [-1, 0])])
def test_codes_out_of_range_are_refused(true, predicted):
    with pytest.raises(ValueError, match="emotion codes"):
        metrics.confusion(true, predicted, K)
    with pytest.raises(ValueError, match="emotion codes"):
        metrics.confusion_by([0, 0], true, predicted, 1, K)
    with pytest.raises(ValueError, match="unit codes"):
        metrics.confusion_by([0, 1], [0, 0], [0, 0], 1, K)
