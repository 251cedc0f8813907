"""Whether the text of a figure can be read: inside the page, and not over other text."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

from workflow_scripts.figures import style


def assert_text_inside_and_apart(figure: Figure, name: str) -> None:
    with style.styled():
        style.settle(figure)  # laid out as it is saved
        figure.draw_without_rendering()
    page, beyond = figure.bbox, _beyond(figure)
    boxes = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and _shown(text) and text not in beyond
    ]
    for words, box in boxes:
        inside = box.x0 >= page.x0 - 1 and box.y0 >= page.y0 - 1 and box.x1 <= page.x1 + 1 and box.y1 <= page.y1 + 1
        assert inside, f"{name}: {words!r} leaves the figure"
    cores = np.array([box.shrunk(0.85, 0.85).extents for _, box in boxes])
    low, high = np.maximum(cores[:, None, :2], cores[None, :, :2]), np.minimum(cores[:, None, 2:], cores[None, :, 2:])
    for one, other in np.argwhere(np.triu((low <= high).all(axis=2), 1)):
        raise AssertionError(f"{name}: {boxes[one][0]!r} overlaps {boxes[other][0]!r}")


def _beyond(figure: Figure) -> set[Text]:
    """Labels of ticks outside the view or of axes that are off, which exist and are not drawn."""
    found = set()
    for axis in figure.axes:
        for one, ends in ((axis.xaxis, axis.get_xlim()), (axis.yaxis, axis.get_ylim())):
            low, high = min(ends) - 1e-9, max(ends) + 1e-9
            ticks = one.get_major_ticks()
            hidden = [tick for tick in ticks if not axis.axison or not low <= tick.get_loc() <= high]
            found |= {label for tick in hidden for label in (tick.label1, tick.label2)}
    return found


def _shown(text: Text) -> bool:
    """Whether a text belongs to axes that are drawn, and is not turned (boxes of turned text are larger than it)."""
    axis = text.axes
    return text.get_rotation() == 0 and (axis is None or axis.get_visible())
