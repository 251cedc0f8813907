"""The figure of paper 1's claims on transfer."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import files, transfer_claims
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    claims = tables.read(smk.input.claims)
    frame = transfer_claims.data(claims)
    figure = transfer_claims.draw(frame, claims, smk.params.spec["synthetic"])
    files.write(figure, frame, smk.output.svg, smk.output.png, smk.output.csv, smk.output.pdf)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
