"""A made-up study with every section of the report, and its page."""

from dataclasses import replace

import study_with_distances
import study_with_explanation
import study_with_transfer
from once import once
from test_report import config, pictures, whole
from test_report_clips import clips

from workflow_scripts.report_page.front_rules import findings
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.study import Study


def everything(synthetic: bool = False) -> Study:
    """Probes, distances, explanation, transfer and clips of the same made-up datasets."""
    parts = [study_with_distances.given(), study_with_explanation.given(), study_with_transfer.given()]
    far, known, trained = parts
    models = {name: facts for part in (trained, known, far, whole()) for name, facts in part.models.items()}
    datasets = {name: {**facts, "synthetic": synthetic} for name, facts in whole().datasets.items()}
    made = replace(
        whole(datasets=datasets, models=models),
        compared=far.compared, distances=far.distances, explained=known.explained, explanation=known.explanation,
        trained=trained.trained, transfer=trained.transfer, printed=trained.printed, clips=clips(),
    )  # fmt: skip
    return replace(made, findings=findings(made, 1))


@once
def page_of_everything() -> str:
    return render(everything(True), pictures(), config(), ["strict", "paper1"])
