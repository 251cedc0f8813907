"""Distances between groups of frames, from stored totals: the published way with every frame as a sample."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workflow_scripts.distances import frechet
from workflow_scripts.distances.rows import Row, frechet_rows, names

F64 = npt.NDArray[np.float64]


class Frames(NamedTuple):
    """Totals of one dataset and layer, as `embedding.frame_totals.read` gives them, by emotion."""

    emotions: list[str]
    n: npt.NDArray[np.int64]
    mean: F64
    covariance: F64


def distances_of_frames(sides: Mapping[str, Frames], emotions: Sequence[str]) -> Iterator[Row]:
    """Frechet distance of every pair of groups (dataset, emotion), with its terms.

    Frames of one clip resemble each other, long clips weigh more, and speakers cannot be told apart in totals: these
    are point values, and how far they are from chance is not known.

    Args:
        sides: dataset -> its totals, in the order of the pair.
        emotions: that both have, each with at least two frames.
    """
    groups = {}
    for dataset, frames in sides.items():
        for emotion in emotions:
            place = frames.emotions.index(emotion)
            factor = frechet.factor_of(frames.covariance[place])
            groups[dataset, emotion] = (int(frames.n[place]), frames.mean[place], factor)
    unit = float(np.mean([(factor**2).sum() for _, _, factor in groups.values()]))
    for one, other in combinations(groups, 2):
        (n_first, mean, factor), (n_second, other_mean, other_factor) = groups[one], groups[other]
        terms = frechet.of_moments((mean, other_mean), (factor, other_factor))
        yield from frechet_rows(terms, {**names(one, other), "unit": unit, "n_first": n_first, "n_second": n_second})
