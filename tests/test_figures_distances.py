"""Figures of distances: what is drawn is what the tables say, whatever emotions, models and pairs a study has."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import made_up_distances as made_up
import numpy as np
import pandas as pd
import pytest
from drawn_files import Drawn, assert_files_deterministic_whole_and_read_back
from drawn_text import assert_text_inside_and_apart
from made_up_distances import CLIPS, CONDITIONS, EMOTIONS, FEATURES, PAIR, PAPER, Models, Tables
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from workflow_scripts import figures_distances
from workflow_scripts.figures import (
    distance_conditions,
    distance_drivers,
    distance_layers,
    distance_matrix,
    distance_ranking,
    style,
)
from workflow_scripts.figures.distance_variants import emotions_in_order
from workflow_scripts.study import tables

MODELS = made_up.models()
FEW, SOME = made_up.models(layers=1), EMOTIONS[3:]  # where what is drawn does not matter
NAMES = ["distance_ranking", "distance_conditions", "distance_layers", "distance_matrix", "distance_drivers"]
NEAREST_FIRST = ["happy", "sad", "neutral", "calm"]  # in the paper, after the two that it names together


def all_figures(made: Tables, models: Models, synthetic: bool = False, conditions: Any = CONDITIONS) -> Drawn:
    ranking, ranks = made["ranking"], made["ranks"]
    order = distance_ranking.data(ranking, ranks, PAIR, models)
    survival = distance_conditions.data(ranking, ranks, made["agreement"], PAIR, models, conditions)
    layers = distance_layers.data(ranking, PAIR, models)
    cells = distance_matrix.data(made["distances"], ranking, PAIR, models)
    driven = distance_drivers.data(made["drivers"], ranking, PAIR, models)
    emotions = emotions_in_order(ranking, PAIR)
    return {
        "distance_ranking": (distance_ranking.draw(order, PAIR, synthetic, models), order),
        "distance_conditions": (distance_conditions.draw(survival, PAIR, synthetic, models, conditions), survival),
        "distance_layers": (distance_layers.draw(layers, PAIR, synthetic, models), layers),
        "distance_matrix": (distance_matrix.draw(cells, emotions, PAIR, synthetic, models), cells),
        "distance_drivers": (distance_drivers.draw(driven, PAIR, synthetic, models), driven),
    }


@pytest.fixture(scope="module")
def made() -> Tables:
    return made_up.tables(MODELS)


@pytest.fixture(scope="module")
def figures(made: Tables) -> Drawn:
    return all_figures(made, MODELS)


def _of(table: pd.DataFrame, model: str, layer: str, **variant: Any) -> pd.DataFrame:
    """Rows of the pair, at the study's first pooling."""
    pooling = "functionals" if model == "eGeMAPSv02" else "mean"
    wanted = {"grain": "clip", "pooling": pooling, "scale": "raw", "condition": "all", "form": "equal"} | variant
    rows = table[(table["first"] == PAIR[0]) & (table["model" if "model" in table else "of"] == model)]
    rows = rows[rows["layer"] == layer]
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return rows


def _shown(figure: Figure) -> list[Axes]:
    return [axis for axis in figure.axes if axis.get_visible() and axis.axison]


def _foot(figure: Figure) -> str:
    return " ".join(text.get_text() for text in reversed(figure.texts))


# -- ranking -----------------------------------------------------------------------------------------------------------


def test_ranking_draws_the_probability_of_every_rank_and_the_ranks_of_all_speakers(
    figures: Drawn, made: Tables
) -> None:
    figure, frame = figures["distance_ranking"]
    emotions = list(dict.fromkeys(frame["emotion"]))
    assert set(emotions[:2]) == {"angry", "fearful"}
    assert emotions[2:] == NEAREST_FIRST
    shown = _shown(figure)
    assert len(shown) == 4 * 3  # variants x (network, acoustics raw and rank-normal)
    for row, measure in enumerate(["frechet", "frechet", "kernel", "mean-term"]):
        form = "equal" if row else "published"
        points = _of(made["ranking"], "network-0", "mean", measure=measure, form=form).set_index("emotion")
        axis = shown[3 * row]
        boxes = [patch for patch in axis.patches if patch.get_label() == "rank"]
        drawn = [patch.get_x() + patch.get_width() / 2 + 1 for patch in boxes]
        assert drawn == pytest.approx(points["rank"].reindex(emotions).to_list())
        (image,) = axis.images
        if form == "published":
            assert np.isnan(image.get_array().filled(np.nan)).all()  # nothing to resample: no probabilities
            assert all(patch.get_fill() and to_hex(patch.get_facecolor()) != "#ffffff" for patch in boxes)
            continue
        shares = _of(made["ranks"], "network-0", "mean", measure=measure)
        wide = shares.pivot(index="emotion", columns="rank", values="probability").reindex(emotions)
        assert np.array_equal(image.get_array(), wide)
        said = {text.get_text() for text in axis.texts}
        assert said == {f"{100 * share:.0f}" for share in wide.to_numpy().ravel() if share >= 0.2}


def test_ranking_marks_the_papers_rank_among_the_emotions_that_are_drawn() -> None:
    some = ["neutral", "happy", "angry"]
    figure, _ = all_figures(made_up.tables(MODELS, some), MODELS)["distance_ranking"]
    diamonds = [line for line in _shown(figure)[0].lines if line.get_label() == "paper"]
    assert [line.get_xdata()[0] + 1 for line in diamonds] == [1, 2, 3]
    assert [label.get_text() for label in _shown(figure)[0].get_yticklabels()] == ["angry", "happy", "neutral"]


# -- conditions --------------------------------------------------------------------------------------------------------


def test_conditions_draw_the_rank_under_every_variant_and_the_agreement_with_the_paper(
    figures: Drawn, made: Tables
) -> None:
    figure, frame = figures["distance_conditions"]
    emotions = list(dict.fromkeys(frame["emotion"]))
    rows: list[dict[str, Any]] = [
        {"measure": "frechet", "form": "published"},
        {"measure": "frechet", "form": "published", "grain": "frame", "pooling": ""},
        {"measure": "frechet"},
        {"measure": "mean-term"},
        {"measure": "kernel"},
        {"measure": "kernel", "pooling": "mean-active"},
        {"measure": "kernel", "condition": "normal-intensity"},
    ]
    axis = _shown(figure)[0]
    cells = {
        (round(text.get_position()[1] + 0.08), text.get_position()[0]): text.get_text()
        for text in axis.texts
        if text.get_position()[0] in range(len(emotions))
    }
    taus = {round(text.xy[1]): text.get_text() for text in axis.texts if hasattr(text, "xy")}
    for place, variant in enumerate(rows):
        ranks = _of(made["ranking"], "network-0", "mean", **variant).set_index("emotion")["rank"]
        assert [cells[place, column] for column in range(6)] == [f"{rank:.0f}" for rank in ranks.reindex(emotions)]
        (tau,) = _of(made["agreement"], "network-0", "mean", what="paper", **variant)["value"]
        assert taus[place] == f"{tau:.2f}".replace("-", "−")
    other = made["ranking"][made["ranking"]["first"] == "speech-level"].assign(first=PAIR[0])
    ranks = _of(other, "network-0", "mean", measure="kernel").set_index("emotion")["rank"]
    assert [cells[7, column] for column in range(6)] == [f"{rank:.0f}" for rank in ranks.reindex(emotions)]
    assert [cells[8, column] for column in range(6)] == ["1–2", "1–2", "3", "4", "5", "6"]  # the paper's order
    labels = [label.get_text().replace("\n", " ") for label in axis.get_yticklabels()]
    assert labels[7] == "kernel, levels matched, windows of 1.0 s"


def test_bars_in_the_cells_are_the_share_of_half_samples(figures: Drawn, made: Tables) -> None:
    figure, frame = figures["distance_conditions"]
    emotions = list(dict.fromkeys(frame["emotion"]))
    points = _of(made["ranking"], "network-0", "mean", measure="kernel").set_index("emotion")["rank"]
    shares = _of(made["ranks"], "network-0", "mean", measure="kernel").set_index(["emotion", "rank"])["probability"]
    bars = [line for line in _shown(figure)[0].lines if line.get_label() == "probability"]
    lengths = [np.ptp(line.get_xdata()) / 0.8 for line in bars if 4 < line.get_ydata()[0] < 5]
    assert lengths == pytest.approx([shares[emotion, int(points[emotion])] for emotion in emotions])
    assert not [line for line in bars if line.get_ydata()[0] < 1.5]  # published forms have no half-samples


# -- layers ------------------------------------------------------------------------------------------------------------


def test_layers_draw_every_emotion_with_its_interval_on_common_axes(figures: Drawn, made: Tables) -> None:
    figure, frame = figures["distance_layers"]
    emotions = list(dict.fromkeys(frame["emotion"]))
    shown = _shown(figure)
    table = made["ranking"][made["ranking"]["layer"] != "mean"]
    for axis, emotion in zip(shown, emotions, strict=False):
        rows = pd.concat(_of(table, "network-0", layer, measure="kernel", emotion=emotion) for layer in ("0", "1", "2"))
        line = next(line for line in axis.lines if line.get_label() == emotion)
        assert np.array_equal(line.get_ydata(), rows["value"])
        assert line.get_color() == style.EMOTIONS[emotion].colour
        (band,) = axis.collections
        heights = band.get_paths()[0].vertices[:, 1]
        assert (heights.min(), heights.max()) == (rows["low"].min(), rows["high"].max())
        floor = next(line for line in axis.lines if line.get_label() == "floor")
        assert np.array_equal(floor.get_ydata(), rows["floor"])
    assert len({axis.get_ylim() for axis in shown}) == 1
    acoustic = shown[len(emotions)]
    drawn = [line.get_ydata()[0] for line in acoustic.lines if line.get_label() == emotions[0]]
    both = [
        _of(table, "eGeMAPSv02", "functionals", measure="kernel", emotion=emotions[0], scale=scale)["value"].iloc[0]
        for scale in ("raw", "rank-normal")
    ]
    assert drawn == both


# -- matrix ------------------------------------------------------------------------------------------------------------


def test_matrix_draws_published_distances_below_and_kernel_distances_above(figures: Drawn, made: Tables) -> None:
    figure, frame = figures["distance_matrix"]
    emotions = list(dict.fromkeys(figures["distance_ranking"][1]["emotion"]))
    groups = [(dataset, emotion) for dataset in PAIR for emotion in emotions]
    cells = made["distances"]
    axis = next(axis for axis in figure.axes if axis.get_title(loc="left") == "network-0\nlayer 1")
    below, above = (image.get_array().filled(np.nan) for image in axis.images)
    assert np.isnan(below[np.triu_indices(12)]).all()
    assert np.isnan(above[np.tril_indices(12)]).all()
    for variant, drawn, unit in (
        ({"measure": "frechet", "form": "published"}, below, 2.0),
        ({"measure": "kernel"}, above, 1.0),
    ):
        rows = _of(cells, "network-0", "1", **variant)
        rows = rows[rows["clips_per_speaker"].isin([0, CLIPS])]
        assert len(rows) == 66
        for row in rows.itertuples():
            one = groups.index((row.first_dataset, row.first_emotion))
            other = groups.index((row.second_dataset, row.second_emotion))
            place = (max(one, other), min(one, other)) if drawn is below else (min(one, other), max(one, other))
            assert drawn[place] == row.value / unit
    outlined = {(patch.get_x() + 0.5, patch.get_y() + 0.5) for patch in axis.patches}
    assert outlined == {(place, place + 6) for place in range(6)} | {(place + 6, place) for place in range(6)}
    assert set(frame["clips_per_speaker"]) == {0, CLIPS}


@pytest.mark.parametrize(("layers", "chosen"), [(1, ["0"]), (2, ["0", "1"]), (25, ["0", "12", "24"])])
def test_matrix_takes_the_first_the_middle_and_the_last_layer(layers: int, chosen: list[str]) -> None:
    assert distance_matrix.chosen_layers([str(layer) for layer in range(layers)]) == chosen


# -- drivers -----------------------------------------------------------------------------------------------------------


def test_drivers_draw_the_largest_shifts_and_mark_the_significant(figures: Drawn, made: Tables) -> None:
    figure, frame = figures["distance_drivers"]
    shifts = frame[(frame["what"] == "shift") & (frame["feature"] != "")]
    assert set(shifts["feature"]) == {name for names in FEATURES.values() for name in names}  # the data holds all
    for _, own in shifts.groupby("category"):
        largest = own.assign(size=own["value"].abs()).groupby("feature")["size"].max().nlargest(6)
        assert set(own.loc[own["drawn"], "feature"]) == set(largest.index)
    drawn = shifts[shifts["drawn"]]
    axis = _shown(figure)[0]
    assert len(axis.patches) == len(drawn)
    marks = [line for line in axis.lines if line.get_label() == "significant"]
    assert len(marks) == (drawn["p_adjusted"] <= 0.05).sum()
    table = made["drivers"][(made["drivers"]["first"] == PAIR[0]) & (made["drivers"]["what"] == "shift")]
    whole = table[table["feature"] == ""]
    assert sorted(text.get_text() for text in axis.texts) == sorted(f"{value:.2f}" for value in whole["value"])


def test_drivers_draw_the_shares_of_the_middle_layer_and_say_where_there_are_none(figures: Drawn, made: Tables) -> None:
    figure, frame = figures["distance_drivers"]
    emotions = list(dict.fromkeys(figures["distance_ranking"][1]["emotion"]))
    table = made["drivers"]
    table = table[(table["first"] == PAIR[0]) & (table["what"] == "accounted") & (table["layer"] == "1")]
    for name, how, category in [("all\nfeatures", "all", ""), *((name, "only", name) for name in FEATURES)]:
        axis = next(axis for axis in figure.axes if axis.get_title(loc="left") == name)
        rows = table[(table["features"] == how) & (table["category"] == category)].set_index("emotion")
        values = rows["value"].reindex(emotions).dropna()
        dots = sorted(
            (line for line in axis.lines if line.get_label() == "share"), key=lambda line: line.get_ydata()[0]
        )
        assert [line.get_xdata()[0] for line in dots] == list(values)
        ends = sorted(
            (line for line in axis.lines if line.get_label() == "interval"), key=lambda one: one.get_ydata()[0]
        )
        assert [line.get_xdata()[0] for line in ends] == list(rows["low"].reindex(emotions).dropna())
        assert len(axis.texts) == 1
    first = next(axis for axis in figure.axes if axis.get_title(loc="left") == "all\nfeatures")
    assert [text.get_text() for text in first.texts] == ["no clear distance"]
    assert "layer 1" in first.get_ylabel()
    assert set(frame.loc[frame["what"] == "accounted", "layer"]) == {"1"}


# -- all ---------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_files_are_deterministic_whole_and_read_back(tmp_path: Path) -> None:
    assert_files_deterministic_whole_and_read_back(lambda: all_figures(made_up.tables(FEW, SOME), FEW), tmp_path)
    assert {path.stem for path in tmp_path.glob("*/*")} == set(NAMES)


def test_demonstrations_are_marked_on_every_figure_and_only_there() -> None:
    for synthetic in (True, False):
        for figure, _ in all_figures(made_up.tables(FEW, SOME), FEW, synthetic).values():
            assert (style.DEMONSTRATION in _foot(figure)) == synthetic


def test_n_stands_on_every_figure(figures: Drawn) -> None:
    for figure, _ in figures.values():
        assert "n = 8 speakers" in _foot(figure)
    for name in ("distance_ranking", "distance_conditions"):
        assert "200 halves" in _foot(figures[name][0])


ODD: dict[str, dict[str, Any]] = {
    "two emotions, one layer, no frames": {
        "emotions": ["happy", "sad"],
        "models": made_up.models(layers=1),
        "frames": False,
    },
    "nine emotions, 25 layers": {
        "emotions": [*EMOTIONS, "disgust", "surprised", "boredom"],
        "models": made_up.models(layers=25),
    },
    "words of one's own, acoustics alone": {
        "emotions": ["awe", "pride", "happy"],
        "models": made_up.models(networks=0),
    },
    "seven networks of two layers": {"models": made_up.models(layers=2, networks=7), "emotions": EMOTIONS[3:]},
    "no order in the paper, no acoustics, unpaired speakers": {
        "paper": {},
        "models": made_up.models(acoustics=False),
        "paired": False,
        "speakers": 30,
    },
}


@pytest.mark.parametrize("case", ODD)
@pytest.mark.long
def test_odd_studies_are_drawn_with_text_that_can_be_read(case: str) -> None:
    options = {"models": MODELS, **ODD[case]}
    drawn = all_figures(made_up.tables(**options), options["models"])
    for name, (figure, _) in drawn.items():
        assert_text_inside_and_apart(figure, f"{case}, {name}")


def test_without_an_order_in_the_paper_nothing_is_compared_with_it() -> None:
    drawn = all_figures(made_up.tables(MODELS, paper={}), MODELS)
    ranking, conditions = (drawn[name][0] for name in ("distance_ranking", "distance_conditions"))
    assert not any(
        line.get_label() == "paper" for line in _shown(ranking)[0].lines if not np.isnan(line.get_xdata()[0])
    )
    labels = [label.get_text() for label in _shown(conditions)[0].get_yticklabels()]
    assert "the paper's order" not in labels
    assert "No paper's order" in _foot(conditions)


def test_emotions_that_the_paper_has_not_come_last_by_their_mean_rank(made: Tables) -> None:
    words = ["zeal", "awe", "sad", "happy"]
    ranking = made_up.tables(MODELS, words)["ranking"]
    main = ranking[(ranking["first"] == PAIR[0]) & (ranking["layer"] == "mean") & (ranking["measure"] == "kernel")]
    main = main[(main["form"] == "equal") & (main["condition"] == "all") & (main["pooling"] != "mean-active")]
    mean = main.groupby("emotion")["rank"].mean()
    assert emotions_in_order(ranking, PAIR) == ["happy", "sad", *sorted(["zeal", "awe"], key=lambda word: mean[word])]


def test_a_variant_without_any_value_is_seen_to_have_none() -> None:
    made = made_up.tables(FEW, SOME)
    broken = {name: table.copy() for name, table in made.items()}
    columns = ["value", "low", "high", "floor", "rank", "mean_rank"]
    for column in columns:
        ranking = broken["ranking"]
        ranking.loc[ranking["measure"] == "kernel", column] = np.nan
    for name, column in (("ranks", "probability"), ("agreement", "value"), ("distances", "value")):
        broken[name].loc[broken[name]["measure"] == "kernel", column] = np.nan
    drawn = all_figures(broken, FEW)
    for name, (figure, _) in drawn.items():
        assert_text_inside_and_apart(figure, name)
    assert any(text.get_text() == "no distance" for text in _shown(drawn["distance_ranking"][0])[6].texts)
    assert "No emotion has a kernel distance" in _words(drawn["distance_layers"][0])
    without = all_figures({**made, "ranking": made["ranking"].iloc[:0], "ranks": made["ranks"].iloc[:0]}, FEW)
    assert "No emotion has a distance" in _words(without["distance_ranking"][0])


def test_a_study_without_acoustics_says_so_in_place_of_the_drivers() -> None:
    networks = made_up.models(acoustics=False)
    figure, frame = all_figures(made_up.tables(networks), networks)["distance_drivers"]
    assert frame.empty
    assert "no acoustic features" in _words(figure)


def _words(figure: Figure) -> str:
    return " ".join(text.get_text() for axis in figure.axes for text in axis.texts)


def test_the_entry_writes_each_figure_under_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    schemas = {"distances": "study_distances", "drivers": "study_distance_drivers"}
    made = made_up.tables(FEW, SOME)
    for name, table in made.items():
        tables.write(table, f"{name}.parquet", schemas.get(name, f"distance_{name}"), {})
    facts = {name: {"domain": name, "synthetic": True} for name in PAIR}
    spec = {"first": PAIR[0], "second": PAIR[1], "facts": facts, "models": FEW, "conditions": CONDITIONS}
    svg = {name: f"out/{name}.svg" for name in NAMES}
    output = Output(svg, png=[f"out/{name}.png" for name in NAMES], csv=[f"out/{name}.csv" for name in NAMES])
    output.pdf = "out/distance_ranking.pdf"
    given = {name: f"{name}.parquet" for name in made}
    figures_distances.main(SimpleNamespace(params=SimpleNamespace(spec=spec), input=given, output=output))
    titles = ["lie nearest", "order of the emotions", "layer by layer", "from everything", "What drives"]
    for name, title in zip(NAMES, titles, strict=True):
        assert title in Path(f"out/{name}.svg").read_text()
    assert len(list(Path("out").iterdir())) == 16
    assert "probability" in Path("out/distance_ranking.csv").read_text()
    assert "first_emotion" in Path("out/distance_matrix.csv").read_text()


class Output(dict[str, Any]):
    """Files by name, as Snakemake gives them; lists as attributes."""

    pdf = ""

    def __init__(self, named: dict[str, str], **lists: list[str]) -> None:
        super().__init__(named)
        self.png, self.csv = lists["png"], lists["csv"]


def test_the_papers_ranks_are_those_of_its_figure(figures: Drawn) -> None:
    frame = figures["distance_ranking"][1].drop_duplicates("emotion").set_index("emotion")
    assert frame["rank_paper"].to_dict() == PAPER
