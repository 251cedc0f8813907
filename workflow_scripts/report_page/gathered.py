"""Tables of a study from their files."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from workflow_scripts.study import tables


def by_name(paths: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The tables of some files by the names of the files; what is no parquet is passed over."""
    return {Path(path).stem: tables.read(path) for path in paths if path.endswith(".parquet")}


def set_aside(paths: Sequence[str]) -> pd.DataFrame:
    """Clips set aside, with the dataset and the step that set them aside."""
    frames = []
    for path in paths:
        spec = tables.about(path)
        probed = "models" in spec
        step = f"folds of {spec['protocol']}" if "protocol" in spec else "probes" if probed else "manifest"
        frames.append(tables.read(path).assign(dataset=spec["dataset"], step=step))
    return pd.concat(frames, ignore_index=True)
