"""The history of a file in words; what there is thousands of is counted, not listed."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workflow_scripts.downloads import records
from workflow_scripts.examination.words import Line, section, table
from workflow_scripts.study import tables
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.history import History, Study
from workflow_scripts.study.job_records import Record

LISTED = 10  # so many files are named
WIDE = 100  # characters of a setting
SAID = {
    "changed": "is not as its job left it: changed, damaged or replaced since",
    "made again": "was made again, and is another now, since it was used by",
    "another version": "lies outside the results, and is now another version than the one used by",
    "gone": "no longer there; used by",
    "unrecorded": "has no record: older than records, or brought; used by",
}


def in_words(study: Study, past: History) -> str:
    """All that is known of a file, section by section; the verdict is the last line."""
    if not past.jobs:
        return f"{past.file}\n\nNo job has left a record of making it.\n"
    own = past.jobs[0]
    parts = [
        section(past.file, _made(past, own)),
        section("Settings", [(name, _short(value)) for name, value in own["spec"].items()]),
        section("Made from", list(_inputs(study, own))),
    ]
    if len(past.jobs) > 1:
        parts.append(table("Behind it", ["rule", "jobs", "begun", "code"], _rules(past.jobs[1:])))
    parts += [section(title, lines) for title, lines in origins(study, past.jobs).items() if lines]
    used = ", ".join(f"{name} {' and '.join(own)}" for name, own in programs(past.jobs).items())
    parts.append(section("Programs", [(used, "")]))
    if past.remarks:
        parts.append(section("Remarks", list(_remarks(past))))
    return "\n".join(parts) + f"\n{_verdict(past)}\n"


def _made(past: History, own: Record) -> Iterator[Line]:
    names = ", ".join(f"{name} {value}" for name, value in own["wildcards"].items())
    yield "made by", f"rule {own['rule']}{f' ({names})' if names else ''}"
    yield "when, where", f"{_date(own)}, {own['seconds']:.1f} s on {own['host']}, threads: {own['threads']}"
    yield "code", str(own["spec"].get("code", "none"))
    if past.output != past.file:
        yield "part of", past.output
    yield "sha256", str(own["outputs"][past.output]["sha256"])


def _inputs(study: Study, own: Record) -> Iterator[Line]:
    paths = list(own["inputs"])
    for path in paths[:LISTED]:
        yield path, f"rule {study.maker(path)['rule']}" if study.maker(path) else ""
    if more := paths[LISTED:]:
        rules = Counter(study.maker(path).get("rule", "no rule") for path in more)
        yield f"and {len(more)} more", ", ".join(f"{count} of {rule}" for rule, count in rules.items())
    if not paths:
        yield "no file", ""


def _rules(jobs: Sequence[Record]) -> Iterator[Sequence[str]]:
    by_rule: dict[str, list[Record]] = {}
    for job in jobs:
        by_rule.setdefault(job["rule"], []).append(job)
    for rule, own in by_rule.items():
        begun = sorted({_date(job) for job in own})
        code = sorted({str(job["spec"].get("code", "none")) for job in own})
        yield rule, str(len(own)), " to ".join(dict.fromkeys((begun[0], begun[-1]))), ", ".join(code)


def origins(study: Study, jobs: Sequence[Record]) -> dict[str, list[Line]]:
    """What it all began with: recordings by dataset, networks, vectors made elsewhere or for other studies, acoustic
    features."""
    found: dict[str, dict[str, str]] = {
        "Recordings": {},
        "Networks": {},
        "Embedded before": {},
        "Acoustic features": {},
    }
    for job in jobs:
        spec = job["spec"]
        if taken := job.get("taken"):
            found["Embedded before"][job["job"]] = (
                f"taken from {taken['from']}, made on {taken['host']}, {taken['made']}"
            )
        if job["rule"] == "manifest":
            found["Recordings"][spec["dataset"]] = _recordings(study, job)
        elif "model_entry" in spec:
            found["Networks"].setdefault(spec["model"], _network(study, job))
        elif job["rule"].startswith("import_vectors"):
            found["Networks"][f"{spec['model']} ({spec['dataset']})"] = f"vectors of {spec['file']}, md5 {spec['md5']}"
        elif job["rule"] == "measure_acoustics":
            found["Acoustic features"][spec["features"]] = f"openSMILE {job['versions'].get('opensmile', '')}"
    return {title: sorted(lines.items()) for title, lines in found.items()}


def _recordings(study: Study, job: Record) -> str:
    spec, (path, *_) = job["spec"], job["outputs"]
    words = f"{spec['corpus']} in {spec['folder']}, prepared: level {spec['level']}, crop {spec['crop'] or 'none'}"
    if spec["audio_digest"]:
        words += f"; digest of the audio {spec['audio_digest']}"
    made = [study.maker(given) for given in job["inputs"]]
    words += "".join(f"; made by {maker['job']}, seed {maker['spec'].get('seed')}" for maker in made if maker)
    words += f"; manifest {job['outputs'][path]['sha256'][:16]}"
    try:
        clips = tables.read(study.place(path))
    except UserError:
        return f"{words}, which cannot be read now"
    return f"{len(clips)} clips, {clips['seconds'].sum() / 60:.1f} min, of {words}"


def _network(study: Study, job: Record) -> str:
    spec = job["spec"]
    entry = spec["model_entry"]
    words = f"{entry['family']}, {entry.get('architecture', '')}".rstrip(", ")
    if not spec["weights_folder"]:
        return f"{words}, untrained: random weights of the study's seed"
    fetched = [path for path in job["inputs"] if Path(path).name == records.RECORD]
    for path in fetched:
        if study.digest(path) == job["inputs"][path]["sha256"]:
            record = records.read(study.place(path).parent)
            return f"{words}, {record['source']} at commit {record['commit']}, digest {record['digest']}"
    return f"{words}, weights in {spec['weights_folder']}, digest {spec['weights_digest']}"


def programs(jobs: Sequence[Record]) -> dict[str, list[str]]:
    """{program: its versions} over all jobs."""
    found: dict[str, set[str]] = {}
    for job in jobs:
        for name, version in job["versions"].items():
            found.setdefault(name, set()).add(version)
    return {name: sorted(versions) for name, versions in found.items()}


def _remarks(past: History) -> Iterator[Line]:
    for what, said in SAID.items():
        own = [remark for remark in past.remarks if remark.what == what]
        for remark in own[:LISTED]:
            used = f" {remark.used_by}" if said.endswith("by") else ""
            yield remark.file, f"{said}{used}"
        if len(own) > LISTED:
            yield f"and {len(own) - LISTED} more", said.removesuffix(" by")


def _verdict(past: History) -> str:
    if not past.changed:
        if any(remark.what == "another version" for remark in past.remarks):
            return "It and all results that it was made from are as they were made; see Remarks for files outside them."
        return "It and all that it was made from are as they were made."
    files = sorted({remark.file for remark in past.changed})
    named = ", ".join(files[:LISTED]) + (f" and {len(files) - LISTED} more" if len(files) > LISTED else "")
    return f"NOT as it was made: {named}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= WIDE else f"{text[:WIDE]} ..."


def _date(job: Record) -> str:
    return str(job["started"])[:16].replace("T", " ") + " UTC"
