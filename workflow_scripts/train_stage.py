"""Training of one network on one dataset alone: a source stage for every target, and the dataset's own `direct` cell."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.embedding.device import ready_device
from workflow_scripts.transfer import checkpoints, fold, job, splits
from workflow_scripts.transfer.material import material, shuffling_seed
from workflow_scripts.transfer.resume import Resume, digest_of
from workflow_scripts.probing.inputs import chosen
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    ready_device(smk.threads)
    manifest, folds = tables.read(smk.input.manifest), tables.read(smk.input.folds)
    rows = chosen(manifest, spec["emotions"])
    trained_alone = spec["training"].split("-")
    parts = (
        [splits.whole(rows, folds)]
        if "whole" in trained_alone
        else splits.stage(spec["protocol"], rows, folds, int(spec["seed"]) - 1)
    )
    clips = material(spec, manifest, smk.input.layers)
    shuffled = clips.shuffled(shuffling_seed(spec, spec["dataset"])) if "shuffled" in trained_alone else None
    settings = job.settings_of(spec)
    resume = Resume(Path("results/transfer/resume"), digest_of(spec, job.data_of([rows], [folds], [])))
    checkpoint = checkpoints.Writer(smk.output.checkpoint, spec)
    predicted, curves = [], []
    for part in parts:
        listener, trained = fold.train_fold(
            job.builder(spec, clips.width, part.fold),
            clips.examples(part.train, shuffled),
            settings,
            job.training_seed(spec, "epochs", part.fold),
            resume.fold(part.fold),
            validation=clips.examples(part.validation, shuffled) if part.validation else None,
            test=clips.examples(part.test) if part.test else None,
            name=f"{spec['model']} ({spec['tuner']}) on {spec['dataset']}, fold {part.fold}",
        )
        checkpoint.add(part.fold, listener, trained)
        curves.append(job.curve_rows(fold.curves(trained), spec, part.fold, "target"))
        if part.test:
            found = fold.predictions(
                listener, trained.head, part.test, clips.examples(part.test), spec["emotions"], settings
            )
            predicted.append(job.labelled(found, spec, part.fold, clips, clips.people(part.train)))
    checkpoint.close()
    tables.write(job.in_order(predicted, "transfer_predictions"), smk.output.predictions, "transfer_predictions", spec)
    tables.write(pd.concat(curves, ignore_index=True), smk.output.curves, "transfer_curves", spec)
    resume.clear()


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
