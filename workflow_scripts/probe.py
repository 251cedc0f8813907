"""Probes of one layer on one dataset: predictions, choices of C and scores, from manifest, folds and vectors."""

import logging
from typing import TYPE_CHECKING

from workflow_scripts.probing.files import vectors_of
from workflow_scripts.probing.inputs import chosen, clips_of, undefined, within
from workflow_scripts.probing.predictions import edges_in_words, predict
from workflow_scripts.statistics.scores import scores
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest = tables.read(smk.input.manifest)
    rows = chosen(manifest, spec["emotions"])
    log.info("%d of %d clips have one of the study's emotions", len(rows), len(manifest))
    vectors = {pooling: vectors_of(smk.input.vectors, pooling, manifest)[rows.index] for pooling in spec["poolings"]}
    aside = undefined(rows, vectors, spec["on_bad_clips"], smk.input.vectors)
    kept = ~rows["clip_id"].isin(aside).to_numpy()
    rows, vectors = rows[kept], {pooling: values[kept] for pooling, values in vectors.items()}
    clips = clips_of({spec["dataset"]: rows}, spec["emotions"])
    protocols = []
    for protocol, path in zip(spec["protocols"], smk.input.folds, strict=True):
        folds = tables.read(path)
        protocols.append(within(protocol, folds[~folds["clip_id"].isin(aside)], clips.ids))
    predictions, choices = predict(clips, vectors, protocols, spec)
    log.info(edges_in_words(choices))
    tables.write(predictions, smk.output.predictions, "predictions", {**spec, "set_aside": aside})
    tables.write(choices, smk.output.choices, "choices", spec)
    found = scores(predictions, manifest, permutations=spec["permutations"], seed=spec["seed"])
    tables.write(found, smk.output.scores, "scores", spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
