"""Sentences on what drives the distances: shifts of acoustic features, and what these account for."""

from workflow_scripts.report_page import distance_rows as select
from workflow_scripts.report_page.distance_rows import Pair
from workflow_scripts.report_page.distance_words import speakers
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.words import counted, measured, per_cent


def shifted(study: Study, pair: Pair) -> str:
    """The category of acoustic features that shifts most, over emotions."""
    rows = select.category_shifts(study, pair)
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
        f"square, {speakers(rows)})."
    )


def accounted(study: Study, pair: Pair) -> str:
    """How much of the networks' mean distance the acoustic shift accounts for, at the middle analysed layer."""
    models, what = select.counted_models(study, pair)
    rows = select.shares(study, pair)
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
