"""A finished study as a Workflow Run Crate: an RO-Crate of the workflow, its config, what came out, and how.

Profiles: RO-Crate 1.1, Workflow RO-Crate 1.0, Process and Workflow Run Crate 0.5 (https://w3id.org/ro/wfrun).
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from rocrate.model import ContextEntity, Person
from rocrate.rocrate import ROCrate

from workflow_scripts.study.code_now import code_now
from workflow_scripts.study.digest import PACKAGE
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.history import History, Study
from workflow_scripts.study.history_words import origins, programs
from workflow_scripts.study.job_records import RESULTS, Record, places

WFRUN = "https://w3id.org/ro/wfrun"
PROFILES = {f"{WFRUN}/process/0.5": "Process Run Crate", f"{WFRUN}/workflow/0.5": "Workflow Run Crate"}
PROFILES["https://w3id.org/workflowhub/workflow-ro-crate/1.0"] = "Workflow RO-Crate"
TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
COMPLETED = "http://schema.org/CompletedActionStatus"
CODE = ["rules", "workflow_scripts", "resources", "envs", "profiles", "docs"]
FILES_OF_CODE = {"README.md": "text/markdown", "LICENSE": "text/plain", "CITATION.cff": "application/yaml"}
FILES_OF_CODE["pyproject.toml"] = "application/toml"
# what a reader opens; vectors, tensors and audio stay where they are
FORMATS = {
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".tex": "application/x-tex",
    ".bib": "application/x-bibtex",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
}
EMBEDDINGS = RESULTS / "embeddings"
CONFIG = "study.yaml"
JOBS = 500  # of more jobs, those of one rule are told together


def build(study: Study, past: History, code: Path, staged: Path) -> ROCrate:
    """The crate of a study, ready to be written while `staged` is there.

    Args:
        study: where the results are.
        past: history of its report.
        code: folder of the workflow.
        staged: an empty folder for what is written for the crate alone.

    Raises:
        UserError: a file for the crate is not as its job left it.
    """
    crate, report = ROCrate(version="1.1"), past.jobs[0]
    crate.metadata.extra_terms |= TERMS
    cited = yaml.safe_load((code / "CITATION.cff").read_text(encoding="utf-8"))
    authors = [crate.add(author) for author in _authors(crate, cited["authors"])]
    _describe(crate, study, past, cited, authors)
    workflow = _add_workflow(crate, code, staged, cited, authors)
    for name, versions in programs(past.jobs).items():
        properties = {"@type": "SoftwareApplication", "name": name, "softwareVersion": " and ".join(versions)}
        entity = crate.add(ContextEntity(crate, f"#program-{name}", properties=properties))
        workflow.append_to("softwareRequirements", entity)
    entities = _add_files(crate, study, past.jobs)
    config = _add_config(crate, staged, report["spec"]["config"])
    actions = list(_actions(crate, code, past.jobs, entities))
    parameters = _parameters(crate, workflow)
    config["exampleOfWork"], entities[past.output]["exampleOfWork"] = parameters
    begun, ended = _span(past.jobs)
    whole = crate.add_action(
        workflow,
        "#run",
        object=config,
        result=list(entities.values()),
        properties={
            "name": f"Run of the study: {report['spec']['study']}",
            "description": f"{len(past.jobs)} jobs, from the recordings to the report; each has an action of its own",
            "startTime": begun,
            "endTime": ended,
            "actionStatus": COMPLETED,
        },
    )
    for action in [whole, *actions]:
        action["agent"] = authors[0]
        crate.root_dataset.append_to("mentions", action)
    return crate


def _describe(crate: ROCrate, study: Study, past: History, cited: Mapping[str, Any], authors: Sequence[Any]) -> None:
    """What the crate says of itself as a whole."""
    begun = {title: dict(lines) for title, lines in origins(study, past.jobs).items()}
    told = [f"{title}: {'; '.join(f'{name}: {words}' for name, words in own.items())}." for title, own in begun.items()]
    own = past.jobs[0]["spec"]
    crate.name = own["study"]
    crate.description = (
        f"Results of the Vocalise study '{own['study']}' ({len(past.jobs)} jobs): config, workflow, tables, figures, "
        f"report, and the record of every job. Recordings, embeddings, checkpoints and weights are not in it. "
        f"{' '.join(told)}"
    )
    crate.license = _licence(crate, cited["license"])
    crate.keywords = ", ".join(cited.get("keywords", []))
    crate.creator = crate.root_dataset["author"] = _one(authors)
    crate.datePublished = datetime.fromisoformat(_span(past.jobs)[1])
    for identifier, name in PROFILES.items():
        properties = {"@type": "CreativeWork", "name": name, "version": identifier.rpartition("/")[2]}
        crate.root_dataset.append_to("conformsTo", crate.add(ContextEntity(crate, identifier, properties=properties)))


def _authors(crate: ROCrate, authors: Iterable[Mapping[str, str]]) -> Iterator[Any]:
    for author in authors:
        if "name" in author:
            properties = {"@type": "Organization", "name": author["name"], "url": author.get("website", "")}
            identifier = author.get("website") or f"#{author['name'].replace(' ', '-')}"
            yield ContextEntity(crate, identifier, properties={key: own for key, own in properties.items() if own})
        else:
            name = f"{author.get('given-names', '')} {author.get('family-names', '')}".strip()
            affiliation = {"affiliation": author["affiliation"]} if "affiliation" in author else {}
            identifier = author.get("orcid", f"#{name.replace(' ', '-')}")
            yield Person(crate, identifier, properties={"name": name, **affiliation})


def _licence(crate: ROCrate, identifier: str) -> Any:
    properties = {"@type": "CreativeWork", "name": identifier, "identifier": identifier}
    properties["description"] = "Of the workflow and its results; recordings and networks have licences of their own."
    address = f"https://spdx.org/licenses/{identifier}"
    return crate.get(address) or crate.add(ContextEntity(crate, address, properties={**properties, "url": address}))


def _add_workflow(crate: ROCrate, code: Path, staged: Path, cited: Mapping[str, Any], authors: Sequence[Any]) -> Any:
    """The Snakefile, with all of the workflow's code beside it."""
    properties = {"name": cited["title"], "version": str(cited["version"]), "description": cited["abstract"].strip()}
    properties["encodingFormat"] = "text/plain"
    workflow = crate.add_workflow(
        code / "Snakefile", "Snakefile", main=True, lang="snakemake", lang_version=_snakemake(), properties=properties
    )
    workflow["license"], workflow["creator"] = _licence(crate, cited["license"]), _one(authors)
    workflow["conformsTo"] = {"@id": "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"}
    for folder in CODE:
        kept = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(code / folder, staged / folder, ignore=kept)
        part = crate.add_dataset(staged / folder, f"{folder}/", properties={"name": f"{folder} of the workflow"})
        workflow.append_to("hasPart", part)
    for name, kind in FILES_OF_CODE.items():
        about = {"about": {"@id": "./"}} if name == "README.md" else {}
        crate.add_file(code / name, name, properties={"name": name, "encodingFormat": kind, **about})
    return workflow


def _snakemake() -> str:
    from importlib.metadata import version

    return version("snakemake")


def _add_config(crate: ROCrate, staged: Path, config: Mapping[str, Any]) -> Any:
    """The config as the report has it: with every default spelled out."""
    (staged / CONFIG).write_text(yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True), encoding="utf-8")
    properties = {"name": "Config of the study, every default spelled out", "encodingFormat": "application/yaml"}
    return crate.add_file(staged / CONFIG, CONFIG, properties=properties)


def _add_files(crate: ROCrate, study: Study, jobs: Sequence[Record]) -> dict[str, Any]:
    """Tables, figures and report, and the records of all jobs: {path: entity} of the former.

    Raises:
        UserError: a file is not as its job left it.
    """
    entities = {}
    for job in jobs:
        for path, own in job["outputs"].items():
            if study.maker(path) != job or not _is_for_reading(path) or not study.digest(path):
                continue
            if study.digest(path) != own["sha256"]:
                raise UserError("was changed since it was made", path, "delete it and run snakemake again")
            properties = {"name": path, "encodingFormat": FORMATS[Path(path).suffix], "sha256": own["sha256"]}
            properties["contentSize"] = str(own["bytes"])
            entities[path] = crate.add_file(study.place(path), path, properties=properties)
        for place in map(str, places(job["outputs"])):  # a copy for each folder, by which its files are traced
            properties = {"name": f"Record of {job['job']}", "encodingFormat": "application/json"}
            crate.add_file(study.place(place), place, properties=properties)
    return entities


def _is_for_reading(path: str) -> bool:
    return Path(path).suffix in FORMATS and not Path(path).is_relative_to(EMBEDDINGS)


def _record(job: Record) -> Path:
    return places(job["outputs"])[0]


def _actions(crate: ROCrate, code: Path, jobs: Sequence[Record], entities: Mapping[str, Any]) -> Iterator[Any]:
    """One action for each job; of very many jobs, one for each rule."""
    together: dict[str, list[Record]] = {}
    for job in jobs:
        together.setdefault(job["job"] if len(jobs) <= JOBS else job["rule"], []).append(job)
    instruments = _instruments(crate, code, jobs)
    for name, own in together.items():
        used, made = ({path: None for job in own for path in job[key]} for key in ("inputs", "outputs"))
        outside = sum(path not in entities for path in [*used, *made])
        more = f" {outside} of the files that it read or made are not in this crate." if outside else ""
        begun, ended = _span(own)
        yield crate.add_action(
            instruments[_script(own[0])],
            f"#job/{name}",
            object=_one([entities[path] for path in used if path in entities]),
            result=_one([entities[path] for path in made if path in entities]),
            properties={
                "name": name,
                "description": f"{len(own)} job{'s' if len(own) > 1 else ''} of rule {own[0]['rule']}.{more}",
                "startTime": begun,
                "endTime": ended,
                "actionStatus": COMPLETED,
                "subjectOf": _one([{"@id": str(_record(job))} for job in own]),
            },
        )


def _instruments(crate: ROCrate, code: Path, jobs: Sequence[Record]) -> dict[str, Any]:
    """{name: script of jobs} as it is now, with the digests of the code that they ran with, or that these differ."""
    ran: dict[str, dict[str, bool]] = {}  # by script: whether a digest is that of the code as it is now
    for job in jobs:
        spec, digests = job["spec"], ran.setdefault(_script(job), {})
        if "code" in spec:
            digests[spec["code"]] = spec["code"] == code_now(_script(job), spec)
    instruments = {}
    for script, digests in ran.items():
        path = f"{PACKAGE}/{script}.py"
        properties = {"@type": ["File", "SoftwareSourceCode"], "name": path, "programmingLanguage": "Python"}
        properties |= {"encodingFormat": "text/x-python"}
        if all(digests.values()):
            properties |= {"version": " and ".join(sorted(digests))} if digests else {}
        else:
            other = " and ".join(sorted(own for own, same in digests.items() if not same))
            properties["description"] = (
                "The script as it was when this crate was packed. It, or a module that it imports, has changed since "
                f"jobs ran: their records name the code {other}."
            )
        instruments[script] = crate.add_file(code / path, path, properties=properties)
    return instruments


def _script(job: Record) -> str:
    """The name of a job's script: that of its log's folder."""
    return str(job["job"]).partition("/")[0]


def _parameters(crate: ROCrate, workflow: Any) -> tuple[Any, Any]:
    """What goes into the workflow and what comes out, in the words of the profile."""
    config = crate.add_formal_parameter(
        "config", "File", "#parameter-config", "The study: one YAML file.", valueRequired=True
    )
    report = crate.add_formal_parameter("report", "File", "#parameter-report", "The report, with all figures in it.")
    workflow["input"], workflow["output"] = config, report
    return config, report


def _one(values: Sequence[Any]) -> Any:
    """The value itself where there is but one, as RO-Crate wants it."""
    return values[0] if len(values) == 1 else list(values)


def _span(jobs: Sequence[Record]) -> tuple[str, str]:
    """When the first job began and the last one ended, in ISO 8601."""
    begun = [datetime.fromisoformat(job["started"]) for job in jobs]
    ended = [start + timedelta(seconds=job["seconds"]) for start, job in zip(begun, jobs, strict=True)]
    return min(begun).isoformat(timespec="seconds"), max(ended).isoformat(timespec="seconds")
