"""What one job of each rule costs, reckoned before anything has run: seconds of one core.

An estimate to plan by, within a factor of two or three, on cores like those that its constants were measured on. Where
an earlier run has left its records, `forecast` says better.
"""

from collections.abc import Callable
from pathlib import Path

from workflow_scripts import networks
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.sizes import size_of
from workflow_scripts.study.training_costs import Job, job_of
from workflow_scripts.study.trainings import Cell, Stage

# Billions of floating-point operations a second of one core in float32, measured: a base network on a busy AMD EPYC.
CORE_GFLOPS = 35.0
SYNTHESIS = 0.03  # s for each s of audio that is made
LISTING = 0.004  # s for each s of audio whose level and onset are measured
ACOUSTICS = 0.025  # s for each s of audio (eGeMAPSv02)
START, START_EMBED = 1.5, 8.0  # s to import what a job needs
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
# inputs, kernel, and samples from one output to the next, of the convolutions of wav2vec 2.0 and its relatives
CONVOLUTIONS = [(1, 10, 5), (512, 3, 10), (512, 3, 20), (512, 3, 40), (512, 3, 80), (512, 2, 160), (512, 2, 320)]

CHOOSING, DRAWING = 0.1, 0.01  # s of a layer whose clips are chosen, and of a spectrogram
CLIPS_OF_A_CELL = 9

USUAL_SIZE = 1500, 6000.0  # clips, seconds of audio: of a dataset whose size nobody knows yet
# Jobs that differ little from study to study: s of one core, with what they import
SMALL = {
    "fetch_corpus": 10.0, "fetch_weights": 10.0, "import_vectors": 3.0,
    "folds": 1.5, "confounds": 1.5, "pair_leaks": 1.5, "pair_groups": 1.5, "explained_groups": 2.0,
    "figures_probing": 8.0, "figures_cross": 4.0, "figures_papers": 4.0, "figures_distances": 12.0,
    "figures_explanation": 8.0, "figures_shap": 4.0, "figures_atlas": 5.0, "figures_explanation_papers": 4.0,
    "figures_transfer": 8.0, "figures_transfer_claims": 4.0, "findings": 6.0, "report": 5.0,
    "paper": 4.0,
}  # fmt: skip
# Summaries: s to begin with, and for each layer of each model and dataset, or training, that they gather
SUMMARIES = {
    "summarise_layers": (1.5, 0.1), "summarise_cross": (1.5, 0.1), "summarise_probing": (2.0, 0.02),
    "summarise_distances": (2.0, 0.4), "summarise_explanation": (2.0, 0.02), "summarise_transfer": (4.0, 0.3),
}  # fmt: skip


def job_seconds(plan: Plan, rule: str, results: Path = Path("results"), **names: str) -> float:
    """Seconds of one core of one job, everything that it imports included.

    Args:
        rule: as of `Plan.spec`: "embed", not one of the rules that Snakemake generates from it.
        results: folder where manifests, if there are any, say how large the datasets are; of one whose size nobody
            knows, USUAL_SIZE is assumed.
        names: the job's wildcards.
    """
    if rule in SMALL:
        return SMALL[rule]
    if rule in SUMMARIES:
        begin, each = SUMMARIES[rule]
        return begin + each * gathered(plan, rule)
    return _COSTS[rule](plan, results, **names)


def size_or_usual(plan: Plan, dataset: str, results: Path) -> tuple[int, float]:
    """(clips, seconds of audio) of a dataset."""
    return size_of(plan, dataset, results) or USUAL_SIZE


def gathered(plan: Plan, rule: str) -> int:
    """How many results a summary reads."""
    layers = sum(len(plan.layers(model)) for model in plan.representations)
    return {
        "summarise_probing": layers * (len(plan.examined) + len(plan.directions)),
        "summarise_distances": layers * len(plan.study.pairs),
        "summarise_explanation": layers * sum(len(plan.explained(dataset)) for dataset in plan.explained_datasets),
        "summarise_transfer": len(plan.cells),
    }.get(rule, layers)


def _synthesise(plan: Plan, results: Path, voices: str) -> float:
    dataset = next(dataset for dataset, own in plan.voices.items() if own == voices)
    return START + SYNTHESIS * size_or_usual(plan, dataset, results)[1]


def _manifest(plan: Plan, results: Path, dataset: str) -> float:
    return START + LISTING * size_or_usual(plan, dataset, results)[1]


def _measure_acoustics(plan: Plan, results: Path, dataset: str, features: str) -> float:
    return START + ACOUSTICS * size_or_usual(plan, dataset, results)[1]


def _embed(plan: Plan, results: Path, dataset: str, model: str, shard: str = "1") -> float:
    """The network's own arithmetic; reading and pooling are small beside it."""
    clips, audio = size_or_usual(plan, dataset, results)
    entry = plan.models[model]
    fixed = networks.fixed_seconds(entry["family"])
    gflop = gflop_per_second(entry["layers"], entry.get("width", 768), entry.get("sample_rate", 16000))
    heard = clips * fixed if fixed else audio
    return START_EMBED + gflop / CORE_GFLOPS * heard / plan.study.embeddings.shards


def _gather_shards(plan: Plan, results: Path, dataset: str, model: str) -> float:
    """Half a megabyte in and out, in hundredths of a second."""
    clips, _ = size_or_usual(plan, dataset, results)
    vectors = clips * len(plan.states(model)) * len(plan.study.embeddings.poolings)
    return START + vectors * _width(plan, model) * 4 / 50e6


def _probe(plan: Plan, results: Path, dataset: str, model: str, layer: str) -> float:
    """All protocols, normalisations and null runs."""
    clips, _ = size_or_usual(plan, dataset, results)
    settings = plan.study.probing
    assert settings is not None, "no probe is planned without a probing section"
    emotions = 8 if plan.study.emotions == "all" else len(plan.study.emotions)
    ways = len(settings.speaker_normalisation) * (len(settings.poolings) if model in plan.models else 1)
    nested = PROBE * settings.inner_folds / 5 if "logistic" in settings.probes else 0.0
    once = nested + (LINEAR_HEAD if "linear-head" in settings.probes else 0.0)
    seconds = 0.0
    for protocol in plan.probe_protocols:
        folds = {"strict": plan.study.folds.strict, "paper1": plan.study.folds.paper1_draws}.get(protocol, PROBE_FOLDS)
        null = nested * settings.null_runs if protocol == "strict" else 0.0
        seconds += folds / PROBE_FOLDS * (ways * once + null)
    return START + seconds * clips * _width(plan, model) * emotions / PROBE_SIZE


def _cross_probe(plan: Plan, results: Path, source: str, target: str, model: str, layer: str) -> float:
    return _probe(plan, results, source, model, layer)


def _measure_distances(plan: Plan, results: Path, first: str, second: str, model: str, layer: str) -> float:
    settings = plan.study.distances
    assert settings is not None, "no distance is planned without a section `distances`"
    ways = 2 if model in plan.study.acoustics else len(settings.poolings)
    clips = size_or_usual(plan, first, results)[0] * size_or_usual(plan, second, results)[0]
    return START + ways * DISTANCES * clips / DISTANCES_SIZE


def _explain(plan: Plan, results: Path, dataset: str, model: str, layer: str, emotion: str) -> float:
    clips, _ = size_or_usual(plan, dataset, results)
    size = clips * min(_width(plan, model), EXPLAIN_WIDTH) / (EXPLAIN_CLIPS * EXPLAIN_WIDTH)
    return START + size * (EXPLAIN_FULL if plan.has_full_curve(model, layer) else EXPLAIN_COARSE)


def _clips(plan: Plan, results: Path, dataset: str) -> float:
    shown = clips_shown(plan, dataset)
    pictures = min(shown, size_or_usual(plan, dataset, results)[0])
    return START + CHOOSING * gathered(plan, "clips") + DRAWING * pictures


def clips_shown(plan: Plan, dataset: str) -> int:
    """How many clips the report shows of a dataset, at most, each as often as it stands in a cell."""
    return CLIPS_OF_A_CELL * gathered(plan, "clips") * (len(plan.emotions(dataset)) or 8)


def _width(plan: Plan, model: str) -> int:
    return int(plan.models[model].get("width", 768)) if model in plan.models else ACOUSTIC_WIDTH


def _train_stage(plan: Plan, results: Path, seed: str, **names: str) -> float:
    return training_seconds(plan, job_of(plan, Stage(**names, seed=int(seed)), results, USUAL_SIZE))


def _train_target(plan: Plan, results: Path, seed: str, **names: str) -> float:
    return training_seconds(plan, job_of(plan, Cell(**names, seed=int(seed)), results, USUAL_SIZE))


def training_seconds(plan: Plan, job: Job) -> float:
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


def gflop_per_second(layers: int, width: int, sample_rate: int) -> float:
    """Billions of operations for one second of audio: seven convolutions of 512 channels, then `layers` blocks."""
    frames = sample_rate / 320
    convolutions = sum(2 * 512 * inputs * kernel * sample_rate / stride for inputs, kernel, stride in CONVOLUTIONS)
    blocks = 2 * 12 * layers * width**2 * frames
    return (convolutions + blocks) / 1e9


_COSTS: dict[str, Callable[..., float]] = {
    "synthesise": _synthesise,
    "manifest": _manifest,
    "measure_acoustics": _measure_acoustics,
    "embed": _embed,
    "gather_shards": _gather_shards,
    "probe": _probe,
    "cross_probe": _cross_probe,
    "measure_distances": _measure_distances,
    "explain": _explain,
    "clips": _clips,
    "train_stage": _train_stage,
    "train_target": _train_target,
    "test_source": _train_target,
}
