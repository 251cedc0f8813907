"""Files of vectors made elsewhere, in the forms that the package's head names: what they say of clips and numbers."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workflow_scripts.materials.matching import refuse
from workflow_scripts.precomputed import NPY, clips_file
from workflow_scripts.study.errors import UserError

Vectors = npt.NDArray[np.floating[Any]]
LAYER = re.compile(r"layer_(\d+|final)")
NAMES = ("clip_id", "audio_hash")
FORMS = "a column `vector`, one column `layer_<name>` per layer, or one column of floats per number"
# floats that say when a clip is heard, and are no part of its vector: refused among columns of numbers
TIMES = ("start", "end", "begin", "stop", "time", "duration", "seconds", "length", "onset", "offset")
SHAPES = "(clips, numbers) or (clips, layers, numbers)"


@dataclass(frozen=True)
class Given:
    """One dataset's vectors as given.

    Attributes:
        place: the file that names the clips.
        clip_ids: one per row, in the order of the file.
        audio_hashes: of the recordings that the vectors are of, one per row; None where the file does not say.
        layer: name of a layer -> (rows, numbers), floats as stored; one layer at a time, since files may be large.
        columns: names of the numbers, where each has a column of its own.
    """

    place: str
    clip_ids: list[str]
    audio_hashes: list[str] | None
    layer: Callable[[str], Vectors]
    columns: tuple[str, ...] = ()


def opened(path: str, layers: Sequence[str]) -> Given:
    """Open the file of one dataset's vectors, which must hold exactly these layers.

    Raises:
        UserError: the file is missing, damaged or of another form, or holds other layers; see `Given.layer` too,
            which refuses clips whose vector is missing or of another length, by name.
    """
    return (_npy if Path(path).suffix == NPY else _parquet)(path, layers)


@contextmanager
def _readable(path: Path | str, form: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(
            "is not there", str(path), "put it there, or mend its name in `models` of the config"
        ) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(f"cannot be read as {form} ({error})", str(path), "write the file anew") from error


# -- parquet ---------------------------------------------------------------------------------------------------------


def _parquet(path: str, layers: Sequence[str]) -> Given:
    with _readable(path, "parquet"):
        schema = pq.read_schema(path)
    columns = _columns(schema, layers, path)
    known = [name for name in NAMES if name in schema.names]
    names = _read(path, known)
    texts = {name: _texts(names[name], name, path) for name in known}

    def layer(name: str) -> Vectors:
        table = _read(path, columns[name])
        if _is_list(table.schema.field(0).type):
            return _stacked(table.column(0), texts["clip_id"], f"{path}, column {columns[name][0]}")
        return np.column_stack([column.to_numpy() for column in table.columns])

    single = [name for names in columns.values() for name in names if _is_float(schema.field(name).type)]
    return Given(path, texts["clip_id"], texts.get("audio_hash"), layer, tuple(single))


def _columns(schema: pa.Schema, layers: Sequence[str], path: str) -> dict[str, list[str]]:
    """The columns of each layer; UserError where the file is of no form that is known or holds other layers."""
    rest = [name for name in schema.names if name not in NAMES]
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise UserError(f"has several columns {', '.join(twice)}", path, "give every column a name of its own")
    if "clip_id" not in schema.names:
        raise UserError("has no column clip_id", path, "name the clip of every row in a text column clip_id")
    if not rest:
        raise UserError("holds no vectors", path, f"beside clip_id give {FORMS}")
    layered = {match[1]: [name] for name in rest if (match := LAYER.fullmatch(name))}
    lists = [name for [name] in layered.values()] or [name for name in rest if name == "vector"]
    found = layered or {layers[0]: lists or rest}
    numbers = [] if lists else [name for name in rest if _is_float(schema.field(name).type)]
    other = [name for name in rest if name not in lists and (name not in numbers or name.lower() in TIMES)]
    if other:
        types = ", ".join(f"{name} ({schema.field(name).type})" for name in other)
        raise UserError(
            f"has columns that are no vectors: {types}", path, f"leave them out; beside clip_id give {FORMS}"
        )
    wrong = [f"{name} ({schema.field(name).type})" for name in lists if not _is_floats(schema.field(name).type)]
    if wrong:
        raise UserError(f"vectors are no lists of floats: {', '.join(wrong)}", path, "store lists of 32-bit floats")
    _same_layers(list(found), layers, path)
    return found


def _same_layers(found: Sequence[str], layers: Sequence[str], path: str) -> None:
    """UserError where a file holds other layers than its entry names."""
    if set(found) != set(layers):
        held, named = (", ".join(names) for names in (found, layers))
        remedy = "name in `layers` of the entry what the file holds; the study's own `layers` says what is analysed"
        raise UserError(f"holds layers {held}, its entry in the config names {named}", path, remedy)


def _read(path: str, columns: Sequence[str]) -> pa.Table:
    with _readable(path, "parquet"):
        return pq.ParquetFile(path).read(columns=list(columns))


def _is_float(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_floats(kind: pa.DataType) -> bool:
    return _is_list(kind) and _is_float(kind.value_type)


def _texts(column: pa.ChunkedArray, name: str, path: str) -> list[str]:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise UserError(f"column {name} is no text but {column.type}", path, "store the names of the clips as text")
    found: list[str | None] = column.to_pylist()
    return _filled(found, name, path)


def _filled(texts: Sequence[str | None], name: str, path: str) -> list[str]:
    empty = [str(row) for row, text in enumerate(texts, start=1) if not text]
    if empty:
        rows = ", ".join(empty[:5]) + (" ..." if len(empty) > 5 else "")
        raise UserError(f"{len(empty)} rows have no {name}: {rows}", path, "fill the column")
    return [text for text in texts if text]


def _stacked(column: pa.ChunkedArray, clip_ids: Sequence[str], place: str) -> Vectors:
    """A column of lists as (rows, numbers)."""
    remedy = "give every clip one vector of the same length"
    missing = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else np.zeros(len(column), bool)
    refuse([clip for clip, gap in zip(clip_ids, missing, strict=True) if gap], "have no vector", place, remedy)
    chunks = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in column.chunks]
    lengths = pc.list_value_length(column).to_numpy()
    empty = [clip for clip, length in zip(clip_ids, lengths, strict=True) if length == 0]
    refuse(empty, "have a vector of no numbers", place, remedy)
    width = int(lengths[0])
    odd = [f"{clip} ({length})" for clip, length in zip(clip_ids, lengths, strict=True) if length != width]
    refuse(odd, f"have a vector of another length than the first clip's {width}", place, remedy)
    return np.concatenate(chunks).reshape(-1, width)


# -- npy -------------------------------------------------------------------------------------------------------------


def _npy(path: str, layers: Sequence[str]) -> Given:
    with _readable(path, "npy"):
        array = np.lib.format.open_memmap(path, mode="r")  # never unpickles: an array of objects is refused
    shape, kind = array.shape, array.dtype
    if kind.kind != "f" or kind.itemsize > 8:
        raise UserError(f"holds {kind}, not floats of 16, 32 or 64 bits", path, "convert the array")
    if len(shape) not in (2, 3):
        raise UserError(f"has shape {shape}", path, f"give {SHAPES}")
    if shape[-1] == 0:
        raise UserError(f"has shape {shape}, so vectors of no numbers", path, f"give {SHAPES}")
    held = shape[1] if len(shape) == 3 else 1
    if held != len(layers):
        named = f"its entry in the config names {len(layers)}: {', '.join(layers)}"
        raise UserError(f"has shape {shape}, so {held} layer(s); {named}", path, f"give {SHAPES}, or name the layers")
    listed = clips_file(Path(path))
    table = _clips(listed)
    if len(table) != shape[0]:
        raise UserError(f"names {len(table)} clips, {path} has {shape[0]} rows", str(listed), "name every row once")
    texts = {name: _filled(table[name].tolist(), name, str(listed)) for name in NAMES if name in table}

    def layer(name: str) -> Vectors:
        return np.asarray(array if array.ndim == 2 else array[:, layers.index(name)])

    return Given(str(listed), texts["clip_id"], texts.get("audio_hash"), layer)


def _clips(path: Path) -> pd.DataFrame:
    with _readable(path, "CSV"):
        lines = pd.read_csv(path, header=None, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    header = lines.iloc[0].tolist()
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise UserError(f"has several columns {', '.join(twice)}", str(path), "give every column a name of its own")
    table = lines.iloc[1:].set_axis(header, axis=1)
    if "clip_id" not in table:
        raise UserError(
            "has no column clip_id", str(path), "write the word clip_id into its first line, then one clip a line"
        )
    return table
