"""`kill -9` at random moments, what the documentation tells the user to do then, and a run to the end."""

import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from faults_judge import RIGHT, WrongError, refuse_differences, results_of
from faults_study import new_faults
from project import Project
from test_kill import start

KILLED = "kill -9 at a random moment"
JOBS = 59  # of the study
LONGEST = 3.0  # seconds from the end of a job to the kill


@dataclass(frozen=True)
class Kill:
    """When to kill, and what: after so many finished jobs of the study and so many seconds."""

    done: int
    seconds: float
    everything: bool


def kills(number: int, seed: int) -> list[Kill]:
    """Moments drawn from the whole run; every other kill leaves the jobs that are under way as orphans."""
    draw = random.Random(seed)
    return [Kill(draw.randrange(JOBS - 2), draw.uniform(0.0, LONGEST), index % 2 == 0) for index in range(number)]


def in_studies(drawn: Sequence[Kill], each: int) -> Iterator[list[Kill]]:
    """The kills of one study after the other, in the order in which its run comes to them."""
    for first in range(0, len(drawn), each):
        yield sorted(drawn[first : first + each], key=lambda kill: kill.done)


def finished(project: Project) -> int:
    """Jobs that all runs so far have ended."""
    logs = (project.folder / ".snakemake/log").glob("*.log")
    return sum(log.read_text().count("Finished jobid") for log in logs)


def survive(project: Project, planned: Sequence[Kill], expected: dict[str, Any]) -> None:
    """Run a new study, kill it at every moment planned, and run it to the end; raises WrongError."""
    for kill in planned:
        _killed(project, kill)
        refuse_differences(expected, project)  # nothing half-written under a final name
        unlocked = project.attempt("--unlock")
        if unlocked.returncode != 0:
            raise WrongError(f"the folder could not be unlocked:\n{unlocked.stdout}")
    done = project.attempt()
    if done.returncode != 0:
        raise WrongError(f"the run after {len(planned)} kills failed:\n{done.stdout}")
    refuse_differences(expected, project)
    if missing := expected.keys() - results_of(project).keys():
        raise WrongError(f"missing after the run: {', '.join(sorted(missing))}")
    if project.plan():
        raise WrongError("there is something left to do after the run")


def _killed(project: Project, kill: Kill) -> None:
    process = start(project)
    while process.poll() is None and finished(project) < kill.done:
        time.sleep(0.3)
    time.sleep(kill.seconds)
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    for child in children if kill.everything else ():
        child.kill()
    if process.wait() != -signal.SIGKILL:
        raise WrongError(f"the run ended before it was killed:\n{(project.folder / 'run.log').read_text()[-3000:]}")
    whom = "all processes" if kill.everything else "Snakemake alone"
    print(f"  killed {whom} at {finished(project)} finished jobs, {len(children)} children", flush=True)


def run_kills(number: int, each: int, seed: int, folder: Path, expected: dict[str, Any]) -> Counter[str]:
    """How the kills ended; all of a study as its last run did."""
    ends: Counter[str] = Counter()
    for index, planned in enumerate(in_studies(kills(number, seed), each)):
        place = folder / f"kills_{index}"
        shutil.rmtree(place, ignore_errors=True)
        try:
            survive(new_faults(place), planned, expected)
        except WrongError as error:
            ends["WRONG"] += len(planned)
            print(f"study {index}, {planned}:\n{error}", file=sys.stderr, flush=True)
        else:
            ends[RIGHT] += len(planned)
            shutil.rmtree(place)
        print(f"study {index}: {len(planned)} kills, so far {dict(ends)}", flush=True)
    return ends
