"""A model of vectors made elsewhere stands in figures, tables and report as any other, with the words right."""

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest
from made_up import DATASETS, MODELS, leaks_and_confounds, manifest, study

from workflow_scripts.figures import confusion, cross_domain, layer_curves, recall_by_emotion, recall_by_speaker, style
from workflow_scripts.report_page import methods, results
from workflow_scripts.report_page.front_rules import findings, highest
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.study import Study, best_network
from workflow_scripts.study.config import Study as Config
from workflow_scripts.summaries.comparisons import pairs
from workflow_scripts.summaries.roles import control_of, elsewhere

THEIRS = "theirs"
LAYERS = ["0", "3", "12", "final"]  # of hubert-base's 0, 1, 2, 3
FILES = {"speech": {"v/speech.parquet": "a1" * 16}, "song": {"v/song.npy": "b2" * 16, "v/song.clips.csv": "c3" * 16}}
FACTS = {"family": "precomputed", "weights": "none", "architecture": "", "source": "", "layers": LAYERS, "files": FILES}
WITH_THEIRS: dict[str, dict[str, Any]] = {**MODELS, THEIRS: FACTS}
ASIDE = pd.DataFrame(columns=["clip_id", "path", "reason", "dataset", "step"])


@cache
def tables() -> dict[str, pd.DataFrame]:
    """The made-up study with hubert-base a second time, as vectors that were made elsewhere."""
    made = {}
    for name, table in study().items():
        own = table[table["model"] == "hubert-base"].assign(model=THEIRS, pooling="given")
        if name in ("layers", "scores"):
            own["layer"] = own["layer"].map(dict(zip(MODELS["hubert-base"]["layers"], LAYERS, strict=True)))
        made[name] = pd.concat([table, own], ignore_index=True)
    return made


def whole(models: dict[str, dict[str, Any]] = WITH_THEIRS) -> Study:
    return Study("A study", DATASETS, models, [["speech", "song"]], {name: manifest(name) for name in DATASETS}, ASIDE,
                 leaks_and_confounds(), tables())  # fmt: skip


def curve() -> pd.DataFrame:
    return layer_curves.data(tables()["layers"], "speech", WITH_THEIRS)


def feet() -> dict[str, str]:
    """The small print of every figure that models stand in."""
    made, facts = tables(), DATASETS["speech"]
    cross = cross_domain.data(made["cross"], made["best"], ("speech", "song"), WITH_THEIRS)
    speakers = recall_by_speaker.data(made["best"], "speech", WITH_THEIRS)
    cells = confusion.data(made["confusion"], "speech", WITH_THEIRS)
    emotions = recall_by_emotion.data(made["scores"], made["layers"], "speech", WITH_THEIRS)
    figures = {
        "layer_curves": layer_curves.draw(curve(), facts),
        "recall_by_emotion": recall_by_emotion.draw(emotions, facts, WITH_THEIRS),
        "recall_by_speaker": recall_by_speaker.draw(speakers, facts),
        "confusion": confusion.draw(cells, facts),
        "cross_domain": cross_domain.draw(cross, synthetic=False),
    }
    return {name: " ".join(text.get_text() for text in figure.texts[::-1]) for name, figure in figures.items()}


@pytest.mark.long
def test_every_figure_names_whose_vectors_were_made_elsewhere() -> None:
    for name, foot in feet().items():
        assert "pooling: mean," in foot, name
        assert f"; vectors made elsewhere: {THEIRS}." in foot, name


def test_a_figure_of_such_vectors_alone_says_that_they_came_pooled() -> None:
    alone = curve().query("panel == @THEIRS and line == 'own'")
    assert "pooling: as given," in style.probed(alone)


def test_nothing_changes_in_the_words_without_them() -> None:
    before = layer_curves.data(study()["layers"], "speech", MODELS)
    assert "elsewhere" not in style.probed(before)
    config = Config.model_validate({"study": "A study", "datasets": {"speech": {"corpus": "emodb"}}})
    assert not [text for _, text in methods.paragraphs(config.model_dump(), DATASETS, MODELS) if "elsewhere" in text]


def test_a_panel_of_their_own_with_acoustic_features_and_without_a_control() -> None:
    panel = curve().query("panel == @THEIRS")
    assert list(panel.query("line == 'own' and protocol == 'strict'").sort_values("position")["layer"]) == LAYERS
    assert set(panel["line"]) == {"own", "normalised", "acoustics"}
    assert elsewhere(WITH_THEIRS) == [THEIRS]
    assert control_of(THEIRS, WITH_THEIRS) == ""
    assert [pair for pair in pairs(WITH_THEIRS) if THEIRS in pair] == [(THEIRS, "eGeMAPSv02", "acoustic features")]


def test_the_methods_name_the_files_by_their_content_and_claim_no_forward_pass() -> None:
    config = Config.model_validate({"study": "A study", "datasets": {"speech": {"corpus": "emodb"}}})
    said = dict(methods.paragraphs(config.model_dump(), DATASETS, WITH_THEIRS))
    assert THEIRS not in said["Embeddings"]
    for files in FILES.values():
        for file, md5 in files.items():
            assert f"{file} (md5 {md5})" in said["Vectors made elsewhere"]
    alone = dict(methods.paragraphs(config.model_dump(), DATASETS, {THEIRS: FACTS}))
    assert "Embeddings" not in alone
    grid = methods.models_used(WITH_THEIRS)
    row = next(row for row in grid.rows if row[0].text == THEIRS)
    assert [cell.text for cell in row][1:3] == ["vectors made elsewhere", "–"]


def test_findings_and_page_do_not_call_them_a_network() -> None:
    made = whole()
    front = findings(made, seed=1)
    said = " ".join(front["sentence"])
    assert "scores highest of the models" in said
    assert "the models are not compared with each other" in said
    assert "of the networks" not in said
    assert "the networks are" not in said
    first = whole({THEIRS: FACTS, **MODELS})
    top = best_network(first, "speech")
    assert top is not None
    named = highest(first, top.replace("hubert-base", THEIRS))["sentence"]
    assert f"{THEIRS} (vectors made elsewhere) scores highest of the models" in named
    config = Config.model_validate({"study": "A study", "datasets": {"speech": {"corpus": "emodb"}}, "probing": {}})
    page = render(replace(made, findings=front), {}, config.model_dump(mode="json"), ["strict", "paper1"])
    assert f"{THEIRS} (vectors made elsewhere)" in page


def test_the_tables_show_them_with_their_pooling() -> None:
    grid = results.headlines(whole(), "speech")
    pooling = [heading for heading, _ in grid.headings].index("pooling")
    assert {row[pooling].text for row in grid.rows if row[0].text == THEIRS} == {"given"}
    best = results.best_layers(whole(), "speech")
    assert THEIRS in {row[0].text for row in best.rows}
