"""Jobs on a cluster outlive the Snakemake that sent them. Those of an earlier run must not put anything in place later:
after an edit of the study it would be what the study no longer asks for."""

import subprocess
import sys
from pathlib import Path

from workflow_scripts.study.errors import UserError

NAMED = "vocalise"  # slurm-jobname-prefix in profiles/slurm


def refuse_leftovers(folder: Path) -> None:
    """Raise UserError when jobs of a study, whoever sent them, wait or run in SLURM that write into a folder.

    Where SLURM is there and does not say, that is told.
    """
    try:
        asked = subprocess.run(
            ["squeue", "--noheader", "--format=%i|%u|%j|%Z"], capture_output=True, text=True, timeout=60
        )
    except FileNotFoundError:  # no SLURM
        return
    except (OSError, subprocess.TimeoutExpired) as error:
        _warn(str(error))
        return
    if asked.returncode:
        _warn(asked.stderr or asked.stdout)
        return
    jobs = [line.split("|", 3) for line in asked.stdout.splitlines() if line.count("|") >= 3]
    left = [(number, user) for number, user, name, where in jobs if name.startswith(NAMED) and Path(where) == folder]
    if left:
        raise UserError(
            f"{len(left)} jobs of an earlier run of this study are still in SLURM's queue, "
            f"sent by {', '.join(sorted({user for _, user in left}))}",
            str(folder),
            f"wait until they have ended, or end them: scancel {' '.join(number for number, _ in left)}",
        )


def _warn(words: str) -> None:
    print(
        f"SLURM could not be asked whether jobs of an earlier run are still in its queue: {' '.join(words.split())}",
        file=sys.stderr,
    )
