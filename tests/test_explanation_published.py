"""Paper 2 as published: its splits, draws, fits and quantities against plain renderings, and what the form does."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV, GroupShuffleSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from workflow_scripts.explanation.published import explain_as_published
from workflow_scripts.explanation.published_ridge import information_increase, predict_as_published
from workflow_scripts.explanation.published_scores import (
    METRICS,
    Splits,
    background,
    draw_rows,
    ranked,
    scored,
    sides,
    smallest_best,
    speaker_normalised,
    split,
)
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.schemas import TABLES

ACTORS = [f"{actor:02d}" for actor in range(1, 25)]
TOLD = "the form of paper 2 splits"


def clips(each: dict[str, int], speakers: list[str] = ACTORS) -> tuple[np.ndarray, np.ndarray]:
    """Speaker and emotion of every clip; `each`: clips of one speaker by emotion."""
    emotions = [emotion for emotion, number in each.items() for _ in range(number)]
    return np.repeat(speakers, len(emotions)), np.tile(emotions, len(speakers))


def mixture(n: int, width: int, seed: int, latent: int = 60) -> np.ndarray:
    """Correlated dimensions (n, width): latent factors and noise."""
    rng = np.random.default_rng([seed, width])
    factors = rng.standard_normal((n, latent)) @ rng.standard_normal((latent, width)) / latent**0.5
    return factors + 0.5 * rng.standard_normal((n, width))


@cache
def small() -> tuple[np.ndarray, np.ndarray, Splits]:
    """Speaker-normalised rows of 24 speakers with a signal in six of 30 dimensions, their labels and splits."""
    speakers, emotions = clips({"neutral": 4, "angry": 4})
    positive = emotions == "angry"
    x = mixture(len(speakers), 30, 1)
    x[positive, :6] += 0.9
    return speaker_normalised(x, speakers), positive, split(speakers, positive)


@cache
def explained(seed: int = 1, shift: float = 0.0, against: str = "neutral") -> dict[str, pd.DataFrame]:
    """A study of twelve speakers and three emotions; `shift` moves clips of the third and nothing else."""
    speakers, emotions = clips({"neutral": 4, "angry": 6, "sad": 5}, ACTORS[:12])
    x = mixture(len(speakers), 24, 2)
    x[emotions == "angry", :4] += 1.2
    x[emotions == "sad", ::2] += shift * np.arange(len(speakers))[emotions == "sad", None]
    return explain_as_published(
        x, features_of(x), emotions == "angry", emotions == against if against != "rest" else emotions != "angry",
        speakers, NAMES, CATEGORY, "angry", seed, {}, (2, 4, 8, 16), 3,
    )  # fmt: skip


EGEMAPS = pd.read_csv("resources/egemaps_categories.csv")
NAMES, CATEGORY = EGEMAPS["feature"].tolist(), EGEMAPS["category"].tolist()


def features_of(x: np.ndarray) -> np.ndarray:
    """88 features, mixtures of the dimensions and noise."""
    rng = np.random.default_rng(9)
    return x @ rng.standard_normal((x.shape[1], 88)) + rng.standard_normal((len(x), 88))


def members(speakers: np.ndarray, flags: np.ndarray) -> list[set[str]]:
    return [set(speakers[part]) for part in flags]


def test_split_members_are_those_of_the_paper() -> None:
    speakers, emotions = clips({"neutral": 4, "angry": 4})
    dealt = split(speakers, emotions == "angry")
    tested = [
        {"01", "09", "12", "17", "19"},
        {"01", "02", "06", "08", "19"},
        {"05", "10", "16", "22", "24"},
        {"01", "03", "06", "11", "20"},
        {"02", "04", "06", "14", "21"},
    ]
    assert members(speakers, ~dealt.outer) == tested
    assert set(ACTORS) - set.union(*tested) == {"07", "13", "15", "18", "23"}
    for outer, within in zip(dealt.outer, dealt.inner, strict=True):
        assert not (within & ~outer).any()
        assert [len(names) for names in members(speakers, within)] == [15] * 5
        assert [len(names) for names in members(speakers, outer & ~within)] == [4] * 5


def test_split_members_of_four_speakers() -> None:
    speakers, emotions = clips({"neutral": 15, "angry": 15}, ["DC", "JE", "JK", "KL"])
    dealt = split(speakers, emotions == "angry")
    assert members(speakers, ~dealt.outer) == [{"JE"}, {"JE"}, {"KL"}, {"JE"}, {"JK"}]
    assert {len(names) for part in dealt.inner for names in members(speakers, part)} == {2}


def test_rows_are_drawn_as_numpy_does_after_its_seed() -> None:
    positive, against = np.zeros(500, bool), np.zeros(500, bool)
    positive[100:292], against[300:396] = True, True
    np.random.seed(42)  # noqa: NPY002 (the published code seeds numpy itself)
    emotional = 100 + np.random.choice(192, size=96, replace=False)  # noqa: NPY002 (as published)
    neutral = 300 + np.random.choice(96, size=96, replace=False)  # noqa: NPY002 (as published)
    assert np.array_equal(draw_rows(positive, against), np.concatenate([emotional, neutral]))
    fewer = draw_rows(against, positive)
    assert against[fewer[:96]].all()
    assert positive[fewer[96:]].all()


def test_speakers_are_normalised_as_by_scikit_learn() -> None:
    speakers, _ = clips({"neutral": 3, "sad": 2}, ACTORS[:4])
    x = mixture(len(speakers), 6, 3)
    x[:, 5] = 7.0
    expected = np.empty_like(x)
    for speaker in set(speakers):
        expected[speakers == speaker] = StandardScaler().fit_transform(x[speakers == speaker])
    assert speaker_normalised(x, speakers) == pytest.approx(expected, abs=1e-12)


def plain(x: np.ndarray, positive: np.ndarray, speakers: np.ndarray, **fit: float) -> tuple[np.ndarray, list[float]]:
    """The published pipeline as it is written: scores (3, 5) and C of each split."""
    rows, chosen = [], []
    for train, test in GroupShuffleSplit(5, train_size=0.8, random_state=42).split(x, positive, speakers):
        inner = GroupShuffleSplit(5, train_size=0.8, random_state=42)
        search = GridSearchCV(LogisticRegression(**fit), {"C": [0.01, 0.1, 1, 10, 100]}, cv=inner)
        search.fit(x[train], positive[train], groups=speakers[train])
        scaler = StandardScaler().fit(x[train])
        model = LogisticRegression(**search.best_params_, **fit).fit(scaler.transform(x[train]), positive[train])
        says = model.predict(scaler.transform(x[test]))
        rows.append([score(positive[test], says) for score in (f1_score, balanced_accuracy_score, accuracy_score)])
        chosen.append(search.best_params_["C"])
    return np.array(rows).T, chosen


@pytest.mark.parametrize("width", [30, 9, 2])
def test_scores_are_those_of_the_pipeline_as_it_is_written(width: int) -> None:
    x, positive, splits = small()
    x = (x * np.geomspace(3, 0.3, 30))[:, :width]
    found = scored(x, positive, splits)
    converged, chosen = plain(x, positive, clips({"neutral": 4, "angry": 4})[0], tol=1e-8, max_iter=5000)
    assert found.values == pytest.approx(converged, abs=1e-12)
    assert found.C.tolist() == chosen
    assert METRICS == ("F1", "UAR", "WA")


def test_scores_are_within_the_tolerance_of_fits_that_stop_early() -> None:
    x, positive, splits = small()
    speakers = clips({"neutral": 4, "angry": 4})[0]
    wide = np.hstack([x, mixture(len(x), 300, 4)])
    by_default, _ = plain(wide, positive, speakers)
    assert scored(wide, positive, splits).values[0].mean() == pytest.approx(by_default[0].mean(), abs=0.005)


def test_an_emotion_that_is_never_named_has_f1_zero() -> None:
    speakers, emotions = clips({"neutral": 4, "angry": 4})
    splits = split(speakers, emotions == "angry")
    positive = (emotions == "angry") & splits.outer[0]  # nobody in the first test part
    x = np.where(positive, 3.0, -3.0)[:, None] + 0.1 * mixture(len(positive), 1, 5)
    found = scored(x, positive, splits).values
    assert found[:, 0].tolist() == [0.0, 1.0, 1.0]
    assert found[0, 1] == 1.0


def test_the_ranking_is_that_of_shap_with_its_own_background() -> None:
    import shap

    x, positive, splits = small()
    found = ranked(x, positive, splits, 0.1)
    part = splits.outer[-1]
    scaler = StandardScaler().fit(x[part])
    model = LogisticRegression(C=0.1, tol=1e-10, max_iter=5000).fit(scaler.transform(x[part]), positive[part])
    assert found.coefficient == pytest.approx(model.coef_[0], rel=1e-4, abs=1e-6)
    model.coef_ = found.coefficient[None]
    explainer = shap.Explainer(model, x)
    assert np.array_equal(explainer.masker.data, background(x))
    assert found.importance == pytest.approx(np.abs(explainer(x).values).mean(0), rel=1e-10)
    assert np.array_equal(found.order, np.argsort(-found.importance))
    few = x[:40]
    assert np.array_equal(shap.Explainer(model, few).masker.data, background(few))


def test_sides_count_as_published() -> None:
    order = np.arange(100)[::-1]
    found = sides(order, 10)
    assert found["top"].tolist() == list(range(99, 89, -1))
    assert found["rest"].tolist() == list(range(88, -1, -1))  # skips one
    assert found["bottom"].tolist() == list(range(10, -1, -1))  # one too many


def test_k_is_the_first_of_the_best_rounded_scores() -> None:
    assert smallest_best([10, 20, 30, 40], np.array([0.9, 0.9496, 0.9504, 0.94])) == 20
    assert smallest_best([10, 20, 30, 40], np.array([0.9, 0.9494, 0.9506, 0.94])) == 30


def test_a_planted_dimension_is_found_alone() -> None:
    speakers, emotions = clips({"neutral": 4, "angry": 4, "sad": 1})
    x = mixture(len(speakers), 40, 6)
    x[:, 17] = np.where(emotions == "angry", 4.0, -4.0) + 0.1 * mixture(len(speakers), 1, 7)[:, 0]
    found = explain_as_published(
        x, x[:, :1], emotions == "angry", emotions == "neutral", speakers, ["f"], ["Energy"], "angry", 1, {},
        (1, 5, 10), 2,
    )  # fmt: skip
    choice = found["choices"].iloc[0]
    assert (choice["k"], choice["score"]) == (1, 1.0)
    assert found["importance"].iloc[0][["dimension", "rank"]].tolist() == [17, 1]
    scores = found["scores"].query("metric == 'F1'").set_index("side")
    assert scores.loc["top", "value"] == 1.0
    assert scores.loc["random", "value"] < 0.9
    assert scores.loc[["all", "top", "rest", "bottom", "random"], "k"].tolist() == [40, 1, 38, 2, 1]
    assert scores.loc["top", ["n_clips", "n_positive", "n_speakers"]].tolist() == [192, 96, 19]


def searched(x: np.ndarray, y: np.ndarray, seed: int) -> tuple[float, float]:
    """The published regression as it is written: error and penalty."""
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.20, random_state=seed)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), Ridge()),
        {"ridge__alpha": [0.001, 0.01, 0.1, 1, 10, 100]},
        cv=5,
        scoring="neg_root_mean_squared_error",
    ).fit(x_train, y_train)
    return float(np.sqrt(np.mean((search.predict(x_test) - y_test) ** 2))), search.best_params_["ridge__alpha"]


@pytest.mark.parametrize("width", [3, 60, 300])
def test_ridge_is_that_of_the_pipeline_as_it_is_written(width: int) -> None:
    x = mixture(100, width, 8, latent=20)
    rng = np.random.default_rng(10)
    clear = x[:, :3] @ rng.standard_normal((3, 2)) + 0.01 * rng.standard_normal((100, 2))
    targets = np.column_stack([clear, x[:, 0] + rng.standard_normal(100), rng.standard_normal(100)])
    seeds = [5, 6, 7, 2**32 - 1]
    found = predict_as_published(x, targets, seeds)
    expected = [searched(x, y, seed) for y, seed in zip(targets.T, seeds, strict=True)]
    assert found.rmse == pytest.approx([rmse for rmse, _ in expected], abs=1e-10)
    assert found.alpha.tolist() == [alpha for _, alpha in expected]
    assert len(set(found.alpha)) > 1
    assert found.n_held_out == 20


def test_information_increase_is_the_inverse_of_a_rounded_ratio() -> None:
    found = information_increase(np.array([0.5, 0.5, 0.01, 0.0]), np.array([0.5, 0.7, 0.9, 0.5]))
    assert found[:2].tolist() == [2.0, 1 / 0.357]
    assert np.isnan(found[2:]).all()


def test_gains_tell_the_seeds_with_which_they_can_be_had_again() -> None:
    speakers, emotions = clips({"neutral": 4, "angry": 6, "sad": 5}, ACTORS[:12])
    x = mixture(len(speakers), 24, 2)
    x[emotions == "angry", :4] += 1.2
    rows = draw_rows(emotions == "angry", emotions == "neutral")
    found = explained()
    own, targets = (speaker_normalised(values, speakers)[rows] for values in (x, features_of(x)))
    top = found["importance"]["dimension"].to_numpy()[: found["choices"]["k"].item()]
    gains = found["gains"].set_index("feature")
    for feature in (NAMES[0], NAMES[40]):
        row, y = gains.loc[feature], targets[:, NAMES.index(feature)]
        of_top, of_all = map(int, re.findall(r"\d+(?= for)", row["note"]))
        assert of_top != of_all
        assert searched(own[:, top], y, of_top) == pytest.approx((row["rmse_top"], row["alpha_top"]), abs=1e-10)
        assert searched(own, y, of_all) == pytest.approx((row["rmse_all"], row["alpha_all"]), abs=1e-10)
        assert row["information_increase"] == 1 / np.round(row["rmse_top"] ** 2 / row["rmse_all"], 3)
    assert gains["note"].nunique() == 88
    assert (gains["n_clips"] == 20).all()  # a fifth of 2 x 48 rows, rounded up


def test_only_declared_columns_and_every_side() -> None:
    found = explained()
    assert set(found) == {"scores", "curve", "choices", "importance", "gains", "categories"}
    for name, frame in found.items():
        assert set(frame) <= set(TABLES[f"explanation_{name}"])
        assert set(frame["protocol"]) == {"paper2"}
    assert set(found["scores"]["side"]) == {"all", "top", "rest", "bottom", "random"}
    assert (found["choices"]["fold"] == -1).all()
    curve = found["curve"].query("side == 'top' and metric == 'F1'").set_index("k")["value"]
    assert curve.index.tolist() == [2, 4, 8, 16]
    top = found["scores"].query("side == 'top' and metric == 'F1'").iloc[0]
    assert top["value"] == curve.max() == curve[top["k"]]
    assert "best of 4 on the test speakers" in top["note"]
    assert (found["scores"]["spread"] > 0).all()


def test_the_same_study_says_the_same_and_its_seed_moves_only_what_has_no_seed_in_the_paper() -> None:
    first = explained()
    explained.cache_clear()
    again, other = explained(), explained(seed=2)
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, again[name])
    drawn = first["scores"]["side"] == "random"
    assert np.array_equal(first["scores"][~drawn]["value"], other["scores"][~drawn]["value"])
    assert not np.array_equal(first["scores"][drawn]["value"], other["scores"][drawn]["value"])
    assert (first["gains"]["rmse_all"] != other["gains"]["rmse_all"]).all()


def test_speaker_normalisation_takes_in_clips_of_emotions_that_are_not_told_apart() -> None:
    assert not np.allclose(explained()["importance"]["value"], explained(shift=0.1)["importance"]["value"])


def test_against_the_rest_the_smaller_class_is_matched() -> None:
    scores = explained(against="rest")["scores"]
    assert set(scores["n_clips"]) == {144}  # 72 angry of 180, 72 of the 108 others
    assert set(scores["n_positive"]) == {72}


def test_categories_are_counted_and_their_medians_are_of_the_features() -> None:
    found = explained()
    table = found["categories"].query("what == 'information-increase'").set_index(["aggregate", "category"])
    counts = {"Energy": 15, "Frequency": 24, "Spectral": 43, "Temporal": 6}
    assert table.loc["median", "n_features"].to_dict() == table.loc["mean", "n_features"].to_dict() == counts
    of = found["gains"].groupby("category")["information_increase"]
    assert table.loc["median", "value"].to_dict() == of.median().to_dict()
    assert table.loc["mean", "value"].to_dict() == pytest.approx(of.mean().to_dict())
    assert "shap" not in set(found["categories"]["what"])


def test_importance_of_acoustic_features_is_scaled_from_0_to_1() -> None:
    speakers, emotions = clips({"neutral": 4, "angry": 4}, ACTORS[:6])
    features = features_of(mixture(len(speakers), 24, 2))
    found = explain_as_published(
        features, features[:, :2], emotions == "angry", emotions == "neutral", speakers, NAMES[:2], CATEGORY[:2],
        "angry", 1, dict(zip(NAMES, CATEGORY, strict=True)), (10,), 2,
    )  # fmt: skip
    importance = found["importance"]
    assert importance["feature"].tolist() == [NAMES[place] for place in importance["dimension"]]
    rounded = importance["value"].round(3)
    scaled = (rounded - rounded.min()) / (rounded.max() - rounded.min())
    shap = found["categories"].query("what == 'shap'").set_index(["aggregate", "category"])["value"]
    assert shap["median"].to_dict() == pytest.approx(scaled.groupby(importance["category"]).median().to_dict())
    assert shap["mean"].to_dict() == pytest.approx(scaled.groupby(importance["category"]).mean().to_dict())


def test_noise_looks_told_apart_in_this_form() -> None:
    lifts = []
    for seed in range(4):
        speakers, emotions = clips({"neutral": 4, "angry": 4})
        x = mixture(len(speakers), 200, seed)
        found = explain_as_published(
            x, x[:, :0], emotions == "angry", emotions == "neutral", speakers, [], [], "angry", 1, {}, (10, 50, 100), 2
        )
        f1 = found["scores"].query("metric == 'F1'").set_index("side")["value"]
        assert 0.35 < f1["all"] < 0.65
        lifts.append(f1["top"] - f1["all"])
    assert np.mean(lifts) > 0.05
    assert min(lifts) > 0


@pytest.mark.parametrize("number", [0, 1, 2])
def test_too_few_speakers_are_refused_with_their_number(number: int) -> None:
    speakers, emotions = clips({"neutral": 4, "angry": 4}, ACTORS[:number])
    x = np.ones((len(speakers), 3))
    with pytest.raises(UserError, match=f"{TOLD}.* {number} speakers, it needs 3"):
        explain_as_published(
            x, x, emotions == "angry", emotions == "neutral", speakers, list("abc"), list("abc"), "angry", 1, {}
        )


def test_a_training_part_without_one_class_is_refused() -> None:
    speakers, emotions = clips({"neutral": 4, "angry": 4}, ACTORS[:6])
    kept = (emotions == "angry") | (speakers == "03")
    with pytest.raises(UserError, match=f"{TOLD} 6 speakers .* clips of one class only"):
        split(speakers[kept], emotions[kept] == "angry")
