"""Made-up tables of distances for the tests of figures: planted orders, no audio, nothing measured."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.study.schemas import TABLES

Tables = dict[str, pd.DataFrame]
Models = dict[str, dict[str, Any]]

PAIR = ("speech", "song")
OTHER = ("speech-level", "song-level")
CONDITIONS = [[list(OTHER), "levels matched, windows of 1.0 s"]]
EMOTIONS = ["neutral", "calm", "happy", "sad", "angry", "fearful"]
PAPER = {"angry": 1.5, "fearful": 1.5, "happy": 3.0, "sad": 4.0, "neutral": 5.0, "calm": 6.0}
FEATURES = {
    category: [f"{category[:4]}{number}_sma3nz_amean" for number in range(8)] for category in ("Energy", "Frequency")
}
CLIPS = 4  # of each speaker, at which emotions are compared
MEASURES = {
    "published": ["frechet", "frechet-mean", "frechet-covariance"],
    "shared": ["frechet", "kernel", "mean-term", "kernel-half"],
    "equal": ["frechet", "kernel", "mean-term"],
}


def models(layers: int = 3, networks: int = 1, acoustics: bool = True) -> Models:
    """Facts of some networks of equal depth, and of an acoustic feature set."""
    facts: Models = {
        f"network-{number}": {"family": "hubert", "weights": "local", "layers": [str(layer) for layer in range(layers)]}
        for number in range(networks)
    }
    if acoustics:
        facts["eGeMAPSv02"] = {"family": "acoustics", "weights": "none", "layers": ["functionals"]}
    return facts


def tables(
    models: Models,
    emotions: Sequence[str] = EMOTIONS,
    paper: dict[str, float] = PAPER,
    frames: bool = True,
    speakers: int = 8,
    paired: bool = True,
) -> Tables:
    """ranking, ranks, agreement, distances and drivers of both pairs, in the columns that the workflow writes."""
    rng = np.random.default_rng(1)
    made: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("ranking", "ranks", "agreement", "distances", "drivers")
    }
    for pair in (PAIR, OTHER):
        for model, facts in models.items():
            for variant in _variants(facts["family"] == "acoustics", frames):
                for layer in ["mean", *facts["layers"]]:
                    about = {"first": pair[0], "second": pair[1], "model": model, "layer": layer, **variant}
                    _ranked(made, about, emotions, paper, speakers, rng)
                    if layer != "mean":
                        made["distances"] += _cells(about, pair, emotions, speakers, paired, rng)
            if "eGeMAPSv02" in models:
                made["drivers"] += _driven(pair, model, facts, emotions, speakers, rng)
    schemas = {"distances": "study_distances", "drivers": "study_distance_drivers"}
    return {
        name: pd.DataFrame(rows).reindex(columns=[*TABLES[schemas.get(name, f"distance_{name}")]])
        for name, rows in made.items()
    }


def _variants(acoustic: bool, frames: bool) -> list[dict[str, Any]]:
    poolings, scales = (["functionals"], ["raw", "rank-normal"]) if acoustic else (["mean", "mean-active"], ["raw"])
    found = [
        {"grain": "clip", "pooling": pooling, "scale": scale, "condition": condition, "form": form,
         "clips_per_speaker": CLIPS if form == "equal" else 0, "measure": measure}
        for pooling in poolings for scale in scales for condition in ("all", "normal-intensity")
        for form, measures in MEASURES.items() for measure in measures
    ]  # fmt: skip
    if frames and not acoustic:
        of_frames = {"grain": "frame", "pooling": "", "scale": "raw", "condition": "all", "form": "published"}
        found.append({**of_frames, "clips_per_speaker": 0, "measure": "frechet"})
    return found


def _ranked(
    made: dict[str, list[dict[str, Any]]], about: dict[str, Any], emotions: Sequence[str], paper: dict[str, float],
    speakers: int, rng: np.random.Generator,
) -> None:  # fmt: skip
    count, equal = len(emotions), about["form"] == "equal"
    order = rng.permutation(count) + 1
    shares = rng.dirichlet(np.ones(count), size=count)
    for index, emotion in enumerate(emotions):
        value = 0.1 * order[index] + 0.01 * rng.random()
        made["ranking"].append(
            {**about, "emotion": emotion, "value": value, "low": value - 0.1 if equal else np.nan,
             "high": value + 0.1 if equal else np.nan, "floor": 0.01 if equal else np.nan, "rank": float(order[index]),
             "mean_rank": (shares[index] * range(1, count + 1)).sum() if equal else np.nan,
             "p_nearest": shares[index, 0] if equal else np.nan, "p_farthest": shares[index, -1] if equal else np.nan,
             "rank_paper": paper.get(emotion, np.nan), "n_half_samples": 200 if equal else 0, "n_speakers": speakers,
             "note": ""}
        )  # fmt: skip
        for place in range(count) if equal else ():
            made["ranks"].append({**about, "emotion": emotion, "rank": place + 1, "probability": shares[index, place]})
    if sum(emotion in paper for emotion in emotions) > 1:
        tau = {**about, "what": "paper", "of": about["model"], "value": rng.uniform(-1, 1), "p": rng.random()}
        made["agreement"].append({**tau, "n_models": 1, "n_emotions": count, "note": ""})


def _cells(
    about: dict[str, Any], pair: tuple[str, str], emotions: Sequence[str], speakers: int, paired: bool,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:  # fmt: skip
    groups = [(dataset, emotion) for dataset in pair for emotion in emotions]
    numbers = [CLIPS, 2 * CLIPS] if about["form"] == "equal" else [0]
    return [
        {**about, "clips_per_speaker": number, "first_dataset": one[0], "first_emotion": one[1],
         "second_dataset": other[0], "second_emotion": other[1], "value": rng.random(), "unit": 2.0,
         "n_first": 16, "n_second": 32, "n_speakers": speakers, "paired": paired}
        for one, other in combinations(groups, 2) for number in numbers
    ]  # fmt: skip


def _driven(
    pair: tuple[str, str], model: str, facts: dict[str, Any], emotions: Sequence[str], speakers: int,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:  # fmt: skip
    rows = []
    blank = {"first": pair[0], "second": pair[1], "model": model, "n_speakers": speakers, "feature": "", "note": ""}
    for emotion in sorted(emotions):
        if facts["family"] == "acoustics":
            shift = {**blank, "layer": "functionals", "pooling": "functionals", "emotion": emotion, "what": "shift"}
            for category, names in FEATURES.items():
                for name in ["", *names]:
                    value = rng.normal() if name else rng.random()
                    p = rng.choice([0.01, 0.5]) if name else np.nan
                    about = {**shift, "category": category, "feature": name, "features": ""}
                    ends = {"value": value, "low": value - 0.2, "high": value + 0.2}
                    rows.append({**about, **ends, "p_adjusted": p, "p_smallest": 0.008})
            continue
        for layer in facts["layers"]:
            share = {**blank, "layer": layer, "pooling": "mean", "emotion": emotion, "what": "accounted"}
            sets = [("all", ""), *((how, category) for how in ("only", "without") for category in FEATURES)]
            for how, category in sets:
                # the first emotion has no clear distance
                value = np.nan if emotion == min(emotions) else rng.random()
                note = "no share: the squared distance is not clearly above 0" if np.isnan(value) else ""
                ends = {"value": value, "low": value - 0.1, "high": value + 0.1}
                rows.append({**share, "features": how, "category": category, **ends, "note": note})
    return rows
