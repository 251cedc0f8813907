"""What may be wrong with dates, with Snakemake's own files, and with jobs that die alone."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from faults_judge import Case
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
    yield Case(group, "results", results, (SCORES,), (), "ahead of this machine's clock", past)
    yield Case(group, "recordings", recordings, ("results/corpora/speech/manifest.parquet",))
    yield Case(group, "code and resources", code, ("results/report.html",), (), "ahead of this machine's clock", past)


def records() -> Iterator[Case]:
    """Snakemake's own records of what was made how, cut short as by a crash; and what else lies about after one."""

    def every(project: Project, part: str) -> list[Path]:
        return [path for path in (project.folder / ".snakemake" / part).rglob("*") if path.is_file()]

    def emptied(project: Project) -> None:
        for path in every(project, "metadata"):
            path.write_bytes(b"")
        remove(project, SCORES)

    def cut(project: Project) -> None:
        for path in every(project, "metadata"):
            path.write_bytes(path.read_bytes()[:40])
        remove(project, SCORES)

    def incomplete(project: Project) -> None:
        """As if the job had been under way: its record is moved to those of jobs that did not end."""
        for path in every(project, "metadata"):
            if path.stat().st_mtime:
                other = (
                    project.folder / ".snakemake/incomplete" / path.relative_to(project.folder / ".snakemake/metadata")
                )
                other.parent.mkdir(parents=True, exist_ok=True)
                other.write_bytes(b"")
        remove(project, SCORES)

    def gone(project: Project) -> None:
        shutil.rmtree(project.folder / ".snakemake")
        remove(project, SCORES)

    def parts(project: Project) -> None:
        for path in list((project.folder / "results").rglob("*.parquet")):
            path.with_name(f".{path.name}.abc123.part").write_bytes(b"half")
        remove(project, SCORES)

    group = "Snakemake's own records damaged"
    yield Case(group, "emptied", emptied, (SCORES,))
    yield Case(group, "cut short", cut, (SCORES,))
    yield Case(group, "marks of jobs that did not end, emptied", incomplete, (SCORES,))
    yield Case(group, "all gone", gone, (SCORES,))
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

        yield Case("a job killed alone (SIGKILL)", rule, killing, (target,), (), f"Error in rule {rule}", living)

    def no_logs(project: Project) -> None:
        """The folder of logs goes as the job begins."""
        project.edit(
            "workflow_scripts/probe.py",
            "    spec = smk",
            "    __import__('shutil').rmtree('results/logs')\n    spec = smk",
        )
        remove(project, SCORES)

    yield Case("the folder of logs deleted during a run", "probe", no_logs, (SCORES,))
