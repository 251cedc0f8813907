"""Time of acoustic prediction by ridge at RAVDESS size against scikit-learn, in one run on one machine.

Tables: 88 features from 1440 clips x 768 values, 6 folds of speakers x 5 inner ones x 10 penalties, by `predict`;
scikit-learn (StandardScaler + Ridge, one target, fold and penalty at a time) does a few of the targets, and its total
is extrapolated. Random draws: one emotion against another, 288 clips x 1024 values, 2,000 draws of 50 and of 200
values in 6 folds with all that goes with them (all, top, bottom and permuted dimensions), in both forms;
scikit-learn, which is given the penalties, does a few of the draws, one target at a time. All in one process with one
BLAS thread. On a busy machine read the CPU seconds.

    python benchmarks/ridge_tables.py            # about two minutes of CPU
    python benchmarks/ridge_tables.py --limit 1  # one target and one draw by scikit-learn
"""

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from workflow_scripts.explanation.errors import ALL, BOTTOM, PERMUTED, RANDOM, TOP, Errors
from workflow_scripts.explanation.ridge import ALPHAS, predict, random_sets
from workflow_scripts.probing.logistic import inner_parts

SPEAKERS, FEATURES, FOLDS, INNER, SEED, DRAWS = 24, 88, 6, 5, 1, 2000
TABLE, EMOTION = (60, 768), (12, 1024)  # clips a speaker, width
SPEED_BAR, R2_BAR = 100.0, 1e-8
CPU_BARS = {50: 25.0, 200: 60.0}


def material(clips: int, width: int) -> dict[str, np.ndarray]:
    """Voices, an emotion and clips with one power-law spectrum; features from none to well encoded."""
    rng = np.random.default_rng([clips, width])
    speakers, positive = np.repeat(np.arange(SPEAKERS), clips), np.tile(np.arange(clips) % 3 > 0, SPEAKERS)
    rotation = np.linalg.qr(rng.standard_normal((width, width)))[0]
    white = np.sqrt(0.4) * rng.standard_normal((SPEAKERS, width))[speakers]
    white += np.sqrt(0.6) * rng.standard_normal((len(speakers), width))
    white += 0.12 * rng.standard_normal((2, width))[positive.astype(int)]
    x = white @ (np.sqrt(1 / np.arange(1, width + 1))[:, None] * rotation)
    signal = x @ (rng.standard_normal((width, FEATURES)) * (rng.random((width, FEATURES)) < 0.05))
    noise = rng.standard_normal(signal.shape) * signal.std(0) * np.linspace(0.3, 3.0, FEATURES)
    test = np.array([speakers % FOLDS == fold for fold in range(FOLDS)])
    return {
        "x": x,
        "targets": signal + noise,
        "positive": positive,
        "speakers": speakers,
        "train": ~test,
        "test": test,
    }


def table() -> tuple[float, np.ndarray]:
    """CPU seconds of all nested tables from all dimensions, and R2 (f,)."""
    given = material(*TABLE)
    everything = {ALL: [np.arange(TABLE[1])[None]] * FOLDS}
    start = time.process_time()
    errors = predict(**given, sides=everything, k=[1] * FOLDS, draws=0, inner_folds=INNER, seed=SEED, within=False)
    return time.process_time() - start, errors.r2(ALL, errors.everybody())[0]


def plain_table(limit: int) -> tuple[float, np.ndarray]:
    """CPU seconds a target by scikit-learn, and R2 of the first targets."""
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    given = material(*TABLE)
    x, targets = given["x"], given["targets"]
    inner, owner = inner_parts(given["speakers"], given["train"], INNER, SEED)
    found, start = [], time.process_time()
    for y in targets.T[:limit]:
        sse = sst = 0.0
        for fold, (train, test) in enumerate(zip(given["train"], given["test"], strict=True)):
            errors = np.zeros(len(ALPHAS))
            for part in inner[owner == fold]:
                held, scaler = train & ~part, StandardScaler().fit(x[part])
                a, b = scaler.transform(x[part]), scaler.transform(x[held])
                for row, alpha in enumerate(ALPHAS):
                    errors[row] += ((Ridge(alpha=alpha).fit(a, y[part]).predict(b) - y[held]) ** 2).sum()
            scaler = StandardScaler().fit(x[train])
            model = Ridge(alpha=ALPHAS[errors.argmin()]).fit(scaler.transform(x[train]), y[train])
            sse += ((model.predict(scaler.transform(x[test])) - y[test]) ** 2).sum() / y[train].var()
            sst += ((y[test] - y[train].mean()) ** 2).sum() / y[train].var()
        found.append(1 - sse / sst)
    return (time.process_time() - start) / limit, np.array(found)


def draws(k: int, within: bool) -> tuple[float, Errors]:
    """CPU seconds of everything that one emotion needs in one form."""
    given, width = material(*EMOTION), EMOTION[1]
    order = np.random.default_rng(SEED).permutation(width)
    sets = {
        ALL: order[None],
        TOP: order[None, :k],
        BOTTOM: order[None, -k:],
        PERMUTED: np.array([np.roll(order, 100 * turn)[:k] for turn in range(5)]),
    }
    sides = {side: [dimensions] * FOLDS for side, dimensions in sets.items()}
    start = time.process_time()
    errors = predict(**given, sides=sides, k=[k] * FOLDS, draws=DRAWS, inner_folds=INNER, seed=SEED, within=within)
    return time.process_time() - start, errors


def plain_draws(k: int, limit: int, alphas: np.ndarray) -> tuple[float, np.ndarray]:
    """CPU seconds of one draw in all folds by scikit-learn with given penalties (folds, f), and R2 (limit, f)."""
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    given = material(*EMOTION)
    x, targets = given["x"], given["targets"]
    sse, sst, start = np.zeros((limit, FEATURES)), np.zeros(FEATURES), time.process_time()
    for fold, (train, test) in enumerate(zip(given["train"], given["test"], strict=True)):
        sst += ((targets[test] - targets[train].mean(0)) ** 2).sum(0) / targets[train].var(0)
        for draw, dimensions in enumerate(random_sets(EMOTION[1], k, DRAWS, SEED)[:limit]):
            scaler = StandardScaler().fit(x[train][:, dimensions])
            a, b = (scaler.transform(x[rows][:, dimensions]) for rows in (train, test))
            for feature, y in enumerate(targets.T):
                model = Ridge(alpha=alphas[fold, feature]).fit(a, y[train])
                sse[draw, feature] += ((model.predict(b) - y[test]) ** 2).sum() / y[train].var()
    return (time.process_time() - start) / limit, 1 - sse / sst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=2, help="targets and draws that scikit-learn really does")
    limit = parser.parse_args().limit
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # in the worker, which starts afresh
    met = []

    def judge(name: str, value: str, good: bool, bar: str) -> None:
        met.append(bool(good))
        print(f"  {name}: {value} ({'met' if good else 'MISSED'}: {bar})", flush=True)

    def same(name: str, apart: float) -> None:
        judge(name, f"{apart:.0e}", apart < R2_BAR, f"below {R2_BAR:g}")

    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        pool.submit(material, 2, 12).result()  # imports are not timed
        load = os.getloadavg()[0]
        print(f"88 features from 1440 x 768, {FOLDS} x {INNER} folds, {len(ALPHAS)} penalties; load {load:.1f}")
        own, r2 = pool.submit(table).result()
        print(f"  predict: {own:.1f} CPU s")
        theirs, plain_r2 = pool.submit(plain_table, limit).result()
        total = theirs * FEATURES
        print(
            f"  scikit-learn: {total:.0f} CPU s extrapolated from {limit} targets, the first with R2 {plain_r2[0]:.10f}"
        )
        judge("times faster, CPU", f"{total / own:.0f}", total / own >= SPEED_BAR, f"{SPEED_BAR:g}")
        same("R2 apart", np.abs(r2[:limit] - plain_r2).max())
        for k, bar in CPU_BARS.items():
            print(f"one emotion, 288 x 1024, {DRAWS} draws of {k}, {FOLDS} x {INNER} folds")
            for within in (True, False):
                own, errors = pool.submit(draws, k, within).result()
                form = "within-emotion" if within else "plain"
                judge(f"CPU s, {form}", f"{own:.1f}", own < bar, f"below {bar:g}")
            theirs, plain_r2 = pool.submit(plain_draws, k, limit, errors.alphas[RANDOM]).result()
            total = theirs * DRAWS
            print(f"  scikit-learn: {total:.0f} CPU s extrapolated from {limit} draws, without any choice of penalties")
            print(f"  times faster, CPU: {total / own:.0f}")
            same("R2 of draws apart", np.abs(errors.r2_of_draws()[:limit] - plain_r2).max())
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
