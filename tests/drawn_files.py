"""Whether files of figures are the same each time, whole, and hold the numbers that are drawn."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
from matplotlib.figure import Figure

from workflow_scripts.figures import files

Drawn = dict[str, tuple[Figure, pd.DataFrame]]
KINDS = ("svg", "png", "csv")
AS_TEXT = {"layer": str, "speaker": str}


def assert_files_deterministic_whole_and_read_back(draw: Callable[[], Drawn], folder: Path) -> None:
    """`draw` makes the figures anew, by name and with their frames; it is called twice."""
    contents: list[dict[str, bytes]] = []
    for run in ("first", "second"):
        drawn = draw()
        for name, (figure, frame) in drawn.items():
            files.write(figure, frame, *(str(folder / run / f"{name}.{kind}") for kind in KINDS))
        contents.append({path.name: path.read_bytes() for path in (folder / run).iterdir()})
        assert set(contents[-1]) == {f"{name}.{kind}" for name in drawn for kind in KINDS}
    first, second = contents
    assert set(first) == set(second)
    for name in first:
        assert first[name] == second[name], name
    for name, (_, frame) in drawn.items():
        read = pd.read_csv(folder / "first" / f"{name}.csv", dtype=AS_TEXT)
        numbers = frame.select_dtypes("number")
        pd.testing.assert_frame_equal(read[numbers.columns].astype(float), numbers.astype(float), check_exact=True)
        svg = first[f"{name}.svg"].decode()
        ElementTree.fromstring(svg)
        assert "<text" in svg, name
        assert re.search(r'width="(252|518\.4)pt"', svg), name  # one column of a page, or both
        assert "<dc:date>" not in svg, name
