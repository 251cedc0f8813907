"""Methods as Markdown and LaTeX with citations in place, the bibliography, and what the folder's files are."""

from collections.abc import Iterable, Mapping, Sequence

from workflow_scripts.report_page.references import Entry, as_cite, bibtex, cited
from workflow_scripts.report_page.tex import escaped

Paragraphs = Sequence[tuple[str, str]]
MARKDOWN = "<!-- For Pandoc: pandoc --citeproc --bibliography references.bib methods.md -->"
LATEX = r"% \input{methods}; its works: \bibliography{references}, or biblatex's \addbibresource{references.bib}"
OF_TABLES = {
    "material": "speakers, clips and minutes; clips by emotion",
    "scores": "headline scores of every dataset and model, by protocol",
    "distances": "order of the emotions by the distance between datasets",
    "explanation": "what the dimensions that tell an emotion encode, by category of acoustic features",
    "transfer": "what a first stage of training changes, by tuner",
    "claims": "claims of Sun et al. (2024) on transfer, and how many figures tell for or against each",
    "papers": "printed figures beside this study, as published and strict",
}


def markdown(paragraphs: Paragraphs) -> str:
    """The methods with `[@key]` in place."""
    return "\n\n".join(["# Methods", MARKDOWN, *(f"## {heading}\n\n{text}" for heading, text in paragraphs)]) + "\n"


def latex(paragraphs: Paragraphs) -> str:
    r"""The methods with `\cite{key}` in place."""
    each = [rf"\paragraph{{{escaped(heading)}.}} {as_cite(escaped(text))}" for heading, text in paragraphs]
    return "\n\n".join([LATEX, *each]) + "\n"


def bibliography(paragraphs: Paragraphs, known: Mapping[str, Entry]) -> str:
    """The entries that the methods cite, by key."""
    return "\n".join(bibtex(key, known[key]) for key in sorted(cited(text for _, text in paragraphs)))


def readme(title: str, synthetic: Sequence[str], tables: Iterable[str], figures: Iterable[str]) -> str:
    """What each file of the folder is, and how it goes into a paper.

    Args:
        title: of the study.
        synthetic: datasets of synthetic audio.
        tables, figures: names without endings.
    """
    warning = [
        f"**The audio of {', '.join(synthetic)} is synthetic: a demonstration of the machinery, not a finding.** "
        "Methods and captions say so too."
    ]
    return "\n".join([
        f"# For a paper: {title}",
        "",
        *([*warning, ""] if synthetic else []),
        "Made by `snakemake paper` from the tables of the study; a further run writes it anew, so edit copies.",
        "",
        "| file | holds |",
        "|---|---|",
        "| `methods.md` | methods from what ran, citations as `[@key]`, for Pandoc |",
        "| `methods.tex` | the same, citations as `\\cite{key}`: `\\input{methods}` |",
        "| `references.bib` | BibTeX of all that the methods cite |",
        *(f"| `tables/{name}.tex`, `tables/{name}.csv` | {OF_TABLES[name]} |" for name in tables),
        *(f"| `figures/{name}.pdf`, `figures/{name}.svg` | as in the report |" for name in figures),
        "",
        "Tables need `\\usepackage{booktabs}`; `\\input{tables/scores}` puts one in, `\\ref{tab:scores}` refers to it. "
        "Their CSV holds every row and column behind them, unrounded. Figures are 3.5 or 7.2 inches wide, one column "
        "or both of a journal's page, and not to be scaled: `\\includegraphics{figures/NAME.pdf}`. Their letters are "
        "embedded as TrueType; the numbers behind each lie in `results/figures` as CSV, with more figures.",
        "",
    ])  # fmt: skip
