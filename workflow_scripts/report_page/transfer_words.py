"""Comparisons of trainings in words: how many are told apart, by how much, and that the others cannot be told."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from workflow_scripts.report_page.words import counted, p_in_words, points
from workflow_scripts.summaries.transfer_verdicts import CANNOT, LEVEL, side

NAMED = 3  # so many rows are given one by one, of more the lowest and the highest
Say = Callable[[Any], str]


def judged(
    rows: pd.DataFrame, above: str, below: str, unknown: str, say: Say, name: Say, unit: str = "training"
) -> list[str]:
    """Up to three sentences on the differences of some rows: told above 0, told below 0, not told.

    Args:
        rows: columns value, p_adjusted, family, verdict, n_speakers; those without a p are left out.
        above, below, unknown: the sentences, with `{who}` for the rows that they are about.
        say: the figure of a row with its interval; name: what a row is of.
        unit: what a row is.
    """
    rows = rows[rows["p_adjusted"].notna()]
    sides = [side(row.value, row.p_adjusted) for row in rows.itertuples()]
    found = []
    for told, words in ((1, above), (-1, below), (0, unknown)):
        own = rows.loc[[one == told for one in sides]]
        if len(own):
            subject = who(len(own), len(rows), unit)
            if told == 0 and len(own) == len(rows) > 1:
                subject = f"any of {who(0, len(rows), unit).removeprefix('0 of ')}"
            said = words.format(who=subject)
            found.append(f"{said}: {each(own, say, name)} ({_how(own, told != 0)}).")
    return found


def who(number: int, of: int, unit: str) -> str:
    """'the only training', 'all 7 trainings', '6 of 7 trainings'."""
    if of == 1:
        return f"the only {unit}"
    first, _, rest = unit.partition(" ")
    many = ("both" if of == 2 else f"all {of}") if number == of else f"{number} of {of}"
    return f"{many} {f'{first}s {rest}'.strip()}"


def each(rows: pd.DataFrame, say: Say, name: Say) -> str:
    """'+5 points [+1, +9] for a; +3 points [+1, +5] for b', or 'from +3 points [+1, +5] (b) to +9 points [...] (c)'."""
    if len(rows) <= NAMED:
        return "; ".join(f"{say(row)} for {name(row)}" for row in rows.itertuples())
    ordered = list(rows.sort_values("value", kind="stable").itertuples())
    least, most = ordered[0], ordered[-1]
    return f"from {say(least)} ({name(least)}) to {say(most)} ({name(most)})"


def _how(rows: pd.DataFrame, told: bool) -> str:
    """The units and the p of some rows: '16 speakers, p = 0.002 after Holm over 94'."""
    corrections = sorted({family.rpartition(": ")[2] for family in rows["family"]})
    after = f" after {' or '.join(corrections)} comparisons" if any(corrections) else ""
    highest, lowest = float(rows["p_adjusted"].max()), float(rows["p_adjusted"].min())
    if told:
        p = p_in_words(highest) if len(rows) == 1 or highest < 0.001 else f"p at most {highest:.2g}"
        return f"{over(rows)}, {p}{after}"
    if all(rows["verdict"].str.startswith(CANNOT)):
        return f"{over(rows)}, too few for a p below {LEVEL:g}{after}"
    return f"{over(rows)}, {p_in_words(lowest) if len(rows) == 1 else f'p from {lowest:.2g}'}{after}"


def over(rows: pd.DataFrame) -> str:
    """'16 speakers', '12 to 16 speakers', '6 emotions', '77 clips': the units of the rows' tests."""
    unit = "speaker"
    if "protocol" in rows and set(rows["protocol"]) <= {"paper1", "twins"}:
        unit = "clip"
    elif "n_emotions" in rows and not rows["n_speakers"].max() > 0:
        unit = "emotion"
    fewest, most = int(rows[f"n_{unit}s"].min()), int(rows[f"n_{unit}s"].max())
    return counted(most, unit) if fewest == most else f"{fewest} to {most} {unit}s"


def gained(row: Any) -> str:
    """'+5 points [+1, +9]'."""
    return points(row.value, row.low, row.high)


def trained(row: Any) -> str:
    """'hubert-base with peft'."""
    return f"{row.model} with {row.tuner}"


def of_claim(row: Any) -> str:
    """'hubert-base with peft, two-stage, song to speech'; of tuners compared '... with peft less frozen, ...'."""
    way = f"{row.source} to {row.target}" if row.source else row.target
    tuner = row.quantity if row.quantity.startswith(f"{row.tuner} less ") else row.tuner
    return ", ".join(filter(None, [f"{row.model} with {tuner}", row.condition, way]))
