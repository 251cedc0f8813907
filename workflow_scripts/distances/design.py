"""Who is compared with whom: the speakers of a cell, equal numbers of clips, halves, swaps. Row numbers only.

Nothing here depends on vectors, and every draw is named after the group of clips or the pair of datasets that it is
for, so that all models and layers see the same draws and a further emotion changes none of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from math import comb, prod

import numpy as np
import numpy.typing as npt

from workflow_scripts.statistics import permutation
from workflow_scripts.study.seeds import seed_of

Rows = npt.NDArray[np.int64]
Clips = Mapping[str, Rows]  # speaker -> rows of the clips

FEWEST_SPEAKERS = 3
MOST_LACKING = 0.25  # share of a cell's speakers who may have too few clips for an equal number of clips


@dataclass(frozen=True)
class Cell:
    """Two groups of clips by speaker. `paired`: the speakers of both are the same people, in the same order."""

    one: Clips
    other: Clips
    paired: bool

    @property
    def speakers(self) -> list[tuple[int, str]]:
        """Who can be left out: (side, speaker), side -1 where a speaker is left out of both at once."""
        if self.paired:
            return [(-1, speaker) for speaker in self.one]
        return [(side, speaker) for side, clips in enumerate((self.one, self.other)) for speaker in clips]

    def without(self, side: int, speaker: str) -> "Cell":
        """The cell without a speaker."""
        one, other = (
            {name: rows for name, rows in clips.items() if name != speaker or side not in (-1, index)}
            for index, clips in enumerate((self.one, self.other))
        )
        return Cell(one, other, self.paired)

    def only(self, people: tuple[frozenset[str], frozenset[str]]) -> "Cell":
        """The cell with no other speakers than these, by side."""
        one, other = (
            {name: rows for name, rows in clips.items() if name in some}
            for clips, some in zip((self.one, self.other), people, strict=True)
        )
        return Cell(one, other, self.paired)

    def at(self, place: Rows) -> "Cell":
        """The cell with its clips numbered anew: clip i becomes place[i]."""
        one, other = ({name: place[rows] for name, rows in clips.items()} for clips in (self.one, self.other))
        return Cell(one, other, self.paired)

    @property
    def counts(self) -> tuple[int, int]:
        """Clips of both groups."""
        return _count(self.one), _count(self.other)


def _count(clips: Clips) -> int:
    return sum(map(len, clips.values()))


def rows_of(clips: Clips) -> Rows:
    """All clips of all speakers, in the order of the speakers."""
    return np.concatenate(list(clips.values()))


def by_speaker(people: npt.NDArray[np.str_], rows: Rows) -> Clips:
    """The clips `rows` by speaker, speakers by name; `people` names the speaker of every clip there is."""
    return {str(speaker): rows[people[rows] == speaker] for speaker in np.unique(people[rows])}


def cell(one: Clips, other: Clips) -> Cell:
    """Two groups as they are compared: by the speakers of both where there are at least three, else by all of each."""
    shared = [speaker for speaker in one if speaker in other]
    if len(shared) < FEWEST_SPEAKERS:
        return Cell(one, other, paired=False)
    return Cell({name: one[name] for name in shared}, {name: other[name] for name in shared}, paired=True)


def equal_numbers(cell: Cell) -> list[int]:
    """Numbers of clips per speaker at which a cell can be looked at: 1, 2, 4, ... as its speakers allow.

    Speakers with fewer clips are left out; a number that would leave out more than a quarter of them, or leave fewer
    than three on a side, is not there.
    """
    numbers = []
    for number in (2**power for power in range(20)):
        kept = at_least(cell, number)
        enough = all(
            len(after) >= max(FEWEST_SPEAKERS, (1 - MOST_LACKING) * len(before))
            for before, after in ((cell.one, kept.one), (cell.other, kept.other))
        )
        if not enough:
            break
        numbers.append(number)
    return numbers


def at_least(cell: Cell, number: int) -> Cell:
    """The cell with the speakers who have that many clips; of paired ones, on both sides."""
    able = [{name for name, rows in clips.items() if len(rows) >= number} for clips in (cell.one, cell.other)]
    if cell.paired:
        able = [able[0] & able[1]] * 2
    return cell.only((frozenset(able[0]), frozenset(able[1])))


class Draws:
    """Equal numbers of clips per speaker, drawn without replacement, balanced over what is said, alike for everybody.

    What is drawn are items (statement, intensity, take), not clips: statements in turn, and in one draw the same items
    of every speaker on both sides who has them. Else the emotion whose clips are all taken would be the only one in
    which everybody says the same, and come out nearer by that alone.

    Args:
        seed: of the study.
        draws: how many.
        items: (clips, 2) str, statement and name of each clip's item, unique among a speaker's clips of a group; None:
            clips are told apart by their place.
    """

    def __init__(self, seed: int, draws: int, items: npt.NDArray[np.str_] | None = None) -> None:
        self._seed, self._draws, self._items = seed, draws, items
        self._known: dict[tuple[str, ...], npt.NDArray[np.float64]] = {}

    def of(self, clips: Clips, number: int) -> list[Clips]:
        """The draws of `number` clips of each speaker; only one where every speaker has just as many."""
        if all(len(rows) == number for rows in clips.values()):
            return [clips]
        drawn: list[dict[str, Rows]] = [{} for _ in range(self._draws)]
        for speaker, rows in clips.items():
            order = self._turns(rows, number).argsort(axis=0)[:number].T
            for draw, chosen in zip(drawn, np.sort(rows[order], axis=1), strict=True):
                draw[speaker] = chosen
        return [*drawn]

    def _turns(self, rows: Rows, number: int) -> npt.NDArray[np.float64]:
        """When each of a speaker's clips would be taken, in every draw: (clips, draws)."""
        places = np.array([["", str(place)] for place in range(len(rows))])
        statements, names = (places if self._items is None else self._items[rows]).T
        scores = np.array([self._random(str(number), "item", name) for name in names])
        turns = np.empty_like(scores)
        for statement in np.unique(statements):
            own = statements == statement
            first = self._random(str(number), "statement", statement)
            turns[own] = scores[own].argsort(axis=0).argsort(axis=0) + first
        return turns

    def _random(self, *names: str) -> npt.NDArray[np.float64]:
        """Numbers from 0 to 1, one per draw, that hang on the names alone."""
        if names not in self._known:
            self._known[names] = np.random.default_rng(seed_of(self._seed, "clips", *names)).random(self._draws)
        return self._known[names]

    def halves(self, clips: Clips, number: int, *names: str) -> list[tuple[Clips, Clips]]:
        """Two halves of a group, `number` clips of each speaker in either: what no difference looks like.

        Every speaker must have twice as many clips.
        """
        pairs: list[tuple[dict[str, Rows], dict[str, Rows]]] = [({}, {}) for _ in range(self._draws)]
        for speaker, rows in clips.items():
            rng = np.random.default_rng(seed_of(self._seed, "halves", *names, speaker, number))
            order = rng.random((self._draws, len(rows))).argsort(axis=1)
            for (first, second), own in zip(pairs, rows[order], strict=True):
                first[speaker], second[speaker] = own[:number], own[number : 2 * number]
        return [(first, second) for first, second in pairs]


def half_samples(
    people: tuple[Sequence[str], Sequence[str]], paired: bool, draws: int, seed: int, *names: str
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Halves (rounded up) of the speakers of both datasets, the same people on both sides where paired.

    All halves there are, or `draws` random ones where they are more. The spread of an estimate over half-samples is
    that of the estimate from all speakers over new sets of speakers.
    """
    sides = [sorted(people[0])] if paired else [sorted(people[0]), sorted(people[1])]
    sizes = [(len(side) + 1) // 2 for side in sides]
    if prod(comb(len(side), size) for side, size in zip(sides, sizes, strict=True)) <= draws:
        every = product(*(combinations(side, size) for side, size in zip(sides, sizes, strict=True)))
        halves = [[frozenset(half) for half in one] for one in every]
    else:
        rng = np.random.default_rng(seed_of(seed, "half-samples", *names))
        halves = [
            [frozenset(rng.permutation(side)[:size].tolist()) for side, size in zip(sides, sizes, strict=True)]
            for _ in range(draws)
        ]
    return [(half[0], half[-1]) for half in halves]


def swaps(cell: Cell, draws: int, rng: np.random.Generator) -> tuple[Iterator[Cell], int, bool]:
    """Cells as they would be if the sides did not differ: (cells, how many, whether these are all there are).

    Paired speakers swap their sides, all clips of a speaker at once, since a speaker's clips go together; where no
    speaker is on both sides, whole speakers are dealt to the sides anew.
    """
    if cell.paired:
        signs, exact = permutation.sign_patterns(len(cell.one), draws, rng)
        return (_swapped(cell, pattern) for pattern in signs), len(signs), exact
    # a person on both sides (fewer than three are) counts as two
    everyone = [*cell.one.values(), *cell.other.values()]
    total, first = len(everyone), len(cell.one)
    if comb(total, first) <= draws:
        chosen: Iterator[tuple[int, ...]] = combinations(range(total), first)
        return (_dealt(everyone, set(some)) for some in chosen), comb(total, first), True
    drawn = (set(rng.permutation(total)[:first].tolist()) for _ in range(draws))
    return (_dealt(everyone, some) for some in islice(drawn, draws)), draws, False


def _swapped(cell: Cell, signs: npt.NDArray[np.float64]) -> Cell:
    one, other = {}, {}
    for speaker, sign in zip(cell.one, signs, strict=True):
        sides = (cell.one[speaker], cell.other[speaker])
        one[speaker], other[speaker] = sides if sign > 0 else sides[::-1]
    return Cell(one, other, cell.paired)


def _dealt(everyone: Sequence[Rows], first: set[int]) -> Cell:
    one = {str(index): rows for index, rows in enumerate(everyone) if index in first}
    other = {str(index): rows for index, rows in enumerate(everyone) if index not in first}
    return Cell(one, other, paired=False)
