"""Tables behind the live charts of the papers: printed, as published, strict, and what the difference is due to."""

import pandas as pd

from workflow_scripts.figures import explanation_papers, side_by_side
from workflow_scripts.report_page.study import Study

SIDE_BY_SIDE = [
    "paper", "domain", "model", "study_model", "dataset", "what", "metric", "printed", "published", "published_low",
    "published_high", "strict", "strict_low", "strict_high", "n_speakers", "why", "how_known",
]  # fmt: skip


def tables(study: Study, printed: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """Tables by the name that the charts know them by.

    Args:
        study: facts and tables.
        printed: what the figure `papers/side_by_side` is drawn from; None where it was not drawn.
    """
    found = {}
    if printed is not None:
        rows = printed.assign(panel=printed["paper"].map(side_by_side.PAPERS).fillna(printed["paper"]))
        found["papers_side_by_side"] = rows[["panel", *SIDE_BY_SIDE]]
    paper2 = study.explanation.get("papers")
    if paper2 is not None and len(paper2):
        found["papers_explanation"] = explanation_papers.data(paper2)
    return found
