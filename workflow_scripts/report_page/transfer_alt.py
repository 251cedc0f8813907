"""What the figures of transfer show, in words: their alternative texts."""

from collections.abc import Callable

from workflow_scripts.report_page import transfer_claimed, transfer_findings
from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_rows import Way
from workflow_scripts.report_page.transfer_words import each, gained
from workflow_scripts.report_page.words import counted


def grid(way: Way) -> str:
    """Levels of all trainings."""
    return _joined(transfer_findings.levels(way), transfer_findings.source_only(way))


def differences(way: Way) -> str:
    """What a first stage changes."""
    return _joined(*transfer_findings.two_stages(way), *transfer_findings.controls(way))


def bias(way: Way) -> str:
    """Which recalls a first stage changes."""
    rows = way.compared[way.compared["metric"] == "recall"]
    if rows.empty:
        return ""
    rows = select.picked(rows, protocol=select.main_of(rows))
    told = transfer_findings.told(rows)
    if told.empty:
        return f"Of {counted(len(rows), 'recall')}, none is told apart after a first stage on {way.source}."
    named = each(told, gained, lambda row: f"{row.emotion}, {row.model} with {row.tuner}")
    return f"Of {counted(len(rows), 'recall')}, {len(told)} differ after a first stage on {way.source}: {named}."


def curves(way: Way) -> str:
    """How many trainings took all epochs that they were allowed."""
    late = select.unfinished(way.study)
    own = late[(late["target"] == way.target) & late["source"].isin([way.source, ""])]
    return f"{counted(len(own), 'training')} on {way.target} took all epochs." if len(own) else ""


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


FIGURES: dict[str, Callable[[Way], str]] = {
    "transfer_grid": grid,
    "transfer_differences": differences,
    "transfer_bias": bias,
    "transfer_curves": curves,
}
NAMES = {
    "transfer_grid": "Scores of all trainings",
    "transfer_differences": "Differences between conditions",
    "transfer_bias": "Recalls of the emotions",
    "transfer_curves": "Loss and validation scores over epochs",
}


def of_figure(kind: str, way: Way) -> str:
    """The alternative text of a figure of a direction: what it is of, and the finding where its tables hold one."""
    return f"{NAMES[kind]}, {way.words}. {FIGURES[kind](way)}".strip()


def claims(study: Study) -> str:
    """The alternative text of the figure of claims."""
    return _joined("Paper 1's claims on transfer, strict beside as published.", *transfer_claimed.always(study))
