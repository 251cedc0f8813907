"""Predictions of every probe under every protocol, and the choices behind them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.probing.inputs import F64, Clips, Parts
from workflow_scripts.probing.linear_head import linear_head
from workflow_scripts.probing.logistic import nested_logistic
from workflow_scripts.probing.normalisation import normalised
from workflow_scripts.study.seeds import seed_of

Names = dict[str, Any]


def predict(
    clips: Clips, vectors: Mapping[str, F64], protocols: Sequence[Parts], spec: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Probe every combination of protocol, probe, pooling and speaker normalisation, and the null runs.

    A null run is the whole pipeline (choice of C included) on labels shuffled within speaker and dataset; it is made
    for the headline alone: `strict`, logistic, first pooling, first normalisation. Its labels depend on the seed, the
    clips and its number, not on model or layer, so that null runs compare across layers.

    Args:
        clips: n clips.
        vectors: pooling -> (n, width).
        protocols: training and test clips of each protocol.
        spec: probes, poolings, speaker_normalisation, C, inner_folds, null_runs, seed.

    Returns: the tables `predictions` (one row per test clip and combination, with p_<emotion> and
    speaker_in_training: whether the clip's speaker is also heard in training) and `choices` (logistic only).
    """
    predictions, choices = [], []
    for parts in protocols:
        for pooling in spec["poolings"]:
            for how in spec["speaker_normalisation"]:
                headline = (pooling, how) == (spec["poolings"][0], spec["speaker_normalisation"][0])
                null_runs = spec["null_runs"] if headline and parts.protocol == "strict" else 0
                for probe in spec["probes"]:
                    for run in range(1 + null_runs if probe == "logistic" else 1):
                        labels = shuffled(clips, parts, spec["seed"], run) if run else clips.labels
                        names = {"probe": probe, "pooling": pooling, "speaker_normalisation": how, "null_run": run}
                        for part, frames in _probed(names, clips, labels, vectors[pooling], parts, spec):
                            predictions.append(part)
                            choices += frames
    columns = ["protocol", "repeat", "fold", "probe", "pooling", "speaker_normalisation", "null_run"]
    return pd.concat(predictions, ignore_index=True), pd.DataFrame(
        choices, columns=[*columns, "C", "inner_uar", "at_edge"]
    )


def edges_in_words(choices: pd.DataFrame) -> str:
    """How often C was chosen at an edge of the grid (real labels), where a better one may lie outside."""
    real = choices[choices["null_run"] == 0]
    ends = real.loc[real["at_edge"], "C"].value_counts().sort_index()
    found = ", ".join(f"C = {C:g} in {count}" for C, count in ends.items())
    return f"C chosen at an edge of the grid in {int(ends.sum())} of {len(real)} folds" + (
        f": {found}" if found else ""
    )


def shuffled(clips: Clips, parts: Parts, seed: int, run: int) -> npt.NDArray[np.int64]:
    """Labels of the clips in use, shuffled among the clips of each speaker in each dataset."""
    labels, used = clips.labels.copy(), (parts.train | parts.test).any(0)
    rng = np.random.default_rng(seed_of(seed, "null run", run))
    for group in np.unique(clips.groups):
        own = np.flatnonzero(used & (clips.groups == group))
        labels[own] = rng.permutation(labels[own])
    return labels


def _probed(
    names: Names, clips: Clips, labels: npt.NDArray[np.int64], vectors: F64, parts: Parts, spec: Mapping[str, Any]
) -> Iterator[tuple[pd.DataFrame, list[Names]]]:
    """Predictions and choices of one probe on one form of the vectors."""
    for folds, rows, seen in normalised(vectors, clips.groups, parts.train, names["speaker_normalisation"]):
        train, test = parts.train[folds], parts.test[folds]
        keys = [(parts.repeat[fold], parts.fold[fold]) for fold in folds]
        seed = seed_of(spec["seed"], names["probe"], parts.protocol, int(folds[0]))
        choices: list[Names] = []
        if names["probe"] == "logistic":
            nested = nested_logistic(
                rows, labels, clips.people, train, test, spec["C"], spec["inner_folds"], seed, seen
            )
            probabilities = nested.probabilities
            chosen = zip(keys, nested.C, nested.inner_uar, nested.at_edge, strict=True)
            for (repeat, fold), C, inner_uar, at_edge in chosen:
                where = {"protocol": parts.protocol, "repeat": repeat, "fold": fold}
                choices.append({**where, **names, "C": C, "inner_uar": inner_uar, "at_edge": at_edge})
        else:
            probabilities = linear_head(rows, labels, train, test, seed, seen)
        frames = [
            _frame(names, clips, labels, key, parts.protocol, rows_in, rows_out, p)
            for key, rows_in, rows_out, p in zip(keys, train, test, probabilities, strict=True)
        ]
        yield pd.concat(frames, ignore_index=True), choices


def _frame(
    names: Names,
    clips: Clips,
    labels: npt.NDArray[np.int64],
    key: tuple[int, int],
    protocol: str,
    train: npt.NDArray[np.bool_],
    test: npt.NDArray[np.bool_],
    probabilities: F64,
) -> pd.DataFrame:
    """The rows of one fold."""
    emotions = np.array(clips.emotions)
    return pd.DataFrame(
        {
            "clip_id": clips.ids[test],
            "speaker": clips.speakers[test],
            "protocol": protocol,
            "repeat": key[0],
            "fold": key[1],
            **names,
            "true": emotions[labels[test]],
            "predicted": emotions[probabilities.argmax(1)],
            "speaker_in_training": np.isin(clips.people[test], clips.people[train]),
            **{f"p_{emotion}": probabilities[:, code] for code, emotion in enumerate(emotions)},
        }
    )
