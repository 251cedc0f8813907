"""The vectors of a dataset from disk, row by row those of its manifest."""

import numpy as np
import pandas as pd

from workflow_scripts.probing.inputs import F64, aligned
from workflow_scripts.study import tables

FUNCTIONALS = "functionals"


def vectors_of(path: str, pooling: str, manifest: pd.DataFrame) -> F64:
    """Read one pooling of a layer file, or all features of an acoustics file (pooling `functionals`).

    Args:
        path: the parquet file.
        pooling: name of the pooling.
        manifest: the whole manifest of the dataset, which the file must cover exactly.

    Returns: (clips of the manifest, width).
    Raises: UserError, see `aligned`.
    """
    if pooling != FUNCTIONALS:
        return aligned(manifest, *tables.read_vectors(path, pooling), str(path))
    table = tables.read(path)
    features = table.drop(columns=["clip_id", "audio_hash"]).to_numpy(dtype=np.float64)
    return aligned(manifest, list(table["clip_id"]), list(table["audio_hash"]), features, str(path))
