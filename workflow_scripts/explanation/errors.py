"""Errors of predicted acoustic features as sums per speaker, and what is pooled from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.statistics import jackknife

F64 = npt.NDArray[np.float64]
# A pooled quantity (r, values) of how often each speaker counts (r, speakers).
Quantity = Callable[[F64], F64]

ALL, TOP, RANDOM, BOTTOM, PERMUTED = "all", "top", "random", "bottom", "permuted"


@dataclass(frozen=True)
class Errors:
    """Errors on held-out clips, in standard deviations of each fold's training part.

    speakers, clips: names and tested clips (m,).
    sst: squares about the training mean (m, f), NaN for features with a flaw.
    sse: per side squared errors (m, f), mean over its draws; of "random" too where there are random draws.
    draws: squared errors of each random draw, summed over folds and speakers (draws, f).
    top_as_draw: the same of the top k with the penalties of the random draws (f,), to be ranked among these. With
        penalties of its own a set that is no better than the draws is often better or worse than all of them, above
        all where the draws tell nothing and are penalised most.
    alphas: per side the penalties (folds, f); median over its draws.
    k: dimensions of the random draws (folds,).
    flaws: (f,) why a feature cannot be predicted, "" where it can.
    """

    speakers: npt.NDArray[Any]
    clips: F64
    sst: F64
    sse: Mapping[str, F64]
    draws: F64
    top_as_draw: F64
    alphas: Mapping[str, F64]
    k: npt.NDArray[np.int64]
    flaws: npt.NDArray[np.str_]

    def everybody(self) -> F64:
        """Each speaker once: (1, m)."""
        return np.ones((1, len(self.speakers)))

    def r2(self, side: str, weights: F64) -> F64:
        """Pooled R2 (r, f): 1 - squared errors over squares about the training mean, speakers weighted (r, m)."""
        return 1 - quotient(weights @ self.sse[side], weights @ self.sst)

    def r2_of_draws(self) -> F64:
        """Pooled R2 of every random draw: (draws, f)."""
        return 1 - quotient(self.draws, self.sst.sum(0))

    def r2_as_draw(self) -> F64:
        """Pooled R2 (f,) of the top k with the penalties of the random draws."""
        return 1 - quotient(self.top_as_draw, self.sst.sum(0))

    def gain(self, weights: F64) -> F64:
        """R2 from the top k less R2 from k random dimensions (mean over draws): (r, f)."""
        return self.r2(TOP, weights) - self.r2(RANDOM, weights)

    def rmse(self, side: str, weights: F64) -> F64:
        """Root mean squared error (r, f) in standard deviations of the training part."""
        return self._rmse(self.sse[side], weights)

    def rmse_mean(self, weights: F64) -> F64:
        """The same of a prediction by the training mean."""
        return self._rmse(self.sst, weights)

    def information_increase(self, weights: F64) -> F64:
        """The published quantity rmse_all / rmse_top^2 (r, f); it is no gain, and no share of anything."""
        return quotient(self.rmse(ALL, weights), self.rmse(TOP, weights) ** 2)

    def _rmse(self, sums: F64, weights: F64) -> F64:
        return np.asarray(np.sqrt(quotient(weights @ sums, (weights @ self.clips)[:, None])))


def quotient(a: F64, b: F64) -> F64:
    """a / b, NaN where b is 0."""
    shape = np.broadcast_shapes(a.shape, b.shape)
    return np.asarray(np.divide(a, b, out=np.full(shape, np.nan), where=np.broadcast_to(b != 0, shape)))


def interval(quantity: Quantity, speakers: int, level: float = 0.95) -> tuple[F64, F64, F64]:
    """Value, low and high (values,): delete-one-speaker jackknife with Student's t, the models as they are.

    NaN ends for a single speaker.
    """
    value = quantity(np.ones((1, speakers)))[0]
    if speakers < 2:
        return value, np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    without = quantity(1 - np.eye(speakers))
    half = jackknife.reach([jackknife.variance(without)], [speakers], level)
    return value, value - half, value + half
