"""Ranks of emotions, agreement of orders, and contrasts of emotions over speakers."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workflow_scripts.distances import kernel
from workflow_scripts.distances.contrasts import contrasts, influences
from workflow_scripts.distances.design import Cell
from workflow_scripts.distances.measures import MEASURES, of_layer
from workflow_scripts.distances.ranks import agreement, concordance, rank_probabilities, ranks
from workflow_scripts.statistics.all_pairs import all_pairs
from workflow_scripts.statistics.permutation import sign_flip_test


def test_ranks_are_those_of_scipy_ties_at_their_mean() -> None:
    values = np.random.default_rng(0).integers(0, 5, size=(40, 6)).astype(float)
    assert np.array_equal(ranks(values), stats.rankdata(values, axis=1))


def test_rank_probabilities_count_draws_share_ties_and_leave_gaps_out() -> None:
    draws = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 1.0, 2.0], [np.nan, 1.0, 2.0]])
    found = rank_probabilities(draws)
    assert found.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])
    assert found[0] == pytest.approx([1.5 / 3, 0.5 / 3, 1 / 3])
    assert found[1] == pytest.approx([0.5 / 3, 2.5 / 3, 0.0])
    assert np.isnan(rank_probabilities(np.full((2, 3), np.nan))).all()


def test_concordance_is_kendalls_w() -> None:
    rng = np.random.default_rng(1)
    values = rng.standard_normal((4, 6))
    ranked = stats.rankdata(values, axis=1)
    friedman = stats.friedmanchisquare(*ranked.T).statistic  # chi^2 = m (k - 1) W
    found = concordance(values, rng)
    assert found.value == pytest.approx(friedman / (4 * 5))
    assert found.p == pytest.approx(stats.chi2.sf(friedman, 5), abs=0.05)
    alike = concordance(np.tile(values[0], (3, 1)), rng)
    assert alike.value == pytest.approx(1.0)
    assert alike.p <= 0.001
    with pytest.raises(ValueError, match="two models"):
        concordance(values[:1], rng)


def test_p_of_concordance_is_uniform_where_models_do_not_agree() -> None:
    rng = np.random.default_rng(2)
    found = [concordance(rng.standard_normal((3, 6)), rng, draws=199).p for _ in range(300)]
    assert 0.02 <= np.mean(np.array(found) <= 0.05) <= 0.09
    assert stats.kstest(found, "uniform").pvalue > 0.001


def test_agreement_is_tau_b_with_the_share_of_all_orders_that_agree_as_well() -> None:
    rng = np.random.default_rng(3)
    given = np.array([1.5, 1.5, 3.0, 4.0, 5.0, 6.0])
    for _ in range(20):
        values = rng.standard_normal(6)
        found = agreement(values, given, rng)
        assert found.value == pytest.approx(stats.kendalltau(values, given).statistic)
        every = [stats.kendalltau(order, given).statistic for order in permutations(values[:6])]
        assert found.p == pytest.approx(np.mean(np.array(every) >= found.value - 1e-9))
    best = agreement(given + [0, 0.1, 0, 0, 0, 0], given, rng)
    assert best.p == best.p_smallest == pytest.approx(2 / 720)


def test_a_distance_that_is_a_mean_over_speakers_is_tested_by_flips_of_the_speakers_own_differences() -> None:
    rng = np.random.default_rng(4)
    own = pd.DataFrame(rng.standard_normal((7, 3)), columns=["happy", "sad", "angry"])
    own.index = pd.MultiIndex.from_tuples([("", str(speaker)) for speaker in range(7)], names=["dataset", "person"])
    left_out = own.apply(lambda column: (column.sum() - column) / 6)
    assert influences(own.mean(), left_out).to_numpy() == pytest.approx((own - own.mean()).to_numpy())
    found = contrasts(own.mean(), left_out, np.random.default_rng(0))
    for row in found.itertuples():
        difference = own[row.emotion] - own[row.against]
        assert row.difference == pytest.approx(difference.mean())
        interval = stats.ttest_1samp(difference, 0).confidence_interval(0.95)
        assert (row.low, row.high) == pytest.approx(tuple(interval))
        assert row.p == pytest.approx(sign_flip_test(difference, np.random.default_rng(0)).p)
        assert row.p_adjusted >= row.p
        assert row.p_smallest == 2.0**-6
    assert not found["note"].any()


def test_where_so_few_speakers_allow_no_significance_the_table_says_so() -> None:
    own = pd.DataFrame(np.random.default_rng(5).standard_normal((4, 2)), columns=["happy", "sad"])
    own.index = pd.MultiIndex.from_tuples([("", str(speaker)) for speaker in range(4)], names=["dataset", "person"])
    found = contrasts(own.mean(), (own.sum() - own) / 3, np.random.default_rng(0))
    assert found["p_smallest"].tolist() == [0.125]
    assert "no comparison over speakers can reach p < 0.05" in found["note"].iloc[0]


def test_speakers_of_one_dataset_alone_give_the_two_sample_t() -> None:
    rng = np.random.default_rng(6)
    one, other = rng.standard_normal((5, 2)), rng.standard_normal((8, 2))
    names = [("a", str(i)) for i in range(5)] + [("b", str(i)) for i in range(8)]
    values = pd.Series(one.mean(axis=0) + other.mean(axis=0), index=["happy", "sad"])
    parts = [(own.sum(axis=0) - own) / (len(own) - 1) - own.mean(axis=0) for own in (one, other)]
    left_out = pd.DataFrame(np.concatenate(parts) + values.to_numpy(), columns=["happy", "sad"])
    left_out.index = pd.MultiIndex.from_tuples(names, names=["dataset", "person"])
    row = contrasts(values, left_out, rng).iloc[0]
    # the distance is a sum of both sides' means: the negated side makes it the difference that Welch's test is of
    expected = stats.ttest_ind(one[:, 0] - one[:, 1], -(other[:, 0] - other[:, 1]), equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["p"] == pytest.approx(expected.pvalue)
    assert row["n_speakers"] == 13
    assert np.isnan(row["p_smallest"])


def test_a_speaker_whom_an_emotion_lacks_leaves_its_standard_error_alone() -> None:
    values = pd.Series({"happy": 1.0, "sad": 2.0})
    index = pd.MultiIndex.from_tuples([("", str(i)) for i in range(5)], names=["dataset", "person"])
    own = np.array([0.3, -0.2, 0.5, 0.1])
    left_out = pd.DataFrame({"happy": [*(1 - own / 3), np.nan], "sad": np.full(5, 2.0)}, index=index)
    moved = influences(values, left_out)["happy"]
    expected = np.sqrt(own.var(ddof=1) / 4)
    assert np.sqrt((moved**2).sum() / (5 * 4)) == pytest.approx(expected)


def test_pairs_of_columns_are_corrected_together() -> None:
    """Family-wise error about 5 % where nothing differs; a column that differs is found."""
    rng = np.random.default_rng(7)
    wrong = []
    for _ in range(300):
        values = rng.standard_normal((8, 5)) + rng.standard_normal((8, 1))
        wrong.append(all_pairs(values, rng, draws=256).p_adjusted.min() <= 0.05)
    assert np.mean(wrong) <= 0.09
    values = rng.standard_normal((12, 5)) + [0, 0, 3, 0, 0]
    found = all_pairs(values, rng)
    differs = (found.first == 2) | (found.second == 2)
    assert (found.p_adjusted[differs] <= 0.05).all()
    assert (found.p_adjusted[~differs] > 0.05).all()


def simulated(rng: np.random.Generator, shifts: list[float], speakers: int = 8, clips: int = 4) -> list[Cell]:
    """Cells of emotions with these shifts between the sides; speakers move by themselves too."""
    return [
        Cell(
            {str(s): np.arange(clips) + clips * (s + speakers * 2 * e) for s in range(speakers)},
            {str(s): np.arange(clips) + clips * (s + speakers * (2 * e + 1)) for s in range(speakers)},
            paired=True,
        )
        for e in range(len(shifts))
    ]


@pytest.mark.parametrize("measure", MEASURES)
def test_p_values_of_contrasts_are_uniform_under_no_difference_and_small_under_one(measure: str) -> None:
    rng = np.random.default_rng(8)
    column, found = MEASURES.index(measure), {0.0: [], 3.0: []}
    spectrum = 1 / np.arange(1, 9)
    for further in found:
        for _ in range(150 if further == 0 else 20):
            shifts = [1.0, 1.0, 1.0 + further]
            cells = simulated(rng, shifts)
            shape = (3, 2, 8, 4, 8)  # emotions, sides, speakers, clips, width
            habits = rng.standard_normal((1, 1, 8, 1, 8)) + 0.5 * rng.standard_normal((3, 2, 8, 1, 8))
            vectors = (habits + rng.standard_normal(shape)) * np.sqrt(spectrum)
            vectors[:, 1, :, :, 0] += np.array(shifts)[:, None, None]
            flat = vectors.reshape(-1, 8)
            condensed = kernel.distances(flat)
            measures = of_layer(flat, kernel.kernel(condensed, kernel.bandwidth(condensed)))
            point = pd.Series(measures.of(cells)[:, column], index=["a", "b", "c"])
            without = {
                name: measures.of([cell.without(*speaker) for speaker in cell.speakers])[:, column]
                for name, cell in zip(point.index, cells, strict=True)
            }
            index = pd.MultiIndex.from_tuples([("", str(s)) for s in range(8)], names=["dataset", "person"])
            table = contrasts(point, pd.DataFrame(without, index=index), rng)
            found[further].append(table.set_index(["emotion", "against"])["p"])
    null = np.array([p["a", "b"] for p in found[0.0]])
    assert np.mean(null <= 0.05) <= 0.10
    assert stats.kstest(null, "uniform").pvalue > 0.001
    assert np.mean([p["a", "c"] <= 0.05 for p in found[3.0]]) >= 0.9
