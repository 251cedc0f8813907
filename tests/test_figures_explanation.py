"""Figures of the explanation: what is drawn is what the tables say, whatever emotions, layers and forms a study has."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import made_up_explanation as made_up
import made_up_explanation_shap as of_clips
import numpy as np
import pandas as pd
import pytest
from drawn_text import assert_text_inside_and_apart
from made_up_explanation import ACOUSTIC, CATEGORIES, EMOTIONS, FEATURES, NETWORK, TINY, Models, Tables
from made_up_explanation_tables import tables
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workflow_scripts.figures import (
    atlas,
    explanation_categories,
    explanation_curve,
    explanation_features,
    explanation_papers,
    explanation_scores,
    explanation_shap,
    files,
    style,
)
from workflow_scripts.figures import explanation_rows as e
from workflow_scripts.study import tables as written
from workflow_scripts.summaries.roles import acoustic_sets, networks

Drawn = dict[str, tuple[Figure, pd.DataFrame]]

MODELS = made_up.models(layers=4)
FACTS = made_up.DATASETS
MODULES: dict[str, Any] = {
    "scores": explanation_scores,
    "curve": explanation_curve,
    "categories": explanation_categories,
    "features": explanation_features,
    "shap": explanation_shap,
}
LAYERS = {NETWORK: "3", TINY: "2", ACOUSTIC: "functionals"}
FEW, SOME = made_up.models(layers=1, tiny=False), EMOTIONS[:2]  # where what is drawn does not matter


def all_figures(
    made: Tables,
    models: Models,
    dataset: str = "speech",
    emotions: Sequence[str] = EMOTIONS,
    synthetic: bool = False,
    only: Sequence[str] = (),
) -> Drawn:
    """Every figure by name, or `only` some, with the frame that it draws."""
    layers = e.full_layers(made["curve"], models)
    facts = {name: {**own, "synthetic": synthetic} for name, own in FACTS.items()}
    there = [name for name in facts if name in set(made["categories"]["dataset"])]
    scores = made["scores"]
    frames: dict[str, Callable[[], pd.DataFrame]] = {
        "scores": lambda: explanation_scores.data(scores, dataset, layers, models),
        "curve": lambda: explanation_curve.data(made["curve"], made["choices"], scores, dataset, layers, models),
        "categories": lambda: explanation_categories.data(made["categories"], scores, dataset, layers),
        "features": lambda: explanation_features.data(made["gains"], dataset, layers, models),
        "papers": lambda: explanation_papers.data(made["papers"]),
    }
    for model in acoustic_sets(models):
        shap = {emotion: of_clips.shap(dataset, emotion) for emotion in emotions}
        features = of_clips.acoustics(dataset, emotions)
        frames["shap"] = partial(explanation_shap.data, shap, features, made["importance"], dataset, model)
    for model in networks(models):
        own = models[model]["layers"]
        frames[f"atlas of {model}"] = partial(atlas.data, made["categories"], scores, model, there, own)
    found: Drawn = {}
    for name, data in frames.items():
        if only and name not in only:
            continue
        frame = data()
        if name.startswith("atlas"):
            figure = atlas.draw(frame, facts, atlas.limits(made["categories"]))
        elif name == "papers":
            figure = explanation_papers.draw(frame, synthetic)
        else:
            figure = MODULES[name].draw(frame, facts[dataset])
        found[name] = (figure, frame)
    return found


@pytest.fixture(scope="module")
def made() -> Tables:
    return tables(MODELS)


@pytest.fixture(scope="module")
def small() -> Tables:
    """One emotion of one dataset, F1 alone of the papers."""
    made = tables(FEW, ["speech"], SOME[:1])
    return {**made, "papers": made["papers"][made["papers"]["what"] == "F1"]}


@pytest.fixture(scope="module")
def figures(made: Tables) -> Drawn:
    return all_figures(made, MODELS)


def _rows(table: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    """Rows of speech under all clips, strict, unless asked for otherwise."""
    for name, value in ({"dataset": "speech", "protocol": "strict", "condition": "all"} | wanted).items():
        table = table[table[name] == value]
    return table


def _shown(figure: Figure) -> list[Axes]:
    return [axis for axis in figure.axes if axis.get_visible() and axis.axison]


def _lines(axis: Axes, label: str) -> list[Line2D]:
    return [line for line in axis.lines if line.get_label() == label]


def _points(axis: Axes, label: str) -> list[tuple[float, float]]:
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in _lines(axis, label)]


def _spans(axis: Axes, label: str) -> list[tuple[float, float]]:
    return [tuple(line.get_xdata()) for line in _lines(axis, label)]


def _words(figure: Figure) -> str:
    return " ".join(text.get_text() for axis in figure.axes for text in axis.texts)


def _foot(figure: Figure) -> str:
    return " ".join(text.get_text() for text in reversed(figure.texts))


# -- tables ------------------------------------------------------------------------------------------------------------


def test_the_made_up_tables_are_as_the_workflow_writes_them(made: Tables, tmp_path: Path) -> None:
    whole = {f"study_explanation_{name}": frame for name, frame in made.items() if name != "papers"}
    whole |= {"explanation_papers": made["papers"], "explanation_shap": of_clips.shap("song", "sad")}
    whole["acoustics"] = of_clips.acoustics("song", ["sad"])
    for name, frame in whole.items():
        written.write(frame, tmp_path / "table.parquet", name)
        pd.testing.assert_frame_equal(written.read(tmp_path / "table.parquet"), frame, check_dtype=False)
    shap = whole["explanation_shap"]
    assert np.allclose(shap[FEATURES].sum(axis=1), shap["decision"] - shap["expected"])


def test_the_layer_with_the_full_curve_is_drawn(made: Tables) -> None:
    assert e.full_layers(made["curve"], MODELS) == LAYERS
    earlier = made["curve"][(made["curve"]["model"] != NETWORK) | (made["curve"]["layer"] != "3")]
    moved = earlier.assign(layer=earlier["layer"].where(earlier["model"] != NETWORK, "1"))
    assert e.full_layers(moved, MODELS)[NETWORK] == "1"
    assert list(e.full_layers(earlier, MODELS)) == [NETWORK, TINY, ACOUSTIC]


# -- scores ------------------------------------------------------------------------------------------------------------


def test_scores_are_drawn_beside_those_of_acoustic_features_with_k_and_chance(figures: Drawn, made: Tables) -> None:
    figure, _ = figures["scores"]
    uar, f1, *_ = _shown(figure)
    scores, sides = made["scores"], ["all", "top", "random"]
    for axis, metric in ((uar, "UAR"), (f1, "F1")):
        expected = []
        for emotion in EMOTIONS:
            acoustic = _rows(scores, model=ACOUSTIC, emotion=emotion, metric=metric, side="all")
            own = _rows(scores, model=NETWORK, layer="3", emotion=emotion, metric=metric).set_index("side").loc[sides]
            expected.append(pd.concat([acoustic, own]))
        rows = pd.concat(expected)
        assert [x for x, _ in _points(axis, "strict")] == list(rows["value"])
        assert _spans(axis, "interval") == list(rows[["low", "high"]].itertuples(index=False, name=None))
        assert [x for x, _ in _points(axis, "chance")] == list(rows["chance"])
        faint = [line.get_alpha() < 1 for line in _lines(axis, "strict")]
        assert faint == list(rows["p"] > 0.05)
    published = [
        _rows(scores, model=model, layer=LAYERS[model], emotion=emotion, metric="F1", protocol="paper2", side=side)
        for emotion in EMOTIONS
        for model, side in ((ACOUSTIC, "all"), *((NETWORK, side) for side in sides))
    ]
    assert [x for x, _ in _points(f1, "paper2")] == [rows["value"].iloc[0] for rows in published]
    assert not _lines(uar, "paper2")
    k = _rows(scores, model=NETWORK, layer="3", emotion="angry", metric="UAR").set_index("side")["k"]
    labels = [label.get_text() for label in uar.get_yticklabels()]
    test = _rows(made["choices"], model=NETWORK, layer="3", emotion="angry", protocol="paper2")["k"].iloc[0]
    assert labels[:4] == [f"{ACOUSTIC} 88", "all 1024", f"top {k['top']:g} ({test})", f"random {k['random']:g}"]


def test_what_is_not_above_chance_is_pale(figures: Drawn) -> None:
    figure, frame = figures["scores"]
    tiny = _shown(figure)[2]
    alphas = {line.get_alpha() for line in _lines(tiny, "strict")}
    assert alphas == {1.0, e.FAINT}
    assert (frame.loc[frame["panel"] == TINY, "p"] > 0.05).any()


# -- curve -------------------------------------------------------------------------------------------------------------


def test_curves_of_all_sides_are_drawn_with_the_chosen_k(figures: Drawn, made: Tables) -> None:
    figure, _ = figures["curve"]
    shown = _shown(figure)
    for place, emotion in enumerate(EMOTIONS):
        axis = shown[place]
        own = {"model": NETWORK, "layer": "3", "emotion": emotion}
        for side in ("top", "rest", "random", "bottom"):
            rows = _rows(made["curve"], **own, metric="UAR", side=side)
            (line,) = _lines(axis, side)
            assert np.array_equal(line.get_xdata(), rows["k"])
            assert np.array_equal(line.get_ydata(), rows["value"])
            assert line.get_linestyle() == "-"
        assert to_hex(_lines(axis, "top")[0].get_color()).upper() == style.EMOTIONS[emotion].colour
        bands = [band.get_paths()[0].vertices[:, 1] for band in axis.collections]
        lows = _rows(made["curve"], **own, metric="UAR").query("side in ['top', 'rest', 'random', 'bottom']")
        assert sorted(band.min() for band in bands) == sorted(lows.groupby("side")["low"].min())
        assert _points(axis, "all")[0][1] == _rows(made["scores"], **own, metric="UAR", side="all")["value"].iloc[0]
        chosen = _rows(made["choices"], **own)["k"]
        assert _points(axis, "chosen k")[0][0] == chosen.median()
        (span,) = axis.patches
        assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx((chosen.min(), chosen.max()))
        below = shown[len(EMOTIONS) + place]
        top = _rows(made["curve"], **own, metric="F1", side="top", protocol="paper2")
        assert np.array_equal(_lines(below, "as published")[0].get_ydata(), top["value"])
        ((k, score),) = _points(below, "published k")
        assert k == _rows(made["choices"], **own, protocol="paper2")["k"].iloc[0]
        assert score == top.set_index("k").loc[k, "value"]
        strict = _rows(made["curve"], **own, metric="F1", side="top")
        assert np.array_equal(_lines(below, "top")[0].get_ydata(), strict["value"])
    assert len({axis.get_ylim() for axis in shown[: len(EMOTIONS)]}) == 1
    assert len({axis.get_xlim() for axis in shown[: 2 * len(EMOTIONS)]}) == 1


def test_song_is_drawn_dashed(made: Tables) -> None:
    frame = explanation_curve.data(made["curve"], made["choices"], made["scores"], "song", LAYERS, MODELS)
    axis = _shown(explanation_curve.draw(frame, FACTS["song"]))[0]
    assert _lines(axis, "top")[0].get_linestyle() == "--"


# -- SHAP --------------------------------------------------------------------------------------------------------------


def test_shap_values_of_the_foremost_features_are_drawn_with_their_names(figures: Drawn, made: Tables) -> None:
    figure, frame = figures["shap"]
    swarm, bars = _shown(figure)[:2]
    ranks = made["importance"]
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
    assert _spans(bars, "interval") == list(foremost[["low", "high"]].itertuples(index=False, name=None))
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


def test_categories_draw_both_forms_and_how_often_each_comes_first(figures: Drawn, made: Tables) -> None:
    figure, _ = figures["categories"]
    shown = _shown(figure)
    table = made["categories"][made["categories"]["aggregate"] == "mean"]
    for place, emotion in enumerate(EMOTIONS):
        shap = _rows(table, model=ACOUSTIC, emotion=emotion, what="shap")
        bars = shown[place]
        assert [bar.get_width() for bar in bars.patches] == list(shap["value"])
        assert [text.get_text() for text in bars.texts] == [f"{100 * p:.0f}" for p in shap["p_first"]]
        for row, model in enumerate([NETWORK, TINY, ACOUSTIC], 1):
            axis = shown[row * len(EMOTIONS) + place]
            for form in ("plain", "within-emotion"):
                rows = _rows(table, model=model, layer=LAYERS[model], emotion=emotion, what="gain", form=form)
                assert [x for x, _ in _points(axis, form)] == list(rows["value"])
                faint = [line.get_alpha() < 1 for line in _lines(axis, form)]
                assert faint == list(~((rows["p_adjusted"] <= 0.05) & (rows["low"] > 0)))
            both = _rows(table, model=model, layer=LAYERS[model], emotion=emotion, what="gain")
            assert sorted(text.get_text() for text in axis.texts) == sorted(f"{100 * p:.0f}" for p in both["p_first"])
    labels = [label.get_text() for label in shown[0].get_yticklabels()]
    assert labels == CATEGORIES
    assert all(line.get_markerfacecolor() == "white" for line in _lines(shown[5], "plain"))


def test_features_are_those_with_the_largest_gain_within_emotion_and_the_claimed_ones_are_bold(made: Tables) -> None:
    gains = made["gains"].copy()
    clear = (gains["emotion"] == "angry") & (gains["category"] == "Temporal")
    gains.loc[clear, ["gain", "low", "claimed"]] = [0.5, 0.4, True]
    gains.loc[clear & (gains["feature"] == "VoicedSegmentsPerSec"), "claimed"] = False
    frame = explanation_features.data(gains, "speech", LAYERS, MODELS)
    axis = _shown(explanation_features.draw(frame, FACTS["speech"]))[0]
    own = {"model": NETWORK, "layer": "3", "emotion": "angry"}
    within = _rows(gains, **own, form="within-emotion").nlargest(8, "gain")
    assert [x for x, _ in _points(axis, "within-emotion")] == list(within["gain"])
    plain = _rows(gains, **own, form="plain").set_index("feature").loc[within["feature"]]
    assert [x for x, _ in _points(axis, "plain")] == list(plain["gain"])
    labels = axis.get_yticklabels()
    assert [label.get_text() for label in labels] == [style.feature_words(name) for name in within["feature"]]
    assert [label.get_fontweight() == "bold" for label in labels] == list(within["claimed"])
    assert set(within["claimed"]) == {True, False}
    assert set(frame["model"]) == {NETWORK, TINY}


def test_a_condition_is_drawn_and_named(made: Tables) -> None:
    frame = explanation_categories.data(made["categories"], made["scores"], "song", LAYERS, "within-melody")
    assert set(frame["condition"]) == {"within-melody"}
    assert set(frame["n_clips"]) == {7 * 24}
    assert "sung to the same melody" in _foot(explanation_categories.draw(frame, FACTS["song"]))


# -- atlas -------------------------------------------------------------------------------------------------------------


def test_the_atlas_draws_every_layer_and_emotion_of_every_category_in_both_datasets(
    figures: Drawn, made: Tables
) -> None:
    figure, _ = figures[f"atlas of {NETWORK}"]
    panels = [axis for axis in _shown(figure) if axis.images]
    assert len(panels) == 2 * len(CATEGORIES) * 2
    table = made["categories"][made["categories"]["aggregate"] == "mean"]
    blocks = [("r2-all", "within-emotion"), ("gain", "within-emotion")]
    wanted = [(*block, category, dataset) for block in blocks for category in CATEGORIES for dataset in FACTS]
    for axis, (what, form, category, dataset) in zip(panels, wanted, strict=True):
        rows = _rows(table, dataset=dataset, model=NETWORK, what=what, form=form, category=category)
        wide = {
            name: rows.pivot(index="emotion", columns="layer", values=name).loc[EMOTIONS]
            for name in ("value", "low", "p_adjusted")
        }
        counts = wide["low"] > 0
        if what == "gain":
            counts &= wide["p_adjusted"] <= 0.05
        (image,) = axis.images
        drawn = image.get_array()
        if what == "gain":
            assert np.array_equal(drawn, wide["value"])
            assert np.array_equal(image.get_alpha(), np.where(counts, 1.0, e.FAINT))
            assert image.norm.vmin == -image.norm.vmax
            dots = {(y, x) for x, y in _points(axis, "significant")}
            assert dots == set(zip(*np.nonzero(counts.to_numpy()), strict=True))
        else:
            assert np.array_equal(drawn[counts.to_numpy()], wide["value"].to_numpy()[counts.to_numpy()])
            assert (drawn[~counts.to_numpy()] < 0).all()  # grey
            assert not _lines(axis, "significant")
        peaks = {(round(box.get_y() + 0.5), round(box.get_x() + 0.5)) for box in axis.patches}
        expected = wide["value"].where(counts)
        assert peaks == {
            (row, int(np.nanargmax(values))) for row, values in enumerate(expected.to_numpy()) if counts.iloc[row].any()
        }
        assert axis.get_title(loc="left") in ("", dataset)
    assert len({axis.images[0].norm.vmax for axis in panels[:8]}) == 1


def test_the_atlas_lays_the_means_of_speech_and_song_over_each_other(figures: Drawn, made: Tables) -> None:
    figure, frame = figures[f"atlas of {NETWORK}"]
    axes = [axis for axis in _shown(figure) if _lines(axis, "speech")]
    assert len(axes) == 8
    table = made["categories"][made["categories"]["aggregate"] == "mean"]
    for axis, category in zip(axes, CATEGORIES, strict=False):
        for dataset, dashes in (("speech", "-"), ("song", "--")):
            rows = _rows(table, dataset=dataset, model=NETWORK, what="r2-all", form="within-emotion", category=category)
            (line,) = _lines(axis, dataset)
            assert line.get_ydata() == pytest.approx(rows.groupby("layer")["value"].mean().to_numpy())
            assert line.get_linestyle() == dashes
    means = frame[(frame["emotion"] == atlas.MEAN) & (frame["what"] == "r2-all")]
    highest = means.groupby(["category", "dataset"])["value"].max()
    for axis, category in zip(axes, CATEGORIES, strict=False):
        assert [y for _, y in _points(axis, "peak")] == [highest[category, dataset] for dataset in FACTS]
    assert len({axis.get_ylim() for axis in axes[:4]}) == 1


def test_scales_of_the_atlas_are_common_to_all_networks(figures: Drawn, made: Tables) -> None:
    most = atlas.limits(made["categories"])
    known = made["categories"][made["categories"]["layer"] != "functionals"]
    for what, form in (("r2-all", "within-emotion"), ("gain", "within-emotion")):
        rows = known[(known["what"] == what) & (known["form"] == form) & (known["condition"] == "all")]
        largest = rows.loc[(rows["aggregate"] == "mean") & (rows["protocol"] == "strict"), "value"].abs().max()
        assert largest <= most[what] <= largest + atlas.STEP[what]
    ends = [
        {axis.images[0].norm.vmax for axis in _shown(figures[f"atlas of {model}"][0]) if axis.images}
        for model in (NETWORK, TINY)
    ]
    assert ends[0] == ends[1] == set(most.values())


def test_without_anything_significant_the_atlas_marks_nothing(made: Tables) -> None:
    quiet = made["categories"].assign(p_adjusted=0.5)
    frame = atlas.data(quiet, made["scores"], NETWORK, list(FACTS), MODELS[NETWORK]["layers"])
    gains = frame[frame["what"] == "gain"]
    assert not gains["significant"].any()
    assert not gains["peak"].any()
    figure = atlas.draw(frame, FACTS, atlas.limits(quiet))
    assert not any(_lines(axis, "significant") for axis in _shown(figure))


def test_an_emotion_that_a_dataset_has_not_is_left_blank_there(made: Tables) -> None:
    table = made["categories"]
    table = table[(table["dataset"] != "song") | (table["emotion"] != "disgust")]
    frame = atlas.data(table, made["scores"], NETWORK, list(FACTS), MODELS[NETWORK]["layers"])
    figure = atlas.draw(frame, FACTS, atlas.limits(table))
    said = [[text.get_text() for text in axis.texts] for axis in _shown(figure) if axis.images]
    assert said == [[], ["no value"]] * 8
    assert_text_inside_and_apart(figure, "without disgust in song")


def test_the_atlas_has_room_for_four_datasets(made: Tables) -> None:
    more = {name: pd.concat([made[name], made[name].assign(dataset=made[name]["dataset"] + "-level")]) for name in USED}
    facts = FACTS | {f"{name}-level": own for name, own in FACTS.items()}
    frame = atlas.data(more["categories"], more["scores"], NETWORK, list(facts), MODELS[NETWORK]["layers"])
    figure = atlas.draw(frame, facts, atlas.limits(more["categories"]))
    assert len([axis for axis in _shown(figure) if axis.images]) == 4 * len(CATEGORIES) * 2
    assert_text_inside_and_apart(figure, "four datasets")


USED = ("categories", "scores")  # tables of the atlas


# -- papers ------------------------------------------------------------------------------------------------------------


def test_printed_figures_stand_beside_both_forms_or_alone(figures: Drawn, made: Tables) -> None:
    figure, _ = figures["papers"]
    shown, papers = _shown(figure), made["papers"]
    for axis, side in zip(shown, ("acoustic", "all", "top"), strict=False):
        rows = papers[(papers["what"] == "F1") & (papers["side"] == side)]
        assert _spans(axis, "printed range") == list(
            rows[["printed_low", "printed_high"]].itertuples(index=False, name=None)
        )
        for kind in ("published", "strict", "chance"):
            assert [x for x, _ in _points(axis, kind)] == list(rows[kind])
        assert _spans(axis, "strict range") == list(
            rows[["strict_low", "strict_high"]].itertuples(index=False, name=None)
        )
    heads = [text.get_text() for axis in figure.axes if not axis.axison for text in axis.texts]
    assert [head.endswith("printed figures alone") for head in heads] == [False, False, True, False, True]
    assert "no counterpart of SAVEE" in _foot(figure)
    alone = [axis for axis in shown if not _lines(axis, "strict")]
    assert len(alone) == 8
    known = papers[(papers["corpus"] == "SAVEE") & (papers["what"] == "shap") & (papers["category"] == "Energy")]
    assert [x for x, _ in _points(alone[0], "printed")] == list(known["printed_low"])


def test_printed_values_that_are_not_legible_leave_a_gap(figures: Drawn, made: Tables) -> None:
    papers = made["papers"]
    missing = papers[papers["printed_low"].isna()]
    assert len(missing) == 1
    drawn = sum(len(_lines(axis, "printed")) for axis in _shown(figures["papers"][0]))
    assert drawn == len(papers) - 1


# -- all ---------------------------------------------------------------------------------------------------------------


def test_files_are_deterministic_whole_and_read_back(small: Tables, tmp_path: Path) -> None:
    contents: dict[str, list[Any]] = {}
    for run in ("first", "second"):
        drawn = all_figures(small, FEW, emotions=SOME[:1])
        for name, (figure, frame) in drawn.items():
            paths = [tmp_path / run / f"{name}.{kind}" for kind in ("svg", "png", "csv")]
            files.write(figure, frame, *map(str, paths))
            contents.setdefault(name, []).append([path.read_bytes() for path in paths])
    for name, (_, frame) in drawn.items():
        assert contents[name][0] == contents[name][1], name
        read = pd.read_csv(tmp_path / "first" / f"{name}.csv", dtype={"layer": str})
        numbers = frame.select_dtypes("number")
        pd.testing.assert_frame_equal(read[numbers.columns].astype(float), numbers.astype(float), check_exact=True)
        ElementTree.fromstring(contents[name][0][0].decode())


def test_demonstrations_are_marked_on_every_figure_and_only_there(small: Tables) -> None:
    for synthetic in (True, False):
        for figure, _ in all_figures(small, FEW, emotions=SOME[:1], synthetic=synthetic).values():
            assert (style.DEMONSTRATION in _foot(figure)) == synthetic


def test_n_stands_on_every_figure_of_this_study(figures: Drawn) -> None:
    for name, (figure, frame) in figures.items():
        if name != "papers":
            assert "n = 24 speakers, 288 clips (each emotion against neutral)" in _foot(figure), name
            assert {"n_speakers", "n_clips"} <= set(frame.columns)


def _without_intervals(made: Tables) -> Tables:
    """As one speaker would leave them: no interval, no p."""
    blank = ["low", "high", "p", "p_adjusted", "strict_low", "strict_high", "spread"]
    return {
        name: frame.assign(**{column: np.nan for column in blank if column in frame}) for name, frame in made.items()
    }


def _other_categories(made: Tables) -> Tables:
    words = {"Energy": "loudness and its changes", "Temporal": "other"}
    return {
        name: frame.assign(category=frame["category"].replace(words)) if "category" in frame else frame
        for name, frame in made.items()
        if name != "papers"
    } | {"papers": made["papers"]}


NINE = [*EMOTIONS, "calm", "surprised", "boredom", "awe"]
# models, what their tables are made with, and the figures whose text is looked at (those that the case changes)
ODD: dict[str, tuple[Models, dict[str, Any], list[str]]] = {
    "one emotion, one layer, one dataset, no paper2": (
        made_up.models(layers=1, tiny=False),
        {"emotions": ["sad"], "datasets": ["speech"], "paper2": False},
        ["scores", "curve", "categories", "features", "papers", "shap", f"atlas of {NETWORK}"],
    ),
    "nine emotions, 26 layers, against the rest": (
        made_up.models(layers=25, tiny=False, final=True),
        {"emotions": NINE, "against": "rest"},
        ["scores", "curve", "categories", "shap", f"atlas of {NETWORK}"],
    ),
    "acoustics alone": ({ACOUSTIC: MODELS[ACOUSTIC]}, {}, ["scores", "curve", "categories", "features"]),
    "no acoustics": (made_up.models(layers=2, acoustics=False), {"emotions": SOME}, ["scores", "categories", "papers"]),
    "other categories": (
        made_up.models(layers=2, tiny=False),
        {"emotions": SOME},
        ["categories", f"atlas of {NETWORK}"],
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_studies_are_drawn_with_text_that_can_be_read(case: str) -> None:
    models, options, checked = ODD[case]
    made = tables(models, **options)
    if case == "other categories":
        made = _other_categories(made)
    drawn = all_figures(made, models, emotions=options.get("emotions", EMOTIONS), only=checked)
    assert list(drawn) == checked
    for name, (figure, _) in drawn.items():
        assert_text_inside_and_apart(figure, f"{case}, {name}")
    if "paper2" in options:
        for name in ("scores", "curve"):
            assert "published" not in _foot(drawn[name][0])
            assert not any(
                _lines(axis, label) for axis in _shown(drawn[name][0]) for label in ("paper2", "as published")
            )
    if "against" in options:
        assert "each emotion against all others" in _foot(drawn["scores"][0])


def test_without_intervals_values_are_drawn_and_no_gain_counts(small: Tables) -> None:
    drawn = all_figures(_without_intervals(small), FEW, emotions=SOME[:1])
    frame = drawn[f"atlas of {NETWORK}"][1]
    assert not frame.loc[frame["what"] == "gain", "significant"].any()
    assert frame.loc[frame["what"] == "r2-all", "significant"].any()
    axis = _shown(drawn["scores"][0])[0]
    assert np.isfinite([x for x, _ in _points(axis, "strict")]).all()
    for name in ("curve", f"atlas of {NETWORK}"):
        assert_text_inside_and_apart(drawn[name][0], name)


def test_the_text_of_a_usual_study_can_be_read(figures: Drawn) -> None:
    for name in ("scores", "curve", "features", "papers", "shap"):
        assert_text_inside_and_apart(figures[name][0], name)


def test_where_there_is_nothing_the_figures_say_so(made: Tables) -> None:
    nothing = {name: frame.iloc[:0] for name, frame in made.items()}
    drawn = all_figures(nothing, FEW, emotions=[])
    said = {name: _words(figure) for name, (figure, _) in drawn.items()}
    assert len(said) == 7
    for name, words in said.items():
        assert words.startswith(("No ", "This study has no ")), name
    for figure, _ in drawn.values():
        assert_text_inside_and_apart(figure, "nothing")
