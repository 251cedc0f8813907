"""A made-up study with every section of the report, and its page."""

from dataclasses import replace

import pandas as pd
import study_with_distances
import study_with_explanation
import study_with_transfer
from once import once
from test_report import config, pictures, whole
from test_report_clips import clips

from workflow_scripts.report_page.front_rules import findings
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.study import Study

FINAL = "final"


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
    made = last_layer_is_final(made, "hubert-base", "3")
    return replace(made, findings=findings(made, 1))


def last_layer_is_final(study: Study, model: str, last: str) -> Study:
    """The study in which a network's last state is called `final`, as MERT's is."""

    def renamed(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        own = {name: (table["model"] == model) & (table["layer"] == last) for name, table in tables.items()
               if {"model", "layer"} <= set(table)}  # fmt: skip
        return {
            **tables,
            **{name: tables[name].assign(layer=tables[name]["layer"].mask(own[name], FINAL)) for name in own},
        }

    facts = study.models[model]
    layers = [FINAL if layer == last else layer for layer in facts["layers"]]
    return replace(
        study,
        models={**study.models, model: {**facts, "layers": layers}},
        tables=renamed(study.tables),
        distances=renamed(study.distances),
        explanation=renamed(study.explanation),
    )


@once
def page_of_everything() -> str:
    return render(everything(True), pictures(), config(), ["strict", "paper1"])
