"""The fault table: what was done to a small study, and what it came to. Some cases need root (mounts).

    python tests/workflow/faults.py --folder /tmp/faults                  # all
    python tests/workflow/faults.py --folder /tmp/faults --only kill      # rows with that word
    python tests/workflow/faults.py --folder /tmp/faults --kills 20 --each 1   # a study for each kill

The folder must be new or one of an earlier call, whose undisturbed study is used again. Each case has a copy of the
project in it, which is kept where something went wrong. Exit code 1 if anything did.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from faults_damage import damages, replaced
from faults_judge import RIGHT, TOLD, judge, results_of
from faults_kills import KILLED, run_kills
from faults_places import TEMPORARY, full_disks, places
from faults_snakemake import deaths, futures, records
from faults_study import new_faults
from faults_together import SEQUENCES
from project import Project

WRONG = "WRONG"
Run = Callable[[Project, dict[str, Any]], str]


def cases() -> Iterator[tuple[str, str, int, Run]]:
    """(row of the table, name, for how many tries it counts, what is done and judged) of everything but the kills."""
    root_only = full_disks() if os.geteuid() == 0 else ()
    for case in (*damages(), *replaced(), *root_only, *places(), *futures(), *records(), *deaths()):
        yield case.group, case.name, case.tries, partial(judge, case)
    for (group, name), run in SEQUENCES.items():
        yield group, name, 1, run


def undisturbed(folder: Path) -> Project:
    """The study as it ends when nothing happens to it."""
    project = Project(folder / "undisturbed")
    if not (project.folder / "results/report.html").exists():
        shutil.rmtree(project.folder, ignore_errors=True)
        new_faults(project.folder).snakemake()
    return project


def tried(reference: Project, expected: dict[str, Any], run: Run, folder: Path, name: str) -> str:
    """One case in a copy of the study: how it ended."""
    started = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        how = run(reference.duplicate(folder), expected)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        how = WRONG
        print(f"{name}:\n{error}", file=sys.stderr)
    for place in (folder / "results", folder / TEMPORARY):
        if place.is_mount():
            subprocess.run(["umount", str(place)], check=True)
    if how != WRONG:
        shutil.rmtree(folder)
    print(f"{time.monotonic() - started:4.0f} s  {how}: {name}", flush=True)
    return how


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--each", type=int, default=5, help="kills of one study, before it runs to its end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="words of the rows or cases that are wanted")
    given = parser.parse_args()
    Project.patience = 3600  # a whole study, on a busy machine
    given.folder.mkdir(parents=True, exist_ok=True)
    reference = undisturbed(given.folder)
    expected = results_of(reference)
    found: dict[str, Counter[str]] = {}
    for number, (group, name, tries, run) in enumerate(cases()):
        if given.only in f"{group}: {name}":
            how = tried(reference, expected, run, given.folder / f"case_{number}", f"{group}: {name}")
            found.setdefault(group, Counter())[how] += tries
    if given.only in KILLED:
        found[KILLED] = run_kills(given.kills, given.each, given.seed, given.folder, expected)
    print(f"\n| done to the study | tries | {RIGHT} | {TOLD} | {WRONG} |\n|---|---|---|---|---|")
    for group, ends in found.items():
        print(f"| {group} | {ends.total()} | {ends[RIGHT]} | {ends[TOLD]} | {ends[WRONG]} |")
    return 1 if any(ends[WRONG] for ends in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
