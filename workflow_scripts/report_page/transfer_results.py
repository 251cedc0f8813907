"""Tables of one direction of transfer: scores of all trainings, differences between conditions, recalls, speakers."""

from typing import Any

import pandas as pd

from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.explanation_cells import at, by_key
from workflow_scripts.report_page.grid import Cell, Grid, Reader, cell, grid
from workflow_scripts.report_page.results import p_cell, score
from workflow_scripts.report_page.transfer_rows import Way
from workflow_scripts.report_page.words import counted, per_cent, points
from workflow_scripts.summaries.transfer_verdicts import LEVEL

NAMES = {
    "strict": "strict",
    "twins": "twins",
    "paper1": "as published",
}
KEYS = ["model", "tuner", "condition"]
SIDE_BY_SIDE = ("source-only", "direct", "two-stage")
MELODY = "melody known: the choice is among the emotions of the clip's melody"


def tables(way: Way) -> list[Grid]:
    """The tables of a direction that have rows, in the order in which they are shown."""
    found = [scores(way), differences(way), recalls(way), speakers(way)]
    return [made for made in found if made.rows]


def scores(way: Way) -> Grid:
    """UAR, WA and macro-F1 of every training, strict beside twins and as published; what is told within a melody."""
    rows = way.scores[way.scores["emotion"] == ""]
    wide = by_key(rows, KEYS, ["protocol", "clips", "metric"])

    def there(protocol: str, metric: str, clips: str = "all") -> Reader:
        return at((protocol, clips, metric), lambda row: _score(row, metric == "UAR"))

    columns: dict[str, Reader] = _named("condition")
    for metric in ("UAR", "WA"):
        columns |= {f"{metric} {word}": there(protocol, metric) for protocol, word in NAMES.items()}
    columns["macro-F1 strict"] = there("strict", "macro-F1")
    columns["p against chance"] = _first(lambda row: p_cell(row.p), "UAR")
    columns["UAR, normal intensity"] = there("strict", "UAR", "normal-intensity")
    columns["UAR, melody known"] = there("strict", "UAR", "within-melody")
    columns["guessing there"] = at(("strict", "within-melody", "UAR"), lambda row: cell(row.blind, per_cent(row.blind)))
    for protocol, word in NAMES.items():
        key = (protocol, "all", "UAR")
        columns[f"SD over seeds {word}"] = at(key, lambda row: cell(row.spread, _spread(row)))
        columns[f"n {word}"] = at(key, lambda row: cell(row.n_clips, sizes(row)))
    present = {name for name, _, _ in (key for cells in wide["cells"] for key in cells)}
    kinds = {clips for _, clips, _ in (key for cells in wide["cells"] for key in cells)}
    kept = {name: read for name, read in columns.items() if _kept(name, present, kinds)}
    return grid(
        wide,
        f"Every training that is tested on {way.target}, with {way.source} as the other dataset: [95 % intervals], "
        "over speakers under strict, else over clips of the same speakers (other clips and another number than "
        "strict); grey: not told from chance by its own p, which is not corrected over the table"
        f"{'; ' + MELODY if 'UAR, melody known' in kept else ''}",
        kept,
        [name for name in kept if name == "guessing there" or name.startswith("n ")],
    )


def _kept(name: str, protocols: set[str], kinds: set[str]) -> bool:
    """Whether a study has anything for a column."""
    if name in ("UAR, melody known", "guessing there"):
        return "within-melody" in kinds and "strict" in protocols
    if name == "UAR, normal intensity":
        return "normal-intensity" in kinds and "strict" in protocols
    return all(protocol in protocols for protocol, word in NAMES.items() if name.endswith(f" {word}"))


def _score(row: Any, judged: bool) -> Cell:
    return score(row.value, row.low, row.high, "quiet" if judged and not row.p <= LEVEL else "")


def _spread(row: Any) -> str | None:
    return None if pd.isna(row.spread) else f"{100 * row.spread:.1f}"


def sizes(row: Any) -> str:
    """'203 clips of 23 speakers, 5 seeds': of each seed so many."""
    speakers, seeds = counted(int(row.n_speakers), "speaker"), counted(int(row.n_seeds), "seed")
    return f"{counted(int(row.n_clips), 'clip')} of {speakers}, {seeds}"


def _named(of: str) -> dict[str, Reader]:
    return {
        "network": lambda row: cell(row.model),
        "tuner": lambda row: cell(row.tuner),
        of: lambda row: cell(getattr(row, of)),
    }


def _first(read: Reader, metric: str) -> Reader:
    """What reads the row of the first protocol that a training ran under."""

    def found(row: Any) -> Cell:
        keys = [(protocol, "all", metric) for protocol in select.PROTOCOLS]
        return next((read(row.cells[key]) for key in keys if key in row.cells), cell(float("nan")))

    return found


def differences(way: Way) -> Grid:
    """Conditions compared, strict beside twins and as published, with verdicts."""
    rows = way.compared[way.compared["emotion"] == ""]
    wide = by_key(rows, [*select.CELL, "pair"], ["protocol"])
    columns: dict[str, Reader] = {
        "network": lambda row: cell(row.model),
        "tuner": lambda row: cell(row.tuner),
        "compared": lambda row: cell(row.pair),
        "UAR strict": at("strict", difference),
        "p (Holm)": at("strict", lambda row: p_cell(row.p_adjusted)),
        "smallest reachable": at("strict", lambda row: p_cell(row.smallest_p_adjusted)),
        "verdict": at("strict", lambda row: cell(row.verdict)),
        "conservative interval": at(
            "strict", lambda row: cell(row.value, points(row.value, row.low_conservative, row.high_conservative))
        ),
        "p (conservative)": at("strict", lambda row: p_cell(row.p_conservative)),
        "n strict": at("strict", lambda row: cell(row.n_clips, sizes(row))),
    }
    for protocol in ("twins", "paper1"):
        if (rows["protocol"] == protocol).any():
            columns |= {
                f"WA {NAMES[protocol]}": at(protocol, difference),
                f"p (Holm) {NAMES[protocol]}": at(protocol, lambda row: p_cell(row.p_adjusted)),
                f"clips right by one only, {NAMES[protocol]}": at(
                    protocol, lambda row: cell(row.only_one, f"{row.only_one:.0f} : {row.only_other:.0f}")
                ),
                f"verdict {NAMES[protocol]}": at(protocol, lambda row: cell(row.verdict)),
                f"n {NAMES[protocol]}": at(protocol, lambda row: cell(row.n_clips, sizes(row))),
            }
    columns["remark"] = lambda row: cell("; ".join(dict.fromkeys(own.note for own in row.cells.values() if own.note)))
    if not (rows["protocol"] == "strict").any():
        strict = {"UAR strict", "p (Holm)", "smallest reachable", "verdict", "conservative interval",
                  "p (conservative)", "n strict"}  # fmt: skip
        columns = {name: read for name, read in columns.items() if name not in strict}
    return grid(
        wide,
        f"What a first stage on {way.source} changes on {way.target}, on the same clips: [95 % intervals] are not "
        "corrected, p is; grey: cannot be told apart, which does not say that it is the same",
        columns,
        [name for name in columns if name in ("smallest reachable", "remark") or name.startswith("n ")],
    )


def difference(row: Any) -> Cell:
    """A difference in points, quiet unless the corrected test tells it from 0."""
    text = None if pd.isna(row.value) else points(row.value, row.low, row.high).replace(" points", "")
    return cell(row.value, text, "" if row.p_adjusted <= LEVEL else "quiet")


def recalls(way: Way) -> Grid:
    """Recall of every emotion after each of three trainings, strict beside twins and as published."""
    rows = select.picked(way.scores, metric="recall", clips="all")
    keys = [*select.CELL, "emotion"]
    wide = by_key(rows, keys, ["condition", "protocol"])
    changes = by_key(way.compared[way.compared["metric"] == "recall"], keys, ["protocol"])
    of = {tuple(key): cells for *key, cells in changes.itertuples(index=False, name=None)}
    wide = wide.assign(changes=[of.get(key, {}) for key in wide[keys].itertuples(index=False, name=None)])
    present = {key for cells in wide["cells"] for key in cells}
    columns = _named("emotion")
    for protocol, word in NAMES.items():
        columns |= _conditions(protocol, present, lambda row: _score(row, judged=False))
        if any(protocol in cells for cells in wide["changes"]):
            columns[f"two-stage less direct {word}"] = _change(protocol)
    return grid(
        wide,
        f"Recall of every emotion of {way.target}; grey: the difference is not told from 0, corrected over all recalls "
        "of the study under the protocol",
        columns,
    )


def speakers(way: Way) -> Grid:
    """UAR of every speaker after each of three trainings, strict beside twins and as published."""
    rows = select.picked(way.of_speakers, metric="UAR", clips="all")
    wide = by_key(rows, [*select.CELL, "speaker"], ["condition", "protocol"])
    present = {key for cells in wide["cells"] for key in cells}
    columns = _named("speaker")
    for protocol in NAMES:
        columns |= _conditions(protocol, present, _of_speaker)
    return grid(wide, f"UAR of every speaker of {way.target}; in brackets the clips tested, of all seeds", columns)


def _conditions(protocol: str, present: set[tuple[str, str]], read: Reader) -> dict[str, Reader]:
    """A column for each of the three trainings that a protocol has."""
    return {
        f"{condition} {NAMES[protocol]}": at((condition, protocol), read)
        for condition in SIDE_BY_SIDE
        if (condition, protocol) in present
    }


def _of_speaker(row: Any) -> Cell:
    return cell(row.value, f"{per_cent(row.value)} ({row.n_clips})")


def _change(protocol: str) -> Reader:
    return lambda row: difference(row.changes[protocol]) if protocol in row.changes else cell(float("nan"))
