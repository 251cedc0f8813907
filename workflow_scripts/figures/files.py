"""The files of a figure: SVG, PNG, PDF where a paper takes it, and the CSV of exactly what is drawn; each put in place
whole.
"""

import pandas as pd
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.study.tables import whole


def write(figure: Figure, frame: pd.DataFrame, svg: str, png: str, csv: str, pdf: str = "") -> None:
    """Write the figure to `svg`, `png` and, where it is named, `pdf`, and what it draws to `csv`."""
    made = {svg: style.as_svg(figure), png: style.as_png(figure), csv: as_csv(frame)}
    for path, content in (made | ({pdf: style.as_pdf(figure)} if pdf else {})).items():
        with whole(path) as temporary:
            temporary.write_bytes(content)


def as_csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV, UTF-8, without an index; floats in full, so that they read back equal."""
    text: str = frame.to_csv(index=False)
    return text.encode()
