"""Tables behind the live charts of the explanation: the atlas, and what stands behind one of its cells."""

import pandas as pd

from workflow_scripts.explanation.rows import ALL
from workflow_scripts.figures import atlas, style
from workflow_scripts.figures.explanation_rows import AGGREGATE, PUBLISHED, STRICT, WITHIN
from workflow_scripts.report_page.explanation_rows import where
from workflow_scripts.report_page.study import Study
from workflow_scripts.summaries.roles import acoustic_sets

CELL = ["dataset", "model", "layer", "emotion"]
SIZES = ["n_speakers", "n_clips"]
MOST = 15  # features of a cell that are shown; those that are claimed are all kept
DECIMALS = 4  # of scores, R2 and probabilities: ten times finer than their intervals ask for, and half the page


def tables(study: Study) -> dict[str, pd.DataFrame]:
    """Tables by the name that the charts know them by; none where nothing was explained."""
    if not study.explained:
        return {}
    limits = atlas.limits(study.explanation["categories"])
    found = {
        "atlas": _atlas(study),
        "gains": _gains(study.explanation["gains"]),
        "k_curves": _curves(study.explanation["curve"]),
        "k_choices": _choices(study.explanation["choices"]),
        "told": _told(study.explanation["scores"]),
        "shap": _shap(study),
    }
    scales = pd.DataFrame({"what": list(limits), "most": list(limits.values())})
    return {"atlas_scales": scales, **{name: table.round(DECIMALS) for name, table in found.items()}}


def _atlas(study: Study) -> pd.DataFrame:
    """R2 from all dimensions and gains of every cell and category, as the static atlas holds them."""
    categories = where(study.explanation["categories"], protocol=STRICT, condition=ALL, aggregate=AGGREGATE)
    scores = where(study.explanation["scores"], protocol=STRICT, condition=ALL, side="all", metric="UAR")
    cells = [
        atlas.data(categories, scores, model, study.explained, facts["layers"]) for model, facts in study.models.items()
    ]
    rows = pd.concat(cells, ignore_index=True)
    rows = rows[(rows["emotion"] != atlas.MEAN) & rows["value"].notna()]
    keys = [*CELL, "against", "what", "category", "value", "low", "high", "p_adjusted", "significant", "peak"]
    return rows[[*keys, "n_features", *SIZES]]


def _gains(table: pd.DataFrame) -> pd.DataFrame:
    """Of every cell the MOST features with the largest |gain| within emotion, and all that are claimed."""
    rows = where(table, protocol=STRICT, condition=ALL, form=WITHIN).dropna(subset="gain")
    place = rows["gain"].abs().groupby([rows[name] for name in CELL], sort=False).rank(ascending=False, method="first")
    rows = rows[(place <= MOST) | rows["claimed"]]
    rows = rows.assign(words=rows["feature"].map(style.feature_words))
    numbers = ["gain", "low", "high", "p_adjusted", "claimed", "r2_top", "k"]
    return rows[[*CELL, "feature", "words", "category", *numbers, *SIZES]]


def _curves(table: pd.DataFrame) -> pd.DataFrame:
    """Strict: UAR of the top, the rest and random dimensions; as published: F1 of the top, and strict beside it."""
    rows = where(table, condition=ALL)
    published = where(rows, protocol=PUBLISHED, metric="F1", side="top")
    strict = where(rows, protocol=STRICT)
    both = pd.MultiIndex.from_frame(strict[CELL]).isin(pd.MultiIndex.from_frame(published[CELL]))
    kept = (strict["metric"] == "UAR") & (strict["side"] != "bottom")
    kept |= both & (strict["metric"] == "F1") & (strict["side"] == "top")
    rows = pd.concat([strict[kept], published], ignore_index=True)
    return rows[[*CELL, "protocol", "metric", "side", "k", "value", "low", "high", "spread"]]


def _choices(table: pd.DataFrame) -> pd.DataFrame:
    """The number of dimensions that was chosen: median, least and most over folds."""
    chosen = where(table, condition=ALL).groupby([*CELL, "protocol"], sort=False)["k"]
    return chosen.agg(k="median", least="min", most="max").reset_index()


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """How well all, the top and random dimensions tell the emotion: UAR and F1 strict, F1 as published."""
    rows = where(table, condition=ALL)
    rows = rows[rows["side"].isin(["all", "top", "random", "top-less-random"])]
    strict = (rows["protocol"] == STRICT) & rows["metric"].isin(["UAR", "F1"])
    rows = rows[strict | (rows["protocol"] == PUBLISHED) & (rows["metric"] == "F1")]
    numbers = ["value", "low", "high", "spread", "chance", "p", "k"]
    return rows[[*CELL, "against", "protocol", "metric", "side", *numbers, *SIZES]]


def _shap(study: Study) -> pd.DataFrame:
    """Of every emotion the MOST acoustic features with the largest mean |SHAP|, with the numbers of clips."""
    rows = where(study.explanation["importance"], protocol=STRICT)
    rows = rows[(rows["fold"] == -1) & rows["model"].isin(acoustic_sets(study.models)) & (rows["rank"] <= MOST)]
    sizes = where(study.explanation["scores"], protocol=STRICT, condition=ALL, side="all", metric="UAR")
    rows = rows.assign(words=rows["feature"].map(style.feature_words))
    rows = rows.merge(sizes[[*CELL, *SIZES]], on=CELL, how="left")
    return rows[[*CELL, "feature", "words", "category", "rank", "value", "low", "high", *SIZES]]
