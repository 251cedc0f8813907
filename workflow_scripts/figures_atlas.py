"""The atlas of one network: where energy, frequency, spectral and temporal information lives, dataset by dataset."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import atlas, files
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    categories, scores = tables.read(smk.input.categories), tables.read(smk.input.scores)
    frame = atlas.data(categories, scores, spec["model"], list(spec["datasets"]), spec["facts"]["layers"])
    figure = atlas.draw(frame, spec["datasets"], atlas.limits(categories))
    files.write(figure, frame, smk.output.svg, smk.output.png, smk.output.csv, smk.output.pdf)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
