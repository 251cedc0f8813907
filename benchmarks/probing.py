"""Time of the layer probe at RAVDESS size against scikit-learn, in one run on one machine.

13 layers x 24 leave-one-speaker-out folds x 6 values of C, 1440 clips x 768 values, 8 emotions: the batched solver
in two worker processes with one BLAS thread each. scikit-learn (StandardScaler + LogisticRegression, one fit at a
time) does one layer of the 13 at equal convergence, and every sixth fold of it at its default tolerance; its total is
extrapolated from CPU seconds per fit. Equal convergence: no entry of the gradient of the sum of losses is above
3e-4 / max(1, C). The nested choice of C that the workflow really runs is timed on one layer per worker.
On a busy machine read the CPU seconds: wall seconds are judged as they come.

    python benchmarks/probing.py             # about ten minutes of CPU
    python benchmarks/probing.py --layers 2  # about five minutes of CPU
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is imported

import argparse
import multiprocessing
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from workflow_scripts.probing.logistic import nested_logistic
from workflow_scripts.probing.newton import fit_path

LAYERS, SPEAKERS, WIDTH, TOLERANCE = 13, 24, 768, 3e-4
GRIDS = {0.3: [1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1], 10.0: [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0]}
WALL_BAR = {0.3: 60.0, 10.0: 120.0}
SPEED_BAR, CLIPS_BAR = 5.0, 1


def layer(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors (1440, 768), emotions and speakers: speaker, emotion and clip effects with one power-law spectrum."""
    rng = np.random.default_rng([2024, number])
    per_speaker = np.repeat(np.arange(8), [4] + 7 * [8])  # neutral has one intensity
    emotions = np.tile(per_speaker, SPEAKERS)
    speakers = np.repeat(np.arange(SPEAKERS), len(per_speaker))
    spectrum = 1 / np.arange(1, WIDTH + 1)
    rotation = np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0]
    white = np.sqrt(0.4) * rng.standard_normal((SPEAKERS, WIDTH))[speakers]
    white += np.sqrt(0.6) * rng.standard_normal((len(emotions), WIDTH))
    white += 0.12 * rng.standard_normal((8, WIDTH))[emotions]
    vectors = white @ (np.sqrt(spectrum * WIDTH / spectrum.sum())[:, None] * rotation)
    return vectors.astype(np.float32).astype(np.float64), emotions, speakers


def held_out(speakers: np.ndarray, folds: int) -> np.ndarray:
    """Test rows (folds, clips)."""
    return np.array([speakers % folds == fold for fold in range(folds)])


def batched(number: int, grid: list[float]) -> tuple[float, np.ndarray]:
    """CPU seconds of all folds and Cs of one layer, and the predicted emotions (Cs, clips)."""
    vectors, emotions, speakers = layer(number)
    test = held_out(speakers, SPEAKERS)
    start = time.process_time()
    predicted = np.empty((len(grid), len(emotions)), int)
    for row, fit in enumerate(fit_path(vectors, emotions, ~test, grid, TOLERANCE)):
        for fold, rows in enumerate(test):
            predicted[row, rows] = (vectors[rows] @ fit.coef[fold] + fit.intercept[fold]).argmax(1)
    return time.process_time() - start, predicted


def plain(C: float, folds: range, equal: bool) -> tuple[float, np.ndarray]:
    """CPU seconds a fit of scikit-learn on layer 0 for some folds, and the predicted emotions (clips,), else -1."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    vectors, emotions, speakers = layer(0)
    predicted, start = np.full(len(emotions), -1), time.process_time()
    for fold in folds:
        train = speakers != fold
        scaler = StandardScaler().fit(vectors[train])
        tolerance = TOLERANCE / max(1, C) / train.sum() if equal else 1e-4
        model = LogisticRegression(C=C, tol=tolerance, max_iter=100_000)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(scaler.transform(vectors[train]), emotions[train])
        predicted[~train] = model.predict(scaler.transform(vectors[~train]))
    return (time.process_time() - start) / len(folds), predicted


def nested(number: int, folds: int, grid: list[float]) -> float:
    """CPU seconds of the nested choice of C (five inner folds of speakers) on one layer."""
    vectors, emotions, speakers = layer(number)
    test = held_out(speakers, folds)
    start = time.process_time()
    nested_logistic(vectors, emotions, speakers, ~test, test, grid, inner_folds=5, seed=1)
    return time.process_time() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=LAYERS, help="layers that are really run")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    met = []

    def judge(name: str, value: float, good: bool, bar: str) -> None:
        met.append(good)
        print(f"  {name}: {value:.1f} ({'met' if good else 'MISSED'}: {bar})", flush=True)

    with ProcessPoolExecutor(args.workers, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(layer, range(args.workers)))  # imports are not timed
        values = sorted({C for grid in GRIDS.values() for C in grid})

        def by_c(folds: range, equal: bool) -> dict[float, tuple[float, np.ndarray]]:
            n = len(values)
            return dict(zip(values, pool.map(plain, values, n * [folds], n * [equal]), strict=True))

        default, equal = by_c(range(0, SPEAKERS, 6), False), by_c(range(SPEAKERS), True)
        for last, grid in GRIDS.items():
            print(f"C = {', '.join(f'{C:g}' for C in grid)}; {args.layers} of {LAYERS} layers run", flush=True)
            start = time.perf_counter()
            done = list(pool.map(batched, range(args.layers), args.layers * [grid]))
            wall = (time.perf_counter() - start) * LAYERS / args.layers
            cpu = sum(seconds for seconds, _ in done) * LAYERS / args.layers
            print(f"  batched: {cpu:.1f} CPU s ({cpu / LAYERS:.2f} a layer; {cpu / args.workers:.1f} a worker)")
            judge("wall s", wall, wall < WALL_BAR[last], f"below {WALL_BAR[last]:.0f} with two workers")
            slow, slower = (sum(side[C][0] for C in grid) * SPEAKERS * LAYERS for side in (default, equal))
            print(f"  scikit-learn, default tolerance: {slow:.0f} CPU s extrapolated, {slow / cpu:.1f} times the batch")
            print(f"  scikit-learn, equal convergence: {slower:.0f} CPU s extrapolated")
            judge(
                "times faster at equal convergence", slower / cpu, slower / cpu >= SPEED_BAR, f"at least {SPEED_BAR:g}"
            )
            apart = max(int((row != equal[C][1]).sum()) for C, row in zip(grid, done[0][1], strict=True))
            judge("clips of 1440 predicted otherwise, worst C", apart, apart <= CLIPS_BAR, f"at most {CLIPS_BAR}")
        n, grid = args.workers, GRIDS[0.3]
        for folds in (6, SPEAKERS):
            seconds = float(np.mean(list(pool.map(nested, range(n), n * [folds], n * [grid]))))
            total = f"{seconds * LAYERS:.0f} CPU s for {LAYERS} layers, {seconds * LAYERS / n:.0f} a worker"
            print(f"nested choice, {folds} x 5 folds, C up to 0.3: {seconds:.1f} CPU s a layer; {total} (extrapolated)")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
