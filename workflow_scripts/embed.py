"""Every layer of every clip of a dataset through one network, from one forward."""

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from workflow_scripts.embedding import shared
from workflow_scripts.embedding.batches import Heard, Vectors, embed
from workflow_scripts.embedding.device import ready_device
from workflow_scripts.embedding.forward import check_wave
from workflow_scripts.embedding.frame_statistics import FrameStatistics
from workflow_scripts.embedding.pooling import POOLINGS
from workflow_scripts.materials.preparation import active_frames, load_prepared
from workflow_scripts.networks import Network, load
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.vectors import VectorWriter

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)


def main(smk: "Snakemake") -> None:
    spec, layers, frames = smk.params.spec, list(smk.output.layers), list(smk.output.frames)
    manifest = tables.read(smk.input.manifest)
    if not smk.params.shared:
        listen(smk, manifest)
        return
    decisive = shared.decided_by(spec, manifest)
    stored = shared.stored(smk.params.shared, spec, decisive)
    if not shared.take(stored, spec, layers, frames):
        about = listen(smk, manifest, {"shared_object": stored.key})
        if shared.decided_by(spec, manifest) == decisive:
            stored.keep([Path(path) for path in (*layers, *frames)], {"about": about, "decided_by": decisive})
        else:
            log.warning("the weights changed while the network listened, so that nothing is stored for other studies")


def listen(smk: "Snakemake", manifest: pd.DataFrame, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Embed the clips of a manifest, or those of the job's shard; return what all files say of themselves.

    `more` is what they should say besides.
    """
    spec = smk.params.spec
    device = ready_device(smk.threads, spec["shard"])
    network = load(spec["model"], spec["model_entry"], spec["weights_folder"], spec["seed"])
    network.model.to(device=device, dtype=getattr(torch, spec["precision"]))
    about = {**network.about, **_about(spec, device), **(more or {})}
    about |= {"shard": spec["shard"]} if spec["shards"] > 1 else {}
    statistics = _statistics(manifest, network, device) if spec["frame_statistics"] else None

    widths = {pooling: POOLINGS[pooling] * network.width for pooling in spec["poolings"]}
    with ExitStack() as stack:
        writers = {
            state: stack.enter_context(VectorWriter(path, widths, {**about, "layer": state}))
            for state, path in zip(spec["states"], smk.output.layers, strict=True)
        }

        def write(positions: list[int], vectors: dict[str, Vectors]) -> None:
            own = manifest.iloc[positions]
            for state, writer in writers.items():
                writer.append(own["clip_id"].tolist(), own["audio_hash"].tolist(), vectors[state])

        embed(
            network,
            manifest["prepared_seconds"].tolist(),
            lambda position: hear(network, manifest.iloc[position].to_dict()),
            spec["poolings"],
            write,
            batch_seconds=spec["batch_seconds"],
            window_seconds=spec["window_seconds"],
            window_overlap_seconds=spec["window_overlap_seconds"],
            shard=spec["shard"],
            shards=spec["shards"],
            decoders=min(8, max(2, smk.threads)),
            emotions=manifest["emotion"].tolist(),
            statistics=statistics,
        )
        if statistics is not None:
            statistics.save(smk.output.frames[0], about)
    return about


def _statistics(manifest: pd.DataFrame, network: Network, device: torch.device) -> FrameStatistics:
    emotions = sorted(set(manifest["emotion"]))
    in_memory, on_disk = FrameStatistics.size(len(emotions), len(network.states), network.width)
    log.info("frame statistics take %.0f MB in memory, %.0f MB on disk", in_memory / 1e6, on_disk / 1e6)
    return FrameStatistics(emotions, network.states, network.width, device)


def hear(network: Network, row: Mapping[str, Any]) -> Heard:
    """Read one clip of the manifest at the network's rate, and find which of the network's frames are active.

    Raises:
        UserError: the recording is not the one in the manifest, or too short for the network.
    """
    wave = load_prepared(row, network.sample_rate)
    check_wave(network, str(row["clip_id"]), wave)
    # the centre of a frame's receptive field stands for the frame
    centres = network.first_centre + network.stride * np.arange(network.frames(wave.size))
    active = active_frames(wave, network.sample_rate).at(centres / network.sample_rate)
    return Heard(wave, active)


def _about(spec: dict[str, Any], device: torch.device) -> dict[str, Any]:
    import transformers

    kept = ["dataset", "level", "crop", "poolings", "precision", "batch_seconds", "seed", "states"]
    kept += ["window_seconds", "window_overlap_seconds"]
    return {
        **{key: spec[key] for key in kept},
        "convention": "0: input of the first block; k: output of block k; final: after the norm behind the last block",
        "device": device.type,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "pandas": pd.__version__,
    }


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
