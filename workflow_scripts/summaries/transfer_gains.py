"""Claim 5 of paper 1: do speech networks gain more from a stage on song than a music network from one on speech?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import special

from workflow_scripts.statistics import jackknife
from workflow_scripts.statistics.mcnemar import paired_shares
from workflow_scripts.statistics.paired import paired_difference
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.roles import of_music, of_speech, untrained
from workflow_scripts.summaries.transfer_cells import Cell, Cells, Facts, Paired
from workflow_scripts.summaries.transfer_comparisons import FLIPS

Row = dict[str, Any]
CLAIM = 5
PAPER = "speech networks can be trained further with music; MERT gains less from speech (no figures)"
WORDS = ("speech networks gain more", "the music network gains more")


def gains(found: Cells, models: Facts, datasets: Facts, pools: Mapping[str, str], seed: int) -> Iterator[Row]:
    """One row per speech network, music network, pair of speech and song, and tuner; or one that says why none is.

    Args:
        found: cells of the grid.
        models, datasets: facts by name; a dataset's domain is speech or song.
        pools: speaker pool by dataset; equal speakers of one pool are the same person.
        seed: of the study.
    """
    pairs = _pairs(models)
    rows = []
    for speech, music in pairs:
        for cell in (cell for cell in found if cell.model == speech and cell.condition == t.TWO_STAGE):
            if _domain(datasets, cell.source) != "song" or _domain(datasets, cell.target) != "speech":
                continue
            other = cell._replace(model=music, source=cell.target, target=cell.source)
            sides = [_gain(found, one) for one in (cell, other)]
            if sides[0] is None or sides[1] is None or cell.protocol not in (t.STRICT, t.PAPER1):
                continue
            same = pools[cell.source] == pools[cell.target]
            rng = np.random.default_rng(seed_of(seed, "transfer-gains", *cell, music))
            of_protocol = _strict if cell.protocol == t.STRICT else _published
            rows.append((cell, music, of_protocol(sides[0], sides[1], same, rng)))
    yield from _together(rows, models)
    if not rows:
        why = "no music network (of the family mert) and speech network were both trained, each with and without "
        yield {"claim": CLAIM, "paper": PAPER, "why_not": why + "a first stage on the other's domain"}


def _pairs(models: Facts) -> list[tuple[str, str]]:
    """Speech and music networks; those with random weights only among each other."""
    random = set(untrained(models))
    return [
        (speech, music)
        for speech in of_speech(models)
        for music in of_music(models)
        if (speech in random) == (music in random)
    ]


def _domain(datasets: Facts, name: str) -> str:
    return str(datasets[name]["domain"])


def _gain(found: Cells, cell: Cell) -> Paired | None:
    """Two-stage beside direct; None where one is missing or they share no clip."""
    if cell not in found or cell.at(t.DIRECT) not in found:
        return None
    pair = t.paired(found[cell], found[cell.at(t.DIRECT)])
    return None if pair.frame.empty else pair


def _strict(one: Paired, other: Paired, same: bool, rng: np.random.Generator) -> Row:
    """Difference of gains in UAR: per speaker where both have the same people, else of two groups of speakers."""
    values = [a - b for a, b in (t.speaker_values(pair, "UAR") for pair in (one, other))]
    shared = values[0].index.intersection(values[1].index)
    note = "; ".join(filter(None, [one.note, other.note]))
    if same and len(shared):
        gap = paired_difference(values[0].loc[shared], values[1].loc[shared], rng, draws=FLIPS)
        row: Row = {"strict": gap.difference, "low": gap.low, "high": gap.high, "p": gap.p_flips}
        return row | {"smallest_p": gap.p_flips_smallest, "n_speakers": len(shared), "note": note}
    difference = float(values[0].mean() - values[1].mean())
    row = {"strict": difference, "n_speakers": len(values[0]) + len(values[1])}
    row["note"] = "; ".join(filter(None, [note, "other speakers on either side: Welch's t"]))
    sizes = [len(part) for part in values]
    if min(sizes) < 2:
        return row
    parts = [np.array([part.var(ddof=1) / len(part)]) for part in values]
    error, degrees = (float(part[0]) for part in jackknife.standard_error(parts, sizes))
    reach = float(jackknife.reach(parts, sizes)[0])
    p = 2 * float(special.stdtr(degrees, -abs(difference) / error)) if error > 0 else float(difference == 0)
    return row | {"low": difference - reach, "high": difference + reach, "p": p, "smallest_p": 0.0}


def _published(one: Paired, other: Paired, same: bool, rng: np.random.Generator) -> Row:
    """Difference of gains in WA over the clips of either; they test other clips, so that their errors add."""
    shares = [paired_shares(t.right_by_draw(pair)) for pair in (one, other)]
    difference = shares[0].difference - shares[1].difference
    error = float(np.hypot(shares[0].error, shares[1].error))
    reach = float(special.ndtri(0.975)) * error
    return {
        "as_published": difference,
        "as_published_low": difference - reach,
        "as_published_high": difference + reach,
        "as_published_p": 2 * float(special.ndtr(-abs(difference) / error)),
    }


def _together(rows: Sequence[tuple[Cell, str, Row]], models: Facts) -> Iterator[Row]:
    """Strict and published of the same networks, pair and tuner in one row."""
    table: dict[tuple[Cell, str], Row] = {}
    for cell, music, figures in rows:
        table.setdefault((cell._replace(protocol=""), music), {}).update(figures)
    for (cell, music), figures in table.items():
        names = {name: getattr(cell, name) for name in ("source", "target", "tuner")}
        note = figures.get("note", "")
        if cell.model in untrained(models):
            note = "; ".join(filter(None, [note, "random weights: neither network has learned from speech or music"]))
        yield {
            "claim": CLAIM,
            "quantity": f"gain of {cell.model} by {cell.source} less gain of {music} by {cell.target}",
            "model": f"{cell.model}, {music}",
            "paper": PAPER,
            "words": WORDS,
            "unit": "speaker",
            "family": "gains",
            **names,
            **figures,
            "note": note,
        }
