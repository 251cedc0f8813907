"""The report: what its sentences say stands in the tables, the page is whole, safe, offline and readable."""

import functools
import json
import re
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from made_up import DATASETS, MODELS, leaks_and_confounds, manifest, study

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
from workflow_scripts.report_page import findings, grid, interactive, material, words
from workflow_scripts.report_page.findings import Study
from workflow_scripts.report_page.health import GOOD, MIND, WRONG, checks
from workflow_scripts.report_page.methods import paragraphs
from workflow_scripts.report_page.page import Picture, render
from workflow_scripts.report_page.references import cited, entries
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


@functools.cache
def pictures(synthetic: bool) -> dict[str, Picture]:
    tables, made = study(), {}
    for name, given in DATASETS.items():
        facts = {**given, "synthetic": synthetic}
        curve = layer_curves.data(tables["layers"], name, MODELS)
        emotions = recall_by_emotion.data(tables["scores"], tables["layers"], name, MODELS)
        speakers = recall_by_speaker.data(tables["best"], name, MODELS)
        cells = confusion.data(tables["confusion"], name, MODELS)
        made[f"{name}/layer_curves"] = (layer_curves.draw(curve, facts), curve)
        made[f"{name}/recall_by_emotion"] = (recall_by_emotion.draw(emotions, facts, MODELS), emotions)
        made[f"{name}/recall_by_speaker"] = (recall_by_speaker.draw(speakers, facts), speakers)
        made[f"{name}/confusion"] = (confusion.draw(cells, facts), cells)
    cross = cross_domain.data(tables["cross"], tables["best"], ("speech", "song"), MODELS)
    made["speech_and_song/cross_domain"] = (cross_domain.draw(cross, synthetic), cross)
    published = [pd.read_csv(f"resources/published/{name}.csv", keep_default_na=False) for name in ("paper1", "emobox")]
    beside = papers.side_by_side(*published, tables["best"], leaks_and_confounds(), DATASETS, MODELS)
    made["papers/side_by_side"] = (side_by_side.draw(beside, synthetic), side_by_side.data(beside))
    return {name: Picture(name, style.as_svg(figure), files.as_csv(frame)) for name, (figure, frame) in made.items()}


def config() -> dict[str, Any]:
    given = {"study": TITLE, "datasets": {"speech": {"corpus": "ravdess-speech"}}, "probing": {}}
    return Config.model_validate(given).model_dump(mode="json")


@functools.cache
def page(synthetic: bool = False) -> str:
    datasets = {name: {**facts, "synthetic": synthetic} for name, facts in DATASETS.items()}
    return render(whole(datasets=datasets), pictures(synthetic), config(), ["strict", "paper1"])


# -- findings ------------------------------------------------------------------------------------------------------


def written(*rows: pd.DataFrame, columns: tuple[str, ...]) -> set[str]:
    """The numbers of these columns as a sentence may write them: per cents, points, counts, p values."""
    found = set()
    for table in rows:
        for column in columns:
            for value in table[column].dropna() if column in table else []:
                share = abs(100 * float(value))
                found |= {f"{share:.0f}", f"{share:.1f}", f"{float(value):.2g}", f"{float(value):.3g}"}
    return found


def numbers_in(sentence: str) -> list[str]:
    """Numbers of a sentence, but for those in names (eGeMAPSv02, paper1)."""
    return re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)", sentence)


def headline_rows(table: pd.DataFrame, dataset: str, protocol: str) -> pd.DataFrame:
    rows = table[(table["dataset"] == dataset) & (table["model"] == "hubert-base") & (table["protocol"] == protocol)]
    rows = rows[(rows["condition"] == "all") & (rows["null_run"] == 0) & (rows["repeat"] == -1)]
    return rows[rows["speaker"] == ""]


@pytest.mark.parametrize("dataset", list(DATASETS))
def test_every_number_of_a_finding_stands_in_its_rows(dataset: str) -> None:
    given = whole()
    best, audit = given.tables["best"], given.audit
    top = findings.best_network(given, dataset)
    assert top is not None
    score = ("value", "low", "high", "chance", "p", "n_speakers")
    strict = headline_rows(best, dataset, "strict")
    uar = strict[(strict["metric"] == "UAR") & strict["headline"]]
    paper1 = headline_rows(best, dataset, "paper1")
    paper1 = paper1[(paper1["metric"] == "UAR") & paper1["headline"]]
    gap = pd.DataFrame({"value": [paper1["value"].item() - uar["value"].item()]})
    leaks = audit[(audit["topic"] == "leak") & (audit["protocol"] == "paper1") & (audit["target"] == dataset)]
    compared = given.tables["comparisons"]
    compared = compared[(compared["dataset"] == dataset) & (compared["model"] == "hubert-base")]
    other = next(name for name in DATASETS if name != dataset)
    across = headline_rows(given.tables["cross"], dataset, "strict")
    told = audit[(audit["topic"] == "confound") & (audit["target"] == dataset)]
    levels = ("value", "low", "high", "chance")
    curve = {"0", "1", "2", "3"}  # names of layers
    differences = ("difference", "low", "high", "p_adjusted", "smallest_p", "n_speakers")
    recalls = strict[(strict["metric"] == "recall") & strict["headline"]]
    expected = {
        findings.highest(given, top): written(uar, columns=score) | {str(int(top["n_speakers"])), "2"},
        findings.layer_set(given, top): curve,
        findings.leaks_worth(given, top): written(paper1, gap, leaks, columns=levels),
        findings.emotions(given, top): written(recalls, columns=levels),
        findings.of_pair(given, other, dataset): written(across[across["metric"] == "UAR"], uar, columns=levels),
        findings.confounds(given, dataset): written(told, columns=levels),
    }
    for row, sentence in zip(compared.itertuples(), findings.controls(given, top), strict=True):
        one = compared[compared["against"] == row.against]
        expected[sentence] = written(one, columns=differences) | {
            str(int(row.n_speakers)),
            str(len(given.tables["comparisons"])),
        }
    assert len(expected) == 8
    for sentence, numbers in expected.items():
        assert numbers_in(sentence), sentence
        for number in numbers_in(sentence):
            assert number in numbers, f"{number} of {sentence!r} is not in its rows: {sorted(numbers)}"


def test_the_finding_names_the_planted_layer_and_model() -> None:
    said = findings.of_dataset(whole(), "speech")
    assert said[0].startswith("In speech, hubert-base scores highest of the networks: UAR ")
    assert "layer 2 chosen inside the training speakers" in said[0]
    assert said[1] == "The curve of hubert-base is highest at layer 2, and every other layer is lower beyond chance."
    assert any(sentence.startswith("It lies above eGeMAPSv02 (acoustic features): +") for sentence in said)
    assert any(sentence.startswith("As published (paper1)") for sentence in said)


def test_the_null_says_that_nothing_is_told_apart() -> None:
    tables = study()
    models = {name: facts for name, facts in MODELS.items() if name != "hubert-base"}
    kept = {name: table[table["model"] != "hubert-base"] for name, table in tables.items()}
    kept["best"] = kept["best"].assign(p=0.4)
    said = findings.of_dataset(whole(models=models, tables=kept), "song")
    assert said[0].startswith("In song, untrained-hubert-base does not tell the emotions from chance")
    assert said[1].startswith("Acoustic features score higher than any network: eGeMAPSv02")
    assert any("which is not distinguishable from any other layer" in sentence for sentence in said)
    assert not any(sentence.startswith("Recall is highest") for sentence in said)


def test_too_few_speakers_are_said() -> None:
    tables = study()
    few = {
        **tables,
        "layers": tables["layers"].assign(smallest_p=0.125, n_speakers=4),
        "comparisons": tables["comparisons"].assign(p=0.125, smallest_p=0.125, n_speakers=4, p_adjusted=0.75),
    }
    said = " ".join(findings.of_dataset(whole(tables=few), "speech"))
    assert "4 speakers cannot tell layers apart (smallest p 0.125)" in said
    assert "cannot reach significance with 4 speakers (smallest p = 0.75 after Holm over 6 comparisons)" in said
    assert any(check.title == "Few speakers" and check.state == MIND for check in checks(whole(tables=few)))


def test_an_interval_without_zero_and_a_p_that_cannot_reach_are_both_said() -> None:
    table = study()["comparisons"].assign(low=-0.42, high=-0.16, difference=-0.29, p=0.03125, smallest_p=0.03125)
    few = {**study(), "comparisons": table.assign(n_speakers=6, p_adjusted=0.1875)}
    said = " ".join(findings.of_dataset(whole(tables=few), "speech"))
    assert "-29 points [-42, -16]: its interval leaves out 0, but its p cannot reach significance with 6" in said
    assert "not distinguishable from eGeMAPSv02" not in said
    assert findings.reachable(pd.Series([0.5, 0.001, 0.2]), 0, 0.01) == pytest.approx(0.02)


def without_calm() -> dict[str, pd.DataFrame]:
    """The made-up study where paper1 has five emotions, strict six."""
    best = study()["best"]
    return {**study(), "best": best[(best["protocol"] != "paper1") | (best["emotion"] != "calm")]}


def test_protocols_of_other_emotions_are_not_set_against_each_other() -> None:
    given = whole(tables=without_calm())
    said = " ".join(findings.of_dataset(given, "speech"))
    assert "5 emotions of 8 speakers, under strict 6 of 8, so that the scores cannot be set against each other" in said
    assert "points against strict" not in said
    text = " ".join(check.text for check in checks(given))
    assert "paper1 tests 5 of 6 emotions and 8 of 8 speakers of speech" in text


def test_clips_of_other_emotions_are_counted() -> None:
    given = whole(recorded={"speech": 240, "song": len(manifest("song"))})
    used = len(manifest("speech"))
    text = " ".join(check.text for check in checks(given))
    assert f"{240 - used} of 240 clips of speech have none of the study's emotions" in text
    assert "of song have none" not in text
    cells = [cell.text for row in material.overview(given).rows for cell in row]
    assert f"{used} of 240 (those of the study's emotions)" in cells


def test_layers_in_words() -> None:
    order = ["0", "1", "2", "3", "4", "final"]
    assert words.spans(["1", "3", "2"], order) == "1-3"
    assert words.spans(["4", "final", "0"], order) == "0 and 4 and final" or words.spans(["0"], order) == "0"
    assert words.per_cent(0.714, 0.66, 0.76) == "71 % [66, 76]"
    assert words.per_cent(0.714, 0.71, 0.72) == "71.4 % [71.0, 72.0]"
    assert words.per_cent(float("nan")) == "not defined"
    assert words.points(0.05, 0.01, 0.094) == "+5 points [+1, +9]"
    assert words.points(0.02, -0.003, 0.045) == "+2.0 points [-0.3, +4.5]"
    assert words.points(0.0, 0.0, 0.3) == "+0 points [+0, +30]"
    assert words.p_in_words(0.0469) == "p = 0.047"
    assert words.p_in_words(0.0001) == "p < 0.001"


# -- health --------------------------------------------------------------------------------------------------------


def states(given: Study) -> dict[str, str]:
    return {check.title: check.state for check in checks(given)}


def test_a_healthy_study_is_green() -> None:
    found = states(whole())
    assert found["Leak audit"] == found["Null runs"] == found["Clips set aside"] == found["Speakers"] == GOOD
    assert "Demonstration" not in found


def test_leaks_null_runs_and_clips_set_aside_are_seen() -> None:
    audit = leaks_and_confounds()
    audit.loc[(audit["protocol"] == "strict") & (audit["what"] == "speakers"), "count"] = 2
    assert states(whole(audit=audit))["Leak audit"] == WRONG
    tables = study()
    best = tables["best"].copy()
    best.loc[best["metric"] == "null-UAR", "p"] = 1e-6
    assert states(whole(tables={**tables, "best": best}))["Null runs"] == WRONG
    cross = tables["best"][tables["best"]["metric"] == "null-UAR"].assign(source="song", dataset="speech", p=1e-6)
    departing = next(check for check in checks(whole(tables={**tables, "cross": cross})) if check.title == "Null runs")
    assert departing.state == WRONG
    assert "from song to speech" in departing.text
    without = best[best["metric"] != "null-UAR"]
    assert states(whole(tables={**tables, "best": without}))["Null runs"] == MIND
    aside = pd.DataFrame(
        [{"clip_id": "a", "path": "a.wav", "reason": "silent", "dataset": "speech", "step": "manifest"}]
    )
    assert states(whole(set_aside=aside))["Clips set aside"] == MIND
    wrong = render(whole(audit=audit), {}, config(), ["strict"])
    assert 'role="alert"' in wrong
    assert 'role="alert"' not in page()


# -- the page ------------------------------------------------------------------------------------------------------


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


def test_interactive_curves_hold_the_figures_numbers() -> None:
    frame = layer_curves.data(study()["layers"], "song", MODELS)
    chart = interactive.layer_curves(frame, "song")
    json.dumps(chart, allow_nan=False)
    line = next(trace for trace in chart["data"] if trace.get("name") == "hubert-base, strict" and "text" in trace)
    rows = frame[(frame["panel"] == "hubert-base") & (frame["line"] == "own") & (frame["protocol"] == "strict")]
    assert line["y"] == pytest.approx(list(100 * rows.sort_values("position")["value"]), abs=1e-3)
    assert line["line"]["dash"] == "dash"
    assert "8 speakers" in line["text"][0]
    hidden = next(trace for trace in chart["data"] if trace.get("name") == "hubert-base, paper1")
    assert hidden["visible"] == "legendonly"
    other = next(trace for trace in chart["data"] if trace.get("name") == "hubert-base, strict, per-speaker")
    assert other["visible"] == "legendonly"
    rows = frame[(frame["panel"] == "hubert-base") & (frame["line"] == "normalised") & (frame["protocol"] == "strict")]
    assert other["y"] == pytest.approx(list(100 * rows.sort_values("position")["value"]), abs=1e-3)
    assert "annotations" not in chart["layout"]
    marked = interactive.layer_curves(frame, "song", synthetic=True)
    assert [note["text"] for note in marked["layout"]["annotations"]] == [style.DEMONSTRATION]


def test_without_probing_the_page_still_tells_of_the_material() -> None:
    shown = render(whole(tables={}), {}, {**config(), "probing": None}, ["strict"])
    assert "No layers were probed" in shown
    assert "Clips of song by speaker and emotion" in shown
    assert "Plotly" not in shown.split("<script>")[-2]


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
