"""Families as the contract test meets them: those in the folder, and the one that docs/own-network.md shows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workflow_scripts import networks
from workflow_scripts.study import catalogue

PAGE = Path(__file__).parent.parent / "docs" / "own-network.md"
OF_THE_PAGE = "of-the-page"


def blocks(language: str) -> list[str]:
    """The fenced blocks of the page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


@contextmanager
def with_the_page(folder: Path) -> Iterator[str]:
    """Save the page's file in a folder where families are looked for, and give the family's name."""
    (code,) = blocks("python")
    (folder / f"{OF_THE_PAGE.replace('-', '_')}.py").write_text(code)
    own = networks.__path__
    networks.__path__ = [*own, str(folder)]
    networks.names.cache_clear()
    try:
        yield OF_THE_PAGE
    finally:
        networks.__path__ = own
        networks.names.cache_clear()


def tiny_entry(family: str) -> dict[str, Any]:
    """The smallest network of a family: `tiny-<family>` of the catalogue, else its first architecture `...-tiny`."""
    if f"tiny-{family}" in catalogue.names():
        return catalogue.entry(f"tiny-{family}")
    module = networks.find(family)
    tiny = [name for name in module.ARCHITECTURES if name.endswith("-tiny")]
    assert tiny, f"{family}: give ARCHITECTURES a small shape whose name ends in -tiny, so that it can be tested"
    facts = networks.facts_of(module, module.ARCHITECTURES[tiny[0]])
    assert "layers" in facts, f"{family}: architecture {tiny[0]} does not say its number of layers"
    return {"name": tiny[0], "family": family, "final_norm": False, **facts} | {
        "weights": "untrained",
        "architecture": tiny[0],
    }
