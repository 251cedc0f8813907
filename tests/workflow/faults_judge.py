"""How a case of the fault table is judged: the right result, or a clear message whose remedy leads to it."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from project import Project
from safetensors import safe_open

RIGHT, TOLD = "right result", "clear message, then right"
# What no two runs share: seconds that an epoch took, when and where a job ran.
TIMED = {"seconds"}
MINUTES = re.compile(r"minutes in all</button></th>\n</tr></thead>\n<tbody>.*?</tbody>", re.DOTALL)  # of a report
NOT_RESULTS = ("logs", "benchmarks", "provenance")


class WrongError(AssertionError):
    """The software did what it must not: a wrong result, or an end that tells nobody what to do."""


@dataclass(frozen=True)
class Case:
    """One disturbance of a finished study, and what is run after it.

    Attributes:
        group: row of the table.
        name: of the case, for the list of what went wrong.
        disturb: does the damage.
        targets: what Snakemake is asked for.
        damaged: files below results that `disturb` itself changes; compared only once the remedy was taken.
        said: words that the message has, where there is one.
        remedy: what the message tells the user to do; None: the run is to be right, or the message is enough.
        before: a command that starts Snakemake, such as setpriv.
        tries: for how many it counts.
    """

    group: str
    name: str
    disturb: Callable[[Project], None]
    targets: tuple[str, ...]
    damaged: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    remedy: Callable[[Project], None] | None = None
    before: tuple[str, ...] = ()
    tries: int = 1


def judge(case: Case, project: Project, expected: dict[str, Any]) -> str:
    """Disturb a project, run it, do what the message says and run it again: RIGHT or TOLD; raises WrongError."""
    case.disturb(project)
    done = project.attempt(*case.targets, before=case.before)
    if done.returncode == 0:
        refuse_differences(expected, project, case.damaged)
        return RIGHT
    refuse_unclear(done.returncode, done.stdout, *case.said)
    refuse_differences(expected, project, case.damaged)
    if case.remedy:
        case.remedy(project)
        again = project.attempt(*case.targets)
        if again.returncode != 0:
            raise WrongError(f"what the message says does not help:\n{again.stdout}")
        refuse_differences(expected, project)
    return TOLD


def refuse_unclear(code: int, output: str, *said: str) -> None:
    """Raise WrongError unless a run ended with exit code 1, the expected words and no traceback."""
    if code != 1 or "Traceback" in output or not all(words in output for words in said):
        raise WrongError(f"exit code {code}, expected 1 with {said!r} and without a traceback:\n{output}")


def refuse_differences(expected: dict[str, Any], project: Project, damaged: Sequence[str] = ()) -> None:
    """Raise WrongError when a result that is there differs from the undisturbed one; `damaged` are left out."""
    found = results_of(project)
    wrong = [name for name, own in found.items() if name not in damaged and not _same(own, expected.get(name))]
    if wrong:
        raise WrongError(f"differs from the undisturbed run: {', '.join(wrong[:10])} ({len(wrong)} of {len(found)})")


def results_of(project: Project) -> dict[str, Any]:
    """What is compared: tables, CSVs, the report, frame statistics, and checkpoints with the hashes of their files."""
    results = project.folder / "results"
    return {str(path.relative_to(results)): _read(path) for path in _files(results)}


def _files(results: Path) -> Iterator[Path]:
    for path in sorted(results.rglob("*")):
        kept = path.suffix in (".parquet", ".csv", ".safetensors", ".html") or path.name == "checkpoint.json"
        parts = path.relative_to(results).parts
        passing = "resume" in parts or any(part.startswith("shard_") for part in parts)
        if kept and parts[0] not in NOT_RESULTS and not passing:
            yield path


def _read(path: Path) -> Any:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path).drop(columns=list(TIMED), errors="ignore")
        if path.suffix == ".safetensors":  # not its bytes: the order of its metadata is drawn at each writing
            with safe_open(path, "numpy") as file:
                tensors = {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118 (no mapping)
                return file.metadata(), tensors
        if path.suffix == ".csv":
            return pd.read_csv(path, dtype=str, keep_default_na=False).drop(columns=list(TIMED), errors="ignore")
        if path.suffix == ".html":
            return MINUTES.sub(lambda table: re.sub(r"<td[^>]*>[^<]*</td></tr>", "</tr>", table[0]), path.read_text())
        return json.loads(path.read_text())
    except Exception as error:  # damaged in whatever way: it is compared, not used
        return f"unreadable: {error}"


def _same(found: Any, expected: Any) -> bool:
    if isinstance(found, pd.DataFrame) and isinstance(expected, pd.DataFrame):
        try:
            pd.testing.assert_frame_equal(found, expected, check_exact=True)
        except AssertionError:
            return False
        return True
    return type(found) is type(expected) and bool(found == expected)
