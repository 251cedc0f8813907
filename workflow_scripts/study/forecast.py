"""How long a study will take, before it runs: audio to listen to, and seconds of one core by step.

An estimate to plan by, within a factor of two or three. Where an earlier run of the same network left its benchmark
file, its own speed counts; else the arithmetic of the network and the speed of the cores that it was measured on.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.study.costs import START_EMBED, job_seconds, training_seconds
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import remarks
from workflow_scripts.study.sizes import listed, size_of
from workflow_scripts.study.training_costs import training_jobs


@dataclass(frozen=True)
class Work:
    """One step of a study: what it is called, its jobs, and seconds of one core for all of them."""

    step: str
    jobs: int
    core_seconds: float


def work(plan: Plan, results: Path = Path("results")) -> tuple[list[Work], list[str]]:
    """Steps of the study with their cost, and the datasets of unknown size, which are not counted."""
    sizes = {name: size for name in plan.datasets if (size := size_of(plan, name, results))}
    shards = plan.study.embeddings.shards
    heard = [shards * START_EMBED + speed(plan, model, name, results) for model in plan.networks for name in sizes]
    acoustics = [{"dataset": name, "features": features} for features in plan.study.acoustics for name in sizes]
    found = [Work("embed", shards * len(heard), sum(heard)), _step(plan, "measure_acoustics", acoustics, results)]
    if plan.study.probing:
        own = [{"dataset": name} for name in sizes if name in plan.examined]
        across = [{"source": a, "target": b} for a, b in plan.directions if a in sizes and b in sizes]
        found += [_of_layers(plan, "probe", own, results), _of_layers(plan, "cross_probe", across, results)]
    if plan.study.distances:
        pairs = [{"first": a, "second": b} for a, b in plan.study.pairs if a in sizes and b in sizes]
        found.append(_of_layers(plan, "measure_distances", pairs, results))
    if plan.study.explanation:
        emotions = [
            {"dataset": name, "emotion": emotion}
            for name in plan.explained_datasets if name in sizes
            for emotion in plan.explained(name)
        ]  # fmt: skip
        found.append(_of_layers(plan, "explain", emotions, results))
    trained = [job for job in training_jobs(plan, results) if job.known]
    found.append(Work("train", len(trained), sum(training_seconds(plan, job) for job in trained)))
    return [one for one in found if one.jobs], [name for name in plan.datasets if name not in sizes]


def _step(plan: Plan, rule: str, jobs: Sequence[Mapping[str, str]], results: Path) -> Work:
    return Work(rule, len(jobs), sum(job_seconds(plan, rule, results, **names) for names in jobs))


def _of_layers(plan: Plan, rule: str, ways: Sequence[Mapping[str, str]], results: Path) -> Work:
    """A step that is done for every layer of everything that is analysed."""
    layers = [(model, layer) for model in plan.representations for layer in plan.layers(model)]
    return _step(
        plan, rule, [{**way, "model": model, "layer": layer} for way in ways for model, layer in layers], results
    )


def speed(plan: Plan, model: str, dataset: str, results: Path) -> float:
    """Seconds of one core for a network to hear a dataset: by the last run, else reckoned."""
    shards = plan.study.embeddings.shards
    each = [""] if shards == 1 else [f"_shard_{shard}" for shard in range(1, shards + 1)]
    files = [results / "benchmarks" / "embed" / f"{dataset}_{model}{shard}.tsv" for shard in each]
    if listed(plan, dataset, results) and all(file.is_file() for file in files):
        rows = [next(csv.DictReader(file.read_text().splitlines(), delimiter="\t"), {}) for file in files]
        spent = [row.get("cpu_time", "-") for row in rows]
        if not {"-", "NA"} & set(spent):
            return sum(max(float(seconds) - START_EMBED, 0.0) for seconds in spent)
    return shards * (job_seconds(plan, "embed", results, dataset=dataset, model=model) - START_EMBED)


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
        each = ", ".join(f"{one.step} {duration(one.core_seconds)} ({one.jobs} jobs)" for one in steps)
        lines.append(
            f"the whole study takes about {duration(total)} of one core without a GPU, figures and report aside: {each}"
        )
        lines.append("divide by the cores that you give; what is there already is not done again")
    if any(one.step == "train" for one in steps):
        lines.append(
            "trainings count with all their epochs, though most end sooner in `strict`; "
            "`snakemake plan --cores 1` measures on this machine what they take: time, disk, memory"
        )
    if unknown:
        lines.append(
            f"not counted, datasets whose size is known only when their clips are listed: {', '.join(unknown)}"
        )
    return lines


def duration(seconds: float) -> str:
    """Seconds in words; two digits are more than is known."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
