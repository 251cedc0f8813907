"""What the README tells people to type exists."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = "\n".join([README, *(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))])


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][\w-]*)\b(?=[ `\n])", "\n".join(code_of(PAGES))))
    assert {"study", "test"} <= named
    assert named <= targets, named - targets


def test_modules_that_are_run_exist() -> None:
    named = set(re.findall(r"python -m ([\w.]+)", PAGES))
    missing = [name for name in named if importlib.util.find_spec(name) is None]
    assert not missing


def test_paths_in_commands_exist() -> None:
    """Every study, rule file, environment or document of the project that is named, `{a,b}` written out."""
    named = set(
        re.findall(
            r"(?:resources|envs|docs|rules|profiles|benchmarks|workflow_scripts|\.ci)/[\w./{},-]*\w[\w}/]*",
            PAGES,
        )
    )
    assert named
    missing = [name for pattern in named for name in written_out(pattern) if not (ROOT / name).exists()]
    assert not missing


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def code_of(text: str) -> list[str]:
    """Fenced blocks and inline code."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL)
    return blocks + re.findall(r"`[^`\n]+`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def written_out(pattern: str) -> list[str]:
    """`a/{b,c}.x` as [`a/b.x`, `a/c.x`]."""
    match = re.search(r"\{([^}]*)\}", pattern)
    if not match:
        return [pattern]
    return [pattern.replace(match[0], choice) for choice in match[1].split(",")]
