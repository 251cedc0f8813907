"""What the Snakefile does around a run: what would spoil it is refused before it begins, what it costs is kept."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workflow_scripts.study.devices import asked_gpus
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.forecast import keep
from workflow_scripts.study.future import refuse_future
from workflow_scripts.study.leftovers import refuse_leftovers
from workflow_scripts.study.lost_records import mark_results_of_damaged_records
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.writable import refuse_unwritable

SENT = Path("results/logs/slurm")  # there where jobs of this folder were ever sent to SLURM


@contextmanager
def in_words() -> Iterator[None]:
    """End on a UserError with its message alone."""
    try:
        yield
    except UserError as mistake:
        print(f"\n{mistake}\n", file=sys.stderr)
        sys.exit(1)


def before_planning(workflow: Any) -> None:
    """What Snakemake needs before it knows its jobs. `workflow` is Snakemake's own, here and below."""
    if workflow.is_main_process:
        refuse_unwritable([".snakemake/iocache/latest.pkl"])
        mark_results_of_damaged_records()


def before_jobs(workflow: Any, plan: Plan) -> None:
    """Refuse what would end the run in its middle; keep what its jobs are expected to cost (`snakemake plan`)."""
    with in_words():
        if workflow.non_local_exec or SENT.is_dir():
            refuse_leftovers(Path.cwd())
        jobs = list(workflow.dag.needrun_jobs())
        refuse_unwritable(path for job in jobs for path in (*job.output, *job.log))
        refuse_future(path for job in jobs for path in job.input)
    after_jobs(workflow, plan)


def after_jobs(workflow: Any, plan: Plan) -> None:
    """Learn from what the jobs did cost. That is for a forecast: where it fails, no run ends for it."""
    try:
        keep(plan, asked_gpus(workflow))
    except Exception as error:  # whatever it is, it is said, and the results stand
        words = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"The cost plan is not kept, which no result depends on: {words}", file=sys.stderr)
