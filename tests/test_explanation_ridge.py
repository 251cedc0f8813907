"""Acoustic prediction by ridge against plain scikit-learn, and what may not change it."""

import numpy as np
import pytest
from made_up_dimensions import Material, material
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from workflow_scripts.explanation.errors import ALL, RANDOM, TOP
from workflow_scripts.explanation.ridge import ALPHAS, random_sets
from workflow_scripts.probing.logistic import inner_parts
from workflow_scripts.study.errors import UserError

NARROW, WIDE = 10, 70  # dimensions, for 36 training clips
INNER = 2


def prepared(given: Material, dimensions: np.ndarray, within: bool, train: np.ndarray, held: np.ndarray) -> list:
    """Standardised dimensions and centred features of both parts, class by class where `within`."""
    x, y = given.x[:, dimensions].copy(), given.targets.copy()
    if within:
        for one in (False, True):
            rows = given.positive == one
            x[rows] -= x[rows & train].mean(0)
            y[rows] -= y[rows & train].mean(0)
    scaler, mean = StandardScaler().fit(x[train]), y[train].mean(0)
    return [scaler.transform(x[train]), y[train] - mean, scaler.transform(x[held]), y[held] - mean]


def best(given: Material, sets: list, within: bool, fold: int) -> np.ndarray:
    """The alpha of each feature with the smallest error over inner held-out speakers and sets."""
    parts, owner = inner_parts(given.speakers, given.train, INNER, 1)
    errors = np.zeros((len(ALPHAS), given.targets.shape[1]))
    for part in parts[owner == fold]:
        for dimensions in sets:
            a, b, held, wanted = prepared(given, dimensions, within, part, given.train[fold] & ~part)
            for row, alpha in enumerate(ALPHAS):
                errors[row] += ((Ridge(alpha=alpha).fit(a, b).predict(held) - wanted) ** 2).sum(0)
    return np.array(ALPHAS)[errors.argmin(0)]


def plain(given: Material, sets_of_fold: list, within: bool, alpha_from: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """One fold, set, alpha and target at a time: errors and squares in training SDs (sets, clips, f)."""
    errors, squares = np.zeros((2, len(sets_of_fold[0]), *given.targets.shape))
    for fold, (train, test) in enumerate(zip(given.train, given.test, strict=True)):
        sets = sets_of_fold[fold]
        alphas = best(given, sets[:alpha_from], within, fold)
        for draw, dimensions in enumerate(sets):
            a, b, held, wanted = prepared(given, dimensions, within, train, test)
            deviation = b.std(0)
            found = [Ridge(alpha=alpha).fit(a, one).predict(held) for alpha, one in zip(alphas, b.T, strict=True)]
            errors[draw, test] = ((np.transpose(found) - wanted) / deviation) ** 2
            squares[draw, test] = (wanted / deviation) ** 2
    return errors, squares


def by_speaker(given: Material, values: np.ndarray) -> np.ndarray:
    tested = np.unique(given.speakers[given.test.any(0)])
    return np.array([values[given.speakers == one].sum(0) for one in tested])


def planted(d: int, seed: int = 0) -> Material:
    """Three features of which two are mixtures of dimensions and differ between classes."""
    given = material(d, 3, seed)
    x = given.x + 0.8 * given.positive[:, None] * (np.arange(d) % 3 == 0)
    targets = given.targets + x[:, :4] @ [[1.0, 0.3, 0], [0.5, -0.3, 0], [-1.0, 0.2, 0], [0.2, 0.1, 0]]
    return given.but(x=x, targets=targets * [1.0, 20.0, 0.1])


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("d", [NARROW, WIDE])
def test_errors_equal_a_plain_loop_of_scikit_learn(d: int, within: bool) -> None:
    given = planted(d)
    errors = given.predict(range(4), k=2, within=within, inner_folds=INNER)
    assert len(np.unique(errors.alphas[ALL])) > 2
    for side, dimensions in {ALL: np.arange(d), TOP: np.arange(4)}.items():
        wanted, squares = plain(given, [[dimensions]] * 4, within)
        assert errors.sse[side] == pytest.approx(by_speaker(given, wanted[0]), rel=1e-8)
        assert errors.sst == pytest.approx(by_speaker(given, squares[0]), rel=1e-8)
        r2 = 1 - wanted[0].sum(0) / squares[0].sum(0)
        assert errors.r2(side, errors.everybody())[0] == pytest.approx(r2, abs=1e-8)
    assert errors.speakers.tolist() == sorted(set(given.speakers))
    assert errors.clips.tolist() == [6] * 8


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize(("d", "k"), [(NARROW, 3), (WIDE, 50)])
def test_random_draws_equal_explicit_fits(d: int, k: int, within: bool) -> None:
    given = planted(d)
    given = given.but(train=given.train[:2], test=given.test[:2])
    errors = given.predict(range(4), k, draws=23, within=within, inner_folds=INNER)
    sets = [random_sets(d, k, 23, 1)] * 2
    wanted, squares = plain(given, sets, within, alpha_from=20)
    assert errors.draws == pytest.approx(wanted.sum(1), rel=1e-8)
    assert errors.sse[RANDOM] == pytest.approx(by_speaker(given, wanted.mean(0)), rel=1e-8)
    assert errors.r2_of_draws() == pytest.approx(1 - wanted.sum(1) / squares.sum(1), abs=1e-8)


def test_random_sets_are_distinct_dimensions_each_as_often_as_the_others_and_nested() -> None:
    sets = random_sets(20, 5, 4000, seed=3)
    assert all(len(set(one)) == 5 for one in sets.tolist())
    shares = np.bincount(sets.ravel(), minlength=20) / 4000
    assert np.abs(shares - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 4000)
    assert not np.array_equal(sets, random_sets(20, 5, 4000, seed=4))
    more = random_sets(20, 8, 4000, seed=3)
    assert all(set(few) < set(many) for few, many in zip(sets.tolist(), more.tolist(), strict=True))


def test_the_top_k_stand_beside_the_draws_as_one_of_them() -> None:
    given = planted(NARROW)
    fourth = random_sets(NARROW, 3, 9, 1)[3]
    errors = given.predict(fourth, 3, draws=9)
    assert errors.top_as_draw == pytest.approx(errors.draws[3], rel=1e-12)
    assert not np.allclose(errors.sse[TOP].sum(0), errors.draws[3])  # whose penalties it need not share


def test_a_side_of_several_sets_has_their_mean_error_with_a_penalty_for_each() -> None:
    given = planted(NARROW)
    one, other = np.array([0, 1, 5]), np.array([7, 8, 9])
    apart = [given.predict(some, k=2) for some in (one, other)]
    both = given.predict(one, k=2, sides={"permuted": [np.array([one, other])] * 4})
    assert both.sse["permuted"] == pytest.approx((apart[0].sse[TOP] + apart[1].sse[TOP]) / 2)


@pytest.mark.parametrize("within", [False, True])
def test_what_a_class_has_in_common_matters_in_the_plain_form_only(within: bool) -> None:
    given = planted(NARROW)
    shift = np.random.default_rng(5).standard_normal(NARROW + 3) * given.positive[:, None]
    moved = given.but(x=given.x + 3 * shift[:, :NARROW], targets=given.targets + 3 * shift[:, NARROW:])
    before, after = (one.predict(range(4), 2, draws=5, within=within) for one in (given, moved))
    for side in before.sse:
        alike = np.allclose(before.sse[side], after.sse[side], rtol=1e-9)
        assert alike == within, side
    assert np.allclose(before.draws, after.draws, rtol=1e-9) == within


@pytest.mark.parametrize("within", [False, True])
def test_held_out_clips_have_no_say(within: bool) -> None:
    """Only the errors of the held-out speaker who changes may change, and no penalty."""
    given = planted(WIDE)
    one_fold = given.but(train=given.train[:1], test=given.test[:1])
    changed = given.speakers == "04"
    assert one_fold.test[0, changed].all()
    x, targets = given.x.copy(), given.targets.copy()
    x[changed], targets[changed] = 50 * x[changed] + 100, -30 * targets[changed]
    before, after = (
        one.predict(range(4), 5, draws=5, within=within) for one in (one_fold, one_fold.but(x=x, targets=targets))
    )
    other = before.speakers != "04"
    for side in before.sse:
        assert np.array_equal(before.alphas[side], after.alphas[side])
        assert before.sse[side][other] == pytest.approx(after.sse[side][other], rel=1e-12)
        assert not np.isclose(before.sse[side][~other], after.sse[side][~other]).any()


def test_adding_a_feature_a_side_or_draws_changes_nothing_else_and_all_is_repeatable() -> None:
    given = planted(WIDE)
    alone = given.but(targets=given.targets[:, :2])
    more, again, fewer = (one.predict(range(4), 5, draws=25) for one in (given, given, alone))
    top_only = given.predict(range(4), 5, sides={TOP: [np.arange(4)[None]] * 4}, draws=40)
    for side in more.sse:
        assert np.array_equal(more.sse[side], again.sse[side])
        assert more.sse[side][:, :2] == pytest.approx(fewer.sse[side], rel=1e-10)
    assert more.draws[:, :2] == pytest.approx(fewer.draws, rel=1e-10)
    assert np.array_equal(more.sse[TOP], top_only.sse[TOP])
    assert np.array_equal(more.draws, top_only.draws[:25])
    assert not np.allclose(more.draws, given.predict(range(4), 5, draws=25, seed=2).draws)


@pytest.mark.parametrize("within", [False, True])
def test_constant_dimensions_tell_nothing_and_constant_features_are_named(within: bool) -> None:
    given = planted(NARROW)
    x = np.column_stack([given.x, np.full(len(given.x), 0.1), given.positive + 0.2])
    label = given.positive * 1.7 + 0.3
    gap = np.where(np.arange(len(x)) == 9, np.nan, 1.0)
    once = np.where(given.test[0], given.targets[:, 0], 0.7)  # constant in the training part of fold 0
    more = given.but(x=x, targets=np.column_stack([given.targets, np.full(len(x), 1e5 / 3), label, gap, once]))
    errors, clean = (one.predict(range(4), 3, draws=4, within=within) for one in (more, given))
    with_constant = more.predict([0, 1, 2, 3, NARROW], 3, within=within)
    assert with_constant.sse[TOP][:, :3] == pytest.approx(clean.sse[TOP], rel=1e-9)
    flaws = errors.flaws.tolist()
    assert flaws[:3] == [""] * 3
    assert "constant" in flaws[3]
    assert ("constant" in flaws[4]) == within
    assert "finite" in flaws[5]
    assert "constant" in flaws[6]
    lost = np.array(flaws) != ""
    for sums in (errors.sst, errors.draws, *errors.sse.values()):
        assert (np.isnan(sums) == lost).all()
    if within:
        wider = more.predict([0, 1, 2, 3, NARROW, NARROW + 1], 3, within=True)
        assert wider.sse[TOP][:, :3] == pytest.approx(clean.sse[TOP], rel=1e-9)


def test_what_cannot_be_predicted_is_refused_in_words() -> None:
    given = planted(NARROW)
    mute = given.but(positive=given.positive & (given.speakers == "01"))
    with pytest.raises(UserError, match="no clip of the emotion"):
        mute.predict(range(4), 2, within=True)
    lonely = given.but(train=given.speakers[None] == "00", test=given.speakers[None] == "01")
    with pytest.raises(UserError, match="one speaker only"):
        lonely.predict(range(4), 2)
    with pytest.raises(ValueError, match="not finite"):
        given.but(x=np.where(given.x > 2, np.inf, given.x)).predict(range(4), 2)


def test_clips_outside_all_folds_are_never_looked_at() -> None:
    given = planted(NARROW)
    spoilt = given.speakers == "07"
    shut = given.but(train=given.train & ~spoilt, test=given.test & ~spoilt)
    x = np.where(spoilt[:, None], np.nan, given.x)
    targets = np.where(spoilt[:, None], np.inf, given.targets)
    before, after = (one.predict(range(4), 2, draws=3) for one in (shut, shut.but(x=x, targets=targets)))
    assert "07" not in before.speakers
    assert np.array_equal(before.sse[ALL], after.sse[ALL])
    assert not after.flaws.any()
