"""Tables of the page: cells with a text to read and a key to sort by."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Cell:
    """What is read, what it is sorted by, and whether it is quiet (not significant) or a warning."""

    text: str
    key: str | float
    look: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: caption, headings with whether each holds numbers, rows of cells."""

    caption: str
    headings: list[tuple[str, bool]]
    rows: list[list[Cell]]


Reader = Callable[[Any], Cell]


def cell(value: Any, text: str | None = None, look: str = "") -> Cell:
    """A cell of a value; numbers sort as numbers, NaN last and read as a dash."""
    if isinstance(value, str):
        return Cell(value if text is None else text, value, look)
    number = float(value)
    if np.isnan(number):
        return Cell("–" if text is None else text, float("-inf"), look)
    return Cell(f"{number:g}" if text is None else text, number, look)


def grid(frame: pd.DataFrame, caption: str, columns: Mapping[str, Reader], fold: Collection[str] = ()) -> Grid:
    """A table of the rows of `frame`.

    Columns without any text or number are left out; those named in `fold` move to the caption where all rows say the
    same, but for those that have no number there.

    Args:
        frame: the rows.
        caption: what stands above them.
        columns: heading -> what reads its cell from a row (itertuples).
        fold: headings of columns that may move to the caption.
    """
    lines = list(frame.itertuples())
    read = {heading: [reader(row) for row in lines] for heading, reader in columns.items()}
    texts = {heading: {one.text for one in read[heading] if not _is_gap(one)} for heading in fold}
    same = {heading for heading in fold if len(texts[heading]) == 1 and len(frame) > 1}
    said = [f"{heading} {text}" for heading in columns if heading in same for text in texts[heading] if text]
    kept = {
        heading: cells
        for heading, cells in read.items()
        if heading not in same and (not len(frame) or any(one.text and not _is_gap(one) for one in cells))
    }
    numeric = [not any(isinstance(one.key, str) for one in cells) and bool(cells) for cells in kept.values()]
    rows = [list(row) for row in zip(*kept.values(), strict=True)]
    return Grid("; ".join([caption, *said]), list(zip(kept, numeric, strict=True)), rows)


def _is_gap(one: Cell) -> bool:
    """Whether a cell is the dash of a number that is not there."""
    return (one.text, one.key) == ("–", float("-inf"))


def crossed(frame: pd.DataFrame, caption: str, rows: str, columns: str, order: Sequence[str]) -> Grid:
    """Counts of `rows` x `columns` with totals; columns in the given order, others after."""
    present = [name for name in order if (frame[columns] == name).any()]
    present += sorted(set(frame[columns]) - set(present))
    counts = pd.crosstab(frame[rows], frame[columns]).reindex(columns=present, fill_value=0)
    body = [
        [Cell(str(name), str(name)), *(cell(int(count)) for count in row), cell(int(row.sum()))]
        for name, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    body.append([Cell("all", "~"), *(cell(int(count)) for count in counts.sum()), cell(len(frame))])
    return Grid(caption, [(rows, False), *((name, True) for name in present), ("all", True)], body)
