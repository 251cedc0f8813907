"""Paper 2 as published, for one emotion of one layer: its procedure, from vectors to the tables of the explanation.

Where this departs from the published code, it is to give the same answer twice:

- clips come in sorted order of their paths, where the published order is that of a file system;
- the ridge splits have seeds;
- fits run to convergence in float64, where scikit-learn's defaults stop before, in float32.

Beside it, because the paper lacks this control: as many dimensions at random as were chosen.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.explanation import published_tables as tables
from workflow_scripts.explanation.published_ridge import predict_as_published
from workflow_scripts.explanation.published_scores import (
    Rows,
    Splits,
    draw_rows,
    ranked,
    scored,
    sides,
    smallest_best,
    speaker_normalised,
    split,
)
from workflow_scripts.explanation.ranking import numbers_below
from workflow_scripts.study.seeds import seed_of

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

TRIED = range(10, 511, 10)
RANDOM_DRAWS = 20
SHARED = "speakers are on both sides of the splits"


def explain_as_published(
    vectors: F64,
    features: F64,
    positive: Flags,
    against: Flags,
    speakers: npt.NDArray[np.str_],
    names: Sequence[str],
    category: Sequence[str],
    emotion: str,
    seed: int,
    own: Mapping[str, str],
    tried: Sequence[int] = TRIED,
    random_draws: int = RANDOM_DRAWS,
) -> dict[str, pd.DataFrame]:
    """Explain one emotion of one layer as paper 2 does.

    Args:
        vectors: (clips, width) of all clips of the dataset, other emotions included, in sorted order of their paths:
            they decide the speaker normalisation and which clips are drawn.
        features: (clips, features) of the same clips, acoustic.
        positive, against: (clips,), clips of the emotion, and of what it is told from.
        speakers: (clips,).
        names, category: of the acoustic features.
        emotion: its word.
        seed: of the study. A feature's split on a side has the seed
            ``seed_of(seed, "paper2", emotion, feature, side)`` modulo 2^32, and says so in its note.
        own: category by name of the dimensions, in their order, where the vectors are themselves acoustic features;
            else empty.
        tried: numbers of dimensions, ascending; those below the width count, half of the width where none is. (At
            the width less 1 nothing is left for the side `rest`, which then has no row.)
        random_draws: sets of random dimensions.

    Returns: frames by the names scores, curve, choices, importance, gains and categories, with those columns of
        explanation_* that this form has. In choices, C and the counts of clips are medians over the five splits.

    Raises:
        UserError: too few speakers for the splits.
    """
    rows = draw_rows(positive, against)
    x, label, width = speaker_normalised(vectors, speakers)[rows], positive[rows], vectors.shape[1]
    splits = split(speakers[rows], label)
    every = scored(x, label, splits)
    ranking = ranked(x, label, splits, every.C[-1])
    grid = numbers_below(tried, width)
    curve = {k: {side: scored(x[:, dims], label, splits) for side, dims in _sides(ranking.order, k)} for k in grid}
    height = np.array([curve[k]["top"].values[0].mean() for k in grid])
    k = smallest_best(grid, height)
    random_sets = _random_sets(width, k, random_draws, seed, emotion)
    random = np.stack([scored(x[:, dims], label, splits).values for dims in random_sets])

    sizes = {side: len(dims) for side, dims in _sides(ranking.order, k)} | {"all": width, "random": k}
    counts = {
        "n_clips": len(rows),
        "n_positive": int(label.sum()),
        "n_speakers": len(np.unique(speakers[rows][(~splits.outer).any(0)])),
    }
    choice = {
        "k": k,
        "k_best": grid[int(height.argmax())],
        "score": height[grid.index(k)],
        "C": np.median(curve[k]["top"].C),
        "C_all": np.median(every.C),
    }
    targets = speaker_normalised(features, speakers)[rows]
    gains = _gains(x, targets, ranking.order[:k], names, category, seed, emotion)
    increase = np.array([row["information_increase"] for row in gains])
    categories = tables.category_rows(increase, category, "information-increase")
    if own:
        categories += tables.category_rows(tables.scaled(ranking.importance), [*own.values()], "shap")
    of_gains = {"k": float(k), "n_speakers": len(np.unique(speakers[rows]))}
    found = {
        "scores": [row | counts for row in tables.score_rows(every, curve[k], random, sizes, len(grid))],
        "curve": tables.curve_rows(curve),
        "choices": [tables.NAMED | {"fold": -1} | choice | _sizes(splits)],
        "importance": tables.importance_rows(ranking, own),
        "gains": [row | of_gains for row in gains],
        "categories": categories,
    }
    return {name: pd.DataFrame(rows) for name, rows in found.items()}


def _sizes(splits: Splits) -> dict[str, int]:
    """Clips that train and that are tested, medians over the splits."""
    parts = {"n_train": splits.outer, "n_test": ~splits.outer}
    return {name: int(np.median(part.sum(1))) for name, part in parts.items()}


def _sides(order: Rows, k: int) -> list[tuple[str, Rows]]:
    return [(side, dims) for side, dims in sides(order, k).items() if len(dims)]


def _random_sets(width: int, k: int, draws: int, seed: int, emotion: str) -> list[Rows]:
    streams = (np.random.default_rng(seed_of(seed, "paper2", emotion, "random", draw)) for draw in range(draws))
    return [stream.permutation(width)[:k] for stream in streams]


def _gains(
    x: F64, targets: F64, top: Rows, names: Sequence[str], category: Sequence[str], seed: int, emotion: str
) -> list[tables.Row]:
    of_top, of_all = (
        [seed_of(seed, "paper2", emotion, name, side) % 2**32 for name in names] for side in ("top", "all")
    )
    notes = [
        f"{SHARED}; seeds of the splits: {one} for the top, {other} for all"
        for one, other in zip(of_top, of_all, strict=True)
    ]
    predicted = predict_as_published(x[:, top], targets, of_top), predict_as_published(x, targets, of_all)
    return tables.gain_rows(*predicted, names, category, notes)
