"""Time of the distances between groups at RAVDESS size against scipy.linalg.sqrtm, in one run on one machine.

6 emotions of speech and song, 2068 clips: 66 Frechet distances a layer, as the workflow takes them (`Measures.terms`
of all clips of both groups), in two worker processes with one BLAS thread each; 13 layers of 768 values and 25 of
1024. `sqrtm` of the product of two covariances does a few of the same cells in the same workers. Vectors come from
files, whose reading is timed as well. Then what the workflow really does with one layer (`Layer.tables`: all measures,
draws, jackknife, half-samples and swaps). Accuracy is against the definition in 50 digits on small cells.
On a busy machine read the CPU seconds: wall seconds are judged as they come.

    python benchmarks/distances.py            # about five minutes of CPU
    python benchmarks/distances.py --cells 1  # one cell by sqrtm per width and worker
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import combinations
from pathlib import Path

import mpmath
import numpy as np
import pandas as pd
from scipy import linalg

from workflow_scripts.distances import design, frechet
from workflow_scripts.distances.layer import ALL, Layer, Settings
from workflow_scripts.distances.measures import Measures, of_layer

PAIR, EMOTIONS = ("speech", "song"), ("neutral", "calm", "happy", "sad", "angry", "fearful")
SPEAKERS, SILENT = 24, "18"  # who does not sing
SPEED_BAR, ERROR_BAR = 100.0, 1e-9
SIZES = {768: (13, 10.0), 1024: (25, 10.0)}  # width: layers, wall bar in seconds
SETTINGS = Settings(draws=20, half_samples=200, swaps=199, seed=1)  # as the workflow has them by default
SMALL = [(9, 14, 40), (21, 8, 16), (40, 25, 10)]  # clips of both groups and width of cells in 50 digits


def recordings() -> pd.DataFrame:
    """The clips of RAVDESS whose emotions are both spoken and sung; neutral has one intensity."""
    rows = [
        (dataset, emotion, str(speaker), intensity)
        for dataset in PAIR
        for speaker in range(1, SPEAKERS + 1)
        for emotion in EMOTIONS
        for intensity in ["normal"] * 4 + ["strong"] * (0 if emotion == "neutral" else 4)
        if dataset == "speech" or str(speaker) != SILENT
    ]
    clips = pd.DataFrame(rows, columns=["dataset", "emotion", "person", "intensity"])
    return clips.assign(
        statement="", repetition=0, speaker=clips["person"], clip_id=[f"clip-{row}" for row in range(len(clips))]
    )


def vectors_of(clips: pd.DataFrame, width: int, seed: int) -> np.ndarray:
    """Voices, emotions, emotions as sung and clips, all with one power-law spectrum (clips, width)."""
    rng = np.random.default_rng([seed, width])
    spectrum = 1 / np.arange(1, width + 1)
    rotation = np.linalg.qr(rng.standard_normal((width, width)))[0]
    white = np.sqrt(0.6) * rng.standard_normal((len(clips), width))
    for names, size in (
        (["person"], np.sqrt(0.4)),
        (["emotion"], 0.12),
        (["dataset"], 0.5),
        (["dataset", "emotion"], 0.1),
    ):
        codes = clips.groupby(names).ngroup().to_numpy()
        white += size * rng.standard_normal((codes.max() + 1, width))[codes]
    return white @ (np.sqrt(spectrum / spectrum.mean())[:, None] * rotation)


def write(path: Path, width: int, seed: int) -> None:
    np.save(path, vectors_of(recordings(), width, seed))


@cache
def cells() -> list[design.Cell]:
    """Every pair of groups with all their clips."""
    clips = recordings()
    people = clips["person"].to_numpy(dtype=str)
    groups = [
        design.by_speaker(people, np.flatnonzero((clips["dataset"] == dataset) & (clips["emotion"] == emotion)))
        for dataset in PAIR
        for emotion in EMOTIONS
    ]
    return [design.Cell(one, other, paired=False) for one, other in combinations(groups, 2)]


def table(path: Path) -> tuple[float, list[frechet.Terms]]:
    """CPU seconds and distances of all cells of one layer; no kernel is needed for them."""
    pairs, start = cells(), time.process_time()
    measures = of_layer(np.load(path), np.empty((0, 0)))
    found = [measures.terms(cell) for cell in pairs]
    return time.process_time() - start, found


def by_sqrtm(path: Path, which: int) -> tuple[float, float, float]:
    """CPU and wall seconds of one cell by scipy, and the distance."""
    vectors, cell = np.load(path), cells()[which]
    start, wall = time.process_time(), time.perf_counter()
    one, other = (vectors[design.rows_of(side)] for side in (cell.one, cell.other))
    covariances = [np.cov(side, rowvar=False) for side in (one, other)]
    root = linalg.sqrtm(covariances[0] @ covariances[1])
    step = one.mean(axis=0) - other.mean(axis=0)
    value = step @ step + sum(map(np.trace, covariances)) - 2 * np.trace(root).real
    return time.process_time() - start, time.perf_counter() - wall, float(value)


def everything(path: Path) -> tuple[float, dict[str, float]]:
    """CPU seconds of all that the workflow does with one layer, by condition."""
    vectors, clips = np.load(path), recordings()
    start, seconds = time.process_time(), {}
    layer = Layer(vectors, clips, PAIR, EMOTIONS, SETTINGS)
    for condition in layer.conditions:
        begun = time.process_time()
        layer.tables(condition, swapped=condition == ALL)
        seconds[condition] = time.process_time() - begun
    return time.process_time() - start, seconds


def error_of(n: int, m: int, width: int) -> float:
    """Relative error of a small cell against |m1 - m2|^2 + tr (C1 + C2 - 2 (C1^(1/2) C2 C1^(1/2))^(1/2))."""
    rng = np.random.default_rng([n, m, width])
    vectors = rng.standard_normal((n + m, width)) / np.sqrt(np.arange(1, width + 1))
    vectors[n:] = vectors[n:] @ np.linalg.qr(rng.standard_normal((width, width)))[0] + 0.1
    one, other = ({str(row): np.array([row]) for row in rows} for rows in (range(n), range(n, n + m)))
    found = Measures(vectors, vectors @ vectors.T, np.empty((0, 0))).terms(design.Cell(one, other, paired=False))
    with mpmath.workdps(50):
        moments = []
        for part in (vectors[:n], vectors[n:]):
            rows = mpmath.matrix(part.tolist())
            mean = mpmath.ones(1, rows.rows) * rows / rows.rows
            centred = rows - mpmath.ones(rows.rows, 1) * mean
            moments.append((mean, centred.T * centred / (rows.rows - 1)))
        (mean, first), (other_mean, second) = moments
        values, directions = mpmath.eigsy(first)
        root = directions * mpmath.diag([mpmath.sqrt(max(value, 0)) for value in values]) * directions.T
        across = mpmath.eigsy(root * second * root, eigvals_only=True)
        step = mean - other_mean
        exact = (step * step.T)[0, 0] + sum(first[i, i] + second[i, i] for i in range(width))
        exact -= 2 * sum(mpmath.sqrt(max(value, 0)) for value in across)
        return float(abs(mpmath.mpf(float(found.distance)) / exact - 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=2, help="cells that each worker does by sqrtm, per width")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # in the workers, which start afresh
    met = []

    def judge(name: str, value: str, good: bool, bar: str) -> None:
        met.append(good)
        print(f"  {name}: {value} ({'met' if good else 'MISSED'}: {bar})", flush=True)

    print(f"{len(recordings())} clips, {len(cells())} cells a layer, load {os.getloadavg()[0]:.1f}")
    worst = max(error_of(*size) for size in SMALL)
    judge("relative error against 50 digits", f"{worst:.0e}", worst < ERROR_BAR, f"below {ERROR_BAR:g}")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(args.workers, multiprocessing.get_context("spawn")) as pool,
    ):
        for width, (layers, bar) in SIZES.items():
            paths = [Path(folder, f"{width}-{number}.npy") for number in range(layers)]
            list(pool.map(write, paths, [width] * layers, range(layers)))  # imports are not timed either
            print(f"{layers} layers of {width} values")
            start = time.perf_counter()
            done = list(pool.map(table, paths))
            wall = time.perf_counter() - start
            cpu = sum(seconds for seconds, _ in done)
            own = cpu / layers / len(cells())
            print(f"  Measures.terms: {cpu:.1f} CPU s, {1000 * own:.1f} CPU ms a cell")
            judge("wall s of the whole table", f"{wall:.1f}", wall < bar, f"below {bar:g} with {args.workers} workers")
            which = np.linspace(0, len(cells()) - 1, args.cells * args.workers).astype(int).tolist()
            slow = list(pool.map(by_sqrtm, [paths[0]] * len(which), which))
            theirs = float(np.mean([seconds for seconds, _, _ in slow]))
            print(f"  scipy.linalg.sqrtm: {theirs:.2f} CPU s a cell, {np.mean([row[1] for row in slow]):.2f} s wall")
            judge("times faster per cell, CPU", f"{theirs / own:.0f}", theirs / own >= SPEED_BAR, f"{SPEED_BAR:g}")
            apart = max(abs(row[2] / done[0][1][cell].distance - 1) for cell, row in zip(which, slow, strict=True))
            judge("apart from sqrtm, relative", f"{apart:.0e}", apart < 1e-5, "below 1e-5, which is sqrtm's own error")
            for path, (seconds, parts) in zip(paths, pool.map(everything, paths[: args.workers]), strict=False):
                of_parts = ", ".join(f"{condition} {part:.1f}" for condition, part in parts.items())
                print(f"  all that the workflow does with layer {path.stem}: {seconds:.1f} CPU s ({of_parts})")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
