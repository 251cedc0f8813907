"""Sentences on the order of the emotions: do the datasets differ, which emotion is nearest, what can be told apart."""

from typing import Any

import pandas as pd

from workflow_scripts.report_page import distance_rows as select
from workflow_scripts.report_page.distance_rows import Pair
from workflow_scripts.report_page.distance_words import by_emotion, speakers, which
from workflow_scripts.report_page.study import ALPHA, Study
from workflow_scripts.report_page.words import counted, listed, p_in_words, per_cent
from workflow_scripts.summaries.roles import untrained

STANDS_OUT = 0.5  # share of half-samples in which an emotion must be the nearest to be called mostly so
TOLD = 3  # pairs of emotions that a sentence names


def differ(study: Study, pair: Pair) -> str:
    """In how many emotions the datasets differ at all, by swaps within speakers, corrected over the emotions."""
    models, what = select.counted_models(study, pair)
    rows = select.swapped(study, pair)
    rows = rows[rows["model"].isin(models)]
    if rows.empty:
        return ""
    emotions = int(rows["first_emotion"].nunique())
    smallest = float(rows["p_smallest"].min())
    if smallest * emotions > ALPHA and smallest > ALPHA:
        return (
            f"Whether {pair[0]} and {pair[1]} differ at all in an emotion cannot be shown with {speakers(rows)}: "
            f"smallest p {smallest:.3g}."
        )
    clear = rows.assign(differs=rows["p"] <= ALPHA).groupby("model", sort=False)["differs"].sum()
    each = [
        f"{counted(int(number), 'emotion')} of {emotions} for {which(list(own.index), len(models), what)}"
        for number, own in clear.groupby(clear, sort=False)
    ]
    return (
        f"The datasets {pair[0]} and {pair[1]} differ beyond chance in {listed(each)} (datasets swapped within "
        f"speakers or, where these are not paired, between them; each emotion alone at p 0.05, last analysed layer; "
        f"smallest p there can be {smallest:.2g}). This "
        "says nothing of one emotion against another."
    )


def order(study: Study, pair: Pair) -> str:
    """Nearest and farthest emotion of the headline, with how sure they are over halves of the speakers."""
    models, what = select.counted_models(study, pair)
    rows = select.rows_of(study, "ranking", pair)
    rows = rows[rows["model"].isin(models)]
    if rows.empty:
        return ""
    ends = select.extremes(rows)
    near, far = (_standing_out(ends, end, what) for end in ("nearest", "farthest"))
    sure = "" if rows["n_half_samples"].eq(0).all() else f"; in brackets: share of halves of the {speakers(rows)}"
    clips = counted(int(rows["clips_per_speaker"].iloc[0]), "clip")
    random = set(models) <= set(untrained(study.models))
    whose = f" for an untrained {what}" if random and len(models) == 1 else ""
    weights = f"; all {what}s are untrained" if random and not whose else ""
    return (
        f"Between {pair[0]} and {pair[1]}{whose} {near}; {far} (kernel distance at {clips} per speaker, mean over "
        f"layers{sure}{weights})."
    )


def _standing_out(ends: pd.DataFrame, end: str, what: str) -> str:
    """Which emotion is the nearest, or the farthest, where half of the half-samples say so; else that none is."""
    standing = ends[f"p_{end}"] >= STANDS_OUT
    said = []
    if standing.any():
        said.append(f"the {end} emotion is mostly {by_emotion(ends[standing], end, what)}")
    if not standing.all():
        whose = f" for {which(list(ends.index[~standing]), len(ends), what)}" if standing.any() else ""
        weak = ends[~standing]
        by_value = by_emotion(weak, end, what)
        if len(weak) == 1:
            share = weak[f"p_{end}"].iloc[0]
            by_value = str(weak[end].iloc[0]) + ("" if pd.isna(share) else f", {per_cent(share)}")
        said.append(f"no emotion stands out as the {end}{whose} (by its value {by_value})")
    return ", and ".join(said)


def told_apart(study: Study, pair: Pair) -> str:
    """Which emotions are closer than others beyond chance, corrected over their pairs; or that none can be."""
    models, what = select.counted_models(study, pair)
    rows = select.rows_of(study, "contrasts", pair)
    rows = rows[rows["model"].isin(models)]
    if rows.empty:
        return ""
    pairs = rows[["emotion", "against"]].drop_duplicates().shape[0]
    among = f"over {counted(pairs, 'pair')} of emotions"
    several = len(models) > 1
    if rows["p_smallest"].min() > ALPHA:
        return (
            f"Whether one emotion is closer than another cannot be shown with {speakers(rows)}: no comparison can "
            f"reach significance (smallest p {rows['p_smallest'].min():.3g})."
        )
    found = rows[rows["p_adjusted"] <= ALPHA]
    if found.empty:
        least = p_in_words(rows["p_adjusted"].min())
        return (
            f"No emotion can be told to be closer than another{f' for any {what}' if several else ''}: smallest "
            f"{least}, corrected {among}, {speakers(rows)}."
        )
    closer = found["difference"] < 0
    found = found.assign(
        near=found["emotion"].where(closer, found["against"]), far=found["against"].where(closer, found["emotion"])
    )
    groups = sorted(
        found.groupby(["near", "far"], sort=False), key=lambda group: (-len(group[1]), group[1]["p_adjusted"].min())
    )
    said = []
    for (near, far), own in groups[:TOLD]:
        ps = sorted({p_in_words(p) for p in own["p_adjusted"]}, key=len)
        p = ps[0] if len(ps) == 1 else f"p {own['p_adjusted'].max():.2g} or less"
        said.append(f"{near} is closer than {far} for {which(list(own['model']), len(models), what)} ({p})")
    more = len(groups) - len(said)
    rest = pairs - len(groups)
    tail = f"; {more} more in the table" if more > 0 else ""
    tail += f"; {counted(rest, 'other pair')} cannot be told apart" if rest else ""
    alone = f", not over {what}s" if several else ""
    first = listed(said)
    return f"{first[0].upper()}{first[1:]}{tail} (corrected {among}{alone}; {speakers(rows)})."


def controls(study: Study, pair: Pair) -> str:
    """What the models that are not counted rank first and last: untrained networks beside trained ones, acoustics."""
    models, _ = select.counted_models(study, pair)
    ends = select.extremes(select.rows_of(study, "ranking", pair))
    ends = ends[~ends.index.isin(models)]
    roles = {"acoustics": "acoustic features as rank-normal scores"}
    said = []
    for model, row in ends.iterrows():
        role = roles.get(study.models[str(model)]["family"], "untrained control")
        near, far = (_end_of_control(row, end) for end in ("nearest", "farthest"))
        said.append(f"{model} ({role}) has {near} and {far}")
    return f"{'; '.join(said)}." if said else ""


def _end_of_control(row: "pd.Series[Any]", end: str) -> str:
    share = row[f"p_{end}"]
    if share >= STANDS_OUT:
        return f"{row[end]} mostly {end} ({per_cent(share)})"
    sure = "" if pd.isna(share) else f", {per_cent(share)}"
    return f"no emotion clearly {end} ({row[end]} by value{sure})"
