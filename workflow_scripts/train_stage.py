"""Training of a network on one dataset alone: a first stage for every target, and the dataset's own `direct` cell."""

from typing import TYPE_CHECKING

from workflow_scripts.embedding.device import ready_device
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.transfer import splits
from workflow_scripts.transfer.job import Task, run
from workflow_scripts.transfer.material import data_of, material, shuffling_seed

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    ready_device(smk.threads)
    manifest, folds = tables.read(smk.input.manifest), tables.read(smk.input.folds)
    clips = material(spec, manifest, smk.input.layers)
    rows = clips.rows.reset_index()
    how = spec["training"].split("-")
    if "whole" in how:
        parts = [splits.whole(rows, folds)]
    else:
        parts = splits.stage(spec["protocol"], rows, folds, int(spec["seed"]) - 1)
    shuffled = clips.shuffled(shuffling_seed(spec, spec["dataset"])) if "shuffled" in how else None
    tasks = [
        Task(
            part.fold,
            clips.examples(part.train, shuffled),
            clips.examples(part.validation, shuffled) if part.validation else None,
            part.test,
            clips.people(part.train),
        )
        for part in parts
    ]
    run(spec, tasks, clips, data_of(rows, folds, files=smk.input.layers), smk.output, [spec["dataset"]])


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
