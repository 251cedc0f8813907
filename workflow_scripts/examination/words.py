"""The form of a report: sections of aligned lines, tables, and the verdict as the last line."""

from collections.abc import Iterable, Sequence

Line = tuple[str, str]


def verdict(wrong: Sequence[str], told: Sequence[str] = ()) -> str:
    """The last line of a report; of a reason of many lines the first, since the report says the rest."""
    if wrong:
        return f"NOT fit for use: {_in_one_line(wrong)}"
    return f"fit for use, with remarks: {_in_one_line(told)}" if told else "fit for use"


def _in_one_line(reasons: Sequence[str]) -> str:
    return "; ".join(reason.splitlines()[0].rstrip(":") for reason in reasons)


def section(title: str, lines: Iterable[Line]) -> str:
    """A heading and its lines, names left, texts in one column."""
    lines = list(lines)
    width = max((len(name) for name, _ in lines), default=0)
    inside = "\n".join(f"  {name:<{width}}  {text}".rstrip() for name, text in lines)
    return f"{title}\n{inside}\n"


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A heading and columns, the first to the left and the others to the right."""
    rows = [header, *rows]
    widths = [max(len(row[place]) for row in rows) for place in range(len(header))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join([title, *(f"  {line}".rstrip() for line in lines)]) + "\n"
