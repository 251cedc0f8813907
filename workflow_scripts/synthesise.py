"""Make a synthetic corpus: FLAC files and the table of what was planted in them, from a seed and a strength."""

import logging
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import soundfile

from workflow_scripts.corpora._synthetic import Task, tasks
from workflow_scripts.corpora._voice import RATE
from workflow_scripts.corpora._voice_clips import clip
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError

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
    soundfile.write(folder / str(row["file"]), voice, RATE, subtype="PCM_16")
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
    unfinished = audio.with_name(f".{audio.name}.{os.getpid()}")
    try:
        unfinished.mkdir(parents=True)
        domain = spec["corpus"].removeprefix("synthetic-")
        table = synthesise(domain, spec["options"], spec["seed"], unfinished, smk.threads)
        unfinished_table = planted.with_name(f".{planted.name}.{os.getpid()}")
        table.to_csv(unfinished_table, index=False)
        shutil.rmtree(audio, ignore_errors=True)  # Snakemake makes the output folder before the job
        os.replace(unfinished, audio)
        os.replace(unfinished_table, planted)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    print(f"{spec['dataset']}: {len(table)} clips, {table['seconds'].sum() / 60:.1f} minutes of audio")


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
