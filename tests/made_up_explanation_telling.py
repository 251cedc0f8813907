"""Made-up scores, curves and choices of k: how well an emotion is told, strict and as published."""

from collections.abc import Sequence

import numpy as np
from made_up_explanation import PUBLISHED, Row, ends

METRICS = ["UAR", "F1", "WA"]
CHANCE = {"UAR": 0.5, "F1": 0.7, "WA": 0.58}
LESS = {"all": 0.0, "top": 0.01, "rest": 0.03, "random": 0.06, "bottom": 0.2, "permuted": 0.08}
CHOSEN = "k is the best of all on the test speakers themselves, after a ranking that saw them"


def scores(rng: np.random.Generator, about: Row, n: Row, know: float, k: float, width: int) -> list[Row]:
    rows = []
    for metric in METRICS:
        chance = CHANCE[metric]
        values = {
            side: chance + (know - 0.5) * (1 - chance) / 0.5 - less + rng.normal(0, 0.01) for side, less in LESS.items()
        }
        for side, value in values.items():
            draws = 20 if side in ("random", "permuted") else 1
            rows.append(
                {**about, **n, "side": side, "metric": metric, **ends(rng, min(value, 0.97)),
                 "interval": "jackknife t over speakers", "spread": 0.02 if draws > 1 else np.nan, "chance": chance,
                 "p": np.nan if draws > 1 else 0.001 if value > chance + 0.05 else 0.2,
                 "p_smallest": np.nan if draws > 1 else 0.001, "n_draws": draws,
                 "k": float(width) if side == "all" else width - k if side == "rest" else k, "note": ""}
            )  # fmt: skip
        for other in ("random", "all"):
            difference = values["top"] - values[other]
            rows.append(
                {**about, **n, "side": f"top-less-{other}", "metric": metric, **ends(rng, difference, 0.03),
                 "interval": "jackknife t over speakers", "chance": 0.0, "p": 0.01 if difference > 0.03 else 0.4,
                 "p_smallest": 2.0**-23, "n_draws": 1, "k": k, "note": ""}
            )  # fmt: skip
    return rows


def curve(rng: np.random.Generator, about: Row, grid: Sequence[int], know: float, width: int) -> list[Row]:
    rows = []
    for metric in ("UAR", "F1"):
        chance = CHANCE[metric]
        best = chance + (know - 0.5) * (1 - chance) / 0.5
        for side, slow in (("top", 8.0), ("random", 40.0), ("bottom", 200.0), ("rest", 0.0)):
            for k in grid:
                reached = best - 0.1 * k / width if side == "rest" else chance + (best - chance) * k / (k + slow)
                value = reached + rng.normal(0, 0.006)
                inner = value + 0.01 if side == "top" else np.nan
                spread = 0.02 if side == "random" else np.nan
                rows.append(
                    {**about, "side": side, "k": k, "metric": metric, **ends(rng, value), "spread": spread,
                     "inner": inner}
                )  # fmt: skip
    return rows


def choices(rng: np.random.Generator, about: Row, grid: Sequence[int], k: float, n: Row) -> list[Row]:
    near = [one for one in grid if 0.5 * k <= one <= 1.5 * k]
    folds = min(6, n["n_speakers"])
    chosen = [int(k)] * (folds // 2 + 1) + [int(rng.choice(near)) for _ in range(folds - folds // 2 - 1)]
    return [
        {**about, "fold": fold, "k": one, "k_best": grid[-1], "score": 0.85, "C": 0.1, "C_all": 0.01,
         "n_train": n["n_clips"] * (folds - 1) // folds, "n_test": n["n_clips"] // folds}
        for fold, one in enumerate(chosen)
    ]  # fmt: skip


def published_scores(rng: np.random.Generator, know: float, k: int, speakers: int, facts: Row) -> list[Row]:
    n = {"n_clips": 8 * speakers, "n_positive": 4 * speakers, "n_speakers": speakers}
    more = {"all": 0.0, "top": 0.05, "rest": -0.02, "bottom": -0.1, "random": -0.01}
    width = facts["width"]
    numbers = {"all": width, "rest": width - k - 1, "bottom": k + 1}
    return [
        {**PUBLISHED, **n, "side": side, "metric": metric, "value": min(1.0, know + 0.08 + extra + rng.normal(0, 0.01)),
         "interval": "", "spread": 0.02, "k": float(numbers.get(side, k)), "n_draws": 20 if side == "random" else 0,
         "note": CHOSEN if side == "top" else ""}
        for side, extra in more.items() for metric in METRICS
    ]  # fmt: skip


def published_curve(rng: np.random.Generator, grid: Sequence[int]) -> list[Row]:
    return [
        {**PUBLISHED, "side": side, "k": k, "metric": metric, "value": best - 0.2 / k + rng.normal(0, 0.004),
         "spread": 0.03}
        for side, best in (("top", 0.98), ("rest", 0.9), ("bottom", 0.7)) for k in grid for metric in ("UAR", "F1")
    ]  # fmt: skip


def published_choice(k: int, speakers: int) -> list[Row]:
    n = {"n_train": 6 * speakers, "n_test": 2 * speakers}
    return [{**PUBLISHED, **n, "fold": -1, "k": k, "k_best": k, "score": 0.99, "C": 0.1, "C_all": 0.01}]
