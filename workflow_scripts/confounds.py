"""How well the emotion can be told from what should not matter, from the manifest of one dataset."""

import logging
from typing import TYPE_CHECKING

from workflow_scripts.materials.confounds import confounds
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest = tables.read(smk.input.manifest)
    if spec["emotions"]:
        manifest = manifest[manifest["emotion"].isin(spec["emotions"])]
    table = confounds(spec["dataset"], manifest)
    for row in table.itertuples():
        log.info("%s alone: UAR %.3f (chance %.3f) %s", row.nuisance, row.uar, row.chance, row.note)
    tables.write(table, smk.output.confounds, "confounds", spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
