"""What holds of all figures of the explanation, whatever emotions, layers and forms a study has."""

from pathlib import Path
from typing import Any

import made_up_explanation as made_up
import numpy as np
import pytest
from drawn_explanation import (
    FEW,
    MODELS,
    SOME,
    all_figures,
    axes_of,
    figures,
    foot_of,
    lines_of,
    points_of,
    study,
    words_of,
)
from drawn_files import assert_files_deterministic_whole_and_read_back
from drawn_text import assert_text_inside_and_apart
from made_up_explanation import ACOUSTIC, EMOTIONS, NETWORK, Models, Tables
from made_up_explanation_tables import tables

from workflow_scripts.figures import style


@pytest.fixture(scope="module")
def small() -> Tables:
    """One emotion of one dataset, F1 alone of the papers."""
    made = tables(FEW, ["speech"], SOME[:1])
    return {**made, "papers": made["papers"][made["papers"]["what"] == "F1"]}


@pytest.mark.long
def test_files_are_deterministic_whole_and_read_back(small: Tables, tmp_path: Path) -> None:
    assert_files_deterministic_whole_and_read_back(lambda: all_figures(small, FEW, emotions=SOME[:1]), tmp_path)


def test_demonstrations_are_marked_on_every_figure_and_only_there(small: Tables) -> None:
    for synthetic in (True, False):
        for figure, _ in all_figures(small, FEW, emotions=SOME[:1], synthetic=synthetic).values():
            assert (style.DEMONSTRATION in foot_of(figure)) == synthetic


def test_n_stands_on_every_figure_of_this_study() -> None:
    for name, (figure, frame) in figures().items():
        if name != "papers":
            assert "n = 24 speakers, 288 clips (each emotion against neutral)" in foot_of(figure), name
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
@pytest.mark.long
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
            assert "published" not in foot_of(drawn[name][0])
            assert not any(
                lines_of(axis, label) for axis in axes_of(drawn[name][0]) for label in ("paper2", "as published")
            )
    if "against" in options:
        assert "each emotion against all others" in foot_of(drawn["scores"][0])


def test_without_intervals_values_are_drawn_and_no_gain_counts(small: Tables) -> None:
    drawn = all_figures(_without_intervals(small), FEW, emotions=SOME[:1])
    frame = drawn[f"atlas of {NETWORK}"][1]
    assert not frame.loc[frame["what"] == "gain", "significant"].any()
    assert frame.loc[frame["what"] == "r2-all", "significant"].any()
    axis = axes_of(drawn["scores"][0])[0]
    assert np.isfinite([x for x, _ in points_of(axis, "strict")]).all()
    for name in ("curve", f"atlas of {NETWORK}"):
        assert_text_inside_and_apart(drawn[name][0], name)


def test_the_text_of_a_usual_study_can_be_read() -> None:
    for name in ("scores", "curve", "features", "papers", "shap"):
        assert_text_inside_and_apart(figures()[name][0], name)


def test_where_there_is_nothing_the_figures_say_so() -> None:
    nothing = {name: frame.iloc[:0] for name, frame in study().items()}
    drawn = all_figures(nothing, FEW, emotions=[])
    said = {name: words_of(figure) for name, (figure, _) in drawn.items()}
    assert len(said) == 7
    for name, words in said.items():
        assert words.startswith(("No ", "This study has no ")), name
    for figure, _ in drawn.values():
        assert_text_inside_and_apart(figure, "nothing")
