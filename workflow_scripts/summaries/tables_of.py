"""The per-layer tables of every model, read together with the layer that each is of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from workflow_scripts.study import tables


def by_layer(paths: Sequence[str], layers: Sequence[str]) -> pd.DataFrame:
    """The tables at `paths`, one per layer in the same order, as one with a column `layer`.

    Raises: ValueError if there are not as many files as layers.
    """
    frames = [tables.read(path).assign(layer=layer) for path, layer in zip(paths, layers, strict=True)]
    return pd.concat(frames, ignore_index=True)


def of_each_model(
    files: Any, spec: Mapping[str, Any]
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """(model, predictions, choices, scores) of each model of the spec, one model in memory at a time.

    Args:
        files: lists `predictions`, `choices`, `scores` of files in the order of the spec's models and their layers.
        spec: models: {model: {"layers": [...]}}.
    """
    start = 0
    for model, facts in spec["models"].items():
        stop = start + len(facts["layers"])
        read = [
            by_layer(paths[start:stop], facts["layers"]) for paths in (files.predictions, files.choices, files.scores)
        ]
        yield model, read[0], read[1], read[2]
        start = stop
