"""Works to cite: every entry is whole and read by an independent reader of BibTeX, everything that is used has one."""

import re

import pytest

from workflow_scripts import corpora, networks
from workflow_scripts.report_page import references as r
from workflow_scripts.report_page import tex, transfer_methods
from workflow_scripts.report_page.methods import CITED, SETS
from workflow_scripts.study.config import FeatureSet
from workflow_scripts.transfer import tuners

# what BibTeX's standard styles need of each type
NEEDED = {
    "article": {"author", "title", "journal", "year"},
    "inproceedings": {"author", "title", "booktitle", "year"},
    "incollection": {"author", "title", "booktitle", "publisher", "year"},
    "book": {"author", "title", "publisher", "year"},
    "misc": {"title", "year"},
}
OWN = "Meier & Müller (2021), 100 % of our_corpus {unpublished}"


def read(text: str) -> dict[str, tuple[str, dict[str, str]]]:
    """{key: (type, fields)} of BibTeX, by counting braces."""
    found, place = {}, 0
    while start := re.compile(r"@(\w+)\{([^,\s]+),").search(text, place):
        fields, place = {}, start.end()
        while field := re.compile(r"\s*(\w+) = \{").match(text, place):
            begin, depth = field.end(), 1
            place = begin
            while depth:
                depth += {"{": 1, "}": -1}.get(text[place], 0) if text[place - 1] != "\\" else 0
                place += 1
            fields[field[1]] = text[begin : place - 1]
            assert text[place] == ","
            place += 1
        assert text[place : place + 2] == "\n}", start[2]
        assert start[2] not in found
        found[start[2]] = (start[1], fields)
    return found


def test_every_entry_is_bibtex_that_reads_back() -> None:
    entries = r.entries()
    text = "\n".join(r.bibtex(key, entry) for key, entry in entries.items())
    assert text.isascii()
    found = read(text)
    assert list(found) == list(entries)
    for key, (kind, fields) in found.items():
        assert NEEDED[kind] <= set(fields), key
        assert re.fullmatch(r"1[89]\d\d|20\d\d", fields["year"]), key
        assert fields["title"].startswith("{"), key
        assert not re.search(r"(?<!\\)[&%#_$](?!\^|$)", fields["title"]), key
        assert re.fullmatch(r"10\.\d+/\S+", fields.get("doi", "10.1/x")), key
        assert ("archiveprefix" in fields) == ("eprint" in fields), key
        assert {"doi", "eprint", "url", "pages", "publisher"} & set(fields) or key == "otake2023", key


def test_keys_say_who_and_when() -> None:
    for key, entry in r.entries().items():
        family = entry["author"][0].partition(",")[0].replace("ö", "o")
        assert key == f"{family.lower()}{entry['year']}"
        assert all(", " in name for name in entry["author"] if name != r.OTHERS), key


def test_corpora_networks_features_tuners_and_software_have_entries() -> None:
    named = {corpora.find(name).citation for name in corpora.names() if name != "table"}
    named |= {networks.citation(name) for name in networks.names()}
    assert set(SETS) == set(FeatureSet.__args__)
    assert set(transfer_methods.WORKS) == set(tuners.names())
    named |= {*SETS.values(), *CITED.values(), *r.cited(transfer_methods.WORKS.values())}
    assert named <= set(r.entries())


def test_the_page_names_people_and_places() -> None:
    entries = r.entries()
    assert r.plain(entries["holm1979"]) == (
        "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics "
        "6(2), 65–70."
    )
    assert r.plain(entries["chen2022"]).startswith("Chen, S., Wang, C., Chen, Z. et al. (2022). WavLM")
    assert r.plain(entries["sun2024"]).endswith("representations. arXiv 2409.17899.")
    assert "In Wang, W. (ed.), Machine Audition" in r.plain(entries["haq2010"])


def test_marks_become_words_and_cites() -> None:
    entries, text = r.entries(), "By Holm [@holm1979] and others [@nadeau2003; @chen2022], [0, 1] is an interval."
    assert r.cited([text, text]) == ["holm1979", "nadeau2003", "chen2022"]
    assert r.in_words(text, entries) == (
        "By Holm (Holm 1979) and others (Nadeau & Bengio 2003; Chen et al. 2022), [0, 1] is an interval."
    )
    assert r"By Holm~\cite{holm1979} and others~\cite{nadeau2003,chen2022}, [0" in r.as_cite(tex.escaped(text))


def test_what_a_user_wrote_is_an_entry_of_its_own() -> None:
    marked = r.mark(OWN)
    (key,) = r.cited([marked])
    known = r.known_with(["hsu2021", OWN, ""])
    assert r.mark("hsu2021") == " [@hsu2021]"
    assert r.mark("") == ""
    assert r.plain(known[key]) == r.short(known[key]) == OWN
    kind, fields = read(r.bibtex(key, known[key]))[key]
    assert (kind, fields["year"]) == ("misc", "2021")
    assert fields["note"] == r"Meier \& M{\"u}ller (2021), 100 \% of our\_corpus \{unpublished\}"
    assert r.own_entry(OWN)[0] != r.own_entry(OWN + "!")[0]


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [
        ("50 % of a_b & c#d", r"50 \% of a\_b \& c\#d"),
        ("R² ≥ 0.5 – x", r"R$^2$ $\geq$ 0.5 -- x"),
        ("(C1 C2)^(1/2), 10^-3", r"(C1 C2)$^{(1/2)}$, 10$^{-3}$"),
        ("Björn, Stéfan, Čapek", r"Bj{\"o}rn, St{\'e}fan, {\v C}apek"),
        ("a\\b {c} ~", r"a\textbackslash{}b \{c\} \textasciitilde{}"),
    ],
)
def test_text_for_latex(plain: str, escaped: str) -> None:
    assert tex.escaped(plain) == escaped
