"""After a run every file of the results has a job that made it, and is as that job left it."""

import subprocess
import sys
from pathlib import Path

import pytest
from project import Project

from workflow_scripts.study.history import Study, history, located

# of these, and of what a person or Snakemake puts beside the results, no job says that it made them
OTHER = {"logs", "benchmarks", "provenance"}


@pytest.fixture(params=["finished", "finished_training"])
def study(request: pytest.FixtureRequest) -> Project:
    finished: Project = request.getfixturevalue(request.param)
    return finished


def made_files(results: Path) -> list[str]:
    """The files of all folders that hold results, as records name them."""
    folders = [folder for folder in results.iterdir() if folder.is_dir() and folder.name not in OTHER]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [f"results/{path.relative_to(results).as_posix()}" for path in files]


def test_every_file_has_a_maker_and_is_as_it_was_made(study: Project) -> None:
    results = study.folder / "results"
    known = Study(results)
    files = made_files(results)
    assert len(files) > 50
    tensors = [path for path in files if Path(path).parent.name.startswith("fold_")]
    for path in set(files) - set(tensors):
        assert known.maker(path), path
        assert known.digest(path) == known.maker(path)["outputs"][path]["sha256"], path
    for path in tensors:
        past = history(known, path)
        assert Path(past.output).name == "checkpoint.json", path
        assert not past.remarks, path


def test_the_report_rests_on_everything(study: Project) -> None:
    known, report = located(study.folder / "results" / "report.html")
    past = history(known, report)
    assert past.remarks == []
    recorded = {own["job"] for path in made_files(known.results) if (own := known.maker(path))}
    behind = {job["job"] for job in past.jobs}
    assert {job.partition("/")[0] for job in recorded - behind} <= {"pair_groups", "explained_groups", "paper"}


def test_the_command_says_so_in_a_moved_study(finished: Project, tmp_path: Path) -> None:
    moved = tmp_path / "kept"
    (finished.duplicate(tmp_path / "copy").folder / "results").rename(moved)
    figure = moved / "figures" / "speech" / "layer_curves.svg"
    command = [sys.executable, "-m", "workflow_scripts.provenance", str(figure)]
    done = subprocess.run(
        command, cwd=finished.folder, env=finished.environment(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("rule figures_probing (dataset speech)", "32 clips, 0.6 min", "tiny-wav2vec2", "untrained"):
        assert words in done.stdout
