"""README.md and docs/: links lead somewhere, every page is found, names are those of files, configs pass the check."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from documents import LANGUAGES, PAGES, ROOT, anchors, blocks, code, links, prose

from workflow_scripts.study.checks import check_study
from workflow_scripts.study.schemas import TABLES

NAMES = [page.name for page in PAGES]
ALL_CODE = "\n".join(text for page in PAGES for text in code(page))
# What a block that shows some sections of a config alone is put into.
AROUND: dict[str, Any] = {
    "study": "A page",
    "datasets": {"speech": {"corpus": "synthetic-speech"}, "song": {"corpus": "synthetic-song"}},
    "models": ["tiny-wavlm"],
    "pairs": [["speech", "song"]],
}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_and_anchors_lead_somewhere(page: Path) -> None:
    wrong = []
    for target, anchor in links(page):
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            wrong.append(f"{target}#{anchor}")
    assert not wrong


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [PAGES[0]]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [(page.parent / target).resolve() for target, _ in links(page) if target.endswith(".md")]
    assert not set(PAGES) - reached


def test_files_of_the_project_that_are_named_exist() -> None:
    """Every study, rule file, environment, test or document, `{a,b}` written out."""
    folders = r"(?:resources|envs|docs|rules|profiles|benchmarks|tests|workflow_scripts|\.ci)"
    named = set(re.findall(rf"(?<![\w./]){folders}/[\w./{{}},-]*\w[\w}}/]*", ALL_CODE))
    assert named
    missing = [name for pattern in named for name in written_out(pattern) if not (ROOT / name).exists()]
    assert not missing


def test_modules_and_make_targets_that_are_named_exist() -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", ALL_CODE))
    assert not [name for name in modules if importlib.util.find_spec(name) is None]
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][\w-]*)\b(?=[ `\n])", ALL_CODE))
    assert {"study", "test"} <= named <= targets


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_block_says_what_it_is_and_is_closed(page: Path) -> None:
    fences = re.findall(r"^```(.*)$", page.read_text(), flags=re.MULTILINE)
    assert set(fences[::2]) <= LANGUAGES
    assert set(fences[1::2]) <= {""}
    assert len(fences) % 2 == 0


# own-network.md has a test of its own (test_own_network_page.py): its family is known only once its file is saved.
@pytest.mark.parametrize(
    ("name", "text"),
    [(page.name, text) for page in PAGES for text in blocks(page, "yaml") if page.name != "own-network.md"],
)
def test_configs_pass_the_check(name: str, text: str) -> None:
    shown = yaml.safe_load(text)
    check_study(shown if "study" in shown else AROUND | shown, name)


@pytest.mark.parametrize(("name", "text"), [(page.name, text) for page in PAGES for text in blocks(page, "python")])
def test_python_compiles(name: str, text: str) -> None:
    assert fault_of_python(text, name) == ""


def test_the_tutorials_edits_fit_the_default_study() -> None:
    study = (ROOT / "config.yaml").read_text()
    edits = blocks(ROOT / "docs/tutorial.md", "diff")
    assert len(edits) == 2
    for edit in edits:
        old, new = edit.splitlines()
        assert (old[0], new[0]) == ("-", "+")
        assert f"\n{old[1:]}\n" in study
        check_study(yaml.safe_load(study.replace(old[1:], new[1:])), "the edited default study")


def test_every_table_and_section_of_the_reference_is_found() -> None:
    linked = {anchor for target, anchor in links(ROOT / "docs/results.md") if target == "tables.md"}
    assert linked - {""} == set(TABLES)
    assert {page for page, _ in links(ROOT / "docs/index.md")} >= {"config.md", "tables.md"}


def test_pictures_are_small_and_say_what_they_show() -> None:
    shown = {
        (page.parent / file).resolve(): words
        for page in PAGES
        for words, file in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", page.read_text())
    }
    pictures = {path for path in (ROOT / "docs/pictures").iterdir() if path.suffix in (".svg", ".png")}
    assert set(shown) == pictures
    assert all(len(words) > 20 for words in shown.values())
    assert all(path.stat().st_size < 100_000 for path in pictures)


def test_shares_on_the_page_of_protocols_are_those_of_its_pictures() -> None:
    """Numbers with a decimal are measured; `python benchmarks/pictures.py` wrote them into numbers.csv."""
    numbers = pd.read_csv(ROOT / "docs/pictures/numbers.csv")
    measured = {f"{abs(100 * value):.1f}" for value in numbers[["value", "low", "high"]].stack()}
    text = re.sub(r"\barXiv \S+", "", prose(ROOT / "docs/protocols.md"))
    named = set(re.findall(r"\d+\.\d(?!\d|\.\d| dB)", text))
    assert named
    assert not named - measured


def written_out(pattern: str) -> list[str]:
    """`a/{b,c}.x` as [`a/b.x`, `a/c.x`]."""
    match = re.search(r"\{([^}]*)\}", pattern)
    return [pattern.replace(match[0], choice) for choice in match[1].split(",")] if match else [pattern]


def fault_of_python(text: str, name: str) -> str:
    """What keeps a block of code from compiling; "" where nothing does."""
    try:
        compile(text, name, "exec")
    except SyntaxError as error:
        return str(error)
    return ""
