"""Tables of distances: ranking, with and without, contrasts, null, agreement, carriers, drivers."""

from typing import Any

import pandas as pd

from workflow_scripts.distances.measures import FRECHET, KERNEL
from workflow_scripts.figures import distance_variants as v
from workflow_scripts.report_page import distance_rows as select
from workflow_scripts.report_page.distance_rows import Pair
from workflow_scripts.report_page.grid import Cell, Grid, cell, grid
from workflow_scripts.report_page.results import p_cell
from workflow_scripts.report_page.study import ALPHA, Study
from workflow_scripts.report_page.words import measured, per_cent

FEATURES = 3  # named per emotion
MEASURES = {FRECHET: "Frechet", KERNEL: "kernel", "mean-term": "mean term"}


def tables(study: Study, pair: Pair, others: list[Any]) -> list[Grid]:
    """The tables of a pair that have rows, in the order in which they are shown."""
    found = [
        ranking(study, pair),
        *[ranking(study, (other[0], other[1])) for other, _ in others],
        with_and_without(study, pair, others),
        contrasts(study, pair),
        agreement(study, pair),
        null(study, pair),
        carriers(study, pair),
        categories(study, pair),
        features(study, pair),
        shares(study, pair),
    ]
    return [made for made in found if made.rows]


def amount(value: float, low: float = float("nan"), high: float = float("nan"), look: str = "") -> Cell:
    """A quantity with its interval."""
    return cell(value, measured(value, low, high), look)


def share(value: float) -> Cell:
    """A share as per cent; a dash where there is none."""
    return cell(value, None if pd.isna(value) else per_cent(value))


def part(value: float, whole: float) -> Cell:
    """A part of a distance; a dash where its top clips carry more than all or less than nothing: it is about 0."""
    return share(value) if 0 <= whole <= 1 else cell(float("nan"))


def _by_model(study: Study, rows: pd.DataFrame, *then: str) -> pd.DataFrame:
    """Rows in the study's order of models, then by columns."""
    place = rows["model"].map({name: place for place, name in enumerate(study.models)})
    return rows.assign(place_of_model=place).sort_values(["place_of_model", *then], kind="stable")


def ranking(study: Study, pair: Pair) -> Grid:
    """The headline: distance, floor, rank and how sure it is, per model and emotion."""
    return grid(
        _by_model(study, select.rows_of(study, "ranking", pair), "rank"),
        f"Kernel distance between {pair[0]} and {pair[1]}, emotion by emotion: equal numbers of clips, mean over "
        "layers; grey: its interval holds 0; between halves: what no difference looks like at as many clips (– where "
        "some speaker has fewer than twice as many)",
        {
            "model": lambda row: cell(row.model),
            "emotion": lambda row: cell(row.emotion),
            "distance [interval]": lambda row: amount(row.value, row.low, row.high, "" if row.low > 0 else "quiet"),
            "between halves of one group": lambda row: cell(
                row.floor, None if pd.isna(row.floor) else f"{row.floor:.2g}"
            ),
            "rank": lambda row: cell(row.rank),
            "nearest in": lambda row: share(row.p_nearest),
            "farthest in": lambda row: share(row.p_farthest),
            "rank in the paper": lambda row: cell(row.rank_paper),
            "clips per speaker": lambda row: cell(row.clips_per_speaker),
            "halves of speakers": lambda row: cell(row.n_half_samples),
            "speakers": lambda row: cell(row.n_speakers),
            "remark": lambda row: cell(row.note),
        },
        ("clips per speaker", "halves of speakers", "speakers", "rank in the paper", "remark"),
    )


def with_and_without(study: Study, pair: Pair, others: list[Any]) -> Grid:
    """Rank of every emotion under every variant, per model, and in the paper."""
    emotions = select.emotions_of(study, pair)
    head = select.rows_of(study, "ranking", pair)
    ends = select.extremes(head)
    rows = []
    if head["rank_paper"].notna().any():
        known = head.dropna(subset="rank_paper").drop_duplicates("emotion").set_index("emotion")["rank_paper"]
        rows.append({"model": "the paper", "how": "Frechet distance, figure 3", "ranks": known, "moved": set()})
    found = {variant: select.rows_of(study, "ranking", pair, variant) for variant in select.every(others)}
    for model in select.compared_models(study, pair):
        for variant, ranked in found.items():
            own = ranked[ranked["model"] == model].set_index("emotion")
            if own.empty:
                continue
            ranks = own["rank"]
            there = select.extremes(own.reset_index()).loc[model]
            moved = {there[end] for end in ("nearest", "farthest") if there[end] != ends.loc[model, end]}
            rows.append({"model": model, "how": variant.name, "ranks": ranks, "moved": moved})

    def rank(emotion: str) -> Any:
        return lambda row: cell(
            float(row.ranks.get(emotion, float("nan"))), None, "mind" if emotion in row.moved else ""
        )

    return grid(
        pd.DataFrame(rows, columns=["model", "how", "ranks", "moved"]),
        f"Order of the emotions between {pair[0]} and {pair[1]} with and without what could mislead (1: nearest; mean "
        "over layers); marked: nearest or farthest, and not so in the model's first line",
        {
            "model": lambda row: cell(row.model),
            "how": lambda row: cell(row.how),
            **{emotion: rank(emotion) for emotion in emotions},
        },
    )


def contrasts(study: Study, pair: Pair) -> Grid:
    """Every pair of emotions: is one closer than the other?"""
    return grid(
        _by_model(study, select.rows_of(study, "contrasts", pair), "p_adjusted", "p"),
        f"Is one emotion closer than another between {pair[0]} and {pair[1]}? Differences of the kernel distance over "
        "speakers; grey: not significant, corrected over the pairs of emotions",
        {
            "model": lambda row: cell(row.model),
            "nearer": lambda row: cell(row.emotion if row.difference < 0 else row.against),
            "farther": lambda row: cell(row.against if row.difference < 0 else row.emotion),
            "difference": lambda row: amount(
                *(
                    (-row.difference, -row.high, -row.low)
                    if row.difference < 0
                    else (row.difference, row.low, row.high)
                ),
                "" if row.p_adjusted <= ALPHA else "quiet",
            ),
            "p": lambda row: p_cell(row.p),
            "p (corrected)": lambda row: p_cell(row.p_adjusted),
            "smallest reachable p": lambda row: p_cell(row.p_smallest),
            "speakers": lambda row: cell(row.n_speakers),
            "method": lambda row: cell(row.method),
            "remark": lambda row: cell(row.note),
        },
        ("smallest reachable p", "speakers", "method", "remark"),
    )


def null(study: Study, pair: Pair) -> Grid:
    """Whether the datasets differ at all in an emotion."""
    return grid(
        _by_model(study, select.swapped(study, pair)),
        f"Do {pair[0]} and {pair[1]} differ at all? Kernel distance of all clips of shared speakers against datasets "
        "swapped within speakers, last analysed layer. This ranks nothing: the deviations grow with the number of "
        "clips",
        {
            "model": lambda row: cell(row.model),
            "layer": lambda row: cell(row.layer, "–" if row.layer == "functionals" else row.layer),
            "emotion": lambda row: cell(row.first_emotion),
            "distance": lambda row: amount(row.value),
            "mean after swaps": lambda row: cell(round(row.null_mean, 4) + 0.0),
            "p": lambda row: p_cell(row.p),
            "smallest reachable p": lambda row: p_cell(row.p_smallest),
            "swaps": lambda row: cell(row.n_swaps),
            "speakers": lambda row: cell(row.n_speakers),
            "clips": lambda row: cell(row.n_first + row.n_second, f"{row.n_first} and {row.n_second}"),
            "speakers paired": lambda row: cell("yes" if row.paired else "no"),
        },
        ("smallest reachable p", "swaps", "speakers", "speakers paired"),
    )


def agreement(study: Study, pair: Pair) -> Grid:
    """Agreement of the orders of models, with the paper and of the measures."""
    rows = pd.concat(
        [
            select.rows_of(study, "agreement", pair, variant).assign(way=variant.name)
            for variant in (v.HEADLINE, v.FRECHET_EQUAL, v.AS_PUBLISHED)
        ]
    )
    what = {"models": "with each other (W)", "paper": "with the paper (tau-b)", "measures": "with kernel (tau-b)"}
    order = rows["what"].map({name: place for place, name in enumerate(what)})
    return grid(
        rows.assign(order=order).sort_values("order", kind="stable"),
        f"Agreement on the order of emotions between {pair[0]} and {pair[1]}, mean over layers; grey: not told from "
        "unrelated orders",
        {
            "agreement": lambda row: cell(what[row.what]),
            "of": lambda row: cell(row.of),
            "by": lambda row: cell(row.way),
            "value": lambda row: cell(row.value, f"{row.value:.2f}", "" if row.p <= ALPHA else "quiet"),
            "p": lambda row: p_cell(row.p),
            "smallest possible p": lambda row: p_cell(row.p_smallest),
            "emotions": lambda row: cell(row.n_emotions),
            "remark": lambda row: cell("" if row.what == "measures" else row.note),
        },
        ("emotions",),
    )


def carriers(study: Study, pair: Pair) -> Grid:
    """Which clips and speakers carry each distance."""
    ranked = pd.concat(
        [
            select.rows_of(study, "ranking", pair, select.SHARED_CLIPS[measure], layer="")
            for measure in (FRECHET, KERNEL)
        ]
    )
    keys = ["model", "layer", "pooling", "scale", "measure", "emotion"]
    rows = select.top_clips(study, pair).merge(ranked[[*keys, "top_share"]], on=keys)
    return grid(
        _by_model(study, rows, "measure"),
        f"What carries the distances between {pair[0]} and {pair[1]}: all clips of shared speakers, last analysed "
        "layer; if every clip added alike, 5 % of them would carry 5 %; –: the distance is about 0",
        {
            "model": lambda row: cell(row.model),
            "layer": lambda row: cell(row.layer, "–" if row.layer == "functionals" else row.layer),
            "measure": lambda row: cell(MEASURES[row.measure]),
            "emotion": lambda row: cell(row.emotion),
            "carried by 5 % of the clips": lambda row: part(row.top_share, row.top_share),
            "top clip": lambda row: cell(row.clip_id),
            "it carries": lambda row: part(row.share, row.top_share),
            "its speaker": lambda row: cell(f"{row.speaker} ({row.dataset})"),
            "that speaker's clips there carry": lambda row: part(row.speaker_share, row.top_share),
        },
    )


def categories(study: Study, pair: Pair) -> Grid:
    """Shift of whole categories of acoustic features, by emotion."""
    rows = select.category_shifts(study, pair)
    names = list(dict.fromkeys(rows["category"]))
    wide = _wide(rows, ["emotion"], "category")
    return grid(
        wide,
        f"Shift of acoustic features from {pair[0]} to {pair[1]}: root mean square over a category, standard "
        "deviations, less what chance adds, so that it may fall below 0; grey: not clearly above 0",
        {"emotion": lambda row: cell(row.emotion), **{name: _of(name) for name in names}, **_speakers()},
        ("speakers", "remark"),
    )


def features(study: Study, pair: Pair) -> Grid:
    """The acoustic features that shift most, by emotion."""
    rows = select.of_pair(study, "drivers", pair)
    rows = rows[(rows["what"] == "shift") & (rows["feature"] != "")]
    order = rows["value"].abs().sort_values(ascending=False, kind="stable").index
    top = rows.loc[order].groupby("emotion", sort=False).head(FEATURES)
    return grid(
        top.sort_values("emotion", kind="stable"),
        f"The {FEATURES} features of each emotion that shift most from {pair[0]} to {pair[1]}, standard deviations; "
        "grey: not significant, corrected over all features of the emotion (Benjamini-Hochberg)",
        {
            "emotion": lambda row: cell(row.emotion),
            "category": lambda row: cell(row.category),
            "feature": lambda row: cell(row.feature),
            "shift": lambda row: amount(row.value, row.low, row.high, "" if row.p_adjusted <= ALPHA else "quiet"),
            "p": lambda row: p_cell(row.p),
            "p (corrected)": lambda row: p_cell(row.p_adjusted),
            "smallest reachable p": lambda row: p_cell(row.p_smallest),
            "speakers": lambda row: cell(row.n_speakers),
            "remark": lambda row: cell(row.note.replace("p_adjusted", "corrected p")),
        },
        ("smallest reachable p", "speakers", "remark"),
    )


def shares(study: Study, pair: Pair) -> Grid:
    """Share of the embedding's mean distance that acoustic shifts account for, by model and emotion."""
    rows = select.shares(study, pair)
    rows = rows[rows["features"] != "without"]
    rows = rows.assign(named=rows["category"].where(rows["features"] != "all", "all features"))
    names = list(dict.fromkeys(rows["named"]))
    wide = _wide(rows, ["model", "layer", "emotion"], "named")
    return grid(
        _by_model(study, wide),
        f"Share of the squared mean distance between {pair[0]} and {pair[1]} that acoustic shifts account for, all "
        "features or one category alone, middle analysed layer; grey: not clearly above 0; shares do not add up",
        {
            "model": lambda row: cell(row.model),
            "layer": lambda row: cell(row.layer),
            "emotion": lambda row: cell(row.emotion),
            **{name: _of(name, shares=True) for name in names},
            **_speakers(),
        },
        ("speakers", "remark"),
    )


def _wide(rows: pd.DataFrame, keys: list[str], column: str) -> pd.DataFrame:
    """One row per key; `cells` holds {what the column says: (value, low, high)}."""
    made = [
        {
            **dict(zip(keys, names, strict=True)),
            "cells": {row[column]: (row["value"], row["low"], row["high"]) for _, row in own.iterrows()},
            "n_speakers": own["n_speakers"].max(),
            "note": own["note"].iloc[0],
        }
        for names, own in rows.groupby(keys, sort=False)
    ]
    return pd.DataFrame(made, columns=[*keys, "cells", "n_speakers", "note"])


def _of(name: str, shares: bool = False) -> Any:
    """What reads the cell of one column of `_wide`."""

    def read(row: Any) -> Cell:
        value, low, high = row.cells.get(name, (float("nan"),) * 3)
        look = "" if low > 0 else "quiet"
        if shares and not pd.isna(value):
            return cell(value, per_cent(value, low, high), look)
        return amount(value, low, high, look)

    return read


def _speakers() -> dict[str, Any]:
    return {"speakers": lambda row: cell(row.n_speakers), "remark": lambda row: cell(row.note)}
