"""Snakemake's records of how results were made, and what a crash leaves of them.

Without its record a result is never made again by an edit of the study, since nothing says what it was made with; and
Snakemake passes over a record that was cut short with a warning among many lines. So before a run each such result is
marked as one whose job did not end, which Snakemake repeats.
"""

import os
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator
from pathlib import Path

FOLDER = Path(".snakemake")
MADE = "results/provenance"  # beside the records, there since the first job ended
WRITING = 0.5  # seconds that another Snakemake of this folder may take to write a record
NAMED = 5  # so many results are named


def mark_results_of_damaged_records(folder: Path = FOLDER) -> None:
    """Turn each damaged record below `folder` into Snakemake's mark of a job that did not end, and say so.

    Where all records are gone there is nothing to mark: that is said.
    """
    records = folder / "metadata"
    if (folder.parent / MADE).is_dir() and not records.is_dir():
        print(
            f"\n{records}: Snakemake's records of how results were made are gone, so that an edit of the study would "
            "make none of those in results/ again.\n"
            "  -> bring that folder back; or, if anything was edited since, move results/ away\n",
            file=sys.stderr,
        )
    damaged = _damaged(list(_files(records)))
    if damaged:
        time.sleep(WRITING)
        damaged = _damaged(damaged)
    for record in damaged:
        mark = folder / "incomplete" / record.relative_to(records)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text('{"external_jobid": null}')
        record.unlink(missing_ok=True)
    if damaged:
        results = sorted(_result(record.relative_to(records)) for record in damaged)
        more = f" and {len(results) - NAMED} more" if len(results) > NAMED else ""
        print(
            f"\n{records}: Snakemake's records of how results were made were cut short, as by a crash or a full disk.\n"
            f"  -> made again: {', '.join(results[:NAMED])}{more}\n",
            file=sys.stderr,
        )


def _files(records: Path) -> Iterator[Path]:
    return (Path(folder, name) for folder, _, names in os.walk(records) for name in names)


def _damaged(records: Iterable[Path]) -> list[Path]:
    """Records that do not end as JSON does; their other bytes are not read, since there may be tens of thousands."""
    return [path for path in records if not _ends_well(path)]


def _ends_well(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 1))
            return file.read(1) == b"}"
    except FileNotFoundError:  # another Snakemake of this folder took it away since
        return True


def _result(record: Path) -> str:
    """The result of a record: Snakemake names it in base64, in folders that begin with @ where that is long."""
    return urlsafe_b64decode("".join(part.removeprefix("@") for part in record.parts)).decode()
