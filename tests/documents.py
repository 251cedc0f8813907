"""README.md and docs/ as the tests read them: pages, fenced blocks, commands, headings, links."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LANGUAGES = {"bash", "text", "yaml", "python", "diff"}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    return [body for tag, body in FENCE.findall(page.read_text()) if tag == language]


def commands(page: Path) -> list[str]:
    """The commands of a page: every line of its bash blocks, without the remark behind it."""
    lines = "\n".join(blocks(page, "bash")).splitlines()
    return [command for line in lines if (command := re.sub(r"(^|\s+)#.*", "", line).strip())]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", page.read_text())


def code(page: Path) -> list[str]:
    """Fenced blocks and inline code."""
    return [body for _, body in FENCE.findall(page.read_text())] + re.findall(r"`[^`]+`", prose(page))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual viewers of Markdown make them."""
    headings = re.findall(r"^#+ +(.*)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[tuple[str, str]]:
    """(file, anchor) of every link and picture that leads to a file of the project, or into the page itself."""
    found = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", prose(page))
    return [(target, anchor) for target, anchor in found if "://" not in target]
