"""Tables of what dimensions encode: gains of categories in every form, single features, SHAP of acoustic features."""

import pandas as pd

from workflow_scripts.figures.explanation_rows import AGGREGATE, PLAIN, STRICT, WITHIN, in_order
from workflow_scripts.figures.explanation_rows import PUBLISHED as PAPER2
from workflow_scripts.report_page import explanation_rows as select
from workflow_scripts.report_page.explanation_cells import at, by_key, gain_of, of_job, r2, share
from workflow_scripts.report_page.explanation_rows import MEDIAN, Explained
from workflow_scripts.report_page.explanation_words import signed
from workflow_scripts.report_page.grid import Grid, Reader, cell, grid
from workflow_scripts.report_page.results import p_cell
from workflow_scripts.report_page.words import listed, measured, per_cent

FEATURES = 4  # named per emotion


def categories(about: Explained) -> Grid:
    """Gain of every category within the emotion, every network, and the most probable order."""
    keys = select.KEYS
    rows = about.rows("categories", what="gain", form=WITHIN, aggregate=AGGREGATE)
    rows = select.of_networks(about.study, rows)
    orders = about.rows("orders", what="gain", form=WITHIN, aggregate=AGGREGATE)
    likely = orders.sort_values("probability", ascending=False, kind="stable").drop_duplicates(keys)
    wide = by_key(rows, keys, ["category"]).merge(likely[[*keys, "order", "probability"]], on=keys, how="left")
    names = in_order(rows["category"])
    return grid(
        wide,
        f"What the dimensions that tell each emotion of {about.dataset} encode better than random ones do: gain in "
        "R² within the emotion, mean over the features of a category; grey: not claimed (corrected p above 0.05, or "
        "the interval over speakers holds 0)",
        {
            **of_job(),
            **{name: at(name, gain_of) for name in names},
            "most probable order": lambda row: cell("" if pd.isna(row.order) else row.order),
            "in": lambda row: cell(row.probability, None if pd.isna(row.probability) else per_cent(row.probability)),
        },
        ("layer",),
    )


def forms(about: Explained) -> Grid:
    """Of the headline model: both forms, mean and median, p, share of first places, and the published quantity."""
    model = about.headline
    rows = pd.concat([about.of_headline("categories", protocol) for protocol in (STRICT, PAPER2)])
    rows = select.of_networks(about.study, rows)
    within, plain = (STRICT, "gain", WITHIN), (STRICT, "gain", PLAIN)
    wide = by_key(rows, ["emotion", "category"], ["protocol", "what", "form", "aggregate"])

    def ratio(protocol: str) -> Reader:
        key = (protocol, "information-increase", PLAIN, MEDIAN)
        return at(key, lambda row: cell(row.value, None if pd.isna(row.value) else f"{row.value:.2f}"))

    sizes = rows.drop_duplicates("category").set_index("category")["n_features"]
    counts = listed([f"{name} {sizes[name]}" for name in in_order(rows["category"])])
    return grid(
        wide,
        f"{model} on {about.dataset}: gain in R² over random dimensions, within the emotion and plain (where "
        "dimensions that know the label alone gain too), and the published quantity RMSE_all / RMSE_top² (median), "
        "which is above 1 without any gain; p corrected over the categories; grey: not claimed; features: "
        f"{counts}",
        {
            "emotion": lambda row: cell(row.emotion),
            "category": lambda row: cell(row.category),
            "within the emotion": at((*within, AGGREGATE), gain_of),
            "p (corrected)": at((*within, AGGREGATE), lambda row: p_cell(row.p_adjusted)),
            "first in": at((*within, AGGREGATE), lambda row: share(row.p_first)),
            "median": at((*within, MEDIAN), gain_of),
            "plain": at((*plain, AGGREGATE), gain_of),
            "plain R² from all": at((STRICT, "r2-all", PLAIN, AGGREGATE), lambda row: r2(row.value)),
            "published quantity, strict": ratio(STRICT),
            "as published": ratio(PAPER2),
        },
    )


def features(about: Explained) -> Grid:
    """Of the headline model and every emotion the features with the highest gain, claimed ones first."""
    keys = ["emotion", "feature"]
    within = select.gains_of_features(about)
    plain = select.gains_of_features(about, PLAIN)[[*keys, "gain", "claimed"]]
    rows = within.merge(plain.rename(columns={"gain": "plain", "claimed": "plain_claimed"}), on=keys, how="left")
    rows["plain_claimed"] = rows["plain_claimed"].eq(True)
    order = {emotion: place for place, emotion in enumerate(about.emotions)}
    number = rows.groupby("emotion")["claimed"].transform("sum")
    rows = rows.assign(place=rows["emotion"].map(order), number=number, of=rows["feature"].nunique())
    rows = rows.sort_values(["place", "claimed", "gain"], ascending=[True, False, False], kind="stable")
    return grid(
        rows.groupby("emotion", sort=False).head(FEATURES),
        f"Acoustic features that the dimensions of {about.headline} that tell each emotion of {about.dataset} encode "
        f"better than random ones do: up to {FEATURES} per emotion, gain in R²; grey: not claimed (p corrected over "
        "the features, Benjamini-Hochberg, and interval over speakers); R² within: within the emotion, as the "
        "gain; 0 or less is no better than the feature's mean, which all dimensions can be where fewer do better",
        {
            "emotion": lambda row: cell(row.emotion),
            "claimed": lambda row: cell(row.number, f"{row.number} of {row.of}"),
            "category": lambda row: cell(row.category),
            "feature": lambda row: cell(row.feature),
            "gain within the emotion": lambda row: cell(
                row.gain, signed(row.gain, row.low, row.high), "" if row.claimed else "quiet"
            ),
            "p (corrected)": lambda row: p_cell(row.p_adjusted),
            "plain gain": lambda row: cell(
                row.plain,
                None if pd.isna(row.plain) else signed(row.plain),
                "" if row.plain_claimed else "quiet",
            ),
            "R² within, from top k": lambda row: r2(row.r2_top),
            "R² within, from k random": lambda row: r2(row.r2_random),
            "R² within, from all": lambda row: r2(row.r2_all),
            "k": lambda row: cell(row.k),
            "random sets": lambda row: cell(row.n_draws),
            "speakers": lambda row: cell(row.n_speakers),
        },
        ("k", "random sets", "speakers"),
    )


def shap(about: Explained) -> Grid:
    """Mean |SHAP| of acoustic features by category, and their most probable order."""
    rows = select.shap_of_categories(about)
    name = about.acoustic_set
    orders = about.rows("orders", model=name, what="shap", aggregate=AGGREGATE)
    likely = orders.sort_values("probability", ascending=False, kind="stable").drop_duplicates("emotion")
    wide = by_key(rows, ["emotion"], ["category"])
    wide = wide.merge(likely[["emotion", "order", "probability"]], on="emotion", how="left")
    names = in_order(rows["category"])
    return grid(
        wide,
        f"Which acoustic features ({name}) tell each emotion of {about.dataset}: mean |SHAP| in log-odds over the "
        "features of a category, held-out clips",
        {
            "emotion": lambda row: cell(row.emotion),
            **{
                category: at(category, lambda row: cell(row.value, measured(row.value, row.low, row.high)))
                for category in names
            },
            "most probable order": lambda row: cell("" if pd.isna(row.order) else row.order),
            "in": lambda row: share(row.probability),
        },
    )
