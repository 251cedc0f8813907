"""How long a study will take, before it runs: audio to listen to, and seconds of one core by step.

An estimate to plan by, within a factor of two or three. Where an earlier run of the same network left its benchmark
file, its own speed counts; else the arithmetic of the network and the speed of the cores that it was measured on.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts import networks
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import remarks
from workflow_scripts.study.sizes import listed, size_of
from workflow_scripts.study.training_costs import Job, training_jobs

# Billions of floating-point operations a second of one core in float32, measured: a base network on a busy AMD EPYC.
CORE_GFLOPS = 35.0
ACOUSTICS = 0.025  # s of one core per s of audio (eGeMAPSv02)
START_EMBED, START_PROBE = 8.0, 2.5  # s of one core to import what a job needs
# One layer of RAVDESS speech (1440 clips x 768, 8 emotions, 6 folds): the nested logistic probe (5 inner folds, five
# values of C; benchmarks/probing.py), and the linear head
PROBE, LINEAR_HEAD, PROBE_SIZE, PROBE_FOLDS = 10.8, 8.3, 1440 * 768 * 8, 6
ACOUSTIC_WIDTH = 88
# One layer and pooling of RAVDESS speech and song, six emotions, default draws (benchmarks/distances.py)
DISTANCES, DISTANCES_SIZE = 14.0, 1056 * 1012

# One emotion of RAVDESS speech at one layer (1440 clips, of which 288 are of the emotion and of neutral, x 768): all
# numbers of dimensions and the published form, and the few numbers of the other layers (benchmarks/explanation.py)
EXPLAIN_FULL, EXPLAIN_COARSE, EXPLAIN_CLIPS, EXPLAIN_WIDTH = 65.0, 20.0, 1440, 768

# A training (transfer/calibration.py): imports; s of a fold before its first epoch where a tuner acts inside; s of an
# update beside its passes, which cost LEARN times one that only answers
START_TRAIN, START_FOLD, UPDATE, LEARN = 8.0, 3.0, 0.01, 3


@dataclass(frozen=True)
class Work:
    """One step of a study: what it is called, its jobs, and seconds of one core for all of them."""

    step: str
    jobs: int
    core_seconds: float


def gflop_per_second(layers: int, width: int, sample_rate: int) -> float:
    """Billions of operations for one second of audio: seven convolutions of 512 channels, then `layers` blocks."""
    frames = sample_rate / 320
    convolutions = sum(2 * 512 * inputs * kernel * sample_rate / stride for inputs, kernel, stride in CONVOLUTIONS)
    blocks = 2 * 12 * layers * width**2 * frames
    return (convolutions + blocks) / 1e9


# inputs, kernel, and samples from one output to the next, of the convolutions of wav2vec 2.0 and its relatives
CONVOLUTIONS = [(1, 10, 5), (512, 3, 10), (512, 3, 20), (512, 3, 40), (512, 3, 80), (512, 2, 160), (512, 2, 320)]


def work(plan: Plan, results: Path = Path("results")) -> tuple[list[Work], list[str]]:
    """Steps of the study with their cost, and the datasets of unknown size, which are not counted."""
    sizes = {name: size for name in plan.datasets if (size := size_of(plan, name, results))}
    seconds = sum(audio for _, audio in sizes.values())
    shards = plan.study.embeddings.shards
    heard = [
        shards * START_EMBED + speed(plan, model, size, results) for model in plan.networks for size in sizes.items()
    ]
    found = [
        Work("embed", shards * len(heard), sum(heard)),
        Work("acoustics", len(plan.study.acoustics) * len(sizes), ACOUSTICS * seconds * len(plan.study.acoustics)),
    ]
    if plan.study.probing:
        own = [(name, name) for name in sizes if name in plan.examined]
        across = [(source, target) for source, target in plan.directions if source in sizes and target in sizes]
        for step, ways in (("probe", own), ("cross_probe", across)):
            costs = [_probe(plan, model, sizes[source][0]) for source, _ in ways for model in _each_layer(plan)]
            found.append(Work(step, len(costs), sum(costs)))
    if plan.study.distances:
        pairs = [(a, b) for a, b in plan.study.pairs if a in sizes and b in sizes]
        costs = [_distances(plan, model, sizes[a][0] * sizes[b][0]) for a, b in pairs for model in _each_layer(plan)]
        found.append(Work("measure_distances", len(costs), sum(costs)))
    if plan.study.explanation:
        jobs = [
            (model, layer, sizes[dataset][0])
            for dataset in plan.explained_datasets if dataset in sizes
            for model in plan.representations for layer in plan.layers(model) for _ in plan.explained(dataset)
        ]  # fmt: skip
        found.append(Work("explain", len(jobs), sum(_explain(plan, *job) for job in jobs)))
    trained = [job for job in training_jobs(plan, results) if job.known]
    found.append(Work("train", len(trained), sum(_train(plan, job) for job in trained)))
    return [one for one in found if one.jobs], [name for name in plan.datasets if name not in sizes]


def _each_layer(plan: Plan) -> Iterable[str]:
    return (model for model in plan.representations for _ in plan.layers(model))


def _probe(plan: Plan, model: str, clips: int) -> float:
    """Seconds of one core for the probe of one layer: all protocols, normalisations and null runs."""
    settings = plan.study.probing
    assert settings is not None
    width = plan.models[model].get("width", 768) if model in plan.models else ACOUSTIC_WIDTH
    emotions = 8 if plan.study.emotions == "all" else len(plan.study.emotions)
    ways = len(settings.speaker_normalisation) * (len(settings.poolings) if model in plan.models else 1)
    nested = PROBE * settings.inner_folds / 5 if "logistic" in settings.probes else 0.0
    once = nested + (LINEAR_HEAD if "linear-head" in settings.probes else 0.0)
    seconds = 0.0
    for protocol in plan.probe_protocols:
        folds = {"strict": plan.study.folds.strict, "paper1": plan.study.folds.paper1_draws}.get(protocol, PROBE_FOLDS)
        null = nested * settings.null_runs if protocol == "strict" else 0.0
        seconds += folds / PROBE_FOLDS * (ways * once + null)
    return START_PROBE + seconds * clips * width * emotions / PROBE_SIZE


def _distances(plan: Plan, model: str, clips: int) -> float:
    """Seconds of one core for the distances of one layer, of datasets with this product of their numbers of clips."""
    settings = plan.study.distances
    assert settings is not None
    ways = 2 if model in plan.study.acoustics else len(settings.poolings)
    return START_PROBE + ways * DISTANCES * clips / DISTANCES_SIZE


def _explain(plan: Plan, model: str, layer: str, clips: int) -> float:
    """Seconds of one core for one emotion of one layer."""
    width = plan.models[model].get("width", 768) if model in plan.models else ACOUSTIC_WIDTH
    full = plan.has_full_curve(model, layer)
    size = clips * min(width, EXPLAIN_WIDTH) / (EXPLAIN_CLIPS * EXPLAIN_WIDTH)
    return START_PROBE + size * (EXPLAIN_FULL if full else EXPLAIN_COARSE)


def _train(plan: Plan, job: Job) -> float:
    """Seconds of one core for a training that runs through all its epochs, or for the test of one."""
    entry = plan.models[job.model]
    width, rate = entry.get("width", 768), entry.get("sample_rate", 16000)
    seconds = START_TRAIN + UPDATE * job.updates
    if not plan.acts_inside(job.tuner):
        return seconds
    convolutions = gflop_per_second(0, width, rate)
    blocks = gflop_per_second(entry["layers"], width, rate) - convolutions
    gflop = convolutions * job.heard + blocks * (LEARN * job.learnt + job.answered)
    return seconds + START_FOLD * job.folds + gflop / CORE_GFLOPS


def speed(plan: Plan, model: str, dataset: tuple[str, tuple[int, float]], results: Path) -> float:
    """Seconds of one core for a network to hear a dataset, (name, (clips, seconds)): by the last run, else reckoned."""
    name, (clips, audio) = dataset
    shards = plan.study.embeddings.shards
    each = [""] if shards == 1 else [f"_shard_{shard}" for shard in range(1, shards + 1)]
    files = [results / "benchmarks" / "embed" / f"{name}_{model}{shard}.tsv" for shard in each]
    if listed(plan, name, results) and all(file.is_file() for file in files):
        rows = [next(csv.DictReader(file.read_text().splitlines(), delimiter="\t"), {}) for file in files]
        spent = [row.get("cpu_time", "-") for row in rows]
        if not {"-", "NA"} & set(spent):
            return sum(max(float(seconds) - START_EMBED, 0.0) for seconds in spent)
    entry = plan.models[model]
    fixed = networks.fixed_seconds(entry["family"])
    gflop = gflop_per_second(entry["layers"], entry.get("width", 768), entry.get("sample_rate", 16000))
    return gflop / CORE_GFLOPS * (clips * fixed if fixed else audio)


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
