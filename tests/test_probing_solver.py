"""The batched logistic regression against scikit-learn and against formulas written out here."""

import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from workflow_scripts.probing.newton import fit_path


def clips(n=180, width=12, classes=4, speakers=6, seed=0, strength=0.7):
    """Vectors with columns of different scale and offset, labels, one training part per held-out speaker."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % classes)
    speaker = np.arange(n) % speakers
    z = rng.standard_normal((n, width)) + strength * rng.standard_normal((classes, width))[labels]
    x = z * np.logspace(2, -3, width) + rng.standard_normal(width) * 10
    return x, labels, np.array([speaker != k for k in range(speakers)])


def by_sklearn(x, labels, part, C):
    """Coefficients on the part's own standardised rows, centred over classes, and probabilities of all rows."""
    scaler = StandardScaler().fit(x[part])
    model = LogisticRegression(C=C, tol=1e-10, max_iter=100_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lbfgs says that it cannot improve on its optimum
        model.fit(scaler.transform(x[part]), labels[part])
    p = np.zeros((len(x), labels.max() + 1))
    p[:, model.classes_] = model.predict_proba(scaler.transform(x))
    return model.coef_ - model.coef_.mean(0), p, scaler


def probabilities(x, fit, part):
    logits = x @ fit.coef[part] + fit.intercept[part]
    p = np.exp(logits - logits.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


@pytest.mark.parametrize("size", [{}, {"n": 60, "width": 90}, {"strength": 4.0}], ids=["tall", "wide", "separable"])
def test_equals_sklearn(size):
    x, labels, train = clips(**size)
    for fit in fit_path(x, labels, train, [1e-3, 0.1, 10.0], tolerance=1e-8):
        for part in (0, 3):
            coef, p, scaler = by_sklearn(x, labels, train[part], fit.C)
            own = (fit.coef[part] * scaler.scale_[:, None]).T
            np.testing.assert_allclose(own - own.mean(0), coef, atol=2e-5 * np.abs(coef).max())
            np.testing.assert_allclose(probabilities(x, fit, part), p, atol=2e-5)


def test_two_classes_equal_the_binary_form_at_twice_its_c():
    x, labels, train = clips(classes=2)
    (fit,) = fit_path(x, labels, train, [0.1], tolerance=1e-8)
    scaler = StandardScaler().fit(x[train[0]])
    model = LogisticRegression(C=0.2, tol=1e-10, max_iter=10_000).fit(scaler.transform(x[train[0]]), labels[train[0]])
    np.testing.assert_allclose(probabilities(x, fit, 0), model.predict_proba(scaler.transform(x)), atol=1e-6)


def test_gradient_vanishes_by_finite_differences():
    """The objective, written out independently, rises in every direction from the solution."""
    x, labels, train = clips(n=90, width=5, classes=3)
    (fit,) = fit_path(x, labels, train, [0.5], tolerance=1e-9)
    part = train[2]
    z = (x[part] - x[part].mean(0)) / x[part].std(0)

    def objective(w, b):
        total = sum(
            -(row @ w + b)[label] + np.log(np.exp(row @ w + b).sum())
            for row, label in zip(z, labels[part], strict=True)
        )
        return total + (w**2).sum() / (2 * 0.5)

    w = fit.coef[2] * x[part].std(0)[:, None]
    b = fit.intercept[2] + x[part].mean(0) @ fit.coef[2]
    rng = np.random.default_rng(3)
    h = 1e-4
    for _ in range(20):
        dw, db = rng.standard_normal(w.shape), rng.standard_normal(b.shape)
        up, down, here = objective(w + h * dw, b + h * db), objective(w - h * dw, b - h * db), objective(w, b)
        assert abs(up - down) / (2 * h) < 1e-5
        assert up + down - 2 * here > 0


def test_held_out_rows_bear_on_no_coefficient():
    x, labels, train = clips()
    changed = x.copy()
    changed[~train[1]] *= 1000
    before, after = (list(fit_path(rows, labels, train, [1e-3, 0.1], tolerance=1e-8)) for rows in (x, changed))
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(other.coef[1], one.coef[1], rtol=1e-5, atol=1e-6 * np.abs(one.coef[1]).max())
        assert not np.allclose(other.coef[0], one.coef[0], rtol=1e-2)


def test_rows_outside_all_parts_may_be_anything():
    x, labels, train = clips()
    train[:, :10] = False
    spoilt = x.copy()
    spoilt[:10] = np.nan
    (one,), (other,) = (list(fit_path(rows, labels, train, [0.1])) for rows in (x, spoilt))
    np.testing.assert_array_equal(one.coef, other.coef)


def test_constant_columns_get_no_weight():
    x, labels, train = clips()
    x[:, 0] = 0.1  # constant for all
    x[train[2], 1] = 1 / 3  # constant in one part
    (fit,) = fit_path(x, labels, train, [0.1], tolerance=1e-8)
    assert np.abs(fit.coef[:, 0]).max() < 1e-9
    assert np.abs(fit.coef[2, 1]).max() < 1e-9
    _, p, _ = by_sklearn(x, labels, train[2], 0.1)
    np.testing.assert_allclose(probabilities(x, fit, 2)[train[2]], p[train[2]], atol=2e-5)


def test_class_absent_from_one_part_is_never_predicted_there():
    x, labels, train = clips()
    train[0] &= labels != 2
    (fit,) = fit_path(x, labels, train, [0.1], tolerance=1e-8)
    _, p, _ = by_sklearn(x, labels, train[0], 0.1)
    assert (probabilities(x, fit, 0)[:, 2] == 0).all()
    np.testing.assert_allclose(probabilities(x, fit, 0), p, atol=2e-5)
    assert (probabilities(x, fit, 1)[:, 2] > 0).all()


def test_refuses_what_has_no_solution(monkeypatch):
    x, labels, train = clips()
    with pytest.raises(ValueError, match="two classes"):
        list(fit_path(x, labels, train & (labels == 1), [0.1]))
    with pytest.raises(ValueError, match="finite"):
        list(fit_path(np.where(x > x.max() - 1, np.nan, x), labels, train, [0.1]))
    monkeypatch.setattr("workflow_scripts.probing.newton.MAX_NEWTON", 2)
    with pytest.raises(RuntimeError, match="did not converge"):
        list(fit_path(x, labels, train, [10.0]))
