"""Whether a run may write where it is going to; Snakemake itself would end in the middle, with a traceback."""

import os
from collections.abc import Iterable
from pathlib import Path

from workflow_scripts.study.errors import UserError

NAMED = 5  # so many folders are named


def refuse_unwritable(files: Iterable[str]) -> None:
    """Raise UserError where files cannot be made: a folder may not be written, or is none.

    Of folders that are yet to be made the nearest one counts that is there.
    """
    wanted = {_there(folder) for folder in {Path(file).parent for file in files}}
    in_the_way = sorted(str(path) for path in wanted if not path.is_dir())
    if in_the_way:
        raise UserError(
            "a file lies where a folder should be, or a link that leads nowhere",
            ", ".join(in_the_way[:NAMED]),
            "move it away, or bring back (mount) what it leads to, and run snakemake again",
        )
    forbidden = sorted(str(path) for path in wanted if not os.access(path, os.W_OK | os.X_OK))
    if forbidden:
        more = f" and {len(forbidden) - NAMED} more" if len(forbidden) > NAMED else ""
        raise UserError(
            "may not be written by the user who runs snakemake",
            f"{', '.join(forbidden[:NAMED])}{more}",
            "give that user the right (on a read-only file system: work in a copy elsewhere) and run snakemake again",
        )


def _there(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if os.path.lexists(path)), Path())
