"""Paper 1's figures after two stages beside this study's: as published, twins apart, strict."""

from typing import Any

import pandas as pd

from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.grid import Cell, Grid, cell, grid
from workflow_scripts.report_page.results import score
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_rows import Way, ways
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.papers import PRINTED
from workflow_scripts.summaries.transfer_comparisons import baselines, joined, weighted_sums
from workflow_scripts.summaries.transfer_printed import BASELINE, PEFT, WEIGHTED_SUM

WORDS = (
    "After two stages, paper 1 (WA on 203 clips, one run). Its sentence can be read either way, as song and then "
    "speech or as speech and then song, so that its figures stand beside both directions here; the order of baseline, "
    "weighted sum and PEFT is that of a summary, and only HuBERT's 93.10 % is named PEFT there. Its figures for "
    "training on the target alone, by these methods, are not known."
)


def table(study: Study) -> Grid:
    """One row per printed figure and training of this study that it may speak of; others stand alone."""
    printed = study.printed
    rows = printed[(printed["metric"] == "accuracy_pct") & (printed["source_domain"] != "none")]
    tuners = select.variants(study)
    named = {BASELINE: baselines(tuners), WEIGHTED_SUM: weighted_sums(tuners), PEFT: joined(tuners)}
    shown = []
    for row in rows.to_dict("records"):
        about = {"paper": row["model"], "method": row["method"].replace("_", " "), "value": float(row["value"]) / 100}
        beside = [
            {**about, **found}
            for way in ways(study)
            if all(study.datasets[name]["corpus"].startswith("ravdess-") for name in (way.source, way.target))
            for found in _beside(way, PRINTED[row["model"]], named.get(row["method"], []))
        ]
        shown += beside or [{**about, "study": "–", "cells": {}}]
    return grid(
        pd.DataFrame(shown),
        "Paper 1 after two stages, and this study (WA, [95 % intervals]: strict over speakers, else over clips of the "
        "same speakers)",
        {
            "printed for": lambda row: cell(row.paper),
            "method": lambda row: cell(row.method),
            "printed": lambda row: cell(row.value, f"{100 * row.value:.1f} %"),
            "this study": lambda row: cell(row.study),
            "two-stage, as published": lambda row: _wa(row.cells, t.TWO_STAGE, t.PAPER1),
            "two-stage, twins on one side": lambda row: _wa(row.cells, t.TWO_STAGE, t.TWINS),
            "two-stage, strict": lambda row: _wa(row.cells, t.TWO_STAGE, t.STRICT),
            "direct, as published": lambda row: _wa(row.cells, t.DIRECT, t.PAPER1),
            "direct, strict": lambda row: _wa(row.cells, t.DIRECT, t.STRICT),
        },
    )


def _beside(way: Way, models: list[str], tuners: list[str]) -> list[dict[str, Any]]:
    """What this study has of some networks and tuners in one direction."""
    rows = select.picked(way.scores, metric="WA", clips="all")
    rows = rows[rows["model"].isin(models) & rows["tuner"].isin(tuners)]
    return [
        {
            "study": f"{model} with {tuner}, {way.words}",
            "cells": {(row.condition, row.protocol): row for row in own.itertuples()},
        }
        for (model, tuner), own in rows.groupby(select.CELL, sort=False)
    ]


def _wa(cells: dict[tuple[str, str], Any], condition: str, protocol: str) -> Cell:
    row = cells.get((condition, protocol))
    return cell(float("nan")) if row is None else score(row.value, row.low, row.high)
