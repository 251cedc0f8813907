"""Phrases of the front page's sentences that several rules share, or that are long; their numbers are cited."""

from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.report_page.distance_order import STANDS_OUT
from workflow_scripts.report_page.front_cited import NUMBER, Cited
from workflow_scripts.report_page.study import Study, called
from workflow_scripts.report_page.words import listed, per_cent, spans
from workflow_scripts.statistics.power import Smallest
from workflow_scripts.summaries.select import INSIDE, LAST, ON_TEST

SURE = 0.95  # share of half-samples in which an emotion must come first to be called the nearest, or the farthest
BEST, CROSS, CURVE, COMPARED = "probing/best", "probing/cross", "probing/layers", "probing/comparisons"
AUDIT, RANKING, CONTRASTS, AGREEMENT = (
    "corpora/audit",
    "distances/ranking",
    "distances/contrasts",
    "distances/agreement",
)
KNOWN, CATEGORIES, PRINTED = "explanation/scores", "explanation/categories", "explanation/papers"
TRAININGS, CLAIMS = "transfer/comparisons", "transfer/claims"
LEAKS = {
    "speakers": "of the test speakers are heard in training",
    "twins": "of the test clips have a twin there",
    "equal audio": "of the test clips lie there under another name",
}


def who(study: Study, say: Cited, table: str, row: "pd.Series[Any]", column: str = "model") -> str:
    """The model as sentences call it."""
    return called(study, say.name(table, row, column))


def chosen_layer(say: Cited, top: "pd.Series[Any]") -> str:
    """How the layer of a headline was chosen, and which it is; "" where there is only one."""
    if top["choice"] == INSIDE:
        often = "" if str(top["layer"]) == str(top["usual_layer"]) else " most often"
        return f"; the layer is chosen without the held-out speakers,{often} layer {say.name(BEST, top, 'usual_layer')}"
    how = {ON_TEST: "chosen on the test clips", LAST: "the last analysed"}.get(top["choice"], "")
    return f"; layer {say.name(BEST, top, 'layer')}, {how}" if how else ""


def layers_not_told(say: Cited, curve: pd.DataFrame, same: list[str]) -> str:
    """'layers 3-5 and 9 cannot be told from it'."""
    order = list(curve["layer"])
    if len(same) == len(order) - 1:
        return "no other layer can be told from it"
    words = spans(same, order)
    for layer in NUMBER.findall(words):
        say.name(CURVE, curve[curve["layer"] == layer].iloc[0], "layer")
    return f"layer{'' if len(same) == 1 else 's'} {words} cannot be told from it"


def leaking(say: Cited, leaks: pd.DataFrame, layer_on_test: bool) -> str:
    """'100 % of the test speakers are heard in training and ...': what leaks in a published protocol, or ""."""
    there = leaks[leaks["value"] >= 0.005]
    said = [f"{say.share(AUDIT, row, 'value')} {LEAKS[row['what']]}" for _, row in there.iterrows()]
    return listed([*said, *(["the layer is chosen on the test clips"] if layer_on_test else [])])


def end_of_ranking(say: Cited, row: "pd.Series[Any]", end: str) -> str:
    """Which emotion is the nearest, or the farthest, in nearly all half-samples or in most; else that none is."""
    share = row[f"p_{end}"]
    if np.isnan(share):
        return f"{row['emotion']} is the {end} by value"
    if share >= SURE:
        return f"{row['emotion']} is the {end} emotion ({say.share(RANKING, row, f'p_{end}')})"
    if share >= STANDS_OUT:
        return f"{row['emotion']} is mostly the {end} ({say.share(RANKING, row, f'p_{end}')})"
    return f"no emotion stands out as the {end} (by value {row['emotion']}, {say.share(RANKING, row, f'p_{end}')})"


def leaks_of_strict(say: Cited, rows: pd.DataFrame) -> str:
    """What lies on both sides of a strict split."""
    worst = rows.loc[rows["count"].idxmax()]
    if worst["count"]:
        ways = f"{say.name(AUDIT, worst, 'source')} to {say.name(AUDIT, worst, 'target')}"
        return f"Strict leaks: {say.number(AUDIT, worst, 'count', '.0f')} {worst['what']} from {ways}."
    return f"Nothing lies on both sides of a strict split ({listed(list(dict.fromkeys(rows['what'])))})."


def span(say: Cited, rows: pd.DataFrame, low: str, high: str) -> str:
    """'89 to 91 %': the lowest and the highest share of some rows of printed figures."""
    first, last = rows.loc[rows[low].idxmin()], rows.loc[rows[high].idxmax()]
    if per_cent(first[low]) == per_cent(last[high]):
        return say.share(PRINTED, last, high)
    return f"{say.share(PRINTED, first, low).removesuffix(' %')} to {say.share(PRINTED, last, high)}"


def so_often(say: Cited, rows: pd.DataFrame, alike: pd.DataFrame, told: bool) -> str:
    """'; so in 3 of 4': in how many rows of one quantity of a claim it is so, or that the figure has the lowest p.

    "" where there is one row only, or where those that are told have more than one verdict (with and without controls).
    """
    if len(rows) == 1 or (told and alike["verdict"].nunique() > 1):
        return ""
    key = {name: alike[name].iloc[0] for name in ("claim", "quantity")}
    total = say.rows(CLAIMS, key, len(rows))
    if not told:
        return f"; the lowest p of {total}"
    return f"; so in {say.rows(CLAIMS, {**key, 'verdict': alike['verdict'].iloc[0]}, len(alike))} of {total}"


def not_told(say: Cited, table: str, row: "pd.Series[Any]", smallest: Smallest, n: str, unit: str = "points") -> str:
    """What stands after a figure that is not told: that so few speakers cannot, or p and what they could have shown."""
    if np.isinf(smallest.difference):
        p = say.number(table, row, "smallest_p" if "smallest_p" in row else "p_smallest")
        return f"which {n} cannot make significant, whatever it is (smallest p {p} before correction)"
    return f"corrected {say.p(table, row)}, {n}{could(say, smallest, unit)}"


def could(say: Cited, smallest: Smallest, unit: str = "points") -> str:
    """'; a true difference of 9 points would most likely have shown'; "" where that is not known."""
    if not np.isfinite(smallest.difference) or smallest.difference == 0:  # 0: the speakers do not differ at all
        return ""
    if unit == "points" and smallest.difference >= 1:
        return "; speakers differ so much that hardly any true difference would have shown"
    return f"; a true difference of {say.smallest(smallest, unit)} would most likely have shown"
