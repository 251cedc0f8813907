"""Intervals against closed forms and other implementations, and their coverage by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workflow_scripts.statistics import intervals, metrics

REPETITIONS = 600
SLACK = 3 * np.sqrt(0.95 * 0.05 / REPETITIONS)  # three Monte-Carlo standard errors of a coverage of 0.95


def balanced(rng, m=6, per_emotion=5, n_emotions=3):
    true = np.tile(np.repeat(np.arange(n_emotions), per_emotion), m)
    unit = np.repeat(np.arange(m), per_emotion * n_emotions)
    predicted = np.where(rng.random(len(true)) < 0.5, true, rng.integers(n_emotions, size=len(true)))
    return metrics.confusion_by(unit, true, predicted, m, n_emotions)


@pytest.mark.parametrize("score", [metrics.wa, metrics.uar])
def test_pseudo_values_of_a_balanced_design_are_the_speakers_own_scores(score):
    tables = balanced(np.random.default_rng(1))
    own = score(tables)
    assert intervals.pseudo_values(tables, score) == pytest.approx(own)
    found = intervals.over_speakers(float(score(tables.sum(axis=0))), own)
    expected = stats.t.interval(0.95, len(own) - 1, own.mean(), stats.sem(own))
    assert found.method == "t over speakers"
    assert found[:2] == pytest.approx(expected)


@pytest.mark.parametrize("score", metrics.METRICS.values())
def test_pseudo_values_leave_out_one_speaker_at_a_time(score):
    rng = np.random.default_rng(2)
    tables = rng.integers(0, 6, size=(2, 5, 3, 3))  # two draws
    expected = [
        np.mean([5 * score(d.sum(axis=0)) - 4 * score(np.delete(d, s, axis=0).sum(axis=0)) for d in tables])
        for s in range(5)
    ]
    assert intervals.pseudo_values(tables, score) == pytest.approx(expected)


def test_one_speaker_has_no_interval():
    tables = balanced(np.random.default_rng(3), m=1)
    values = intervals.pseudo_values(tables, metrics.uar)
    assert np.isnan(values).all()
    assert np.isnan(intervals.over_speakers(0.5, values).low)


def test_speakers_without_spread_get_the_widest_interval_not_none():
    found = intervals.over_speakers(1.0, [1.0, 1.0, 1.0, 1.0])
    assert found.low == pytest.approx(stats.binomtest(4, 4).proportion_ci(method="wilson").low)
    assert found.high == pytest.approx(1.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(deadline=None)
def test_intervals_hold_the_score_and_stay_within_0_and_1(values):
    value = float(np.mean(values))
    found = intervals.over_speakers(value, values)
    if len(values) == 1:
        assert np.isnan(found.low)
    else:
        assert 0 <= found.low <= value + 1e-9
        assert value - 1e-9 <= found.high <= 1


@given(st.integers(1, 300), st.data())
@settings(max_examples=50, deadline=None)
def test_wilson_equals_scipy(n, data):
    right = data.draw(st.integers(0, n))
    expected = stats.binomtest(right, n).proportion_ci(method="wilson")
    assert intervals.wilson(right / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_the_published_figures():
    """Intervals of the nine published accuracies at n = 203, to one decimal."""
    for right, low, high in [(152, 68.5, 80.3), (162, 73.8, 84.7), (173, 79.7, 89.4), (189, 88.8, 95.8)]:
        assert np.round(100 * np.array(intervals.wilson(right / 203, 203)), 1) == pytest.approx([low, high])


def test_wilson_refuses_what_is_no_share():
    with pytest.raises(ValueError, match="share"):
        intervals.wilson(0.5, 0)
    with pytest.raises(ValueError, match="share"):
        intervals.wilson(1.5, 10)


def test_clip_intervals_have_the_variance_of_theory():
    table = np.array([[5, 2, 0], [3, 9, 1], [0, 4, 12]])
    n, r = table.sum(axis=1), metrics.recall(table)
    wa = intervals.over_clips(table, metrics.wa)
    assert wa[:2] == pytest.approx(intervals.wilson(26 / 36, 36), abs=1e-5)
    variance = (r * (1 - r) / n).sum() / 9
    uar = float(metrics.uar(table))
    expected = intervals.wilson(uar, uar * (1 - uar) / variance)
    assert intervals.over_clips(table, metrics.uar)[:2] == pytest.approx(expected, abs=1e-5)
    # macro-F1 against the spread of resampled clips
    rng = np.random.default_rng(4)
    many = table * 30
    resampled = rng.multinomial(many.sum(), (many / many.sum()).ravel(), size=4000).reshape(-1, 3, 3)
    found = intervals.over_clips(many, metrics.macro_f1)
    width = 2 * 1.96 * metrics.macro_f1(resampled).std()
    assert found.high - found.low == pytest.approx(width, rel=0.06)


def test_clip_interval_where_all_is_right():
    perfect = np.diag([10, 10, 10])
    for score in (metrics.wa, metrics.uar):
        assert intervals.over_clips(perfect, score)[:2] == pytest.approx(intervals.wilson(1.0, 30))
    uneven = np.diag([2, 10, 10])
    assert intervals.over_clips(uneven, metrics.uar).low < intervals.over_clips(uneven, metrics.wa).low
    assert np.isnan(intervals.over_clips(np.zeros((3, 3)), metrics.uar).low)


def test_clip_interval_of_several_draws_is_as_wide_as_that_of_one():
    table = np.array([[15, 5], [6, 14]])
    one = intervals.over_clips(table, metrics.uar)
    many = intervals.over_clips(np.stack([table] * 5), metrics.uar)
    assert many[:2] == pytest.approx(one[:2])


@pytest.mark.parametrize("m", [4, 6, 12, 24])
@pytest.mark.parametrize(("a", "b", "least"), [(14, 6, 0.95), (9, 1, 0.93), (2, 18, 0.94)])
def test_coverage_over_speakers(m, a, b, least):
    """60 clips a speaker, scores Beta(a, b); skewed scores near 0 or 1 are what the logit scale is for."""
    rng = np.random.default_rng([m, a])
    scores = rng.binomial(60, rng.beta(a, b, size=(REPETITIONS, m))) / 60
    found = np.array([intervals.over_speakers(x.mean(), x)[:2] for x in scores])
    coverage = np.mean((found[:, 0] <= a / (a + b)) & (a / (a + b) <= found[:, 1]))
    assert coverage > least - SLACK


def test_logit_covers_better_than_plain_t_near_one():
    rng = np.random.default_rng(5)
    scores = rng.binomial(60, rng.beta(9, 1, size=(REPETITIONS, 6))) / 60
    logit = np.array([intervals.over_speakers(x.mean(), x)[:2] for x in scores])
    half = stats.t.ppf(0.975, 5) * scores.std(axis=1, ddof=1) / np.sqrt(6)
    plain = np.stack([scores.mean(axis=1) - half, scores.mean(axis=1) + half], axis=1)
    covers = [np.mean((ends[:, 0] <= 0.9) & (ends[:, 1] >= 0.9)) for ends in (logit, plain)]
    assert covers[0] > covers[1] + 0.02


def test_clip_level_intervals_fail_for_new_speakers_and_speaker_intervals_do_not():
    rng = np.random.default_rng(6)
    truth, clip_covers, speaker_covers = 0.7, 0, 0
    for _ in range(300):
        right = rng.binomial(60, rng.beta(14, 6, size=24))
        low, high = intervals.wilson(right.sum() / 1440, 1440)
        clip_covers += low <= truth <= high
        own = intervals.over_speakers(right.sum() / 1440, right / 60)
        speaker_covers += own.low <= truth <= own.high
    assert clip_covers / 300 < 0.85
    assert speaker_covers / 300 > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)


def test_coverage_of_the_jackknife_where_speakers_lack_emotions():
    """Ten speakers with 0 to 12 clips of each of four emotions, as in EMO-DB; skill varies by speaker and emotion."""
    rng = np.random.default_rng(7)
    sizes = rng.integers(0, 13, size=(10, 4))
    sizes[0, 2] = 0
    mean = np.array([0.8, 0.6, 0.7, 0.5])
    hits = 0
    for _ in range(REPETITIONS):
        skill = np.clip(mean + rng.normal(0, 0.08, size=(10, 1)) + rng.normal(0, 0.05, size=(10, 4)), 0, 1)
        right = rng.binomial(sizes, skill)
        tables = np.zeros((10, 4, 4))
        tables[:, np.arange(4), np.arange(4)] = right
        tables[:, np.arange(4), (np.arange(4) + 1) % 4] = sizes - right
        value = float(metrics.uar(tables.sum(axis=0)))
        found = intervals.over_speakers(value, intervals.pseudo_values(tables, metrics.uar))
        hits += found.low <= mean.mean() <= found.high
    assert hits / REPETITIONS > 0.95 - SLACK - 0.01
    assert hits / REPETITIONS < 0.99


@pytest.mark.parametrize("skill", [0.4, 0.8])
def test_coverage_over_clips_at_the_size_of_the_published_test_set(skill):
    rng = np.random.default_rng(8)
    sizes = np.array([92, 184, 184, 184, 184, 184]) / 1012
    right = np.clip(skill + np.array([-0.1, 0.05, 0.05, -0.05, 0.1, 0]), 0, 1)
    shares = np.full((6, 6), 0.2) * (1 - right[:, None])
    shares[np.arange(6), np.arange(6)] = right
    cells = sizes[:, None] * shares
    truth = {"WA": (sizes * right).sum(), "UAR": right.mean(), "macro-F1": float(metrics.macro_f1(1e6 * cells))}
    draws = rng.multinomial(203, cells.ravel(), size=REPETITIONS).reshape(-1, 6, 6)
    for name, score in metrics.METRICS.items():
        found = np.array([intervals.over_clips(table, score)[:2] for table in draws])
        coverage = np.mean((found[:, 0] <= truth[name]) & (truth[name] <= found[:, 1]))
        assert 0.94 - SLACK < coverage < 0.99, name


def test_studentised_bootstrap_agrees_with_t_and_covers():
    rng = np.random.default_rng(9)
    hits = 0
    for _ in range(300):
        scores = rng.binomial(60, rng.beta(9, 1, size=12)) / 60
        found = intervals.studentised_bootstrap(scores, rng, draws=300)
        hits += found.low <= 0.9 <= found.high
    assert hits / 300 > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)
    normal = rng.normal(0.6, 0.1, size=200)
    found = intervals.studentised_bootstrap(normal, rng, draws=4000)
    expected = stats.t.interval(0.95, 199, normal.mean(), stats.sem(normal))
    assert found[:2] == pytest.approx(expected, abs=0.002)


def test_studentised_bootstrap_refuses_few_speakers():
    with pytest.raises(ValueError, match="12 speakers"):
        intervals.studentised_bootstrap(np.linspace(0, 1, 11), np.random.default_rng(0))
