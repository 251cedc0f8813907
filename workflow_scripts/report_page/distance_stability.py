"""Sentences on whether the order holds: the published way, other conditions, models, the paper, measures, few clips."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workflow_scripts.distances.layer import NORMAL
from workflow_scripts.distances.measures import FRECHET, KERNEL
from workflow_scripts.figures import distance_variants as v
from workflow_scripts.report_page import distance_rows as select
from workflow_scripts.report_page.distance_rows import Pair
from workflow_scripts.report_page.distance_words import any_of, by_emotion, which
from workflow_scripts.report_page.study import ALPHA, Study
from workflow_scripts.report_page.words import listed, p_in_words, per_cent


def published(study: Study, pair: Pair) -> str:
    """The published way, and what the same measure says at equal numbers of clips."""
    models, what = select.counted_models(study, pair)
    ends = _ends(study, pair, v.AS_PUBLISHED, models)
    if ends.empty:
        return ""
    near, far = (by_emotion(ends, end, what, chance=False) for end in ("nearest", "farthest"))
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
            f"{emotion} for {which(list(own.index), total, what)}" for emotion, own in other.groupby(other, sort=False)
        ]
        if each:
            said.append(f"the {end} becomes {listed(each)}")
    return ", ".join(said)


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
    about = (
        f"With the paper's order (from near to far: {_order_of_paper(study, pair)}) tau-b of the kernel distance at "
    )
    about += f"equal clips is {tau}"
    if rows["p_smallest"].min() > ALPHA:
        return f"{about}; with so few emotions agreement cannot be shown ({limit})."
    alike = rows[rows["p"] <= ALPHA]
    if alike.empty:
        p = p_in_words(rows["p"].min())
        least = p if len(rows) == 1 else f"smallest {p}"
        return f"{about}: it cannot be told from an unrelated order{any_of(models, what)} ({least}; {limit})."
    whose = which(list(alike["of"]), len(models), what)
    p = p_in_words(alike["p"].max()) if len(alike) == 1 else f"p {alike['p'].max():.2g} or less"
    return f"{about}: beyond chance for {whose} ({p}, each alone; {limit})."


def _order_of_paper(study: Study, pair: Pair) -> str:
    rows = select.rows_of(study, "ranking", pair)
    known = rows.dropna(subset="rank_paper").drop_duplicates("emotion").sort_values("rank_paper", kind="stable")
    return ", ".join(" and ".join(own["emotion"]) for _, own in known.groupby("rank_paper"))


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
    clips = select.top_clips(study, pair)
    clips = clips[
        (clips["model"] == row["model"]) & (clips["emotion"] == row["emotion"]) & (clips["measure"] == FRECHET)
    ]
    if clips.empty:
        return f"{said}."
    top = clips.iloc[0]
    speaker = f"with the other clips of speaker {top['speaker']} in {top['dataset']} {per_cent(top['speaker_share'])}"
    return f"{said}; most at layer {top['layer']}: {top['clip_id']}, {per_cent(top['share'])} ({speaker})."
