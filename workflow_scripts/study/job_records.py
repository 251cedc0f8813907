"""The record that a job leaves when it ends well: what made which files, from what.

    results/probing/speech/hubert-base/layer_3/predictions.parquet  and what else the job put into this folder
    results/provenance/probing/speech/hubert-base/layer_3/predictions.parquet.json

A record lies where the outputs lie, below `provenance`, under the name of the first of them: the maker of a file is
found without an index. Of a job whose outputs lie in several folders there is a copy for each.
"""

import hashlib
import json
import logging
import platform
import re
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.orphans import refuse_orphan

log = logging.getLogger(__name__)

Record = dict[str, Any]
RESULTS, PROVENANCE = Path("results"), "provenance"
VERSION = 1
LIBRARIES = ["matplotlib", "numpy", "opensmile", "pandas", "peft", "plotly", "pyarrow", "safetensors", "scipy"]
LIBRARIES += ["sklearn", "snakemake", "soundfile", "soxr", "torch", "transformers"]
NAMED = 5  # so many changed files are named by an error
SETTLING = 2.0  # seconds that a network file system may show a file, or its record, as it was before
# without these a record is of no use: it was damaged
NEEDED = {"job", "rule", "wildcards", "spec", "inputs", "outputs", "versions", "host", "threads", "started", "seconds"}

_now: Record = {}
_further: Record = {}


@contextmanager
def recorded(smk: Any) -> Iterator[None]:
    """Hold the inputs of a job against the records of the jobs that made them, and leave its own when it ends well.

    Nothing is left for a job without outputs. A record of an earlier run of the job goes when it starts again.

    Raises:
        UserError: an input below `results` is not as its maker left it.
    """
    if not list(smk.output):
        yield
        return
    refuse_orphan()  # one that comes to life late takes no record of the next run away
    outputs = list(map(str, smk.output))
    for place in places(outputs):
        place.unlink(missing_ok=True)
    _further.clear()
    started, clock = datetime.now(UTC), time.perf_counter()
    inputs = described(smk.input)
    if unlike := changed(inputs):
        time.sleep(SETTLING)
        inputs |= described(path for path, _ in unlike)
        refuse_changed(inputs)
    _now.update(rule=smk.rule, inputs=_by_name(smk.input, inputs))
    try:
        yield
    finally:
        _now.clear()
    record = {
        "version": VERSION,
        "job": job_name(smk.log[0]),
        "rule": smk.rule,
        "wildcards": dict(smk.wildcards.items()),
        "spec": smk.params.get("spec", {}),
        **_further,
        "inputs": inputs,
        "outputs": described(outputs),
        "versions": versions(),
        "host": platform.node(),
        "threads": smk.threads,
        "started": started.isoformat(timespec="milliseconds"),
        "seconds": round(time.perf_counter() - clock, 3),
        **_spent(),
        "gpus": smk.resources.get("gpu", 0),
    }
    for place in places(outputs):
        _write(record, place)


def _spent() -> Record:
    """Processor seconds and the most bytes of memory of this process, and seconds of those that it started."""
    own, started = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    seconds = own.ru_utime + own.ru_stime + started.ru_utime + started.ru_stime
    # not ru_maxrss, which knows the memory of the process that started this one
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return {"cpu_seconds": round(seconds, 2), "peak_memory": 1024 * int(peak[1]) if peak else 0}


def this_job() -> Record:
    """Rule and inputs (name -> digest) of the job under way, for the metadata of its tables; {} outside a job."""
    return dict(_now)


def add(**facts: Any) -> None:
    """Put facts that only the job itself knows into its record."""
    _further.update(facts)


def job_name(log_file: str) -> str:
    """The name of a job: that of its log, e.g. folds/speech_strict."""
    path = Path(log_file).with_suffix("")
    logs = RESULTS / "logs"
    return path.relative_to(logs).as_posix() if path.is_relative_to(logs) else path.name


def described(files: Iterable[str]) -> dict[str, Record]:
    """{path: {bytes, sha256}} of the inputs or outputs of a job; see `state`."""
    return {path: state(Path(path)) for path in dict.fromkeys(map(str, files))}


def state(path: Path) -> Record:
    """Bytes and SHA-256 (hex, as sha256sum prints it) of a file; of a folder with the number of its files: all their
    bytes, and a digest of their names and digests. Hidden files do not count: Snakemake puts one into each such folder
    when the job has ended."""
    if not path.is_dir():
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": path.stat().st_size, "sha256": digest}
    files = [own for own in sorted(path.rglob("*")) if own.is_file() and not own.name.startswith(".")]
    inside = {own.relative_to(path).as_posix(): state(own) for own in files}
    together = _together((name, own["sha256"]) for name, own in inside.items())
    return {"files": len(inside), "bytes": sum(own["bytes"] for own in inside.values()), "sha256": together}


def changed(inputs: Mapping[str, Record]) -> list[tuple[str, Record]]:
    """[(path, record of the job that made it last)] of inputs below `results` that are not as those jobs left them.

    Files that no job has a record of are taken as they are: results older than records, or brought from elsewhere.
    """
    own: dict[Path, list[str]] = {}
    for path in inputs:
        own.setdefault(Path(path).parent, []).append(path)
    found = []
    for folder, paths in own.items():
        makers = made_in(folder) if folder.is_relative_to(RESULTS) else {}
        for path in paths:
            maker = makers.get(Path(path).name)
            if maker and maker["outputs"][path]["sha256"] != inputs[path]["sha256"]:
                found.append((path, maker))
    return found


def refuse_changed(inputs: Mapping[str, Record]) -> None:
    """Raise UserError where inputs are not as the jobs left them that made them; see `changed`."""
    unlike = changed(inputs)
    if not unlike:
        return
    (first, maker), others = unlike[0], [path for path, _ in unlike[1:]]
    more = f"; and so are {len(others)} more: {', '.join(others[:NAMED])}" if others else ""
    records = ", ".join(map(str, places(maker["outputs"])))
    raise UserError(
        f"is not as the job {maker['job']} left it: changed, damaged or replaced since{more}",
        first,
        f"delete {'them' if others else 'it'} and run snakemake again; to use a file that you put there yourself, "
        f"delete the record of the old one ({records})",
    )


def made_in(folder: Path, results: Path = RESULTS) -> dict[str, Record]:
    """{name: record of the job that made it last} of the files that jobs put into a folder below `results`.

    Args:
        folder: as the records name it, `results/...`.
        results: where the results of the study lie.
    """
    found = {}
    records = [read(path) for path in (results / PROVENANCE / folder.relative_to(RESULTS)).glob("*.json")]
    for record in sorted(filter(None, records), key=lambda record: str(record["started"])):
        found.update({Path(path).name: record for path in record["outputs"] if Path(path).parent == folder})
    return found


def read(path: Path) -> Record:
    """A record; {} where the file is none, with a warning: what cannot be held against it runs as without one."""
    try:
        record: Record = json.loads(path.read_bytes())
        if record["version"] != VERSION:
            raise ValueError(f"version {record['version']}")
        if missing := NEEDED - record.keys():
            raise ValueError(f"without {', '.join(sorted(missing))}")
        for files in (record["inputs"], record["outputs"]):
            _together((path, own["sha256"]) for path, own in files.items())
        return record
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s is no record of a job (%r)", path, error)
        return {}


def versions() -> dict[str, str]:
    """Versions of this project, of Python, and of the libraries that this process has loaded."""
    loaded = {name: getattr(sys.modules.get(name), "__version__", "") for name in LIBRARIES}
    known = {"vocalise": version("vocalise"), "python": platform.python_version()}
    return {**known, **{name: str(own) for name, own in loaded.items() if own}}


def places(outputs: Iterable[str]) -> list[Path]:
    """Where the record of a job lies, by its outputs: one place for each of their folders."""
    first: dict[Path, Path] = {}
    for path in map(Path, outputs):
        first.setdefault(path.parent, path)
    return [_place(path) for path in first.values()]


def _place(output: Path) -> Path:
    if output.is_relative_to(RESULTS):
        inside = output.relative_to(RESULTS)
    else:  # weights, which may lie anywhere
        inside = Path(*(part for part in output.parts if part not in (output.anchor, "..")))
    return RESULTS / PROVENANCE / inside.with_name(f"{inside.name}.json")


def _write(record: Record, place: Path) -> None:
    from workflow_scripts.study.tables import whole  # here: tables say of which job they are by this module

    with whole(place) as temporary:
        temporary.write_text(json.dumps(record, indent=1, default=str) + "\n", encoding="utf-8")


def _by_name(named: Any, inputs: Mapping[str, Record]) -> dict[str, str]:
    """{name in the rule: digest} of the inputs: of the one file of a name, or of paths and digests of its files."""
    digests = {}
    for name, files in (dict(named.items()) or {"": list(named)}).items():
        own = [(path, inputs[path]["sha256"]) for path in ([files] if isinstance(files, str) else files)]
        digests[name] = own[0][1] if len(own) == 1 else _together(own)
    return digests


def _together(digests: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256("".join(f"{name}:{digest}\n" for name, digest in digests).encode()).hexdigest()
