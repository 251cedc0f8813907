"""The audit of a study's material in one table: what leaks across a split, what tells the emotion but should not."""

from collections.abc import Sequence

import pandas as pd

from workflow_scripts.study.schemas import TABLES

LEAK, CONFOUND = "leak", "confound"


def audit(leaks: Sequence[pd.DataFrame], confounds: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One row per leak of a pair of datasets under a protocol (summed over its folds), and one per confound.

    Args:
        leaks: tables `leaks` of datasets and pairs of datasets, one row per fold.
        confounds: tables `confounds` of the datasets.
    """
    frames = [_leaks(table) for table in leaks if len(table)] + [_confounds(table) for table in confounds if len(table)]
    if not frames:
        return pd.DataFrame(columns=[*TABLES["audit"]])
    return pd.concat([frame.reindex(columns=[*TABLES["audit"]]) for frame in frames], ignore_index=True)


def _leaks(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["source", "target", "protocol", "kind"]
    totals = table.groupby(keys, sort=False).agg(
        count=("count", "sum"), of=("of", "sum"), n_clips=("n_test", "sum"), note=("examples", _first)
    )
    rows = totals.reset_index().rename(columns={"kind": "what"}).assign(topic=LEAK)
    rows["value"] = rows["count"] / rows["of"].where(rows["of"] > 0)
    return rows


def _first(examples: pd.Series) -> str:
    """The examples of the first fold that has some."""
    found = [text for text in examples if text]
    return f"for example {found[0]}" if found else ""


def _confounds(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.rename(columns={"nuisance": "what", "uar": "value"})
    return rows.assign(topic=CONFOUND, source=rows["dataset"], target=rows["dataset"], protocol="")
