"""Numbers and lists as a reader wants them: rounded to what their interval supports, in whole words."""

from collections.abc import Sequence

import numpy as np


def per_cent(value: float, low: float = float("nan"), high: float = float("nan")) -> str:
    """'71 % [66, 76]': a share as per cent with its interval, or '71 %' without one; 'not defined' for NaN.

    One decimal is given only where the interval is narrower than two points.
    """
    if np.isnan(value):
        return "not defined"
    if np.isnan(low) or np.isnan(high):
        return f"{100 * value:.0f} %"
    digits = 1 if high - low < 0.02 else 0
    return f"{100 * value:.{digits}f} % [{100 * low:.{digits}f}, {100 * high:.{digits}f}]"


def points(difference: float, low: float = float("nan"), high: float = float("nan")) -> str:
    """'+5 points [+1, +9]': a difference of shares.

    One decimal is given where an end of the interval would else read as 0, whose side it is on matters.
    """
    if np.isnan(low) or np.isnan(high):
        return f"{_hundredths(difference, 0)} points"
    digits = 1 if any(0 < abs(end) < 0.005 for end in (low, high)) else 0
    return f"{_hundredths(difference, digits)} points [{_hundredths(low, digits)}, {_hundredths(high, digits)}]"


def _hundredths(share: float, digits: int) -> str:
    return f"{round(100 * share, digits) + 0.0:+.{digits}f}"  # no -0


def p_in_words(p: float) -> str:
    """'p < 0.001', 'p = 0.047', '' where there is none."""
    if np.isnan(p):
        return ""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.2g}"


def listed(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def spans(layers: Sequence[str], order: Sequence[str]) -> str:
    """'3-5 and 9': layers in the order of the network, neighbours joined; `order` is all layers of the network."""
    places = sorted(order.index(layer) for layer in layers)
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    texts = []
    for run in runs:
        first, last = order[run[0]], order[run[-1]]
        texts.append(first if len(run) == 1 else f"{first} and {last}" if len(run) == 2 else f"{first}-{last}")
    return listed(texts)


def counted(number: int, one: str, many: str = "") -> str:
    """'1 clip', '3 clips', '0 clips'."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def measured(value: float, low: float = float("nan"), high: float = float("nan")) -> str:
    """'0.26 [0.06, 0.46]': a quantity as exact as its interval is wide, or '0.262' without one; '–' for NaN."""
    if np.isnan(value):
        return "–"
    if np.isnan(low) or np.isnan(high):
        return f"{value:.3g}"
    reach = (high - low) / 2
    digits = min(max(int(np.ceil(np.log10(5 / reach))), 0), 6) if reach > 0 else 3
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def capital(words: str) -> str:
    """The words with a capital first letter."""
    return words[0].upper() + words[1:]
