"""The per-layer tables of one model, read together with the layer that each is of."""

from collections.abc import Sequence

import pandas as pd

from workflow_scripts.study import tables


def by_layer(paths: Sequence[str], layers: Sequence[str]) -> pd.DataFrame:
    """The tables at `paths`, one per layer in the same order, as one with a column `layer`.

    Raises: ValueError if there are not as many files as layers.
    """
    frames = [tables.read(path).assign(layer=layer) for path, layer in zip(paths, layers, strict=True)]
    return pd.concat(frames, ignore_index=True)
