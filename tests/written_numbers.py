"""Numbers of a sentence, and the forms in which sentences write those of a table."""

import re

import pandas as pd


def written(*rows: pd.DataFrame, columns: tuple[str, ...]) -> set[str]:
    """The numbers of these columns as a sentence may write them: per cents, points, counts, p values."""
    found = set()
    for table in rows:
        for column in columns:
            for value in table[column].dropna() if column in table else []:
                share = abs(100 * float(value))
                found |= {f"{share:.0f}", f"{share:.1f}", f"{float(value):.2g}", f"{float(value):.3g}"}
    return found


def numbers_in(sentence: str) -> list[str]:
    """Numbers of a sentence, but for those in names (eGeMAPSv02, paper1)."""
    return re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)", sentence)
