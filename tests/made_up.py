"""A made-up study for the tests of summaries, figures and report: predictions with planted accuracies, no audio."""

import zlib
from typing import Any

import numpy as np
import pandas as pd
from once import once

from workflow_scripts.materials.confounds import confounds
from workflow_scripts.materials.leaks import within
from workflow_scripts.statistics.scores import scores
from workflow_scripts.summaries.audit import audit
from workflow_scripts.summaries.comparisons import comparisons
from workflow_scripts.summaries.curves import curves
from workflow_scripts.summaries.headlines import headlines
from workflow_scripts.summaries.select import mark_headline

EMOTIONS = ["neutral", "calm", "happy", "sad", "angry", "fearful"]
SPEAKERS = [f"{number:02d}" for number in range(1, 9)]
MODELS: dict[str, dict[str, Any]] = {
    "hubert-base": {"family": "hubert", "weights": "local", "architecture": "", "source": "facebook/hubert-base-ls960",
                    "layers": ["0", "1", "2", "3"]},
    "untrained-hubert-base": {"family": "hubert", "weights": "untrained", "architecture": "hubert-base", "source": "",
                              "layers": ["0", "1", "2", "3"]},
    "eGeMAPSv02": {"family": "acoustics", "weights": "none", "architecture": "", "source": "",
                   "layers": ["functionals"]},
}  # fmt: skip
DATASETS: dict[str, dict[str, Any]] = {
    name: {"corpus": f"ravdess-{name}", "domain": name, "synthetic": False, "level": "as-recorded", "crop": None,
           "protocols": ["strict", "paper1"], "emotions": EMOTIONS}
    for name in ("speech", "song")
}  # fmt: skip
# share of right answers by layer, strict; paper1 is better by LEAK
PLANTED = {
    "hubert-base": [0.35, 0.55, 0.85, 0.50],
    "untrained-hubert-base": [0.20, 0.20, 0.20, 0.20],
    "eGeMAPSv02": [0.60],
}
LEAK = 0.1
SETTINGS = {"probes": ["logistic"], "speaker_normalisation": ["none", "per-speaker"], "permutations": 39, "seed": 1}


def manifest(dataset: str, repetitions: int = 2) -> pd.DataFrame:
    """Clips of eight speakers, every emotion in two sentences and some repetitions."""
    rows = [
        {
            "clip_id": f"{dataset}/{speaker}-{emotion}-{statement}-{repetition}",
            "path": f"{dataset}/{speaker}-{emotion}-{statement}-{repetition}.wav",
            "audio_hash": f"{dataset}{speaker}{emotion}{statement}{repetition}",
            "seconds": 3.0 + 0.1 * repetition, "sample_rate": 48000, "channels": 1, "corpus": f"ravdess-{dataset}",
            "domain": dataset, "pool": "ravdess", "speaker": speaker, "sex": "male" if int(speaker) % 2 else "female",
            "emotion": emotion, "label": emotion,
            "intensity": "normal" if emotion == "neutral" or statement == "kids" else "strong",
            "statement": statement, "repetition": repetition,
            "melody": "" if dataset == "speech" else MELODY[emotion], "language": "en", "onset": 0.2,
            "active_fraction": 0.6, "level_db": -30.0 + EMOTIONS.index(emotion), "crop_start": 0.0,
            "prepared_seconds": 3.0,
            "prepared_active_fraction": 0.6, "prepared_level_db": -30.0 + EMOTIONS.index(emotion), "gain_db": 0.0,
            "remarks": "",
        }
        for speaker in SPEAKERS
        for emotion in EMOTIONS
        for statement in ("kids", "dogs")
        for repetition in range(1, repetitions + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


MELODY = {
    "neutral": "neutral", "calm": "positive", "happy": "positive",
    "sad": "negative", "angry": "negative", "fearful": "negative",
}  # fmt: skip


def predictions(
    clips: pd.DataFrame, accuracy: float, seed: int, pooling: str = "mean", null_runs: int = 2
) -> pd.DataFrame:
    """Predictions that are right with probability `accuracy` (paper1: LEAK more), else one of the other emotions."""
    rng = np.random.default_rng(seed)
    frames = []
    for protocol in ("strict", "paper1"):
        for repeat in range(1 if protocol == "strict" else 2):
            for how in SETTINGS["speaker_normalisation"]:
                for run in range(1 + (null_runs if (protocol, how) == ("strict", "none") else 0)):
                    frames.append(_one(clips, accuracy, rng, protocol, repeat, how, run))
    return pd.concat(frames, ignore_index=True).assign(pooling=pooling, probe="logistic")


def _one(
    clips: pd.DataFrame, accuracy: float, rng: np.random.Generator, protocol: str, repeat: int, how: str, run: int
) -> pd.DataFrame:
    part = clips if protocol == "strict" else clips.sample(frac=0.2, random_state=repeat)
    true = np.array([EMOTIONS.index(emotion) for emotion in part["emotion"]])
    share = accuracy + (LEAK if protocol == "paper1" else 0) + (0.02 if how == "per-speaker" else 0)
    right = rng.random(len(part)) < (1 / 6 if run else share)
    predicted = np.where(right, true, (true + rng.integers(1, len(EMOTIONS), len(part))) % len(EMOTIONS))
    frame = pd.DataFrame(
        {
            "clip_id": part["clip_id"].to_numpy(), "speaker": part["speaker"].to_numpy(), "protocol": protocol,
            "repeat": repeat, "fold": [int(speaker) // 2 if protocol == "strict" else 0 for speaker in part["speaker"]],
            "speaker_normalisation": how, "null_run": run, "true": part["emotion"].to_numpy(),
            "predicted": np.array(EMOTIONS)[predicted],
        }
    )  # fmt: skip
    for code, emotion in enumerate(EMOTIONS):
        frame[f"p_{emotion}"] = np.where(predicted == code, 0.7, 0.06)
    return frame


def choices(rows: pd.DataFrame, accuracy: float) -> pd.DataFrame:
    """The inner score of every fold: the planted accuracy."""
    keys = ["protocol", "repeat", "fold", "probe", "pooling", "speaker_normalisation", "null_run"]
    found = rows[keys].drop_duplicates().reset_index(drop=True)
    return found.assign(C=0.1, inner_uar=accuracy, at_edge=False)


@once
def study() -> dict[str, pd.DataFrame]:
    """All tables of the made-up study, by the functions that the workflow uses: within and across two datasets."""
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in ("scores", "layers", "best", "confusion", "cross")}
    for dataset in DATASETS:
        clips = manifest(dataset)
        for source in DATASETS:
            for model in MODELS:
                scores_, curve, best, counts = summarised(clips, dataset, source, model)
                made["scores"].append(scores_)
                if source == dataset:
                    made["layers"].append(curve)
                    made["best"].append(best)
                    made["confusion"].append(counts)
                else:
                    made["cross"].append(best)
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in made.items()}
    return {**tables, "comparisons": comparisons(tables["best"], MODELS, seed=1, folds=dict.fromkeys(DATASETS, 4))}


def summarised(clips: pd.DataFrame, dataset: str, source: str, model: str) -> list[pd.DataFrame]:
    """Scores of all layers, curve, headline scores and confusions of one model; worse across datasets than within."""
    layers = MODELS[model]["layers"]
    pooling = "functionals" if MODELS[model]["family"] == "acoustics" else "mean"
    parts: dict[str, list[pd.DataFrame]] = {"predictions": [], "choices": [], "scores": []}
    for place, layer in enumerate(layers):
        accuracy = max(PLANTED[model][place] - (0.15 if source != dataset else 0.0), 1 / 6)
        seed = zlib.crc32(f"{dataset} {source} {model} {layer}".encode())
        rows = predictions(clips, accuracy, seed, pooling, null_runs=2 if source == dataset else 0)
        found = scores(rows, clips, permutations=SETTINGS["permutations"], seed=1)
        for name, table in (("predictions", rows), ("choices", choices(rows, accuracy)), ("scores", found)):
            parts[name].append(table.assign(layer=layer))
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    curve = curves(tables["scores"], layers, seed=1)
    best, counts = headlines(
        tables["predictions"], tables["choices"], tables["scores"], curve, clips, layers, SETTINGS["permutations"], 1
    )
    spec = {**SETTINGS, "poolings": [pooling]}
    names = {"dataset": dataset, "source": source, "model": model}
    marked = [mark_headline(table.assign(**names), spec) for table in (curve, best, counts)]
    return [tables["scores"].assign(**names), *marked]


@once
def leaks_and_confounds() -> pd.DataFrame:
    """The audit of the made-up material: strict folds without leaks, paper1 draws with them."""
    leaks, told = [], []
    for dataset in DATASETS:
        clips = manifest(dataset)
        strict = clips[["clip_id"]].assign(repeat=0, fold=[int(speaker) // 2 for speaker in clips["speaker"]])
        drawn = clips[["clip_id"]].assign(repeat=0, fold=-1)
        drawn.loc[drawn.sample(frac=0.2, random_state=1).index, "fold"] = 0
        leaks += [within(dataset, "strict", clips, strict), within(dataset, "paper1", clips, drawn)]
        told.append(confounds(dataset, clips))
    return audit(leaks, told)
