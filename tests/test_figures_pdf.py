"""A figure's PDF: letters embedded as TrueType without what places them, no date, the same each time."""

import re
import zlib
from pathlib import Path

import pandas as pd
from matplotlib.backends._backend_pdf_ps import subset
from matplotlib.figure import Figure

from workflow_scripts.figures import confusion, files, style

FRAME = pd.DataFrame({"value": [1.0, 2.0]})


def drawn() -> Figure:
    with style.styled():
        figure, axes = style.canvas(1, 1, style.COLUMN, 1.5)
        axes[0, 0].plot(FRAME["value"])
        axes[0, 0].set_xlabel("fi – café")
        style.finish(figure, "A title", "n = 2", False)
    return figure


def fonts(pdf: bytes) -> list[bytes]:
    """The font programs of a PDF, unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    unpacked = [zlib.decompress(stream) for stream in streams if stream.startswith(b"x")]
    return [stream for stream in unpacked if stream.startswith(b"\x00\x01\x00\x00")]


def test_letters_are_embedded_bare_and_the_file_is_the_same_each_time() -> None:
    usual = subset.Options
    first, second = style.as_pdf(drawn()), style.as_pdf(drawn())
    assert first == second
    assert subset.Options is usual
    assert b"/Type3" not in first
    assert b"Date" not in first
    found = fonts(first)
    assert first.count(b"/FontFile2") == len(found) > 0
    for font in found:
        tables = {font[12 + 16 * place : 16 + 16 * place] for place in range(int.from_bytes(font[4:6], "big"))}
        assert b"glyf" in tables
        assert not {b"GPOS", b"GSUB", b"GDEF"} & tables
    assert re.search(rb"/MediaBox \[ ?0 0 252 108 ?\]", first)


def test_a_pdf_lies_beside_the_others_only_where_it_is_asked_for(tmp_path: Path) -> None:
    names = [str(tmp_path / f"drawn.{kind}") for kind in ("svg", "png", "csv")]
    files.write(drawn(), FRAME, *names)
    assert not list(tmp_path.glob("*.pdf"))
    files.write(drawn(), FRAME, *names, str(tmp_path / "drawn.pdf"))
    assert (tmp_path / "drawn.pdf").read_bytes().startswith(b"%PDF")


def test_confusions_take_one_column_of_a_page_or_both() -> None:
    rows = [{"dataset": "speech", "true": "sad", "predicted": "sad", "count": 3, "share": 1.0, "n_speakers": 2}]
    how = {
        "probe": "logistic",
        "pooling": "mean",
        "speaker_normalisation": "none",
        "choice": "only layer",
        "layer": "0",
    }
    widths = []
    for models in range(1, 6):
        frame = pd.DataFrame(
            [{**rows[0], **how, "protocol": "strict", "model": f"m{number}"} for number in range(models)]
        )
        widths.append(confusion.draw(frame, {"domain": "speech", "synthetic": False}).get_size_inches()[0])
    assert widths == [style.COLUMN, style.COLUMN, style.PAGE, style.PAGE, style.PAGE]
