"""Sentences on what the dimensions encode: categories and single features, order, SHAP of features, stability."""

import pandas as pd

from workflow_scripts.explanation.rows import NORMAL
from workflow_scripts.figures.explanation_rows import PLAIN, clear
from workflow_scripts.report_page import explanation_rows as select
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.explanation_words import (
    agreement,
    between,
    gained,
    named,
    over_emotions,
    speakers,
)
from workflow_scripts.report_page.study import ALPHA
from workflow_scripts.report_page.words import counted, listed, measured, p_in_words, per_cent

STANDS_OUT = 0.5  # share of resamples in which a category must come first to be called so
PAPERS_ORDER = "Energy > Frequency > Spectral > Temporal"


def categories(about: Explained) -> str:
    """Per emotion the categories of features that its dimensions encode better than random ones, within the emotion."""
    rows = select.gains_of_categories(about)
    if rows.empty:
        return ""
    model = named(about, str(rows["model"].iloc[0]))
    rows = rows.assign(claimed=clear(rows))
    basis = f"mean over a category's features, corrected over the categories, {speakers(rows)}"
    if not rows["claimed"].any():
        top = rows.loc[rows["value"].idxmax()]
        p = p_in_words(top["p_adjusted"])
        return (
            f"Within the emotion nothing can be claimed on what the dimensions of {model} that tell emotions from "
            f"{about.told_from} encode better than random ones do: the largest gain in R² is {gained(top)} "
            f"({'; '.join(filter(None, [f'{top.category}, {top.emotion}', p, basis]))})."
        )
    said, nothing = [], []
    for emotion, own in rows.groupby("emotion", sort=False):
        known = own[own["claimed"]].sort_values("value", ascending=False, kind="stable")
        if known.empty:
            nothing.append(str(emotion))
            continue
        top = known.iloc[0]
        first = "" if pd.isna(top["p_first"]) else f", first in {per_cent(top['p_first'])} of resamples"
        also = f", then {listed(list(known['category'].iloc[1:]))}" if len(known) > 1 else ""
        said.append(f"{top['category']} for {emotion} ({gained(top)} R²{first}{also})")
    none = f"; nothing is claimed for {listed(nothing)}" if nothing else ""
    return (
        f"Within the emotion, the dimensions of {model} that tell it from {about.told_from} encode acoustic "
        f"features better than random ones do: {listed(said)}{none} ({basis})."
    )


def label_alone(about: Explained) -> str:
    """What the plain form would claim and the form within the emotion does not."""
    plain = select.gains_of_categories(about, PLAIN)
    within = select.gains_of_categories(about)
    kept = set(within.loc[clear(within), ["emotion", "category"]].itertuples(index=False, name=None))
    lost = [
        (row.emotion, row.category)
        for row in plain[clear(plain)].itertuples()
        if (row.emotion, row.category) not in kept
    ]
    if not lost:
        return ""
    by_category: dict[str, list[str]] = {}
    for emotion, category in lost:
        by_category.setdefault(category, []).append(emotion)
    each = [f"{category} for {listed(emotions)}" for category, emotions in by_category.items()]
    return (
        f"The plain form alone would also claim {listed(each)}: there a dimension gains that knows which emotion it is "
        "and nothing else."
    )


def features(about: Explained) -> str:
    """How many single features are claimed per emotion, and the first of them."""
    rows = select.gains_of_features(about)
    if rows.empty:
        return ""
    number, draws = rows["feature"].nunique(), int(rows["n_draws"].min())
    limit = ""
    if number / (draws + 1) > ALPHA:
        limit = f"; with {counted(draws, 'random set')} no feature can be claimed alone"
    basis = f"corrected over the features, interval over speakers above 0, {speakers(rows)}{limit}"
    said, nothing = [], []
    for emotion, own in rows.groupby("emotion", sort=False):
        claimed = own[own["claimed"]]
        if claimed.empty:
            nothing.append(str(emotion))
            continue
        top = claimed.loc[claimed["gain"].idxmax()]
        most = f"most {top['feature']}, {gained(top.rename({'gain': 'value'}))}"
        said.append(f"{len(claimed)} for {emotion} ({most})")
    if not said:
        return f"Of {number} single features none is claimed for any emotion ({basis})."
    none = f", none for {listed(nothing)}" if nothing else ""
    return f"Of {number} single features, within the emotion, are claimed {listed(said)}{none} ({basis})."


def order(about: Explained) -> str:
    """Which order of the categories is the most probable, and how probable the paper's is."""
    rows = select.orders_of_gains(about)
    if rows.empty or set(PAPERS_ORDER.split(" > ")) != set(rows["order"].iloc[0].split(" > ")):
        return ""
    top = rows.loc[rows.groupby("emotion", sort=False)["probability"].idxmax()]
    paper = rows[rows["order"] == PAPERS_ORDER].set_index("emotion")["probability"]
    shares = paper.reindex(top["emotion"]).fillna(0.0)
    first = int((top["order"] == PAPERS_ORDER).sum())
    surest = top.loc[top["probability"].idxmax()]
    is_first = f"the most probable for {first} of {counted(len(top), 'emotion')}" if len(top) > 1 else (
        "the most probable" if first else "not the most probable"
    )  # fmt: skip
    return (
        f"Paper 2's order of the categories ({PAPERS_ORDER}) is {is_first}, with "
        f"{between(shares.tolist(), per_cent)} of the resamples of speakers; the surest order is {surest['order']} "
        f"for {surest['emotion']} ({per_cent(surest['probability'])}).{_unclaimed(about)}"
    )


def _unclaimed(about: Explained) -> str:
    """That an order is one of values, where the gains that it orders are not claimed."""
    rows = select.gains_of_categories(about)
    claimed = set(rows.loc[clear(rows), "emotion"])
    without = [emotion for emotion in dict.fromkeys(rows["emotion"]) if emotion not in claimed]
    if not without:
        return ""
    where = f" for {listed(without)}" if claimed else ""
    return f" These are orders of values: no gain is claimed{where}."


def attributions(about: Explained) -> str:
    """Which category of acoustic features weighs most when these features tell the emotion."""
    name = about.acoustic_set
    rows = select.shap_of_categories(about)
    if not name or rows.empty:
        return ""
    said, none = [], []
    for emotion, own in rows.groupby("emotion", sort=False):
        top = own.loc[own["value"].idxmax()]
        if top["p_first"] >= STANDS_OUT:
            weight = measured(top["value"], top["low"], top["high"])
            said.append(f"{top['category']} for {emotion} ({weight}, first in {per_cent(top['p_first'])})")
        else:
            none.append(str(emotion))
    tail = f"; no category stands out for {listed(none)}" if none else ""
    if not said:
        return f"When {name} itself tells the emotions, no category of its features stands out by mean |SHAP|."
    return (
        f"When {name} itself tells the emotions, these features weigh most: {listed(said)}{tail} (mean |SHAP| in "
        "log-odds of held-out clips over the features of a category; share of resamples of speakers)."
    )


def heaviest(about: Explained) -> str:
    """The acoustic feature with the highest mean |SHAP| of every emotion."""
    rows = select.heaviest_features(about)
    each = [f"{row.feature} for {row.emotion} ({measured(row.value, row.low, row.high)})" for row in rows.itertuples()]
    return f"The feature with the highest mean |SHAP| is {listed(each)}." if each else ""


def stability(about: Explained) -> str:
    """Whether halves of the speakers choose the same dimensions."""
    rows = select.stability_at_k(about, about.headline)
    if rows.empty:
        return ""
    top, permuted = (rows[rows["ranking"] == ranking] for ranking in ("top", "permuted"))
    if top["value"].isna().all():
        why = next((note for note in top["note"] if note), "")
        return f"How stable the choice of dimensions is cannot be said{f': {why}' if why else ''} ({speakers(rows)})."
    beside = permuted["value"].dropna()
    null = f"; with permuted labels {between(beside.tolist(), agreement)}" if len(beside) else ""
    return (
        "Random halves of the speakers choose sets of dimensions that agree by "
        f"{over_emotions(top, lambda row: agreement(row.value, row.low, row.high))} (Nogueira's index: 1 the same "
        f"sets, 0 as alike as random ones{null}; {speakers(top)})."
    )


def conditions(about: Explained) -> list[str]:
    """Which of the claims on categories stand with normal intensity alone."""
    whole = select.gains_of_categories(about)
    claims = whole[clear(whole)]
    rows = select.gains_of_categories(about, condition=NORMAL)
    there = claims[claims["emotion"].isin(set(rows["emotion"]))]
    if there.empty:
        return []
    kept = set(rows.loc[clear(rows), ["emotion", "category"]].itertuples(index=False, name=None))
    lost = [
        f"{row.category} for {row.emotion}" for row in there.itertuples() if (row.emotion, row.category) not in kept
    ]
    total = len(there)
    if not lost:
        all_of = "the claim" if total == 1 else f"all {total} claims"
        stand = "stands" if total == 1 else "stand"
        return [f"With clips of normal intensity alone {all_of} on what the dimensions encode {stand}."]
    return [
        f"With clips of normal intensity alone {total - len(lost)} of {counted(total, 'claim')} on what the "
        f"dimensions encode {'stands' if total - len(lost) == 1 else 'stand'}; no longer {listed(lost)} (which fewer "
        "clips alone can do)."
    ]
