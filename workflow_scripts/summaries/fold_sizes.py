"""How much a fold trains on: clips and speakers of the smallest and the largest training part."""

from collections.abc import Iterable

import pandas as pd

from workflow_scripts.materials.folds import parts

COLUMNS = ["dataset", "protocol", "folds", "clips_least", "clips_most", "speakers_least", "speakers_most"]


def sizes(folds: Iterable[tuple[str, str, pd.DataFrame]], manifests: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per dataset and protocol: the columns of COLUMNS.

    Args:
        folds: (dataset, protocol, table of clip_id, repeat and fold).
        manifests: clips of each dataset, with clip_id and speaker.
    """
    rows = []
    for dataset, protocol, table in folds:
        speaker = manifests[dataset].set_index("clip_id")["speaker"]
        train = [speaker.reindex(clips).dropna() for _, _, clips, _ in parts(table)]
        clips, speakers = [len(part) for part in train], [part.nunique() for part in train]
        rows.append((dataset, protocol, len(train), min(clips), max(clips), min(speakers), max(speakers)))
    return pd.DataFrame(rows, columns=COLUMNS)
