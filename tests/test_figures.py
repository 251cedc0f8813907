"""Figures: what is drawn is what the table says, equal bytes for equal tables, text inside and apart, marked."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn_files import Drawn, assert_files_deterministic_whole_and_read_back
from drawn_text import assert_text_inside_and_apart
from made_up import DATASETS, EMOTIONS, MODELS, leaks_and_confounds, study
from matplotlib.figure import Figure

from workflow_scripts.figures import (
    confusion,
    cross_domain,
    layer_curves,
    recall_by_emotion,
    recall_by_speaker,
    side_by_side,
    style,
)
from workflow_scripts.summaries import papers

Tables = dict[str, pd.DataFrame]


def all_figures(tables: Tables, synthetic: bool = False) -> Drawn:
    facts = {**DATASETS["song"], "synthetic": synthetic}
    curve = layer_curves.data(tables["layers"], "song", MODELS)
    emotions = recall_by_emotion.data(tables["scores"], tables["layers"], "song", MODELS)
    speakers = recall_by_speaker.data(tables["best"], "song", MODELS)
    cells = confusion.data(tables["confusion"], "song", MODELS)
    cross = cross_domain.data(tables["cross"], tables["best"], ("speech", "song"), MODELS)
    published = [pd.read_csv(f"resources/published/{name}.csv", keep_default_na=False) for name in ("paper1", "emobox")]
    beside = side_by_side.data(papers.side_by_side(*published, tables["best"], leaks_and_confounds(), DATASETS, MODELS))
    return {
        "layer_curves": (layer_curves.draw(curve, facts), curve),
        "recall_by_emotion": (recall_by_emotion.draw(emotions, facts, MODELS), emotions),
        "recall_by_speaker": (recall_by_speaker.draw(speakers, facts), speakers),
        "confusion": (confusion.draw(cells, facts), cells),
        "cross_domain": (cross_domain.draw(cross, synthetic), cross),
        "side_by_side": (side_by_side.draw(beside, synthetic), beside),
    }


@pytest.fixture(scope="module")
def figures() -> Drawn:
    return all_figures(study())


def test_layer_curves_draw_the_table(figures: Drawn) -> None:
    figure, frame = figures["layer_curves"]
    table = study()["layers"]
    panel = next(axis for axis in figure.axes if axis.get_title(loc="left") == "hubert-base")
    lines = {line.get_label(): line for line in panel.lines}
    for protocol in ("strict", "paper1"):
        rows = table[
            (table["dataset"] == "song") & (table["model"] == "hubert-base") & (table["protocol"] == protocol)
            & table["headline"] & (table["condition"] == "all")
        ].sort_values("position")  # fmt: skip
        assert np.array_equal(lines[protocol].get_ydata(), rows["value"])
        assert lines[protocol].get_linestyle() == "--"  # song is dashed
    acoustic = frame[frame["line"] == "acoustics"].iloc[0]
    assert np.array_equal(lines["eGeMAPSv02"].get_ydata(), [acoustic["value"]] * 2)
    control = table[(table["model"] == "untrained-hubert-base") & (table["dataset"] == "song") & table["headline"]]
    control = control[(control["protocol"] == "strict") & (control["condition"] == "all")].sort_values("position")
    assert np.array_equal(lines["untrained-hubert-base"].get_ydata(), control["value"])
    assert len({axis.get_ylim() for axis in figure.axes}) == 1


def test_recall_by_emotion_draws_every_layer_in_the_emotions_colour(figures: Drawn) -> None:
    figure, frame = figures["recall_by_emotion"]
    emotions = DATASETS["song"]["emotions"]
    assert [axis.get_title(loc="left") for axis in figure.axes[: len(emotions)]] == emotions
    for axis, emotion in zip(figure.axes, emotions, strict=False):
        line = next(line for line in axis.lines if line.get_label() == "hubert-base")
        rows = frame[(frame["model"] == "hubert-base") & (frame["emotion"] == emotion)].sort_values("position")
        assert np.array_equal(line.get_ydata(), rows["value"])
        assert line.get_color() == style.EMOTIONS[emotion].colour
        assert line.get_marker() == style.EMOTIONS[emotion].marker


def test_recall_by_speaker_draws_every_speaker(figures: Drawn) -> None:
    figure, frame = figures["recall_by_speaker"]
    for model in MODELS:
        line = next(line for line in figure.axes[0].lines if line.get_label() == model)
        rows = frame[(frame["model"] == model) & (frame["speaker"] != "")]
        assert len(rows) == 8
        assert np.array_equal(line.get_ydata(), rows["value"])


def test_confusions_sum_to_one_and_are_written(figures: Drawn) -> None:
    figure, frame = figures["confusion"]
    totals = frame.groupby(["model", "protocol", "true"])["share"].sum()
    assert totals.to_numpy() == pytest.approx(1.0)
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert len(shown) == len(MODELS) * 2
    part = frame[(frame["model"] == "hubert-base") & (frame["protocol"] == "strict")]
    assert [text.get_text() for text in shown[0].texts] == [f"{100 * share:.0f}" for share in part["share"]]


def test_cross_domain_draws_both_directions_and_normalisations(figures: Drawn) -> None:
    figure, frame = figures["cross_domain"]
    assert len(figure.axes) == 4
    panel = figure.axes[0]
    part = frame[(frame["target"] == "song") & (frame["speaker_normalisation"] == "none")]
    for kind in ("within", "across"):
        line = next(line for line in panel.lines if line.get_label() == kind)
        assert np.array_equal(line.get_xdata(), part.loc[part["kind"] == kind, "value"])
    assert set(part["kind"]) == {"within", "across"}


def test_side_by_side_draws_printed_and_own(figures: Drawn) -> None:
    figure, frame = figures["side_by_side"]
    drawn = [line.get_xdata()[0] for axis in figure.axes for line in axis.lines if line.get_label() == "strict"]
    assert drawn == list(frame["strict"].dropna())
    printed = [line.get_xdata()[0] for axis in figure.axes for line in axis.lines if line.get_label() == "printed"]
    assert printed == list(frame["printed"])


@pytest.mark.parametrize(
    "name",
    ["layer_curves", "recall_by_emotion", "recall_by_speaker", "confusion", "cross_domain", "side_by_side"],
)
@pytest.mark.long
def test_files_are_deterministic_whole_and_read_back(name: str, tmp_path: Path) -> None:
    assert_files_deterministic_whole_and_read_back(lambda: {name: all_figures(study())[name]}, tmp_path)


def test_demonstrations_are_marked_on_every_figure_and_only_there(figures: Drawn) -> None:
    for synthetic, drawn in ((True, all_figures(study(), True)), (False, figures)):
        for figure, _ in drawn.values():
            assert (style.DEMONSTRATION in style.as_svg(figure).decode()) == synthetic


def test_n_stands_on_every_figure(figures: Drawn) -> None:
    for figure, _ in figures.values():
        assert any("n = 8 speakers" in text or "of 8 speakers" in text for text in _words_below(figure))


def test_probe_pooling_and_normalisation_stand_on_every_figure_and_in_its_data(figures: Drawn) -> None:
    for figure, frame in figures.values():
        assert {"probe", "pooling", "speaker_normalisation"} <= set(frame.columns)
        assert any(
            "Probe: logistic, pooling: mean, speaker normalisation: none" in text for text in _words_below(figure)
        )


def test_the_other_normalisation_is_drawn_thin_beside(figures: Drawn) -> None:
    figure, frame = figures["layer_curves"]
    panel = next(axis for axis in figure.axes if axis.get_title(loc="left") == "hubert-base")
    lines = {line.get_label(): line for line in panel.lines}
    rows = frame[(frame["panel"] == "hubert-base") & (frame["line"] == "normalised") & (frame["protocol"] == "strict")]
    assert set(rows["speaker_normalisation"]) == {"per-speaker"}
    assert np.array_equal(lines["strict, per-speaker"].get_ydata(), rows.sort_values("position")["value"])
    assert lines["strict, per-speaker"].get_linewidth() < lines["strict"].get_linewidth()


def test_feet_say_what_the_rows_say() -> None:
    best = study()["best"]
    best = best[best["protocol"] == "paper1"]
    single = study()["best"][study()["best"]["speaker"] != ""].assign(protocol="paper1")
    frame = recall_by_speaker.data(pd.concat([best, single]), "song", MODELS)
    foot = " ".join(_words_below(recall_by_speaker.draw(frame, DATASETS["song"])))
    assert "interval over clips" in foot
    assert "layer chosen on test" in foot
    assert "inside the training speakers" not in foot


def _words_below(figure: Figure) -> list[str]:
    return [" ".join(text.get_text() for text in reversed(figure.texts))]


def test_text_is_neither_clipped_nor_overlapping(figures: Drawn) -> None:
    cells = figures["confusion"][1]
    few = cells[(cells["protocol"] == "strict") & (cells[["true", "predicted"]].isin(EMOTIONS[:3]).all(axis=1))]
    square = confusion.draw(few.assign(pooling="given"), {"domain": "song", "synthetic": False})
    for name, figure in {**{name: figure for name, (figure, _) in figures.items()}, "one protocol": square}.items():
        assert_text_inside_and_apart(figure, name)


def test_every_emotion_has_its_own_colour_and_marker() -> None:
    looks = list(style.EMOTIONS.values())
    assert len({look.colour for look in looks}) == len(looks) == len({look.marker for look in looks})
    assert style.look_of("awe", ["awe", "happy", "pride"]) != style.look_of("pride", ["awe", "happy", "pride"])


def test_labels_in_the_margin_are_moved_apart() -> None:
    assert style.spread([0.5, 0.52, 0.1], 0.1) == pytest.approx([0.5, 0.6, 0.1])
    moved = style.spread([0.99, 0.98], 0.1)
    assert max(moved) <= 1.0
    assert abs(moved[0] - moved[1]) >= 0.1 - 1e-12
