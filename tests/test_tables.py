"""A table is there whole or not at all, says what made it, and damage is named."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from workflow_scripts.study import schemas, tables
from workflow_scripts.study.errors import UserError


@pytest.fixture
def declared(monkeypatch):
    monkeypatch.setitem(schemas.TABLES, "made-up", {"clip_id": ("str", "a clip"), "value": ("float", "a number")})


def test_what_is_written_is_read_back(tmp_path, declared):
    frame = pd.DataFrame({"clip_id": ["a", "b"], "value": [1.5, np.nan]})
    tables.write(frame, tmp_path / "sub" / "t.parquet", "made-up", {"seed": 3})
    pd.testing.assert_frame_equal(tables.read(tmp_path / "sub" / "t.parquet"), frame, check_dtype=False)
    assert tables.about(tmp_path / "sub" / "t.parquet")["seed"] == 3
    assert os.listdir(tmp_path / "sub") == ["t.parquet"]


@pytest.mark.parametrize("frame", [{"clip_id": ["a"]}, {"clip_id": ["a"], "value": [1.0], "more": [2]}])
def test_undeclared_and_missing_columns_are_refused(tmp_path, declared, frame):
    with pytest.raises(ValueError, match="made-up"):
        tables.write(pd.DataFrame(frame), tmp_path / "t.parquet", "made-up")
    assert not (tmp_path / "t.parquet").exists()


def test_vectors_are_read_back_bit_for_bit(tmp_path):
    vectors = np.random.default_rng(0).standard_normal((5, 7)).astype(np.float32)
    vectors[2, 3] = np.nan
    tables.write_vectors(tmp_path / "l.parquet", list("abcde"), list("vwxyz"), {"mean": vectors, "std": vectors[:, :2]})
    ids, hashes, read = tables.read_vectors(tmp_path / "l.parquet", "mean")
    assert (ids, hashes) == (list("abcde"), list("vwxyz"))
    np.testing.assert_array_equal(read, vectors)
    assert isinstance(pd.read_parquet(tmp_path / "l.parquet")["std"][0], np.ndarray)


def test_a_failed_write_leaves_the_old_table(tmp_path):
    target = tmp_path / "t.txt"
    target.write_text("old")

    def fail_half_way() -> None:
        with tables.whole(target) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["t.txt"]


@pytest.mark.parametrize("damage", [b"", b"not parquet", None])
def test_a_damaged_table_is_named(tmp_path, declared, damage):
    path = tmp_path / "t.parquet"
    tables.write(pd.DataFrame({"clip_id": ["a"], "value": [1.0]}), path, "made-up")
    path.write_bytes(path.read_bytes()[:-20] if damage is None else damage)
    with pytest.raises(UserError, match=r"t\.parquet"):
        tables.read(path)


def test_a_flipped_bit_in_a_page_is_never_read_as_a_number(tmp_path, declared):
    path = tmp_path / "t.parquet"
    values = np.random.default_rng(0).standard_normal(40)
    tables.write(pd.DataFrame({"clip_id": [f"c{i}" for i in range(40)], "value": values}), path, "made-up")
    good, whole = tables.read(path), path.read_bytes()
    column = pq.ParquetFile(path).metadata.row_group(0).column(1)
    end = column.dictionary_page_offset + column.total_compressed_size
    refused = 0
    for place in range(end - 60, end):  # in the page of values behind its header
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 8]) + whole[place + 1 :])
        try:
            pd.testing.assert_frame_equal(tables.read(path), good, check_exact=True)
        except UserError:
            refused += 1
    assert refused > 30


@pytest.mark.parametrize("say", [tables.about, lambda path: tables.read_vectors(path, "mean")])
def test_damage_is_named_whatever_is_read(tmp_path, say):
    path = tmp_path / "l.parquet"
    tables.write_vectors(path, list("ab"), list("vw"), {"mean": np.ones((2, 3), np.float32)})
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole) // 2, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :])
        try:
            say(path)
        except UserError as error:
            refused += error.place == str(path)
    assert refused > 20


def test_an_orphan_never_puts_its_file_in_place(tmp_path):
    """A child whose parent is killed while it works must not write its result under the final name."""
    child = textwrap.dedent(f"""
        import os, time
        while os.path.exists({str(tmp_path / "wait")!r}):
            time.sleep(0.02)
        from workflow_scripts.study.tables import whole
        with whole({str(tmp_path / "result.txt")!r}) as temporary:
            temporary.write_text("late")
            open({str(tmp_path / "started")!r}, "w").close()
            while not os.path.exists({str(tmp_path / "go")!r}):
                time.sleep(0.02)
    """)
    parent = (
        "import os, subprocess, sys; os.environ['VOCALISE_SNAKEMAKE'] = str(os.getpid());"
        f"subprocess.run([sys.executable, '-c', {child!r}])"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stderr=subprocess.DEVNULL, start_new_session=True) as process:
        wait_for(lambda: (tmp_path / "started").exists())
        process.kill()
        process.wait()
    (tmp_path / "go").touch()
    wait_for(lambda: not list(tmp_path.glob(".result*")))
    assert not (tmp_path / "result.txt").exists()


def wait_for(condition, seconds=30):
    import time

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
