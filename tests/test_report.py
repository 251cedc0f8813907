"""The report: what its sentences say stands in the tables, the page is whole, safe, offline and readable."""

import base64
import functools
import gzip
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from made_up import DATASETS, MODELS, leaks_and_confounds, manifest, study
from once import once

from workflow_scripts import networks
from workflow_scripts.figures import (
    confusion,
    cross_domain,
    files,
    layer_curves,
    recall_by_emotion,
    recall_by_speaker,
    side_by_side,
    style,
)
from workflow_scripts.report_page import alt, grid, live, material, words
from workflow_scripts.report_page.front_rules import findings
from workflow_scripts.report_page.methods import paragraphs
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.pictures import Picture
from workflow_scripts.report_page.references import cited, entries
from workflow_scripts.report_page.study import Study, best_network
from workflow_scripts.study.config import Study as Config
from workflow_scripts.summaries import papers

TITLE = 'Speech & song <script>alert("x")</script>'
NOTHING_ASIDE = pd.DataFrame(columns=["clip_id", "path", "reason", "dataset", "step"])


def whole(**changes: Any) -> Study:
    """The made-up study as the report takes it, with some parts replaced."""
    parts: dict[str, Any] = {
        "title": TITLE,
        "datasets": DATASETS,
        "models": MODELS,
        "pairs": [["speech", "song"]],
        "manifests": {name: manifest(name) for name in DATASETS},
        "set_aside": NOTHING_ASIDE,
        "audit": leaks_and_confounds(),
        "tables": study(),
    }
    return Study(**{**parts, **changes})


@once
def pictures() -> dict[str, Picture]:
    tables, made = study(), {}
    for name, facts in DATASETS.items():
        curve = layer_curves.data(tables["layers"], name, MODELS)
        emotions = recall_by_emotion.data(tables["scores"], tables["layers"], name, MODELS)
        speakers = recall_by_speaker.data(tables["best"], name, MODELS)
        cells = confusion.data(tables["confusion"], name, MODELS)
        made[f"{name}/layer_curves"] = (layer_curves.draw(curve, facts), curve)
        made[f"{name}/recall_by_emotion"] = (recall_by_emotion.draw(emotions, facts, MODELS), emotions)
        made[f"{name}/recall_by_speaker"] = (recall_by_speaker.draw(speakers, facts), speakers)
        made[f"{name}/confusion"] = (confusion.draw(cells, facts), cells)
    cross = cross_domain.data(tables["cross"], tables["best"], ("speech", "song"), MODELS)
    made["speech_and_song/cross_domain"] = (cross_domain.draw(cross, False), cross)
    published = [pd.read_csv(f"resources/published/{name}.csv", keep_default_na=False) for name in ("paper1", "emobox")]
    beside = papers.side_by_side(*published, tables["best"], leaks_and_confounds(), DATASETS, MODELS)
    made["papers/side_by_side"] = (side_by_side.draw(beside, False), side_by_side.data(beside))
    return {name: Picture(name, style.as_svg(figure), files.as_csv(frame)) for name, (figure, frame) in made.items()}


def config() -> dict[str, Any]:
    given = {"study": TITLE, "datasets": {"speech": {"corpus": "ravdess-speech"}}, "probing": {}}
    return Config.model_validate(given).model_dump(mode="json")


@functools.cache
def page(synthetic: bool = False) -> str:
    datasets = {name: {**facts, "synthetic": synthetic} for name, facts in DATASETS.items()}
    made = whole(datasets=datasets)
    return render(replace(made, findings=findings(made, 1)), pictures(), config(), ["strict", "paper1"])


class Reader(HTMLParser):
    """Checks that tags close in order, and collects attributes and text."""

    VOID = frozenset({"meta", "link", "img", "br", "hr", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


def read(text: str) -> Reader:
    """What stands on a page, all of whose tags are closed."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def sections(text: str) -> list[str]:
    """Ids of the sections of a page, in order."""
    return [attrs["id"] or "" for tag, attrs in read(text).tags if tag == "section"]


@functools.cache
def read_page(synthetic: bool = False) -> Reader:
    return read(page(synthetic))


def test_page_is_well_formed_with_unique_ids_and_all_sections() -> None:
    reader = read_page()
    assert reader.open == []
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {"front", "health", "layers", "papers", "material", "methods"} <= set(ids)
    text = " ".join(reader.text)
    for heading in (
        "Findings",
        "Health",
        "How to read this",
        "Leaks",
        "Confounds",
        "Clips set aside",
        "How to reproduce",
    ):
        assert heading in text


def test_page_refers_to_nothing_outside_itself() -> None:
    for tag, attrs in read_page().tags:
        for name in ("src", "href", "action", "poster", "srcset", "data"):
            value = attrs.get(name)
            if value is not None:
                assert value.startswith(("data:", "#")), f"<{tag} {name}={value[:60]}>"
    css = re.findall(r"<style>(.*?)</style>", page(), re.S)
    assert not any("url(" in text or "@import" in text for text in css)
    assert len(page().encode()) < 15e6


def test_what_users_wrote_is_escaped() -> None:
    manifests = {name: manifest(name) for name in DATASETS}
    manifests["speech"].loc[0, "speaker"] = "<img src=x onerror=alert(1)>"
    aside = pd.DataFrame(
        [{"clip_id": "<b>x</b>", "path": "a&b.wav", "reason": "<i>", "dataset": "speech", "step": "manifest"}]
    )
    shown = render(whole(manifests=manifests, set_aside=aside), {}, config(), ["strict"])
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert "a&amp;b.wav" in shown
    assert '<script>alert("x")' not in shown


def test_every_figure_has_a_finding_as_alternative_text_and_its_data() -> None:
    images = [attrs for tag, attrs in read_page().tags if tag == "img"]
    assert len(images) == 10
    assert all(len(attrs["alt"] or "") > 30 for attrs in images)
    curves = next(attrs["alt"] for attrs in images if "layer 2" in (attrs["alt"] or ""))
    assert "hubert-base scores highest" in curves
    data = [
        attrs for tag, attrs in read_page().tags if tag == "a" and (attrs.get("href") or "").startswith("data:text/csv")
    ]
    assert {attrs["download"] for attrs in data} >= {"speech_layer_curves.csv", "papers_side_by_side.csv"}


def test_figures_of_layers_say_what_the_front_page_says_or_what_they_draw() -> None:
    made = whole()
    said = {row.finding: row.sentence for row in findings(made, 1).itertuples()}
    alts = [attrs["alt"] for tag, attrs in read_page().tags if tag == "img"]
    assert f"{said['best-song']} {said['layers-song']}" in alts
    assert said["across-speech-song"] in alts
    drawn = recall_by_emotion.data(made.tables["scores"], made.tables["layers"], "song", MODELS)
    drawn = drawn[(drawn["model"] == "hubert-base") & (drawn["layer"] == "2")]
    drawn = drawn.loc[[drawn["value"].idxmin(), drawn["value"].idxmax()]]
    low, high = (f"{words.per_cent(row.value, row.low, row.high)} ({row.emotion})" for row in drawn.itertuples())
    recalls = f"from {low} to {high} at layer 2 of hubert-base, strict, 8 speakers."
    assert f"Recall of the emotions of song by layer: {recalls}" in alts
    assert alt.layer_curves(made, "song") == "Scores of the layers on song."  # no table of findings


def test_demonstrations_are_marked() -> None:
    assert "Demonstration: synthetic audio (speech, song)" in " ".join(read_page(True).text)
    assert "demonstration" not in " ".join(read_page(False).text).lower()


def test_tables_of_the_page_hold_what_the_tables_of_the_study_hold() -> None:
    text = " ".join(read_page().text)
    best = study()["best"]
    rows = best[(best["metric"] == "UAR") & (best["condition"] == "all") & (best["repeat"] == -1)]
    rows = rows[(rows["speaker"] == "") & (rows["null_run"] == 0)]
    for row in rows.itertuples():
        assert words.per_cent(row.value, row.low, row.high) in text


def unpacked(text: str) -> dict[str, pd.DataFrame]:
    """The tables of the live charts as a browser reads them."""
    packed = json.loads(gzip.decompress(base64.b64decode(text)))
    return {
        name: pd.DataFrame(
            {column: of.get("values") or [of["words"][code] for code in of["codes"]] for column, of in own.items()}
        )
        for name, own in packed.items()
    }


def test_live_charts_hold_the_figures_numbers() -> None:
    found = re.search(r'id="tables">([^<]+)<', page())
    assert found
    curves = unpacked(found[1])["curves"]
    drawn = layer_curves.data(study()["layers"], "song", MODELS)
    drawn = drawn[(drawn["line"] == "own") & (drawn["protocol"] == "strict")]
    both = drawn.merge(curves, on=["dataset", "model", "layer", "protocol"], suffixes=("", "_live"))
    assert len(both) == len(drawn) > 5
    for column in ("value", "low", "high"):
        assert list(both[f"{column}_live"]) == pytest.approx(list(both[column]), rel=1e-5)


def test_packed_tables_read_back_with_gaps_as_nothing() -> None:
    table = pd.DataFrame(
        {
            "word": ["b", "a", "b"],
            "value": [0.123456789, float("nan"), float("inf")],
            "n": [1, 2, 3],
            "told": [True, False, True],
        }
    )
    back = unpacked(live.pack({"t": table}))["t"]
    assert list(back["word"]) == ["b", "a", "b"]
    assert back["value"].iloc[0] == 0.123457
    assert back["value"].isna().tolist() == [False, True, True]
    assert (list(back["n"]), list(back["told"])) == ([1, 2, 3], [1, 0, 1])


def test_booleans_stay_booleans_for_a_browser_and_mixtures_are_refused() -> None:
    told = pd.concat([pd.DataFrame({"told": []}, dtype=object), pd.DataFrame({"told": [False, True]})])
    assert told["told"].dtype == object
    assert list(unpacked(live.pack({"t": told}))["t"]["told"]) == [0, 1]
    with pytest.raises(ValueError, match="t.told"):
        live.pack({"t": pd.DataFrame({"told": [False, "yes"]})})


def test_what_is_chosen_at_first_is_the_best_network_and_the_layer_that_most_folds_chose() -> None:
    made = whole()
    facts = live.facts(made, ["strict", "paper1"], {})
    top = best_network(made, "speech")
    assert top is not None
    assert (facts["default"]["dataset"], facts["default"]["protocol"]) == ("speech", "strict")
    assert facts["default"]["model"] == top["model"]
    assert facts["best_layer"]["speech"][top["model"]] == top["usual_layer"]
    json.dumps(facts, allow_nan=False)


def test_without_probing_the_page_still_tells_of_the_material() -> None:
    shown = render(whole(tables={}), {}, {**config(), "probing": None}, ["strict"])
    assert "No layers were probed" in shown
    assert "Clips of song by speaker and emotion" in shown
    assert "Plotly" not in shown
    assert 'id="choice"' not in shown


def test_grids_sort_by_numbers_and_drop_what_says_nothing() -> None:
    frame = pd.DataFrame({"a": [2.0, float("nan")], "b": ["x", "x"], "c": ["", ""]})
    made = grid.grid(
        frame,
        "caption",
        {"a": lambda row: grid.cell(row.a), "b": lambda row: grid.cell(row.b), "c": lambda row: grid.cell(row.c)},
        fold=["b"],
    )
    assert made.headings == [("a", True)]
    assert made.caption == "caption; b x"
    assert [row[0].key for row in made.rows] == [2.0, float("-inf")]
    assert made.rows[1][0].text == "–"


def test_counts_of_clips_add_up() -> None:
    made = material.clips(whole(), "speech")
    assert [heading for heading, _ in made.headings][1:-1] == DATASETS["speech"]["emotions"]
    assert made.rows[-1][-1].text == str(len(manifest("speech")))


def test_methods_say_what_ran_and_references_what_was_used() -> None:
    said = " ".join(text for _, text in paragraphs(config(), DATASETS, MODELS))
    for part in ("as recorded", "6 folds", "999 permutations", "untrained-hubert-base has random weights", "0.0001"):
        assert part in said, part
    assert "commit" not in said
    fetched = {"commit": "c0ffee", "licence": ""}
    said = " ".join(
        text for _, text in paragraphs(config(), DATASETS, {**MODELS, "hubert-base": MODELS["hubert-base"] | fetched})
    )
    assert "hubert-base from facebook/hubert-base-ls960 at commit c0ffee (licence: none stated)." in said
    own = {**MODELS, "hubert-base": MODELS["hubert-base"] | {"weights_digest": "f00d"}}
    said = " ".join(text for _, text in paragraphs(config(), DATASETS, own))
    assert "Weights were read from folders that the user brought: hubert-base (blake2b f00d)." in said
    models = {name: {**facts, "citation": networks.citation(facts["family"])} for name, facts in MODELS.items()}
    works = cited(text for _, text in paragraphs(config(), DATASETS, models))
    assert {"livingstone2018", "hsu2021", "sun2024", "holm1979"} <= set(works) <= set(entries())
    assert not {"chen2022", "ma2024"} & set(works)
