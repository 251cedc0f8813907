"""A study through profiles/slurm on a SLURM of one node, and what may happen to it there; run by `make test-slurm`.

One run of a little study that has every rule, since each of its jobs costs seconds of starting. While it goes on, a job
is ended by `scancel`, another outlives its time limit, and Snakemake itself is killed. The tests look at what is there
afterwards.
"""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from project import STUDY, Project, make_clips
from test_kill import start, tables_of, wait_until

from workflow_scripts.corpora._synthetic import tasks

ONE_NODE = Path(__file__).with_name("one_node.sh")
RUN = ["--workflow-profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "2"]
# What a user edits in the profile: two GPUs, in a partition of their own, and a disk that needs no waiting.
EDITS = {
    "gpu=4 ": "gpu=2 ",
    "# slurm-partition-config:": "slurm-partition-config:",
    "latency-wait: 60": "latency-wait: 5",
}
SHARED = [
    ("synthesise", "manifest", "folds", "confounds", "pair_leaks", "pair_groups", "explained_groups"),
    ("probe", "cross_probe"),
    ("explain",),
    ("test_source",),
    ("summarise_explanation", "figures_atlas", "figures_shap"),
    ("findings", "report"),
]
CONDITIONS = ["direct", "two-stage", "source-only"]
ON_GPU = {"embed_3_layers", "train_stage", "train_target", "test_source"}
LATE, CANCELLED, KILLED = "measure_acoustics", "measure_distances", "summarise_layers"
# Every job writes down where it runs; the first one of each of these three rules goes on for ever.
WITNESS = """
    import pathlib, time
    SHOWN = ["SLURM_JOB_ID", "SLURM_JOB_PARTITION", "CUDA_VISIBLE_DEVICES"]
    with open("seen.txt", "a") as seen:
        print(smk.rule, *(os.environ.get(name, "-") for name in SHOWN), file=seen)
    if pathlib.Path(f"hold_{smk.rule}").exists():
        pathlib.Path(f"hold_{smk.rule}").rename(f"held_{smk.rule}")
        time.sleep(600)
    if not online:
"""


def lay_out(folder: Path) -> Project:
    """A study with every rule that runs on a node."""
    project = Project.fresh(folder)
    make_clips(project.folder / "clips" / "song", speakers=4)
    clips = {
        "speech": [f"synthetic-speech/{task.stem}" for task in tasks("speech", 3)],
        "song": pd.read_csv(project.folder / "clips/song/clips.csv")["path"].str.removesuffix(".wav"),
    }
    for dataset, ids in clips.items():
        pd.DataFrame({"clip_id": ids}).to_csv(project.folder / f"{dataset}.clips.csv", index=False)
        vectors = np.random.default_rng(1).standard_normal((len(ids), 8))
        np.save(project.folder / f"{dataset}.npy", vectors.astype(np.float32))
    project.config = {
        **STUDY,
        "datasets": {"speech": {"corpus": "synthetic-speech", "speakers": 3}, "song": STUDY["datasets"]["song"]},
        "models": ["tiny-wav2vec2", {"name": "theirs", "vectors": {name: f"{name}.npy" for name in clips}}],
        "folds": {"strict": 3},
        "embeddings": {"shards": 2, "threads": 1, "poolings": ["mean"]},
        "explanation": {**STUDY["explanation"], "datasets": ["song"], "emotions": ["angry"], "k": [4]},
        "transfer": {
            "tuners": {"frozen": "frozen"},
            "grid": [{"models": ["tiny-wav2vec2"], "directions": [["song", "speech"]], "conditions": CONDITIONS}],
            "training": {"epochs": 2, "batch_clips": 8},
            "permutations": 99,
            "threads": 1,
        },
        "report": {"clips": True},
    }
    return project


class Run:
    """The study in a folder, run through SLURM."""

    def __init__(self, folder: Path, state: Path) -> None:
        self.project, self.log, self.completed = lay_out(folder), folder / "run.log", state / "log/jobcomp.txt"
        for old, new in EDITS.items():
            self.project.edit("profiles/slurm/config.yaml", old, new)
        self.project.edit("workflow_scripts/study/entry.py", "\n    if not online:\n", WITNESS)
        for rule in (LATE, CANCELLED, KILLED):
            (folder / f"hold_{rule}").touch()

    def start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "snakemake", *RUN, "--configfile", "study.yaml"]
        with self.log.open("a") as log:
            environment = self.project.environment()
            return subprocess.Popen(
                command, cwd=self.project.folder, env=environment, stdout=log, stderr=subprocess.STDOUT, text=True
            )

    def held(self, rule: str, process: "subprocess.Popen[str]") -> str:
        """SLURM's number of the job that holds at a rule, as soon as it does."""
        mark = self.project.folder / f"held_{rule}"
        wait_until(mark.exists, f"{rule} to begin", process)
        return self.seen(rule)[-1]

    def seen(self, *rules: str) -> list[str]:
        """SLURM's numbers of the jobs in which rules ran, in order."""
        return list(dict.fromkeys(job for rule, job, *_ in self.witnessed() if rule in rules))

    def witnessed(self) -> list[list[str]]:
        return [line.split() for line in (self.project.folder / "seen.txt").read_text().splitlines()]

    def ended(self, job: str) -> tuple[str, int]:
        """How a job ended, and its time limit in minutes."""
        line = re.search(
            rf"^JobId={job} .*? JobState=(\w+) .*? TimeLimit=(\d+) ", self.completed.read_text(), re.MULTILINE
        )
        assert line, f"SLURM says nothing of job {job}"
        return line[1], int(line[2])


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running SLURM; the folder of its logs."""
    folder = tmp_path_factory.mktemp("slurm")
    subprocess.run([ONE_NODE, "start", folder], check=True)
    yield folder
    subprocess.run([ONE_NODE, "stop", folder], check=True)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, "subprocess.Popen[str]"]]:
    """The same study run on this machine, in the pauses of the other."""
    project = lay_out(tmp_path_factory.mktemp("local") / "project")
    process = start(project)
    yield project, process
    process.kill()


@pytest.fixture(scope="module")
def run(slurm: Path, local: object, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The study after all that happened to it."""
    run = Run(tmp_path_factory.mktemp("on_slurm") / "project", slurm)
    process = run.start()
    subprocess.run(["scontrol", "update", f"JobId={run.held(LATE, process)}", "TimeLimit=1"], check=True)
    subprocess.run(["scancel", run.held(CANCELLED, process)], check=True)
    run.held(KILLED, process)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    run.project.snakemake("--unlock")
    assert run.start().wait() == 1, "a run began beside jobs of the last one"
    left = re.search(r"end them: scancel ([\d ]+)$", run.log.read_text(), re.MULTILINE)
    assert left, "what is left behind is not named"
    assert run.seen(KILLED)[-1] in left[1].split()
    subprocess.run(["scancel", *left[1].split()], check=True)
    assert run.start().wait() == 0, run.log.read_text()[-5000:]
    return run


def test_every_rule_ran_on_the_node(run: Run) -> None:
    text = "".join(path.read_text() for path in (run.project.folder / "rules").glob("*.smk"))
    named = set(re.findall(r"^rule (\w+):(?:\n    .*|\n)*?\n    script:", text, re.MULTILINE))
    local = {"fetch_corpus", "fetch_weights", "plan"}
    generated = {"embed_3_layers", "gather_shards_3_layers", "import_vectors_of_theirs"}
    assert len(named) > 30
    assert {rule for rule, *_ in run.witnessed()} == named - local | generated


def test_results_are_those_of_a_local_run(run: Run, local: tuple[Project, "subprocess.Popen[str]"]) -> None:
    project, process = local
    assert process.wait() == 0, (project.folder / "run.log").read_text()[-5000:]
    expected, found = tables_of(project), tables_of(run.project)
    assert found.keys() == expected.keys()
    for name in expected:
        # how long an epoch of a training took is in its curves
        measured = ["seconds"] if name.endswith("curves.parquet") else []
        left, right = (tables[name].drop(columns=measured) for tables in (found, expected))
        pd.testing.assert_frame_equal(left, right, check_exact=True, obj=name)


def test_nothing_is_left_to_do_or_lying_about(run: Run) -> None:
    assert run.project.plan() == {}
    assert not list((run.project.folder / "results").rglob("*.part"))
    assert subprocess.run(["squeue", "--noheader"], capture_output=True, text=True).stdout == ""


@pytest.mark.parametrize("rules", SHARED)
def test_short_jobs_share_a_submission(run: Run, rules: tuple[str, ...]) -> None:
    assert len(run.seen(*rules)) == 1


def test_networks_ask_for_a_gpu_and_nothing_else_does(run: Run) -> None:
    for rule, _, partition, gpu in run.witnessed():
        assert (partition, gpu == "-") == (("gpu", False) if rule in ON_GPU else ("cpu", True)), rule


@pytest.mark.parametrize(("rule", "end"), [(LATE, "TIMEOUT"), (CANCELLED, "CANCELLED")])
def test_what_slurm_ends_is_tried_again_with_more_time(run: Run, rule: str, end: str) -> None:
    (first, limit), (second, more) = (run.ended(job) for job in run.seen(rule))
    assert (first, second) == (end, "COMPLETED")
    assert more == 2 * limit or rule == LATE  # whose limit was lowered


def test_each_submission_leaves_a_log(run: Run) -> None:
    logs = {path.stem for path in (run.project.folder / "results/logs/slurm").rglob("*.log")}
    assert set(run.seen(*(rule for rule, *_ in run.witnessed()))) <= logs
