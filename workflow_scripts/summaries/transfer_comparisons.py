"""Cells of the transfer grid compared in pairs: conditions, tuners, class weights and protocols."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workflow_scripts.statistics.mcnemar import paired_shares
from workflow_scripts.statistics.paired import PairedDifference, paired_difference
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.transfer_cells import Cell, Cells, Facts, Paired
from workflow_scripts.summaries.transfer_verdicts import corrected, count, verdict

Row = dict[str, Any]

FLIPS = 99_999  # exact up to 16 speakers; more than in tables with fewer rows, since Holm multiplies the smallest p
CONDITIONS, TUNERS, CLASS_WEIGHTS, PROTOCOLS = "conditions", "tuners", "class-weights", "protocols"
OF_CONDITIONS = [
    (t.TWO_STAGE, t.DIRECT),
    (t.TWO_STAGE, t.SHUFFLED),
    (t.TWO_STAGE, t.EQUAL_UPDATES),
    (t.JOINT, t.DIRECT),
]
OF_PROTOCOLS = [(t.PAPER1, t.STRICT), (t.PAPER1, t.TWINS), (t.TWINS, t.STRICT)]
OVER_SPEAKERS = (
    "difference of per-speaker values, averaged over seeds: t interval, sign flips over speakers; conservative: t with "
    "a standard error larger by sqrt(1 + k / (k - 1)) for k folds"
)
OVER_CLIPS = "exact McNemar over the clips of a draw, twice its median over draws; interval of one draw (Agresti & Min)"
SAME_CLIPS = "per speaker the share right of the clips that both tested: t interval, sign flips over speakers"
OWN_CLIPS = "per speaker the share right of each one's own test clips: t interval, sign flips over speakers"
OF_THESE_SPEAKERS = "speakers on both sides of the split: it speaks of new clips of these speakers only"


class Asked(NamedTuple):
    """Two cells to compare, and the words by which they differ."""

    question: str
    one: Cell
    other: Cell
    words: tuple[str, str]


def transfer_comparisons(predictions: pd.DataFrame, tuners: Facts, seed: int) -> pd.DataFrame:
    """One row per question, pair of cells and metric; the columns of the table transfer_comparisons.

    Args:
        predictions: the tables `transfer_predictions` of all trainings, one below another.
        tuners: by variant: parts [[name, options], ...] of the tuners that it joins; training, with class_weights.
        seed: of the study; each comparison has its own stream.
    """
    found = t.cells(predictions)
    rows = [row for asked in questions(found, tuners) for row in _compared(found, asked, seed)]
    table = pd.DataFrame(rows, columns=[*TABLES["transfer_comparisons"]])
    if table.empty:
        return table
    between = table["question"] == PROTOCOLS
    families = table["protocol"].mask(between, "between protocols").astype(str)
    families += np.where(table["metric"] == "recall", ", recalls", ", all emotions")
    table = corrected(table, families)
    table["verdict"] = [_verdict(row) for row in table.to_dict("records")]
    return table[[*TABLES["transfer_comparisons"]]]


def questions(found: Cells, tuners: Facts) -> Iterator[Asked]:
    """Every comparison whose two cells exist, in the order of the cells."""
    for cell in found:
        for one, other in OF_CONDITIONS:
            if cell.condition == one and cell.at(other) in found:
                yield Asked(CONDITIONS, cell, cell.at(other), (one, other))
        for question, name in _other_tuners(cell.tuner, tuners):
            against = cell._replace(tuner=name)
            if against in found:
                yield Asked(question, cell, against, (cell.tuner, name))
        for one, other in OF_PROTOCOLS:
            against = cell._replace(protocol=other)
            if cell.protocol == one and against in found:
                yield Asked(PROTOCOLS, cell, against, (one, other))


def part_names(facts: Mapping[str, Any]) -> list[str]:
    """Names of the tuners that a variant joins, without their options."""
    return [name for name, _ in facts["parts"]]


def baselines(tuners: Facts) -> list[str]:
    """The variants that train a head on frozen layers and nothing else: the baseline."""
    return [name for name, facts in tuners.items() if part_names(facts) == ["frozen"]]


def weighted_sums(tuners: Facts) -> list[str]:
    """The variants that learn the weights of layers and nothing else."""
    return [name for name, facts in tuners.items() if part_names(facts) == ["weighted-sum"]]


def joined(tuners: Facts) -> list[str]:
    """The variants of several parts: what the paper most likely calls PEFT."""
    return [name for name, facts in tuners.items() if len(facts["parts"]) > 1]


def _other_tuners(name: str, tuners: Facts) -> Iterator[tuple[str, str]]:
    """(question, variant) that a variant is compared with."""
    if name not in tuners:
        return
    frozen, summed = baselines(tuners), weighted_sums(tuners)
    against = [*(frozen if name not in frozen else []), *(summed if name in joined(tuners) else [])]
    yield from ((TUNERS, other) for other in against)
    if tuners[name]["training"]["class_weights"]:
        yield from ((CLASS_WEIGHTS, other) for other in tuners if _without_weights(tuners[name]) == tuners[other])


def _without_weights(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same variant, trained without class weights."""
    return {**facts, "training": {**facts["training"], "class_weights": False}}


def _compared(found: Cells, asked: Asked, seed: int) -> Iterator[Row]:
    """The rows of one question: all emotions together, and of two-stage against direct also every recall."""
    about = {"question": asked.question, "one": asked.words[0], "other": asked.words[1], **asked.one._asdict()}
    stream = (*asked.one, *asked.other)
    if asked.question == PROTOCOLS:
        row = _between_protocols(found[asked.one], found[asked.other], asked, _rng(seed, *stream))
        if row:
            yield about | row
        return
    pair = t.paired(found[asked.one], found[asked.other])
    if pair.frame.empty:
        return
    strict = asked.one.protocol == t.STRICT
    yield about | _difference(pair, "UAR" if strict else "WA", strict, _rng(seed, *stream))
    if asked.words == (t.TWO_STAGE, t.DIRECT):
        for emotion in (name for name in asked.one.emotions.split() if name in set(pair.frame["true"])):
            own = pair.of_emotion(emotion)
            yield about | _difference(own, "recall", strict, _rng(seed, *stream, emotion)) | {"emotion": emotion}


def _rng(seed: int, *names: str) -> np.random.Generator:
    return np.random.default_rng(seed_of(seed, "transfer-comparison", *names))


def _difference(pair: Paired, metric: str, strict: bool, rng: np.random.Generator) -> Row:
    """Difference, interval and p of two cells of one protocol; `pair` is not empty."""
    frame = pair.frame
    row: Row = {
        "metric": metric,
        "emotion": "",
        "n_seeds": frame["repeat"].nunique(),
        "n_speakers": frame["speaker"].nunique(),
        "n_clips": round(len(frame) / frame["repeat"].nunique()),
        "n_folds": frame["fold"].nunique() if strict else 0,
    }
    if strict:
        one, other = t.speaker_values(pair, metric)
        found = paired_difference(one, other, rng, n_folds=row["n_folds"], draws=FLIPS)
        means = {"value_one": one.mean(), "value_other": other.mean()}
        return row | means | _of_speakers(found, pair.note) | {"method": OVER_SPEAKERS}
    draws = t.right_by_draw(pair)
    shares = paired_shares(draws)
    return row | {
        "value_one": np.mean([one.mean() for one, _ in draws]),
        "value_other": np.mean([other.mean() for _, other in draws]),
        **{name: getattr(shares, name) for name in ("difference", "low", "high", "p", "only_one", "only_other")},
        "smallest_p": shares.p_smallest,
        "method": OVER_CLIPS,
        "note": "; ".join(filter(None, [pair.note, OF_THESE_SPEAKERS])),
    }


def _of_speakers(found: PairedDifference, note: str) -> Row:
    kept = ("difference", "low", "high", "low_conservative", "high_conservative", "p_conservative", "n_speakers")
    return {
        **{name: getattr(found, name) for name in kept},
        "p": found.p_flips,
        "smallest_p": found.p_flips_smallest,
        "note": "; ".join(filter(None, [note, found.note])),
    }


def _between_protocols(one: pd.DataFrame, other: pd.DataFrame, asked: Asked, rng: np.random.Generator) -> Row | None:
    """What a protocol adds to WA, speakers as units; None where the two share no speaker.

    `strict` tests every clip, so that the clips of a draw can be found in it again. The test clips of two draws differ.
    """
    shares = [_right_of_clips(part) for part in (one, other)]
    same = asked.other.protocol == t.STRICT
    if same:
        shared = shares[0].index.intersection(shares[1].index)
        shares = [part.loc[shared] for part in shares]
    by_speaker = [part.groupby(level="speaker").mean() for part in shares]
    speakers = by_speaker[0].index.intersection(by_speaker[1].index)
    if speakers.empty:
        return None
    values = [part.loc[speakers] for part in by_speaker]
    folds = other["fold"].nunique() if same else None
    found = paired_difference(values[0], values[1], rng, n_folds=folds, draws=FLIPS)
    return {
        "metric": "WA",
        "emotion": "",
        "value_one": values[0].mean(),
        "value_other": values[1].mean(),
        "n_seeds": max(one["repeat"].nunique(), other["repeat"].nunique()),
        "n_clips": min(len(part) for part in shares),
        "n_folds": folds or 0,
        **_of_speakers(found, ""),
        "method": SAME_CLIPS if same else OWN_CLIPS,
    }


def _right_of_clips(part: pd.DataFrame) -> "pd.Series[float]":
    """Share of seeds in which each tested clip was right; index speaker, clip_id."""
    right = (part["true"] == part["predicted"]).astype(float)
    return right.groupby([part["speaker"], part["clip_id"]]).mean()


def _verdict(row: Row) -> str:
    word = "higher" if row["question"] == PROTOCOLS else "better"
    over_clips = row["method"] == OVER_CLIPS
    differing = row["only_one"] + row["only_other"]
    units = f"{differing:.0f} clips that differ" if over_clips else count(row["n_speakers"], "speaker")
    reachable = (row["smallest_p"], row["smallest_p_adjusted"])
    words = [f"{row[name]} is {word}" for name in ("one", "other")]
    return verdict(words, row["difference"], row["p_adjusted"], reachable, units)
