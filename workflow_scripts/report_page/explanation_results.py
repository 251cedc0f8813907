"""Tables of the explanation: scores, gains, features, SHAP, conditions, stability, choices; atlas; papers."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from workflow_scripts.explanation.rows import ALL, MELODY, NORMAL
from workflow_scripts.figures.explanation_rows import AGGREGATE, PLAIN, STRICT, WITHIN, clear, in_order
from workflow_scripts.figures.explanation_rows import PUBLISHED as PAPER2
from workflow_scripts.report_page import explanation_atlas as atlas
from workflow_scripts.report_page import explanation_rows as select
from workflow_scripts.report_page.explanation_rows import MEDIAN, Explained
from workflow_scripts.report_page.explanation_words import agreement, signed
from workflow_scripts.report_page.findings import ALPHA, Study
from workflow_scripts.report_page.grid import Cell, Grid, Reader, cell, grid
from workflow_scripts.report_page.results import p_cell, score
from workflow_scripts.report_page.words import listed, measured, per_cent, points

CLIPS = {ALL: "all", NORMAL: "normal intensity", MELODY: "same melodies"}
FEATURES = 4  # named per emotion
SIDES = {"acoustic": "acoustic features", "all": "all dimensions", "top": "top dimensions"}


def tables(about: Explained) -> list[Grid]:
    """The tables of a dataset that have rows, in the order in which they are shown."""
    found = [
        scores(about),
        published(about),
        categories(about),
        forms(about),
        features(about),
        shap(about),
        conditions(about),
        stability(about),
        choices(about),
    ]
    return [made for made in found if made.rows]


def scores(about: Explained) -> Grid:
    """UAR from all dimensions, from the top k and from k random ones, and the difference of the last two."""
    rows = about.rows("scores", metric="UAR")
    by_side = _of("scores")
    return grid(
        _cells(rows, select.KEYS, ["side"]),
        f"How well each emotion of {about.dataset} is told from {about.told_from}: UAR, strict; k is chosen inside "
        "the training speakers (median over folds); grey: not told from chance, or from random dimensions (each "
        "emotion alone)",
        {
            **_names(),
            "all dimensions": by_side("all", _score),
            "top k": by_side("top", _score),
            "k": by_side("top", lambda row: cell(row.k)),
            "of": by_side("all", lambda row: cell(row.k)),
            "k random": by_side("random", lambda row: score(row.value, row.low, row.high)),
            "k of permuted labels": by_side("permuted", lambda row: score(row.value, row.low, row.high)),
            "top less random": by_side("top-less-random", _difference),
            "p": by_side("top-less-random", lambda row: p_cell(row.p)),
            "smallest reachable p": by_side("top-less-random", lambda row: p_cell(row.p_smallest)),
            "top less all": by_side("top-less-all", _difference),
            "chance": by_side("all", lambda row: cell(row.chance, per_cent(row.chance))),
            "speakers": by_side("all", lambda row: cell(row.n_speakers)),
            "clips": by_side("all", lambda row: cell(row.n_clips, f"{row.n_clips} ({row.n_positive} of the emotion)")),
            "remark": by_side("top-less-random", lambda row: cell(row.note)),
        },
        ("layer", "of", "smallest reachable p", "chance", "speakers", "clips", "remark"),
    )


def published(about: Explained) -> Grid:
    """F1 as published beside strict, and WA."""
    rows = pd.concat(
        [about.rows("scores", protocol) for protocol in (STRICT, PAPER2)]
    )  # fmt: skip
    wide = _cells(rows, select.KEYS, ["protocol", "metric", "side"])
    of = _of("scores")

    def there(side: str) -> Reader:
        return of((PAPER2, "F1", side), lambda row: cell(row.value, _spread(row.value, row.spread)))

    def here(side: str, metric: str = "F1") -> Reader:
        return of((STRICT, metric, side), _score)

    columns = {
        **_names(),
        "F1 as published, all": there("all"),
        "F1 as published, top": there("top"),
        "F1 as published, random": there("random"),
        "k there": of((PAPER2, "F1", "top"), lambda row: cell(row.k)),
        "F1 strict, all": here("all"),
        "F1 strict, top k": here("top"),
        "chance of F1": of((STRICT, "F1", "all"), lambda row: cell(row.chance, per_cent(row.chance))),
        "WA strict, all": here("all", "WA"),
        "WA strict, top k": here("top", "WA"),
    }
    if not about.is_published:
        columns = {name: read for name, read in columns.items() if "published" not in name and "there" not in name}
    elif about.rows("scores", PAPER2, side="random").empty:
        del columns["F1 as published, random"]
    as_published = (
        " as published (± standard deviation over its five draws of test speakers; other clips) beside strict"
    )
    return grid(
        wide,
        f"F1 of each emotion of {about.dataset}{as_published if about.is_published else ', strict'}, and "
        "WA; chance of F1 is that of answers as frequent as these, not 50 %; grey: not told from chance",
        columns,
        ("layer", "chance of F1"),
    )


def categories(about: Explained) -> Grid:
    """Gain of every category within the emotion, every network, and the most probable order."""
    keys = [*select.KEYS]
    rows = select.of_networks(
        about.study,
        about.rows("categories", what="gain", form=WITHIN, aggregate=AGGREGATE),
    )
    orders = about.rows("orders", what="gain", form=WITHIN, aggregate=AGGREGATE)
    likely = orders.sort_values("probability", ascending=False, kind="stable").drop_duplicates(keys)
    wide = _cells(rows, keys, ["category"]).merge(likely[[*keys, "order", "probability"]], on=keys, how="left")
    names = in_order(rows["category"])
    of = _of("categories")
    return grid(
        wide,
        f"What the dimensions that tell each emotion of {about.dataset} encode better than random ones do: gain in "
        "R² within the emotion, mean over the features of a category; grey: not claimed (corrected p above 0.05, or "
        "the interval over speakers holds 0)",
        {
            **_names(),
            **{name: of(name, _gain) for name in names},
            "most probable order": lambda row: cell("" if pd.isna(row.order) else row.order),
            "in": lambda row: cell(row.probability, None if pd.isna(row.probability) else per_cent(row.probability)),
        },
        ("layer",),
    )


def forms(about: Explained) -> Grid:
    """Of the headline model: both forms, mean and median, p, share of first places, and the published quantity."""
    model = about.headline
    rows = pd.concat(
        [about.of_headline("categories", protocol) for protocol in (STRICT, PAPER2)]
    )  # fmt: skip
    rows = select.of_networks(about.study, rows)
    within, plain = (STRICT, "gain", WITHIN), (STRICT, "gain", PLAIN)
    wide = _cells(rows, ["emotion", "category"], ["protocol", "what", "form", "aggregate"])
    of = _of("categories")

    def ratio(protocol: str) -> Reader:
        key = (protocol, "information-increase", PLAIN, MEDIAN)
        return of(key, lambda row: cell(row.value, None if pd.isna(row.value) else f"{row.value:.2f}"))

    sizes = rows.drop_duplicates("category").set_index("category")["n_features"]
    features = listed([f"{name} {sizes[name]}" for name in in_order(rows["category"])])
    return grid(
        wide,
        f"{model} on {about.dataset}: gain in R² over random dimensions, within the emotion and plain (where "
        "dimensions that know the label alone gain too), and the published quantity RMSE_all / RMSE_top² (median), "
        "which is above 1 without any gain; p corrected over the categories; grey: not claimed; features: "
        f"{features}",
        {
            "emotion": lambda row: cell(row.emotion),
            "category": lambda row: cell(row.category),
            "within the emotion": of((*within, AGGREGATE), _gain),
            "p (corrected)": of((*within, AGGREGATE), lambda row: p_cell(row.p_adjusted)),
            "first in": of((*within, AGGREGATE), lambda row: _share(row.p_first)),
            "median": of((*within, MEDIAN), _gain),
            "plain": of((*plain, AGGREGATE), _gain),
            "R² from all": of((STRICT, "r2-all", PLAIN, AGGREGATE), lambda row: _r2(row.value)),
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
        "the features, Benjamini-Hochberg, and interval over speakers); an R² of 0 or less is no better than the "
        "feature's mean",
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
            "R² from top k": lambda row: _r2(row.r2_top),
            "from k random": lambda row: _r2(row.r2_random),
            "from all": lambda row: _r2(row.r2_all),
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
    wide = _cells(rows, ["emotion"], ["category"])
    wide = wide.merge(likely[["emotion", "order", "probability"]], on="emotion", how="left")
    names = in_order(rows["category"])
    of = _of("categories")
    return grid(
        wide,
        f"Which acoustic features ({name}) tell each emotion of {about.dataset}: mean |SHAP| in log-odds over the "
        "features of a category, held-out clips",
        {
            "emotion": lambda row: cell(row.emotion),
            **{
                category: of(category, lambda row: cell(row.value, measured(row.value, row.low, row.high)))
                for category in names
            },
            "most probable order": lambda row: cell("" if pd.isna(row.order) else row.order),
            "in": lambda row: _share(row.probability),
        },
    )


def conditions(about: Explained) -> Grid:
    """Of the headline model: UAR and the leading category under every condition."""
    names = [ALL, *about.conditions]
    if len(names) < 2:
        return Grid("", [], [])
    parts = []
    for name in names:
        rows = about.of_headline("scores", condition=name, metric="UAR")
        gains = select.gains_of_categories(about, condition=name)
        top = gains.loc[gains.groupby("emotion", sort=False)["value"].idxmax()].set_index("emotion")
        claimed = clear(gains).groupby(gains["emotion"]).sum()
        for emotion, own in _cells(rows, ["emotion"], ["side"]).set_index("emotion")["cells"].items():
            best = top.loc[emotion] if emotion in top.index else None
            number = int(claimed.get(emotion, 0))
            parts.append({"emotion": emotion, "condition": name, "cells": own, "top": best, "claimed": number})
    order = {emotion: place for place, emotion in enumerate(about.emotions)}
    frame = pd.DataFrame(parts, columns=["emotion", "condition", "cells", "top", "claimed"])
    frame = frame.assign(place=frame["emotion"].map(order)).sort_values("place", kind="stable")
    of = _of("scores")
    return grid(
        frame,
        f"{about.headline} on {about.dataset} under conditions (same melodies: against the other emotions sung to "
        "them), with fewer clips each; grey: not told from chance, from random dimensions, or not claimed",
        {
            "emotion": lambda row: cell(row.emotion),
            "clips": lambda row: cell(CLIPS.get(row.condition, row.condition)),
            "UAR, all dimensions": of("all", _score),
            "UAR, top k": of("top", _score),
            "top less random": of("top-less-random", _difference),
            "highest gain within the emotion": lambda row: cell("" if row.top is None else str(row.top["category"])),
            "R²": lambda row: cell(float("nan")) if row.top is None else _gain(row.top),
            "categories claimed": lambda row: cell(row.claimed),
            "number of clips": of("all", lambda row: cell(row.n_clips)),
            "speakers": of("all", lambda row: cell(row.n_speakers)),
            "remark": of("all", lambda row: cell(row.note)),
        },
        ("speakers",),
    )


def stability(about: Explained) -> Grid:
    """Nogueira's index of the chosen dimensions beside random and permuted ones, next to the chosen k."""
    parts = [select.stability_at_k(about, model) for model in about.layers]
    rows = pd.concat(parts) if parts else about.rows("stability")
    of = _of("stability")

    def index(ranking: str) -> Reader:
        return of(ranking, lambda row: cell(row.value, agreement(row.value, row.low, row.high)))

    return grid(
        _cells(rows, [*select.KEYS, "k", "n_sets", "n_speakers", "note"], ["ranking"]),
        f"Do halves of the speakers of {about.dataset} choose the same dimensions? Nogueira's index (1: the same "
        "sets, 0: as alike as random ones); intervals are of the halves of these speakers, not of new ones",
        {
            **_names(),
            "k": lambda row: cell(row.k),
            "top k": index("top"),
            "labels permuted": index("permuted"),
            "random": index("random"),
            "halves of speakers": lambda row: cell(row.n_sets),
            "speakers": lambda row: cell(row.n_speakers),
            "remark": lambda row: cell(row.note),
        },
        ("layer", "halves of speakers", "speakers"),
    )


def choices(about: Explained) -> Grid:
    """The number of dimensions that each fold chose."""
    strict, paper2 = (about.rows("choices", protocol) for protocol in (STRICT, PAPER2))
    there = {(row.model, row.emotion): row.k for row in paper2.itertuples()}
    rows = [
        {**dict(zip(select.KEYS, names, strict=True)), "own": own["k"].sort_values().tolist(),
         "best": own["k_best"].median(), "score": own["score"].mean()}
        for names, own in strict.groupby(select.KEYS, sort=False)
    ]  # fmt: skip
    return grid(
        pd.DataFrame(rows, columns=[*select.KEYS, "own", "best", "score"]),
        f"How many dimensions each fold of {about.dataset} chose, strict: the smallest k within one standard error "
        "of the best score inside the training speakers",
        {
            **_names(),
            "k of the folds": lambda row: cell(row.own[len(row.own) // 2], ", ".join(map(str, row.own))),
            "k with the best score (median)": lambda row: cell(row.best),
            "UAR inside training at k": lambda row: cell(row.score, per_cent(row.score)),
            "k as published": lambda row: cell(there.get((row.model, row.emotion), float("nan"))),
        },
        ("layer",),
    )


def peaks(study: Study) -> Grid:
    """Per network and category the layers at which the emotions have their highest R2."""
    rows = []
    for model in study.models:
        if len(atlas.layers_of(study, model)) < 2:
            continue
        tops = {dataset: atlas.peaks(study, model, dataset) for dataset in study.explained}
        names = dict.fromkeys(category for top in tops.values() for category in top["category"])
        for category in in_order(names):
            own = {dataset: top[top["category"] == category] for dataset, top in tops.items()}
            rows.append({"model": model, "category": category, "own": own})

    def where(dataset: str) -> Reader:
        def read(row: Any) -> Cell:
            own = row.own[dataset]
            return cell("no layer" if own.empty else atlas.place(study, row.model, own))

        return read

    return grid(
        pd.DataFrame(rows, columns=["model", "category", "own"]),
        "Where each category of acoustic features is predicted best from all dimensions of a layer, lowest to highest "
        "over the emotions",
        {
            "model": lambda row: cell(row.model),
            "category": lambda row: cell(row.category),
            **{dataset: where(dataset) for dataset in study.explained},
        },
        ("model",),
    )


def papers(table: pd.DataFrame) -> list[Grid]:
    """Printed F1, and printed medians of categories, as published and strict; those that have rows."""
    f1, medians = table[table["what"] == "F1"], table[table["what"] != "F1"]
    what = {"shap": "SHAP, scaled to 0..1", "information-increase": "information increase"}
    about = {
        "corpus": lambda row: cell(row.corpus),
        "emotion": lambda row: cell(row.emotion),
    }
    beside: dict[str, Reader] = {
        "this study": lambda row: cell(f"{row.model} on {row.dataset}" if row.dataset else "–"),
        "layer": lambda row: cell("" if row.layer == "functionals" else row.layer),
    }
    rest: dict[str, Reader] = {
        "what the difference is due to": lambda row: cell(row.why),
        "how the printed figure is known": lambda row: cell(row.how_known),
    }
    folded = ("corpus", "layer", "this study", *rest)
    found = [
        grid(
            f1,
            "F1 printed in paper 2 (lowest and highest of its runs) beside this study",
            {
                **about,
                "from": lambda row: cell(SIDES[row.side]),
                "printed": lambda row: cell(row.printed_low, _range(row.printed_low, row.printed_high)),
                **beside,
                "as published": lambda row: cell(row.published, _spread(row.published, row.spread)),
                "strict": lambda row: score(row.strict, row.strict_low, row.strict_high),
                "chance": lambda row: _share(row.chance),
                **rest,
            },
            folded,
        ),
        grid(
            medians,
            "Medians of categories in paper 2 beside this study",
            {
                **about,
                "what": lambda row: cell(what[row.what]),
                "category": lambda row: cell(row.category),
                "printed": lambda row: cell(row.printed_low, _values(row.printed_low, row.printed_high)),
                **beside,
                "as published": lambda row: cell(row.published, measured(row.published)),
                "strict": lambda row: cell(row.strict, measured(row.strict, row.strict_low, row.strict_high)),
                **rest,
            },
            folded,
        ),
    ]
    return [made for made in found if made.rows]


# -- cells -------------------------------------------------------------------------------------------------------------


def _cells(rows: pd.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """One row per key; `cells` holds {what the columns say: the row}, a plain word where it is one column."""
    made = []
    for names, own in rows.groupby(list(keys), sort=False, dropna=False):
        said = own[columns[0]] if len(columns) == 1 else own[list(columns)].itertuples(index=False, name=None)
        made.append({**dict(zip(keys, names, strict=True)), "cells": dict(zip(said, own.itertuples(), strict=True))})
    return pd.DataFrame(made, columns=[*keys, "cells"])


def _of(table: str) -> Callable[[Any, Reader], Reader]:
    """What makes readers of one entry of `cells`: a dash where there is none."""

    def of(key: Any, read: Reader) -> Reader:
        return lambda row: read(row.cells[key]) if key in row.cells else cell(float("nan"))

    return of


def _names() -> dict[str, Reader]:
    return {
        "model": lambda row: cell(row.model),
        "layer": lambda row: cell("–" if row.layer == "functionals" else row.layer),
        "emotion": lambda row: cell(row.emotion),
    }


def _score(row: Any) -> Cell:
    return score(row.value, row.low, row.high, "" if not row.p > ALPHA else "quiet")


def _difference(row: Any) -> Cell:
    apart = row.p <= ALPHA and (row.low > 0 or row.high < 0)
    text = None if pd.isna(row.value) else points(row.value, row.low, row.high).replace(" points", "")
    return cell(row.value, text, "" if apart else "quiet")


def _gain(row: Any) -> Cell:
    claimed = row.p_adjusted <= ALPHA and row.low > 0
    return cell(row.value, signed(row.value, row.low, row.high), "" if claimed else "quiet")


def _share(value: float) -> Cell:
    return cell(value, None if pd.isna(value) else per_cent(value))


def _r2(value: float) -> Cell:
    return cell(value, None if pd.isna(value) else f"{value:.2f}")


def _spread(value: float, spread: float) -> str | None:
    if pd.isna(value):
        return None
    return f"{100 * value:.1f} %" if pd.isna(spread) else f"{100 * value:.1f} % ± {100 * spread:.1f}"


def _range(low: float, high: float) -> str | None:
    if pd.isna(low):
        return None
    one, other = f"{100 * low:.1f}", f"{100 * high:.1f}"
    return f"{one} %" if one == other else f"{one} to {other} %"


def _values(low: float, high: float) -> str | None:
    if pd.isna(low):
        return None
    one, other = f"{low:.2f}", f"{high:.2f}"
    return one if one == other else f"{one} to {other}"
