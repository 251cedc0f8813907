"""Sentences on how well emotions are told: from all dimensions, from few, as published, under other conditions."""

from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.explanation.rows import ALL, NORMAL
from workflow_scripts.figures.explanation_rows import PUBLISHED as PAPER2
from workflow_scripts.figures.explanation_rows import STRICT
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.explanation_words import (
    CONDITIONS,
    NAMED,
    between,
    named,
    over_emotions,
    speakers,
    whereabouts,
)
from workflow_scripts.report_page.study import ALPHA, called
from workflow_scripts.report_page.words import counted, listed, p_in_words, per_cent, points
from workflow_scripts.statistics.corrections import holm
from workflow_scripts.summaries.roles import control_of

GUESSING = 0.5  # UAR of one emotion against others; what permuted labels read of each emotion stands in the table


def told(about: Explained) -> str:
    """How well the headline model tells the emotions, and which it does not tell beyond chance.

    p speaks of these speakers, the interval of others: an emotion is told where both leave chance out.
    """
    rows = _scores(about, "all")
    if rows.empty:
        return ""
    models, what = about.counted
    model = str(rows["model"].iloc[0])
    width = int(rows["k"].iloc[0])
    where = ", ".join(filter(None, [whereabouts(about, model), f"all {counted(width, 'dimension')}"]))
    basis = f"chance about {per_cent(GUESSING)}, {speakers(rows)}, strict"
    name = called(about.study, model)
    rows = rows.assign(corrected=holm(rows["p"]))
    clear = rows[(rows["corrected"] <= ALPHA) & (rows["low"] > GUESSING)]
    after = f" after Holm over {counted(len(rows), 'emotion')}" if len(rows) > 1 else ""
    if clear.empty:
        top = rows.loc[rows["value"].idxmax()]
        no_more = f"with {speakers(rows)} no p can reach {ALPHA:g}" if rows["p_smallest"].min() > ALPHA else ""
        least = no_more or (f"smallest {p_in_words(rows['corrected'].min())}{after}" if rows["p"].notna().any() else "")
        return (
            f"In {about.dataset}, {name} ({where}) tells no emotion from {about.told_from} beyond chance: the "
            f"highest UAR is {_score(top)} ({top['emotion']}; {'; '.join(filter(None, [least, basis]))})."
        )
    best = f" best of the {len(models)} {what}s (highest mean UAR; not tested)" if len(models) > 1 else ""
    said = (
        f"In {about.dataset}, {name} ({where}) tells emotions from {about.told_from}{best}: UAR "
        f"{over_emotions(clear, _score)} ({basis})"
    )
    unclear = rows[~rows.index.isin(clear.index)]
    each = [f"{row.emotion} ({_score(row)}, {p_in_words(row.corrected) or 'no p'})" for row in unclear.itertuples()]
    return f"{said}; not beyond chance{after}: {listed(each)}." if each else f"{said}."


def controls(about: Explained) -> str:
    """What acoustic features and the untrained control read beside it."""
    model = about.headline
    rows = about.rows("scores", side="all", metric="UAR")
    roles = {about.acoustic_set: "acoustic features"}
    if model:
        roles[control_of(model, about.study.models)] = "untrained control"
    said = []
    for name, role in roles.items():
        own = rows[rows["model"] == name]
        if name and name != model and len(own):
            said.append(f"{named(about, name)} ({role}) reads UAR {over_emotions(own, _score)}")
    return f"Beside it {'; '.join(said)} (not tested against each other here)." if said else ""


def few(about: Explained) -> str:
    """What the top k dimensions reach, ranked and counted inside the training speakers."""
    rows = _scores(about, "top")
    if rows.empty:
        return ""
    width = int(_scores(about, "all")["k"].iloc[0])
    several = rows["k"].nunique() > 1
    each = over_emotions(rows, lambda row: f"{_score(row)} with {_number(row.k)}" if several else _score(row))
    return (
        f"Its {between(rows['k'].tolist(), _number)} dimensions of {width} that matter most, ranked and counted inside "
        f"the training speakers, reach UAR {each}."
    )


def better_than_random(about: Explained) -> str:
    """Whether the top k do better than k random dimensions, and worse than all; or that it cannot be shown."""
    rows = _scores(about, "top-less-random")
    if rows.empty:
        return ""
    corrected = f" after Holm over {counted(len(rows), 'emotion')}" if len(rows) > 1 else ""
    if not _smallest(rows) <= ALPHA:
        least = _smallest(rows)
        smallest = "" if pd.isna(least) else f" (smallest p {least:.2g}{corrected})"
        return (
            "Whether they tell emotions better than as many random dimensions cannot be shown with "
            f"{speakers(rows)}{smallest}: the difference is {over_emotions(rows, _difference)}."
        )
    rows = _tested(rows)
    up, down = rows[rows["clear"] & (rows["value"] > 0)], rows[rows["clear"] & (rows["value"] < 0)]
    unclear = rows[~rows["clear"]]
    after = f"; p{corrected}" if corrected else ""
    said = []
    if len(up):
        said.append(f"They do better than as many random ones for {_each(up)}")
    if len(down):
        said.append(f"{'they do' if said else 'They do'} worse than as many random ones for {_each(down)}")
    if len(unclear):
        no = "no difference from random ones can be told" if said else "They cannot be told from as many random ones"
        said.append(f"{no} for {_each(unclear)}")
    return f"{', and '.join(said)} ({speakers(rows)}{after}).{_against_all(about)}"


def _against_all(about: Explained) -> str:
    rows = _scores(about, "top-less-all")
    if rows.empty or not _smallest(rows) <= ALPHA:
        return ""
    rows = _tested(rows)
    clear = rows[rows["clear"]]
    if clear.empty:
        return f" From all dimensions they cannot be told: {over_emotions(rows, _difference)}."
    return f" Against all dimensions they differ for {_each(clear)}."


def published(about: Explained) -> str:
    """F1 as published beside strict."""
    both = _published_and_strict(about, "top")
    if both.empty:
        return ""
    chance = between(both["chance"].tolist(), per_cent)
    there = over_emotions(both.assign(value=both["published"]), lambda row: per_cent(row.published))
    random = about.of_headline("scores", PAPER2, side="random", metric="F1").dropna(subset="value")
    control = f" (as many random ones {over_emotions(random, lambda row: per_cent(row.value))})" if len(random) else ""
    return (
        f"As published (paper2) the top dimensions read F1 {there}{control}; strict "
        f"{over_emotions(both, _score)} (chance {chance}). There dimensions and their number are chosen with the clips "
        "that are tested; other clips (as many of either side) and each speaker's own scale, too, part the two."
    )


def unpublished(about: Explained) -> str:
    """Which models lack the full curve and the published form though the study has it: the config names no layer."""
    there = set(about.rows("scores", PAPER2)["model"])
    without = [named(about, model) for model in about.layers if model not in there]
    if not there or not without:
        return ""
    whose = "its" if len(without) == 1 else "their"
    return (
        f"Of {listed(without)} there is no full curve and nothing as published (paper2), since `explanation.curves` "
        f"names none of {whose} layers: shown are the coarse numbers of dimensions, strict."
    )


def lift(about: Explained) -> str:
    """What choosing dimensions adds to all of them, as published and strict: this is free of all other differences."""
    top, every = (_published_and_strict(about, side).set_index("emotion") for side in ("top", "all"))
    strict = about.of_headline("scores", side="top-less-all", metric="F1").set_index("emotion")
    names = [emotion for emotion in top.index if emotion in every.index and emotion in strict.index]
    if not names:
        return ""
    gained = (top["published"] - every["published"]).loc[names]
    rows = strict.loc[names].reset_index()
    there = rows.assign(value=gained.to_numpy())
    return (
        "Choosing the dimensions with the tested clips changes F1 against all dimensions by "
        f"{over_emotions(there, lambda row: points(row.value))}; choosing them inside the training speakers by "
        f"{over_emotions(rows, _difference)}."
    )


def conditions(about: Explained) -> list[str]:
    """How well emotions are told under each condition, where it falls most, and which cannot be told there, and why."""
    whole = _scores(about, "all").set_index("emotion")["value"]
    found = []
    for condition in about.conditions:
        rows = _scores(about, "all", condition)
        words = CONDITIONS.get(condition, condition)
        lacking = _lacking(about, condition)
        if rows.empty:
            found.append(f"With {words} nothing could be explained{f': {lacking}' if lacking else ''}.")
            continue
        said = f"With {words} it reads UAR {over_emotions(rows, _score)}"
        falls = (rows.set_index("emotion")["value"] - whole).dropna()
        if len(falls) and condition == NORMAL:
            most = falls.abs().idxmax()
            said += f"; the largest change from all clips is {points(falls[most])} ({most}, not tested)"
        found.append(f"{said}{f'; not for {lacking}' if lacking else ''}.")
    return found


def _lacking(about: Explained, condition: str) -> str:
    """'sad (2 speakers; at least 3 are needed)': emotions that cannot be explained under a condition, and why."""
    rows = about.of_headline("scores", condition=condition, side="all", metric="UAR")
    short = rows[rows["value"].isna()]
    return listed([f"{row.emotion} ({row.note})" if row.note else str(row.emotion) for row in short.itertuples()])


def _scores(about: Explained, side: str, condition: str = ALL) -> pd.DataFrame:
    rows = about.of_headline("scores", condition=condition, side=side, metric="UAR")
    return rows.dropna(subset="value")


def _published_and_strict(about: Explained, side: str) -> pd.DataFrame:
    """Strict F1 of a side with column `published` beside, of emotions that have both."""
    strict, there = (about.of_headline("scores", protocol, side=side, metric="F1") for protocol in (STRICT, PAPER2))
    beside = there.set_index("emotion")["value"]
    return strict.assign(published=strict["emotion"].map(beside)).dropna(subset=["published", "value"])


def _tested(rows: pd.DataFrame) -> pd.DataFrame:
    """Differences with p corrected over the emotions; clear: it is at most 0.05 and the interval leaves out 0."""
    rows = rows.assign(corrected=holm(rows["p"]))
    apart = (rows["low"] > 0) | (rows["high"] < 0)
    return rows.assign(clear=(rows["corrected"] <= ALPHA) & apart)


def _smallest(rows: pd.DataFrame) -> float:
    """The smallest p that any of these differences can have after Holm over them."""
    return float(np.minimum(1.0, rows["p_smallest"].min() * len(rows)))


def _each(rows: pd.DataFrame) -> str:
    """'angry (+5 points [+1, +9], p = 0.02) and sad (...)'; of many emotions their names, and the ends."""
    if len(rows) <= NAMED:
        said = [
            f"{row.emotion} ({', '.join(filter(None, [_difference(row), p_in_words(row.corrected)]))})"
            for row in rows.itertuples()
        ]
        return listed(said)
    ps = rows["corrected"].dropna()
    p = f", p {between(ps.tolist(), lambda value: f'{value:.2g}')}" if len(ps) else ""
    return f"{listed(list(rows['emotion']))} ({over_emotions(rows, _difference)}{p})"


def _score(row: Any) -> str:
    return per_cent(row.value, row.low, row.high)


def _difference(row: Any) -> str:
    return points(row.value, row.low, row.high)


def _number(value: float) -> str:
    return f"{value:g}"
