"""Two runs of the workflow in one folder at once, and recordings replaced while it runs."""

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import soundfile
from faults_judge import RIGHT, TOLD, WrongError, refuse_differences, refuse_unclear
from faults_study import NETWORK
from project import RATE, Project, tone
from test_kill import start, wait_until

SCORES = [f"results/probing/{dataset}/{NETWORK}/layer_1/scores.parquet" for dataset in ("speech", "song")]
MANIFEST = "results/corpora/speech/manifest.parquet"


def held_up(project: Project) -> None:
    """Make the job of the first target wait for as long as there is a file `hold`, and say that it waits."""
    project.edit(
        "workflow_scripts/probe.py",
        "    spec = smk",
        "    import os, pathlib, time\n"
        "    while pathlib.Path('hold').exists() and smk.wildcards.dataset == 'speech':\n"
        "        pathlib.Path(f'held.{os.getpid()}').touch()\n"
        "        time.sleep(0.1)\n"
        "    spec = smk",
    )
    (project.folder / "hold").touch()
    for target in SCORES:
        (project.folder / target).unlink()


def held(project: Project) -> int:
    """Jobs that wait, or have waited."""
    return len(list(project.folder.glob("held.*")))


def go_on(project: Project, first: "subprocess.Popen[str]") -> None:
    (project.folder / "hold").unlink()
    if first.wait(Project.patience) != 0:
        raise WrongError(f"a run failed beside another:\n{(project.folder / 'run.log').read_text()}")


def beside_another(project: Project, target: str, expected: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    """A second run for a target while the first is held up, which then goes on and ends well."""
    held_up(project)
    first = start(project, SCORES[0])
    wait_until(lambda: held(project) == 1, "the first run", first)
    second = project.attempt(target)
    go_on(project, first)
    refuse_differences(expected, project)
    return second


def same_targets(project: Project, expected: dict[str, Any]) -> str:
    """A second run for the same results is refused while the first goes on, which ends well."""
    second = beside_another(project, SCORES[0], expected)
    refuse_unclear(second.returncode, second.stdout, "LockException")
    return TOLD


def other_targets(project: Project, expected: dict[str, Any]) -> str:
    """A second run for other results goes on beside the first."""
    second = beside_another(project, SCORES[1], expected)
    if second.returncode != 0:
        raise WrongError(f"a run for other results is refused:\n{second.stdout}")
    return RIGHT


def unlocked_beneath(project: Project, expected: dict[str, Any]) -> str:
    """A person unlocks while a run goes on, and starts another: both may end, neither may leave a wrong result."""
    held_up(project)
    first = start(project, SCORES[0])
    wait_until(lambda: held(project) == 1, "the first run", first)
    project.snakemake("--unlock")
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(project.attempt, SCORES[0])
        wait_until(lambda: held(project) == 2 or second.done(), "the second run")
        (project.folder / "hold").unlink()
        first.wait(Project.patience)
        refuse_differences(expected, project)
        how = RIGHT if second.result().returncode == 0 else TOLD
    refuse_differences(expected, project)
    last = project.attempt(*SCORES)
    if last.returncode != 0:
        raise WrongError(f"the folder is left unusable:\n{last.stdout}")
    refuse_differences(expected, project)
    return how


def working(project: Project) -> bool:
    return "Select jobs to execute" in (project.folder / "run.log").read_text()


def at_the_same_moment(project: Project, expected: dict[str, Any]) -> str:
    """Both read the locks before either writes one: the second may be refused or not, no result may be wrong."""
    for target in SCORES:
        (project.folder / target).unlink()
    first = start(project, *SCORES)
    second = project.attempt(*SCORES)
    first.wait(Project.patience)
    refuse_differences(expected, project)
    last = project.attempt(*SCORES)
    if last.returncode != 0:
        raise WrongError(f"the folder is left unusable:\n{last.stdout}")
    refuse_differences(expected, project)
    return RIGHT if second.returncode == 0 and first.returncode == 0 else TOLD


def replaced_recording(date_kept: bool) -> Callable[[Project, dict[str, Any]], str]:
    """A recording is replaced by another of the same length under embeddings that are there: all are made again."""

    def run(project: Project, expected: dict[str, Any]) -> str:
        clip = project.folder / "clips/speech/s1_angry_1.wav"
        kept, state = clip.read_bytes(), clip.stat()
        soundfile.write(clip, tone("angry", 9, 1), RATE)
        if date_kept:
            os.utime(clip, ns=(state.st_atime_ns, state.st_mtime_ns))
        plan = project.plan(SCORES[0])
        if "manifest" not in plan or "embed_3_layers" not in plan:
            raise WrongError(f"a replaced recording goes unnoticed: only {plan} would run")
        project.snakemake(SCORES[0])
        clip.write_bytes(kept)
        project.snakemake(SCORES[0])
        refuse_differences(expected, project)
        return RIGHT

    return run


def replaced_during_the_run(project: Project, expected: dict[str, Any]) -> str:
    """A recording is replaced after the manifest was made in this run and before a network hears it."""
    layers = project.folder / f"results/embeddings/speech/{NETWORK}"
    shutil.rmtree(layers)
    (project.folder / SCORES[0]).unlink()
    clip = project.folder / "clips/speech/s1_angry_1.wav"
    kept = clip.read_bytes()
    first = start(project, SCORES[0])
    wait_until(lambda: working(project), "the run", first)
    soundfile.write(clip, tone("angry", 9, 1), RATE)
    code = first.wait(Project.patience)
    output = (project.folder / "run.log").read_text()
    clip.write_bytes(kept)
    if code != 0:
        refuse_unclear(code, output, "s1_angry_1")
    again = project.attempt(SCORES[0])
    if again.returncode != 0:
        raise WrongError(f"with the recording back, the run fails:\n{again.stdout}")
    refuse_differences(expected, project)
    return RIGHT if code == 0 else TOLD


SEQUENCES: dict[tuple[str, str], Callable[[Project, dict[str, Any]], str]] = {
    ("two workflows in one folder", "the same targets"): same_targets,
    ("two workflows in one folder", "other targets"): other_targets,
    ("two workflows in one folder", "unlocked while the first runs"): unlocked_beneath,
    ("two workflows in one folder", "started at the same moment"): at_the_same_moment,
    ("a recording replaced under its embedding", "new date"): replaced_recording(date_kept=False),
    ("a recording replaced under its embedding", "same date and size"): replaced_recording(date_kept=True),
    ("a recording replaced under its embedding", "while the run goes on"): replaced_during_the_run,
}
