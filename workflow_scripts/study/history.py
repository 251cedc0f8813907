"""How a file of the results came about: the job that made it, and the jobs behind that one, back to the recordings.

All from the records that jobs leave (see `job_records`); paths are as they name them, `results/...`.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.job_records import PROVENANCE, RESULTS, Record, made_in, state

CHECKPOINT = "checkpoint.json"  # holds the hashes of the tensors in the folders beside it


@dataclass
class Study:
    """The results of one study, wherever they lie now.

    Attributes:
        results: their folder.
    """

    results: Path
    _makers: dict[Path, dict[str, Record]] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)

    def maker(self, path: str) -> Record:
        """The record of the job that made a file last; {} where there is none."""
        folder, name = Path(path).parent, Path(path).name
        if not folder.is_relative_to(RESULTS):
            return {}
        if folder not in self._makers:
            self._makers[folder] = made_in(folder, self.results)
        return self._makers[folder].get(name, {})

    def place(self, path: str) -> Path:
        """Where a file lies that a record names."""
        own = Path(path)
        return self.results / own.relative_to(RESULTS) if own.is_relative_to(RESULTS) else self.results.parent / own

    def digest(self, path: str) -> str:
        """Digest of a file or folder as it is now, read once; "" where it is not there."""
        if path not in self._digests:
            place = self.place(path)
            self._digests[path] = str(state(place)["sha256"]) if place.exists() else ""
        return self._digests[path]


@dataclass(frozen=True)
class Remark:
    """A file that is not as a record says.

    Attributes:
        file: its path.
        what: `changed` since it was made, `made again` since it was used, `another version` of a file outside the
            results (a page of the project, a table of published figures), `gone`, or `unrecorded`.
        used_by: the job that it was an input of; "" for the file that was asked for.
    """

    file: str
    what: str
    used_by: str


@dataclass(frozen=True)
class History:
    """
    Attributes:
        file: the file that was asked for.
        output: the output of its job that it is, or is part of.
        jobs: records: of the job that made it, then of the jobs behind that one, nearest first.
        remarks: what is not as it was made, or cannot be held against anything.
    """

    file: str
    output: str
    jobs: list[Record]
    remarks: list[Remark]

    @cached_property
    def changed(self) -> list[Remark]:
        """The remarks that put the file in doubt."""
        return [remark for remark in self.remarks if remark.what in ("changed", "made again")]


def located(file: Path) -> tuple[Study, str]:
    """The study that a file belongs to, and the file's path as records name it.

    Raises:
        UserError: there is no such file, or it lies in no folder that holds records.
    """
    path = file.absolute()
    if not path.exists():
        raise UserError("there is no such file", str(file), "name a file below results/")
    for folder in path.parents:
        if (folder / PROVENANCE).is_dir():
            return Study(folder), str(RESULTS / path.relative_to(folder))
    raise UserError(
        f"lies in no folder of results: none above it holds records ({PROVENANCE}/)",
        str(file),
        "name a file below results/; results that are older than records have none",
    )


def history(study: Study, file: str) -> History:
    """How a file came about; without jobs where no record tells."""
    output = next((own for own in _may_be_of(file) if study.maker(own)), "")
    if not output:
        return History(file, "", [], [])
    jobs, remarks = [study.maker(output)], []
    is_part = file != output and Path(output).name == CHECKPOINT
    changed = is_part and _part_remark(study, file, _parts(study, output).get(file, ""))
    if changed or study.digest(output) != jobs[0]["outputs"][output]["sha256"]:
        remarks.append(Remark(file, "changed", ""))
    waiting, known = deque(jobs), {jobs[0]["job"]}
    while waiting:
        job = waiting.popleft()
        for path, then in job["inputs"].items():
            maker = study.maker(path)
            if what := _remark(study, path, then["sha256"], maker):
                remarks.append(Remark(path, what, job["job"]))
            for part, made in _parts(study, path).items():
                if what := _part_remark(study, part, made):
                    remarks.append(Remark(part, what, job["job"]))
            if maker and maker["job"] not in known:
                known.add(maker["job"])
                waiting.append(maker)
                jobs.append(maker)
    return History(file, output, jobs, remarks)


def _remark(study: Study, path: str, used: str, maker: Record) -> str:
    now = study.digest(path)
    if now and now != used and not Path(path).is_relative_to(RESULTS):
        return "another version"
    made = maker["outputs"][path]["sha256"] if maker else used
    if now and now != made:
        return "changed"
    if made != used:
        return "made again"
    if not now:
        return "gone"
    return "" if maker or not Path(path).is_relative_to(RESULTS) else "unrecorded"


def _may_be_of(file: str) -> Iterator[str]:
    """The outputs that a file may be, or be part of: a folder, a checkpoint with its tensors."""
    yield file
    path = Path(file)
    yield str(path.parent.parent / CHECKPOINT)
    yield from map(str, path.parents)


def _parts(study: Study, path: str) -> dict[str, str]:
    """{file: its hash by the index} of the tensors of a checkpoint; {} of any other file."""
    if Path(path).name != CHECKPOINT:
        return {}
    try:
        folds = json.loads(study.place(path).read_bytes())["folds"]
        names = {f"fold_{fold['fold']}/{name}": own for fold in folds for name, own in fold["files"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {str(Path(path).parent / name): own for name, own in names.items()}


def _part_remark(study: Study, part: str, made: str) -> str:
    place = study.place(part)
    if not place.is_file():
        return "gone"
    return "" if hashlib.blake2b(place.read_bytes(), digest_size=32).hexdigest() == made else "changed"
