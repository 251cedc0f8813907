"""The report: one HTML file that opens offline, from the tables and figures of the study."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workflow_scripts.report_page.findings import Study
from workflow_scripts.report_page.gathered import by_name, set_aside
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.pictures import Picture
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.summaries.roles import Facts

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

FIGURES = Path("results/figures")


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifests = dict(zip(spec["datasets"], map(tables.read, smk.input.manifests), strict=True))
    study = Study(
        title=spec["study"],
        datasets=spec["datasets"],
        models=_with_origins(spec["models"], smk.input.origins),
        pairs=spec["pairs"],
        manifests={name: _of_study(table, spec["datasets"][name]["emotions"]) for name, table in manifests.items()},
        recorded={name: len(table) for name, table in manifests.items()},
        set_aside=set_aside(smk.input.set_aside),
        audit=tables.read(smk.input.audit),
        tables=by_name(smk.input.tables),
        compared=spec["compared"],
        distances=by_name(smk.input.distances),
        explained=spec["explained"],
        explanation=by_name(smk.input.explanation),
        trained=spec["transfer"],
        transfer=by_name(smk.input.transfer),
        printed=pd.concat([pd.read_csv(path, keep_default_na=False) for path in smk.input.printed] or [pd.DataFrame()]),
        clips=pd.concat([tables.read(path) for path in smk.input.clips] or [pd.DataFrame()], ignore_index=True),
    )
    page = render(study, _pictures(smk.input.figures), spec["config"], spec["protocols"])
    with tables.whole(smk.output[0]) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _with_origins(models: Facts, paths: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The facts of all models, with what their embeddings say of the weights: commit and licence, folder and digest."""
    keys = ("commit", "licence", "weights_digest")
    said = {about["model"]: {key: about[key] for key in keys if key in about} for about in map(tables.about, paths)}
    return {name: {**facts, **said.get(name, {})} for name, facts in models.items()}


def _of_study(manifest: pd.DataFrame, emotions: list[str]) -> pd.DataFrame:
    """The clips of the study's emotions; all where it takes whatever the files hold."""
    return manifest[manifest["emotion"].isin(emotions)] if emotions else manifest


def _pictures(paths: Sequence[str]) -> dict[str, Picture]:
    """Figures by name, each from its SVG and CSV."""
    files = [Path(path) for path in paths]
    names = [path.relative_to(FIGURES).with_suffix("").as_posix() for path in files if path.suffix == ".svg"]
    return {
        name: Picture(name, (FIGURES / f"{name}.svg").read_bytes(), (FIGURES / f"{name}.csv").read_bytes())
        for name in names
    }


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
