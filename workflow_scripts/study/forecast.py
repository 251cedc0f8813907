"""How long a study will take and what it leaves on disk, before it runs.

What a job costs is reckoned (`costs`, `disk`), and set right by what jobs of its rule and model, or of its rule, took
in earlier runs (`kept`). Reckoned alone it is within a factor of two or three.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.study import kept as kept_plan
from workflow_scripts.study.costs import job_seconds
from workflow_scripts.study.disk import Bytes, job_bytes
from workflow_scripts.study.jobs import jobs
from workflow_scripts.study.kept import Kept, Planned, names_of
from workflow_scripts.study.needs import DATASETS, GPU_CORES
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import remarks
from workflow_scripts.study.sizes import size_of
from workflow_scripts.study.spent import Spent, key_of, spent
from workflow_scripts.study.terminal import duration

ON_GPU = ("embed", "train_stage", "train_target", "test_source")
NAMED = 0.02  # share of the whole below which a step is not named


@dataclass(frozen=True)
class Expected:
    """One job of a study. Attributes as of `Planned`; names: wildcards; runs: earlier runs say how long it takes."""

    key: str
    rule: str
    names: dict[str, str]
    gpu: bool
    reckoned: float
    reckoned_disk: Bytes
    seconds: float
    memory: int
    disk: Bytes
    runs: bool


@dataclass(frozen=True)
class Work:
    """One step of a study: its rule, its jobs, and seconds of one core for all of them."""

    step: str
    jobs: int
    core_seconds: float


def forecast(plan: Plan, kept: Kept, gpus: int = 0, results: Path = Path("results")) -> Iterator[Expected]:
    """Every job of a study whose datasets' sizes are known."""
    unknown = set(sizeless(plan, results))
    voices = {own for dataset, own in plan.voices.items() if dataset in unknown}
    for rule, names in jobs(plan):
        if unknown & {names[name] for name in DATASETS if name in names} or names.get("voices") in voices:
            continue
        gpu = bool(gpus) and rule in ON_GPU
        reckoned, disk = job_seconds(plan, rule, results, **names), job_bytes(plan, rule, results, **names)
        known = names_of(rule, names.get("model", names.get("features", "")), gpu)
        rates = [kept.rates[name] for name in known if name in kept.rates]
        yield Expected(
            key_of(rule, names),
            rule,
            names,
            gpu,
            reckoned,
            disk,
            reckoned * (rates[0] if rates else 1 / GPU_CORES if gpu else 1.0),
            next((kept.memory[name] for name in known if name in kept.memory), 0),
            {kind: count * kept.disk.get(f"{rule}: {kind}", kept.disk.get(kind, 1.0)) for kind, count in disk.items()},
            bool(rates),
        )


def sizeless(plan: Plan, results: Path = Path("results")) -> list[str]:
    """The datasets whose size nobody knows before their clips are listed."""
    return [name for name in plan.datasets if size_of(plan, name, results) is None]


def keep(plan: Plan, gpus: int = 0, results: Path = Path("results")) -> tuple[list[Expected], dict[str, Spent], Kept]:
    """Learn from the jobs that have run, and keep what is expected of those that have not.

    Returns:
        the jobs as they are expected now; those that have run, of this study or another in the same folder; what is
        kept.
    """
    kept, known = kept_plan.read(results), spent(results)
    for one in forecast(plan, kept, gpus, results):
        planned = kept.jobs.setdefault(one.key, Planned(one.reckoned, one.reckoned_disk))
        planned.reckoned, planned.disk = one.reckoned, one.reckoned_disk
    kept_plan.learn(kept, known.items())
    expected = list(forecast(plan, kept, gpus, results))
    for one in expected:
        if one.key not in known:
            planned = kept.jobs[one.key]
            planned.seconds, planned.memory, planned.left = one.seconds, one.memory, one.disk
    kept_plan.write(kept, results)
    return expected, known, kept


def work(plan: Plan, results: Path = Path("results")) -> tuple[list[Work], list[str]]:
    """Steps of the study with their cost, and the datasets of unknown size, which are not counted."""
    unknown = sizeless(plan, results)
    if len(unknown) == len(plan.datasets):
        return [], unknown
    sums: dict[str, tuple[int, float]] = {}
    for one in forecast(plan, kept_plan.read(results), 0, results):
        count, seconds = sums.get(one.rule, (0, 0.0))
        sums[one.rule] = count + 1, seconds + one.seconds
    return [Work(rule, count, seconds) for rule, (count, seconds) in sums.items()], unknown


def ahead(plan: Plan, config: str) -> str:
    """What a dry run ends with: what is not there yet, how it comes, and how long the study takes."""
    lines = "\n".join(f"  {line}" for line in [*remarks(plan), *in_words(plan)])
    return f"\nAhead of this study (config {config}):\n{lines}"


def in_words(plan: Plan, results: Path = Path("results")) -> list[str]:
    """The forecast as lines for the terminal; nothing of a study whose datasets are all of unknown size."""
    steps, unknown = work(plan, results)
    total = sum(one.core_seconds for one in steps)
    lines = []
    if total:
        named = [one for one in steps if one.core_seconds >= NAMED * total]
        each = ", ".join(f"{one.step} {duration(one.core_seconds)} ({one.jobs} jobs)" for one in named)
        lines.append(f"the whole study takes about {duration(total)} of one core without a GPU, most of it: {each}")
        lines.append(
            "divide by the cores that you give; what is there already is not done again; "
            "`snakemake plan --cores 1` says more: memory, disk, GPUs, and what earlier runs took"
        )
    if any(one.step.startswith("train_") for one in steps):
        lines.append("trainings count with all their epochs, though most end sooner in `strict`")
    if unknown:
        lines.append(
            f"not counted, datasets whose size is known only when their clips are listed: {', '.join(unknown)}"
        )
    return lines
