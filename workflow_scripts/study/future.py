"""Files from the future: Snakemake ends a job whose result is older than its input, after the work is done."""

import time
from collections.abc import Iterable
from pathlib import Path

from workflow_scripts.study.errors import UserError

AHEAD = 60.0  # seconds; clocks of a cluster's machines may differ by less, and jobs take their time
NAMED = 5  # so many files are named


def refuse_future(files: Iterable[str]) -> None:
    """Raise UserError where the date of a file lies ahead of the clock."""
    latest = time.time() + AHEAD
    ahead = sorted({file for file in files if (path := Path(file)).is_file() and path.stat().st_mtime > latest})
    if ahead:
        more = f" and {len(ahead) - NAMED} more" if len(ahead) > NAMED else ""
        raise UserError(
            f"the dates of {len(ahead)} files lie ahead of this machine's clock, so that what is made from them would "
            "seem older than they are",
            f"{', '.join(ahead[:NAMED])}{more}",
            "set the clock, or give these files the date of now: "
            "find results resources workflow_scripts -newermt now -exec touch {} +",
        )
