"""A copy of the project that a test may edit, and Snakemake run in it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import warm
import yaml

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "config.yaml", "rules", "workflow_scripts", "resources", "profiles", "envs")
EMOTIONS = {"angry": 220.0, "happy": 180.0, "neutral": 120.0, "sad": 90.0}
RATE = 16000
STUDY = {
    "study": "A study for the tests",
    "datasets": {
        "speech": {"corpus": "table", "folder": "clips/speech", "file": "clips.csv"},
        "song": {"corpus": "table", "folder": "clips/song", "file": "clips.csv", "domain": "song"},
    },
    "models": ["tiny-wav2vec2"],
    "layers": [1],
    "emotions": ["angry", "happy", "neutral"],
    "pairs": [["speech", "song"]],
    "protocols": ["strict"],
    "folds": {"strict": 2},
    "probing": {"C": [0.01, 0.1], "inner_folds": 2, "null_runs": 0, "permutations": 99},
    "distances": {"poolings": ["mean"], "draws": 2, "half_samples": 20, "swaps": 19},
    "explanation": {"k": [4, 10], "inner_folds": 2, "random_draws": 100, "half_samples": 25, "permutations": 99},
}
# Transfer alone: one direction, one variant on stored layers and one inside the network, each direct and in two stages.
TRAINING = {
    **{key: STUDY[key] for key in ("study", "datasets", "models", "layers", "emotions", "pairs", "protocols")},
    "folds": {"strict": 4},
    "acoustics": [],
    "transfer": {
        "tuners": {"frozen": "frozen", "lora": "lora"},
        "grid": [{"directions": [["song", "speech"]]}],
        "training": {"epochs": 3, "batch_clips": 8},
        "permutations": 99,
        "threads": 1,
    },
}


class Project:
    """The workflow in a folder of its own, with its own code (PYTHONPATH puts the copy before the installed one)."""

    patience = 600  # seconds that a call of Snakemake may take

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def fresh(cls, folder: Path) -> "Project":
        """What git would commit of the workflow, without results."""
        skipped = shutil.ignore_patterns("__pycache__", "*.pyc")
        folder.mkdir(parents=True)
        for part in PARTS:
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, folder / part, **({"ignore": skipped} if source.is_dir() else {}))
        return cls(folder)

    def duplicate(self, folder: Path) -> "Project":
        """The same project with its results, dates kept."""
        shutil.copytree(self.folder, folder)
        return Project(folder)

    @property
    def config(self) -> dict[str, Any]:
        loaded: dict[str, Any] = yaml.safe_load((self.folder / "study.yaml").read_text())
        return loaded

    @config.setter
    def config(self, study: dict[str, Any]) -> None:
        (self.folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", "--cores", "2", *arguments, "--configfile", "study.yaml"]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def attempt(self, *arguments: str, before: Sequence[str] = ()) -> "subprocess.CompletedProcess[str]":
        """One call of Snakemake, whatever it comes to; `before` is a command that starts it, such as setpriv."""
        return subprocess.run(
            [*before, *self.command(*arguments)],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=self.patience,
        )

    def snakemake(self, *arguments: str) -> str:
        """Output of one call of Snakemake. Raises AssertionError with that output when it fails."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def plan(self, *arguments: str) -> dict[str, int]:
        """{rule: number of jobs} that would run now, `all` left out; {} when there is nothing to be done."""
        words = self.command("--dry-run", *arguments)[3:]  # without "python -m snakemake"
        return job_counts(warm.snakemake(words, self.folder, self.environment(), self.patience))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace one occurrence of `old` in a file."""
        file = self.folder / path
        text = file.read_text()
        assert text.count(old) >= 1, f"{path} does not hold {old!r}"
        file.write_text(text.replace(old, new, 1))


def job_counts(output: str) -> dict[str, int]:
    """The job table of Snakemake's output."""
    table = re.search(r"^Job stats:\njob +count\n[- ]+\n(.*?)^total +\d+", output, flags=re.DOTALL | re.MULTILINE)
    if table is None:
        assert "Nothing to be done" in output, output
        return {}
    rows = (line.split() for line in table[1].splitlines() if line.strip())
    return {rule: int(count) for rule, count in rows if rule != "all"}


def make_clips(folder: Path, speakers: int = 4, takes: int = 2) -> None:
    """A little corpus: one noisy tone per clip, pitched by emotion, listed in clips.csv."""
    folder.mkdir(parents=True)
    rows = ["path,speaker,sex,emotion,repetition"]
    for speaker in range(1, speakers + 1):
        for emotion in EMOTIONS:
            for take in range(1, takes + 1):
                name = f"s{speaker}_{emotion}_{take}.wav"
                soundfile.write(folder / name, tone(emotion, speaker, take, folder.name), RATE)
                rows.append(f"{name},s{speaker},{('female', 'male')[speaker % 2]},{emotion},{take}")
    (folder / "clips.csv").write_text("\n".join(rows) + "\n")


def tone(emotion: str, speaker: int, take: int, dataset: str = "") -> np.ndarray:
    """Samples of a second or a little more, different for every clip of every dataset."""
    generator = np.random.default_rng([speaker, take, *emotion.encode(), *dataset.encode()])
    time = np.arange(int(RATE * (1.0 + 0.05 * take))) / RATE
    pitch = EMOTIONS[emotion] * (1 + 0.05 * speaker)
    voice = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 6))
    return 0.1 * voice + 0.005 * generator.standard_normal(len(time))


def new_study(folder: Path) -> Project:
    """The study with its recordings, before any run."""
    project = Project.fresh(folder)
    for dataset in ("speech", "song"):
        make_clips(project.folder / "clips" / dataset)
    project.config = STUDY
    return project


def new_training(folder: Path) -> Project:
    """The project with the little corpora and the study of transfer, nothing run yet."""
    project = new_study(folder)
    project.config = TRAINING
    return project
