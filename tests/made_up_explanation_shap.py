"""Made-up clips with their acoustic features and SHAP values."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from made_up_explanation import CATEGORY, EMOTIONS, FEATURES, FIRST, random


def clips(dataset: str, emotion: str, speakers: int = 24) -> Iterator[tuple[str, str, bool]]:
    """clip_id, speaker and whether it has the emotion: eight clips of the emotion and four others of each speaker."""
    for number in range(1, speakers + 1):
        for take in range(12):
            positive = take < 8
            yield f"{dataset}/{number:02d}-{emotion if positive else 'neutral'}-{take:02d}", f"{number:02d}", positive


def mean_shap(dataset: str, emotion: str) -> npt.NDArray[np.float64]:
    """Mean |SHAP| of every acoustic feature: about what the values of `shap` have."""
    rng = random("shap", dataset, emotion)
    first = np.where(CATEGORY.to_numpy() == FIRST.get(emotion, "Spectral"), 2.0, 1.0)
    return np.asarray(first * rng.gamma(0.6, 0.12, len(FEATURES)))


def acoustics(dataset: str, emotions: Sequence[str] = EMOTIONS, speakers: int = 24) -> pd.DataFrame:
    """The acoustic features of all clips: table `acoustics` with a column per feature."""
    names = list(dict.fromkeys(clip for emotion in emotions for clip, _, _ in clips(dataset, emotion, speakers)))
    scale = random("scale").lognormal(0, 2, len(FEATURES))
    values = np.array([random(name).normal(size=len(FEATURES)) for name in names]).reshape(-1, len(FEATURES)) * scale
    return pd.concat(
        [pd.DataFrame({"clip_id": names, "audio_hash": names}), pd.DataFrame(values, columns=FEATURES)], axis=1
    )


def shap(dataset: str, emotion: str, speakers: int = 24) -> pd.DataFrame:
    """Held-out SHAP values of the acoustic features of every clip: table `explanation_shap`, a column per feature.

    A value is the standardised feature times a coefficient, which is negative for every second feature.
    """
    rows = pd.DataFrame(clips(dataset, emotion, speakers), columns=["clip_id", "speaker", "positive"])
    features = acoustics(dataset, [emotion], speakers).set_index("clip_id").loc[rows["clip_id"], FEATURES].to_numpy()
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    sign = np.where(np.arange(len(FEATURES)) % 2, -1.0, 1.0)
    values = standard * sign * mean_shap(dataset, emotion) / 0.8
    fold = [int(speaker) % 6 for speaker in rows["speaker"]]
    rows = rows.assign(fold=fold, decision=values.sum(axis=1) + 0.7, expected=0.7)
    return pd.concat([rows, pd.DataFrame(values, columns=FEATURES)], axis=1)
