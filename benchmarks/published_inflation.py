"""Both forms of the explanation on pure noise: what the published one makes of it, and that the strict one does not.

24 speakers, 4 neutral and 8 emotional clips each as in RAVDESS, 60 latent factors and noise, labels that mean nothing.
The form of paper 2 ranks and counts dimensions on test speakers, so its top k tell noise apart. With speakers held out
UAR must be at chance, and p below 0.05 in about 5 % of the seeds. The acoustic features are mixtures of the same
factors, so that dimensions do encode them, but the top k no better than random ones: of their gains, too, about 5 %
may have a p below 0.05, and a claim (corrected p, interval over speakers above 0) must be rare.

    python benchmarks/published_inflation.py              # 6 seeds, about half a minute of CPU
    python benchmarks/published_inflation.py --seeds 200  # about a quarter of an hour of CPU
"""

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

import numpy as np
import pandas as pd

from workflow_scripts.explanation.published import explain_as_published
from workflow_scripts.explanation.strict import Sample, Settings, Strict

SPEAKERS, EMOTIONAL, NEUTRAL, LATENT, FEATURES = 24, 8, 4, 60, 20
NUMBERS = (10, 20, 50, 100)
FOLDS, DRAWS, PERMUTATIONS = 6, 199, 199
LEVEL = 0.05
SIDES, COMPARED = ("all", "top", "random"), ("all", "top", "top-less-random", "top-less-all")


def noise(seed: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vectors (clips, width), features (clips, FEATURES), emotion or not, and speaker; the labels mean nothing."""
    rng = np.random.default_rng([seed, width])
    positive = np.tile(np.arange(EMOTIONAL + NEUTRAL) < EMOTIONAL, SPEAKERS)
    speakers = np.repeat([f"{speaker:02d}" for speaker in range(SPEAKERS)], EMOTIONAL + NEUTRAL)
    factors = rng.standard_normal((len(speakers), LATENT))

    def mixed(columns: int) -> np.ndarray:
        weights = rng.standard_normal((LATENT, columns)) / LATENT**0.5
        return factors @ weights + 0.5 * rng.standard_normal((len(factors), columns))

    return mixed(width), mixed(FEATURES), positive, speakers


def published(seed: int, width: int) -> pd.DataFrame:
    """Scores in the form of paper 2."""
    x, features, positive, speakers = noise(seed, width)
    found = explain_as_published(
        x, features[:, :0], positive, ~positive, speakers, [], [], "noise", seed, {}, NUMBERS, random_draws=5
    )
    return found["scores"]


def strict(seed: int, width: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores with speakers held out, and the gains of all features in both forms."""
    x, features, positive, speakers = noise(seed, width)
    dealt = np.random.default_rng([seed, 1]).permutation(SPEAKERS) % FOLDS
    settings = Settings([1e-3, 1e-2, 1e-1, 1.0], 5, PERMUTATIONS, DRAWS, seed)
    sample = Sample(x, features, positive, speakers, dealt[np.unique(speakers, return_inverse=True)[1]])
    explained = Strict(sample, NUMBERS, settings, curves=False)
    names = [f"feature {place}" for place in range(FEATURES)]
    return explained.scores(), explained.prediction(names, ["other"] * FEATURES)[0]


def of_seed(seed: int, width: int) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Scores of both forms, gains, CPU seconds."""
    before = time.process_time()
    scores, gains = strict(seed, width)
    both = pd.concat([published(seed, width), scores.assign(protocol="strict")])
    return both.assign(seed=seed), gains.assign(seed=seed), time.process_time() - before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--width", type=int, default=200, help="dimensions")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # in the workers, which start afresh
    start = time.perf_counter()
    with ProcessPoolExecutor(args.workers, multiprocessing.get_context("spawn")) as pool:
        made = list(pool.map(of_seed, range(args.seeds), repeat(args.width)))
    scores, gains = (pd.concat(frames) for frames in list(zip(*made, strict=True))[:2])
    cpu, wall = sum(seconds for *_, seconds in made) / 60, (time.perf_counter() - start) / 60
    print(f"{args.seeds} seeds of noise, {args.width} dimensions: {cpu:.1f} minutes of CPU, {wall:.1f} on the wall")

    print("mean over seeds in points (standard error)")
    values = (100 * scores.set_index(["protocol", "metric", "side", "seed"])["value"]).sort_index()
    for form in ("paper2", "strict"):
        for metric in ("F1", "UAR"):
            own = [values[form, metric, side] for side in SIDES]
            said = ", ".join(f"{s} {v.mean():5.1f} ({v.sem():.1f})" for s, v in zip(SIDES, own, strict=True))
            print(f"  {form:6s} {metric:3s}  {said}")
        lift = values[form, "F1", "top"] - values[form, "F1", "all"]
        print(f"  {form:6s} top less all in F1: {lift.mean():+.1f}, from {lift.min():+.1f} to {lift.max():+.1f}")
    print(f"share of seeds with p < {LEVEL}, strict UAR")
    p = scores[(scores["protocol"] == "strict") & (scores["metric"] == "UAR")].set_index("side")["p"]
    print("  " + ", ".join(f"{side} {(p[side] < LEVEL).mean():.3f}" for side in COMPARED))
    print("gains over random dimensions, strict")
    for form, table in gains.groupby("form"):
        claims = table.groupby("seed")["claimed"].any().mean()
        print(f"  {form:14s} p < {LEVEL} for {(table['p'] < LEVEL).mean():.3f} of the features, ", end="")
        print(f"any of {FEATURES} claimed in {claims:.3f} of the seeds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
