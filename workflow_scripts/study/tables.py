"""Tables on disk: parquet, one declared schema per table, written whole or not at all."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.job_records import this_job
from workflow_scripts.study.orphans import refuse_orphan
from workflow_scripts.study.schemas import OPEN, SCHEMA_VERSION, TABLES

# Pages carry checksums, which every reader of the project compares.
FORM = {"compression": "zstd", "write_page_checksum": True}

_TYPES = {"str": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Give a temporary name in the folder of `path`; put it in place only when the block ends well.

    A job that is killed leaves a temporary file, never a half-written one under the final name; a job whose
    Snakemake was killed and which lives on as an orphan is kept from the final name by `refuse_orphan`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        refuse_orphan()
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write(frame: pd.DataFrame, path: str | Path, table: str, about: Mapping[str, Any] | None = None) -> None:
    """Write `frame` as the declared table, columns in declared order, further columns after them.

    Raises:
        ValueError: a declared column is missing, or an undeclared one is there and the table is not open.
    """
    declared = TABLES[table]
    missing = [column for column in declared if column not in frame]
    extra = [column for column in frame.columns if column not in declared]
    if missing or (extra and table not in OPEN):
        raise ValueError(f"table {table}: missing columns {missing}, undeclared columns {extra}")
    arrays = [pa.array(frame[column], type=_TYPES[kind], from_pandas=True) for column, (kind, _) in declared.items()]
    arrays += [pa.array(frame[column], from_pandas=True) for column in extra]
    _write_arrow(pa.table(arrays, names=[*declared, *extra]), path, table, about)


def filled(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The declared columns in order; 0, False, NaN or empty where a row has no such thing. Open tables keep others."""
    blank: Mapping[str, Any] = {"int": 0, "str": "", "bool": False, "float": float("nan")}
    declared = TABLES[table]
    missing = {column: blank[kind] for column, (kind, _) in declared.items() if column not in frame}
    gaps = {column: blank[kind] for column, (kind, _) in declared.items() if kind != "float"}
    further = [column for column in frame if column not in declared] if table in OPEN else []
    return frame.assign(**missing).fillna(gaps)[[*declared, *further]]


def write_vectors(
    path: str | Path,
    clip_ids: Sequence[str],
    audio_hashes: Sequence[str],
    poolings: Mapping[str, npt.NDArray[np.float32]],
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write one layer: clip_id, audio_hash and one fixed-size float32 list column per pooling, each (n, width)."""
    arrays = [pa.array(clip_ids, pa.string()), pa.array(audio_hashes, pa.string())]
    for vectors in poolings.values():
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
        arrays.append(pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]))
    _write_arrow(pa.table(arrays, names=["clip_id", "audio_hash", *poolings]), path, "layer", about)


def _write_arrow(table: pa.Table, path: str | Path, name: str, about: Mapping[str, Any] | None) -> None:
    with whole(path) as temporary:
        pq.write_table(table.replace_schema_metadata(metadata(name, about)), temporary, **FORM)


def metadata(table: str, about: Mapping[str, Any] | None) -> dict[str, str]:
    """What a file says of itself: which table it is, what `about` says, and of which job it is, from which inputs."""
    said = {"table": table, "schema_version": SCHEMA_VERSION, "versions": versions(), **(about or {})}
    said |= {"job": job} if (job := this_job()) else {}
    return {"vocalise": json.dumps(said, sort_keys=True, default=str)}


@cache
def versions() -> dict[str, str]:
    """Versions of this project and of the libraries that its tables pass through."""
    return {name: version(name) for name in ("vocalise", "numpy", "pandas", "pyarrow", "scipy")}


@contextmanager
def damage_named(path: str | Path) -> Iterator[None]:
    """Raise UserError where a file cannot be read as a table."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, AttributeError) as error:  # ValueError: of text and JSON too
        raise UserError(
            f"cannot be read as a parquet table ({error})",
            str(path),
            "delete the file and run snakemake again",
        ) from error


def _opened(path: str | Path, columns: list[str] | None = None) -> pa.Table:
    with damage_named(path):
        return pq.read_table(path, columns=columns, partitioning=None, page_checksum_verification=True)


def read(path: str | Path) -> pd.DataFrame:
    """Read any table of the project as a data frame; UserError when the file is damaged."""
    return _opened(path).to_pandas()


def read_vectors(path: str | Path, pooling: str) -> tuple[list[str], list[str], npt.NDArray[np.float32]]:
    """Read one pooling of a layer file: clip ids, audio hashes, vectors (n, width) float32."""
    table = _opened(path, ["clip_id", "audio_hash", pooling]).combine_chunks()
    if pooling not in table.column_names:
        raise UserError(f"holds no pooling '{pooling}'", str(path), "add it to embeddings.poolings in the config")
    column = table[pooling].chunk(0) if table.num_rows else None
    with damage_named(path):
        width = table.schema.field(pooling).type.list_size
    flat = column.flatten().to_numpy(zero_copy_only=False) if column is not None else np.empty(0, np.float32)
    return table["clip_id"].to_pylist(), table["audio_hash"].to_pylist(), flat.reshape(-1, width)


def read_clips(path: str | Path) -> list[tuple[str, str]]:
    """(clip id, audio hash) of every row of a layer file, without its vectors."""
    table = _opened(path, ["clip_id", "audio_hash"])
    return list(zip(table["clip_id"].to_pylist(), table["audio_hash"].to_pylist(), strict=True))


def about(path: str | Path) -> dict[str, Any]:
    """What the writer said of the file: table, schema version, parameters, versions."""
    with damage_named(path):
        raw = (pq.read_schema(path).metadata or {}).get(b"vocalise", b"{}")
        loaded: dict[str, Any] = json.loads(raw)
    return loaded
