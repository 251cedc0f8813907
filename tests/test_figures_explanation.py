"""Figures of the explanation of a dataset: what is drawn is what the tables say."""

from pathlib import Path

import made_up_explanation_shap as of_clips
import numpy as np
import pandas as pd
import pytest
from drawn_explanation import (
    FACTS,
    LAYERS,
    MODELS,
    axes_of,
    figures,
    foot_of,
    lines_of,
    points_of,
    rows_of,
    spans_of,
    study,
)
from made_up_explanation import ACOUSTIC, CATEGORIES, EMOTIONS, FEATURES, NETWORK, TINY
from matplotlib.colors import to_hex

from workflow_scripts.figures import (
    explanation_categories,
    explanation_curve,
    explanation_features,
    explanation_shap,
    style,
)
from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.study import tables as written

# -- tables ------------------------------------------------------------------------------------------------------------


def test_the_made_up_tables_are_as_the_workflow_writes_them(tmp_path: Path) -> None:
    whole = {f"study_explanation_{name}": frame for name, frame in study().items() if name != "papers"}
    whole |= {"explanation_papers": study()["papers"], "explanation_shap": of_clips.shap("song", "sad")}
    whole["acoustics"] = of_clips.acoustics("song", ["sad"])
    for name, frame in whole.items():
        written.write(frame, tmp_path / "table.parquet", name)
        pd.testing.assert_frame_equal(written.read(tmp_path / "table.parquet"), frame, check_dtype=False)
    shap = whole["explanation_shap"]
    assert np.allclose(shap[FEATURES].sum(axis=1), shap["decision"] - shap["expected"])


def test_the_layer_with_the_full_curve_is_drawn() -> None:
    made = study()
    assert e.full_layers(made["curve"], MODELS) == LAYERS
    earlier = made["curve"][(made["curve"]["model"] != NETWORK) | (made["curve"]["layer"] != "3")]
    moved = earlier.assign(layer=earlier["layer"].where(earlier["model"] != NETWORK, "1"))
    assert e.full_layers(moved, MODELS)[NETWORK] == "1"
    assert list(e.full_layers(earlier, MODELS)) == [NETWORK, TINY, ACOUSTIC]


# -- scores ------------------------------------------------------------------------------------------------------------


def test_scores_are_drawn_beside_those_of_acoustic_features_with_k_and_chance() -> None:
    figure, _ = figures()["scores"]
    uar, f1, *_ = axes_of(figure)
    scores, sides = study()["scores"], ["all", "top", "random"]
    for axis, metric in ((uar, "UAR"), (f1, "F1")):
        expected = []
        for emotion in EMOTIONS:
            acoustic = rows_of(scores, model=ACOUSTIC, emotion=emotion, metric=metric, side="all")
            own = rows_of(scores, model=NETWORK, layer="3", emotion=emotion, metric=metric).set_index("side").loc[sides]
            expected.append(pd.concat([acoustic, own]))
        rows = pd.concat(expected)
        assert [x for x, _ in points_of(axis, "strict")] == list(rows["value"])
        assert spans_of(axis, "interval") == list(rows[["low", "high"]].itertuples(index=False, name=None))
        assert [x for x, _ in points_of(axis, "chance")] == list(rows["chance"])
        faint = [line.get_alpha() < 1 for line in lines_of(axis, "strict")]
        assert faint == list(rows["p"] > 0.05)
    published = [
        rows_of(scores, model=model, layer=LAYERS[model], emotion=emotion, metric="F1", protocol="paper2", side=side)
        for emotion in EMOTIONS
        for model, side in ((ACOUSTIC, "all"), *((NETWORK, side) for side in sides))
    ]
    assert [x for x, _ in points_of(f1, "paper2")] == [rows["value"].iloc[0] for rows in published]
    assert not lines_of(uar, "paper2")
    k = rows_of(scores, model=NETWORK, layer="3", emotion="angry", metric="UAR").set_index("side")["k"]
    labels = [label.get_text() for label in uar.get_yticklabels()]
    test = rows_of(study()["choices"], model=NETWORK, layer="3", emotion="angry", protocol="paper2")["k"].iloc[0]
    assert labels[:4] == [f"{ACOUSTIC} 88", "all 1024", f"top {k['top']:g} ({test})", f"random {k['random']:g}"]


def test_what_is_not_above_chance_is_pale() -> None:
    figure, frame = figures()["scores"]
    tiny = axes_of(figure)[2]
    alphas = {line.get_alpha() for line in lines_of(tiny, "strict")}
    assert alphas == {1.0, e.FAINT}
    assert (frame.loc[frame["panel"] == TINY, "p"] > 0.05).any()


# -- curve -------------------------------------------------------------------------------------------------------------


def test_curves_of_all_sides_are_drawn_with_the_chosen_k() -> None:
    made = study()
    figure, _ = figures()["curve"]
    shown = axes_of(figure)
    for place, emotion in enumerate(EMOTIONS):
        axis = shown[place]
        own = {"model": NETWORK, "layer": "3", "emotion": emotion}
        for side in ("top", "rest", "random", "bottom"):
            rows = rows_of(made["curve"], **own, metric="UAR", side=side)
            (line,) = lines_of(axis, side)
            assert np.array_equal(line.get_xdata(), rows["k"])
            assert np.array_equal(line.get_ydata(), rows["value"])
            assert line.get_linestyle() == "-"
        assert to_hex(lines_of(axis, "top")[0].get_color()).upper() == style.EMOTIONS[emotion].colour
        bands = [band.get_paths()[0].vertices[:, 1] for band in axis.collections]
        lows = rows_of(made["curve"], **own, metric="UAR").query("side in ['top', 'rest', 'random', 'bottom']")
        assert sorted(band.min() for band in bands) == sorted(lows.groupby("side")["low"].min())
        assert points_of(axis, "all")[0][1] == rows_of(made["scores"], **own, metric="UAR", side="all")["value"].iloc[0]
        chosen = rows_of(made["choices"], **own)["k"]
        assert points_of(axis, "chosen k")[0][0] == chosen.median()
        (span,) = axis.patches
        assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx((chosen.min(), chosen.max()))
        below = shown[len(EMOTIONS) + place]
        top = rows_of(made["curve"], **own, metric="F1", side="top", protocol="paper2")
        assert np.array_equal(lines_of(below, "as published")[0].get_ydata(), top["value"])
        ((k, score),) = points_of(below, "published k")
        assert k == rows_of(made["choices"], **own, protocol="paper2")["k"].iloc[0]
        assert score == top.set_index("k").loc[k, "value"]
        strict = rows_of(made["curve"], **own, metric="F1", side="top")
        assert np.array_equal(lines_of(below, "top")[0].get_ydata(), strict["value"])
    assert len({axis.get_ylim() for axis in shown[: len(EMOTIONS)]}) == 1
    assert len({axis.get_xlim() for axis in shown[: 2 * len(EMOTIONS)]}) == 1


def test_song_is_drawn_dashed() -> None:
    made = study()
    frame = explanation_curve.data(made["curve"], made["choices"], made["scores"], "song", LAYERS, MODELS)
    axis = axes_of(explanation_curve.draw(frame, FACTS["song"]))[0]
    assert lines_of(axis, "top")[0].get_linestyle() == "--"


# -- SHAP --------------------------------------------------------------------------------------------------------------


def test_shap_values_of_the_foremost_features_are_drawn_with_their_names() -> None:
    figure, frame = figures()["shap"]
    swarm, bars = axes_of(figure)[:2]
    ranks = study()["importance"]
    ranks = ranks[(ranks["dataset"] == "speech") & (ranks["model"] == ACOUSTIC) & (ranks["emotion"] == "angry")]
    foremost = ranks[ranks["fold"] == -1].sort_values("rank").head(8)
    assert [label.get_text() for label in swarm.get_yticklabels()] == [
        style.feature_words(name) for name in foremost["feature"]
    ]
    shap, measured = of_clips.shap("speech", "angry"), of_clips.acoustics("speech", ["angry"]).set_index("clip_id")
    for points, name in zip(swarm.collections, foremost["feature"], strict=True):
        assert np.array_equal(points.get_offsets()[:, 0], shap[name])
        order = measured.loc[shap["clip_id"], name].rank().to_numpy()
        assert np.array_equal(pd.Series(points.get_array()).rank(), order)
        assert np.ptp(points.get_array()) == 1.0
    assert [bar.get_width() for bar in bars.patches] == list(foremost["value"])
    assert spans_of(bars, "interval") == list(foremost[["low", "high"]].itertuples(index=False, name=None))
    assert [label.get_text() for label in bars.get_yticklabels()] == list(foremost["category"])
    assert swarm.get_xlim()[1] == pytest.approx(1.05 * shap[foremost["feature"]].abs().to_numpy().max())
    assert len(frame) == 5 * 8 * 288


def test_points_of_equal_values_lie_side_by_side_within_their_line() -> None:
    values = np.repeat([0.0, 0.5, 0.9], [41, 3, 1])
    height = explanation_shap.stacked(values, 1.0)
    assert np.abs(height).max() == pytest.approx(explanation_shap.HEIGHT)
    for value in np.unique(values):
        own = height[values == value]
        assert len(np.unique(own)) == len(own)
        assert abs(own.sum()) < 1e-12
    assert np.ptp(height[values == 0.5]) < 0.1  # few points are not spread out


# -- categories, features ----------------------------------------------------------------------------------------------


def test_categories_draw_both_forms_and_how_often_each_comes_first() -> None:
    figure, _ = figures()["categories"]
    shown = axes_of(figure)
    table = study()["categories"]
    table = table[table["aggregate"] == "mean"]
    for place, emotion in enumerate(EMOTIONS):
        shap = rows_of(table, model=ACOUSTIC, emotion=emotion, what="shap")
        bars = shown[place]
        assert [bar.get_width() for bar in bars.patches] == list(shap["value"])
        assert [text.get_text() for text in bars.texts] == [f"{100 * p:.0f}" for p in shap["p_first"]]
        for row, model in enumerate([NETWORK, TINY, ACOUSTIC], 1):
            axis = shown[row * len(EMOTIONS) + place]
            for form in ("plain", "within-emotion"):
                rows = rows_of(table, model=model, layer=LAYERS[model], emotion=emotion, what="gain", form=form)
                assert [x for x, _ in points_of(axis, form)] == list(rows["value"])
                faint = [line.get_alpha() < 1 for line in lines_of(axis, form)]
                assert faint == list(~((rows["p_adjusted"] <= 0.05) & (rows["low"] > 0)))
            both = rows_of(table, model=model, layer=LAYERS[model], emotion=emotion, what="gain")
            assert sorted(text.get_text() for text in axis.texts) == sorted(f"{100 * p:.0f}" for p in both["p_first"])
    labels = [label.get_text() for label in shown[0].get_yticklabels()]
    assert labels == CATEGORIES
    assert all(line.get_markerfacecolor() == "white" for line in lines_of(shown[5], "plain"))


def test_features_are_those_with_the_largest_gain_within_emotion_and_the_claimed_ones_are_bold() -> None:
    gains = study()["gains"].copy()
    clear = (gains["emotion"] == "angry") & (gains["category"] == "Temporal")
    gains.loc[clear, ["gain", "low", "claimed"]] = [0.5, 0.4, True]
    gains.loc[clear & (gains["feature"] == "VoicedSegmentsPerSec"), "claimed"] = False
    frame = explanation_features.data(gains, "speech", LAYERS, MODELS)
    axis = axes_of(explanation_features.draw(frame, FACTS["speech"]))[0]
    own = {"model": NETWORK, "layer": "3", "emotion": "angry"}
    within = rows_of(gains, **own, form="within-emotion").nlargest(8, "gain")
    assert [x for x, _ in points_of(axis, "within-emotion")] == list(within["gain"])
    plain = rows_of(gains, **own, form="plain").set_index("feature").loc[within["feature"]]
    assert [x for x, _ in points_of(axis, "plain")] == list(plain["gain"])
    labels = axis.get_yticklabels()
    assert [label.get_text() for label in labels] == [style.feature_words(name) for name in within["feature"]]
    assert [label.get_fontweight() == "bold" for label in labels] == list(within["claimed"])
    assert set(within["claimed"]) == {True, False}
    assert set(frame["model"]) == {NETWORK, TINY}


def test_a_condition_is_drawn_and_named() -> None:
    frame = explanation_categories.data(study()["categories"], study()["scores"], "song", LAYERS, "within-melody")
    assert set(frame["condition"]) == {"within-melody"}
    assert set(frame["n_clips"]) == {7 * 24}
    assert "sung to the same melody" in foot_of(explanation_categories.draw(frame, FACTS["song"]))
