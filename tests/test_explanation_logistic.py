"""The batched binary logistic regression against scikit-learn and against its own objective, written out here."""

import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from workflow_scripts.explanation import logistic
from workflow_scripts.explanation.logistic import Columns, Kernel, balanced, fit_path, path, solve

GRID = [1e-3, 1e-2, 0.1, 1.0, 10.0]


def problems(n=60, d=12, strength=0.7, seed=0):
    """Three standardised problems with one and two thirds of rows, the last ones of the second and third not theirs."""
    rng = np.random.default_rng(seed)
    positive = rng.permuted(np.tile(np.arange(n) % 3 == 0, (3, 1)), axis=1)
    x = rng.standard_normal((3, n, d)) + strength * rng.standard_normal((3, 1, d)) * positive[..., None]
    inside = np.arange(n) < np.array([[n], [n - 7], [n - 20]])
    for i, own in enumerate(inside):
        x[i] = (x[i] - x[i][own].mean(0)) / x[i][own].std(0)
        x[i][~own] = 1000.0
    return x, positive, inside


def by_sklearn(x, positive, C):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lbfgs says that it cannot improve on its optimum
        model = LogisticRegression(C=C, class_weight="balanced", tol=1e-9, max_iter=100_000).fit(x, positive)
    return model.coef_[0], model.intercept_[0]


@pytest.mark.parametrize(
    "size",
    [{}, {"n": 45, "d": 200}, {"strength": 4.0}, {"n": 45, "d": 200, "strength": 4.0}],
    ids=["tall", "wide", "tall, separable", "wide, separable"],
)
def test_equals_sklearn(size):
    x, positive, inside = problems(**size)
    coef, intercept = fit_path(x, positive, balanced(positive, inside), GRID)
    for row, C in enumerate(GRID):
        for i, own in enumerate(inside):
            expected, at_zero = by_sklearn(x[i][own], positive[i][own], C)
            np.testing.assert_allclose(coef[row, i], expected, atol=1e-5 * np.abs(expected).max())
            np.testing.assert_allclose(intercept[row, i], at_zero, atol=1e-5)


@pytest.mark.parametrize("d", [12, 200], ids=["tall", "wide"])
@pytest.mark.parametrize("C", [1e-3, 1.0, 1e4])
def test_gradient_of_the_objective_vanishes(d, C):
    x, positive, inside = problems(d=d, strength=2.0)
    weight = balanced(positive, inside)
    coef, intercept = fit_path(x, positive, weight, [C])
    f = np.einsum("pnd,pd->pn", x, coef[0]) + intercept[0][:, None]
    with np.errstate(over="ignore"):  # rows that are not of the problem lie far out
        pull = weight * (1 / (1 + np.exp(-f)) - positive)
    gradient = np.einsum("pn,pnd->pd", pull, x) + coef[0] / C
    assert np.hypot(np.linalg.norm(gradient, axis=1), pull.sum(1)).max() < 1.5e-6 / max(1, C)


def test_balanced_weights_add_up_to_the_rows_and_are_alike_for_both_classes():
    _, positive, inside = problems()
    weight = balanced(positive, inside)
    assert (weight[~inside] == 0).all()
    for own, rows, theirs in zip(weight, inside, positive, strict=True):
        assert own[theirs].sum() == pytest.approx(rows.sum() / 2)
        assert own[~theirs].sum() == pytest.approx(rows.sum() / 2)


@pytest.mark.parametrize("d", [12, 200])
def test_both_forms_decide_alike_on_held_out_rows(d):
    x, positive, inside = problems(n=80, d=d)
    n, weight = 60, balanced(positive, inside)[:, :60]
    products = x @ x[:, :n].transpose(0, 2, 1)
    forms = [Columns(x, n), Kernel(products, n)]
    one, other = (form.decisions(*path(form, positive[:, :n], weight, GRID)) for form in forms)
    assert one.shape == (len(GRID), 3, 20)
    np.testing.assert_allclose(one, other, atol=1e-4 * np.abs(one).max())
    coef, intercept = fit_path(x[:, :n], positive[:, :n], weight, GRID)
    np.testing.assert_allclose(one, np.einsum("pqd,cpd->cpq", x[:, n:], coef) + intercept[..., None], atol=1e-5)


def test_a_bad_start_leads_to_the_same_solution():
    """Starts that saturate every row have no curvature to go by."""
    x, positive, inside = problems(n=40, d=90, strength=3.0)
    weight = balanced(positive, inside)
    kernel = Kernel(x @ x.transpose(0, 2, 1), 40)
    expected, b = solve(kernel, positive, weight, 0.01, np.zeros(weight.shape), np.zeros(3))
    for size in (1e3, -1e3):
        start = size * np.where(inside, np.where(positive, 1.0, -2.0), 0.0), np.full(3, -1e10)
        found = solve(kernel, positive, weight, 0.01, *start)
        np.testing.assert_allclose(found[0], expected, atol=1e-6)
        np.testing.assert_allclose(found[1], b, atol=1e-6)


def test_badly_conditioned_systems_are_solved_in_double_precision(monkeypatch):
    rng = np.random.default_rng(1)
    positive = rng.random((1, 60)) < 0.5
    x = rng.standard_normal((1, 60, 200)) * np.logspace(3, -2, 200) + positive[..., None]
    products, weight = x @ x.transpose(0, 2, 1), balanced(positive, np.ones_like(positive))
    start = np.zeros(weight.shape), np.zeros(1)
    solve(Kernel(products, 60), positive, weight, 100.0, *start)
    monkeypatch.setattr(logistic, "SINGLE", np.inf)
    with pytest.raises(RuntimeError, match="did not converge"):
        solve(Kernel(products, 60), positive, weight, 100.0, *start)


def test_refuses_what_has_no_solution_and_says_when_it_is_not_reached(monkeypatch):
    x, positive, inside = problems()
    weight = balanced(positive, inside)
    with pytest.raises(ValueError, match="both classes"):
        fit_path(x, positive, weight * positive, [0.1])
    monkeypatch.setattr(logistic, "MAX_NEWTON", 2)
    with pytest.raises(RuntimeError, match="did not converge in 2 Newton steps for C = 10"):
        fit_path(x, positive, weight, [10.0])
    monkeypatch.undo()
    x[1, 3, 0] = np.nan
    with pytest.raises(RuntimeError, match="did not converge"):
        fit_path(x, positive, weight, [0.1])
