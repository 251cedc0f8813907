"""Claim 8 of paper 1: are some emotions recognised better than others, and does anything lessen that?"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.statistics import recall_spread
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.transfer_cells import Cell, Cells, Facts
from workflow_scripts.summaries.transfer_comparisons import CLASS_WEIGHTS, CONDITIONS, FLIPS, questions

Row = dict[str, Any]
CLAIM = 8
PAPER = "networks show emotion bias: recalls and distances differ between emotions (no figures)"
DRAWS = 4999
SPREAD = "spread of recalls over emotions (standard deviation)"


def bias(found: Cells, tuners: Facts, seed: int) -> Iterator[Row]:
    """The spread of recalls of every direct and two-stage training, and what two-stage and class weights change of it.

    Args:
        found: cells of the grid.
        tuners: facts by variant.
        seed: of the study.
    """
    rows = []
    for cell in found:
        if cell.condition in (t.DIRECT, t.TWO_STAGE) and cell.protocol == t.STRICT:
            rows.append(_spread(found, cell, seed))
    for asked in questions(found, tuners):
        of_stages = asked.question == CONDITIONS and asked.words == (t.TWO_STAGE, t.DIRECT)
        if asked.one.protocol == t.STRICT and (of_stages or asked.question == CLASS_WEIGHTS):
            rows.append(_change(found[asked.one], found[asked.other], asked.one, asked.words, seed))
    yield from rows
    if not rows:
        yield {"claim": CLAIM, "paper": PAPER, "why_not": "the study has no strict training, direct or two-stage"}


def _about(cell: Cell) -> Row:
    names = {name: getattr(cell, name) for name in ("source", "target", "model", "tuner", "condition")}
    return {"claim": CLAIM, "paper": PAPER, "unit": "speaker", "family": "spread", **names}


def _complete(part: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Recalls of the speakers who have clips of every emotion that is tested, and a note on the others."""
    recalls = t.recalls_of_speakers(part)
    whole = recalls.dropna()
    lacking = len(recalls) - len(whole)
    return whole, f"{lacking} speakers lack an emotion and are left out" if lacking else ""


def _spread(found: Cells, cell: Cell, seed: int) -> Row:
    """Whether the recalls of one training differ by more than chance, strict and as published."""
    recalls, note = _complete(found[cell])
    row = _about(cell) | {"quantity": SPREAD, "words": ("some emotions are recognised better than others", "")}
    row |= {"n_emotions": recalls.shape[1], "n_speakers": len(recalls), "note": note}
    if recalls.shape[1] < 2 or recalls.empty:
        return row | {"why_not": "no speaker has clips of two emotions"}
    rng = np.random.default_rng(seed_of(seed, "transfer-bias", *cell))
    spread = recall_spread.of_speakers(recalls, rng, DRAWS)
    chance = f"chance alone: {100 * spread.chance:.1f} points"
    least = 1.0 if len(recalls) == 1 else 1 / (DRAWS + 1)
    row |= {"strict": spread.value, "low": spread.low, "high": spread.high, "p": spread.p, "smallest_p": least}
    row["note"] = "; ".join(filter(None, [chance, note]))
    published = cell._replace(protocol=t.PAPER1)
    if published in found:
        row |= _as_published(found[published], np.random.default_rng(seed_of(seed, "transfer-bias", *published)))
    return row


def _as_published(part: pd.DataFrame, rng: np.random.Generator) -> Row:
    right = (part["true"] == part["predicted"]).astype(float)
    clips = right.groupby([part["speaker"], part["clip_id"], part["true"]]).mean().rename("right").reset_index()
    codes = [pd.factorize(clips[name])[0] for name in ("speaker", "true")]
    if codes[1].max() < 1:
        return {}
    spread = recall_spread.of_clips(codes[0], codes[1], clips["right"].to_numpy(), rng, DRAWS)
    return {"as_published": spread.value, "as_published_p": spread.p}


def _change(one: pd.DataFrame, other: pd.DataFrame, cell: Cell, words: tuple[str, str], seed: int) -> Row:
    """How much more the recalls of one spread than those of the other, over the clips and seeds of both."""
    pair = t.paired(one, other)
    complete = [_complete(pair.frame.rename(columns={side: "predicted"})) for side in ("one", "other")]
    row = _about(cell) | {"quantity": f"{SPREAD}, {words[0]} less {words[1]}"}
    row["family"] = f"spread, {words[0]} less {words[1]}"
    row["words"] = (f"{words[0]} is more biased", f"{words[0]} is less biased")
    tables, note = [table for table, _ in complete], complete[0][1]
    if tables[0].empty or tables[0].shape[1] < 2:
        return row | {"why_not": "no speaker has clips of two emotions"}
    rng = np.random.default_rng(seed_of(seed, "transfer-bias", *cell, *words))
    gap = recall_spread.change(tables[0], tables[1], rng, FLIPS)
    return row | {
        "strict": gap.difference,
        "low": gap.low,
        "high": gap.high,
        "p": gap.p,
        "smallest_p": gap.p_smallest,
        "n_speakers": len(tables[0]),
        "n_emotions": tables[0].shape[1],
        "note": "; ".join(filter(None, [pair.note, note])),
    }
