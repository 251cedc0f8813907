"""What a job asks a cluster for: memory and time. Generous, since a job that outgrows them is killed.

Reckoned from what the plan knows before anything has run. A job that was killed all the same asks for twice as much
when it is tried again, and for four times as much then.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workflow_scripts.study.costs import USUAL_SIZE, job_seconds
from workflow_scripts.study.devices import asked_gpus
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.sizes import size_of

SAFETY = 3  # job_seconds may be wrong by a factor of two or three
BEGIN, BEGIN_NETWORK = 90, 600  # s beside it: a node reads Python, the libraries, weights from a slow, shared disk
GPU_CORES = 60  # cores that even an old GPU outdoes
ANALYSIS, REPORT, NETWORK = 1500, 2500, 4000  # MB: of pandas and scikit-learn; with the figures' libraries; with torch
ROWS = 0.02  # MB for each clip: what is said of it, and what is made of that
COPIES = 8  # of its vectors in the memory of a job that learns from them
PAIRED = 20  # bytes for each pair of clips of two datasets whose distances are measured
GATHERED = 4  # MB for each result that a summary reads
TRAINED = 6  # times the weights: they, their gradients, the optimiser's two numbers for each, a checkpoint
KEPT = 40  # numbers that training keeps for the way back, for each number that a block puts out
FRAMES, CHANNELS = 75, 512  # a second, of the network that has the most; what the convolutions put out

RESULTS = Path("results")
DATASETS = ("dataset", "source", "target", "first", "second")
TRAININGS = ("train_stage", "train_target", "test_source")
NETWORKS = (*TRAININGS, "embed")


def resources(plan: Plan, workflow: Any, rule: str, uses_gpu: bool = False) -> dict[str, Callable[..., int]]:
    """The `resources` of a rule. Memory and time are 0 on one machine, which is not asked, and on a node, which was.

    Args:
        workflow: Snakemake's own.
        rule: as of `Plan.spec`.
        uses_gpu: whether its jobs can use a GPU.
    """

    def asked(need: Callable[..., int], wildcards: Any, **job: int) -> int:
        if workflow.remote_exec or workflow.local_exec:
            return 0
        return need(plan, rule, **job, gpus=asked_gpus(workflow) if uses_gpu else 0, **wildcards)

    found: dict[str, Callable[..., int]] = {
        "mem_mb": lambda wildcards, attempt: asked(megabytes, wildcards, attempt=attempt),
        "runtime": lambda wildcards, attempt, threads: asked(minutes, wildcards, attempt=attempt, threads=threads),
    }
    return found | ({"gpu": lambda wildcards: asked_gpus(workflow)} if uses_gpu else {})


def minutes(plan: Plan, rule: str, attempt: int, threads: int, gpus: int, **names: str) -> int:
    """The time limit of a job in minutes.

    Args:
        rule, names: as of `Plan.spec`.
        attempt: 1 at first; each further one is given twice as long.
        threads, gpus: what the job computes on.
    """
    seconds = job_seconds(plan, rule, RESULTS, **names) / max(threads, GPU_CORES * gpus)
    begin = BEGIN_NETWORK if rule in NETWORKS else BEGIN
    return math.ceil((begin + SAFETY * seconds) / 60) << (attempt - 1)


def megabytes(plan: Plan, rule: str, attempt: int, gpus: int, **names: str) -> int:
    """The memory of a job, arguments as of `minutes`. A GPU's own is not among it."""
    clips, audio = _sizes(plan, [names[key] for key in DATASETS if key in names])
    needed = _libraries(rule) + ROWS * clips
    if rule in TRAININGS:
        needed += _training(plan, names["model"], names["tuner"], clips, audio, bool(gpus))
    elif rule == "embed":
        needed += 3 * _weights(plan, names["model"])
    elif "layer" in names:
        needed += COPIES * _vectors(plan, names["model"], clips)
        needed += PAIRED * clips**2 / 1e6 if rule == "measure_distances" else 0
    elif rule == "clips":
        needed += COPIES * max(_vectors(plan, model, clips) for model in plan.representations)
    elif rule.startswith("summarise"):
        layers = sum(len(plan.layers(model)) for model in plan.representations)
        needed += GATHERED * (layers * len(plan.datasets) + len(plan.cells))
    return 500 * math.ceil(needed / 500) << (attempt - 1)


def _libraries(rule: str) -> int:
    if rule in NETWORKS:
        return NETWORK
    return REPORT if rule.startswith(("summarise", "figures", "clips", "findings", "report", "paper")) else ANALYSIS


def _sizes(plan: Plan, datasets: list[str]) -> tuple[int, float]:
    """Clips and seconds of audio of some datasets together."""
    sizes = [size_of(plan, dataset, RESULTS) or USUAL_SIZE for dataset in datasets]
    return sum(clips for clips, _ in sizes), sum(audio for _, audio in sizes)


def _width(plan: Plan, model: str) -> int:
    return int(plan.models.get(model, {}).get("width", 768))


def _weights(plan: Plan, model: str) -> float:
    """MB of a network in float32, its convolutions aside."""
    return 12 * int(plan.models[model]["layers"]) * _width(plan, model) ** 2 * 4 / 1e6


def _vectors(plan: Plan, model: str, clips: int) -> float:
    """MB of one layer of so many clips, in float32."""
    return clips * _width(plan, model) * len(plan.study.embeddings.poolings) * 4 / 1e6


def _training(plan: Plan, model: str, tuner: str, clips: int, audio: float, gpu: bool) -> float:
    """MB of a listener, what it hears, and what it learns from at once."""
    if not plan.acts_inside(tuner):
        return COPIES * _vectors(plan, model, clips) * len(plan.states(model))
    heard = audio * FRAMES * CHANNELS * 4 / 1e6
    together = float(plan.training(tuner)["batch_clips"]) * audio / clips * FRAMES
    learnt = together * _width(plan, model) * int(plan.models[model]["layers"]) * KEPT * 4 / 1e6
    return TRAINED * _weights(plan, model) + heard + (0 if gpu else learnt)
