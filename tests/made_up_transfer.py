"""Made-up predictions of trainings, for the tests of transfer's summaries, figures and report: planted, no audio."""

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from once import once

from tests.made_up import DATASETS, EMOTIONS
from tests.made_up import manifest as of_eight
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.transfer_claims import transfer_claims
from workflow_scripts.summaries.transfer_comparisons import transfer_comparisons
from workflow_scripts.summaries.transfer_scores import transfer_scores

MODELS: dict[str, dict[str, Any]] = {
    name: {"family": family, "weights": "local", "architecture": "", "source": "", "layers": ["0", "1", "2"]}
    for name, family in (("hubert-base", "hubert"), ("wav2vec2-base", "wav2vec2"), ("mert-v1-95m", "mert"))
}
PEFT = [["weighted-sum", {}], ["lora", {"rank": 8}], ["bottleneck", {}]]
TUNERS: dict[str, dict[str, Any]] = {
    name: {"parts": parts, "training": {"epochs": 6, "class_weights": weighted}}
    for name, parts, weighted in (
        ("frozen", [["frozen", {}]], False),
        ("weighted-sum", [["weighted-sum", {}]], False),
        ("peft", PEFT, False),
        ("peft-weighted", PEFT, True),
    )
}
CONDITIONS = ["direct", "two-stage", "source-only", "joint", "shuffled-source", "equal-updates"]
# share of right answers, strict; what the other protocols add
PLANTED = {"direct": 0.45, "two-stage": 0.75, "source-only": 0.35, "joint": 0.60, "shuffled-source": 0.45,
           "equal-updates": 0.45}  # fmt: skip
OF_TUNER = {"frozen": -0.2, "weighted-sum": -0.1, "peft": 0.0, "peft-weighted": 0.0}
LEAK = {"strict": 0.0, "twins": 0.05, "paper1": 0.15}
BIAS = dict(zip(EMOTIONS, (-0.2, -0.1, 0.0, 0.0, 0.15, 0.15), strict=True))  # of the trainings without class weights
PROTOCOLS = ["strict", "paper1", "twins"]
NOTHING: dict[str, float] = {}


def manifest(dataset: str) -> pd.DataFrame:
    """Clips of sixteen speakers: with eight, no comparison outlasts the correction over so many."""
    clips = of_eight(dataset)
    others = clips.assign(
        clip_id=clips["clip_id"] + "-more", speaker=[f"{int(speaker) + 8:02d}" for speaker in clips["speaker"]]
    )
    return pd.concat([clips, others], ignore_index=True)


def trained(
    clips: pd.DataFrame,
    share: float,
    *names: str,
    protocol: str = "strict",
    seeds: int = 1,
    of_emotion: Mapping[str, float] = NOTHING,
    of_speaker: Mapping[str, float] = NOTHING,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """Table transfer_predictions of one training, right with a given probability, else one of the other emotions.

    Args:
        clips: manifest of the target.
        share: probability; `of_emotion` and `of_speaker` add to it.
        names: source, target, model, tuner, condition.
        protocol: strict tests every clip, the others a fifth, drawn by the seed.
        seeds: how many.
        rng: by default named after `names`, so that no training follows another's draws.
    """
    source, target, model, tuner, condition = names
    rng = rng or np.random.default_rng(zlib.crc32(" ".join([*names, protocol]).encode()))
    emotions = sorted(set(clips["emotion"]), key=EMOTIONS.index)
    frames = []
    for repeat in range(seeds):
        part = clips if protocol == "strict" else clips.sample(frac=0.2, random_state=repeat)
        own = share + part["emotion"].map(lambda name: of_emotion.get(name, 0.0)).to_numpy(dtype=float)
        own = own + part["speaker"].map(lambda name: of_speaker.get(name, 0.0)).to_numpy(dtype=float)
        true = np.array([emotions.index(emotion) for emotion in part["emotion"]])
        wrong = (true + rng.integers(1, max(len(emotions), 2), len(part))) % len(emotions)
        predicted = np.where(rng.random(len(part)) < own, true, wrong)
        fold = pd.factorize(part["speaker"], sort=True)[0] // 2 if protocol == "strict" else 0
        frame = pd.DataFrame(
            {
                "clip_id": part["clip_id"].to_numpy(), "speaker": part["speaker"].to_numpy(), "protocol": protocol,
                "repeat": repeat, "fold": fold, "source": source, "target": target, "model": model, "tuner": tuner,
                "condition": condition, "true": part["emotion"].to_numpy(), "predicted": np.array(emotions)[predicted],
                "speaker_in_training": protocol != "strict",
            }
        )  # fmt: skip
        for code, emotion in enumerate(emotions):
            frame[f"p_{emotion}"] = np.where(predicted == code, 0.7, 0.3 / max(len(emotions) - 1, 1))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


OF_MODEL = {"hubert-base": [*TUNERS], "wav2vec2-base": ["weighted-sum", "peft"], "mert-v1-95m": ["peft"]}


def grid() -> list[tuple[str, str, str, str]]:
    """(target, model, tuner, condition) of the made-up study: everything of one network, else what the claims need."""
    return [
        (target, model, tuner, condition)
        for target in DATASETS
        for model, tuners in OF_MODEL.items()
        for tuner in tuners
        for condition in (CONDITIONS if whole(model, tuner) else CONDITIONS[:3])
    ]


def whole(model: str, tuner: str) -> bool:
    """Whether the made-up study has all conditions and protocols of it."""
    return model == "hubert-base" and tuner == "peft"


@once
def predictions() -> pd.DataFrame:
    """All trainings of the made-up study, two seeds each."""
    frames = []
    for target, model, tuner, condition in grid():
        source = next(name for name in DATASETS if name != target)
        share = PLANTED[condition] + OF_TUNER[tuner]
        if model == "mert-v1-95m" and condition == "two-stage":
            share -= 0.25
        for protocol in PROTOCOLS if whole(model, tuner) else PROTOCOLS[:2]:
            frames.append(
                trained(
                    manifest(target), share + LEAK[protocol], "" if condition == "direct" else source, target, model,
                    tuner, condition, protocol=protocol, seeds=2,
                    of_emotion=NOTHING if tuner == "peft-weighted" else BIAS,
                )
            )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def manifests() -> dict[str, pd.DataFrame]:
    return {name: manifest(name) for name in DATASETS}


def ranking() -> pd.DataFrame:
    """Table distance_ranking: emotions that are recognised best lie nearest at the last layer, by both forms."""
    rows = [
        {
            "first": "speech", "second": "song", "model": model, "layer": layer, "grain": "clip", "pooling": pooling,
            "scale": "raw", "condition": "all", "form": form, "clips_per_speaker": 4, "measure": measure,
            "emotion": emotion,
            "value": 1.0 - (BIAS[emotion] + 0.001 * EMOTIONS.index(emotion)) * (1 if layer == "2" else -1),
        }
        for model in MODELS
        for layer in ("1", "2", "mean")
        for pooling in ("mean", "mean-active")
        for form, measure in (("equal", "kernel"), ("published", "frechet"))
        for emotion in EMOTIONS
    ]  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=[*TABLES["distance_ranking"]])


def curves() -> pd.DataFrame:
    """Table study_transfer_curves: three folds and six epochs of every job that trains, each once."""
    frames = []
    for target, model, tuner, condition in grid():
        source = next(name for name in DATASETS if name != target)
        training = "plain" if condition == "direct" else ""
        if condition != "source-only":
            frames.append(_curve("" if condition == "direct" else source, target, model, tuner, condition, training))
        if condition == "shuffled-source":
            frames.append(_curve("", source, model, tuner, "direct", "shuffled"))
    return pd.concat(frames, ignore_index=True)


def _curve(source: str, target: str, model: str, tuner: str, condition: str, training: str) -> pd.DataFrame:
    top = 0.25 if training == "shuffled" else PLANTED[condition] + OF_TUNER[tuner]
    start = 0.3 if condition == "two-stage" else 1 / 6
    rows = [
        {
            "training": training, "emotions": " ".join(EMOTIONS), "source": source, "target": target, "model": model,
            "tuner": tuner, "condition": condition, "protocol": "strict", "seed": 1, "fold": fold, "stage": "target",
            "epoch": epoch, "updates": 8 * epoch, "training_loss": 1.8 - 1.5 * reached * top,
            "validation_loss": 1.8 - 1.2 * reached * top + 0.05 * fold,
            "validation_uar": start + (top - start) * reached - 0.02 * fold, "seconds": 1.0, "head": 0,
            "best": epoch == 5,
        }
        for fold in range(3)
        for epoch in range(1, 7)
        for reached in [1 - 0.6**epoch]
    ]  # fmt: skip
    return pd.DataFrame(rows)


@once
def scores() -> pd.DataFrame:
    return transfer_scores(predictions(), manifests(), permutations=39, seed=1)


@once
def comparisons() -> pd.DataFrame:
    return transfer_comparisons(predictions(), TUNERS, seed=1)


@once
def claims() -> pd.DataFrame:
    facts = {"models": MODELS, "datasets": DATASETS, "tuners": TUNERS}
    printed = pd.read_csv("resources/published/paper1.csv", keep_default_na=False)
    return transfer_claims(predictions(), comparisons(), ranking(), manifests(), printed, facts, seed=1)


def study() -> dict[str, pd.DataFrame]:
    """The tables of the made-up study, by the functions that the workflow uses."""
    return {"scores": scores(), "comparisons": comparisons(), "claims": claims(), "curves": curves()}
