"""What each protocol reports in worlds where the score that a new speaker would get is known.

24 speakers with 44 clips each, laid out as RAVDESS song is, and a vector for each clip: noise, and on top of it a
pattern of the emotion. In one world all speakers share it. In the next each speaker has patterns of its own, so that
nothing can be known of a new one. In the last every take of a sentence resembles its twin and nothing else, so that
nothing can be known of a new sentence either.

    python benchmarks/made_up_worlds.py    # half a minute of CPU
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from workflow_scripts.materials import folds
from workflow_scripts.statistics.metrics import confusion, uar

EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful")
SPEAKERS, WIDTH, SEEDS = 24, 768, 3
# World: what the clips of a pattern have in common, and the pattern's strength against noise of 1.
SHARED = {
    "all speakers": (["emotion"], 0.11),
    "each speaker alone": (["emotion", "speaker"], 0.6),
    "twins alone": (["emotion", "speaker", "intensity", "statement"], 2.0),
}


def clips() -> pd.DataFrame:
    """Manifest: two sentences, two takes, two intensities of all emotions but neutral, of every speaker."""
    rows = [
        (f"{s:02d}", ("male", "female")[s % 2], emotion, intensity, statement, take)
        for s in range(SPEAKERS)
        for emotion in EMOTIONS
        for intensity in (("normal",) if emotion == "neutral" else ("normal", "strong"))
        for statement in ("kids", "dogs")
        for take in (1, 2)
    ]
    frame = pd.DataFrame(rows, columns=["speaker", "sex", "emotion", "intensity", "statement", "repetition"])
    return frame.assign(clip_id=["-".join(map(str, row)) for row in rows])


def vectors(manifest: pd.DataFrame, shared: list[str], strength: float, seed: int) -> np.ndarray:
    """Vectors (clips, WIDTH): noise, and one random pattern for every combination of the columns `shared`."""
    rng = np.random.default_rng([seed, len(shared)])
    codes = manifest.groupby(shared).ngroup().to_numpy()
    patterns = rng.standard_normal((codes.max() + 1, WIDTH))
    return strength * patterns[codes] + rng.standard_normal((len(manifest), WIDTH))


def score(manifest: pd.DataFrame, x: np.ndarray, dealt: pd.DataFrame) -> float:
    """UAR: mean over draws of the confusions of all clips that the draw tests."""
    place = {clip: position for position, clip in enumerate(manifest["clip_id"])}
    labels = manifest["emotion"].map(EMOTIONS.index).to_numpy()
    found = []
    for _, draw in dealt.groupby("repeat"):
        rows, fold = draw["clip_id"].map(place).to_numpy(), draw["fold"].to_numpy()
        table = np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=np.int64)
        for tested in sorted(set(fold) - {-1}):
            train, test = rows[fold != tested], rows[fold == tested]
            fitted = LogisticRegression(C=0.01, max_iter=500).fit(x[train], labels[train])
            table += confusion(labels[test], fitted.predict(x[test]), len(EMOTIONS))
        found.append(float(uar(table)))
    return float(np.mean(found))


def scores_of_worlds() -> pd.DataFrame:
    """Columns row (world), what (protocol), value, low, high: mean, least and most over seeds."""
    manifest = clips()
    dealt = {
        "strict": folds.strict(manifest, None),
        "twins": folds.twins(manifest, 2),
        "paper1": folds.paper1(manifest, 2),
    }
    rows = []
    for world, (shared, strength) in SHARED.items():
        made = [vectors(manifest, shared, strength, seed) for seed in range(SEEDS)]
        for protocol, parts in dealt.items():
            values = [score(manifest, x, parts) for x in made]
            rows.append((world, protocol, np.mean(values), min(values), max(values)))
    return pd.DataFrame(rows, columns=["row", "what", "value", "low", "high"])


if __name__ == "__main__":
    print(scores_of_worlds().round(3).to_string(index=False))
