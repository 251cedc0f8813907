"""The name that was probably meant."""

import difflib
from collections.abc import Iterable
from typing import Any


def nearest(word: Any, valid: Iterable[str]) -> str:
    """The valid name that was probably meant, or ""."""
    by_lower = {name.lower(): name for name in valid}
    near = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[near[0]] if near else ""


def did_you_mean(word: Any, valid: Iterable[str]) -> str:
    """The end of a sentence on a wrong name: the nearest valid one, else all of them."""
    valid = list(valid)
    near = nearest(word, valid)
    return f"; did you mean '{near}'?" if near else f"; valid: {', '.join(valid)}" if valid else ""
