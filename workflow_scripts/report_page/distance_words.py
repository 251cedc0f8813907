"""Models, emotions and speakers in the words of sentences on distances."""

from collections.abc import Sequence

import pandas as pd

from workflow_scripts.report_page.words import counted, listed, per_cent

NAMED = 2  # so many models are named one by one, more are counted


def by_emotion(ends: pd.DataFrame, end: str, what: str, chance: bool = True) -> str:
    """'happy for 4 of 6 networks (55 to 82 %) and angry for 2 (40 to 45 %)'; a few models are named."""
    said: list[str] = []
    for emotion, own in sorted(ends.groupby(end, sort=False), key=lambda group: -len(group[1])):
        shares = own[f"p_{end}"]
        low, high = per_cent(shares.min()), per_cent(shares.max())
        span = low if low == high else f"{low.removesuffix(' %')} to {high}"
        sure = f" ({span})" if chance and shares.notna().all() else ""
        said.append(f"{emotion} for {which(list(own.index), len(ends), what, first=not said)}{sure}")
    return listed(said)


def which(models: Sequence[str], total: int, what: str, first: bool = True) -> str:
    """The models by name where they are few, else how many of them."""
    if total <= NAMED:
        return listed(models)
    return f"{len(models)} of {counted(total, what)}" if first else f"{len(models)}"


def speakers(rows: pd.DataFrame) -> str:
    fewest, most = int(rows["n_speakers"].min()), int(rows["n_speakers"].max())
    return counted(most, "speaker") if fewest == most else f"{fewest} to {most} speakers"


def any_of(models: Sequence[str], what: str) -> str:
    return f" for any {what}" if len(models) > 1 else ""
