"""Findings on transfer as sentences: what the corrected paired tests tell apart, and what they cannot."""

import pandas as pd

from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.transfer_rows import Way
from workflow_scripts.report_page.transfer_words import each, gained, judged, trained, who
from workflow_scripts.report_page.words import counted, listed, per_cent
from workflow_scripts.statistics.corrections import holm
from workflow_scripts.summaries import transfer_cells as t
from workflow_scripts.summaries.roles import untrained
from workflow_scripts.summaries.transfer_claims_compared import CONTROLS
from workflow_scripts.summaries.transfer_verdicts import LEVEL, side


def of_way(way: Way) -> list[str]:
    """The findings on one direction."""
    found = [levels(way), *two_stages(way), *controls(way), published(way), *joint(way), source_only(way), melody(way)]
    return [sentence for sentence in found if sentence]


def levels(way: Way) -> str:
    """How well emotions are told after training on the target alone, and after a first stage."""
    rows = select.picked(way.scores, metric="UAR", clips="all")
    rows = rows[rows["condition"].isin([t.DIRECT, t.TWO_STAGE])]
    if rows.empty:
        return ""
    rows = select.picked(rows, protocol=select.main_of(rows))
    words = {t.DIRECT: f"trained on {way.target} alone", t.TWO_STAGE: f"after a first stage on {way.source}"}
    said = [
        f"{words[condition]} {_shares(own)}"
        for condition in words
        if len(own := select.picked(rows, condition=condition))
    ]
    row = rows.iloc[0]
    n = f"{row['n_speakers']} speakers" if row["protocol"] == t.STRICT else f"{row['n_clips']} clips"
    random = [name for name in untrained(way.study.models) if name in set(rows["model"])]
    weights = f" Random weights: {listed(random)}." if random else ""
    guess = per_cent(float(row["blind"]))
    return f"UAR on {way.target} ({row['protocol']}, {n}, guessing {guess}): {'; '.join(said)}.{weights}"


def _shares(rows: pd.DataFrame) -> str:
    return each(rows, lambda row: per_cent(row.value, row.low, row.high), trained)


def two_stages(way: Way) -> list[str]:
    """Whether a first stage helps, under the first protocol of strict, twins and paper1 that ran."""
    first, alone = f"After a first stage on {way.source}, {{who}} scored", f"than trained on {way.target} alone"
    return _compared(
        way,
        t.TWO_STAGE,
        f"{first} higher on {way.target} {alone}",
        f"{first} lower on {way.target} {alone}",
        f"Whether a first stage on {way.source} helps or harms on {way.target} cannot be told for {{who}}",
    )


def joint(way: Way) -> list[str]:
    """Whether training on both at once helps."""
    both = f"{way.source} and {way.target} at once"
    return _compared(
        way,
        t.JOINT,
        f"Trained on {both}, {{who}} scored higher on {way.target} than trained on {way.target} alone",
        f"Trained on {both}, {{who}} scored lower on {way.target} than trained on {way.target} alone",
        f"Whether training on {both} helps or harms on {way.target} cannot be told for {{who}}",
    )


def _compared(way: Way, condition: str, above: str, below: str, unknown: str) -> list[str]:
    rows = way.between(condition, t.DIRECT)
    if rows.empty:
        return []
    protocol = select.main_of(rows)
    rows = select.picked(rows, protocol=protocol)
    mark = f" ({rows['metric'].iloc[0]}, {protocol})"
    return judged(rows, above + mark, below + mark, unknown + mark, gained, trained)


def better(way: Way) -> pd.DataFrame:
    """The networks and tuners that two stages lift above the target alone, strict."""
    rows = told(select.picked(way.between(t.TWO_STAGE, t.DIRECT), protocol=t.STRICT))
    return rows[rows["value"] > 0]


def told(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that the corrected test tells from 0."""
    return rows[rows["p_adjusted"] <= LEVEL]


def controls(way: Way) -> list[str]:
    """Of these, which are better than their controls too."""
    lifted = better(way)
    if lifted.empty:
        return []
    names = set(lifted[select.CELL].itertuples(index=False, name=None))
    found, missing = [], []
    for control, words in CONTROLS.items():
        rows = select.picked(way.between(t.TWO_STAGE, control), protocol=t.STRICT)
        own = rows.loc[[key in names for key in rows[select.CELL].itertuples(index=False, name=None)]]
        if own.empty:
            missing.append(words)
        found += judged(
            own,
            f"Of those that scored higher, {{who}} scored higher also than after {words}",
            f"Of those that scored higher, {{who}} scored lower than after {words}",
            f"Of those that scored higher, whether the first stage does more than {words} cannot be told for {{who}}",
            gained,
            trained,
            "training with this control",
        )
    if missing:
        found.append(
            f"Of those that scored higher, none was held against {' or '.join(missing)}: that the emotions of "
            f"{way.source} are what helped cannot be said."
        )
    return found


def published(way: Way) -> str:
    """The same question under the other protocols, in numbers of trainings."""
    rows = way.between(t.TWO_STAGE, t.DIRECT)
    if rows.empty:
        return ""
    said = []
    for protocol in [name for name in select.PROTOCOLS[1:] if name != select.main_of(rows)]:
        own = select.picked(rows, protocol=protocol)
        if own.empty:
            continue
        sides = [side(row.value, row.p_adjusted) for row in own.itertuples()]
        counts = [(sides.count(1), "better"), (sides.count(-1), "worse"), (sides.count(0), "not told apart")]
        number = listed([f"{count} {word}" for count, word in counts if count])
        said.append(f"under {protocol}, of {counted(len(own), 'training')}, {number}: {each(own, gained, trained)}")
    if not said:
        return ""
    return f"Two stages less direct, WA over clips of the same speakers (McNemar, corrected): {'; '.join(said)}."


def source_only(way: Way) -> str:
    """What carries over with no clip of the target: how many trainings are told from chance, corrected."""
    rows = select.picked(way.scores, metric="UAR", clips="all", condition=t.SOURCE_ONLY)
    if rows.empty:
        return ""
    rows = select.picked(rows, protocol=select.main_of(rows))
    apart = rows[holm(rows["p"].to_numpy(dtype=float)) <= LEVEL]
    first = f"Trained on {way.source} alone ({rows['protocol'].iloc[0]})"
    if len(apart):
        said = f"{first}, {who(len(apart), len(rows), 'training')} told the emotions of {way.target} from chance"
    else:
        said = f"{first}, no training is told from chance on {way.target}"
    few = " (too few permutations for so many trainings)" if len(rows) * rows["p_smallest"].min() > LEVEL else ""
    guess = per_cent(float(rows["blind"].iloc[0]))
    return (
        f"{said}, p corrected over {len(rows)}{few}: UAR {_shares(apart if len(apart) else rows)}, guessing {guess}. "
        "Vectors were normalised by neither speaker nor dataset, which alone moves such scores by more than 10 points."
    )


def melody(way: Way) -> str:
    """Where melodies are scripted: what is told among the emotions that are sung to the same one."""
    rows = select.picked(way.scores, metric="UAR", clips="within-melody")
    rows = rows[rows["condition"].isin([t.DIRECT, t.TWO_STAGE])]
    if rows.empty:
        return ""
    rows = select.picked(rows, protocol=select.main_of(rows))
    said = [f"{condition} {_shares(own)}" for condition, own in rows.groupby("condition", sort=False)]
    return (
        f"Among the emotions of {way.target} that are sung to the same melody ({rows['protocol'].iloc[0]}), UAR is "
        f"{'; '.join(said)}; guessing there {per_cent(float(rows['blind'].iloc[0]))}. What all clips show beyond that "
        "may be melody."
    )
