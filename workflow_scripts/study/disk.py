"""What is on disk: which kind of file a path is, and how many bytes of each kind a job will leave, reckoned.

Constants were taken from finished studies; where an earlier run left its records, `forecast` says better.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePath

from workflow_scripts.study.costs import ACOUSTIC_WIDTH, clips_shown, gathered, size_or_usual
from workflow_scripts.study.plan import Plan

Bytes = dict[str, float]

AUDIO, WEIGHTS, MATERIALS = "recordings", "weights", "manifests and folds"
EMBEDDINGS, FRAMES, ACOUSTICS = "embeddings", "frame statistics", "acoustic features"
PROBING, DISTANCES, RESAMPLES, EXPLANATION = "probing", "distances", "distances, resamples", "explanation"
CHECKPOINTS, TRAININGS = "checkpoints", "trainings"
FIGURES, REPORT, RECORDS, OTHER = "figures", "report", "logs and records", "other"

# first part of a path below results -> kind
FOLDERS = {
    "synthetic": AUDIO, "fetched": MATERIALS, "corpora": MATERIALS, "embeddings": EMBEDDINGS, "acoustics": ACOUSTICS,
    "probing": PROBING, "cross": PROBING, "distances": DISTANCES, "explanation": EXPLANATION, "transfer": TRAININGS,
    "figures": FIGURES, "clips": FIGURES, "findings.parquet": REPORT, "findings.csv": REPORT, "report.html": REPORT,
    "paper": FIGURES, "logs": RECORDS, "provenance": RECORDS, "benchmarks": RECORDS,
}  # fmt: skip
POOLED = {"parts": 4, "parts-active": 4}  # vectors of a clip, where it is not one
ROW, FLOAT = 65, 4  # bytes of a clip in a manifest; of a number in a vector
TABLE = 6_000  # what any table takes
AUDIO_SECOND = 30_000  # of synthetic voices, FLAC
# of a layer: probes by clip and way of probing; distances and explanations, which depend on their settings
PREDICTION, DISTANCE, RESAMPLE, EXPLAINED, SHAP = 10, 170_000, 65_000, 300_000, 400
SUMMED = {"summarise_distances": 900_000, "summarise_explanation": 400_000, "summarise_probing": 60_000,
          "summarise_layers": 8_000, "summarise_cross": 4_000, "summarise_transfer": 40_000}  # fmt: skip
DRAWN = {"figures_probing": 13, "figures_cross": 4, "figures_papers": 4, "figures_distances": 16,
         "figures_explanation": 12, "figures_shap": 3, "figures_atlas": 4, "figures_explanation_papers": 4,
         "figures_transfer": 13, "figures_transfer_claims": 4, "paper": 8}  # fmt: skip
FIGURE, PAGE, TOLD, RECORD = 130_000, 7_000_000, 100_000, 8_000
SHOWN, SPECTROGRAM = 70, 5_000  # of a clip in the table of those that are shown; its picture
FEW = 2_000_000  # of a fold, of which only some parts are trained


def kind_of(path: str | PurePath) -> str:
    """The kind of a file by its path, which begins with `results` or with the folder of the weights."""
    path = PurePath(path)
    if path.parts[0] != "results":
        return WEIGHTS
    if path.suffix == ".safetensors":
        return FRAMES if "embeddings" in path.parts else CHECKPOINTS
    if path.name.startswith("resamples"):
        return RESAMPLES
    return FOLDERS.get(path.parts[1], OTHER) if len(path.parts) > 1 else OTHER


def found(results: Path = Path("results")) -> Bytes:
    """Bytes of all files below `results` by kind; a link counts as nothing."""
    sums: Bytes = {}
    for folder, _, files in os.walk(results):
        for path in (Path(folder, name) for name in files):
            if not path.is_symlink():
                kind = kind_of(PurePath("results") / path.relative_to(results))
                with suppress(FileNotFoundError):  # a run goes on, and took it away
                    sums[kind] = sums.get(kind, 0.0) + path.stat().st_size
    return sums


def job_bytes(plan: Plan, rule: str, results: Path = Path("results"), **names: str) -> Bytes:
    """{kind: bytes} that a job leaves, its log and record included; arguments as of `job_seconds`.

    Shards are not kept; the job that puts them together counts.
    """
    reckoned = _BYTES[rule](plan, results, **names) if rule in _BYTES else {MATERIALS: TABLE}
    if rule in SUMMED:
        kind = {"distances": DISTANCES, "explanation": EXPLANATION, "transfer": TRAININGS}
        reckoned = {kind.get(rule.split("_")[1], PROBING): SUMMED[rule] * gathered(plan, rule) + TABLE}
    elif rule in DRAWN:
        reckoned = {FIGURES: DRAWN[rule] * FIGURE}
    return {**reckoned, RECORDS: RECORD}


def _materials(plan: Plan, results: Path, dataset: str, protocol: str = "") -> Bytes:
    return {MATERIALS: 2 * TABLE + ROW * size_or_usual(plan, dataset, results)[0]}


def _synthesise(plan: Plan, results: Path, voices: str) -> Bytes:
    dataset = next(dataset for dataset, own in plan.voices.items() if own == voices)
    return {AUDIO: AUDIO_SECOND * size_or_usual(plan, dataset, results)[1]}


def _fetch_corpus(plan: Plan, results: Path, corpus: str) -> Bytes:
    return {AUDIO: float(plan.fetch(corpus)["bytes"])}


def _weights(plan: Plan, model: str) -> float:
    """Bytes of a network in float32."""
    entry = plan.models[model]
    return FLOAT * (12.0 * int(entry["layers"]) * int(entry.get("width", 768)) ** 2 + 5e6)


def _fetch_weights(plan: Plan, results: Path, model: str) -> Bytes:
    return {WEIGHTS: _weights(plan, model)}


def _embed(plan: Plan, results: Path, dataset: str, model: str, shard: str = "") -> Bytes:
    if shard:
        return {}
    clips, states = size_or_usual(plan, dataset, results)[0], len(plan.states(model))
    width, settings = plan.models[model].get("width", 768), plan.study.embeddings
    rows = sum(POOLED.get(pooling, 1) for pooling in settings.poolings)
    layers = states * (TABLE + clips * (30 + FLOAT * width * rows))
    emotions = len(plan.emotions(dataset)) or 8
    frames = 8 * states * emotions * (width * (width + 1) // 2 + width) if settings.frame_statistics else 0
    return {EMBEDDINGS: layers} | ({FRAMES: frames} if frames else {})


def _import_vectors(plan: Plan, results: Path, dataset: str, model: str) -> Bytes:
    clips = size_or_usual(plan, dataset, results)[0]
    return {EMBEDDINGS: len(plan.states(model)) * (TABLE + clips * FLOAT * plan.models[model].get("width", 768))}


def _acoustics(plan: Plan, results: Path, dataset: str, features: str) -> Bytes:
    return {ACOUSTICS: TABLE + 7.5 * ACOUSTIC_WIDTH * size_or_usual(plan, dataset, results)[0]}


def _probe(plan: Plan, results: Path, model: str, layer: str, **datasets: str) -> Bytes:
    settings = plan.study.probing
    assert settings is not None, "no probe is planned without a probing section"
    clips = size_or_usual(plan, datasets.get("dataset", datasets.get("target", "")), results)[0]
    ways = (
        len(settings.speaker_normalisation) * len(settings.poolings) * len(settings.probes) * len(plan.probe_protocols)
    )
    return {PROBING: 8 * TABLE + PREDICTION * clips * (ways + settings.null_runs)}


def _distance(plan: Plan, results: Path, **names: str) -> Bytes:
    return {DISTANCES: DISTANCE, RESAMPLES: RESAMPLE}


def _explain(plan: Plan, results: Path, dataset: str, model: str, layer: str, emotion: str) -> Bytes:
    full = plan.has_full_curve(model, layer)
    shap = SHAP * size_or_usual(plan, dataset, results)[0] if model in plan.study.acoustics else 0
    return {EXPLANATION: EXPLAINED * (1 if full else 0.3) + shap}


def _clips(plan: Plan, results: Path, dataset: str) -> Bytes:
    shown = clips_shown(plan, dataset)
    pictures = min(shown, size_or_usual(plan, dataset, results)[0])
    return {FIGURES: TABLE + SHOWN * shown + SPECTROGRAM * pictures}


def _train(plan: Plan, results: Path, model: str, tuner: str, protocol: str, **names: str) -> Bytes:
    parts = [part for part, _ in plan.variant(tuner)]
    folds = plan.study.folds.strict if protocol == "strict" else 1
    fold = _weights(plan, model) if "full" in parts else FEW * plan.models[model].get("width", 768) / 768
    tested = names.get("condition") == "source-only"
    return {TRAININGS: 6 * TABLE} | ({} if tested else {CHECKPOINTS: folds * fold})


_BYTES: dict[str, Callable[..., Bytes]] = {
    "synthesise": _synthesise,
    "fetch_corpus": _fetch_corpus,
    "fetch_weights": _fetch_weights,
    "manifest": _materials,
    "folds": _materials,
    "embed": _embed,
    "gather_shards": _embed,
    "import_vectors": _import_vectors,
    "measure_acoustics": _acoustics,
    "probe": _probe,
    "cross_probe": _probe,
    "measure_distances": _distance,
    "explain": _explain,
    "train_stage": _train,
    "train_target": _train,
    "test_source": _train,
    "findings": lambda plan, results: {REPORT: TOLD},
    "clips": _clips,
    "report": lambda plan, results: {REPORT: PAGE},
}
