"""Tables of the explanation: scores, as published, conditions, stability, choices of k; the places of the atlas."""

from typing import Any

import pandas as pd

from workflow_scripts.explanation.rows import ALL, MELODY, NORMAL
from workflow_scripts.figures.explanation_rows import PUBLISHED as PAPER2
from workflow_scripts.figures.explanation_rows import STRICT, clear, in_order
from workflow_scripts.report_page import explanation_atlas as atlas
from workflow_scripts.report_page import explanation_gains as encoded
from workflow_scripts.report_page import explanation_rows as select
from workflow_scripts.report_page.explanation_cells import (
    at,
    by_key,
    difference_of,
    gain_of,
    of_job,
    score_of,
    with_spread,
)
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.explanation_words import agreement
from workflow_scripts.report_page.grid import Cell, Grid, Reader, cell, grid
from workflow_scripts.report_page.results import p_cell, score
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.words import per_cent

CLIPS = {ALL: "all", NORMAL: "normal intensity", MELODY: "same melodies"}


def tables(about: Explained) -> list[Grid]:
    """The tables of a dataset that have rows, in the order in which they are shown."""
    found = [
        scores(about),
        published(about),
        encoded.categories(about),
        encoded.forms(about),
        encoded.features(about),
        encoded.shap(about),
        conditions(about),
        stability(about),
        choices(about),
    ]
    return [made for made in found if made.rows]


def scores(about: Explained) -> Grid:
    """UAR from all dimensions, from the top k and from k random ones, and the difference of the last two."""
    rows = about.rows("scores", metric="UAR")
    return grid(
        by_key(rows, select.KEYS, ["side"]),
        f"How well each emotion of {about.dataset} is told from {about.told_from}: UAR, strict; k is chosen inside "
        "the training speakers (median over folds); grey: not told from chance, or from random dimensions (each "
        "emotion alone); k of permuted labels: ranked by permuted labels, then fitted to the true ones, so they can "
        "be above chance",
        {
            **of_job(),
            "all dimensions": at("all", score_of),
            "top k": at("top", score_of),
            "k": at("top", lambda row: cell(row.k)),
            "of": at("all", lambda row: cell(row.k)),
            "k random": at("random", lambda row: score(row.value, row.low, row.high)),
            "k of permuted labels": at("permuted", lambda row: score(row.value, row.low, row.high)),
            "top less random": at("top-less-random", difference_of),
            "p": at("top-less-random", lambda row: p_cell(row.p)),
            "smallest reachable p": at("top-less-random", lambda row: p_cell(row.p_smallest)),
            "top less all": at("top-less-all", difference_of),
            "chance": at("all", lambda row: cell(row.chance, per_cent(row.chance))),
            "speakers": at("all", lambda row: cell(row.n_speakers)),
            "clips": at("all", lambda row: cell(row.n_clips, f"{row.n_clips} ({row.n_positive} of the emotion)")),
            "remark": _remarks,
        },
        ("layer", "of", "smallest reachable p", "chance", "speakers", "clips", "remark"),
    )


def _remarks(row: Any) -> Cell:
    """The notes of all sides of a row, each once."""
    return cell("; ".join(dict.fromkeys(own.note for own in row.cells.values() if own.note)))


def published(about: Explained) -> Grid:
    """F1 as published beside strict, and WA."""
    rows = pd.concat([about.rows("scores", protocol) for protocol in (STRICT, PAPER2)])
    wide = by_key(rows, select.KEYS, ["protocol", "metric", "side"])

    def there(side: str) -> Reader:
        return at((PAPER2, "F1", side), lambda row: cell(row.value, with_spread(row.value, row.spread)))

    def here(side: str, metric: str = "F1") -> Reader:
        return at((STRICT, metric, side), score_of)

    columns = {
        **of_job(),
        "F1 as published, all": there("all"),
        "F1 as published, top": there("top"),
        "F1 as published, random": there("random"),
        "k there": at((PAPER2, "F1", "top"), lambda row: cell(row.k)),
        "F1 strict, all": here("all"),
        "F1 strict, top k": here("top"),
        "chance of F1": at((STRICT, "F1", "all"), lambda row: cell(row.chance, per_cent(row.chance))),
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
        for emotion, own in by_key(rows, ["emotion"], ["side"]).set_index("emotion")["cells"].items():
            best = top.loc[emotion] if emotion in top.index else None
            number = int(claimed.get(emotion, 0))
            parts.append({"emotion": emotion, "condition": name, "cells": own, "top": best, "claimed": number})
    order = {emotion: place for place, emotion in enumerate(about.emotions)}
    frame = pd.DataFrame(parts, columns=["emotion", "condition", "cells", "top", "claimed"])
    frame = frame.assign(place=frame["emotion"].map(order)).sort_values("place", kind="stable")
    return grid(
        frame,
        f"{about.headline} on {about.dataset} under conditions (same melodies: against the other emotions sung to "
        "them), with fewer clips each; grey: not told from chance, from random dimensions, or not claimed",
        {
            "emotion": lambda row: cell(row.emotion),
            "clips": lambda row: cell(CLIPS.get(row.condition, row.condition)),
            "UAR, all dimensions": at("all", score_of),
            "UAR, top k": at("top", score_of),
            "top less random": at("top-less-random", difference_of),
            "highest gain within the emotion": lambda row: cell("" if row.top is None else str(row.top["category"])),
            "R²": lambda row: cell(float("nan")) if row.top is None else gain_of(row.top),
            "categories claimed": lambda row: cell(row.claimed),
            "number of clips": at("all", lambda row: cell(row.n_clips)),
            "speakers": at("all", lambda row: cell(row.n_speakers)),
            "remark": _remarks,
        },
        ("speakers",),
    )


def stability(about: Explained) -> Grid:
    """Nogueira's index of the chosen dimensions beside random and permuted ones, next to the chosen k."""
    parts = [select.stability_at_k(about, model) for model in about.layers]
    rows = pd.concat(parts) if parts else about.rows("stability")

    def index(ranking: str) -> Reader:
        return at(ranking, lambda row: cell(row.value, agreement(row.value, row.low, row.high)))

    return grid(
        by_key(rows, [*select.KEYS, "k", "n_sets", "n_speakers", "note"], ["ranking"]),
        f"Do halves of the speakers of {about.dataset} choose the same dimensions? Nogueira's index (1: the same "
        "sets, 0: as alike as random ones); intervals are of the halves of these speakers, not of new ones",
        {
            **of_job(),
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
            **of_job(),
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
        "Where each category of acoustic features is predicted best from all dimensions of a layer: R² within the "
        "emotion, lowest to highest over the emotions whose interval lies above 0 at some layer; places not tested",
        {
            "model": lambda row: cell(row.model),
            "category": lambda row: cell(row.category),
            **{dataset: where(dataset) for dataset in study.explained},
        },
        ("model",),
    )
