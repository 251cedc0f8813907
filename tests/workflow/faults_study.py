"""The reduced study of the fault table: every question, every kind of rule, as few and as short jobs as that allows."""

from pathlib import Path

from project import STUDY, Project, new_study

# Nothing here is about people: what counts is that every kind of file is written and read by some job.
FAULTS = {
    **{key: STUDY[key] for key in ("study", "models", "layers", "pairs", "protocols")},
    "datasets": {**STUDY["datasets"], "voices": {"corpus": "synthetic-song", "speakers": 1}},
    "emotions": ["angry", "neutral"],
    "folds": {"strict": 4},
    "embeddings": {"shards": 2, "batch_seconds": 5.0, "threads": 1, "frame_statistics": True},
    "probing": {
        "C": [0.1],
        "inner_folds": 2,
        "null_runs": 0,
        "permutations": 99,
        "poolings": ["mean"],
        "datasets": ["speech", "song"],
    },
    "distances": {"poolings": ["mean"], "draws": 2, "half_samples": 20, "swaps": 19},
    "explanation": {
        "k": [4],
        "inner_folds": 2,
        "random_draws": 100,
        "half_samples": 25,
        "permutations": 99,
        "datasets": ["speech"],
    },
    "transfer": {
        "tuners": {"lora": "lora"},
        "grid": [{"directions": [["song", "speech"]], "conditions": ["two-stage", "source-only"]}],
        "training": {"epochs": 2, "batch_clips": 8},
        "permutations": 99,
        "threads": 1,
    },
}

NETWORK = "tiny-wav2vec2"
STAGE = f"results/transfer/stages/neutral+angry/song/{NETWORK}/lora/whole/strict/seed_1"
VOICES = "results/synthetic/song_1_speakers_strength_1.0"
# {rule: everything that one of its jobs makes, the target first}; of rules that write in ways of their own
MADE_BY = {
    "synthesise": [f"{VOICES}/planted.csv", f"{VOICES}/audio/*"],
    "manifest": ["results/corpora/speech/manifest.parquet", "results/corpora/speech/set_aside.parquet"],
    "embed": [f"results/embeddings/speech/{NETWORK}/layer_1.parquet", f"results/embeddings/speech/{NETWORK}/*"],
    "measure_acoustics": ["results/acoustics/speech/eGeMAPSv02.parquet"],
    "explain": [f"results/explanation/speech/{NETWORK}/layer_1/angry/{name}.parquet" for name in ("scores", "*")],
    "train_stage": [f"{STAGE}/checkpoint.json", f"{STAGE}/*.parquet", f"{STAGE}/*/*"],
    "summarise_transfer": ["results/transfer/scores.csv", "results/transfer/*.csv", "results/transfer/*.parquet"],
    "figures_probing": [f"results/figures/speech/{name}.*" for name in ("layer_curves", "recall_*", "confusion")],
    "report": ["results/report.html"],
    "paper": ["results/paper/README.md", "results/paper/*.*", "results/paper/*/*"],
}
MADE_BY["figures_probing"].insert(0, "results/figures/speech/layer_curves.svg")


def new_faults(folder: Path) -> Project:
    """The project with the little corpora and the reduced study, nothing run yet."""
    project = new_study(folder)
    project.config = FAULTS
    return project
