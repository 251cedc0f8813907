"""Jobs on a cluster outlive the Snakemake that sent them. Those of an earlier run must not put anything in place later:
after an edit of the study it would be what the study no longer asks for."""

import subprocess
from pathlib import Path

from workflow_scripts.study.errors import UserError

NAMED = "vocalise"  # slurm-jobname-prefix in profiles/slurm


def refuse_leftovers(folder: Path) -> None:
    """Raise UserError when jobs of a study are waiting or running in SLURM that write into a folder."""
    try:
        listing = subprocess.run(
            ["squeue", "--me", "--noheader", "--format=%i|%j|%Z"], capture_output=True, text=True, timeout=60
        ).stdout
    except (OSError, subprocess.TimeoutExpired):  # no SLURM, or it does not answer: no job can be sent either
        return
    jobs = [line.split("|") for line in listing.splitlines() if line.count("|") == 2]
    left = [number for number, name, where in jobs if name.startswith(NAMED) and Path(where) == folder]
    if left:
        raise UserError(
            f"{len(left)} jobs of an earlier run of this study are still in SLURM's queue",
            str(folder),
            f"wait until they have ended, or end them: scancel {' '.join(left)}",
        )
