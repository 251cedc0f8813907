"""The findings of the front page: sentences with their figures, and where each number stands."""

from typing import TYPE_CHECKING

from workflow_scripts.report_page.front_rules import findings
from workflow_scripts.report_page.gathered import by_name, set_aside
from workflow_scripts.report_page.study import Study
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    """Inputs: set_aside, audit; tables, distances, explanation, transfer (files, or none). Outputs: table, csv."""
    spec, files = smk.params.spec, smk.input
    study = Study(
        title="",
        datasets=spec["datasets"],
        models=spec["models"],
        pairs=spec["pairs"],
        manifests={},
        set_aside=set_aside(files.set_aside),
        audit=tables.read(files.audit),
        tables=by_name(files.tables),
        compared=spec["compared"],
        distances=by_name(files.distances),
        explained=spec["explained"],
        explanation=by_name(files.explanation),
        trained=spec["transfer"],
        transfer=by_name(files.transfer),
    )
    table = findings(study, spec["seed"])
    tables.write(table, smk.output.table, "findings", spec)
    with tables.whole(smk.output.csv) as temporary:
        table.to_csv(temporary, index=False)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
