"""A job whose Snakemake was killed lives on; it must not put its result in place beside the next run's."""

import os

NAME = "VOCALISE_SNAKEMAKE"


def mark_snakemake() -> None:
    """Name this process, which runs the Snakefile, in the environment that its jobs inherit."""
    os.environ[NAME] = str(os.getpid())


def refuse_orphan() -> None:
    """Raise RuntimeError when the Snakemake that started this job has ended; outside a workflow check nothing."""
    import psutil  # here: the Snakefile, which only marks, should start fast

    started_by = os.environ.get(NAME)
    if started_by and int(started_by) not in {process.pid for process in psutil.Process().parents()}:
        raise RuntimeError("the Snakemake that started this job has ended; its result is not put in place")
