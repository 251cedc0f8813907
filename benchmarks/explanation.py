"""Time of one explanation at RAVDESS size, both forms: what the rule `explain` does for one emotion of one layer.

24 speakers, 192 clips of the emotion and 96 of neutral among 1440, 88 acoustic features. `full` is a layer with the
full curve (k = 10, 20, ... 510) and the published form, `coarse` any other layer of the atlas. One process with one
BLAS thread does a whole job, so two cores do two jobs at a time.

    python benchmarks/explanation.py             # about six minutes
    python benchmarks/explanation.py --coarse    # a layer of the atlas only
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

from workflow_scripts.explanation.published import explain_as_published
from workflow_scripts.explanation.ranking import numbers_below
from workflow_scripts.explanation.strict import Sample, Settings, Strict
from workflow_scripts.study.plan import FULL_CURVE

SPEAKERS, EMOTIONS, FEATURES = 24, 8, 88
COARSE = (10, 20, 50, 100, 200)
BAR = 300.0
CATEGORIES = np.repeat(["Energy", "Frequency", "Spectral", "Temporal"], [15, 24, 43, 6]).tolist()


def recordings(width: int, seed: int) -> dict[str, np.ndarray]:
    """1440 clips of all emotions (0 is neutral, with half as many): vectors and features have factors in common."""
    rng = np.random.default_rng([seed, width])
    speaker, emotion, strong = [], [], []
    for one in range(SPEAKERS):
        for word in range(EMOTIONS):
            take = 4 if word == 0 else 8
            speaker += [f"{one + 1:02d}"] * take
            emotion += [word] * take
            strong += [index >= 4 for index in range(take)]
    who, what = np.array([int(name) - 1 for name in speaker]), np.array(emotion)
    factors = rng.standard_normal((len(who), 60)) + rng.standard_normal((SPEAKERS, 60))[who]
    factors += 0.8 * rng.standard_normal((EMOTIONS, 60))[what]
    x = factors @ rng.standard_normal((60, width)) + 4 * rng.standard_normal((len(who), width))
    y = factors @ rng.standard_normal((60, FEATURES)) + 6 * rng.standard_normal((len(who), FEATURES))
    return {"speaker": np.array(speaker), "emotion": what, "strong": np.array(strong), "x": x, "y": y}


def timed(what: str, work: Callable[[], object]) -> float:
    """CPU seconds of a piece of work, which is printed."""
    start, wall = time.process_time(), time.perf_counter()
    work()
    spent = time.process_time() - start
    print(f"  {what:46s} {spent:7.1f} CPU s  {time.perf_counter() - wall:7.1f} s wall", flush=True)
    return spent


def strictly(clips: dict[str, np.ndarray], keep: np.ndarray, ks: Sequence[int], whole: bool, words: str) -> float:
    """The strict form under one condition."""
    sample = Sample(
        clips["x"][keep], clips["y"][keep], clips["emotion"][keep] == 1, clips["speaker"][keep],
        np.array([int(name) % 6 for name in clips["speaker"][keep]]),
    )  # fmt: skip
    settings = Settings((0.001, 0.01, 0.1, 1.0), 5, 999, 2000, 1)
    made: list[Strict] = []
    width = sample.vectors.shape[1]
    spent = timed(
        f"{words}: curve", lambda: made.append(Strict(sample, numbers_below(ks, width), settings, curves=whole))
    )
    explained = made[0]
    names = [f"feature-{place}" for place in range(FEATURES)]
    spent += timed(f"{words}: prediction, k {explained.k:g}", lambda: explained.prediction(names, CATEGORIES))
    spent += timed(f"{words}: scores", explained.scores)
    if whole:
        spent += timed(f"{words}: SHAP and importance", lambda: explained.importance(explained.attributions()[0]))
        spent += timed(f"{words}: rows of the curve", explained.curve)
        spent += timed(f"{words}: stability", lambda: explained.stability(numbers_below(COARSE, width), 50))
    return spent


def job(width: int, full: bool, seed: int) -> float:
    """All that the rule does for one emotion of one layer; CPU seconds."""
    clips = recordings(width, seed)
    keep = clips["emotion"] < 2
    print(f"{'full' if full else 'coarse'} job, {keep.sum()} clips x {width}, {FEATURES} features")
    spent = strictly(clips, keep, FULL_CURVE if full else COARSE, True, "strict")
    spent += strictly(clips, keep & ~clips["strong"], COARSE, False, "strict, normal intensity")
    if full:
        names = [f"feature-{place}" for place in range(FEATURES)]
        spent += timed(
            "as published",
            lambda: explain_as_published(
                clips["x"], clips["y"], clips["emotion"] == 1, clips["emotion"] == 0, clips["speaker"], names,
                CATEGORIES, "angry", seed, {},
            ),
        )  # fmt: skip
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coarse", action="store_true", help="only a layer of the atlas")
    parser.add_argument("--width", type=int, default=1024, help="of the layer with the full curve")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    spent = job(768, False, arguments.seed)
    print(f"coarse: {spent:.0f} CPU s a job")
    if not arguments.coarse:
        spent = job(arguments.width, True, arguments.seed)
        print(f"full: {spent:.0f} CPU s a job (bar: {BAR:.0f} s on two cores, which do two such jobs in that time)")


if __name__ == "__main__":
    main()
