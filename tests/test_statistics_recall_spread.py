"""Spread of recalls over emotions: planted bias is found, chance keeps its level, units are what they say."""

import numpy as np
import pytest

from workflow_scripts.statistics import recall_spread

RNG = np.random.default_rng


def recalls(seed: int, bias: float, speakers: int = 8, clips: int = 4) -> np.ndarray:
    """Speakers of other skill each, six emotions, of which the last is harder by `bias`."""
    rng = RNG(seed)
    skill = rng.uniform(0.5, 0.8, size=(speakers, 1)) - np.array([0, 0, 0, 0, 0, bias])
    return rng.binomial(clips, skill) / clips


def test_a_planted_bias_is_found() -> None:
    found = recall_spread.of_speakers(recalls(1, 0.4), RNG(2))
    assert found.p < 0.01
    assert found.low < found.value < found.high
    assert found.value > 2 * found.chance
    assert found.value == pytest.approx(recalls(1, 0.4).mean(axis=0).std(ddof=1))


def test_chance_keeps_its_level() -> None:
    ps = np.array([recall_spread.of_speakers(recalls(seed, 0.0), RNG(seed), 199).p for seed in range(400)])
    assert 0.02 < np.mean(ps <= 0.05) < 0.085
    assert ps.mean() == pytest.approx(0.5, abs=0.06)


def test_a_change_of_bias_keeps_its_level_and_finds_what_was_planted() -> None:
    def p_of(seed: int, one: float, other: float) -> float:
        return recall_spread.change(recalls(2 * seed, one), recalls(2 * seed + 1, other), RNG(1)).p

    assert 0.02 < np.mean([p_of(seed, 0.2, 0.2) <= 0.05 for seed in range(400)]) < 0.085
    assert np.mean([p_of(seed, 0.0, 0.0) <= 0.05 for seed in range(400)]) < 0.085
    assert np.mean([p_of(seed, 0.5, 0.0) <= 0.05 for seed in range(50)]) > 0.6


def test_another_level_or_another_hard_emotion_is_no_change_of_bias() -> None:
    other = [np.roll(recalls(1000 + seed, 0.3), 2, axis=1) - 0.1 for seed in range(300)]
    ps = [recall_spread.change(recalls(seed, 0.3), table, RNG(1)).p for seed, table in enumerate(other)]
    assert np.mean(np.array(ps) <= 0.05) < 0.085
    found = recall_spread.change(recalls(1, 0.5), recalls(2, 0.0), RNG(1))
    assert found.difference == pytest.approx(
        np.std(recalls(1, 0.5).mean(0), ddof=1) - np.std(recalls(2, 0).mean(0), ddof=1)
    )
    assert found.low < found.difference < found.high
    assert found.p_smallest == 2**-7


def test_pseudo_values_are_those_of_the_jackknife() -> None:
    table = recalls(5, 0.2)
    whole = table.mean(axis=0).std(ddof=1)
    literal = [8 * whole - 7 * np.delete(table, i, axis=0).mean(axis=0).std(ddof=1) for i in range(8)]
    assert recall_spread.pseudo_values(table) == pytest.approx(literal)
    single = recall_spread.of_speakers(table[:1], RNG(1))
    assert single.p == 1
    assert np.isnan([single.low, single.high]).all()


def test_clips_as_units() -> None:
    rng = RNG(7)
    speaker, true = np.repeat(np.arange(5), 60), np.tile(np.repeat(np.arange(6), 10), 5)
    share = rng.uniform(0.4, 0.8, size=5)[speaker]
    biased = (rng.random(300) < share - 0.4 * (true == 0)).astype(float)
    found = recall_spread.of_clips(speaker, true, biased, RNG(1), 999)
    assert found.p < 0.05
    assert found.value == pytest.approx(np.std([biased[true == k].mean() for k in range(6)], ddof=1))
    level = []
    for _ in range(200):
        fair = (rng.random(300) < share).astype(float)
        level.append(recall_spread.of_clips(speaker, true, fair, rng, 99).p <= 0.05)
    assert 0.015 < np.mean(level) < 0.1
