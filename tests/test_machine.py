"""What the machine refuses is told in a message with a remedy, and nothing is left that looks whole."""

import errno
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from made_up_job import job
from safetensors import SafetensorError

from workflow_scripts.study.entry import entry
from workflow_scripts.study.machine import refused

TESTS = Path(__file__).parent


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VOCALISE_SNAKEMAKE", raising=False)


@pytest.mark.parametrize(
    ("error", "words", "remedy"),
    [
        (OSError(errno.ENOSPC, "as pyarrow says it"), "results/scores.parquet: No space left on device", "make room"),
        (PermissionError(errno.EACCES, "x", "results/.a.part"), "results/.a.part: Permission denied", "write there"),
        (OSError(errno.EROFS, "x"), "Read-only file system", "can be written"),
        (NotADirectoryError(errno.ENOTDIR, "x", "results/a"), "results/a: Not a directory", "move it away"),
        (SafetensorError("I/O error: No space left on device (os error 28)"), "No space left on device", "make room"),
    ],
)
def test_an_error_of_the_machine_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str], error: Exception, words: str, remedy: str
) -> None:
    with pytest.raises(SystemExit) as left, entry(job(made=["results/scores.parquet"])):
        raise error
    assert left.value.code == 1
    said = capsys.readouterr().err
    assert words in said
    assert remedy in said
    assert "Traceback" not in said
    *_, last = Path("results/logs/probe/a_1.log").read_text().splitlines()
    assert type(error).__name__ in last  # a line, since Snakemake shows the log on the terminal
    assert re.search(r"by way of .*test_machine\.py:\d+ test_an_error_of_the_machine", last)


@pytest.mark.parametrize(
    "error", [FileNotFoundError(errno.ENOENT, "x", "a"), ValueError("a bug"), OSError("words alone")]
)
def test_a_bug_shows_its_traceback(capsys: pytest.CaptureFixture[str], error: Exception) -> None:
    assert refused(error, "") is None
    with pytest.raises(SystemExit), entry(job(made=["results/scores.parquet"])):
        raise error
    assert "Traceback" in capsys.readouterr().err


WRITE = """
import numpy as np, pandas as pd
from made_up_job import job
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
with entry(job("embed/a", made=["layer.parquet"])):
    vectors = np.random.default_rng(1).standard_normal((400, 64)).astype(np.float32)
    tables.write_vectors("layer.parquet", ["a"] * 400, ["b"] * 400, {"mean": vectors})
"""


def test_a_file_that_no_longer_fits_leaves_nothing_under_its_name(tmp_path: Path) -> None:
    """The limit of a file's size stands for a disk that becomes full during the write."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 1
    assert "layer.parquet: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.log"]
