"""The three measures of distance of one layer, for any choice of its clips."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.distances import frechet, kernel
from workflow_scripts.distances.design import Cell, rows_of

F64 = npt.NDArray[np.float64]

FRECHET, KERNEL, MEAN_TERM = "frechet", "kernel", "mean-term"
MEASURES = (FRECHET, KERNEL, MEAN_TERM)
MOST_KEPT = 6000  # clips whose inner products are kept, 8 bytes x clips^2, rather than made anew for every cell


@dataclass(frozen=True)
class Measures:
    """Distances between clips, by what they rest on: see `of_layer`.

    vectors (clips, width), centred; products (clips, clips), their inner products, None where there are too many
    clips to keep them; similar (clips, clips), their kernel.
    """

    vectors: F64
    products: F64 | None
    similar: F64

    def within(self, cell: Cell) -> tuple["Measures", Cell]:
        """The same for the clips of a cell alone, and the cell with the numbers that its clips have there.

        What is drawn from many times should lie close together in memory: it is three times faster.
        """
        rows = np.concatenate([rows_of(cell.one), rows_of(cell.other)])
        products = None if self.products is None else _block(self.products, rows)
        place = np.zeros(len(self.vectors), dtype=np.int64)
        place[rows] = np.arange(len(rows))
        one, other = ({name: place[own] for name, own in clips.items()} for clips in (cell.one, cell.other))
        return Measures(self.vectors[rows], products, _block(self.similar, rows)), Cell(one, other, cell.paired)

    def of(self, cell: Cell) -> F64:
        """The measures of a cell, (3,) in the order of MEASURES."""
        one, other = rows_of(cell.one), rows_of(cell.other)
        similar = kernel.mmd(_block(self.similar, np.concatenate([one, other])), len(one))
        terms, mean = self._terms(cell)
        return np.array([terms.distance, similar, mean])

    def terms(self, cell: Cell) -> frechet.Terms:
        """The Frechet distance of a cell in its parts."""
        return self._terms(cell)[0]

    def _terms(self, cell: Cell) -> tuple[frechet.Terms, float]:
        """The Frechet distance, and the mean term between speakers."""
        one, other = rows_of(cell.one), rows_of(cell.other)
        rows = np.concatenate([one, other])
        weights = speaker_weights(cell)
        if min(len(one), len(other)) > self.vectors.shape[1]:
            near = self.vectors[rows]
            means = weights @ near
            return frechet.of_vectors(near[: len(one)], near[len(one) :]), mean_term(means @ means.T, cell)
        products = self.vectors[rows] @ self.vectors[rows].T if self.products is None else _block(self.products, rows)
        return frechet.of_products(products, len(one)), mean_term(weights @ products @ weights.T, cell)

    def carried(self, cell: Cell) -> dict[str, tuple[F64, F64]]:
        """What each clip of both sides adds to the Frechet distance and to the kernel distance, by measure."""
        one, other = rows_of(cell.one), rows_of(cell.other)
        similar = _block(self.similar, np.concatenate([one, other]))
        return {
            FRECHET: frechet.contributions(self.vectors[one], self.vectors[other]),
            KERNEL: kernel.contributions(similar, len(one)),
        }


def of_layer(vectors: F64, similar: F64) -> Measures:
    """The measures of one layer from the vectors (clips, width), float64 and finite, and the kernel of its clips."""
    centred = vectors - vectors.mean(axis=0)
    return Measures(centred, centred @ centred.T if len(vectors) <= MOST_KEPT else None, similar)


def _block(matrix: F64, rows: npt.NDArray[np.int64]) -> F64:
    return matrix[rows[:, None], rows]


def speaker_weights(cell: Cell) -> F64:
    """(speakers of one + of the other, clips of both): the weights with which clips make speakers' means."""
    sizes = np.array([len(rows) for clips in (cell.one, cell.other) for rows in clips.values()])
    weights = np.zeros((len(sizes), sizes.sum()))
    weights[np.repeat(np.arange(len(sizes)), sizes), np.arange(sizes.sum())] = np.repeat(1 / sizes, sizes)
    return weights


def mean_term(products: F64, cell: Cell) -> float:
    """Squared distance between the means, corrected for the number of speakers, so that its mean is the true one.

    Speakers are the units, whose clips are averaged. Paired: |d|^2 - tr cov(d_a) / m with d_a a speaker's difference
    between the sides, so that what is a speaker's own cancels. Unpaired: |m1 - m2|^2 - tr S1 / m1 - tr S2 / m2. It may
    be negative.

    Args:
        products: inner products of the speakers' means (m1 + m2, m1 + m2), the first side first.
        cell: whose speakers these are, at least two on a side.
    """
    m = len(cell.one)
    one, other, across = products[:m, :m], products[m:, m:], products[:m, m:]
    if cell.paired:
        return _between_units(one + other - across - across.T)
    return _between_units(one) + _between_units(other) - 2 * float(across.mean())


def _between_units(products: F64) -> float:
    """Mean inner product of two different units: the squared length of their mean, without bias."""
    m = len(products)
    return (float(products.sum()) - float(np.trace(products))) / (m * (m - 1))
