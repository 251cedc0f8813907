"""Claim 7 of paper 1: do emotions transfer better whose speech and song lie near each other?"""

from collections.abc import Iterator, Mapping
from math import factorial
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.distances.layer import ALL, EQUAL, PUBLISHED
from workflow_scripts.distances.measures import FRECHET, KERNEL
from workflow_scripts.statistics.rank_correlation import rank_correlation
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.transfer_cells import Cell, Cells, Facts

Row = dict[str, Any]
CLAIM = 7
PAPER = "low distance means better transfer of that emotion (no figures)"
WORDS = ("the opposite: far emotions do better", "near emotions do better")
FEWEST = 5  # emotions: of four, no order has a two-sided p below 0.05
POOLED = "all networks"
ZERO_SHOT, GAIN = "zero-shot recall", "gain in recall by a first stage"
LOUDNESS, GIVEN = ", given loudness", ", given loudness and recall in the source"
AUDIBLE = 1  # decimals of a dB: where levels are matched, what lies below is no order of the emotions
ALIKE = "datasets differ in loudness alike in all emotions, so that it explains nothing"
NOTHING_LEFT = "the emotions have no order of their own on one side, beyond that of the covariates"
FORMS = {t.STRICT: (KERNEL, EQUAL), t.PAPER1: (FRECHET, PUBLISHED)}  # distance that goes with a protocol


def distance_and_transfer(
    found: Cells, ranking: pd.DataFrame | None, manifests: Mapping[str, pd.DataFrame], models: Facts, seed: int
) -> Iterator[Row]:
    """One row per direction, tuner, outcome and network, and one that pools the networks.

    The distance is the headline of this study (kernel, equal clips) at the last analysed layer; as published it is
    the Frechet distance of all clips, beside recalls under paper1. Emotions are the units, in every order, the same
    order in all networks.

    Args:
        found: cells of the grid.
        ranking: table distance_ranking of the study; None where distances were not asked for.
        manifests: by dataset, for the level of each emotion.
        models: facts by name, with their layers.
        seed: of the study.
    """
    if ranking is None:
        yield _no_row("this study has no distances")
        return
    cases: dict[tuple[str, ...], dict[tuple[str, str], dict[str, pd.DataFrame]]] = {}
    for cell in found:
        if cell.condition == t.SOURCE_ONLY and cell.protocol in FORMS:
            for outcome, frame in _outcomes(found, cell, ranking, manifests, models).items():
                case = cases.setdefault((cell.source, cell.target, cell.tuner, cell.emotions), {})
                case.setdefault((outcome, cell.protocol), {})[cell.model] = frame
    rows = [row for names, case in cases.items() for row in _of_case(names, case, seed)]
    yield from rows
    if not rows:
        yield _no_row("no training has both a distance between its datasets and the condition source-only")


def _no_row(why: str) -> Row:
    return {"claim": CLAIM, "paper": PAPER, "why_not": why}


def _outcomes(
    found: Cells, cell: Cell, ranking: pd.DataFrame, manifests: Mapping[str, pd.DataFrame], models: Facts
) -> dict[str, pd.DataFrame]:
    """Per outcome: index emotion, columns distance, outcome, loudness and source recall where they are covariates.

    Loudness is how far the mean levels of the source's and the target's clips lie apart, in dB.
    """
    distance = _distance(ranking, cell, models)
    if distance.empty:
        return {}
    level = [manifests[name].groupby("emotion")["prepared_level_db"].mean() for name in (cell.source, cell.target)]
    loudness = (level[1] - level[0]).abs().round(AUDIBLE)
    zero_shot = pd.DataFrame({"distance": distance, "outcome": _recalls(found, cell)}).dropna()
    outcomes = {ZERO_SHOT: zero_shot, ZERO_SHOT + LOUDNESS: zero_shot.assign(loudness=loudness).dropna()}
    source = _recalls(found, cell.at(t.DIRECT)._replace(target=cell.source))
    if len(source):
        outcomes[ZERO_SHOT + GIVEN] = outcomes[ZERO_SHOT + LOUDNESS].assign(source=source).dropna()
    gain = _recalls(found, cell.at(t.TWO_STAGE)) - _recalls(found, cell.at(t.DIRECT))
    if gain.notna().any():
        outcomes[GAIN] = pd.DataFrame({"distance": distance, "outcome": gain}).dropna()
        outcomes[GAIN + LOUDNESS] = outcomes[GAIN].assign(loudness=loudness).dropna()
    return outcomes


def _recalls(found: Cells, cell: Cell) -> "pd.Series[float]":
    """Recall by emotion, mean over speakers; empty where the cell did not run."""
    return t.recalls_of_speakers(found[cell]).mean() if cell in found else pd.Series(dtype=float)


def _distance(ranking: pd.DataFrame, cell: Cell, models: Facts) -> "pd.Series[float]":
    """Distance by emotion between source and target at the last analysed layer; empty where there is none."""
    measure, form = FORMS[cell.protocol]
    pair = {cell.source, cell.target}
    own = ranking[
        (ranking["model"] == cell.model)
        & ranking["first"].isin(pair)
        & ranking["second"].isin(pair)
        & (ranking["pooling"] != "")
    ]
    layers = [layer for layer in models[cell.model]["layers"] if layer in set(own["layer"])]
    if not layers:
        return pd.Series(dtype=float)
    own = own[
        (own["layer"] == layers[-1])
        & (own["pooling"] == own["pooling"].iloc[0])
        & (own["grain"] == "clip")
        & (own["condition"] == ALL)
        & (own["form"] == form)
        & (own["measure"] == measure)
        & own["emotion"].isin(cell.emotions.split())
    ]
    return own.groupby("emotion")["value"].first()


def _of_case(
    names: tuple[str, ...], case: Mapping[tuple[str, str], Mapping[str, pd.DataFrame]], seed: int
) -> Iterator[Row]:
    """Rows of one direction and tuner."""
    source, target, tuner, emotions = names
    about = {"source": source, "target": target, "tuner": tuner}
    for outcome in dict.fromkeys(outcome for outcome, _ in case):
        networks = list(dict.fromkeys(model for key, own in case.items() if key[0] == outcome for model in own))
        for model in [*networks, *([POOLED] if len(networks) > 1 else [])]:
            row: Row = {"claim": CLAIM, "quantity": f"rank correlation of distance and {outcome}", "model": model}
            family = f"{outcome}, {'networks pooled' if model == POOLED else 'each network'}"
            row |= {**about, "paper": PAPER, "words": WORDS, "unit": "emotion", "family": family}
            for protocol in (t.STRICT, t.PAPER1):
                frames = case.get((outcome, protocol), {})
                chosen = list(frames.values()) if model == POOLED else [frames[model]] if model in frames else []
                if chosen:
                    rng = np.random.default_rng(seed_of(seed, "transfer-distance", *names, outcome, model, protocol))
                    row |= _correlated(chosen, protocol, rng)
            yield row


def _correlated(frames: list[pd.DataFrame], protocol: str, rng: np.random.Generator) -> Row:
    """The figures of one protocol, over the emotions that all networks have."""
    shared = sorted(set.intersection(*(set(frame.index) for frame in frames)))
    k = len(shared)
    row: Row = {"n_emotions": k} if protocol == t.STRICT else {}
    names = ("strict", "p") if protocol == t.STRICT else ("as_published", "as_published_p")
    least = 2 / factorial(k) if k > 1 else 1.0
    if k < FEWEST:
        return row | ({"smallest_p": least} if protocol == t.STRICT else {})
    values = np.stack([frame.loc[shared].to_numpy(dtype=float) for frame in frames])  # (models, k, columns)
    found = rank_correlation(values[..., 0], values[..., 1], np.moveaxis(values[..., 2:], 2, 0), rng)
    row |= {names[0]: found.value, names[1]: found.p}
    if protocol == t.STRICT:
        alike = all("loudness" in frame and frame.loc[shared, "loudness"].nunique() == 1 for frame in frames)
        note = f"emotions in {found.n_orders} orders" + (f"; {ALIKE}" if alike else "")
        row |= {"smallest_p": found.p_smallest, "note": note}
        row |= {"why_not": NOTHING_LEFT} if np.isnan(found.value) else {}
    return row
