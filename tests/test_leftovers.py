"""Jobs that an earlier run has left in SLURM's queue stop the next one in that folder."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from workflow_scripts.study import around_run
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.leftovers import refuse_leftovers

HERE = Path("/study")
OTHERS = ["3|anna|vocalise_9f|/another", "4|anna|bash|/study", ""]


def squeue(folder: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], status: int = 0) -> None:
    """Put a squeue on the PATH that says this; of the jobs of this user alone there are none."""
    said = "\n".join(lines)
    command = folder / "squeue"
    command.write_text(f"#!/bin/sh\ncase \"$*\" in *--me*) exit;; esac\ncat <<'END'\n{said}\nEND\nexit {status}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_jobs_of_this_folder_are_named_whoever_sent_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    squeue(tmp_path, monkeypatch, ["1|anna|vocalise_1c|/study", "2|ben|vocalise_1c|/study", *OTHERS])
    with pytest.raises(UserError, match=r"2 jobs of an earlier run.*sent by anna, ben\n(.|\n)*scancel 1 2$"):
        refuse_leftovers(HERE)


def test_other_jobs_are_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    squeue(tmp_path, monkeypatch, OTHERS)
    refuse_leftovers(HERE)
    assert capsys.readouterr().err == ""
    with pytest.raises(UserError, match="scancel 3$"):
        refuse_leftovers(Path("/another"))


def test_without_slurm_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    refuse_leftovers(HERE)
    assert capsys.readouterr().err == ""


def test_a_slurm_that_does_not_answer_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    squeue(tmp_path, monkeypatch, ["squeue: error:", "no controller"], status=1)
    refuse_leftovers(HERE)
    said = capsys.readouterr().err
    assert "could not be asked" in said
    assert "squeue: error: no controller" in said
    assert said.count("\n") == 1


def test_a_local_run_asks_too_in_a_folder_that_sent_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    squeue(tmp_path, monkeypatch, [f"1|anna|vocalise_1c|{tmp_path}"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(around_run, "after_jobs", lambda *_: None)
    workflow = SimpleNamespace(non_local_exec=False, dag=SimpleNamespace(needrun_jobs=list))
    around_run.before_jobs(workflow, None)
    (tmp_path / "results/logs/slurm").mkdir(parents=True)
    with pytest.raises(SystemExit):
        around_run.before_jobs(workflow, None)
    assert "scancel 1" in capsys.readouterr().err
