"""Figures of one direction: scores of all trainings, what a first stage changes, recalls of emotions, curves."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import (
    files,
    transfer_bias,
    transfer_curves,
    transfer_differences,
    transfer_grid,
)
from workflow_scripts.figures.transfer_rows import main_protocol
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    scores, comparisons, curves = (tables.read(smk.input[name]) for name in ("scores", "comparisons", "curves"))
    way = (spec["source"], spec["target"])
    order = (spec["models"], spec["tuners"])
    protocol = main_protocol(scores, *way)
    drawn = {
        transfer_grid: transfer_grid.data(scores, *way, *order),
        transfer_differences: transfer_differences.data(comparisons, *way, *order),
        transfer_bias: transfer_bias.data(scores, comparisons, *way, *order, protocol),
        transfer_curves: transfer_curves.data(curves, *way, protocol, *order),
    }
    for (kind, frame), png, csv in zip(drawn.items(), smk.output.png, smk.output.csv, strict=True):
        name = kind.__name__.rpartition(".")[2]
        pdf = smk.output.pdf if kind is transfer_differences else ""
        files.write(kind.draw(frame, *way, spec["synthetic"]), frame, smk.output[name], png, csv, pdf)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
