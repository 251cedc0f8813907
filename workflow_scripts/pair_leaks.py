"""What leaks between two datasets, one training and the other tested, from their manifests and folds."""

import logging
from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.materials import leaks
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    source, target = (tables.read(path) for path in smk.input.manifests)
    found = []
    # The rule lists, for every protocol in the order of the spec, the folds of the source and of the target.
    for index, protocol in enumerate(spec["protocols"]):
        folds = [tables.read(path) for path in smk.input.folds[2 * index : 2 * index + 2]]
        part = leaks.between(spec["source"], spec["target"], protocol, (source, target), (folds[0], folds[1]))
        log.info("%s to %s, %s: on both sides: %s", spec["source"], spec["target"], protocol, leaks.in_words(part))
        found.append(part)
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=leaks.COLUMNS)
    leaks.refuse(table)
    tables.write(table, smk.output.leaks, "leaks", spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
