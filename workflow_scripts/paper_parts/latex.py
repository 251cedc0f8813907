r"""Tables as LaTeX, for `\usepackage{booktabs}`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workflow_scripts.report_page.tex import escaped

TEXT, NUMBER, INTERVAL, WORDS = "text", "number", "interval", "words"
# how a column is set: words wrap; a number and its interval are two columns, so that numbers stand below each other
SET = {TEXT: "l", NUMBER: "r", INTERVAL: "r@{ }l", WORDS: r"p{0.34\linewidth}"}
NARROW = 6  # columns of a table that fits one column of a page
DASH, MINUS = "–", "−"


@dataclass(frozen=True)
class Column:
    """A column: its heading, what it says of a row (of itertuples), how it is set, and whether a row is told."""

    heading: str
    read: Callable[[Any], str]
    kind: str = TEXT
    told: Callable[[Any], bool] = lambda row: False


@dataclass(frozen=True)
class Table:
    """A table of a paper.

    Attributes:
        name: of its files, and of its label.
        caption: in plain words.
        rows: what is printed, one row each.
        columns: of the print.
        data: what the CSV holds, in full.
    """

    name: str
    caption: str
    rows: pd.DataFrame
    columns: Sequence[Column]
    data: pd.DataFrame


def as_latex(table: Table) -> str:
    """The table with caption and label; a star marks what is told, a line parts the groups of the first column."""
    width = sum(2 if column.kind == INTERVAL else 1 for column in table.columns)
    kind = "table" if width <= NARROW else "table*"
    headings = [
        rf"\multicolumn{{2}}{{c}}{{{escaped(column.heading)}}}" if column.kind == INTERVAL else escaped(column.heading)
        for column in table.columns
    ]
    lines = [
        rf"\begin{{{kind}}}[t]",
        r"\centering\small",
        rf"\caption{{{escaped(table.caption)}}}",
        rf"\label{{tab:{table.name}}}",
        rf"\begin{{tabular}}{{@{{}}{''.join(SET[column.kind] for column in table.columns)}@{{}}}}",
        r"\toprule",
        _row(headings),
        r"\midrule",
        *_body(table),
        r"\bottomrule",
        r"\end{tabular}",
        rf"\end{{{kind}}}",
    ]
    return "\n".join(lines) + "\n"


def _body(table: Table) -> list[str]:
    """Rows, what the first column repeats left out."""
    lines, before = [], ""
    for row in table.rows.itertuples():
        cells = [_cell(column, row) for column in table.columns]
        if cells[0] == before:
            cells[0] = ""
        else:
            lines += [r"\addlinespace"] if before and len(table.columns) > 1 and _repeats(table) else []
            before = cells[0]
        lines.append(_row(cells))
    return lines


def _repeats(table: Table) -> bool:
    """Whether any neighbours say the same in the first column."""
    said = [table.columns[0].read(row) for row in table.rows.itertuples()]
    return any(one == other for one, other in zip(said, said[1:], strict=False))


def _cell(column: Column, row: Any) -> str:
    text, star = column.read(row), r"\rlap{*}" if column.told(row) else ""
    if column.kind != INTERVAL:
        return escaped(text) + star
    value, bracket, interval = text.partition(" [")
    return f"{_number(value)}{star} & {escaped(bracket.strip() + interval.replace('-', MINUS))}"


def _number(text: str) -> str:
    """A number with the sign as mathematics sets it."""
    return f"${text}$" if text.startswith(("+", "-")) else escaped(text)


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"
