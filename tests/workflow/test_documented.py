"""What README.md and docs/ tell people to type, typed in a small finished study; and the Python that reads results."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from documents import ROOT, blocks, commands
from project import STUDY, Project, make_clips
from test_documented_commands import IN_A_STUDY, PLANNED

TUTORIAL = ROOT / "docs/tutorial.md"
READING = ["tutorial.md", "results.md", "models.md", "distances.md", "explanation.md"]


def typed(command: str, folder: Path) -> str:
    """What a command prints, typed into a shell in the folder with the environment active. Fails as it fails."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, text=True, timeout=300,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def place(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished study as if it were the default one, and beside it the study and the clips that the pages write."""
    folder = finished.duplicate(tmp_path_factory.mktemp("documents") / "project").folder
    (folder / "config.yaml").write_text(yaml.safe_dump(STUDY, sort_keys=False))
    (folder / "study.yaml").unlink()
    (folder / "my_study.yaml").write_text(blocks(TUTORIAL, "yaml")[0].replace("columns: {path: file}", "columns: {}"))
    make_clips(folder / "my_clips")
    return folder


@pytest.mark.parametrize("command", [*IN_A_STUDY, *(f"{command} -n -q" for command in PLANNED)])
def test_a_documented_command_works(command: str, place: Path) -> None:
    assert typed(command, place)


def test_the_tutorials_own_recordings(place: Path, tmp_path: Path) -> None:
    """Its lines that put a study away and recordings in place, on a folder laid out like its own."""
    audio = tmp_path / "results/synthetic/speech_6_speakers_strength_1.0/audio"
    audio.mkdir(parents=True)
    (tmp_path / ".snakemake").mkdir()
    clips = sorted((place / "my_clips").glob("*.wav"))
    for clip in clips:
        shutil.copy(clip, audio / f"{clip.stem}.flac")
    table = pd.read_csv(place / "my_clips/clips.csv").rename(columns={"path": "file"})
    table.assign(file=table["file"].str.replace(".wav", ".flac")).to_csv(audio.parent / "planted.csv", index=False)
    for command in commands(TUTORIAL):
        if command.split()[0] in ("mkdir", "mv", "cp"):
            typed(command, tmp_path)
    assert not (tmp_path / "results").exists()
    assert len(list((tmp_path / "my_clips").glob("*.flac"))) == len(clips)
    (tmp_path / "my_study.yaml").write_text(blocks(TUTORIAL, "yaml")[0])
    assert "no mistakes" in typed("python -m workflow_scripts.check_config my_study.yaml", tmp_path)


@pytest.mark.parametrize("page", READING)
def test_python_that_reads_results_finds_what_it_asks_for(
    page: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    (place / "vectors").mkdir(exist_ok=True)
    known: dict[str, Any] = {"pandas": pd, "array": np.zeros((32, 3))}
    for text in blocks(ROOT / "docs" / page, "python"):
        *before, last = ast.parse(text).body
        exec(compile(ast.Module(before, []), page, "exec"), known)
        if isinstance(last, ast.Expr):
            found = eval(compile(ast.Expression(last.value), page, "eval"), known)
            assert page == "explanation.md" or found is None or len(found)  # of so few clips nothing is claimed
        else:
            exec(compile(ast.Module([last], []), page, "exec"), known)
