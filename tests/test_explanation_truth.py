"""What was planted in the synthetic voice is found in its acoustic features, strictly, and nothing else is."""

import functools

import numpy as np
import pandas as pd
import pytest

from workflow_scripts.acoustics.functionals import Functionals
from workflow_scripts.corpora._synthetic import Task
from workflow_scripts.corpora._voice_clips import waveform
from workflow_scripts.corpora._voice_settings import SETTINGS, departures, perform, speaker_of
from workflow_scripts.explanation.strict import Sample, Settings, Strict
from workflow_scripts.statistics.scales import rank_normal
from workflow_scripts.study.seeds import seed_of

SPEAKERS, TAKES, FOLDS, STRENGTH = 6, 4, 3, 1.5
KNOWN = pd.read_csv("resources/egemaps_categories.csv").set_index("feature")["category"]
ASKED = Settings(C=(0.01, 0.1, 1.0), inner_folds=3, permutations=199, random_draws=200, seed=1)


@functools.cache
def smile() -> Functionals:
    return Functionals("eGeMAPSv02")


@functools.cache
def features(category: str, emotion: str = "angry") -> np.ndarray:
    """Functionals (clips, 88) of clips whose voice departs as the emotion does, in the settings of a category only."""
    asked = departures(emotion, "normal", STRENGTH, "speech")
    planted = {one.name: asked[one.name] if one.category == category else 0.0 for one in SETTINGS}
    rows = []
    for number in range(1, SPEAKERS + 1):
        speaker = speaker_of(1, f"{number:02d}")
        for take in range(TAKES):
            task = Task("speech", speaker.name, emotion, "normal", str(1 + take % 2), 1 + take // 2)
            draw = np.random.default_rng(seed_of(1, "truth", category, emotion, task.stem))
            wave = waveform(task, "", speaker, perform(planted, speaker, draw), draw)
            rows.append(smile()(task.stem, wave.astype(np.float32)))
    return np.array(rows, dtype=np.float64)


def strict_of(planted: np.ndarray, ks: list[int]) -> Strict:
    """The strict form of planted clips against plain ones, acoustic features as input and as what is predicted."""
    x = np.concatenate([planted, features("none", "neutral")])
    who = np.tile(np.repeat(np.arange(SPEAKERS), TAKES), 2)
    positive = np.arange(len(x)) < len(planted)
    speakers = np.array([f"{one:02d}" for one in who])
    return Strict(Sample(x, rank_normal(x), positive, speakers, who % FOLDS), ks, ASKED, curves=False)


# Formants and spectral slope move features of both their categories, level and tempo hardly any but their own.
SURE = {"Energy": 0.95, "Frequency": 0.5, "Spectral": 0.5, "Temporal": 0.95}


@pytest.mark.parametrize("category", SURE)
def test_the_planted_category_comes_first(category: str) -> None:
    names = smile().names
    of = [KNOWN[name] for name in names]
    explained = strict_of(features(category), [5, 10])
    scores = explained.scores().set_index(["side", "metric"])
    assert scores.loc[("all", "UAR"), "p"] <= 0.02
    shap, orders = explained.shap_categories(explained.attributions()[0], of)
    mean = shap[shap["aggregate"] == "mean"].set_index("category")
    assert mean["value"].idxmax() == category
    assert mean["p_first"].idxmax() == category
    assert mean.loc[category, "p_first"] > SURE[category]
    assert orders[orders["aggregate"] == "mean"]["probability"].sum() == pytest.approx(1)


def test_where_nothing_was_planted_nothing_is_significant() -> None:
    names = smile().names
    of = [KNOWN[name] for name in names]
    explained = strict_of(features("none", "angry"), [5, 10])
    scores = explained.scores().set_index(["side", "metric"])
    assert scores.loc[("all", "UAR"), "p"] > 0.05
    assert scores.loc[("top", "UAR"), "p"] > 0.05
    gains, categories, _ = explained.prediction(names, of)
    assert not gains["claimed"].any()
    assert not ((categories["p_adjusted"] <= 0.05) & (categories["low"] > 0)).any()
