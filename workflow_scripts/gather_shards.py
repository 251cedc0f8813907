"""The layer files of a dataset and network from those of its shards."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workflow_scripts.embedding.shards import common, order
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.vectors import VectorWriter

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)

# what `VectorWriter` says of every file by itself
WRITERS_OWN = ("table", "schema_version", "versions")


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest = tables.read(smk.input.manifest)
    wanted = list(zip(manifest["clip_id"], manifest["audio_hash"], strict=True))
    files = list(smk.input.layers)  # the layers of the first shard, then those of the second
    for i, path in enumerate(smk.output.layers):
        gather_layer(wanted, files[i :: len(smk.output.layers)], path, spec["poolings"])
    if spec["frame_statistics"]:
        from workflow_scripts.embedding.frame_statistics import add_files  # here: it imports torch

        (frames,) = smk.output.frames
        add_files(list(smk.input.frames), frames)


def gather_layer(wanted: Sequence[tuple[str, str]], shards: Sequence[str], path: str, poolings: Sequence[str]) -> None:
    """Write one layer: the rows of its shards in the order of `wanted` (clip_id, audio_hash).

    Raises:
        UserError: the shards do not hold every clip exactly once.
    """
    read = {pooling: [tables.read_vectors(shard, pooling) for shard in shards] for pooling in poolings}
    clips = [list(zip(clip_ids, hashes, strict=True)) for clip_ids, hashes, _ in read[poolings[0]]]
    rows = order(wanted, clips, ", ".join(shards))
    vectors = {pooling: np.concatenate([own for *_, own in of_shards])[rows] for pooling, of_shards in read.items()}
    widths = {pooling: own.shape[1] for pooling, own in vectors.items()}
    about, differing = common([tables.about(shard) for shard in shards])
    if differing:
        log.warning("shards of %s were not made alike; they differ in: %s", path, ", ".join(differing))
    about = {key: value for key, value in about.items() if key not in WRITERS_OWN}
    with VectorWriter(path, widths, about) as writer:
        writer.append([clip_id for clip_id, _ in wanted], [own_hash for _, own_hash in wanted], vectors)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
