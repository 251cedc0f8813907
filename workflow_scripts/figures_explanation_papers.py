"""Paper 2 side by side: printed figures beside this study's, as published and strict."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import explanation_papers, files
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    frame = explanation_papers.data(tables.read(smk.input.papers))
    figure = explanation_papers.draw(frame, any(facts["synthetic"] for facts in spec["datasets"].values()))
    files.write(figure, frame, smk.output.svg, smk.output.png, smk.output.csv, smk.output.pdf)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
