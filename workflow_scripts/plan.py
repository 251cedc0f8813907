"""What a study costs: every job by rule, set right by earlier runs; trainings measured on noise; plan against fact."""

import json
import os
import sys
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import psutil

from workflow_scripts.study.checks import check_study
from workflow_scripts.study.cost_table import against, by_rule, disk
from workflow_scripts.study.devices import gpus
from workflow_scripts.study.disk import found
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.forecast import keep, sizeless
from workflow_scripts.study.needs import megabytes
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.training_costs import training_jobs, typical_seconds

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    from workflow_scripts.transfer.calibration import Rates
    from workflow_scripts.transfer.plan_table import Row

    snakemake: Snakemake

NOTES = [
    "core time: seconds that cores are busy; divide by the cores that you give. GPU time: of jobs that use one",
    "left: jobs that have not run; whether results that are there still hold, `snakemake --dry-run` says",
    "memory: the most that a job of the rule took in earlier runs, else what a cluster is asked for, which is generous",
    "by: `runs` where earlier runs in this folder say how long such jobs take, else reckoned, within a factor of "
    "two or three; trainings count with all their epochs",
]

# what bears little on the cost of an epoch: variants that differ in nothing else are measured once
FREE = ("model", "tuner", "protocol", "seed", "emotions", "epochs", "learning_rate", "weight_decay", "patience",
        "class_weights", "head", "weights_digest")  # fmt: skip


def main(smk: "Snakemake") -> None:
    plan = Plan(check_study(smk.config, "this study"))
    say_costs(plan, smk.config["study"])
    if plan.cells:
        say_trainings(plan, smk.config["study"])
    else:
        print("Nothing is trained in this study: its config has no section `transfer`.\n")


def say_costs(plan: Plan, study: str) -> None:
    """All jobs by rule, disk by kind of file, and what has run against what was planned of it."""
    expected, known, kept = keep(plan, gpus())
    expected = [
        replace(one, memory=one.memory or 10**6 * megabytes(plan, one.rule, 1, int(one.gpu), **one.names))
        for one in expected
    ]
    print(f"\nCosts of this study ({study})\n")
    print(by_rule(expected, known))
    print(f"\nDisk\n\n{disk(expected, found())}")
    if said := against(expected, known, kept):
        print(f"\nPlan against fact, of the jobs that were planned before they ran\n\n{said}")
    print("\n" + "\n".join(f"- {line}" for line in NOTES))
    if unknown := sizeless(plan):
        print(
            f"- not counted, datasets whose size is known only when their clips are listed: {', '.join(unknown)} "
            "(`snakemake --until manifest` with this config and some cores lists them)"
        )
    print()


def say_trainings(plan: Plan, study: str) -> None:
    """What trainings take on this machine, measured on noise."""
    start = _start()
    threads = min(plan.training_threads, len(os.sched_getaffinity(0)))
    busy, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    rows = measured(plan, threads)

    from workflow_scripts.transfer.plan_table import notes, table

    print(f"\nTrainings of this study ({study}), on this machine\n")
    print(table(rows, start, gpu=bool(gpus())))
    said = notes(rows, threads)
    if busy > cores / 2:
        said.append(f"other work kept this machine busy (load {busy:.1f} on {cores} cores): alone it is faster")
    print("\n" + "\n".join(f"- {line}" for line in said) + "\n")


def _start() -> float:
    """Seconds that a job's process takes until the libraries that train are there."""
    import accelerate  # noqa: F401  (imported for the time that it takes)
    import peft  # noqa: F401  (likewise)
    import transformers.models.wav2vec2.modeling_wav2vec2  # noqa: F401  (likewise)

    began: float = psutil.Process().create_time()
    return time.time() - began


def measured(plan: Plan, threads: int) -> "list[Row]":
    """A row for every variant of every network; those of equal cost are measured once."""
    from workflow_scripts.transfer.plan_table import Row

    every = training_jobs(plan)
    pairs = list(dict.fromkeys((job.model, job.tuner) for job in every))
    specs = {pair: plan.calibrated(*pair) for pair in pairs}
    keys = {pair: _key(spec) for pair, spec in specs.items()}
    first = {key: pair for pair, key in reversed(keys.items())}
    seconds = typical_seconds(plan)
    known: dict[str, Rates | UserError] = {}
    for number, pair in enumerate(first[key] for key in dict.fromkeys(keys.values())):
        print(f"plan: measuring {' '.join(pair)} ({number + 1} of {len(first)})", file=sys.stderr, flush=True)
        known[keys[pair]] = _rates(plan, specs[pair], seconds, threads)
    rows = []
    for pair in pairs:
        found, own = known[keys[pair]], [job for job in every if (job.model, job.tuner) == pair]
        rates, why = (None, found.message) if isinstance(found, UserError) else (found, "")
        rows.append(Row(*pair, own, rates, why))
    return rows


def _key(spec: dict[str, Any]) -> str:
    """Equal for variants of equal cost."""
    free = FREE if spec["inside"] else (*FREE, "model_entry", "weights_folder")
    return json.dumps({key: value for key, value in spec.items() if key not in free})


def _rates(plan: Plan, spec: dict[str, Any], seconds: list[float], threads: int) -> "Rates | UserError":
    from workflow_scripts.transfer.calibration import apart, calibrate

    width = plan.models[spec["model"]].get("width", 768)
    try:
        return apart(partial(calibrate, spec, seconds, width, threads))
    except UserError as error:
        return error


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
