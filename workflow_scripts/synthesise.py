"""Make a synthetic corpus: FLAC files and the table of what was planted in them, from a seed and a strength."""

import hashlib
import io
import logging
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import soundfile

from workflow_scripts.corpora._synthetic import Task, tasks
from workflow_scripts.corpora._voice import RATE
from workflow_scripts.corpora._voice_clips import clip
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.orphans import refuse_orphan
from workflow_scripts.study.tables import whole

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

logger = logging.getLogger(__name__)


def write_clip(task: Task, strength: float, seed: int, folder: Path) -> dict[str, Any]:
    """Synthesise one clip into the folder as 16-bit FLAC; returns its row of the planted table."""
    voice, row = clip(task, strength, seed)
    peak = float(np.abs(voice).max())
    if peak >= 1:
        raise UserError(
            f"at strength {strength} a clip would be {peak:.1f} times full scale", str(row["file"]), "lower strength"
        )
    # With the sound in it, the table changes whenever a clip does, and so do the jobs that read the table.
    row["samples"] = hashlib.blake2b(np.round(voice * 2**15).astype("<i2").tobytes(), digest_size=8).hexdigest()
    content = io.BytesIO()  # libsndfile does not say why it cannot write: a full disk is told by the line after it
    soundfile.write(content, voice, RATE, format="FLAC", subtype="PCM_16")
    (folder / str(row["file"])).write_bytes(content.getvalue())
    return row


def synthesise(domain: str, options: dict[str, Any], seed: int, folder: Path, threads: int) -> pd.DataFrame:
    """Write all clips of a synthetic corpus into the folder; returns one row per clip in the order of the tasks."""
    wanted = list(tasks(domain, int(options["speakers"])))
    strength = float(options["strength"])
    rows = []
    with ThreadPoolExecutor(threads) as pool:
        for row in pool.map(lambda task: write_clip(task, strength, seed, folder), wanted):
            rows.append(row)
            if len(rows) % 100 == 0 or len(rows) == len(wanted):
                logger.info("%d of %d clips", len(rows), len(wanted))
    return pd.DataFrame(rows)


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    audio, planted = Path(smk.output.audio), Path(smk.output.planted)
    # Built beside its place and moved there whole, so that an interrupted run leaves no half corpus.
    with whole(planted) as table_file, TemporaryDirectory(prefix=".audio.", dir=audio.parent) as beside:
        folder = Path(beside) / "audio"
        folder.mkdir()
        domain = spec["corpus"].removeprefix("synthetic-")
        table = synthesise(domain, spec["options"], spec["seed"], folder, smk.threads)
        table.to_csv(table_file, index=False, float_format="%.6g")
        refuse_orphan()
        shutil.rmtree(audio, ignore_errors=True)  # Snakemake makes the output folder before the job
        os.replace(folder, audio)
    print(f"{spec['voices']}: {len(table)} clips, {table['seconds'].sum() / 60:.1f} minutes of audio")


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
