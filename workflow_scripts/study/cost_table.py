"""The tables of the rule `plan`: jobs by rule with time, memory and disk before a run; plan against fact after it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workflow_scripts.study.disk import Bytes
from workflow_scripts.study.forecast import Expected
from workflow_scripts.study.kept import Kept
from workflow_scripts.study.spent import Spent
from workflow_scripts.study.terminal import duration, in_columns, size

UNKNOWN = "?"


@dataclass
class _Sums:
    """Of the jobs of a rule."""

    jobs: int = 0
    left: int = 0
    cores: float = 0.0
    gpus: float = 0.0
    memory: int = 0
    disk: float = 0.0
    runs: set[bool] = field(default_factory=set)

    def add(self, one: Expected, done: bool) -> None:
        self.jobs += 1
        self.left += not done
        self.gpus += one.seconds if one.gpu else 0.0
        self.cores += one.seconds  # beside a GPU one core is busy
        self.memory = max(self.memory, one.memory)
        self.disk += sum(one.disk.values())
        self.runs.add(one.runs)

    def cells(self, name: str) -> list[str]:
        by = {frozenset({True}): "runs", frozenset({False}): "reckoned"}.get(frozenset(self.runs), "both")
        memory = size(self.memory) if self.memory else UNKNOWN
        times = [duration(self.cores), duration(self.gpus) if self.gpus else ""]
        return [name, str(self.jobs), str(self.left), *times, memory, size(self.disk), by]


def by_rule(expected: Iterable[Expected], known: Mapping[str, Spent]) -> str:
    """Jobs, those that are left, time of cores and GPUs, most memory of a job, disk; and how that is known."""
    sums: dict[str, _Sums] = {}
    every = _Sums()
    for one in expected:
        for own in (sums.setdefault(one.rule, _Sums()), every):
            own.add(one, one.key in known)
    head = ["rule", "jobs", "left", "core time", "GPU time", "memory", "disk", "by"]
    lines = [head, *(own.cells(rule) for rule, own in sums.items()), every.cells("all")]
    return in_columns(lines if every.gpus else [line[:4] + line[5:] for line in lines])


def disk(expected: Iterable[Expected], found: Bytes) -> str:
    """Bytes by kind of file: when all is done, and what lies there now."""
    sums: Bytes = {}
    for one in expected:
        for kind, count in one.disk.items():
            sums[kind] = sums.get(kind, 0.0) + count
    kinds = sorted(sums | found, key=lambda kind: -sums.get(kind, 0.0))
    lines = [[kind, size(sums.get(kind, 0.0)), size(found.get(kind, 0.0))] for kind in kinds]
    total = ["all", size(sum(sums.values())), size(sum(found.values()))]
    return in_columns([["kind of file", "expected", "there"], *lines, total])


def against(expected: Iterable[Expected], known: Mapping[str, Spent], kept: Kept) -> str:
    """Of the jobs that were planned before they ran: planned and spent time by rule, planned and found bytes by kind.

    "" where there are none.
    """
    times: dict[str, list[float]] = {}
    bytes_of: dict[str, list[float]] = {}
    for one in expected:
        planned, own = kept.jobs[one.key], known.get(one.key)
        if own is None or planned.seconds is None:
            continue
        _add(times, [one.rule, "all"], [1.0, planned.seconds, own.seconds])
        for kind in own.disk:
            _add(bytes_of, [kind, "all"], [planned.left.get(kind, 0.0), own.disk[kind]])
    if not times:
        return ""
    lines = [
        [rule, f"{jobs:.0f}", duration(planned), duration(took), _ratio(took, planned)]
        for rule, (jobs, planned, took) in _all_last(times)
    ]
    kinds = [[kind, size(planned), size(left), _ratio(left, planned)] for kind, (planned, left) in _all_last(bytes_of)]
    head, of_disk = ["rule", "jobs", "planned", "took", "ratio"], ["kind of file", "planned", "found", "ratio"]
    return f"{in_columns([head, *lines])}\n\n{in_columns([of_disk, *kinds])}"


def _add(sums: dict[str, list[float]], names: Sequence[str], values: Sequence[float]) -> None:
    for name in names:
        sums[name] = [a + b for a, b in zip(sums.get(name, [0.0] * len(values)), values, strict=True)]


def _all_last(sums: Mapping[str, list[float]]) -> list[tuple[str, list[float]]]:
    return [*((name, own) for name, own in sums.items() if name != "all"), ("all", sums["all"])]


def _ratio(found: float, planned: float) -> str:
    return f"{found / planned:.2f}" if planned else UNKNOWN
