"""Numbers of tables in the words of a sentence, each remembered with the one row and column where it stands."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workflow_scripts.report_page.explanation_words import signed
from workflow_scripts.report_page.words import p_in_words, per_cent, points
from workflow_scripts.statistics.power import Smallest

Row = Any  # of a table: a mapping or a series, by column

# A number in a sentence, also within a name; a sign counts where it does not join two numbers.
NUMBER = re.compile(r"(?<![\d.])[+-]?\d+(?:\.\d+)?(?:e-?\d+)?")
PER_CENT, AS_IS, BELOW, TEXT, ROWS = "per cent", "as it is", "below", "text", "number of rows"
_PROBE = ["protocol", "probe", "pooling", "speaker_normalisation"]
_SCORE = ["source", "dataset", "model", "headline", *_PROBE, "repeat", "null_run", "condition", "group", "metric"]
_CELL = ["source", "target", "model", "tuner", "condition"]
_DISTANCE = ["first", "second", "layer", "grain", "pooling", "scale", "condition", "form", "clips_per_speaker"]
_EXPLAINED = ["dataset", "model", "layer", "emotion", "against", "protocol", "condition"]
# Of each table, by its path below results, the columns that name one row.
KEYS = {
    "probing/best": [*_SCORE, "emotion", "speaker"],
    "probing/cross": [*_SCORE, "emotion", "speaker"],
    "probing/layers": ["dataset", "model", "layer", *_PROBE, "condition"],
    "probing/comparisons": ["dataset", "model", "against"],
    "corpora/audit": ["topic", "source", "target", "protocol", "what"],
    "distances/ranking": [*_DISTANCE, "measure", "model", "emotion"],
    "distances/contrasts": [*_DISTANCE, "measure", "model", "emotion", "against"],
    "distances/agreement": [*_DISTANCE, "measure", "what", "of"],
    "explanation/scores": [*_EXPLAINED, "side", "metric"],
    "explanation/categories": [*_EXPLAINED, "form", "what", "aggregate", "category"],
    "explanation/papers": ["corpus", "emotion", "what", "side", "category", "dataset"],
    "transfer/scores": [*_CELL, "protocol", "emotions", "repeat", "clips", "group", "metric", "emotion", "speaker"],
    "transfer/comparisons": ["question", "one", "other", *_CELL, "protocol", "emotions", "metric", "emotion"],
    "transfer/claims": ["claim", "quantity", *_CELL],
    "findings": ["finding"],
}  # fmt: skip


@dataclass
class Cited:
    """The numbers of one sentence; each method gives words for the sentence and keeps where their numbers stand."""

    finding: str
    sources: list[dict[str, Any]] = field(default_factory=list)

    def share(self, table: str, row: Row, *columns: str) -> str:
        """'71 % [66, 76]' of value, low and high, or of one column; without the interval where there is none."""
        value, *ends = columns or ("value", "low", "high")
        ends = [] if any(np.isnan(row[end]) for end in ends) else ends
        return self._kept(per_cent(*(row[name] for name in (value, *ends))), table, row, (value, *ends), PER_CENT)

    def points(self, table: str, row: Row, value: str = "difference") -> str:
        """'+5 points [+1, +9]' of a difference, its low and its high."""
        columns = [value, *(end for end in ("low", "high") if not np.isnan(row[end]))]
        return self._kept(points(*(row[name] for name in columns)), table, row, columns, PER_CENT)

    def between(self, table: str, one: Row, other: Row) -> str:
        """'13 points more', '2 points less': what the value of one row is more than that of another."""
        gap = round(100 * (one["value"] - other["value"]))
        words = f"{abs(gap)} point{'' if abs(gap) == 1 else 's'} {'more' if gap >= 0 else 'less'}"
        self._kept(words, table, one, ["value"], PER_CENT)
        self.sources[-1]["less"] = self._keys(table, other)
        return words

    def gain(self, table: str, row: Row) -> str:
        """'+0.12 [+0.05, +0.19]'."""
        return self._kept(signed(row["value"], row["low"], row["high"]), table, row, ("value", "low", "high"), AS_IS)

    def distance(self, table: str, row: Row) -> str:
        """'+0.123 [+0.012, +0.234]' of a difference of distances: as exact as its interval is wide."""
        reach = (row["high"] - row["low"]) / 2
        digits = min(max(int(np.ceil(np.log10(5 / reach))), 0), 6) if reach > 0 else 3
        value, low, high = (f"{round(row[name], digits) + 0.0:+.{digits}f}" for name in ("difference", "low", "high"))
        return self._kept(f"{value} [{low}, {high}]", table, row, ("difference", "low", "high"), AS_IS)

    def number(self, table: str, row: Row, column: str, form: str = ".2g") -> str:
        """'0.031', '+0.28': a column as it is."""
        return self._kept(f"{row[column]:{form}}", table, row, [column], AS_IS)

    def p(self, table: str, row: Row, column: str = "p_adjusted") -> str:
        """'p = 0.03', 'p < 0.001'."""
        form = BELOW if row[column] < 0.001 else AS_IS
        return self._kept(p_in_words(row[column]), table, row, [column], form)

    def count(self, table: str, row: Row, one: str = "speaker", column: str = "n_speakers") -> str:
        """'24 speakers'."""
        number = int(row[column])
        return self._kept(f"{number} {one}{'' if number == 1 else 's'}", table, row, [column], AS_IS)

    def name(self, table: str, row: Row, column: str = "model") -> str:
        """A text of the table as it stands there, whose digits are numbers too."""
        if NUMBER.search(str(row[column])):
            self._source(table, row, column, str(row[column]), TEXT)
        return str(row[column])

    def rows(self, table: str, keys: Mapping[str, Any], number: int) -> str:
        """How many rows have these values."""
        plain = {name: _plain(value) for name, value in keys.items()}
        self.sources.append({"table": table, "keys": plain, "column": "", "shown": str(number), "form": ROWS})
        return str(number)

    def smallest(self, smallest: Smallest, unit: str) -> str:
        """'9 points', '0.12': the smallest difference that could have been shown, of the finding itself."""
        share = unit == "points"
        words = f"{100 * smallest.difference:.0f} points" if share else f"{smallest.difference:.2g}"
        words = f"{100 * smallest.difference:.1f} points" if words == "0 points" else words
        row = {"finding": self.finding, "smallest_detectable": smallest.difference}
        return self._kept(words, "findings", row, ["smallest_detectable"], PER_CENT if share else AS_IS)

    def as_json(self) -> str:
        """For the column `sources`."""
        return json.dumps(self.sources, ensure_ascii=False)

    def _kept(self, words: str, table: str, row: Row, columns: Any, form: str) -> str:
        for column, number in zip(columns, NUMBER.findall(words), strict=True):
            self._source(table, row, column, number, form)
        return words

    def _source(self, table: str, row: Row, column: str, shown: str, form: str) -> None:
        keys = self._keys(table, row)
        self.sources.append({"table": table, "keys": keys, "column": column, "shown": shown, "form": form})

    @staticmethod
    def _keys(table: str, row: Row) -> dict[str, Any]:
        return {column: _plain(row[column]) for column in KEYS[table]}


def _plain(value: Any) -> Any:
    """A number of numpy as one of Python."""
    return value.item() if isinstance(value, np.generic) else value
