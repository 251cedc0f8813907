"""The three measures of distance of one layer, for any choice of its clips."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.distances import frechet
from workflow_scripts.distances.design import Cell, rows_of

F64 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

FRECHET, KERNEL, MEAN_TERM = "frechet", "kernel", "mean-term"
MEASURES = (FRECHET, KERNEL, MEAN_TERM)
AT_ONCE = 2_000_000  # inner products of cells that are measured in one go
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

    def within(self, cell: Cell) -> tuple["Measures", Rows]:
        """The same for the clips of a cell alone, and the place that each clip has there (for `Cell.at`).

        What is drawn from many times should lie close together in memory: it is three times faster.
        """
        rows = rows_of_cell(cell)
        products = None if self.products is None else _blocks(self.products, rows)
        place = np.full(len(self.vectors), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return Measures(self.vectors[rows], products, _blocks(self.similar, rows)), place

    def of(self, cells: Sequence[Cell]) -> F64:
        """The measures of cells, (cells, 3) in the order of MEASURES."""
        found = np.empty((len(cells), len(MEASURES)))
        for some, rows, cell in _alike(cells):
            similar = mean_term(_between_speakers(_blocks(self.similar, rows), cell), cell)
            near = self._near(rows, cell)
            if self._tall(cell):
                means = speaker_means(near, cell)
                mean = mean_term(means @ means.swapaxes(-2, -1), cell)
            else:
                mean = mean_term(_between_speakers(near, cell), cell)
            found[some] = np.stack([self._frechet(near, cell).distance, similar, mean], axis=1)
        return found

    def terms(self, cell: Cell) -> frechet.Terms:
        """The Frechet distance of a cell in its parts."""
        return self._frechet(self._near(rows_of_cell(cell), cell), cell)

    def _tall(self, cell: Cell) -> bool:
        """Whether vectors are the smaller form, else inner products."""
        return bool(min(cell.counts) > self.vectors.shape[1])

    def _near(self, rows: Rows, cell: Cell) -> F64:
        """What the distances of cells with these rows (..., N), alike in size, rest on: vectors or inner products."""
        if self.products is not None and not self._tall(cell):
            return _blocks(self.products, rows)
        near = self.vectors[rows]
        return np.asarray(near if self._tall(cell) else near @ near.swapaxes(-2, -1))

    def _frechet(self, near: F64, cell: Cell) -> frechet.Terms:
        n = cell.counts[0]
        if self._tall(cell):
            return frechet.of_vectors(near[..., :n, :], near[..., n:, :])
        return frechet.of_products(near, n)

    def carried(self, cell: Cell) -> dict[str, tuple[F64, F64]]:
        """What each clip of both sides adds to the Frechet distance and to the kernel distance, by measure."""
        one, other = rows_of(cell.one), rows_of(cell.other)
        parts = mean_term_parts(_blocks(self.similar, rows_of_cell(cell)), cell)
        return {
            FRECHET: frechet.contributions(self.vectors[one], self.vectors[other]),
            KERNEL: (parts[: len(one)], parts[len(one) :]),
        }


def of_layer(vectors: F64, similar: F64) -> Measures:
    """The measures of one layer from the vectors (clips, width), float64 and finite, and the kernel of its clips."""
    centred = vectors - vectors.mean(axis=0)
    return Measures(centred, centred @ centred.T if len(vectors) <= MOST_KEPT else None, similar)


def rows_of_cell(cell: Cell) -> Rows:
    """The clips of both sides, (N,)."""
    return np.concatenate([rows_of(cell.one), rows_of(cell.other)])


def _blocks(matrix: F64, rows: Rows) -> F64:
    """Rows and columns of a matrix: (..., N, N) for rows (..., N)."""
    return np.asarray(matrix[rows[..., :, None], rows[..., None, :]])


def _alike(cells: Sequence[Cell]) -> Iterator[tuple[list[int], Rows, Cell]]:
    """Cells of the same numbers of clips together, as many as should lie in memory: (which, rows (some, N), one)."""
    by_shape: dict[tuple[object, ...], list[int]] = {}
    for index, cell in enumerate(cells):
        shape = (cell.paired, *(tuple(map(len, clips.values())) for clips in (cell.one, cell.other)))
        by_shape.setdefault(shape, []).append(index)
    for members in by_shape.values():
        first = cells[members[0]]
        at_once = max(1, AT_ONCE // sum(first.counts) ** 2)
        for start in range(0, len(members), at_once):
            some = members[start : start + at_once]
            yield some, np.array([rows_of_cell(cells[index]) for index in some]), first


def _sizes(cell: Cell) -> Rows:
    """Clips of every speaker of one side, then of the other."""
    return np.array([len(rows) for clips in (cell.one, cell.other) for rows in clips.values()])


def speaker_means(values: F64, cell: Cell, axis: int = -2) -> F64:
    """Means over the clips of each speaker, along the axis (-2 or -1) on which the clips of both sides lie in order."""
    sizes = _sizes(cell)
    sums = np.add.reduceat(values, np.cumsum(sizes) - sizes, axis=axis)
    return np.asarray(sums / (sizes[:, None] if axis == -2 else sizes))


def _between_speakers(products: F64, cell: Cell) -> F64:
    """Inner products of the speakers' means (..., m1 + m2, m1 + m2) from those of their clips (..., N, N)."""
    return speaker_means(speaker_means(products, cell), cell, axis=-1)


def kernel_distance(similar: F64, cell: Cell) -> float:
    """The kernel distance of a cell from the kernel of all clips (clips, clips): see `kernel`."""
    return float(mean_term(_between_speakers(_blocks(similar, rows_of_cell(cell)), cell), cell))


def mean_term(products: F64, cell: Cell) -> F64:
    """Squared distances between the means, corrected for the number of speakers, so that their mean is the true one.

    Speakers are the units, whose clips are averaged. Paired: |d|^2 - tr cov(d_a) / m with d_a a speaker's difference
    between the sides, so that what is a speaker's own cancels. Unpaired: |m1 - m2|^2 - tr S1 / m1 - tr S2 / m2. Either
    is a mean over pairs of different speakers; it may be negative.

    Args:
        products: inner products of the speakers' means (..., m1 + m2, m1 + m2), the first side first.
        cell: whose speakers these are, at least two on a side.
    """
    return np.asarray((_pair_weights(cell) * products).sum(axis=(-2, -1)))


def mean_term_parts(products: F64, cell: Cell) -> F64:
    """What each clip adds to `mean_term`, from the inner products of the clips (N, N): (N,), which sum to it."""
    sizes = _sizes(cell)
    weights = np.repeat(_pair_weights(cell) / sizes[:, None], sizes, axis=0)
    return np.asarray((weights * speaker_means(products, cell, axis=-1)).sum(axis=1))


def _pair_weights(cell: Cell) -> F64:
    """With which weight each two speakers' means enter the mean term: 0 where both are the same person."""
    sizes = [len(cell.one), len(cell.other)]
    share = np.repeat([1 / sizes[0], -1 / sizes[1]], sizes)
    weights = np.outer(share, share)
    if cell.paired:
        same = np.tile(np.eye(sizes[0], dtype=bool), (2, 2))
        return np.asarray(np.where(same, 0.0, weights * sizes[0] / (sizes[0] - 1)))
    for part, m in ((slice(sizes[0]), sizes[0]), (slice(sizes[0], None), sizes[1])):
        weights[part, part] *= m / (m - 1)
    np.fill_diagonal(weights, 0.0)
    return weights
