"""Tables and figures as a terminal shows them."""

from collections.abc import Sequence


def in_columns(lines: Sequence[Sequence[str]], words: int = 1) -> str:
    """Lines of cells as columns; the first `words` columns hold words and stand to the left, figures to the right."""
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def duration(seconds: float) -> str:
    """Seconds in words; two digits are more than is known."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def size(count: float) -> str:
    """Bytes in words."""
    if count < 1e9:
        return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
    return f"{count / 1e9:.1f} GB"
