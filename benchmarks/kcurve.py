"""Time of the top-k curve at RAVDESS size against scikit-learn, in one run on one machine.

192 clips of an emotion and 96 of neutral by 24 speakers, 6 outer and 5 inner folds, 4 values of C, k = 10, 20, ... 510,
the ranking made anew in every inner part. The plain rendering does the same with StandardScaler and LogisticRegression
one fit at a time, for some of the k in every fold; its total is extrapolated from the seconds per
k. One process with one BLAS thread on both sides. What the workflow does beyond the top k (rest, bottom, 20 random and
5 permuted sets) is timed too. Agreement is that of F1 and UAR of the held-out clips, mean over those k. It is judged
at equal convergence: fits at scikit-learn's default tolerance stop early, which turns the choice of C in close races.
On a busy machine read the CPU seconds: wall seconds are judged as they come.

    python benchmarks/kcurve.py              # about a minute and a half of CPU
    python benchmarks/kcurve.py --limit 51   # all 51 k in the plain rendering too, about four minutes of CPU
"""

import argparse
import os
import sys
import time
import warnings
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is imported

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, recall_score
from sklearn.preprocessing import StandardScaler

from workflow_scripts.explanation.curve import nested_curve
from workflow_scripts.probing.logistic import inner_parts

SPEAKERS, FOLDS, INNER, SEED = 24, 6, 5, 1
GRID, KS = [1e-3, 1e-2, 1e-1, 1.0], list(range(10, 511, 10))
SPEED_BAR, SCORE_BAR = 5.0, 0.005
EQUAL = 5e-9  # scikit-learn's tolerance is on the mean loss; ours is 1e-6 on the sum


def recordings(width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors (288, width), labels and speakers: speaker, emotion and clip effects with one power-law spectrum."""
    rng = np.random.default_rng([SEED, width])
    positive, speakers = np.tile(np.repeat([False, True], [4, 8]), SPEAKERS), np.repeat(np.arange(SPEAKERS), 12)
    spectrum = 1 / np.arange(1, width + 1)
    rotation = np.linalg.qr(rng.standard_normal((width, width)))[0]
    white = np.sqrt(0.4) * rng.standard_normal((SPEAKERS, width))[speakers]
    white += np.sqrt(0.6) * rng.standard_normal((len(positive), width))
    white += 0.12 * rng.standard_normal((2, width))[positive.astype(int)]
    return white @ (np.sqrt(spectrum / spectrum.mean())[:, None] * rotation), positive, speakers


class Plain:
    """The plain rendering of one outer fold; rows of each part are standardised by its training rows."""

    def __init__(
        self, x: np.ndarray, positive: np.ndarray, train: np.ndarray, inner: np.ndarray, tolerance: float
    ) -> None:
        self.positive, self.train, self.inner, self.tolerance = positive, train, inner, tolerance
        self.z = [StandardScaler().fit(x[part]).transform(x) for part in (train, *inner)]
        C = self.best_C([np.arange(x.shape[1])] * len(inner))
        self.orders = [self.order(z, part, C) for z, part in zip(self.z, (train, *inner), strict=True)]

    def fit(self, z: np.ndarray, part: np.ndarray, C: float) -> LogisticRegression:
        model = LogisticRegression(C=C, class_weight="balanced", tol=self.tolerance, max_iter=100_000)
        return model.fit(z[part], self.positive[part])

    def order(self, z: np.ndarray, part: np.ndarray, C: float) -> np.ndarray:
        importance = np.abs(self.fit(z, part, C).coef_[0] * z[part]).mean(0)
        return np.argsort(-importance, kind="stable")

    def best_C(self, columns: list[np.ndarray]) -> float:
        """C by UAR over the inner held-out clips, each part with its own dimensions."""
        scores = []
        for C in GRID:
            said = np.zeros(len(self.positive), bool)
            for z, part, own in zip(self.z[1:], self.inner, columns, strict=True):
                held_out = self.train & ~part
                said[held_out] = self.fit(z[:, own], part, C).predict(z[held_out][:, own])
            scores.append(recall_score(self.positive[self.train], said[self.train], average="macro"))
        return GRID[int(np.argmax(np.round(scores, 12)))]

    def decide(self, k: int) -> np.ndarray:
        """What the top k say of all clips."""
        C = self.best_C([order[:k] for order in self.orders[1:]])
        z = self.z[0][:, self.orders[0][:k]]
        return np.asarray(self.fit(z, self.train, C).predict(z))


def seconds(work: Any) -> tuple[np.ndarray, Any]:
    """Wall and CPU seconds of some work, and what it returns."""
    start = np.array([time.perf_counter(), time.process_time()])
    found = work()
    return np.array([time.perf_counter(), time.process_time()]) - start, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--limit", type=int, default=9, help="how many of the k the plain rendering does")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    met = []

    def judge(name: str, value: float, digits: int, good: bool, bar: str) -> None:
        met.append(good)
        print(f"  {name}: {value:.{digits}f} ({'met' if good else 'MISSED'}: {bar})", flush=True)

    x, positive, speakers = recordings(args.width)
    test = np.array([speakers % FOLDS == fold for fold in range(FOLDS)])
    given = (x, positive, speakers, ~test, test)
    print(f"{len(x)} clips x {args.width}, {len(KS)} k, {len(GRID)} C, {FOLDS} x {INNER} folds, one thread")
    ours, folds = seconds(lambda: nested_curve(*given, KS, GRID, INNER, SEED, 0, 0, sides=()))
    print(f"  top k: {ours[0]:.1f} s wall, {ours[1]:.1f} CPU s", flush=True)
    for ks in (KS, [10, 20, 50, 100, 200]):
        whole, _ = seconds(lambda ks=ks: nested_curve(*given, ks, GRID, INNER, SEED))
        print(f"  all sides, {len(ks)} k: {whole[0]:.1f} s wall, {whole[1]:.1f} CPU s", flush=True)

    inner, owner = inner_parts(speakers, ~test, INNER, SEED)
    places = np.unique(np.linspace(0, len(KS) - 1, args.limit).round().astype(int))
    true = np.concatenate([positive[rows] for rows in test])
    one = [np.concatenate([fold.decisions["top"][place, 0] > 0 for fold in folds]) for place in places]
    for words, tolerance in (("default tolerance", 1e-4), ("equal convergence", EQUAL)):
        print(f"scikit-learn, {words}, {len(places)} of {len(KS)} k")
        start, plain = seconds(
            lambda tol=tolerance: [Plain(x, positive, ~test[f], inner[owner == f], tol) for f in range(FOLDS)]
        )
        per_k, said = seconds(lambda plain=plain: [[fold.decide(KS[place]) for fold in plain] for place in places])
        theirs = start + per_k / len(places) * len(KS)
        print(f"  extrapolated: {theirs[0]:.0f} s wall, {theirs[1]:.0f} CPU s ({start[1]:.0f} for the rankings)")
        ratio = theirs[0] / ours[0]
        judge("times faster, wall", ratio, 1, ratio >= SPEED_BAR, f"at least {SPEED_BAR:g}")
        print(f"  times faster, CPU: {theirs[1] / ours[1]:.1f}")
        other = [np.concatenate([own[rows] for own, rows in zip(of_k, test, strict=True)]) for of_k in said]
        print(f"  labels that differ: {np.mean(np.array(one) != np.array(other)):.4f}")
        for name, score in (("F1", f1_score), ("UAR", lambda a, b: recall_score(a, b, average="macro"))):
            means = [np.mean([score(true, row) for row in side]) for side in (one, other)]
            apart = abs(means[0] - means[1])
            print(f"  {name}: {means[0]:.4f}, scikit-learn {means[1]:.4f}", flush=True)
            if tolerance == EQUAL:
                judge(f"{name} apart", apart, 4, apart <= SCORE_BAR, f"at most {SCORE_BAR:g}")
            else:
                print(f"  {name} apart: {apart:.4f}")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
