"""What may be wrong with dates, with Snakemake's own files, and with jobs that die alone."""

import os
import shutil
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from faults_judge import Case, WrongError
from faults_study import NETWORK, VOICES
from project import Project

SCORES = f"results/probing/speech/{NETWORK}/layer_1/scores.parquet"
HOUR = 3600
KILLED = "import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)\n    "


def remove(project: Project, path: str) -> None:
    (project.folder / path).unlink()


def dated(folder: Path, seconds: float) -> None:
    for path in sorted(folder.rglob("*")):
        os.utime(path, (time.time() + seconds, time.time() + seconds))


def futures() -> Iterator[Case]:
    """Files whose dates lie ahead, as after a clock that was wrong or an archive of another machine."""

    def results(project: Project) -> None:
        dated(project.folder / "results", HOUR)
        remove(project, SCORES)

    def recordings(project: Project) -> None:
        dated(project.folder / "clips", HOUR)
        remove(project, "results/corpora/speech/manifest.parquet")

    def code(project: Project) -> None:
        for part in ("workflow_scripts", "rules", "resources"):
            dated(project.folder / part, HOUR)
        remove(project, "results/report.html")

    def past(project: Project) -> None:
        subprocess.run(
            "find results resources workflow_scripts -newermt now -exec touch {} +",
            shell=True, check=True, cwd=project.folder,
        )  # fmt: skip

    group = "files from the future"
    yield Case(group, "results", results, (SCORES,), (), ("ahead of this machine's clock",), past)
    yield Case(group, "recordings", recordings, ("results/corpora/speech/manifest.parquet",))
    yield Case(
        group, "code and resources", code, ("results/report.html",), (), ("ahead of this machine's clock",), past
    )


def records() -> Iterator[Case]:
    """Snakemake's own records of what was made how, cut short as by a crash; and what else lies about after one."""

    def of_probe(project: Project, part: str) -> list[Path]:
        """Where Snakemake keeps what it knows of the outputs of one job."""
        files = [SCORES.replace("scores", name) for name in ("predictions", "choices", "scores")]
        return [project.folder / ".snakemake" / part / urlsafe_b64encode(file.encode()).decode() for file in files]

    def shortened(project: Project, length: int) -> None:
        for path in of_probe(project, "metadata"):
            path.write_bytes(path.read_bytes()[:length])
        if project.plan(SCORES) != {"probe": 1}:
            raise WrongError("results without a record do not count as unfinished")

    def marked(project: Project) -> None:
        for path in of_probe(project, "incomplete"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"")
        if project.plan(SCORES) != {"probe": 1}:
            raise WrongError("results whose mark was cut short do not count as unfinished")

    def gone(project: Project) -> None:
        shutil.rmtree(project.folder / ".snakemake")
        remove(project, SCORES)

    def parts(project: Project) -> None:
        for path in list((project.folder / "results").rglob("*.parquet")):
            path.with_name(f".{path.name}.abc123.part").write_bytes(b"half")
        remove(project, SCORES)

    group = "Snakemake's own records damaged"
    yield Case(group, "emptied", partial(shortened, length=0), (SCORES,))
    yield Case(group, "cut short", partial(shortened, length=100), (SCORES,))
    yield Case(group, "marks of a job that did not end, emptied", marked, (SCORES,))
    yield Case(group, "the folder .snakemake deleted", gone, (SCORES,))
    yield Case("stale .part files beside results", "beside every table", parts, (SCORES,))


def deaths() -> Iterator[Case]:
    """Jobs that die alone, as for want of memory, and places that go while they run."""
    entries = {"probe": SCORES, "embed": f"results/embeddings/speech/{NETWORK}/layer_1.parquet"}
    entries["synthesise"] = f"{VOICES}/planted.csv"
    for rule, target in entries.items():
        entry = f"workflow_scripts/{rule}.py"

        def killing(project: Project, entry: str = entry, target: str = target) -> None:
            project.edit(entry, "    spec = smk", f"    {KILLED}spec = smk")
            remove(project, target)

        def living(project: Project, entry: str = entry) -> None:
            project.edit(entry, KILLED, "")

        yield Case("a job killed alone (SIGKILL)", rule, killing, (target,), (), (f"Error in rule {rule}",), living)

    def no_logs(project: Project) -> None:
        """The folder of logs goes as the job begins."""
        project.edit(
            "workflow_scripts/probe.py",
            "    spec = smk",
            "    __import__('shutil').rmtree('results/logs')\n    spec = smk",
        )
        remove(project, SCORES)

    yield Case("the folder of logs deleted during a run", "as a job begins", no_logs, (SCORES,))
