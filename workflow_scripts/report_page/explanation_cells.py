"""Cells of the tables of the explanation: rows gathered by key, scores, differences, gains, ranges."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workflow_scripts.report_page.explanation_words import signed
from workflow_scripts.report_page.grid import Cell, Reader, cell
from workflow_scripts.report_page.results import score
from workflow_scripts.report_page.study import ALPHA
from workflow_scripts.report_page.words import per_cent, points


def by_key(rows: pd.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """One row per key; `cells` holds {what the columns say: the row}, a plain word where it is one column."""
    group = rows.groupby(list(keys), sort=False, dropna=False).ngroup()
    said = rows[columns[0]] if len(columns) == 1 else rows[list(columns)].itertuples(index=False, name=None)
    cells: dict[int, dict[Any, Any]] = {}
    for number, what, row in zip(group, said, rows.itertuples(), strict=True):
        cells.setdefault(number, {})[what] = row
    return rows.loc[~group.duplicated(), list(keys)].reset_index(drop=True).assign(cells=list(cells.values()))


def at(key: Any, read: Reader) -> Reader:
    """What reads one entry of `cells`: a dash where there is none."""
    return lambda row: read(row.cells[key]) if key in row.cells else cell(float("nan"))


def of_job() -> dict[str, Reader]:
    """The columns that name a model, its layer and an emotion."""
    return {
        "model": lambda row: cell(row.model),
        "layer": lambda row: cell("–" if row.layer == "functionals" else row.layer),
        "emotion": lambda row: cell(row.emotion),
    }


def score_of(row: Any) -> Cell:
    """A score, quiet where its p is above 0.05 or its interval reaches chance."""
    return score(row.value, row.low, row.high, "quiet" if row.p > ALPHA or row.low <= row.chance else "")


def difference_of(row: Any) -> Cell:
    """A difference in points, quiet unless p and interval leave out 0."""
    apart = row.p <= ALPHA and (row.low > 0 or row.high < 0)
    text = None if pd.isna(row.value) else points(row.value, row.low, row.high).replace(" points", "")
    return cell(row.value, text, "" if apart else "quiet")


def gain_of(row: Any) -> Cell:
    """A gain in R2, quiet unless it is claimed."""
    claimed = row.p_adjusted <= ALPHA and row.low > 0
    return cell(row.value, signed(row.value, row.low, row.high), "" if claimed else "quiet")


def share(value: float) -> Cell:
    """A share as per cent; a dash where there is none."""
    return cell(value, None if pd.isna(value) else per_cent(value))


def r2(value: float) -> Cell:
    """An R2 with two decimals; a dash where there is none."""
    return cell(value, None if pd.isna(value) else f"{value:.2f}")


def with_spread(value: float, spread: float) -> str | None:
    """'97.6 % ± 2.0': a score as published; None where there is none."""
    if pd.isna(value):
        return None
    return f"{100 * value:.1f} %" if pd.isna(spread) else f"{100 * value:.1f} % ± {100 * spread:.1f}"


def range_of_shares(low: float, high: float) -> str | None:
    """'92.0 to 93.7 %'; None where there is none."""
    if pd.isna(low):
        return None
    one, other = f"{100 * low:.1f}", f"{100 * high:.1f}"
    return f"{one} %" if one == other else f"{one} to {other} %"


def range_of_values(low: float, high: float) -> str | None:
    """'0.33 to 0.41'; None where there is none."""
    if pd.isna(low):
        return None
    one, other = f"{low:.2f}", f"{high:.2f}"
    return one if one == other else f"{one} to {other}"
