"""The best layer, its companions, bands over layers, the nested choice, and paired differences."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workflow_scripts.statistics.layers import KEYS, choose_layers_inside, compare_layers, layer_order, layer_table
from workflow_scripts.statistics.paired import paired_difference

LAYERS = 13
CORRELATION = np.exp(-np.abs(np.subtract.outer(np.arange(LAYERS), np.arange(LAYERS))) / 4)


def curves(rng, m, means=0.6):
    """Scores of m speakers at 13 layers: neighbours alike, speakers differ."""
    noise = rng.normal(size=(m, LAYERS)) @ np.linalg.cholesky(CORRELATION).T
    return means + 0.05 * noise + 0.05 * rng.normal(size=(m, 1))


@pytest.mark.parametrize("m", [6, 24])
def test_family_wise_error_and_bands(m):
    """With all layers alike none may be excluded, and the bands must hold all of them: 5 % by name, here within three
    Monte-Carlo standard errors. Testing only the best against the rest is at 14 to 26 %."""
    rng = np.random.default_rng(m)
    repetitions = 400
    found = [compare_layers(curves(rng, m), rng, draws=499) for _ in range(repetitions)]
    slack = 3 * np.sqrt(0.05 * 0.95 / repetitions)
    assert np.mean([not one.in_set.all() for one in found]) < 0.05 + slack
    assert np.mean([((one.low <= 0.6) & (one.high >= 0.6)).all() for one in found]) > 0.95 - slack


def test_bands_of_four_speakers_hold():
    rng = np.random.default_rng(4)
    found = [compare_layers(curves(rng, 4), rng, draws=99) for _ in range(400)]
    assert np.mean([((one.low <= 0.6) & (one.high >= 0.6)).all() for one in found]) > 0.95 - 0.033
    assert all(one.in_set.all() for one in found)  # 4 speakers cannot exclude anything
    assert found[0].p_smallest == 0.125


def test_planted_best_layers_are_told_from_the_rest():
    rng = np.random.default_rng(1)
    means = np.where(np.isin(np.arange(LAYERS), [6, 7]), 0.75, 0.6)
    found = [compare_layers(curves(rng, 24, means), rng, draws=499) for _ in range(50)]
    assert all(one.best in (6, 7) for one in found)
    assert np.mean([one.in_set[[6, 7]].all() for one in found]) > 0.9
    assert np.mean([one.in_set.sum() == 2 for one in found]) > 0.9


def test_adjusted_p_equals_enumeration():
    values = np.random.default_rng(2).normal(size=(6, 4)) + [0, 0.5, 1, 1.5]
    found = compare_layers(values, np.random.default_rng(0))

    def t(x):
        return np.abs(stats.ttest_1samp(x, 0, axis=0).statistic)

    pairs = list(itertools.combinations(range(4), 2))
    differences = np.stack([values[:, a] - values[:, b] for a, b in pairs], axis=1)
    flips = itertools.product([1, -1], repeat=6)
    largest = np.array([t(np.array(signs)[:, None] * differences).max() for signs in flips])
    for layer in set(range(4)) - {found.best}:
        observed = t(values[:, found.best] - values[:, layer])
        assert found.p[layer] == pytest.approx(np.mean(largest >= observed - 1e-9))
    assert found.p[found.best] == 1


def test_one_layer_and_equal_layers_and_one_speaker():
    rng = np.random.default_rng(3)
    scores = rng.normal(0.6, 0.1, size=(5, 1))
    one = compare_layers(scores, rng)
    expected = stats.t.interval(0.95, 4, scores.mean(), stats.sem(scores[:, 0]))
    assert (one.low[0], one.high[0]) == pytest.approx(expected)
    assert one.in_set.all()
    same = compare_layers(np.repeat(scores, 3, axis=1), rng)
    assert same.best == 0
    assert same.in_set.all()
    alone = compare_layers(scores[:1].repeat(3, axis=1) + [0, 1, 0], rng)
    assert alone.best == 1
    assert alone.in_set.all()
    assert np.isnan(alone.low).all()
    for bad in (np.full((3, 2), np.nan), np.zeros(3), np.zeros((0, 2))):
        with pytest.raises(ValueError, match="speakers x layers"):
            compare_layers(bad, rng)


def test_order_of_layers():
    assert sorted(["final", "10", "2", "0", "12"], key=layer_order) == ["0", "2", "10", "12", "final"]


def speaker_rows(scores, names):
    return pd.DataFrame(
        [
            {
                "layer": name,
                "protocol": "strict",
                "repeat": -1,
                "probe": "logistic",
                "pooling": "mean",
                "speaker_normalisation": "none",
                "condition": "all",
                "group": "",
                "metric": "UAR",
                "null_run": 0,
                "speaker": f"s{i}",
                "pseudo_value": scores[i, j],
            }
            for j, name in enumerate(names)
            for i in range(len(scores))
        ]
    )


def test_layer_table_reads_the_score_table():
    rng = np.random.default_rng(5)
    names = ["final", "10", "2"]
    scores = rng.normal(0.5, 0.02, size=(8, 3)) + [0.2, 0, 0]
    table = layer_table(speaker_rows(scores, names), rng)
    assert list(table["layer"]) == ["2", "10", "final"]
    assert table["value"].to_numpy() == pytest.approx(scores.mean(axis=0)[::-1])
    assert list(table["best"]) == [False, False, True]
    assert list(table["in_set"]) == [False, False, True]
    assert (table["note"] == "").all()
    few = layer_table(speaker_rows(scores[:4], names), rng)
    assert few["in_set"].all()
    assert few["note"].str.contains("smallest p 0.125").all()
    two = speaker_rows(scores, names)
    with pytest.raises(ValueError, match="one curve"):
        layer_table(pd.concat([two, two.assign(protocol="emobox")]), rng)


def folds(inner):
    """Choices and predictions of layers 2, 10, final in three folds of two clips; predicted names the layer."""
    key = dict(zip(KEYS, ["strict", 0, 0, "logistic", "mean", "none", 0], strict=True))
    choices = [
        {**key, "fold": fold, "layer": layer, "inner_uar": inner[layer][fold]} for layer in inner for fold in range(3)
    ]
    predictions = [
        {**key, "fold": fold, "layer": layer, "clip_id": f"{fold}-{clip}", "predicted": layer}
        for layer in inner
        for fold in range(3)
        for clip in range(2)
    ]
    return pd.DataFrame(choices), pd.DataFrame(predictions)


def test_layers_are_chosen_inside_the_training_part_with_ties_to_the_lower():
    choices, predictions = folds({"final": [0.5, 0.9, 0.6], "10": [0.7, 0.2, 0.6], "2": [0.7, 0.3, 0.5]})
    stitched, chosen = choose_layers_inside(choices, predictions)
    assert list(chosen["layer"]) == ["2", "final", "10"]
    assert len(stitched) == 6
    assert stitched["clip_id"].is_unique
    assert dict(zip(stitched["clip_id"], stitched["predicted"], strict=True)) == {
        "0-0": "2",
        "0-1": "2",
        "1-0": "final",
        "1-1": "final",
        "2-0": "10",
        "2-1": "10",
    }


def test_a_choice_with_gaps_is_refused():
    choices, predictions = folds({"2": [0.5, 0.5, 0.5], "10": [0.6, np.nan, 0.6]})
    with pytest.raises(ValueError, match="gaps"):
        choose_layers_inside(choices, predictions)
    choices["inner_uar"] = 0.5
    with pytest.raises(ValueError, match="same layers"):
        choose_layers_inside(choices[choices["fold"] > 0], predictions)
    with pytest.raises(ValueError, match="same layers"):
        choose_layers_inside(choices, predictions[predictions["layer"] == "2"])


def test_nested_choice_is_not_optimistic_and_the_best_on_test_is():
    """13 layers without any difference: inner and outer scores are independent."""
    rng = np.random.default_rng(6)
    nested, picked = [], []
    for _ in range(300):
        outer, inner = rng.normal(size=(2, 6, LAYERS))
        nested.append(np.mean([outer[f, inner[f].argmax()] for f in range(6)]))
        picked.append(outer.mean(axis=0).max())
    assert abs(np.mean(nested)) < 4 / np.sqrt(300 * 6)
    assert np.mean(picked) > 0.5


def test_paired_difference_against_scipy_and_the_formula():
    rng = np.random.default_rng(7)
    speakers = [f"s{i}" for i in range(8)]
    a = pd.Series(rng.normal(0.6, 0.1, 8), speakers)
    b = pd.Series(rng.normal(0.5, 0.1, 8), speakers)
    found = paired_difference(a, b.sample(frac=1, random_state=1), rng)
    expected = stats.ttest_rel(a, b)
    interval = expected.confidence_interval()
    assert found.p_t == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    theirs = stats.permutation_test((a - b,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert found.p_flips == pytest.approx(theirs.pvalue)
    factor = np.sqrt(1 + 8 / 7)
    assert found.high_conservative - found.difference == pytest.approx(factor * (found.high - found.difference))
    assert found.p_conservative > found.p_t
    six = paired_difference(a, b, rng, n_folds=4)
    assert six.high_conservative - six.difference == pytest.approx(np.sqrt(1 + 4 / 3) * (six.high - six.difference))
    assert found.note == ""
    assert "smallest p 0.125" in paired_difference(a[:4], b[:4], rng).note


def test_paired_difference_at_its_limits():
    rng = np.random.default_rng(8)
    one = pd.Series([0.5], ["s1"])
    alone = paired_difference(one, one + 0.1, rng)
    assert alone.difference == pytest.approx(-0.1)
    assert np.isnan(alone.p_t)
    assert alone.p_flips == 1
    same = pd.Series([0.5, 0.6], ["s1", "s2"])
    assert paired_difference(same, same, rng).p_t == 1
    with pytest.raises(ValueError, match="same speakers"):
        paired_difference(same, one, rng)
    with pytest.raises(ValueError, match="same speakers"):
        paired_difference(pd.concat([one, one]), one, rng)
