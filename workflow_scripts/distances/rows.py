"""Rows of the table `distances` that clips and frames have alike."""

from collections.abc import Iterator
from typing import Any

from workflow_scripts.distances.frechet import Terms
from workflow_scripts.distances.measures import FRECHET

Key = tuple[str, str]  # dataset, emotion
Row = dict[str, Any]


def names(one: Key, other: Key) -> Row:
    """The two groups of a cell."""
    return {
        "first_dataset": one[0], "first_emotion": one[1], "second_dataset": other[0], "second_emotion": other[1],
    }  # fmt: skip


def frechet_rows(terms: Terms, about: Row) -> Iterator[Row]:
    """The Frechet distance and its two terms, a row each, with what `about` says of the cell."""
    values = {FRECHET: terms.distance, "frechet-mean": terms.mean, "frechet-covariance": terms.covariance}
    for measure, value in values.items():
        yield {**about, "measure": measure, "value": float(value), "trace": float(terms.trace)}
