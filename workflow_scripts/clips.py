"""The clips behind the cells of a dataset: which they are, and a spectrogram of each."""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from workflow_scripts.figures.spectrogram import RATE, spectrogram
from workflow_scripts.materials.preparation import load_prepared
from workflow_scripts.probing.files import vectors_of
from workflow_scripts.probing.inputs import chosen, undefined
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.orphans import refuse_orphan
from workflow_scripts.summaries.clips import answers, clips_of_layer

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)
NOBODY_ASKED = pd.DataFrame({"clip_id": [], "predicted": [], "probability": []}).astype(
    {"clip_id": str, "predicted": str}
)


def main(smk: "Snakemake") -> None:
    spec, pictures = smk.params.spec, Path(smk.output.pictures)
    manifest = tables.read(smk.input.manifest)
    found = pd.concat(list(_layers(smk.input, spec, manifest)), ignore_index=True)
    shown = manifest[manifest["clip_id"].isin(found["clip_id"])].set_index("clip_id")
    # by its sound, so that a picture keeps its name when other clips are shown
    names = (shown["audio_hash"].str[:16] + ".png").rename("picture")
    found = found.assign(dataset=spec["dataset"]).join(shown["path"], on="clip_id").join(names, on="clip_id")
    with TemporaryDirectory(prefix=".pictures.", dir=pictures.parent) as beside:
        folder = Path(beside) / "pictures"
        folder.mkdir()
        for row, name in zip(shown.to_dict("records"), names, strict=True):
            (folder / name).write_bytes(_drawn(row))
        refuse_orphan()
        shutil.rmtree(pictures, ignore_errors=True)  # Snakemake makes the output folder before the job
        os.replace(folder, pictures)
    tables.write(found, smk.output.clips, "clips", spec)
    log.info("%s: %d clips in %d places", spec["dataset"], len(shown), len(found))


def _layers(files: Any, spec: Mapping[str, Any], manifest: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The clips of each layer of each model, one layer in memory at a time."""
    rows = chosen(manifest, spec["emotions"])
    layers = [(model, layer) for model, facts in spec["models"].items() for layer in facts["layers"]]
    told = files.predictions or [None] * len(layers)
    for (model, layer), path, predicted in zip(layers, files.vectors, told, strict=True):
        pooling = spec["models"][model]["pooling"]
        vectors = vectors_of(path, pooling, manifest)[rows.index]
        kept = ~rows["clip_id"].isin(undefined(rows, {pooling: vectors}, spec["on_bad_clips"], path)).to_numpy()
        asked = {**spec["asked"], "pooling": pooling}
        taken_for = answers(tables.read(predicted), asked) if predicted else NOBODY_ASKED
        yield clips_of_layer(rows[kept], vectors[kept], taken_for).assign(model=model, layer=layer)


def _drawn(row: Mapping[str, Any]) -> bytes:
    """The spectrogram of the whole recording of a clip, as its player plays it."""
    whole = {**row, "crop_start": 0.0, "prepared_seconds": row["seconds"], "gain_db": 0.0}
    begin, end = row["crop_start"], row["crop_start"] + row["prepared_seconds"]
    return spectrogram(load_prepared(whole, RATE), (begin / row["seconds"], end / row["seconds"]))


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
