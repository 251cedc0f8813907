"""results/plan.json: what was planned of each job before it ran, and what runs since say of such jobs.

Written when a run begins and ends, and by `snakemake plan`; nothing depends on it, and it may be deleted.
"""

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from workflow_scripts.study.disk import Bytes
from workflow_scripts.study.spent import Spent

log = logging.getLogger(__name__)
NAME = "plan.json"


@dataclass
class Planned:
    """One job. Seconds of one core, or of the GPU where the job uses one.

    Attributes:
        reckoned: seconds of one core by arithmetic alone.
        disk: {kind: bytes} by arithmetic alone.
        seconds, memory, left: what was expected just before it ran: time, bytes of memory (0: nothing was known),
            {kind: bytes} on disk. None where it had run when it was planned first.
    """

    reckoned: float
    disk: Bytes
    seconds: float | None = None
    memory: int = 0
    left: Bytes = field(default_factory=dict)


@dataclass
class Kept:
    """What the file holds.

    Attributes:
        jobs: {key: what was planned}.
        rates: seconds taken by seconds reckoned; by names as of `names_of`.
        memory: most bytes of memory, by the same names.
        disk: bytes left by bytes reckoned, by "rule: kind" and by kind.
    """

    jobs: dict[str, Planned] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    disk: Bytes = field(default_factory=dict)


def names_of(rule: str, model: str, gpu: bool) -> list[str]:
    """The names under which a job's rates are kept, the closest first: of its rule and model, of its rule."""
    device = " on a GPU" if gpu else ""
    return ([f"{rule} {model}{device}"] if model else []) + [f"{rule}{device}"]


def read(results: Path = Path("results")) -> Kept:
    """What is kept; nothing where there is no such file, or none that can be read."""
    try:
        said = json.loads((results / NAME).read_bytes())
        jobs = {key: Planned(**own) for key, own in said.pop("jobs").items()}
        return Kept(jobs, **said)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Kept()


def write(kept: Kept, results: Path = Path("results")) -> None:
    """Keep it; a folder that may not be written is no reason to stop."""
    temporary = results / f".{NAME}.{os.getpid()}.part"
    try:
        results.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(asdict(kept)))
        os.replace(temporary, results / NAME)
    except OSError as error:
        log.info("the plan is not kept: %s", error)


def learn(kept: Kept, known: Iterable[tuple[str, Spent]]) -> None:
    """Set rates and memory by what jobs took; of rules that have not run since, they stay."""
    took: dict[str, list[float]] = {}
    left: dict[str, list[float]] = {}
    memory: dict[str, int] = {}
    for key, own in known:
        if key not in kept.jobs or own.taken:
            continue
        planned = kept.jobs[key]
        for name in names_of(own.rule, own.model, own.gpu):
            sums = took.setdefault(name, [0.0, 0.0])
            sums[0], sums[1] = sums[0] + own.seconds, sums[1] + planned.reckoned
            memory[name] = max(memory.get(name, 0), own.memory)
        for kind in own.disk.keys() & planned.disk.keys():
            for name in (f"{own.rule}: {kind}", kind):
                sums = left.setdefault(name, [0.0, 0.0])
                sums[0], sums[1] = sums[0] + own.disk[kind], sums[1] + planned.disk[kind]
    kept.rates |= {name: seconds / reckoned for name, (seconds, reckoned) in took.items() if reckoned}
    kept.disk |= {name: found / reckoned for name, (found, reckoned) in left.items() if reckoned}
    kept.memory |= memory
