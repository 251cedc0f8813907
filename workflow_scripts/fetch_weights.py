"""A network's files from the model hub, the only job that asks it."""

from pathlib import Path
from typing import TYPE_CHECKING

from workflow_scripts.downloads.weights import fetch
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    fetch(spec["source"], spec["revision"], Path(spec["weights_folder"]))


if __name__ == "__main__":
    with entry(snakemake, online=True):
        main(snakemake)
