"""One look for all figures: colours, markers, line styles, sizes, the mark on synthetic results, how files are made."""

import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

COLUMN = 3.5  # inches, one column of a journal page
PAGE = 7.2  # inches, both columns

DEMONSTRATION = "Demonstration on synthetic audio: shows the machinery, not a finding"
QUIET = "#767676"
NO_VALUE = "#F3F3F3"
INK = "#222222"
TITLE_SIZE = 8.5
FOOT_SIZE = 6.2
MOST_LAYOUTS = 5  # until axes rest; four are the most seen


@dataclass(frozen=True)
class Look:
    """Colour and marker of an emotion."""

    colour: str
    marker: str


# Okabe & Ito's colours, which all kinds of colour vision tell apart; its yellow is darkened to be seen on white.
EMOTIONS = {
    "neutral": Look("#6E6E6E", "o"),
    "calm": Look("#56B4E9", "s"),
    "happy": Look("#E69F00", "^"),
    "sad": Look("#0072B2", "v"),
    "angry": Look("#D55E00", "D"),
    "fearful": Look("#CC79A7", "P"),
    "disgust": Look("#009E73", "X"),
    "surprised": Look("#A89A00", "*"),
    "boredom": Look("#000000", "h"),
}
OTHER_EMOTIONS = [Look("#882255", "<"), Look("#44AA99", ">"), Look("#999933", "d"), Look("#332288", "p")]

PROTOCOLS = {
    "strict": Look("#0072B2", "o"),
    "paper1": Look("#D55E00", "D"),
    "paper2": Look("#D55E00", "D"),
    "emobox": Look("#009E73", "s"),
}
PROTOCOL_WORDS = {
    "strict": "strict (speakers held out)",
    "paper1": "as published (paper1)",
    "paper2": "as published (paper2)",
    "emobox": "EmoBox folds",
}
CHOICES = {
    "inside training": "layer chosen inside the training speakers",
    "on test": "layer chosen on test",
    "last analysed layer": "last analysed layer",
}
MODELS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#A89A00"]
DOMAIN_LINES: dict[str, Any] = {"speech": "-", "song": (0, (5, 2))}

_SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "axes.titlesize": 7.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.0,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.2,
    "legend.frameon": False,
    "legend.fontsize": 6.5,
    "figure.dpi": 200,  # as saved: small letters are not as wide at half of it, and the layout would be of those
    "svg.fonttype": "none",  # text stays text: it can be searched, read out and edited
    "svg.hashsalt": "vocalise",  # the same table gives the same file
    "pdf.fonttype": 42,  # TrueType: many publishers refuse matplotlib's own Type 3
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the study's look, whatever the user's own matplotlib settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def look_of(emotion: str, emotions: Sequence[str] = ()) -> Look:
    """Colour and marker of an emotion, the same everywhere; words of a user's own take further looks in order."""
    if emotion in EMOTIONS:
        return EMOTIONS[emotion]
    own = [word for word in emotions if word not in EMOTIONS]
    position = own.index(emotion) if emotion in own else 0
    return OTHER_EMOTIONS[position % len(OTHER_EMOTIONS)]


def dark(colour: str) -> tuple[float, float, float]:
    """The colour darkened for text and edges on white."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 * 0.72 for i in (1, 3, 5))
    return red, green, blue


Share = bool | Literal["none", "all", "row", "col"]


def canvas(
    rows: int,
    columns: int,
    width: float,
    height: float,
    sharex: Share = False,
    sharey: Share = True,
    height_ratios: Sequence[float] | None = None,
    width_ratios: Sequence[float] | None = None,
) -> tuple[Figure, npt.NDArray[Any]]:
    """A figure of `width` x `height` inches with a rows x columns grid of axes, without pyplot's global state."""
    engine = ConstrainedLayoutEngine(w_pad=0.05, h_pad=0.05, wspace=0.03, hspace=0.04)
    figure = Figure(figsize=(width, height), layout=engine)
    axes = figure.subplots(
        rows, columns, sharex=sharex, sharey=sharey, squeeze=False, height_ratios=height_ratios,
        width_ratios=width_ratios,
    )  # fmt: skip
    return figure, axes


def finish(figure: Figure, title: str, foot: str, synthetic: bool) -> None:
    """Title above, notes below (n, what is drawn), the mark of a demonstration where audio is synthetic.

    The bands for them are measured in inches and taken from the axes, so that nothing is clipped or overlaps.
    """
    width, height = figure.get_size_inches()
    marks = [(DEMONSTRATION, "#9A0019", "bold")] if synthetic else []
    lines = [(line, QUIET, "normal") for line in _wrapped(foot, width, FOOT_SIZE)] + marks
    titles = _wrapped(title, width, TITLE_SIZE)
    above = (0.16 * len(titles) + 0.06) / height
    below = (0.125 * len(lines) + 0.04) / height
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine), "figures are made by `canvas`"
    engine.set(rect=(0.0, below, 1.0, 1.0 - above - below))
    left = 0.05 / width
    for index, line in enumerate(titles):
        y = 1.0 - (0.05 + 0.16 * index) / height
        figure.text(left, y, line, ha="left", va="top", fontsize=TITLE_SIZE, fontweight="bold", color=INK)
    for index, (line, colour, weight) in enumerate(reversed(lines)):
        y = (0.04 + 0.125 * index) / height
        figure.text(left, y, line, ha="left", va="bottom", fontsize=FOOT_SIZE, color=colour, fontweight=weight)


def _wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines that fit `width` inches at a font size in points (a letter is about 0.56 of it wide, 0.62 in bold)."""
    share = 0.66 if size == TITLE_SIZE else 0.56
    return textwrap.wrap(text, int((width - 0.1) * 72 / (size * share)))


def key(axes: Sequence[Axes], marks: Sequence[Artist]) -> None:
    """What the marks of a figure mean, in one line: over a row of axes of its own, above the panels."""
    for axis in axes:
        axis.axis("off")
    legend = axes[0].legend(
        handles=list(marks), loc="center left", bbox_to_anchor=(0.0, 0.5), ncols=len(marks), borderaxespad=0.0,
        handletextpad=0.5, columnspacing=1.6, handlelength=1.4, fontsize=6.2,
    )  # fmt: skip
    legend.set_in_layout(False)


def says(words: str, title: str, synthetic: bool) -> Figure:
    """A figure of words only: what there would be to see, and why there is nothing."""
    with styled():
        figure, axes = canvas(1, 1, PAGE, 1.1)
        axes[0, 0].axis("off")
        axes[0, 0].text(0.5, 0.5, words, ha="center", va="center", color=QUIET, transform=axes[0, 0].transAxes)
        finish(figure, title, "", synthetic)
    return figure


def probed(frame: pd.DataFrame) -> str:
    """Probe, pooling and speaker normalisation of the rows, in words, and whose vectors were made elsewhere.

    Functionals are pooled by their own nature, vectors made elsewhere (pooling `given`) were pooled there.
    """
    poolings = [name for name in dict.fromkeys(frame["pooling"]) if name not in ("functionals", "given")]
    elsewhere = list(dict.fromkeys(frame.loc[frame["pooling"] == "given", "model"]))
    poolings = poolings or (["as given"] if elsewhere else ["functionals"])
    named = {
        "Probe": dict.fromkeys(frame["probe"]),
        "pooling": poolings,
        "speaker normalisation": dict.fromkeys(frame["speaker_normalisation"]),
    }
    text = ", ".join(f"{what}: {' and '.join(names)}" for what, names in named.items())
    return text + (f"; vectors made elsewhere: {', '.join(elsewhere)}" if elsewhere else "")


def chosen(choices: Iterable[str]) -> str:
    """', layer chosen ...' for what the rows say of the choice; nothing where each had one layer only."""
    return "".join(f", {CHOICES[choice]}" for choice in dict.fromkeys(choices) if choice in CHOICES)


def units(intervals: Iterable[str]) -> str:
    """' over speakers' or ' over clips', as the methods of the intervals say; '' where there is no interval."""
    words = " ".join(set(intervals))
    kinds = [kind for kind, mark in (("speakers", "speaker"), ("clips", "clips")) if mark in words]
    return f" over {' or '.join(kinds)}" if kinds else ""


def margin_labels(
    axis: Axes,
    values: Sequence[float],
    words: Sequence[str],
    colours: Sequence[str] = (),
    size: float = 5.8,
    in_layout: bool = True,
) -> None:
    """Words to the right of an axis at heights `values`, moved apart where they would overlap; y limits must be set.

    `in_layout` makes room for them; False where the space to the right is empty anyway.
    """
    figure = axis.get_figure(root=True)
    grid = axis.get_gridspec()
    assert figure is not None
    assert grid is not None
    low, high = axis.get_ylim()
    # axes take about three fifths of their share of the figure's height
    room = size * 1.15 / 72 / (figure.get_size_inches()[1] / grid.nrows * 0.6)
    heights = spread([(value - low) / (high - low) for value in values], room)
    for index, (height, word) in enumerate(zip(heights, words, strict=True)):
        label = axis.annotate(
            word, (1.0, height), xycoords="axes fraction", xytext=(2, 0), textcoords="offset points", ha="left",
            va="center", fontsize=size, color=colours[index] if colours else QUIET, annotation_clip=False,
        )  # fmt: skip
        label.set_in_layout(in_layout)


def spread(heights: Sequence[float], room: float) -> list[float]:
    """Heights at least `room` apart in the order of the given ones, as near to them as one pass up and down allows."""
    order = np.argsort(heights, kind="stable")
    placed = np.array(heights, dtype=float)[order]
    for index in range(1, len(placed)):
        placed[index] = max(placed[index], placed[index - 1] + room)
    placed -= max(0.0, placed[-1] - 1.0) if len(placed) else 0.0
    moved = np.empty_like(placed)
    moved[order] = placed
    return [float(height) for height in moved]


def panel_title(axis: Axes, text: str, pad: float | None = None) -> None:
    """A panel's title, in a size that keeps its longest line within some five quarters of a narrow panel."""
    longest = max(map(len, text.split("\n")))
    axis.set_title(text, fontsize=7.5 if longest <= 18 else 6.6 if longest <= 24 else 5.6, pad=pad)


def two_lines(name: str) -> str:
    """A long name with hyphens broken into two lines near its middle."""
    places = [index for index, letter in enumerate(name) if letter == "-"]
    if len(name) <= 14 or not places:
        return name
    middle = min(places, key=lambda index: abs(index - len(name) / 2))
    return name[: middle + 1] + "\n" + name[middle + 1 :]


def feature_words(feature: str) -> str:
    """An acoustic feature's name without what openSMILE adds to each: its smoothing and the base of the pitch scale."""
    for much, little in (("F0semitoneFrom27.5Hz", "F0"), ("_sma3nz", ""), ("_sma3", ""), ("_sma", ""), ("_", " ")):
        feature = feature.replace(much, little)
    return feature if len(feature) <= 34 else feature[:16] + "…" + feature[-16:]


def layer_words(layers: Sequence[str], sparse: bool = False) -> list[str]:
    """Tick labels: every layer of a shallow network, else every second, fourth (`sparse`: eighth); `final` in short."""
    step = 1 if len(layers) <= 8 else 2 if len(layers) <= 14 else 4
    if sparse and len(layers) > 4:
        step = 2 if len(layers) <= 8 else 4 if len(layers) <= 14 else 8
    shown = [layer if layer == "final" or index % step == 0 else "" for index, layer in enumerate(layers)]
    if layers and layers[-1] == "final" and len(layers) > (4 if sparse else 8):
        shown[-2] = ""
    return ["fin." if word == "final" else word for word in shown]


def empty_grid(axis: Axes, rows: int, columns: int) -> None:
    """A grid of cells, row 0 on top, thin white lines between them, no frame; grey where nothing is drawn."""
    axis.set_facecolor(NO_VALUE)
    axis.set_xlim(-0.5, columns - 0.5)
    axis.set_ylim(rows - 0.5, -0.5)
    axis.vlines(np.arange(1, columns) - 0.5, -0.5, rows - 0.5, colors="white", linewidth=0.6, zorder=1.5)
    axis.hlines(np.arange(1, rows) - 0.5, -0.5, columns - 0.5, colors="white", linewidth=0.6, zorder=1.5)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


def per_cent(axes: Axes, axis: str = "y") -> None:
    """Tick labels of a share as whole per cents, at whole per cents where no ticks were set before."""
    own = axes.yaxis if axis == "y" else axes.xaxis
    if isinstance(own.get_major_locator(), mpl.ticker.AutoLocator):
        own.set_major_locator(mpl.ticker.MaxNLocator("auto", steps=[1, 2, 5, 10]))
    own.set_major_formatter(mpl.ticker.PercentFormatter(1.0, decimals=0, symbol=""))


def as_svg(figure: Figure) -> bytes:
    """The figure as SVG: text as text, without a date, equal bytes for equal figures."""
    drawn = _drawn(figure, FigureCanvasSVG, "svg", {"Date": None, "Creator": None})
    # Verdana has the widths of DejaVu Sans, so that text keeps its place on machines without the latter.
    return drawn.replace(b"'DejaVu Sans'", b"'DejaVu Sans', Verdana, sans-serif")


def as_png(figure: Figure) -> bytes:
    """The figure as PNG, 200 dpi, without the library's version."""
    return _drawn(figure, FigureCanvasAgg, "png", {"Software": None})


def as_pdf(figure: Figure) -> bytes:
    """The figure as PDF with its letters embedded, without a date, equal bytes for equal figures."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf  # slow to load, and few figures need it

    with _bare_fonts():
        return _drawn(figure, FigureCanvasPdf, "pdf", {"CreationDate": None, "Creator": None, "Producer": None})


@contextmanager
def _bare_fonts() -> Iterator[None]:
    """Embed the letters of a font without the tables that place them: they are placed already, and to cut those
    tables down would be most of the work.
    """
    from matplotlib.backends._backend_pdf_ps import subset  # type: ignore[attr-defined]  # fontTools'

    usual = subset.Options

    class Bare(usual):  # type: ignore[misc, valid-type]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.drop_tables += ["GDEF", "GPOS", "GSUB"]

    subset.Options = Bare
    try:
        yield
    finally:
        subset.Options = usual


def _drawn(figure: Figure, kind: type[FigureCanvasBase], form: str, metadata: dict[str, str | None]) -> bytes:
    """What a canvas of its own draws; `savefig` would draw all twice, first for the layout, which is settled here."""
    file, canvas, dpi = io.BytesIO(), figure.canvas, figure.dpi
    with styled():
        settle(figure)
        getattr(kind(figure), f"print_{form}")(file, metadata=metadata)
    figure.set_canvas(canvas)
    figure.set_dpi(dpi)  # the canvas of SVG leaves its own
    return file.getvalue()


def settle(figure: Figure) -> None:
    """Lay the axes out once and for all, on round numbers: the solver's last digits differ from run to run.

    Axes of equal aspect need more than one layout before they rest.
    """
    engine = figure.get_layout_engine()
    if not isinstance(engine, ConstrainedLayoutEngine):
        return
    before: list[tuple[float, ...]] = []
    for _ in range(MOST_LAYOUTS):
        engine.execute(figure)  # what a draw does first; the rest of a draw takes as long again and moves nothing
        for axis in figure.axes:
            axis.apply_aspect()
        places = [tuple(round(share, 3) for share in axis.get_position(original=True).bounds) for axis in figure.axes]
        if places == before:
            break
        before = places
    for axis in figure.axes:
        left, bottom, width, height = (round(share, 5) for share in axis.get_position(original=True).bounds)
        axis.set_position((left, bottom, width, height))
    figure.set_layout_engine("none")
