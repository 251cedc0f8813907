"""Claims 3, 4 and 9 of paper 1: they are what the comparisons of the grid say."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.transfer_cells import Facts
from workflow_scripts.summaries.transfer_comparisons import (
    CONDITIONS,
    PROTOCOLS,
    TUNERS,
    baselines,
    joined,
    weighted_sums,
)
from workflow_scripts.summaries.transfer_printed import Printed
from workflow_scripts.summaries.transfer_verdicts import side

Row = dict[str, Any]

NAMES = ["source", "target", "model", "tuner"]
LEVEL_ITSELF = "the level itself (WA, mean over speakers)"
NOT_STRICT = {"verdict": "cannot be judged", "why_not": "the study has no strict training of both"}
CONTROLS = {
    t.SHUFFLED: "a first stage with shuffled labels",
    t.EQUAL_UPDATES: "training on the target alone for as many updates",
}


def two_stage(comparisons: pd.DataFrame, printed: Printed) -> Iterator[Row]:
    """Claim 3: two-stage less direct, and less each control; last a row on "always"."""
    own = comparisons[(comparisons["question"] == CONDITIONS) & (comparisons["emotion"] == "")]
    own = own[own["one"] == t.TWO_STAGE]
    mains = []
    for names, cell in own.groupby([*NAMES, "emotions"], sort=False):
        about = dict(zip(NAMES, names, strict=False))
        for other, pair in cell.groupby("other", sort=False):
            row = about | {"quantity": f"{t.TWO_STAGE} less {other}", "claim": 3} | _both(pair)
            if other == t.DIRECT:
                row["paper"] = printed.level(about["target"], about["model"], about["tuner"])
                row["paper"] += "; direct not given" if row["paper"] else ""
                row |= {
                    f"{form}verdict": _with_controls(cell[cell["protocol"] == protocol])
                    for form, protocol in (("", t.STRICT), ("as_published_", t.PAPER1))
                    if (pair["protocol"] == protocol).any()
                }
                mains.append(pair)
            yield row
    if mains:
        yield {"claim": 3, "model": "all", "tuner": "all", "paper": "always", **_always(pd.concat(mains))}


def _both(pair: pd.DataFrame) -> Row:
    """The figures of a comparison under strict and paper1, those that exist."""
    row: Row = {}
    for one in pair[pair["protocol"].isin([t.STRICT, t.PAPER1])].to_dict("records"):
        if one["protocol"] == t.STRICT:
            kept = ("low", "high", "p", "p_adjusted", "family", "smallest_p", "n_speakers", "verdict", "note")
            row |= {"strict": one["difference"], **{name: one[name] for name in kept}}
        else:
            row |= {"as_published": one["difference"], "as_published_verdict": one["verdict"]}
            row |= {f"as_published_{name}": one[name] for name in ("low", "high", "p")}
    return row if "strict" in row else row | NOT_STRICT


def _with_controls(cell: pd.DataFrame) -> str:
    """The verdict on two-stage against direct of one cell and protocol, with what the controls add."""
    rows = cell.set_index("other")
    if t.DIRECT not in rows.index:
        return ""
    main = rows.loc[t.DIRECT]
    if side(main["difference"], main["p_adjusted"]) <= 0:
        return str(main["verdict"])
    states: dict[str, list[str]] = {"than": [], "not told from": [], "worse than": [], "not compared with": []}
    for control, words in CONTROLS.items():
        if control not in rows.index:
            states["not compared with"].append(words)
            continue
        row = rows.loc[control]
        told = side(row["difference"], row["p_adjusted"])
        states["than" if told > 0 else "worse than" if told < 0 else "not told from"].append(words)
    said = [f"{state} {' and '.join(words)}" for state, words in states.items() if words]
    return f"{main['verdict']} than direct, {', '.join(said)}"


def _always(mains: pd.DataFrame) -> Row:
    """How often two-stage is better, strict and as published."""
    row: Row = {"quantity": "share of trainings with two-stage better"}
    for form, protocol in (("", t.STRICT), ("as_published_", t.PAPER1)):
        part = mains[mains["protocol"] == protocol]
        if part.empty:
            continue
        told = np.array([side(d, p) for d, p in zip(part["difference"], part["p_adjusted"], strict=True)])
        better, worse = np.count_nonzero(told > 0), np.count_nonzero(told < 0)
        row[form.rstrip("_") or "strict"] = better / len(told)
        row[f"{form}verdict"] = (
            f"{'always' if better == len(told) else 'not always, as far as can be told'}: better in {better} of "
            f"{len(told)}, worse in {worse}, not told in {len(told) - better - worse}"
        )
    return row if "strict" in row else row | NOT_STRICT


def peft(comparisons: pd.DataFrame, tuners: Facts, printed: Printed) -> Iterator[Row]:
    """Claim 4: every variant that joins parts less the baseline and the weighted sum, direct and two-stage."""
    others = [*baselines(tuners), *weighted_sums(tuners)]
    own = comparisons[(comparisons["question"] == TUNERS) & comparisons["condition"].isin([t.DIRECT, t.TWO_STAGE])]
    own = own[own["one"].isin(joined(tuners)) & own["other"].isin(others)]
    for names, pair in own.groupby([*NAMES, "condition", "emotions", "other"], sort=False):
        about = dict(zip([*NAMES, "condition"], names, strict=False))
        paper = printed.levels(about["target"], about["model"], [about["tuner"], names[-1]])
        row = about | {"claim": 4, "quantity": f"{about['tuner']} less {names[-1]}"} | _both(pair)
        yield row | {"paper": paper if about["condition"] == t.TWO_STAGE else ""}


def inflated(comparisons: pd.DataFrame, printed: Printed) -> Iterator[Row]:
    """Claim 9: WA of paper1 less strict, and what of it the twins contribute; speakers as units.

    `value` is the difference, `as_published` and `strict` the levels.
    """
    own = comparisons[comparisons["question"] == PROTOCOLS]
    for one in own.to_dict("records"):
        row: Row = {name: one[name] for name in [*NAMES, "condition"]}
        kept = ("low", "high", "p", "p_adjusted", "family", "smallest_p", "n_speakers", "verdict")
        row |= {"value": one["difference"], **{name: one[name] for name in kept}}
        if one["other"] == t.STRICT:
            row["strict"] = one["value_other"]
        row |= {"claim": 9, "quantity": f"WA of {one['one']} less {one['other']}"}
        row["note"] = one["method"]  # that speakers are few, the verdict says
        if one["one"] == t.PAPER1:
            two_stage = one["condition"] == t.TWO_STAGE
            row |= {
                "as_published": one["value_one"],
                "paper": printed.level(one["target"], one["model"], one["tuner"]) if two_stage else "",
                "as_published_verdict": LEVEL_ITSELF,
            }
        yield row
