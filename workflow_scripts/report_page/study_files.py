"""What the report, its findings and the files for a paper are made from, read from the files of a study."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from workflow_scripts.report_page.study import Study
from workflow_scripts.study import tables
from workflow_scripts.summaries.fold_sizes import sizes
from workflow_scripts.summaries.roles import Facts


def tables_of(spec: dict[str, Any], files: Any) -> Study:
    """The study of a spec with its tables and without its clips, from the inputs of the rule `findings`."""
    return Study(
        title="",
        datasets=spec["datasets"],
        models=spec["models"],
        pairs=spec["pairs"],
        manifests={},
        set_aside=_set_aside(files.set_aside),
        audit=tables.read(files.audit),
        tables=_by_name(files.tables),
        compared=spec["compared"],
        distances=_by_name(files.distances),
        explained=spec["explained"],
        explanation=_by_name(files.explanation),
        trained=spec["transfer"],
        transfer=_by_name(files.transfer),
    )


def study_of(spec: dict[str, Any], files: Any) -> Study:
    """The study of a spec, from the inputs of the rule `report` or `paper`."""
    manifests = dict(zip(spec["datasets"], map(tables.read, files.manifests), strict=True))
    kept = {name: _of_study(table, spec["datasets"][name]["emotions"]) for name, table in manifests.items()}
    return replace(
        tables_of(spec, files),
        title=spec["study"],
        models=_with_origins(spec["models"], files.origins),
        manifests=kept,
        recorded={name: len(table) for name, table in manifests.items()},
        printed=pd.concat([pd.read_csv(path, keep_default_na=False) for path in files.printed] or [pd.DataFrame()]),
        folds=sizes(
            (
                (tables.about(path)["dataset"], tables.about(path)["protocol"], tables.read(path))
                for path in files.folds
            ),
            kept,
        ),
    )


def _by_name(paths: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The tables of some files by the names of the files; what is no parquet is passed over."""
    return {Path(path).stem: tables.read(path) for path in paths if path.endswith(".parquet")}


def _set_aside(paths: Sequence[str]) -> pd.DataFrame:
    """Clips set aside, with the dataset and the step that set them aside."""
    frames = []
    for path in paths:
        spec = tables.about(path)
        probed = "models" in spec
        step = f"folds of {spec['protocol']}" if "protocol" in spec else "probes" if probed else "manifest"
        frames.append(tables.read(path).assign(dataset=spec["dataset"], step=step))
    return pd.concat(frames, ignore_index=True)


def _with_origins(models: Facts, paths: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The facts of all models, with what their embeddings say of the weights: commit and licence, folder and digest."""
    keys = ("commit", "licence", "weights_digest")
    said = {about["model"]: {key: about[key] for key in keys if key in about} for about in map(tables.about, paths)}
    return {name: {**facts, **said.get(name, {})} for name, facts in models.items()}


def _of_study(manifest: pd.DataFrame, emotions: list[str]) -> pd.DataFrame:
    """The clips of the study's emotions; all where it takes whatever the files hold."""
    return manifest[manifest["emotion"].isin(emotions)] if emotions else manifest
