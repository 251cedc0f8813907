"""What was seen of a dataset, in plain text."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workflow_scripts.examination.dataset import MEASURES, DatasetExamination, ProtocolExamination
from workflow_scripts.examination.words import section, table

MOST_SPEAKERS = 30  # rows of the table of speakers
EXAMPLES = 3
STATISTICS = ("median", "min", "max")


def report(
    seen: DatasetExamination,
    protocols: Sequence[ProtocolExamination],
    confounds: pd.DataFrame,
) -> str:
    """What is there, and what each protocol can and cannot do with it."""
    formats = [f"{count} of {rate} Hz, {_channels(channels)}" for (rate, channels), count in seen.formats.items()]
    aside = [(f"{len(clips)} set aside", f"{why} ({_some(clips)})") for why, clips in seen.set_aside.items()]
    sexes = ", ".join(f"{count} {sex or 'of unknown sex'}" for sex, count in seen.sexes.items())
    twins, known = seen.twins
    lines = [
        ("found", f"{seen.found} recordings, {int(seen.counts.to_numpy().sum())} can be used"),
        *aside,
        ("speakers", f"{len(seen.counts)}: {sexes}"),
        ("files", "; ".join(formats)),
        ("twins", f"{twins} of {known} clips have one (same speaker, statement, emotion, intensity)"
                  if known else "cannot be told: no statement is known"),
        ("equal audio", "; ".join(_some(group) for group in seen.equal[:EXAMPLES])
                        + (f" and {len(seen.equal) - EXAMPLES} more groups" if len(seen.equal) > EXAMPLES else "")
                        if seen.equal else "none"),
        *((clip, remark) for clip, remark in list(seen.remarks.items())[:EXAMPLES]),
    ]  # fmt: skip
    if len(seen.remarks) > EXAMPLES:
        lines.append(("", f"and {len(seen.remarks) - EXAMPLES} more clips with remarks"))
    return "\n".join(
        [
            section("What is there", lines),
            _speakers(seen),
            _measured(seen.measures),
            _confounds(confounds),
            *(_protocol(one) for one in protocols),
        ]
    )


def _channels(number: int) -> str:
    return {1: "mono", 2: "stereo"}.get(number, f"{number} channels")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - EXAMPLES} more" if len(names) > EXAMPLES else ""
    return ", ".join(names[:EXAMPLES]) + more


def _speakers(seen: DatasetExamination) -> str:
    counts = seen.counts
    title = "Clips by speaker and emotion"
    if seen.outside:
        title += f" (not in the study: {', '.join(seen.outside)})"
    rows = [[str(row[0]), *map(str, row[1:]), str(sum(row[1:]))] for row in counts.itertuples()]
    if len(rows) > MOST_SPEAKERS:
        left = counts.iloc[MOST_SPEAKERS:]
        rows = rows[:MOST_SPEAKERS]
        spans = [f"{low}-{high}" for low, high in zip(left.min(), left.max(), strict=True)]
        sums = left.sum(axis=1)
        rows.append([f"{len(left)} more", *spans, f"{sums.min()}-{sums.max()}"])
    rows.append(["all", *map(str, counts.sum()), str(int(counts.to_numpy().sum()))])
    return table(title, ["speaker", *counts.columns, "all"], rows)


def _measured(measures: pd.DataFrame) -> str:
    digits = {"duration (s)": 2, "level (dBFS)": 1, "active share": 2, "silence before (s)": 2}

    def cell(emotion: Any, measure: str) -> str:
        median, low, high = (f"{measures.loc[emotion, (measure, what)]:.{digits[measure]}f}" for what in STATISTICS)
        return f"{median} ({low} to {high})"

    rows = [[str(emotion), *(cell(emotion, measure) for measure in MEASURES)] for emotion in measures.index]
    return table("Recordings as they are: median (least to most)", ["emotion", *MEASURES], rows)


def _confounds(confounds: pd.DataFrame) -> str:
    asked = confounds[confounds["uar"].notna()]
    if asked.empty:
        return section("What tells the emotion without listening", [("", "nothing could be asked")])
    lines = [
        (row.nuisance, f"{row.uar:.2f}" + (f" ({row.low:.2f} to {row.high:.2f})" if row.low == row.low else ""))
        for row in asked.itertuples()
    ]
    chance = asked["chance"].iloc[0]
    return section(f"What tells the emotion without listening: UAR, chance {chance:.3g} (95 % interval)", lines)


def _protocol(one: ProtocolExamination) -> str:
    title = f"Protocol {one.protocol}" + ("" if one.planned else " (not in the study)")
    if one.refused:
        return section(title, [("cannot be used", one.refused.replace("\n", "\n    "))])
    draws = f"{one.repeats} draws of one test part" if one.repeats > 1 else str(one.folds)
    allowed = "; the protocol allows it" if any(found for _, found, _ in one.leaking) and not one.leak_fault else ""
    leaking = ", ".join(f"{kind} {found} of {of}" for kind, found, of in one.leaking)
    lines = [
        ("uses", f"{one.clips} clips of {one.speakers} speakers"),
        ("folds", f"{draws}; {_span(one.tested)} clips of {_span(one.tested_speakers)} speakers are tested at a time"),
        ("on both sides", f"{leaking} (summed over test parts{allowed})"),
        ("smallest p", f"{one.p_speakers:.3g} over speakers, {one.p_permutation:.3g} over clips"),
        *((f"cannot use {count}", why) for why, count in one.left_out.items()),
        *((f"fold {fold}", f"tests no {', '.join(words)}") for fold, words in one.absent),
    ]
    if one.note:
        lines.append(("cannot", one.note))
    if one.one_trains:
        lines.append(("cannot", "choose C (probe logistic): a fold trains on one speaker only"))
    if one.leak_fault:
        lines.append(("cannot", one.leak_fault.replace("\n", "\n    ")))
    return section(title, lines)


def _span(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} to {pair[1]}"
