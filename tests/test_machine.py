"""What the machine refuses is told in a message with a remedy, and nothing is left that looks whole."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from safetensors import SafetensorError

from workflow_scripts.study.entry import entry
from workflow_scripts.study.machine import refused


def job(folder: Path) -> SimpleNamespace:
    return SimpleNamespace(log=[str(folder / "log.txt")], rule="probe", output=["results/scores.parquet"])


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
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: Exception, words: str, remedy: str
) -> None:
    with pytest.raises(SystemExit) as left, entry(job(tmp_path)):
        raise error
    assert left.value.code == 1
    said = capsys.readouterr().err
    assert words in said
    assert remedy in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "error", [FileNotFoundError(errno.ENOENT, "x", "a"), ValueError("a bug"), OSError("words alone")]
)
def test_a_bug_shows_its_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str], error: Exception) -> None:
    assert refused(error, "") is None
    with pytest.raises(SystemExit), entry(job(tmp_path)):
        raise error
    assert "Traceback" in capsys.readouterr().err


WRITE = """
import sys
from types import SimpleNamespace
import numpy as np, pandas as pd
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
job = SimpleNamespace(log=[sys.argv[1] + "/log.txt"], rule="embed", output=[sys.argv[1] + "/layer.parquet"])
with entry(job):
    vectors = np.random.default_rng(1).standard_normal((400, 64)).astype(np.float32)
    tables.write_vectors(job.output[0], ["a"] * 400, ["b"] * 400, {"mean": vectors})
"""


def test_a_file_that_no_longer_fits_leaves_nothing_under_its_name(tmp_path: Path) -> None:
    """The limit of a file's size stands for a disk that becomes full during the write."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 1
    assert "layer.parquet: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["log.txt"]
