"""What goes into a paper: tables that LaTeX reads, with the numbers of the study; methods with citations; files."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import study_with_distances as apart
import study_with_explanation as known
import study_with_transfer as helped
from made_up import MODELS
from test_report import config, whole
from test_report_entries import job, on_disk

from workflow_scripts import paper
from workflow_scripts.figures.style import DEMONSTRATION
from workflow_scripts.paper_parts import tables, text
from workflow_scripts.paper_parts.latex import INTERVAL, NUMBER, Column, Table, as_latex
from workflow_scripts.paper_parts.transfer_table import differences
from workflow_scripts.report_page import methods
from workflow_scripts.report_page.references import cited, known_with

CELL = re.compile(r"(?<!\\)&")


def body(latex: str) -> list[list[str]]:
    """Cells of the rows between the rules, by splitting at what is not escaped."""
    rows = latex.split("\\midrule\n")[1].split("\\bottomrule")[0].splitlines()
    assert all(row.endswith(r" \\") or row == r"\addlinespace" for row in rows)
    return [[cell.strip() for cell in CELL.split(row.removesuffix(r" \\"))] for row in rows if row != r"\addlinespace"]


def assert_reads(latex: str) -> None:
    """Environments and braces are balanced, every row has as many cells as the table columns, nothing is unescaped."""
    assert re.findall(r"\\begin\{(\w+\*?)\}", latex) == list(reversed(re.findall(r"\\end\{(\w+\*?)\}", latex)))
    bare = re.sub(r"\\[{}]", "", latex)
    assert bare.count("{") == bare.count("}")
    spec = re.search(r"\\begin\{tabular\}\{@\{\}(.*)@\{\}\}\n", latex)
    assert spec is not None
    columns = len(re.sub(r"@\{ \}|p\{[^}]*\}", lambda found: "l" if found[0][0] == "p" else "", spec[1]))
    for row in body(latex):
        assert len(row) == columns, row
    heading = latex.split("\\toprule\n")[1].split("\n")[0]
    spanned = heading.count(r"\multicolumn{2}")
    assert len(CELL.split(heading)) + spanned == columns
    plain = re.sub(r"\\rlap\{\*\}|\$[^$\n]{1,30}\$|\\[%&#_{}]", "", latex)
    assert not re.search(r"[%#_$]", plain)


MADE: dict[str, Callable[[], Table]] = {
    "material": lambda: tables.material(whole()),
    "scores": lambda: tables.scores(whole()),
    "distances": lambda: tables.distances(apart.given()),
    "explanation": lambda: tables.explanation(known.given()),
    "transfer": lambda: differences(helped.given()),
    "claims": lambda: tables.claims(helped.given()),
    "nothing trained twice": lambda: differences(helped.few()),
    "no claims": lambda: tables.claims(helped.few()),
}


@pytest.mark.parametrize("name", MADE)
def test_latex_reads_every_table(name: str) -> None:
    made = MADE[name]()
    latex = as_latex(made)
    assert_reads(latex)
    assert len(body(latex)) == len(made.rows) <= 48
    assert rf"\label{{tab:{made.name}}}" in latex
    assert len(made.data) >= len(made.rows)


def test_scores_are_those_of_the_study_and_starred_where_above_chance() -> None:
    made = tables.scores(whole())
    rows = body(as_latex(made))
    best = tables.headline_of(whole().tables["best"], "strict").set_index(["dataset", "model"])
    names = [(row.dataset, row.model) for row in made.rows.itertuples()]
    for row, key in zip(rows, names, strict=True):
        found = best.loc[key]
        assert row[3] == f"{100 * found['value']:.0f}" + (r"\rlap{*}" if found["p"] <= 0.05 else "")
        assert row[4] == f"[{100 * found['low']:.0f}, {100 * found['high']:.0f}]"
    assert [row[0] for row in rows].count("speech") == 1  # said once, then left out
    assert set(made.data["metric"]) == {"UAR", "WA", "macro-F1"}


def test_claims_count_the_figures_that_are_judged() -> None:
    """Of claim 9 these are differences of two levels, which are never below 0 themselves."""
    claims = helped.given().transfer["claims"]
    levels = (claims["claim"] == 9) & claims["value"].notna()
    assert (claims["strict"][levels] > 0).any()
    told = claims.assign(value=claims["value"].mask(levels, -0.1), p_adjusted=claims["p_adjusted"].mask(levels, 0.01))
    made = tables.claims(helped.given({"claims": told}))
    counts = made.rows[made.rows["claim"].str.startswith("9.")][["figures", "above", "below"]].sum()
    assert counts.to_list() == [levels.sum(), 0, levels.sum()]


def test_users_words_are_escaped_and_stay_apart() -> None:
    rows = pd.DataFrame([{"word": "50% of_a & {b}", "value": "-3 [-10, +4]"}])
    columns = [Column("a_b & c", lambda row: row.word), Column("x", lambda row: row.value, INTERVAL)]
    latex = as_latex(Table("own", "100 % & more_", rows, columns, rows))
    assert_reads(latex)
    assert body(latex) == [[r"50\% of\_a \& \{b\}", "$-3$", "[$-$10, +4]"]]
    clips = {"speech": pd.DataFrame({"speaker": ["a"], "emotion": ["very sad"], "prepared_seconds": [60.0]})}
    made = tables.material(whole(manifests=clips))
    assert [column.kind for column in made.columns][1:] == [NUMBER] * 4
    assert body(as_latex(made)) == [["speech", "1", "1", "1.0", "1"]]


def test_printed_figures_stand_alone_only_where_the_study_has_no_counterpart() -> None:
    row = {"paper": "emobox", "model": "X", "domain": "speech", "metric": "UAR", "printed": 0.7, "dataset": "speech"}
    row |= {f"{kind}{end}": 0.5 for kind in ("published", "strict") for end in ("", "_low", "_high")}
    both = pd.DataFrame([{**row, "study_model": "mine"}, {**row, "study_model": ""}])
    assert len(tables.papers(whole(), both).rows) == 1
    alone = tables.papers(whole(), both.iloc[1:])
    assert [column.heading for column in alone.columns] == ["printed by", "for", "metric", "printed (%)"]
    assert "none of their networks" in alone.caption


def test_methods_cite_in_both_forms_and_the_bibliography_has_each_work() -> None:
    facts = {**MODELS, "hubert-base": {**MODELS["hubert-base"], "citation": "Our own network (2026), unpublished"}}
    said = methods.of_study(whole(models=facts), config())
    works = cited(text for _, text in said)
    entries = known_with(methods.citations(whole().datasets, facts))
    markdown, latex, bibliography = text.markdown(said), text.latex(said), text.bibliography(said, entries)
    assert [key for key in works if f"@{key}" not in markdown] == []
    assert set(",".join(re.findall(r"\\cite\{([^}]*)\}", latex)).split(",")) == set(works)
    assert sorted(re.findall(r"^@\w+\{([^,]*),", bibliography, re.MULTILINE)) == sorted(works)
    assert "note = {Our own network (2026), unpublished}" in bibliography
    assert not re.search(r"(?<!\\)[%&#_]", latex.split("\n", 1)[1])
    assert latex.count(r"\paragraph{") == markdown.count("## ") == len(said)


def test_methods_name_emotions_and_analysed_layers() -> None:
    facts = {**MODELS["hubert-base"], "layers": ["0", "1", "2", "4", "final"]}
    said = dict(methods.of_study(whole(models={**MODELS, "hubert-base": facts}), config()))
    assert "0-2, 4 and final of hubert-base" in said["Embeddings"]
    assert "Studied were the emotions neutral, calm, happy" in said["Recordings"]


def test_the_entry_writes_all_and_marks_demonstrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec, inputs = on_disk(probed=False)
    spec["datasets"] = {name: {**facts, "synthetic": True} for name, facts in spec["datasets"].items()}
    (Path("drawn.svg")).write_bytes(b"<svg/>")
    folder = "results/paper/"
    outputs: dict[str, Any] = {
        "readme": f"{folder}README.md",
        "markdown": f"{folder}methods.md",
        "latex": f"{folder}methods.tex",
        "bibliography": f"{folder}references.bib",
        "tex": [f"{folder}tables/{name}.tex" for name in ("material", "papers")],
        "csv": [f"{folder}tables/{name}.csv" for name in ("material", "papers")],
        "figures": [f"{folder}figures/speech_drawn.svg"],
    }
    files = {**inputs, "figures": ["drawn.svg"], "side_by_side": "results/figures/papers/side_by_side.csv"}
    paper.main(job(spec, files, outputs))
    for name in ("material", "papers"):
        assert DEMONSTRATION in Path(f"{folder}tables/{name}.tex").read_text().split(r"\label")[0].split(r"\caption")[1]
    assert "is synthetic" in Path(outputs["markdown"]).read_text()
    assert "(each trained on " in Path(outputs["latex"]).read_text()
    readme = Path(outputs["readme"]).read_text()
    assert "`figures/speech_drawn.pdf`" in readme
    assert "`tables/papers.tex`" in readme
    assert "not a finding" in readme
    assert len(pd.read_csv(outputs["csv"][0])) == 2
    assert Path(outputs["figures"][0]).read_bytes() == b"<svg/>"
    assert not list(Path("results/paper").rglob("*.part"))
