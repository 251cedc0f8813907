"""SHAP values of linear models against the package `shap` and against what defines them."""

import numpy as np
import shap
from sklearn.linear_model import LogisticRegression

from workflow_scripts.explanation import ranking


def model_of(n=288, d=30, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d)) * np.logspace(0, 1, d) + rng.gamma(1, 1, (n, d))
    positive = x[:, 0] + x[:, -1] / 10 + rng.standard_normal(n) > 2
    return x, LogisticRegression(max_iter=10_000).fit(x, positive)


def test_equals_shap_with_the_whole_background():
    x, model = model_of()
    train, held_out = x[:240], x[240:]
    explainer = shap.LinearExplainer(model, shap.maskers.Independent(train, max_samples=len(train)))
    coef, background = model.coef_[0], train.mean(0)
    found = ranking.linear_shap(held_out, coef, background)
    np.testing.assert_allclose(found, explainer.shap_values(held_out), atol=1e-12)
    np.testing.assert_allclose(
        ranking.importance(train, coef, background), np.abs(explainer.shap_values(train)).mean(0), atol=1e-12
    )


def test_shap_left_to_itself_keeps_100_rows_and_differs():
    x, model = model_of()
    found = ranking.linear_shap(x, model.coef_[0], x.mean(0))
    careless = shap.LinearExplainer(model, x).shap_values(x)
    assert np.abs(found - careless).max() > 1e-3 * np.abs(found).max()
    few = shap.LinearExplainer(model, shap.maskers.Independent(x, max_samples=100)).shap_values(x)
    np.testing.assert_allclose(careless, few)


def test_values_are_the_average_effect_of_knowing_a_dimension():
    """By definition: decisions on background rows with the clip's value in a dimension, less those with their own."""
    x, model = model_of(n=40, d=3)
    found = ranking.linear_shap(x[:5], model.coef_[0], x.mean(0))
    for clip in range(5):
        for dimension in range(3):
            swapped = x.copy()
            swapped[:, dimension] = x[clip, dimension]
            effect = (model.decision_function(swapped) - model.decision_function(x)).mean()
            assert abs(found[clip, dimension] - effect) < 1e-10


def test_values_sum_to_the_decision_less_its_mean_over_the_background():
    x, model = model_of()
    train, held_out = x[:240], x[240:]
    found = ranking.linear_shap(held_out, model.coef_[0], train.mean(0))
    expected = model.decision_function(held_out) - model.decision_function(train).mean()
    np.testing.assert_allclose(found.sum(1), expected, atol=1e-10)


def test_order_is_descending_and_stable():
    np.testing.assert_array_equal(
        ranking.order(np.array([[0.0, 2, 1, 2, 0], [1, 1, 1, 1, 3]])), [[1, 3, 2, 0, 4], [4, 0, 1, 2, 3]]
    )
