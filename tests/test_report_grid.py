"""Tables of the page: columns that say nothing are left out, what all rows say stands once in the caption."""

import pandas as pd

from workflow_scripts.report_page.grid import Reader, cell, grid

NAN = float("nan")
FRAME = pd.DataFrame({"name": ["a", "b"], "none": [NAN, NAN], "some": [NAN, 0.5], "word": "–", "same": ["s", "s"]})


def read(name: str) -> Reader:
    return lambda row: cell(getattr(row, name))


def test_columns_without_a_word_or_number_are_left_out() -> None:
    made = grid(FRAME, "Caption", {name: read(name) for name in FRAME})
    assert [heading for heading, _ in made.headings] == ["name", "some", "word", "same"]
    assert [row[1].text for row in made.rows] == ["–", "0.5"]


def test_what_all_rows_say_moves_to_the_caption_and_nothing_does_not() -> None:
    made = grid(FRAME, "Caption", {name: read(name) for name in FRAME}, ["none", "same", "some"])
    assert made.caption == "Caption; some 0.5; same s"
    assert [heading for heading, _ in made.headings] == ["name", "word"]
    partly = FRAME.assign(same=["s", ""])
    assert grid(partly, "Caption", {"same": read("same")}, ["same"]).caption == "Caption"
