"""The findings of the front page: sentences with their figures, and where each number stands."""

from typing import TYPE_CHECKING

from workflow_scripts.report_page.front_rules import findings
from workflow_scripts.report_page.study_files import tables_of
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    """Inputs: set_aside, audit; tables, distances, explanation, transfer (files, or none). Outputs: table, csv."""
    spec = smk.params.spec
    table = findings(tables_of(spec, smk.input), spec["seed"])
    tables.write(table, smk.output.table, "findings", spec)
    with tables.whole(smk.output.csv) as temporary:
        table.to_csv(temporary, index=False)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
