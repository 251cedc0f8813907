"""What paper 2 printed, beside this study as published and strict: sentences and tables."""

import pandas as pd

from workflow_scripts.report_page.explanation_cells import range_of_shares, range_of_values, share, with_spread
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.explanation_words import between
from workflow_scripts.report_page.grid import Grid, Reader, cell, grid
from workflow_scripts.report_page.results import score
from workflow_scripts.report_page.words import counted, listed, measured, per_cent

FROM = {"acoustic": "acoustic features", "all": "all dimensions", "top": "top dimensions"}
SIDES = {"acoustic": "from acoustic features", "all": "from all dimensions", "top": "from the top ones"}


def scores(papers: pd.DataFrame) -> pd.DataFrame:
    """Printed F1 that this study has something beside."""
    return papers[(papers["what"] == "F1") & (papers["dataset"] != "") & papers["strict"].notna()]


def beside(about: Explained) -> str:
    """Printed F1, as published and strict, of a dataset that is set beside the paper's."""
    rows = scores(about.study.explanation["papers"])
    return in_words(rows[rows["dataset"] == about.dataset])


def in_words(rows: pd.DataFrame) -> str:
    """Ranges over the emotions, by what the emotion is told from."""
    own = {side: rows[rows["side"] == side] for side in SIDES}
    own = {side: part for side, part in own.items() if len(part)}
    if not own:
        return ""
    corpus, emotions = str(rows["corpus"].iloc[0]), counted(rows["emotion"].nunique(), "emotion")
    models = listed(list(dict.fromkeys(rows["model"])))
    printed = [f"{_span(part, 'printed_low', 'printed_high')} {SIDES[side]}" for side, part in own.items()]
    said = [
        f"{words} {listed([_span(part, column) for part in there])}"
        for column, words in (("published", "as published"), ("strict", "strict"))
        if (there := [filled for part in own.values() if len(filled := part.dropna(subset=column))])
    ]
    here = f"here, {models} on {rows['dataset'].iloc[0]}, it is {', '.join(said)}" if said else "nothing here beside it"
    return f"Paper 2 printed F1 of {listed(printed)} ({corpus}, {emotions}, over its runs); {here}."


def sentences(papers: pd.DataFrame) -> list[str]:
    """One sentence per dataset that is set beside the paper's."""
    return [in_words(own) for _, own in scores(papers).groupby("dataset", sort=False)]


def of_table(papers: pd.DataFrame) -> str:
    """What the figure of printed numbers shows."""
    said = sentences(papers)
    return " ".join(said) or f"{counted(len(papers), 'printed figure')} of paper 2; this study has nothing beside them."


def _span(rows: pd.DataFrame, low: str, high: str = "") -> str:
    values = [*rows[low], *rows[high or low]]
    return between(values, per_cent)


def tables(table: pd.DataFrame) -> list[Grid]:
    """Printed F1, and printed medians of categories, as published and strict; those that have rows."""
    f1, medians = table[table["what"] == "F1"], table[table["what"] != "F1"]
    what = {"shap": "SHAP, scaled to 0..1", "information-increase": "information increase"}
    about = {
        "corpus": lambda row: cell(row.corpus),
        "emotion": lambda row: cell(row.emotion),
    }
    beside: dict[str, Reader] = {
        "this study": lambda row: cell(f"{row.model} on {row.dataset}" if row.dataset else "–"),
        "layer": lambda row: cell("" if row.layer == "functionals" else row.layer),
    }
    rest: dict[str, Reader] = {
        "what the difference is due to": lambda row: cell(row.why),
        "how the printed figure is known": lambda row: cell(row.how_known),
    }
    folded = ("corpus", "layer", "this study", *rest)
    found = [
        grid(
            f1,
            "F1 printed in paper 2 (lowest and highest of its runs) beside this study",
            {
                **about,
                "from": lambda row: cell(FROM[row.side]),
                "printed": lambda row: cell(row.printed_low, range_of_shares(row.printed_low, row.printed_high)),
                **beside,
                "as published": lambda row: cell(row.published, with_spread(row.published, row.spread)),
                "strict": lambda row: score(row.strict, row.strict_low, row.strict_high),
                "chance": lambda row: share(row.chance),
                **rest,
            },
            folded,
        ),
        grid(
            medians,
            "Medians of categories in paper 2 beside this study",
            {
                **about,
                "what": lambda row: cell(what[row.what]),
                "category": lambda row: cell(row.category),
                "printed": lambda row: cell(row.printed_low, range_of_values(row.printed_low, row.printed_high)),
                **beside,
                "as published": lambda row: cell(row.published, measured(row.published)),
                "strict": lambda row: cell(row.strict, measured(row.strict, row.strict_low, row.strict_high)),
                **rest,
            },
            folded,
        ),
    ]
    return [made for made in found if made.rows]
