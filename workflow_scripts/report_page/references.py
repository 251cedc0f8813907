"""Works to cite: the entries of resources/references.yaml, as text for the page and as BibTeX for a paper.

A text names works as Pandoc does: `[@holm1979]`, `[@holm1979; @wilson1927]`. What a corpus or a network of a user's own
states as its citation may be free text, which becomes an entry of its own.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workflow_scripts.report_page import tex
from workflow_scripts.report_page.words import listed

Entry = Mapping[str, Any]
FILE = Path(__file__).resolve().parents[2] / "resources" / "references.yaml"
MARK = re.compile(r"\[(@[\w:-]+(?:; @[\w:-]+)*)\]")
NAMED = 8  # authors that the page names, of more the first three
OTHERS = "others"


@cache
def entries() -> dict[str, Entry]:
    """Every work that the project knows, by BibTeX key."""
    loaded: dict[str, Entry] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def own_entry(citation: str) -> tuple[str, Entry]:
    """Key and entry of a citation in a user's own words: first word, year, and a digest that tells two apart."""
    word, year = re.search(r"[A-Za-z]+", citation), re.search(r"\b(1[89]|20)\d\d\b", citation)
    digest = hashlib.blake2b(citation.encode(), digest_size=2).hexdigest()
    key = f"{word[0].lower() if word else 'work'}{year[0] if year else ''}-{digest}"
    return key, {"type": "misc", "note": citation} | ({"year": int(year[0])} if year else {})


def mark(citation: str) -> str:
    """' [@key]' for what a corpus or a network states as its citation, a key or free text; '' where it states none."""
    if not citation:
        return ""
    return f" [@{citation if citation in entries() else own_entry(citation)[0]}]"


def known_with(citations: Iterable[str]) -> dict[str, Entry]:
    """All entries, those of `citations` that are free text among them."""
    return {**entries(), **dict(own_entry(text) for text in citations if text and text not in entries())}


def cited(texts: Iterable[str]) -> list[str]:
    """The keys that some texts name, each once, in the order of the texts."""
    marks = (found for text in texts for found in MARK.findall(text))
    return list(dict.fromkeys(key.lstrip("@") for found in marks for key in found.split("; ")))


def in_words(text: str, known: Mapping[str, Entry]) -> str:
    """The text with 'Nadeau & Bengio 2003' in brackets in place of marks."""
    return MARK.sub(lambda found: f"({'; '.join(short(known[key]) for key in _keys(found))})", text)


def as_cite(text: str) -> str:
    r"""The text, which is LaTeX, with `\cite{key}` in place of marks, tied to the word before."""
    return re.sub(" ?" + MARK.pattern, lambda found: rf"~\cite{{{','.join(_keys(found))}}}", text)


def _keys(found: "re.Match[str]") -> list[str]:
    return [key.lstrip("@") for key in found[1].split("; ")]


def short(entry: Entry) -> str:
    """'Holm 1979', 'Nadeau & Bengio 2003', 'Chen et al. 2022'; the whole of what a user wrote."""
    if "author" not in entry:
        return str(entry["note"])
    names = [name.partition(",")[0] for name in entry["author"]]
    who = " & ".join(names) if len(names) <= 2 else f"{names[0]} et al."
    return f"{who} {entry['year']}"


def plain(entry: Entry) -> str:
    """'Holm, S. (1979). A simple ... procedure. Scandinavian Journal of Statistics 6(2), 65-70. doi:...'"""
    if "author" not in entry:
        return str(entry["note"])
    found = [f"{_people(entry['author'])} ({entry['year']})", entry["title"]]
    where = entry.get("journal") or entry.get("booktitle") or entry.get("publisher") or ""
    if "booktitle" in entry:
        editors = f"{_people(entry['editor'])} (ed.), " if "editor" in entry else ""
        where = f"In {editors}{where}"
    volume = f" {entry['volume']}" if "volume" in entry else ""
    number = f"({entry['number']})" if "number" in entry else ""
    pages = f", {str(entry['pages']).replace('-', '–')}" if "pages" in entry else ""
    found += [f"{where}{volume}{number}{pages}"] if where else []
    found += [f"arXiv {entry['eprint']}"] if "eprint" in entry else []
    found += [f"doi:{entry['doi']}"] if "doi" in entry else [entry["url"]] if "url" in entry else []
    return ". ".join(found).replace("?.", "?") + ("" if {"doi", "url"} & entry.keys() else ".")


def _people(names: list[str]) -> str:
    """'Holm, S.', 'Nadeau, C. & Bengio, Y.', of many the first three 'et al.'"""
    known = [_initials(name) for name in names if name != OTHERS]
    if OTHERS in names or len(known) > NAMED:
        return f"{', '.join(known[:3])} et al."
    return listed(known).replace(" and ", " & ")


def _initials(name: str) -> str:
    family, _, given = name.partition(", ")
    letters = ["-".join(f"{part[0]}." for part in word.split("-") if part) for word in given.split()]
    return f"{family}, {' '.join(letters)}" if letters else family


def bibtex(key: str, entry: Entry) -> str:
    """One BibTeX entry in ASCII; the title stands in braces of its own, so that no style lowers a name in it."""
    fields = {name: value for name, value in entry.items() if name != "type"}
    if "eprint" in fields:
        fields["archiveprefix"] = "arXiv"
    lines = [f"  {name} = {{{_field(name, value)}}}," for name, value in fields.items()]
    return "\n".join([f"@{entry['type']}{{{key},", *lines, "}"]) + "\n"


def _field(name: str, value: Any) -> str:
    if name in ("author", "editor"):
        return " and ".join(map(tex.escaped, value))
    if name in ("doi", "url", "eprint"):
        return str(value)
    text = tex.escaped(str(value))
    if name == "pages":
        return text.replace("-", "--")
    return f"{{{text}}}" if name == "title" else text
