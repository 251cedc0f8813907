"""Vectors of a dataset that were made elsewhere, checked against its manifest and stored as those of a network are."""

import logging
from typing import TYPE_CHECKING

from workflow_scripts.precomputed import GIVEN
from workflow_scripts.precomputed.fitting import as_float32, fitted
from workflow_scripts.precomputed.reading import opened
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.vectors import VectorWriter

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest = tables.read(smk.input.manifest)
    set_aside = tables.read(smk.input.set_aside)["clip_id"].tolist()
    given = opened(spec["file"], spec["states"])
    rows = fitted(given, manifest, set_aside, str(smk.input.manifest))
    log.info("%d rows, %d of them of clips of the manifest", len(given.clip_ids), len(rows))
    ids, hashes = (manifest[column].tolist() for column in ("clip_id", "audio_hash"))
    about = {key: value for key, value in spec.items() if key != "code"}
    if given.columns:
        log.info("the numbers are the columns %s", ", ".join(given.columns))
        about["columns"] = list(given.columns)
    for state, path in zip(spec["states"], smk.output.layers, strict=True):
        vectors = as_float32(given.layer(state)[rows], ids, f"{spec['file']}, layer {state}")
        log.info("layer %s: %d clips, %d numbers each", state, *vectors.shape)
        with VectorWriter(path, {GIVEN: vectors.shape[1]}, {**about, "layer": state}) as writer:
            writer.append(ids, hashes, {GIVEN: vectors})


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
