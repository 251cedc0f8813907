"""Snakemake killed without warning: the next run ends with the same results, and orphans put nothing in place."""

import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from project import Project, new_study

SECONDS = 400  # patience on a busy machine
TARGET = "results/probing/scores.parquet"  # all scores of the study; figures and report would only add time


def start(project: Project, *arguments: str) -> "subprocess.Popen[str]":
    log = (project.folder / "run.log").open("w")
    return subprocess.Popen(
        project.command(*arguments),
        cwd=project.folder,
        env=project.environment(),
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until(condition: Callable[[], bool], what: str, process: "subprocess.Popen[str] | None" = None) -> None:
    """Wait for a condition, no longer than the process lives that is to bring it about."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert process is None or process.poll() is None, f"the run ended before it could be seen: {what}"
        assert time.monotonic() < deadline, f"waited {SECONDS} s in vain: {what}"
        time.sleep(0.05)


def finished_jobs(project: Project) -> int:
    """Jobs that the run has ended so far; -1 before the first one starts."""
    log = (project.folder / "run.log").read_text()
    return log.count("Finished jobid") if "Select jobs to execute" in log else -1


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def tables_of(project: Project) -> dict[str, pd.DataFrame]:
    results = project.folder / "results"
    return {str(path.relative_to(results)): pd.read_parquet(path) for path in sorted(results.rglob("*.parquet"))}


@pytest.mark.long
def test_killed_at_several_moments_ends_with_the_same_results(finished: Project, tmp_path: Path) -> None:
    project, moments = new_study(tmp_path / "project"), random.Random(6)
    for done_before in (0, 4, 5):
        process = start(project, TARGET)
        wait_until(lambda n=done_before: finished_jobs(project) >= n, f"{done_before} jobs to end", process)
        time.sleep(moments.uniform(0.0, 3.0))
        process.kill()
        assert process.wait() == -signal.SIGKILL, "the run ended before it could be killed"
        project.snakemake("--unlock")
    project.snakemake(TARGET)
    assert project.plan(TARGET) == {}
    expected, found = tables_of(finished), tables_of(project)
    assert "probing/scores.parquet" in found
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, expected[name], check_exact=True, obj=name)


def test_an_orphan_puts_nothing_in_place(project: Project) -> None:
    output = project.folder / "results/corpora/speech/confounds.parquet"
    hold, held = project.folder / "hold", project.folder / "held"
    project.edit(
        "workflow_scripts/confounds.py",
        "    spec = ",
        "    import os, pathlib, time\n"
        "    pathlib.Path('held').write_text(str(os.getpid()))\n"
        "    while pathlib.Path('hold').exists():\n"
        "        time.sleep(0.05)\n"
        "    spec = ",
    )
    hold.touch()
    target = str(output.relative_to(project.folder))
    process = start(project, target)
    wait_until(lambda: held.exists() and held.read_text() != "", "the job to begin")
    process.kill()
    process.wait()
    orphan = int(held.read_text())
    assert is_alive(orphan)
    hold.unlink()
    wait_until(lambda: not is_alive(orphan), "the orphan to end")
    assert not output.exists()
    assert not list(output.parent.glob(".*.part"))
    project.snakemake("--unlock")
    assert project.plan(target) == {"confounds": 1}
