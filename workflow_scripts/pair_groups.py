"""What a pair of datasets has to compare, or a refusal by name before any distance is taken."""

from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.distances.groups import groups, people_of, refuse_incomparable
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    pair = (spec["first"], spec["second"])
    manifests = [
        manifest.assign(dataset=dataset, person=people_of(manifest))
        for dataset, manifest in zip(pair, map(tables.read, smk.input.manifests), strict=True)
    ]
    found = groups(pd.concat(manifests, ignore_index=True))
    refuse_incomparable(found, spec["emotions"], pair, " and ".join(map(str, smk.input.manifests)))
    tables.write(found, smk.output.groups, "distance_groups", spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
