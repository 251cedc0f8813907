"""Probes of one layer trained on one dataset and tested on another: predictions, choices of C and scores."""

import logging
from typing import TYPE_CHECKING

from workflow_scripts.probing.files import vectors_of
from workflow_scripts.probing.inputs import across, chosen, clips_of, stacked, undefined
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
    names = (spec["source"], spec["target"])
    manifests = [tables.read(path) for path in smk.input.manifests]
    rows, sides_vectors = [], []
    for path, manifest in zip((smk.input.source_vectors, smk.input.target_vectors), manifests, strict=True):
        some = chosen(manifest, spec["emotions"])
        own = {pooling: vectors_of(path, pooling, manifest)[some.index] for pooling in spec["poolings"]}
        kept = ~some["clip_id"].isin(undefined(some, own, spec["on_bad_clips"], path)).to_numpy()
        rows.append(some[kept])
        sides_vectors.append({pooling: values[kept] for pooling, values in own.items()})
    clips = clips_of(dict(zip(names, rows, strict=True)), spec["emotions"])
    files = (smk.input.source_vectors, smk.input.target_vectors)
    vectors = {pooling: stacked([side[pooling] for side in sides_vectors], files) for pooling in spec["poolings"]}
    shared = bool(set(rows[0]["pool"]) & set(rows[1]["pool"]))
    protocols = []
    for protocol, *paths in zip(spec["protocols"], smk.input.source_folds, smk.input.target_folds, strict=True):
        sides = []
        for path, manifest, some in zip(paths, manifests, rows, strict=True):
            folds, other = (
                tables.read(path),
                manifest["clip_id"].drop(some.index),
            )  # of one side's emotions, or undefined
            sides.append((folds[~folds["clip_id"].isin(other)], some["clip_id"].to_numpy(dtype=str)))
        protocols.append(across(protocol, sides[0], sides[1], shared))
    predictions, choices = predict(clips, vectors, protocols, spec)
    log.info(edges_in_words(choices))
    tables.write(predictions, smk.output.predictions, "predictions", spec)
    tables.write(choices, smk.output.choices, "choices", spec)
    found = scores(predictions, manifests[1], permutations=spec["permutations"], seed=spec["seed"])
    tables.write(found, smk.output.scores, "scores", spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
