"""The main tables of a study, as a paper would print them: few columns, one row per claim; the CSV holds more."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.figures import style
from workflow_scripts.paper_parts.latex import DASH, INTERVAL, NUMBER, WORDS, Column, Table
from workflow_scripts.report_page import distance_rows
from workflow_scripts.report_page.explanation_cells import by_key
from workflow_scripts.report_page.explanation_rows import Explained, gains_of_categories
from workflow_scripts.report_page.explanation_words import signed
from workflow_scripts.report_page.study import ALPHA, Study
from workflow_scripts.report_page.words import listed, per_cent
from workflow_scripts.summaries.select import headline_of

STARRED = "starred"
METRICS = ("UAR", "WA", "macro-F1")
CATEGORIES = ("Energy", "Frequency", "Spectral", "Temporal")
CHOSEN = {
    "strict": "the one that most folds chose inside the training speakers",
    "paper1": "the best one on test",
    "emobox": "the last analysed one",
}


def share(value: float, low: float = float("nan"), high: float = float("nan")) -> str:
    """'71 [66, 76]': a share in per cent, the sign of which stands in the heading; a dash where there is none."""
    return DASH if pd.isna(value) else per_cent(value, low, high).replace(" %", "")


def named(column: str) -> Column:
    """A column of the rows as it stands."""
    return Column(column.replace("_", " "), lambda row: str(getattr(row, column)))


def cell_of(key: str, say: Callable[[Any], str]) -> Callable[[Any], str]:
    """What reads one entry of `cells` (explanation_cells.by_key); a dash where there is none."""
    return lambda row: say(row.cells[key]) if key in row.cells else DASH


def told_in(key: str, is_told: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Whether one entry of `cells` is told."""
    return lambda row: key in row.cells and bool(is_told(row.cells[key]))


def material(study: Study) -> Table:
    """Clips by dataset and emotion, speakers and minutes."""
    rows = [
        {
            "dataset": name,
            "speakers": clips["speaker"].nunique(),
            "clips": len(clips),
            "minutes": round(float(clips["prepared_seconds"].sum()) / 60, 1),
            **clips["emotion"].value_counts().to_dict(),
        }
        for name, clips in study.manifests.items()
    ]
    found = {emotion for clips in study.manifests.values() for emotion in clips["emotion"]}
    order = [word for facts in study.datasets.values() for word in facts["emotions"]]
    emotions = list(dict.fromkeys([*(word for word in order if word in found), *sorted(found)]))
    wide = pd.DataFrame(rows, columns=["dataset", "speakers", "clips", "minutes", *emotions])
    wide[emotions] = wide[emotions].fillna(0).astype(int)
    columns = [
        named("dataset"),
        *[_count(wide, name) for name in ("speakers", "clips")],
        Column("minutes", lambda row: f"{row.minutes:.1f}", NUMBER),
        *[_count(wide, name) for name in emotions],
    ]
    return Table("material", "Material: speakers, clips and minutes, and clips by emotion.", wide, columns, wide)


def _count(wide: pd.DataFrame, name: str) -> Column:
    """A column of counts, by place: itertuples gives no name that is no identifier, which an emotion's may be."""
    place = list(wide.columns).index(name) + 1
    return Column(name, lambda row: str(row[place]), NUMBER)


def scores(study: Study) -> Table:
    """Headline scores of every dataset and model, one column per protocol."""
    best = study.tables["best"]
    protocols = [name for name in style.PROTOCOLS if name in set(best["protocol"])]
    long = pd.concat([headline_of(best, protocol, metric) for protocol in protocols for metric in METRICS])
    rows = _in_order(study, long[long["metric"] == "UAR"])
    wide = by_key(rows, ["dataset", "model"], ["protocol"])

    def value(protocol: str) -> Column:
        return Column(
            f"UAR, {protocol} (%)",
            cell_of(protocol, lambda row: share(row.value, row.low, row.high)),
            INTERVAL,
            told_in(protocol, lambda row: row.p <= ALPHA),
        )

    first = protocols[0]
    columns = [
        named("dataset"),
        named("model"),
        Column(f"layer, {first}", cell_of(first, lambda row: _layer(row.usual_layer))),
        *[value(protocol) for protocol in protocols],
        Column("speakers", cell_of(first, lambda row: str(row.n_speakers)), NUMBER),
    ]
    caption = (
        f"Unweighted average recall (UAR) of every model with its 95 % interval, {listed(protocols)}; "
        f"{STARRED}: above chance (permutations within speaker, p at most 0.05, not corrected over the table). Layer: "
        f"{CHOSEN[first]}."
    )
    return Table("scores", caption, wide, columns, _in_order(study, long))


def _layer(layer: str) -> str:
    return DASH if layer == "functionals" else layer


def _in_order(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the study's order of datasets and models."""
    places = [{name: place for place, name in enumerate(names)} for names in (study.datasets, study.models)]
    return (
        rows.assign(_dataset=rows["dataset"].map(places[0]), _model=rows["model"].map(places[1]))
        .sort_values(["_dataset", "_model"], kind="stable")
        .drop(columns=["_dataset", "_model"])
    )


def distances(study: Study) -> Table:
    """The ranking of the emotions by the headline distance, for the models that findings count."""
    parts = []
    for first, second, _ in study.compared:
        rows = distance_rows.rows_of(study, "ranking", (first, second))
        place = {name: place for place, name in enumerate(study.models)}
        rows = rows.assign(place=rows["model"].map(place), pair=f"{first} and {second}")
        parts.append(rows.sort_values(["place", "rank"], kind="stable").drop(columns="place"))
    data = pd.concat(parts, ignore_index=True)
    digits = _digits(data)
    data = data.assign(of=data["model"] + (", " + data["pair"] if data["pair"].nunique() > 1 else ""))
    columns = [
        Column("model", lambda row: row.of),
        named("emotion"),
        Column(
            "distance",
            lambda row: _with_digits(row, digits),
            INTERVAL,
            lambda row: row.low > 0,
        ),
        Column("rank", lambda row: f"{row.rank:g}", NUMBER),
        Column("nearest (%)", lambda row: share(row.p_nearest), NUMBER),
        Column("printed rank", lambda row: DASH if pd.isna(row.rank_paper) else f"{row.rank_paper:g}", NUMBER),
    ]
    pairs = listed(list(dict.fromkeys(data["pair"])))
    caption = (
        f"Kernel distance of each emotion between {pairs}, at equal numbers of clips per speaker, mean over layers, "
        f"with its 95 % interval over speakers; {STARRED}: above 0. Values of two models do not compare. "
        "Nearest: share of random halves of the speakers in which the emotion is the nearest. Printed rank: by Sun et "
        "al. (2024)."
    )
    return Table("distances", caption, data, columns, data.drop(columns="of"))


def _digits(rows: pd.DataFrame) -> int:
    """Decimals that the narrowest interval of a table supports, at most three: one number of them for all rows."""
    reach = float(((rows["high"] - rows["low"]) / 2).min())
    return min(max(int(np.ceil(np.log10(5 / reach))), 1), 3) if reach > 0 else 3


def _with_digits(row: Any, digits: int) -> str:
    interval = "" if pd.isna(row.low) else f" [{row.low:.{digits}f}, {row.high:.{digits}f}]"
    return f"{row.value:.{digits}f}{interval}"


def explanation(study: Study) -> Table:
    """Gain of each category and emotion within the emotion, headline network of every explained dataset."""
    about = [Explained(study, dataset) for dataset in study.explained]
    parts = [gains_of_categories(one).assign(dataset=one.dataset) for one in about]
    data = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    wide = by_key(data, ["dataset", "emotion"], ["category"])
    heard = [f"{one.headline}, layer {one.layers[one.headline]}, on {one.dataset}" for one in about if one.headline]
    columns = [
        named("dataset"),
        named("emotion"),
        *[
            Column(
                name.lower(),
                cell_of(name, lambda row: signed(row.value, row.low, row.high)),
                INTERVAL,
                told_in(name, lambda row: row.p_adjusted <= ALPHA and row.low > 0),
            )
            for name in CATEGORIES
        ],
    ]
    caption = (
        f"What the dimensions that tell an emotion from {listed(list(dict.fromkeys(one.told_from for one in about)))} "
        "encode beyond as many random ones: gain in R² within the emotion, mean over the features of a category, with "
        f"its 95 % interval over speakers ({listed(heard)}); {STARRED}: p at most 0.05 after Holm over the categories "
        "and interval above 0."
    )
    return Table("explanation", caption, wide, columns, data)


def papers(study: Study, table: pd.DataFrame) -> Table:
    """Printed figures beside this study: rows that have a counterpart, or all where none has one."""
    has = table["study_model"].fillna("").astype(str) != ""
    rows = table[has] if has.any() else table
    columns = [
        Column("printed by", lambda row: {"paper1": "Sun et al.", "emobox": "EmoBox"}[row.paper]),
        Column("for", lambda row: f"{row.model}, {row.domain}"),
        named("metric"),
        Column("printed (%)", lambda row: f"{100 * row.printed:.1f}", NUMBER),
    ]
    own = [
        Column("this study", lambda row: f"{row.study_model} on {row.dataset}"),
        Column("as published (%)", lambda row: share(row.published, row.published_low, row.published_high), INTERVAL),
        Column("strict (%)", lambda row: share(row.strict, row.strict_low, row.strict_high), INTERVAL),
    ]
    if has.any():
        caption = "Figures printed by others beside this study, as published and with speakers held out (strict)."
        return Table("papers", caption, rows, [*columns, *own], table)
    caption = "Figures printed by others; this study has none of their networks on their corpora."
    return Table("papers", caption, rows, columns, table)


def claims(study: Study) -> Table:
    """Claims of paper 1 on transfer: how many comparisons tell for and against each."""
    data = study.transfer["claims"]
    rows = []
    for (claim, sentence, quantity), own in data.groupby(["claim", "sentence", "quantity"], sort=False):
        told = own["p_adjusted"] <= ALPHA
        rows.append(
            {
                "claim": f"{claim}. {sentence}",
                "quantity": quantity or DASH,
                "figures": int(own["value"].notna().sum()),
                "above": int((told & (own["value"] > 0)).sum()),
                "below": int((told & (own["value"] < 0)).sum()),
                "unjudged": int((own["value"].notna() & own["p_adjusted"].isna()).sum()),
            }
        )
    wide = pd.DataFrame(rows)
    columns = [
        Column("claim", lambda row: row.claim, WORDS),
        Column("of", lambda row: row.quantity, WORDS),
        Column("figures", lambda row: str(row.figures), NUMBER),
        Column("above 0", lambda row: str(row.above), NUMBER),
        Column("below 0", lambda row: str(row.below), NUMBER),
        Column("without p", lambda row: str(row.unjudged), NUMBER),
    ]
    caption = (
        "Claims of Sun et al. (2024) on transfer, numbered as in the report: figures of this study under strict, and "
        "how many of them lie above or below 0 at p at most 0.05 after Holm; all others cannot be told from 0, or "
        "have no p."
    )
    return Table("claims", caption, wide, columns, data)
