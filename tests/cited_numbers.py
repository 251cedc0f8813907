"""Whether every number in every sentence of the front page stands where its finding says: looked up and shown anew."""

import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

NAMES = re.compile(r"\b[Pp]aper [12]\b|\bF1\b")
DIGITS = re.compile(r"(?<![\d.])[+-]?\d+(?:\.\d+)?(?:e-?\d+)?")

INTERVAL = re.compile(r"([+-]?[\d.]+)(?: %| points)? \[([+-]?[\d.]+), ([+-]?[\d.]+)\]")


def faults(findings: pd.DataFrame, table_of: Callable[[str], pd.DataFrame]) -> list[str]:
    """What is wrong with the numbers of the sentences, in words; nothing where all is right.

    Args:
        findings: the table findings.
        table_of: gives a table by its path below results, without suffix.
    """
    found = [] if findings["finding"].is_unique else ["two findings have one name"]
    for row in findings.itertuples():
        sources = json.loads(row.sources)
        said = Counter(DIGITS.findall(NAMES.sub("", row.sentence)))
        cited = Counter(token for source in sources for token in DIGITS.findall(source["shown"]))
        if said != cited:
            found.append(f"{row.finding}: without a source {said - cited}, not in the sentence {cited - said}")
        for figure in INTERVAL.findall(row.sentence):
            value, low, high = map(float, figure)
            found += [] if low <= value <= high else [f"{row.finding}: {figure} is no figure with its interval"]
        for source in sources:
            table = findings if source["table"] == "findings" else table_of(source["table"])
            fault = _fault(source, table)
            found += [f"{row.finding}: {fault}: {source}"] if fault else []
    return found


def _fault(source: dict[str, Any], table: pd.DataFrame) -> str:
    rows, shown = _rows(table, source["keys"]), source["shown"]
    if source["form"] == "number of rows":
        return "" if len(rows) == int(shown) else f"{len(rows)} rows"
    if len(rows) != 1:
        return f"{len(rows)} rows"
    there = rows.iloc[0][source["column"]]
    if source["form"] == "text":
        return "" if str(there) == shown else f"{there} is there"
    number = float(there)
    if source["form"] == "below":
        return "" if number < float(shown) else f"{number} is there"
    if "less" in source:
        other = _rows(table, source["less"])
        if len(other) != 1:
            return f"{len(other)} rows to subtract"
        number = abs(number - float(other.iloc[0][source["column"]]))
    number *= 100 if source["form"] == "per cent" else 1
    half_a_digit = 0.5 * 10.0 ** int(Decimal(shown).as_tuple().exponent)
    return "" if abs(number - float(shown)) <= half_a_digit + 1e-9 else f"{number} is there"


def _rows(table: pd.DataFrame, keys: dict[str, Any]) -> pd.DataFrame:
    kept = np.ones(len(table), dtype=bool)
    for column, value in keys.items():
        kept &= (table[column] == value).to_numpy()
    return table[kept]
