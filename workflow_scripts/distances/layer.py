"""All distances of one layer between two datasets: the tables `distances`, `distance_resamples`, `distance_carriers`.

Forms of a cell:
- published: every clip of both groups, however many, as the paper (and fadtk) take them;
- shared: every clip of the speakers that both groups have (of all speakers where they share fewer than three);
- equal: the same number of clips of each of these speakers, the mean over seeded draws. Only this form compares
  emotions, since the Frechet distance grows as clips get fewer and the scatter of all measures does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.distances import design, kernel, resampling
from workflow_scripts.distances.design import Cell, Clips
from workflow_scripts.distances.measures import (
    FRECHET,
    KERNEL,
    MEASURES,
    Measures,
    kernel_distance,
    of_layer,
    rows_of_cell,
)
from workflow_scripts.distances.rows import Key, Row, frechet_rows, names
from workflow_scripts.study.seeds import seed_of

F64 = npt.NDArray[np.float64]

PUBLISHED, SHARED, EQUAL = "published", "shared", "equal"
ALL, NORMAL = "all", "normal-intensity"
BANDWIDTHS = {"kernel-half": 0.5, "kernel-double": 2.0}
TOP = 0.05  # share of the clips of a cell whose part in the distance is told


@dataclass(frozen=True)
class Settings:
    """Numbers of draws, and the seed of the study."""

    draws: int
    half_samples: int
    swaps: int
    seed: int


def items(clips: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Statement and item (statement, intensity, take) of every clip, (clips, 2).

    Clips of one speaker, dataset and emotion that are not told apart by these are numbered in the order of the table.
    """
    item = ["statement", "intensity", "repetition"]
    number = clips.groupby(["dataset", "emotion", "person", *item], sort=False).cumcount()
    names = clips[item].astype(str).agg("|".join, axis=1) + "|" + number.astype(str)
    return np.column_stack([clips["statement"].astype(str).to_numpy(dtype=str), names.to_numpy(dtype=str)])


class Layer:
    """One layer of one model, one pooling and scale.

    Args:
        vectors: (clips, width) float64, finite: all clips of the first dataset, then all of the second.
        clips: dataset, emotion, person (equal names are the same person), statement, intensity, repetition, clip_id,
            speaker; same rows.
        pair: names of the datasets.
        emotions: of both datasets, in order.
        settings: see `Settings`.
    """

    def __init__(
        self, vectors: F64, clips: pd.DataFrame, pair: Key, emotions: Sequence[str], settings: Settings
    ) -> None:
        self._condensed = kernel.distances(vectors)
        self._bandwidth = kernel.bandwidth(self._condensed)
        if self._bandwidth == 0.0:
            raise ValueError("most vectors are equal: there is no bandwidth")
        self._measures = of_layer(vectors, kernel.kernel(self._condensed, self._bandwidth))
        self._clips, self._pair, self._emotions, self._settings = clips, pair, list(emotions), settings
        self._draws = design.Draws(settings.seed, settings.draws, items(clips))
        people = [set(clips.loc[clips["dataset"] == dataset, "person"]) for dataset in pair]
        self._shared_people = len(people[0] & people[1]) >= design.FEWEST_SPEAKERS
        groups = [vectors[design.rows_of(own)] for own in self._groups(ALL).values()]
        self.unit = float(np.mean([group.var(axis=0, ddof=1).sum() for group in groups]))

    def _groups(self, condition: str) -> dict[Key, Clips]:
        """The clips of every dataset and emotion, by speaker, in the order of the pair and of the emotions.

        Emotions without three speakers in either dataset under the condition are not there; where the datasets share
        people, without three who speak in both.
        """
        clips = self._clips
        people = clips["person"].to_numpy(dtype=str)
        wanted = np.ones(len(clips), bool) if condition == ALL else (clips["intensity"] != "strong").to_numpy()
        groups = {
            (dataset, emotion): design.by_speaker(
                people,
                np.flatnonzero(wanted & (clips["dataset"] == dataset) & (clips["emotion"] == emotion)),
            )
            for dataset in self._pair
            for emotion in self._emotions
        }
        first, second = self._pair
        of_both = [
            {*groups[first, emotion]} & {*groups[second, emotion]} if self._shared_people else groups[dataset, emotion]
            for dataset, emotion in groups
        ]
        few = {key[1] for key, own in zip(groups, of_both, strict=True) if len(own) < design.FEWEST_SPEAKERS}
        return {key: own for key, own in groups.items() if key[1] not in few}

    @property
    def conditions(self) -> list[str]:
        """Selections of clips that can be made: all, and normal intensity only where some clips are strong."""
        strong = {"normal", "strong"} <= set(self._clips["intensity"])
        return [ALL, NORMAL] if strong and self._groups(NORMAL) else [ALL]

    def tables(self, condition: str, swapped: bool) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Distances, resamples and carriers of one condition.

        Args:
            condition: one of `conditions`.
            swapped: whether to make the null of swapped sides, the longest part of the work.
        """
        groups = self._groups(condition)
        cells = {(one, other): design.cell(groups[one], groups[other]) for one, other in combinations(groups, 2)}
        rows = [*self._published(groups), *self._shared(cells, condition, swapped)]
        same = [cells[keys] for keys in self.same_emotion if keys in cells]
        # the number of clips at which emotions are compared is the largest that the scarcest of the study's has
        numbers = {max(design.equal_numbers(cell)) for cell in same}
        resamples: list[pd.DataFrame] = []
        for keys, cell in cells.items():
            measures, place = self._measures.within(cell)
            for number in sorted({*numbers, *(number // 2 for number in numbers)} & {*design.equal_numbers(cell)}):
                some = design.at_least(cell, number)
                drawn = [one.at(place) for one in self._drawn(some, number)]
                if keys not in self.same_emotion:
                    rows += self._equal(measures, drawn, keys, number) if number in numbers else []
                    continue
                beside = self._floor(measures, some.at(place), keys, number, condition)
                if number in numbers:
                    intervals, table = self._resampled(measures, drawn, keys[0][1], number)
                    resamples.append(table)
                    beside = [{**floor, **interval} for floor, interval in zip(beside, intervals, strict=True)]
                found = self._equal(measures, drawn, keys, number)
                rows += [{**row, **own} for row, own in zip(found, beside, strict=True)]
        named = {"condition": condition, "unit": self.unit}
        table = pd.DataFrame(rows).assign(**named)
        carried = [self._carriers(keys, cells[keys]) for keys in self.same_emotion if keys in cells]
        carriers = pd.concat(carried, ignore_index=True)
        return (
            table,
            pd.concat(resamples, ignore_index=True).assign(condition=condition),
            carriers.assign(condition=condition),
        )

    @property
    def same_emotion(self) -> list[tuple[Key, Key]]:
        """The cells that the question is about: one emotion in both datasets."""
        return [((self._pair[0], emotion), (self._pair[1], emotion)) for emotion in self._emotions]

    # -- forms -----------------------------------------------------------------------------------------------------

    def _published(self, groups: Mapping[Key, Clips]) -> Iterator[Row]:
        for one, other in combinations(groups, 2):
            cell = Cell(groups[one], groups[other], paired=False)
            about = {**names(one, other), **_sizes(cell), "form": PUBLISHED}
            about["n_speakers"] = len({*cell.one, *cell.other})
            yield from frechet_rows(self._measures.terms(cell), about)
            rows = rows_of_cell(cell)
            similar = self._measures.similar[rows[:, None], rows]
            yield {**about, "measure": KERNEL, "value": kernel.mmd(similar, cell.counts[0])}

    def _shared(self, cells: Mapping[tuple[Key, Key], Cell], condition: str, swapped: bool) -> Iterator[Row]:
        other_bandwidths = {
            measure: self._kernel_distances(cells.values(), factor) for measure, factor in BANDWIDTHS.items()
        }
        for index, (keys, cell) in enumerate(cells.items()):
            values = self._measures.of([cell])[0]
            about = {**names(*keys), **_sizes(cell), "form": SHARED}
            nulls: list[Row] = [{}] * len(MEASURES)
            if swapped and keys in self.same_emotion:
                measures, place = self._measures.within(cell)
                rng = np.random.default_rng(seed_of(self._settings.seed, "swaps", *keys[0], *keys[1], condition))
                nulls = resampling.null(measures, cell.at(place), values, self._settings.swaps, rng)
            for row in frechet_rows(self._measures.terms(cell), about):
                yield {**row, **(nulls[0] if row["measure"] == FRECHET else {})}
            for measure, value, null in zip(MEASURES[1:], values[1:], nulls[1:], strict=True):
                yield {**about, "measure": measure, "value": float(value), **null}
            for measure, of_cells in other_bandwidths.items():
                yield {**about, "measure": measure, "value": of_cells[index]}

    def _kernel_distances(self, cells: Iterable[Cell], factor: float) -> list[float]:
        """The kernel distance of cells at a multiple of the bandwidth."""
        similar = kernel.kernel(self._condensed, factor * self._bandwidth)
        return [kernel_distance(similar, cell) for cell in cells]

    def _equal(self, measures: Measures, drawn: Sequence[Cell], keys: tuple[Key, Key], number: int) -> list[Row]:
        """Rows of a cell at an equal number of clips: the mean over draws."""
        values = measures.of(drawn)
        about = {**names(*keys), **_sizes(drawn[0]), "form": EQUAL, "clips_per_speaker": number}
        return [
            {**about, "measure": measure, "value": float(values[:, index].mean()), "n_draws": len(drawn),
             "spread": float(values[:, index].std(ddof=1)) if len(drawn) > 1 else np.nan}
            for index, measure in enumerate(MEASURES)
        ]  # fmt: skip

    def _resampled(
        self, measures: Measures, drawn: Sequence[Cell], emotion: str, number: int
    ) -> tuple[list[Row], pd.DataFrame]:
        """Interval of each measure over speakers, and the measures without each speaker and of halves of them."""
        first, paired = drawn[0], drawn[0].paired
        everyone = [set(self._clips.loc[self._clips["dataset"] == dataset, "person"]) for dataset in self._pair]
        if paired:
            everyone = [everyone[0] & everyone[1]] * 2
        people = design.half_samples(
            (sorted(everyone[0]), sorted(everyone[1])),
            paired,
            self._settings.half_samples,
            self._settings.seed,
            *self._pair,
        )
        without, halves = resampling.left_out(measures, drawn), resampling.halves(measures, drawn, people)
        speakers = [speaker for _, speaker in first.speakers]
        sides = ["" if side < 0 else self._pair[side] for side, _ in first.speakers]
        table = pd.concat(
            [
                resampling.table(without, resampling.JACKKNIFE, speakers, sides),
                resampling.table(halves, resampling.HALF_SAMPLE),
            ]
        )
        intervals = resampling.intervals(measures.of(drawn).mean(axis=0), without, first)
        return intervals, table.assign(emotion=emotion, clips_per_speaker=number)

    def _drawn(self, cell: Cell, number: int) -> list[Cell]:
        sides = [self._draws.of(clips, number) for clips in (cell.one, cell.other)]
        most = max(map(len, sides))
        one, other = (side * (most // len(side)) for side in sides)
        return [Cell(*both, paired=cell.paired) for both in zip(one, other, strict=True)]

    def _floor(self, measures: Measures, cell: Cell, keys: tuple[Key, Key], number: int, condition: str) -> list[Row]:
        """Distances between halves of one group at the same number of clips per speaker, mean over both groups.

        Nothing where some speaker has fewer than twice as many clips.
        """
        means = []
        for clips, key in zip((cell.one, cell.other), keys, strict=True):
            if min(map(len, clips.values())) < 2 * number:
                return [{} for _ in MEASURES]
            halves = self._draws.halves(clips, number, *key, condition)
            means.append(measures.of([Cell(*both, paired=True) for both in halves]).mean(axis=0))
        return [{"floor": float(value)} for value in np.mean(means, axis=0)]

    def _carriers(self, keys: tuple[Key, Key], cell: Cell) -> pd.DataFrame:
        rows = rows_of_cell(cell)
        clips = self._clips.iloc[rows][["dataset", "clip_id", "speaker"]].reset_index(drop=True)
        frames = []
        for measure, sides in self._measures.carried(cell).items():
            parts = np.concatenate(sides)
            frames.append(clips.assign(emotion=keys[0][1], measure=measure, part=parts, share=parts / parts.sum()))
        return pd.concat(frames, ignore_index=True)


def top_share(parts: npt.ArrayLike) -> float:
    """Share of a distance that the 5 % of clips carry that add most to it."""
    values = np.sort(np.asarray(parts, dtype=np.float64))[::-1]
    return float(values[: max(1, round(TOP * len(values)))].sum() / values.sum())


def _sizes(cell: Cell) -> Row:
    n_first, n_second = cell.counts
    return {"n_first": n_first, "n_second": n_second, "n_speakers": len(cell.speakers), "paired": cell.paired}
