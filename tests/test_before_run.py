"""What is looked at before a run: whether it may write, and whether its clock and its files agree."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.future import refuse_future
from workflow_scripts.study.writable import refuse_unwritable

# root writes where a mode forbids it, unless these rights are taken from it
AS_ANYBODY = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    if os.geteuid() == 0
    else []
)
ASK = "import sys; from workflow_scripts.study.writable import refuse_unwritable; refuse_unwritable(sys.argv[1:])"


def asked(*files: Path) -> str:
    """What a user without root's rights is told; "" where nothing is refused."""
    done = subprocess.run(
        [*AS_ANYBODY, sys.executable, "-c", ASK, *map(str, files)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    return done.stderr


def test_a_folder_without_write_permission_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "results"
    closed.mkdir(mode=0o555)
    said = asked(tmp_path / "other/a.parquet", closed / "yet_to_be_made/a.parquet")
    assert f"{closed}: may not be written" in said
    assert str(tmp_path / "other") not in said
    closed.chmod(0o755)
    assert asked(closed / "yet_to_be_made/a.parquet") == ""


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "results").touch()
    with pytest.raises(UserError, match=r"results: a file lies where a folder should be"):
        refuse_unwritable([str(tmp_path / "results/deep/a.parquet")])
    (tmp_path / "results").unlink()
    (tmp_path / "results").symlink_to(tmp_path / "not_mounted")
    with pytest.raises(UserError, match="a link that leads nowhere"):
        refuse_unwritable([str(tmp_path / "results/deep/a.parquet")])


def test_a_path_from_here_is_looked_at_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refuse_unwritable(["results/a.parquet", "a.parquet"])
    (tmp_path / "results").touch()
    with pytest.raises(UserError, match=r"^results: a file lies where a folder should be"):
        refuse_unwritable(["results/a.parquet", "a.parquet"])


def test_files_whose_date_lies_ahead_are_named(tmp_path: Path) -> None:
    now, soon, later = (tmp_path / name for name in ("now", "soon", "later"))
    for path, ahead in ((now, 0), (soon, 20), (later, 3600)):
        path.touch()
        os.utime(path, (time.time() + ahead,) * 2)
    refuse_future([str(now), str(soon), str(tmp_path / "missing"), str(tmp_path)])
    with pytest.raises(UserError, match="1 files lie ahead") as told:
        refuse_future([str(now), str(later), str(later)])
    assert str(later) in told.value.place
