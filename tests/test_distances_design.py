"""Who is compared with whom: equal numbers, draws that nothing else changes, whole speakers swapped, half-samples."""

import itertools
from collections import Counter
from math import comb

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_scripts.distances import design, layer
from workflow_scripts.distances.design import Cell, Draws


def clips_of(sizes, start=0):
    """Clips by speaker; sizes by speaker."""
    ends = start + np.cumsum(list(sizes.values()))
    return {name: np.arange(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}


def as_lists(clips):
    return {name: rows.tolist() for name, rows in clips.items()}


ANGRY = clips_of({"anna": 8, "ben": 7, "carl": 8, "dora": 2})
SONG = clips_of({"anna": 5, "carl": 8, "dora": 8, "eve": 8}, start=100)


def test_clips_go_to_their_speakers():
    people = np.array(["b", "a", "b", "c", "a"])
    assert as_lists(design.by_speaker(people, np.array([0, 1, 4]))) == {"a": [1, 4], "b": [0]}
    assert design.rows_of(ANGRY).tolist() == list(range(25))


def test_speakers_of_both_sides_are_compared_where_there_are_three():
    both = design.cell(ANGRY, SONG)
    assert both.paired
    assert list(both.one) == list(both.other) == ["anna", "carl", "dora"]
    assert both.speakers == [(-1, "anna"), (-1, "carl"), (-1, "dora")]
    assert both.counts == (18, 21)
    song = {name: rows for name, rows in SONG.items() if name != "dora"}
    apart = design.cell(ANGRY, song)
    assert not apart.paired
    assert (apart.one, apart.other) == (ANGRY, song)
    assert len(apart.speakers) == 4 + 3


def test_a_speaker_left_out_of_a_pair_is_left_out_of_both_sides_else_of_his_own():
    both = design.cell(ANGRY, SONG).without(-1, "carl")
    assert list(both.one) == list(both.other) == ["anna", "dora"]
    apart = Cell(ANGRY, SONG, paired=False)
    assert [*apart.without(0, "carl").one] == ["anna", "ben", "dora"]
    assert apart.without(0, "carl").other == SONG
    assert apart.without(1, "carl").one == ANGRY
    assert [*apart.without(1, "carl").other] == ["anna", "dora", "eve"]
    for cell in (both, apart):
        assert {len(cell.without(*one).speakers) for one in cell.speakers} == {len(cell.speakers) - 1}


def numbers(one, other, paired):
    def side(sizes):
        return clips_of({f"s{i}": size for i, size in enumerate(sizes)})

    return design.equal_numbers(Cell(side(one), side(other), paired))


def test_equal_numbers_leave_out_at_most_a_quarter_and_keep_three():
    assert numbers([8] * 4, [8] * 4, paired=True) == [1, 2, 4, 8]
    assert numbers([4] * 24, [7] * 24, paired=True) == [1, 2, 4]
    assert numbers([4, 4, 4, 1], [4] * 4, paired=True) == [1, 2, 4]  # a quarter is left out
    assert numbers([4, 4, 4, 1], [1, 4, 4, 4], paired=True) == [1]  # other people on either side: half
    assert numbers([4, 4, 4, 1], [1, 4, 4, 4], paired=False) == [1, 2, 4]
    assert numbers([4, 4, 4, 1, 1], [4] * 5, paired=True) == [1]  # two of five
    assert numbers([4, 4, 1], [4, 4, 4], paired=True) == [1]  # two would be left
    assert numbers([8] * 20, [8, 8], paired=False) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=9), st.lists(st.integers(1, 9), min_size=3, max_size=9))
def test_equal_numbers_are_equal(one, other):
    sides = [clips_of({f"s{i}": size for i, size in enumerate(sizes)}) for sizes in (one, other)]
    cell = design.cell(*sides)
    for number in design.equal_numbers(cell):
        kept = design.at_least(cell, number)
        assert kept.paired == cell.paired
        assert not kept.paired or list(kept.one) == list(kept.other)
        for clips, before in ((kept.one, cell.one), (kept.other, cell.other)):
            assert len(clips) >= max(3, 0.75 * len(before))
            for draw in Draws(1, 3).of(clips, number):
                assert list(draw) == list(clips)
                for name, rows in draw.items():
                    assert len(rows) == number == len(set(rows.tolist()))
                    assert set(rows.tolist()) <= set(before[name].tolist())


def test_draws_hang_on_nothing_but_the_items_and_the_number():
    draws = Draws(1, 20)
    found = draws.of(ANGRY, 2)
    assert len(found) == 20
    fewer = draws.of({"ben": ANGRY["ben"], "carl": ANGRY["carl"]}, 2)
    for before, after in zip(found, fewer, strict=True):
        assert as_lists(after) == {name: before[name].tolist() for name in ("ben", "carl")}
    # the same clips elsewhere in the table, as in a study with another emotion before them
    moved = draws.of({name: rows + 1000 for name, rows in ANGRY.items()}, 2)
    for before, after in zip(found, moved, strict=True):
        assert as_lists(after) == {name: (rows + 1000).tolist() for name, rows in before.items()}
    assert as_lists(Draws(1, 5).of(ANGRY, 2)[4]) == as_lists(found[4])
    other = Draws(2, 20).of(ANGRY, 2)
    assert [as_lists(draw) for draw in other] != [as_lists(draw) for draw in found]


def test_draws_take_every_clip_equally_often_and_the_same_of_every_speaker():
    clips = clips_of({"anna": 6, "ben": 6})
    found = Draws(3, 3000).of(clips, 3)
    counted = Counter(row for draw in found for rows in draw.values() for row in rows.tolist())
    assert len(counted) == 12
    assert all(abs(number - 1500) < 4.5 * np.sqrt(3000 / 4) for number in counted.values())
    assert all(draw["anna"].tolist() == (draw["ben"] - 6).tolist() for draw in found)


def test_draws_take_the_same_items_on_both_sides_and_statements_in_turn():
    items = np.array([(statement, f"{statement}{take}") for statement in "abc" for take in range(4)] * 2)
    draws = Draws(1, 40, items)
    speech, song = draws.of({"anna": np.arange(12)}, 5), draws.of({"anna": np.arange(12, 24)}, 5)
    for one, other in zip(speech, song, strict=True):
        assert sorted(items[one["anna"], 1]) == sorted(items[other["anna"], 1])
        assert sorted(Counter(items[one["anna"], 0]).values()) == [1, 2, 2]
    assert {statement for draw in speech for statement, n in Counter(items[draw["anna"], 0]).items() if n == 1} == {
        *"abc"
    }
    some = draws.of({"anna": np.array([0, 1, 4, 5, 8])}, 3)  # where a side lacks items, the others keep their order
    assert all(sorted(items[draw["anna"], 0]) == ["a", "b", "c"] for draw in some)


def test_one_draw_where_there_is_nothing_to_draw():
    clips = clips_of({"anna": 4, "ben": 4})
    assert Draws(1, 20).of(clips, 4) == [clips]


def test_halves_share_no_clip():
    clips = clips_of({"anna": 8, "ben": 9})
    halves = Draws(1, 50).halves(clips, 4, "speech", "angry")
    assert len(halves) == 50
    for first, second in halves:
        assert list(first) == list(second) == ["anna", "ben"]
        for name in clips:
            both = [*first[name].tolist(), *second[name].tolist()]
            assert len(first[name]) == len(second[name]) == 4
            assert len(set(both)) == 8
            assert set(both) <= set(clips[name].tolist())
    assert len({tuple(sorted(first["anna"].tolist())) for first, _ in halves}) > 20
    alone = Draws(1, 50).halves({"ben": clips["ben"]}, 4, "speech", "angry")
    assert [as_lists(first) for first, _ in alone] == [{"ben": first["ben"].tolist()} for first, _ in halves]


def test_half_samples_are_halves_of_people_the_same_on_both_sides_of_a_pair():
    people = [f"p{i}" for i in range(7)]
    paired = design.half_samples((people, people), True, 200, 1, "speech", "song")
    assert all(one is other or one == other for one, other in paired)
    assert {len(one) for one, _ in paired} == {4}
    assert len(paired) == len({one for one, _ in paired}) == comb(7, 4)
    others = ["q1", "q2", "q3", "q4"]
    apart = design.half_samples((people, others), False, 200, 1, "speech", "song")
    assert all(one <= set(people) and other <= set(others) for one, other in apart)
    assert {(len(one), len(other)) for one, other in apart} == {(4, 2)}
    assert len({(one, other) for one, other in apart}) > 100
    shuffled = people[::-1]
    few = design.half_samples((people, people), True, 34, 1, "speech", "song")
    assert len(few) == 34
    every = design.half_samples((people, people), True, 35, 1, "speech", "song")
    assert {one for one, _ in every} == {frozenset(half) for half in itertools.combinations(people, 4)}
    assert len(every) == 35
    assert design.half_samples((shuffled, shuffled), True, 200, 1, "speech", "song") == paired
    assert design.half_samples((people, people), True, 5, 1, "speech", "song") == few[:5]


def swapped(cell, draws):
    found, number, exact = design.swaps(cell, draws, np.random.default_rng(1))
    cells = list(found)
    assert len(cells) == number
    return cells, exact


def test_paired_speakers_swap_sides_with_all_their_clips():
    cell = design.cell(ANGRY, SONG)
    cells, exact = swapped(cell, 8)
    assert exact
    expected = {
        tuple(side for sides in order for side in sides)
        for order in itertools.product(*[[(0, 1), (1, 0)] for _ in range(3)])
    }
    sources = {(name, side): (cell.one, cell.other)[side][name].tolist() for name in cell.one for side in (0, 1)}
    seen = set()
    for one in cells:
        assert one.paired
        assert list(one.one) == list(one.other) == list(cell.one)
        order = []
        for name in one.one:
            for clips in (one.one, one.other):
                (side,) = [side for side in (0, 1) if sources[name, side] == clips[name].tolist()]
                order.append(side)
        seen.add(tuple(order))
    assert seen == expected
    assert as_lists(cells[0].one) == as_lists(cell.one)  # what was seen is one of them
    drawn, exact = swapped(cell, 7)
    assert not exact
    assert len(drawn) == 7


def test_speakers_of_one_side_only_are_dealt_anew_as_wholes():
    cell = Cell(ANGRY, {"eve": np.array([50, 51]), "anna": np.array([60])}, paired=False)
    blocks = {tuple(rows.tolist()) for clips in (cell.one, cell.other) for rows in clips.values()}
    cells, exact = swapped(cell, comb(6, 2))
    assert exact
    sides = set()
    for one in cells:
        assert not one.paired
        first, second = ({tuple(rows.tolist()) for rows in clips.values()} for clips in (one.one, one.other))
        assert (len(first), len(second)) == (4, 2)
        assert first | second == blocks
        sides.add(frozenset(first))
    assert len(sides) == comb(6, 2)
    assert frozenset(tuple(rows.tolist()) for rows in ANGRY.values()) in sides
    drawn, exact = swapped(cell, 14)
    assert not exact
    assert {len(one.one) for one in drawn} == {4}
    assert len({frozenset(tuple(rows.tolist()) for rows in one.one.values()) for one in drawn}) > 5


def study(emotions, speakers=4, clips=3):
    """Vectors and clips of two datasets; every emotion has its own seed."""
    frames, vectors = [], []
    for dataset in ("speech", "song"):
        for emotion in emotions:
            rng = np.random.default_rng([len(dataset), *map(ord, emotion)])
            people = np.repeat([f"p{i}" for i in range(speakers)], clips)
            ids = [f"{dataset}-{emotion}-{i}" for i in range(len(people))]
            own = {"emotion": emotion, "person": people, "speaker": people, "intensity": "normal", "clip_id": ids}
            own |= {"statement": "", "repetition": 0}
            frames.append(pd.DataFrame({"dataset": dataset, **own}))
            vectors.append(rng.standard_normal((len(people), 5)))
    return np.vstack(vectors), pd.concat(frames, ignore_index=True)


def tables_of(emotions):
    found = layer.Layer(*study(emotions), ("speech", "song"), emotions, layer.Settings(3, 4, 16, 1))
    return found.tables(layer.ALL, swapped=True)


def test_equal_forms_of_a_layer_have_equal_numbers():
    """The largest number there is for every pair of groups, half of it within an emotion."""
    table = tables_of(["angry", "sad"])[0]
    for number, cells in ((2, 6), (1, 2)):
        rows = table[table["clips_per_speaker"] == number]
        assert len(rows) == cells * 3
        assert (rows["n_first"] == 4 * number).all()
        assert (rows["n_second"] == 4 * number).all()
        assert (rows["n_draws"] == 3).all()


def test_a_further_emotion_changes_nothing_of_the_others():
    """But the kernel's bandwidth, which is of all clips."""
    few, more = tables_of(["angry", "sad"]), tables_of(["calm", "angry", "sad"])
    names = ["first_dataset", "first_emotion", "second_dataset", "second_emotion", "form", "clips_per_speaker"]
    others = ["emotion", "kind", "draw", "person", "clips_per_speaker"]
    for before, after, keys in ((few[0], more[0], names), (few[1], more[1], others)):
        before, after = (
            table[~table["measure"].str.startswith("kernel")].set_index([*keys, "measure"]) for table in (before, after)
        )
        columns = [name for name in ("value", "spread", "low", "high", "floor", "p", "z") if name in before]
        assert len(before) > 10
        assert len(after) > len(before)
        pd.testing.assert_frame_equal(after.loc[before.index, columns], before[columns], check_exact=False, rtol=1e-9)
