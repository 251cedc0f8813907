"""What the report and the files for a paper are made from, read from the files of a study."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workflow_scripts.report_page.gathered import by_name, set_aside
from workflow_scripts.report_page.study import Study
from workflow_scripts.study import tables
from workflow_scripts.summaries.fold_sizes import sizes
from workflow_scripts.summaries.roles import Facts


def study_of(spec: dict[str, Any], files: Any) -> Study:
    """The study of a spec, from the inputs of the rule `report` or `paper`."""
    manifests = dict(zip(spec["datasets"], map(tables.read, files.manifests), strict=True))
    kept = {name: _of_study(table, spec["datasets"][name]["emotions"]) for name, table in manifests.items()}
    return Study(
        title=spec["study"],
        datasets=spec["datasets"],
        models=_with_origins(spec["models"], files.origins),
        pairs=spec["pairs"],
        manifests=kept,
        recorded={name: len(table) for name, table in manifests.items()},
        set_aside=set_aside(files.set_aside),
        audit=tables.read(files.audit),
        tables=by_name(files.tables),
        compared=spec["compared"],
        distances=by_name(files.distances),
        explained=spec["explained"],
        explanation=by_name(files.explanation),
        trained=spec["transfer"],
        transfer=by_name(files.transfer),
        printed=pd.concat([pd.read_csv(path, keep_default_na=False) for path in files.printed] or [pd.DataFrame()]),
        folds=sizes(
            (
                (tables.about(path)["dataset"], tables.about(path)["protocol"], tables.read(path))
                for path in files.folds
            ),
            kept,
        ),
    )


def _with_origins(models: Facts, paths: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The facts of all models, with what their embeddings say of the weights: commit and licence, folder and digest."""
    keys = ("commit", "licence", "weights_digest")
    said = {about["model"]: {key: about[key] for key in keys if key in about} for about in map(tables.about, paths)}
    return {name: {**facts, **said.get(name, {})} for name, facts in models.items()}


def _of_study(manifest: pd.DataFrame, emotions: list[str]) -> pd.DataFrame:
    """The clips of the study's emotions; all where it takes whatever the files hold."""
    return manifest[manifest["emotion"].isin(emotions)] if emotions else manifest
