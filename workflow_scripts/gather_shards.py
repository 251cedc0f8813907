"""The layer files of a dataset and network from those of its shards."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from workflow_scripts.embedding.shards import Clip, common, turns
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.vectors import VectorReader, VectorWriter

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)

STRETCH = 4096  # rows that are put together at once
# what `VectorWriter` says of every file by itself
WRITERS_OWN = ("table", "schema_version", "versions", "job")


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


def gather_layer(wanted: Sequence[Clip], shards: Sequence[str], path: str, poolings: Sequence[str]) -> None:
    """Write one layer: the rows of its shards in the order of `wanted`. Memory holds STRETCH rows of vectors at most.

    Raises:
        UserError: the shards do not hold every clip exactly once, or not in the order of `wanted`.
    """
    clips = [tables.read_clips(shard) for shard in shards]
    shard_of = turns(wanted, clips, ", ".join(shards))
    abouts = [{key: value for key, value in tables.about(shard).items() if key not in WRITERS_OWN} for shard in shards]
    about, differing = common(abouts)
    if differing:
        log.warning("shards of %s were not made alike; they differ in: %s", path, ", ".join(differing))
    with ExitStack() as stack:
        readers = [stack.enter_context(VectorReader(shard, poolings)) for shard in shards]
        writer = stack.enter_context(VectorWriter(path, readers[0].widths, about))
        for start in range(0, len(wanted), STRETCH):
            own = wanted[start : start + STRETCH]
            taken = shard_of[start : start + STRETCH]
            vectors = {name: np.empty((len(own), width), np.float32) for name, width in readers[0].widths.items()}
            for shard, reader in enumerate(readers):
                rows = taken == shard
                for name, values in reader.take(int(rows.sum())).items():
                    vectors[name][rows] = values
            writer.append([clip_id for clip_id, _ in own], [own_hash for _, own_hash in own], vectors)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
