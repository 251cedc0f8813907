"""Nested choice of C, speaker normalisation and the linear head."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from workflow_scripts.probing.linear_head import linear_head
from workflow_scripts.probing.logistic import inner_parts, nested_logistic
from workflow_scripts.probing.normalisation import normalised, training_only
from workflow_scripts.study.errors import UserError

GRID = [0.001, 0.03, 1.0]


@pytest.fixture
def voices():
    """(vectors, labels, speakers, test) of 6 speakers; the speakers differ more than the emotions."""
    rng = np.random.default_rng(5)
    speakers = np.repeat([f"0{k}" for k in range(6)], 30)
    labels = np.tile(np.arange(3), 60)
    x = rng.standard_normal((180, 8)) + rng.standard_normal((3, 8))[labels] * 0.6
    x += 1.5 * rng.standard_normal((6, 8))[np.repeat(np.arange(6), 30)]
    test = np.array([np.isin(speakers, [f"0{k}", f"0{k + 3}"]) for k in range(3)])
    return x, labels, speakers, test


def test_nested_choice_equals_a_plain_rendering(voices):
    x, labels, speakers, test = voices
    got = nested_logistic(x, labels, speakers, ~test, test, GRID, inner_folds=3, seed=7)
    inner, owner = inner_parts(speakers, ~test, 3, 7)
    for fold, held_out in enumerate(test):
        scores = []
        for C in GRID:
            guess = np.full(len(x), -1)
            for part in inner[owner == fold]:
                model = make_pipeline(StandardScaler(), LogisticRegression(C=C, tol=1e-8, max_iter=10_000))
                rows = ~held_out & ~part
                guess[rows] = model.fit(x[part], labels[part]).predict(x[rows])
            scores.append(recall_score(labels[~held_out], guess[~held_out], average="macro"))
        assert got.C[fold] == GRID[int(np.argmax(scores))]
        assert got.inner_uar[fold] == pytest.approx(max(scores))
        assert got.at_edge[fold] == (got.C[fold] in (GRID[0], GRID[-1]))
        model = make_pipeline(StandardScaler(), LogisticRegression(C=got.C[fold], tol=1e-8, max_iter=10_000))
        expected = model.fit(x[~held_out], labels[~held_out]).predict_proba(x[held_out])
        np.testing.assert_allclose(got.probabilities[fold], expected, atol=1e-4)


def test_inner_folds_hold_out_whole_training_speakers(voices):
    _, _, speakers, test = voices
    train = ~test
    train[0, ::7] = False  # a clip-level draw
    inner, owner = inner_parts(speakers, train, 5, 1)
    for fold, part in enumerate(train):
        own = inner[owner == fold]
        assert len(own) == 4  # four training speakers, so no five folds
        assert not (own & ~part).any()
        held_out = part & ~own
        np.testing.assert_array_equal(held_out.sum(0), part.astype(int))  # each training clip is held out once
        for rows, some in zip(held_out, own, strict=True):
            assert not set(speakers[rows]) & set(speakers[some])


def test_ties_go_to_the_smaller_c_and_edges_are_told(voices):
    _, labels, speakers, test = voices
    x = np.eye(3)[labels]  # every C is perfect
    got = nested_logistic(x, labels, speakers, ~test, test, [1.0, 0.1, 0.5], inner_folds=3, seed=0)
    assert (got.C == 0.1).all()
    assert got.at_edge.all()
    assert not nested_logistic(x, labels, speakers, ~test, test, [0.1], 3, 0).at_edge.any()


def test_one_training_speaker_is_refused(voices):
    x, labels, speakers, test = voices
    few = np.isin(speakers, ["00", "01"])
    held_out = (speakers == "00")[few][None]
    with pytest.raises(UserError, match="one speaker only"):
        nested_logistic(x[few], labels[few], speakers[few], ~held_out, held_out, GRID, 5, 0)


def test_normalisation_formulas(voices):
    x, _, speakers, test = voices
    train = ~test
    ((folds, same, seen),) = normalised(x, speakers, train, "none")
    assert same is x
    assert seen is None
    assert list(folds) == [0, 1, 2]
    ((_, per_speaker, seen),) = normalised(x, speakers, train, "per-speaker")
    assert seen is None
    own = speakers == "02"
    np.testing.assert_allclose(per_speaker[own], (x[own] - x[own].mean(0)) / x[own].std(0))
    ((_, rows, seen),) = normalised(x, speakers, train, "training-only")
    np.testing.assert_allclose(rows[own], per_speaker[own])
    known = [speakers == name for name in ("01", "02", "04", "05")]  # fold 0 tests 00 and 03
    mean = np.mean([x[rows].mean(0) for rows in known], axis=0)
    deviation = np.mean([x[rows].std(0) for rows in known], axis=0)
    held_out = np.flatnonzero(test[0])
    np.testing.assert_allclose(seen(train[0], held_out), (x[held_out] - mean) / deviation)


def test_training_only_sees_the_training_clips_of_a_shared_speaker(voices):
    x, _, speakers, _ = voices
    train = np.random.default_rng(0).random((2, len(x))) < 0.8
    groups = list(normalised(x, speakers, train, "training-only"))
    assert [list(folds) for folds, _, _ in groups] == [[0], [1]]
    for (fold,), rows, seen in groups:
        own = speakers == "03"
        known = x[own & train[fold]]
        expected = (x[own] - known.mean(0)) / known.std(0)
        np.testing.assert_allclose(rows[own], expected)
        np.testing.assert_allclose(seen(train[fold], np.flatnonzero(own & ~train[fold])), expected[~train[fold][own]])


def test_training_only_lets_no_held_out_clip_through(voices):
    x, labels, speakers, test = voices
    other = x.copy()
    other[test[1]] += 100
    for how, moves in (("training-only", False), ("per-speaker", True)):
        chosen = []
        for rows in (x, other):
            ((_, view, seen),) = normalised(rows, speakers, ~test[1:2], how)
            looked = view if seen is None else seen(~test[1], np.arange(len(x)))
            chosen.append(looked[~test[1]])
            last = looked[test[1]].mean()
        np.testing.assert_allclose(*chosen, atol=1e-9)  # training clips look the same in both
        assert (abs(last) < 1e-6) == moves  # only per-speaker takes the shift out of the held-out clips


def test_constant_column_is_centred_not_scaled():
    x = np.array([[1.0, 2.0], [1.0, 4.0], [7.0, 1.0], [9.0, 1.0]])
    speakers = np.array(["a", "a", "b", "b"])
    got = training_only(x, speakers, np.ones(4, bool))
    np.testing.assert_allclose(got, [[0, -1], [0, 1], [-1, 0], [1, 0]])


def test_linear_head_learns_and_repeats(voices):
    _, labels, _, test = voices
    rng = np.random.default_rng(1)
    x = 50 + 4 * np.eye(3)[labels] @ rng.standard_normal((3, 10)) + rng.standard_normal((180, 10))
    one, same, other = (linear_head(x, labels, ~test, test, seed) for seed in (3, 3, 4))
    for fold, held_out in enumerate(test):
        assert one[fold].shape == (held_out.sum(), 3)
        np.testing.assert_allclose(one[fold].sum(1), 1)
        assert (one[fold].argmax(1) == labels[held_out]).mean() > 0.95
        np.testing.assert_array_equal(one[fold], same[fold])
        assert np.abs(one[fold] - other[fold]).max() > 1e-6


def test_linear_head_equals_a_head_trained_alone(voices):
    """Folds in one batch do not bear on each other: against a plain torch loop with the same start and order."""
    import torch

    x, labels, _, test = voices
    held_out = test[:1]
    (got,) = linear_head(x, labels, ~held_out, held_out, seed=9, epochs=7)
    rows = ~test[0]
    z = torch.tensor((x[rows] - x[rows].mean(0)) / x[rows].std(0), dtype=torch.float32)
    y = torch.tensor(labels[rows])
    rng = np.random.default_rng(9)
    layer = torch.nn.Linear(8, 3)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(rng.uniform(-1, 1, (8, 3)).T / np.sqrt(8)))
        layer.bias.copy_(torch.tensor(rng.uniform(-1, 1, 3) / np.sqrt(8)))
    adam = torch.optim.Adam(layer.parameters(), lr=1e-3)
    for _ in range(7):
        for batch in np.array_split(rng.permutation(len(z)), -(-len(z) // 32)):
            adam.zero_grad()
            torch.nn.functional.cross_entropy(layer(z[batch]), y[batch]).backward()
            adam.step()
    view = torch.tensor((x[test[0]] - x[rows].mean(0)) / x[rows].std(0), dtype=torch.float32)
    np.testing.assert_allclose(got, layer(view).softmax(1).detach().numpy(), atol=1e-5)


def test_linear_head_never_predicts_what_it_never_heard(voices):
    x, labels, _, test = voices
    train = ~test
    train[1] &= labels != 0
    got = linear_head(x, labels, train, test, seed=0, epochs=1)
    assert (got[1][:, 0] == 0).all()
    assert (got[0][:, 0] > 0).all()
