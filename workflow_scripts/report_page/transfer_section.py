"""The section on transfer: what the template of the page shows of it."""

from collections.abc import Callable
from typing import Any

from workflow_scripts.report_page import (
    transfer_alt,
    transfer_claimed,
    transfer_findings,
    transfer_overall,
    transfer_printed,
    transfer_results,
)
from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_rows import Way, ways
from workflow_scripts.report_page.words import counted, listed
from workflow_scripts.summaries.roles import untrained

CAPTIONS = {
    "transfer_grid": "UAR of every training, by network, tuner and condition; strict, twins and as published beside "
    "each other.",
    "transfer_differences": "What a first stage changes, paired, with intervals: against the target alone and the "
    "controls.",
    "transfer_bias": "Recall of every emotion without and with a first stage.",
    "transfer_curves": "How the trainings went: loss, and UAR of the speakers who validate.",
    "transfer_claims": "Paper 1's claims on transfer, strict beside as published.",
}
NOTHING: dict[str, Any] = {}


def section(study: Study, picture: Callable[[str, str], Any]) -> dict[str, Any]:
    """What the template needs; empty where nothing was trained.

    Args:
        study: facts and tables.
        picture: makes a figure of its name and its words; None where there is none.
    """
    if not study.trained:
        return NOTHING
    overall = [transfer_overall.compared(study), transfer_overall.variants(study), transfer_overall.trainings(study)]
    return {
        "about": about(study),
        "ways": [_way(way, picture) for way in ways(study)],
        "sentences": transfer_claimed.sentences(study) + transfer_claimed.more(study),
        "claims": transfer_overall.claims(study),
        "claims_in_short": transfer_overall.claims_in_short(study),
        "figure": picture("papers/transfer_claims", transfer_alt.claims(study)),
        "tables": [grid for grid in overall if grid.rows],
        "printed": transfer_printed.table(study) if len(study.printed) else None,
        "printed_words": transfer_printed.WORDS,
    }


def about(study: Study) -> str:
    """How many trainings of what, in a sentence, and how vectors were normalised."""
    jobs = select.jobs(study)
    each = listed([f"{number} {protocol}" for protocol, number in jobs.groupby("protocol", sort=False).size().items()])
    scores = study.transfer["scores"]
    what = listed([counted(scores[name].nunique(), word) for name, word in (("model", "network"), ("tuner", "tuner"))])
    random = [name for name in untrained(study.models) if name in set(scores["model"])]
    of_random = (
        f" Random weights: {listed(random)}, of which nothing follows for pretrained networks." if random else ""
    )
    return (
        f"{counted(len(jobs), 'training')} of one fold each ({each}) of {what}. Vectors are normalised neither by "
        f"speaker nor by dataset: scores across datasets depend on that by more than 10 points.{of_random}"
    )


def _way(way: Way, picture: Callable[[str, str], Any]) -> dict[str, Any]:
    folder = f"{way.source}_to_{way.target}"
    made = [picture(f"{folder}/{kind}", transfer_alt.of_figure(kind, way)) for kind in transfer_alt.FIGURES]
    return {
        "names": (way.source, way.target),
        "sentences": transfer_findings.of_way(way),
        "figures": [one for one in made if one],
        "tables": transfer_results.tables(way),
    }
