"""Findings on distances as sentences, composed from the tables by the rules that stand here."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workflow_scripts.distances.layer import ALL, NORMAL
from workflow_scripts.distances.measures import FRECHET, KERNEL
from workflow_scripts.figures import distance_variants as v
from workflow_scripts.figures.distance_drivers import middle_layer
from workflow_scripts.report_page import distance_rows as select
from workflow_scripts.report_page.distance_rows import Pair
from workflow_scripts.report_page.findings import ALPHA, Study
from workflow_scripts.report_page.words import counted, listed, measured, p_in_words, per_cent
from workflow_scripts.summaries.roles import untrained

STANDS_OUT = 0.5  # share of half-samples in which an emotion must be the nearest to be called so
NAMED = 2  # so many models are named one by one, more are counted
TOLD = 3  # pairs of emotions that a sentence names


def of_pair(study: Study, pair: Pair, others: list[Any]) -> list[str]:
    """Sentences on one drawn pair: order, what is told apart, controls, conditions, agreement, carriers, drivers.

    Args:
        study: facts and tables.
        pair: the drawn pair.
        others: [[pair, words], ...] of the same recordings prepared in another way.
    """
    if select.rows_of(study, "ranking", pair).empty:
        return []
    found = [
        differ(study, pair),
        order(study, pair),
        told_apart(study, pair),
        controls(study, pair),
        published(study, pair),
        *conditions(study, pair, others),
        agreement(study, pair),
        paper(study, pair),
        measures(study, pair),
        shifted(study, pair),
        accounted(study, pair),
    ]
    return [sentence for sentence in found if sentence]


def differ(study: Study, pair: Pair) -> str:
    """In how many emotions the datasets differ at all, by swaps within speakers, corrected over the emotions."""
    models, what = select.counted_models(study, pair)
    rows = swapped(study, pair)
    rows = rows[rows["model"].isin(models)]
    if rows.empty:
        return ""
    emotions = int(rows["first_emotion"].nunique())
    smallest = float(rows["p_smallest"].min())
    if smallest * emotions > ALPHA and smallest > ALPHA:
        return (
            f"Whether {pair[0]} and {pair[1]} differ at all in an emotion cannot be shown with {_speakers(rows)}: "
            f"smallest p {smallest:.3g}."
        )
    clear = rows.assign(differs=rows["p"] <= ALPHA).groupby("model", sort=False)["differs"].sum()
    each = [
        f"{counted(int(number), 'emotion')} of {emotions} for {_which(list(own.index), len(models), what)}"
        for number, own in clear.groupby(clear, sort=False)
    ]
    return (
        f"The datasets {pair[0]} and {pair[1]} differ beyond chance in {listed(each)} (datasets swapped within "
        f"speakers, each emotion alone at p 0.05, last analysed layer; smallest p there can be {smallest:.2g}). This "
        "says nothing of one emotion against another."
    )


def swapped(study: Study, pair: Pair) -> pd.DataFrame:
    """Kernel distances of one emotion in both datasets that were set against swapped datasets, last analysed layer."""
    rows = select.rows_of(study, "distances", pair, select.SHARED_CLIPS[KERNEL], layer="")
    own = rows[
        (rows["first_emotion"] == rows["second_emotion"])
        & (rows["first_dataset"] == pair[0])
        & (rows["second_dataset"] == pair[1])
        & rows["n_swaps"].gt(0)
    ]
    return select.at_last_layer(study, own)


# -- the order -----------------------------------------------------------------------------------------------------


def order(study: Study, pair: Pair) -> str:
    """Nearest and farthest emotion of the headline, with how sure they are over halves of the speakers."""
    models, what = select.counted_models(study, pair)
    rows = select.rows_of(study, "ranking", pair)
    rows = rows[rows["model"].isin(models)]
    if rows.empty:
        return ""
    ends = select.extremes(rows)
    near, far = (_standing_out(ends, end, what) for end in ("nearest", "farthest"))
    sure = "" if rows["n_half_samples"].eq(0).all() else f"; in brackets: share of halves of the {_speakers(rows)}"
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
        said.append(f"the {end} emotion is {_by_emotion(ends[standing], end, what)}")
    if not standing.all():
        whose = f" for {_which(list(ends.index[~standing]), len(ends), what)}" if standing.any() else ""
        weak = ends[~standing]
        by_value = _by_emotion(weak, end, what)
        if len(weak) == 1:
            share = weak[f"p_{end}"].iloc[0]
            by_value = str(weak[end].iloc[0]) + ("" if pd.isna(share) else f", {per_cent(share)}")
        said.append(f"no emotion stands out as the {end}{whose} (by its value {by_value})")
    return ", and ".join(said)


def _by_emotion(ends: pd.DataFrame, end: str, what: str, chance: bool = True) -> str:
    """'happy for 4 of 6 networks (55 to 82 %) and angry for 2 (40 to 45 %)'; a few models are named."""
    said: list[str] = []
    for emotion, own in sorted(ends.groupby(end, sort=False), key=lambda group: -len(group[1])):
        shares = own[f"p_{end}"]
        low, high = per_cent(shares.min()), per_cent(shares.max())
        span = low if low == high else f"{low.removesuffix(' %')} to {high}"
        sure = f" ({span})" if chance and shares.notna().all() else ""
        said.append(f"{emotion} for {_which(list(own.index), len(ends), what, first=not said)}{sure}")
    return listed(said)


def _which(models: Sequence[str], total: int, what: str, first: bool = True) -> str:
    """The models by name where they are few, else how many of them."""
    if total <= NAMED:
        return listed(models)
    return f"{len(models)} of {counted(total, what)}" if first else f"{len(models)}"


def _speakers(rows: pd.DataFrame) -> str:
    fewest, most = int(rows["n_speakers"].min()), int(rows["n_speakers"].max())
    return counted(most, "speaker") if fewest == most else f"{fewest} to {most} speakers"


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
            f"Whether one emotion is closer than another cannot be shown with {_speakers(rows)}: no comparison can "
            f"reach significance (smallest p {rows['p_smallest'].min():.3g})."
        )
    found = rows[rows["p_adjusted"] <= ALPHA]
    if found.empty:
        least = p_in_words(rows["p_adjusted"].min())
        return (
            f"No emotion can be told to be closer than another{f' for any {what}' if several else ''}: smallest "
            f"{least}, corrected {among}, {_speakers(rows)}."
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
        said.append(f"{near} is closer than {far} for {_which(list(own['model']), len(models), what)} ({p})")
    more = len(groups) - len(said)
    rest = pairs - len(groups)
    tail = f"; {more} more in the table" if more > 0 else ""
    tail += f"; {counted(rest, 'other pair')} cannot be told apart" if rest else ""
    alone = f", not over {what}s" if several else ""
    first = listed(said)
    return f"{first[0].upper()}{first[1:]}{tail} (corrected {among}{alone}; {_speakers(rows)})."


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
        return f"{row[end]} {end} ({per_cent(share)})"
    sure = "" if pd.isna(share) else f", {per_cent(share)}"
    return f"no emotion clearly {end} ({row[end]} by value{sure})"


# -- what changes it -----------------------------------------------------------------------------------------------


def published(study: Study, pair: Pair) -> str:
    """The published way, and what the same measure says at equal numbers of clips."""
    models, what = select.counted_models(study, pair)
    ends = _ends(study, pair, v.AS_PUBLISHED, models)
    if ends.empty:
        return ""
    near, far = (_by_emotion(ends, end, what, chance=False) for end in ("nearest", "farthest"))
    said = f"As published (Frechet distance of all clips, however many) the nearest is {near}, the farthest {far}"
    changes = _changes(ends, _ends(study, pair, v.FRECHET_EQUAL, models), len(models), what)
    return f"{said}; at equal numbers of clips {changes or 'this distance keeps both'}."


def conditions(study: Study, pair: Pair, others: list[Any]) -> list[str]:
    """Which emotion becomes the nearest or the farthest without silence, strong intensity, or prepared otherwise."""
    models, what = select.counted_models(study, pair)
    base = _ends(study, pair, v.HEADLINE, models)
    changed, same = [], []
    for variant in select.confounds(others):
        ends = _ends(study, pair, variant, models)
        if ends.empty:
            continue
        changes = _changes(base, ends, len(models), what)
        if changes:
            changed.append(f"with {_words(variant)} {changes}")
        else:
            same.append(_words(variant))
    found = []
    if changed:
        found.append(f"Other conditions, other order: {'; '.join(changed)} (point values; the changes are not tested).")
    there = select.of_pair(study, "distances", pair)
    if NORMAL in set(there["condition"]) and NORMAL not in set(select.of_pair(study, "ranking", pair)["condition"]):
        found.append("Normal intensity alone is not compared: some emotion has too few clips of it.")
    if same:
        found.append(f"With {listed(same)} the nearest and the farthest emotion stay the same.")
    return found


def _words(variant: v.Variant) -> str:
    return variant.words.replace(", ", " and ")


def _ends(study: Study, pair: Pair, variant: v.Variant, models: Sequence[str]) -> pd.DataFrame:
    rows = select.rows_of(study, "ranking", pair, variant)
    return select.extremes(rows[rows["model"].isin(models)])


def _changes(base: pd.DataFrame, ends: pd.DataFrame, total: int, what: str) -> str:
    """'the nearest becomes sad for 2 of 6 networks and the farthest calm for 1'; "" where nothing changes."""
    said = []
    for end in ("nearest", "farthest"):
        there = ends[end].reindex(base.index).dropna()
        other = there[there != base[end].reindex(there.index)]
        each = [
            f"{emotion} for {_which(list(own.index), total, what)}" for emotion, own in other.groupby(other, sort=False)
        ]
        if each:
            said.append(f"the {end} becomes {listed(each)}")
    return ", ".join(said)


# -- agreement -----------------------------------------------------------------------------------------------------


def agreement(study: Study, pair: Pair) -> str:
    """Whether networks order the emotions alike."""
    rows = select.rows_of(study, "agreement", pair)
    rows = rows[rows["what"] == "models"]
    if rows.empty:
        return ""
    row = rows.iloc[-1]  # the trained networks, where some are not
    numbers = f"Kendall's W = {row['value']:.2f}, {p_in_words(row['p'])}"
    who = f"the {int(row['n_models'])} {row['of']}"
    if row["p_smallest"] > ALPHA:
        return f"Whether {who} agree on the order cannot be shown: smallest p {row['p_smallest']:.3g} ({numbers})."
    if row["p"] <= ALPHA:
        return f"{who.capitalize()} agree on the order of the emotions beyond chance ({numbers}), on the same clips."
    return (
        f"The orders of {who} cannot be told from unrelated ones ({numbers}; smallest p there can be "
        f"{row['p_smallest']:.2g})."
    )


def paper(study: Study, pair: Pair) -> str:
    """Whether the order is the paper's; nothing where the pair is not of speech and song."""
    models, what = select.counted_models(study, pair)
    rows = select.rows_of(study, "agreement", pair)
    rows = rows[(rows["what"] == "paper") & rows["of"].isin(models)]
    if rows.empty:
        return ""
    low, high = rows["value"].min(), rows["value"].max()
    tau = f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
    limit = f"smallest p there can be {rows['p_smallest'].max():.2g}"
    about = f"With the paper's order (from near to far: {_order_of_paper(study, pair)}) tau-b is {tau}"
    if rows["p_smallest"].min() > ALPHA:
        return f"{about}; with so few emotions agreement cannot be shown ({limit})."
    alike = rows[rows["p"] <= ALPHA]
    if alike.empty:
        p = p_in_words(rows["p"].min())
        least = p if len(rows) == 1 else f"smallest {p}"
        return f"{about}: it cannot be told from an unrelated order{_any(models, what)} ({least}; {limit})."
    which = _which(list(alike["of"]), len(models), what)
    p = p_in_words(alike["p"].max()) if len(alike) == 1 else f"p {alike['p'].max():.2g} or less"
    return f"{about}: beyond chance for {which} ({p}, each alone; {limit})."


def _any(models: Sequence[str], what: str) -> str:
    return f" for any {what}" if len(models) > 1 else ""


def _order_of_paper(study: Study, pair: Pair) -> str:
    rows = select.rows_of(study, "ranking", pair)
    known = rows.dropna(subset="rank_paper").drop_duplicates("emotion").sort_values("rank_paper", kind="stable")
    return ", ".join(" and ".join(own["emotion"]) for _, own in known.groupby("rank_paper"))


# -- measures and what carries them --------------------------------------------------------------------------------


def measures(study: Study, pair: Pair) -> str:
    """Where Frechet and kernel distance name other emotions, and how much of a distance a few clips carry."""
    models, what = select.counted_models(study, pair)
    kernel, frechet = (_ends(study, pair, one, models) for one in (v.HEADLINE, v.FRECHET_EQUAL))
    if frechet.empty:
        return ""
    changes = _changes(kernel, frechet, len(models), what)
    names = {(str(model), str(row[end])) for model, row in frechet.iterrows() for end in ("nearest", "farthest")
             if row[end] != kernel.loc[model, end]}  # fmt: skip
    said = f"Frechet and kernel distance disagree at equal clips: by Frechet {changes}" if changes else (
        "Frechet and kernel distance name the same nearest and farthest emotion"
    )  # fmt: skip
    carried = _carried(study, pair, models, names)
    return f"{said}. {carried}".strip() if carried else f"{said}."


def _carried(study: Study, pair: Pair, models: Sequence[str], names: set[tuple[str, str]]) -> str:
    """The distance of which 5 % of its clips carry most, among those named (all where none is), and by which clips."""
    rows = {
        measure: select.rows_of(study, "ranking", pair, select.SHARED_CLIPS[measure]) for measure in (FRECHET, KERNEL)
    }
    own = rows[FRECHET][rows[FRECHET]["model"].isin(models)].dropna(subset="top_share")
    own = own[own["top_share"].between(0, 1)]
    if names:
        own = own[pd.MultiIndex.from_frame(own[["model", "emotion"]]).isin(names)]
    if own.empty:
        return ""
    row = own.loc[own["top_share"].idxmax()]
    same = rows[KERNEL][(rows[KERNEL]["model"] == row["model"]) & (rows[KERNEL]["emotion"] == row["emotion"])]
    sure = len(same) and 0 <= same["top_share"].iloc[0] <= 1
    beside = f", {per_cent(same['top_share'].iloc[0])} of the kernel distance" if sure else ""
    of = f"of the Frechet distance of {row['emotion']} in {row['model']}"
    said = f"5 % of the clips carry {per_cent(row['top_share'])} {of}{beside}"
    clips = top_clips(study, pair)
    clips = clips[
        (clips["model"] == row["model"]) & (clips["emotion"] == row["emotion"]) & (clips["measure"] == FRECHET)
    ]
    if clips.empty:
        return f"{said}."
    top = clips.iloc[0]
    speaker = f"with the other clips of speaker {top['speaker']} in {top['dataset']} {per_cent(top['speaker_share'])}"
    return f"{said}; most at layer {top['layer']}: {top['clip_id']}, {per_cent(top['share'])} ({speaker})."


def top_clips(study: Study, pair: Pair) -> pd.DataFrame:
    """Of every model, emotion and measure the clip that adds most, at the last analysed layer, headline vectors."""
    rows = select.of_pair(study, "carriers", pair)
    rows = select.at_last_layer(study, rows[(rows["place"] == 1) & (rows["condition"] == ALL)])
    wanted = select.rows_of(study, "ranking", pair)[["model", "pooling", "scale"]].drop_duplicates()
    return rows.merge(wanted, on=["model", "pooling", "scale"])


# -- drivers -------------------------------------------------------------------------------------------------------


def shifted(study: Study, pair: Pair) -> str:
    """The category of acoustic features that shifts most, over emotions."""
    rows = category_shifts(study, pair)
    rows = rows.dropna(subset="value")
    if rows.empty:
        return ""
    emotions = rows["emotion"].nunique()
    clear = rows[rows["low"] > 0]
    if clear.empty:
        return f"No category of acoustic features shifts clearly between {pair[0]} and {pair[1]} in any emotion."
    top = clear.loc[clear.groupby("emotion", sort=False)["value"].idxmax()]
    category = top["category"].value_counts().index[0]
    own = top[top["category"] == category].sort_values("value")
    least, most = (
        f"{measured(row['value'], row['low'], row['high'])} ({row['emotion']})" for row in (own.iloc[0], own.iloc[-1])
    )
    span = most if len(own) == 1 else f"from {least} to {most}"
    where = "in every emotion" if len(own) == emotions else f"in {len(own)} of {counted(emotions, 'emotion')}"
    return (
        f"Of the acoustic features, {category.lower()} ones shift most {where}: {span} standard deviations (root mean "
        f"square, {_speakers(rows)})."
    )


def category_shifts(study: Study, pair: Pair) -> pd.DataFrame:
    """Shifts of whole categories of features."""
    rows = select.of_pair(study, "drivers", pair)
    return rows[(rows["what"] == "shift") & (rows["feature"] == "")]


def accounted(study: Study, pair: Pair) -> str:
    """How much of the networks' mean distance the acoustic shift accounts for, at the middle analysed layer."""
    models, what = select.counted_models(study, pair)
    rows = shares(study, pair)
    rows = rows[(rows["features"] == "all") & rows["model"].isin(models)]
    if rows.empty:
        return ""
    given = rows.dropna(subset="value").sort_values("value")
    layers = "at the middle analysed layer"
    if given.empty:
        return (
            f"How much of it the acoustic shift accounts for is not said: {layers} no emotion of any {what} has a mean "
            "distance clearly above zero."
        )
    least, most = (
        f"{per_cent(row['value'], row['low'], row['high'])} ({row['emotion']}, {row['model']})"
        for row in (given.iloc[0], given.iloc[-1])
    )
    span = most if len(given) == 1 else f"between {least} and {most}"
    without = len(rows) - len(given)
    tail = f"; no share for {without} of {len(rows)}, whose distance is not clearly above zero" if without else ""
    clear = f"clearly above zero for {int((given['low'] > 0).sum())} of {len(given)} distances"
    return (
        f"The shift of all acoustic features accounts for {span} of the squared mean distance {layers}: {clear}{tail}."
    )


def shares(study: Study, pair: Pair) -> pd.DataFrame:
    """Shares accounted for, at the layer that the figure shows."""
    rows = select.of_pair(study, "drivers", pair)
    middle = {model: middle_layer(facts["layers"]) for model, facts in study.models.items()}
    return rows[(rows["what"] == "accounted") & (rows["layer"] == rows["model"].map(middle))]
