"""What is known of the distance of a cell beyond its value: without each speaker, of halves of them, sides swapped.

Columns are the measures in the order of MEASURES.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.distances import design
from workflow_scripts.distances.design import Cell
from workflow_scripts.distances.measures import MEASURES, Measures
from workflow_scripts.statistics import jackknife
from workflow_scripts.statistics.permutation import smallest_flip_p

F64 = npt.NDArray[np.float64]
Row = dict[str, Any]

JACKKNIFE, HALF_SAMPLE = "jackknife", "half-sample"


def left_out(measures: Measures, drawn: Sequence[Cell]) -> F64:
    """Measures without each speaker of `Cell.speakers`, mean over draws of clips: (speakers, 3)."""
    speakers = drawn[0].speakers
    every = measures.of([cell.without(*speaker) for speaker in speakers for cell in drawn])
    return np.asarray(every.reshape(len(speakers), len(drawn), -1).mean(axis=1))


def intervals(values: F64, without: F64, cell: Cell) -> list[Row]:
    """low, high and method of the 95 % interval of each measure (3,), from `left_out`; two samples where unpaired."""
    first = len(cell.one)
    groups = [without] if cell.paired else [without[:first], without[first:]]
    half = jackknife.reach([jackknife.variance(group) for group in groups], [len(group) for group in groups])
    words = "jackknife t over speakers" if cell.paired else "two-sample jackknife t over speakers"
    return [
        {"low": float(value - own), "high": float(value + own), "interval": words}
        for value, own in zip(values, half, strict=True)
    ]


def halves(measures: Measures, drawn: Sequence[Cell], people: Sequence[tuple[frozenset[str], frozenset[str]]]) -> F64:
    """Measures of the halves of the speakers that `design.half_samples` gives, each time with one draw of clips.

    Returns: (half-samples, 3), NaN where a side has fewer than two of its speakers.
    """
    found = np.full((len(people), len(MEASURES)), np.nan)
    cells = [drawn[index % len(drawn)].only(some) for index, some in enumerate(people)]
    enough = [index for index, half in enumerate(cells) if min(len(half.one), len(half.other)) > 1]
    found[enough] = measures.of([cells[index] for index in enough])
    return found


def null(measures: Measures, cell: Cell, values: F64, swaps: int, rng: np.random.Generator) -> list[Row]:
    """Of each measure, whose values (3,) are given: mean, deviation, z and one-sided p after swaps of the sides."""
    swapped, number, exact = design.swaps(cell, swaps, rng)
    drawn = measures.of(list(swapped))
    # rounding makes the swap of everybody differ from the cell itself in the last digits
    reached = (drawn >= values - 1e-9 * np.abs(values)).sum(axis=0)
    p = reached / number if exact else (1 + reached) / (number + 1)
    # dealt the other way round, sides of equal numbers of speakers are as far apart
    alike = 2 if len(cell.one) == len(cell.other) else 1
    smallest = alike / number if exact else 1 / (number + 1)
    if cell.paired:
        smallest = smallest_flip_p(len(cell.one), swaps)
    mean, spread = drawn.mean(axis=0), drawn.std(axis=0, ddof=1)
    return [
        {
            "null_mean": float(mean[index]),
            "null_deviation": float(spread[index]),
            "z": float((values[index] - mean[index]) / spread[index]) if spread[index] > 0 else np.nan,
            "p": float(p[index]),
            "p_smallest": smallest,
            "n_swaps": number,
        }
        for index in range(len(MEASURES))
    ]


def table(values: F64, kind: str, speakers: Sequence[str] = (), datasets: Sequence[str] = ()) -> pd.DataFrame:
    """One row per resample and measure, of values (resamples, 3)."""
    number = len(values)
    return pd.DataFrame(
        {
            "kind": kind,
            "measure": np.repeat(MEASURES, number),
            "draw": np.tile(np.arange(number), len(MEASURES)),
            "dataset": np.tile(list(datasets) or [""] * number, len(MEASURES)),
            "person": np.tile(list(speakers) or [""] * number, len(MEASURES)),
            "value": values.T.ravel(),
        }
    )
