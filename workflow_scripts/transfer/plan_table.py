"""The table of the rule `plan`: trainings of a study, what they take on this machine, what is there already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workflow_scripts.study.terminal import duration, in_columns, size
from workflow_scripts.study.training_costs import CALIBRATED, Job
from workflow_scripts.transfer.calibration import Rates

UNKNOWN = "?"


@dataclass(frozen=True)
class Row:
    """A variant of a network.

    Attributes:
        jobs: its trainings, and its tests of others' trainings.
        rates: what was measured; None: nothing could be.
        why: the reason for that.
    """

    model: str
    tuner: str
    jobs: list[Job] = field(repr=False)
    rates: Rates | None = None
    why: str = ""


def seconds_of(job: Job, rates: Rates, start: float) -> float:
    """Most seconds that a job takes; `start`: of its process, until its libraries are there."""
    once = start + rates.build + rates.front * job.heard + (rates.warm if job.trains else 0.0)
    learnt = rates.learn * job.learnt + rates.update * job.updates + rates.answer * job.answered
    return once + job.folds * (rates.start if job.trains else rates.build) + learnt


def table(rows: Sequence[Row], start: float, gpu: bool) -> str:
    """The table with its sums, in columns of a terminal."""
    head = ["model", "tuner", "trainings", "folds", "tests", "there", "time", "left", "disk", "memory"]
    lines = [head, *(_cells(row, start) for row in rows), _sums(rows, start)]
    if gpu:
        memory = [row.rates.gpu_memory for row in rows if row.rates]
        own = ["GPU memory", *(size(row.rates.gpu_memory) if row.rates else UNKNOWN for row in rows)]
        lines = [line + [word] for line, word in zip(lines, [*own, size(max(memory, default=0))], strict=True)]
    return in_columns(lines, words=2)


def notes(rows: Sequence[Row], threads: int) -> list[str]:
    """What to know of the table, a line each."""
    fewer: dict[int, list[str]] = {}
    for row in rows:
        if row.rates and row.rates.clips < CALIBRATED:
            fewer.setdefault(row.rates.clips, []).append(f"{row.model} ({row.tuner})")
    found = [
        "time: at most, if every training runs through all its epochs (in `strict` early stopping ends most sooner); "
        f"one job after the other, each on {threads} {'core' if threads == 1 else 'cores'}, embeddings not included",
        "left: of the jobs whose results are not there; whether those that are there still hold, "
        "`snakemake --dry-run` says",
        "disk: of checkpoints; memory: of one job",
        f"measured on {CALIBRATED} clips of noise, as long as those of the datasets",
        *(f"too slow for {CALIBRATED}, measured on {clips}: {', '.join(names)}" for clips, names in fewer.items()),
        *(f"not measured: {row.model} ({row.tuner}): {row.why}" for row in rows if row.why),
    ]
    if any(not job.known for row in rows for job in row.jobs):
        found.append(
            "not in the sums: datasets whose size is known only when their clips are listed "
            "(`snakemake --until manifest` with this config and some cores lists them)"
        )
    return found


def _cells(row: Row, start: float) -> list[str]:
    rates, jobs = row.rates, row.jobs
    times = _times([row], start)
    memory = max((rates.memory + rates.kept * job.heard for job in jobs), default=0.0) if rates else None
    measured = [duration(seconds) if seconds is not None else UNKNOWN for seconds in times]
    disk = size(_disk([row])) if rates else UNKNOWN
    return [row.model, row.tuner, *_counts(jobs), *measured, disk, UNKNOWN if memory is None else size(memory)]


def _sums(rows: Sequence[Row], start: float) -> list[str]:
    jobs = [job for row in rows for job in row.jobs]
    memory = [row.rates.memory + row.rates.kept * job.heard for row in rows if row.rates for job in row.jobs]
    times = _times(rows, start)
    measured = [duration(seconds) if seconds is not None else UNKNOWN for seconds in times]
    return ["all", "", *_counts(jobs), *measured, size(_disk(rows)), size(max(memory, default=0.0))]


def _counts(jobs: Sequence[Job]) -> list[str]:
    """Trainings, their folds, tests of others' trainings, jobs that are there."""
    trained = [job for job in jobs if job.trains]
    counts = (
        len(trained),
        sum(job.folds for job in trained),
        len(jobs) - len(trained),
        sum(job.is_there for job in jobs),
    )
    return [str(count) for count in counts]


def _times(rows: Iterable[Row], start: float) -> tuple[float | None, float | None]:
    """Seconds of all jobs and of those that are not there, as far as they are known; None where none is."""
    known = [
        (seconds_of(job, row.rates, start), job.is_there)
        for row in rows if row.rates for job in row.jobs if job.known
    ]  # fmt: skip
    if not known:
        return None, None
    return sum(seconds for seconds, _ in known), sum(seconds for seconds, there in known if not there)


def _disk(rows: Iterable[Row]) -> int:
    return sum(row.rates.checkpoint * job.folds for row in rows if row.rates for job in row.jobs if job.trains)
