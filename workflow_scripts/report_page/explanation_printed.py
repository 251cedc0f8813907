"""Sentences on what paper 2 printed, beside this study as published and strict."""

import pandas as pd

from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.explanation_words import between
from workflow_scripts.report_page.words import counted, listed, per_cent

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
    published = [_span(part.dropna(subset="published"), "published") for part in own.values()]
    strict = [_span(part, "strict") for part in own.values()]
    return (
        f"Paper 2 printed F1 of {listed(printed)} ({corpus}, {emotions}, over its runs); here, {models} on "
        f"{rows['dataset'].iloc[0]}, it is as published {listed(published)}, strict {listed(strict)}."
    )


def sentences(papers: pd.DataFrame) -> list[str]:
    """One sentence per dataset that is set beside the paper's."""
    return [in_words(own) for _, own in scores(papers).groupby("dataset", sort=False)]


def of_table(papers: pd.DataFrame) -> str:
    """What the figure of printed numbers shows."""
    said = sentences(papers)
    return " ".join(said) or f"{counted(len(papers), 'printed figure')} of paper 2; this study has nothing beside them."


def _span(rows: pd.DataFrame, low: str, high: str = "") -> str:
    values = [*rows[low], *rows[high or low]]
    return between(values, per_cent) if values else "nothing"
