"""Figure of one pair of datasets: scores within and across domains, from the tables of the study."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import cross_domain, files
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    pair = (spec["source"], spec["target"])
    frame = cross_domain.data(tables.read(smk.input.cross), tables.read(smk.input.best), pair, spec["models"])
    figure = cross_domain.draw(frame, any(facts["synthetic"] for facts in spec["facts"].values()))
    files.write(figure, frame, smk.output.svg, smk.output.png, smk.output.csv, smk.output.pdf)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
