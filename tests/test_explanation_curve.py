"""The top-k curve: against a plain rendering, on planted and on empty data, and that nothing leaks."""

import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.preprocessing import StandardScaler

from workflow_scripts.explanation import curve, ranking
from workflow_scripts.explanation.curve import nested_curve
from workflow_scripts.probing.logistic import inner_parts
from workflow_scripts.study.errors import UserError

GRID = [0.01, 0.1, 1.0]
KS = [2, 5, 20, 50]
SMALL = {"random_sets": 3, "permuted_draws": 2}


def clips(speakers=9, each=8, d=60, informative=5, strength=1.5, seed=0, uneven=True):
    """Vectors of different units with the emotion in the first dimensions, two thirds of the clips with it.

    With `uneven`, speakers have between `each` and `each` + 2 clips.
    """
    rng = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(speakers), each + np.arange(speakers) % 3 if uneven else each)
    positive = np.concatenate([rng.permutation(np.arange((speaker == s).sum()) % 3 > 0) for s in range(speakers)])
    z = rng.standard_normal((len(speaker), d)) + 0.7 * rng.standard_normal((speakers, d))[speaker]
    z[:, :informative] += strength * positive[:, None]
    test = np.array([speaker % 3 == fold for fold in range(3)])
    return z * np.logspace(2, -2, d) + 5 * rng.standard_normal(d), positive, speaker, ~test, test


def run(data, ks=KS, seed=4, **given):
    return nested_curve(*data, ks, GRID, 3, seed, **{**SMALL, **given})


def fitted(x, positive, part, dimensions, C):
    """Decisions of all clips by scikit-learn from some dimensions, and coefficients per standard deviation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scaler = StandardScaler().fit(x[part][:, dimensions])
        z = scaler.transform(x[:, dimensions])
        model = LogisticRegression(C=C, class_weight="balanced", tol=1e-10, max_iter=100_000).fit(
            z[part], positive[part]
        )
    return model.decision_function(z), model.coef_[0], z


def order_of(x, positive, part, C):
    _, coef, z = fitted(x, positive, part, np.arange(x.shape[1]), C)
    return np.argsort(-np.abs(coef * z[part]).mean(0), kind="stable")


def plain_fold(x, positive, part, inner, ks, chosen_dimensions):
    """C_all, k, k_best, C, inner UARs, errors, order, and decisions per k of one fold, one fit at a time."""
    rows = [np.flatnonzero(part & ~own) for own in inner]

    def best_C(orders, pick):
        scores = []
        for C in GRID:
            said = [fitted(x, positive, own, pick(order), C)[0] > 0 for own, order in zip(inner, orders, strict=True)]
            scores.append([(positive[r], s[r]) for r, s in zip(rows, said, strict=True)])
        uars = [uar_of(score) for score in scores]
        at = int(np.argmax(np.round(uars, 12)))
        return at, uars[at], scores[at]

    every = [np.arange(x.shape[1])] * len(inner)
    C_all = GRID[best_C(every, lambda order: order)[0]]
    orders, own_order = [order_of(x, positive, own, C_all) for own in inner], order_of(x, positive, part, C_all)
    decisions, inner_scores, errors, at = [], [], [], []
    for k in ks:
        place, score, said = best_C(orders, lambda order, k=k: chosen_dimensions(order, k))
        at.append(place)
        inner_scores.append(score)
        without = np.array([uar_of(said[:i] + said[i + 1 :]) for i in range(len(said))])
        m = len(said)
        errors.append(np.sqrt((m - 1) / m * ((without - without.mean()) ** 2).sum()))
        decisions.append(fitted(x, positive, part, chosen_dimensions(own_order, k), GRID[place])[0])
    best = int(np.argmax(np.round(inner_scores, 12)))
    smallest = next(i for i, s in enumerate(inner_scores) if s >= inner_scores[best] - errors[best] - 1e-12)
    return C_all, ks[smallest], ks[best], GRID[at[smallest]], inner_scores, errors, own_order, np.array(decisions)


def uar_of(pairs):
    true, said = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return recall_score(true, said, average="macro")


@pytest.mark.parametrize(("strength", "fold"), [(0.5, 0), (2.0, 2)], ids=["weak", "strong"])
def test_equals_a_plain_rendering(strength, fold):
    """Choices, scores and decisions on top, rest and bottom; widths on both sides of where the solver changes form."""
    data = x, positive, speakers, train, test = clips(strength=strength)
    own = run(data)[fold]
    inner, owner = inner_parts(speakers, train, 3, 4)
    pick = {
        "top": lambda order, k: order[:k],
        "rest": lambda order, k: order[k:],
        "bottom": lambda order, k: order[len(order) - k :],
    }
    for side, dimensions in pick.items():
        C_all, k, k_best, C, scores, errors, order, decisions = plain_fold(
            x, positive, train[fold], inner[owner == fold], KS, dimensions
        )
        np.testing.assert_allclose(own.decisions[side][:, 0], decisions[:, test[fold]], atol=2e-5)
        if side == "top":
            assert (own.C_all, own.k, own.k_best, own.C) == (C_all, k, k_best, C)
            np.testing.assert_allclose(own.inner, scores)
            np.testing.assert_allclose(own.inner_error, errors)
            np.testing.assert_array_equal(own.order, order)
            everything, coef, z = fitted(x, positive, train[fold], np.arange(60), C_all)
            np.testing.assert_allclose(own.decisions["all"][0, 0], everything[test[fold]], atol=2e-5)
            np.testing.assert_allclose(own.importance, np.abs(coef * z[train[fold]]).mean(0), atol=1e-5)


def test_model_of_all_dimensions_is_in_the_units_of_the_vectors():
    data = x, _, _, train, test = clips()
    for fold, own in enumerate(run(data)):
        decisions = own.decisions["all"][0, 0]
        np.testing.assert_allclose(x[test[fold]] @ own.coef + own.intercept, decisions, atol=1e-9)
        np.testing.assert_allclose(own.background, x[train[fold]].mean(0))
        expected = (x[train[fold]] @ own.coef + own.intercept).mean()
        values = ranking.linear_shap(x[test[fold]], own.coef, own.background)
        np.testing.assert_allclose(values.sum(1), decisions - expected, atol=1e-9)
        np.testing.assert_allclose(ranking.importance(x[train[fold]], own.coef, own.background), own.importance)


def test_random_sets_use_k_dimensions_and_differ_between_draws_and_folds():
    """A set of all but one dimensions decides nearly as all do; one of a single dimension as that dimension alone."""
    data = x, positive, _, train, test = clips(strength=1.0)
    found = run(data, ks=[1, 59], random_sets=6)
    used = []
    for fold, own in enumerate(found):
        singles = np.array([x[test[fold], j] for j in range(60)])
        for draw in range(6):
            # log-odds of one dimension are a straight line of it
            likeness = np.abs(np.corrcoef(np.vstack([own.decisions["random"][0, draw], singles]))[0, 1:])
            assert likeness.max() > 1 - 1e-9
            used.append(int(likeness.argmax()))
        assert np.corrcoef(own.decisions["random"][1].mean(0), own.decisions["all"][0, 0])[0, 1] > 0.9
    assert len(set(used)) > 10


def test_planted_dimensions_rank_first_and_few_are_enough():
    data = _, positive, _, _, test = clips(speakers=12, each=12, strength=1.5)
    found = run(data, ks=[2, 5, 10, 20, 40], random_sets=5)
    assert all(set(own.order[:5]) == set(range(5)) for own in found)
    assert all(own.k <= 5 <= own.k_best + 5 for own in found)
    scores = {
        side: np.mean([uar(own.decisions[side][1, 0], positive[rows]) for own, rows in zip(found, test, strict=True)])
        for side in ("top", "rest", "bottom", "random")
    }
    assert scores["top"] > 0.9
    assert scores["top"] > scores["random"] + 0.15
    assert scores["rest"] < 0.65
    assert scores["bottom"] < 0.65
    permuted = np.mean(
        [
            uar(one, positive[rows])
            for own, rows in zip(found, test, strict=True)
            for one in own.decisions["permuted"][0]
        ]
    )
    assert permuted < scores["top"] - 0.1


def test_noise_scores_at_chance_inside_and_outside():
    """Ranking with the held-out clips, or choosing k by them, would lift these by ten points and more."""
    inside, outside = [], []
    for seed in range(12):
        data = _, positive, _, _, test = clips(informative=0, d=200, seed=seed, uneven=False)
        for own, rows in zip(run(data, ks=[5, 20], sides=(), permuted_draws=0), test, strict=True):
            at = [5, 20].index(own.k)
            outside.append(uar(own.decisions["top"][at, 0], positive[rows]))
            inside.append(own.inner.mean())
    assert abs(np.mean(outside) - 0.5) < 0.04
    assert abs(np.mean(inside) - 0.5) < 0.06  # the best of three C is taken


def test_what_reveals_the_label_in_test_clips_only_is_not_used():
    x, positive, speakers, train, test = clips()
    x[:, 7] = 0.0
    told = x.copy()
    told[test[0], 7] = 100.0 * positive[test[0]]
    # nor do labels of test clips bear on anything
    turned = np.where(test[0], ~positive, positive)
    (own,), (other,), (third,) = (
        run((given, labels, speakers, train[:1], test[:1]))
        for given, labels in ((x, positive), (told, positive), (told, turned))
    )
    assert own.order[-1] == 7
    for one in (other, third):
        for name in ("order", "importance", "coef", "inner", "permuted_orders"):
            np.testing.assert_array_equal(getattr(one, name), getattr(own, name))
        assert (one.k, one.C, one.C_all, one.intercept) == (own.k, own.C, own.C_all, own.intercept)
        for side in own.decisions:
            np.testing.assert_array_equal(one.decisions[side], own.decisions[side])


def test_units_and_places_of_dimensions_do_not_matter():
    data = x, *others = clips()
    turn = np.random.default_rng(1).permutation(60)
    other = np.empty_like(x)
    other[:, turn] = x * 3.0 - 1.0
    given = {"sides": ("rest", "bottom"), "permuted_draws": 2}
    for one, two in zip(run(data, **given), run((other, *others), **given), strict=True):
        np.testing.assert_array_equal(two.order, turn[one.order])
        np.testing.assert_allclose(two.coef[turn], one.coef / 3.0, rtol=1e-4, atol=1e-9)
        for side in one.decisions:
            np.testing.assert_allclose(two.decisions[side], one.decisions[side], atol=1e-4)


def test_the_same_seed_gives_the_same_and_more_of_anything_leaves_the_rest_as_it_was():
    data = x, positive, speakers, train, test = clips()
    once = run(data)
    again = run(data)
    more = run((x, positive, speakers, train[:2], test[:2]), random_sets=5, permuted_draws=4, sides=("random",))
    for one, two, three in zip(once, again, more, strict=False):
        for side in one.decisions:
            np.testing.assert_array_equal(two.decisions[side], one.decisions[side])
        for side in ("all", "top"):
            np.testing.assert_array_equal(three.decisions[side], one.decisions[side])
        np.testing.assert_allclose(three.decisions["random"][:, :3], one.decisions["random"], atol=1e-4)
        np.testing.assert_array_equal(three.permuted_orders[:2], one.permuted_orders)
        assert set(three.decisions) == {"all", "top", "random", "permuted"}
    assert len(more) == 2
    for one, two in zip(once, run(data, ks=[5, 20]), strict=True):
        np.testing.assert_allclose(two.decisions["top"], one.decisions["top"][1:3], atol=1e-4)
        np.testing.assert_allclose(two.inner, one.inner[1:3])


def test_permuted_rankings_come_from_labels_permuted_within_speaker_and_are_fitted_to_the_true_ones(monkeypatch):
    data = x, positive, speakers, train, test = clips()
    drawn, seen = curve.permuted_labels, []

    def watched(*given):
        seen.append(drawn(*given))
        return seen[-1]

    monkeypatch.setattr(curve, "permuted_labels", watched)
    found = run(data)
    assert len(seen) == 2 * len(found)
    for number, (permuted,) in enumerate(seen):
        part, own = train[number // 2], found[number // 2]
        assert (permuted != positive[part]).any()
        for speaker in np.unique(speakers[part]):
            clips_of = speakers[part] == speaker
            assert permuted[clips_of].sum() == positive[part][clips_of].sum()
        labels = positive.copy()
        labels[part] = permuted
        order = own.permuted_orders[number % 2]
        np.testing.assert_array_equal(order, order_of(x, labels, part, own.C_all))
        decisions = [fitted(x, positive, part, order[: own.k], C)[0][test[number // 2]] for C in GRID]
        apart = np.abs(np.array(decisions) - own.decisions["permuted"][0, number % 2]).max(axis=1)
        assert apart.min() < 2e-5


def test_shapes_and_the_smallest_case():
    data = _, _, _, _, test = clips()
    for own, rows in zip(run(data), test, strict=True):
        q = int(rows.sum())
        shapes = {side: values.shape for side, values in own.decisions.items()}
        assert shapes == {
            "all": (1, 1, q),
            "top": (4, 1, q),
            "rest": (4, 1, q),
            "bottom": (4, 1, q),
            "random": (4, 3, q),
            "permuted": (1, 2, q),
        }
        assert own.permuted_orders.shape == (2, 60)
    x, *others = clips()
    (own, *_) = run((x[:, :2], *others), ks=[1])
    assert own.k == 1
    assert sorted(own.order) == [0, 1]


def test_k_is_the_smallest_within_one_standard_error_of_the_best():
    scores, errors = np.array([0.6, 0.71, 0.7, 0.75, 0.75]), np.array([0.2, 0.2, 0.2, 0.04, 0.2])
    assert curve._smallest(scores, errors) == (1, 3)
    assert curve._smallest(scores, np.zeros(5)) == (3, 3)


def test_the_standard_error_is_that_of_the_mean_for_equal_inner_folds():
    rng = np.random.default_rng(0)
    hits = rng.integers(0, 11, (1, 1, 5, 2))
    tables = np.stack([hits, 10 - hits], -1)
    tables[..., 1, :] = tables[..., 1, ::-1]
    uars = hits.mean(-1)[0, 0] / 10
    scores, errors = curve._scores(tables, np.array([0]))
    assert scores[0] == pytest.approx(uars.mean())
    assert errors[0] == pytest.approx(uars.std(ddof=1) / np.sqrt(5))


def test_refusals():
    data = x, positive, speakers, train, test = clips()
    for ks in ([], [0, 5], [5, 2], [2, 2], [2, 60]):
        with pytest.raises(ValueError, match="60 dimensions"):
            run(data, ks=ks)
    spoilt = x.copy()
    spoilt[3, 3] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        run((spoilt, *data[1:]))
    one_speaker = np.array([(speakers == 0) | (speakers == 1) & False])
    with pytest.raises(UserError, match="one speaker only"):
        run((x, positive, speakers, one_speaker, speakers[None] == 3))
    with pytest.raises(UserError, match="only clips without it"):
        run((x, positive & (speakers == 1), speakers, train, test))


def uar(decisions, positive):
    return recall_score(positive, decisions > 0, average="macro")
