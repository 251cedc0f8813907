"""Layer files written and read piece by piece, so that memory does not grow with the number of clips."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from workflow_scripts.study.tables import FORM, damage_named, metadata, whole

AT_ONCE = 128  # rows that are decoded together


class VectorWriter(AbstractContextManager["VectorWriter"]):
    """One layer file in the form of `tables.write_vectors`, one row group per call of `append`.

    The file appears under its name only when the block ends without an error.

    Args:
        path: the parquet file.
        widths: pooling -> length of its vectors; the order is the order of the columns.
        about: what made the file, for its metadata.
    """

    def __init__(self, path: str | Path, widths: Mapping[str, int], about: Mapping[str, Any]) -> None:
        self._whole = whole(path)
        self._widths = dict(widths)
        fields = [pa.field("clip_id", pa.string()), pa.field("audio_hash", pa.string())]
        fields += [pa.field(name, pa.list_(pa.float32(), width)) for name, width in self._widths.items()]
        self._schema = pa.schema(fields, metadata=metadata("layer", about))

    def __enter__(self) -> Self:
        temporary = self._whole.__enter__()
        # a dictionary of floats that hardly ever repeat costs time and saves nothing
        self._writer = pq.ParquetWriter(temporary, self._schema, use_dictionary=False, **FORM)
        return self

    def append(
        self,
        clip_ids: Sequence[str],
        audio_hashes: Sequence[str],
        vectors: Mapping[str, npt.NDArray[np.float32]],
    ) -> None:
        """Add rows: one vector (n, width) float32 per declared pooling.

        Raises:
            ValueError: a pooling is missing or undeclared, or its shape is not (n, declared width).
        """
        if set(vectors) != set(self._widths):
            raise ValueError(f"poolings {sorted(vectors)} given, {sorted(self._widths)} declared")
        arrays = [pa.array(clip_ids, pa.string()), pa.array(audio_hashes, pa.string())]
        for name, width in self._widths.items():
            if vectors[name].shape != (len(clip_ids), width):
                raise ValueError(f"{name}: shape {vectors[name].shape}, expected {(len(clip_ids), width)}")
            flat = pa.array(np.ascontiguousarray(vectors[name], dtype=np.float32).ravel())
            arrays.append(pa.FixedSizeListArray.from_arrays(flat, width))
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        self._writer.close()
        return self._whole.__exit__(kind, error, trace)


class VectorReader(AbstractContextManager["VectorReader"]):
    """The vectors of one layer file, taken from it row after row.

    Args:
        path: the parquet file.
        poolings: which columns.

    Attributes:
        widths: pooling -> length of its vectors.
    """

    def __init__(self, path: str | Path, poolings: Sequence[str]) -> None:
        self._path, self._poolings = path, list(poolings)
        with damage_named(path):
            # without `pre_buffer`, which holds all that will be read
            self._file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
            schema = self._file.schema_arrow
            self.widths = {name: int(schema.field(name).type.list_size) for name in self._poolings}
        self._batches = self._file.iter_batches(AT_ONCE, columns=self._poolings)
        self._held = schema.empty_table().select(self._poolings)

    def take(self, count: int) -> dict[str, npt.NDArray[np.float32]]:
        """pooling -> (count, width) float32 of the next rows.

        Raises:
            UserError: the file is damaged.
            ValueError: so many rows are not left.
        """
        pieces = [self._held]
        while sum(piece.num_rows for piece in pieces) < count:
            with damage_named(self._path):
                batch = next(self._batches, None)
            if batch is None:
                raise ValueError(f"{count} rows asked for, {sum(piece.num_rows for piece in pieces)} left")
            pieces.append(pa.Table.from_batches([batch]))
        together = pa.concat_tables(pieces)
        self._held = together.slice(count)
        taken = together.slice(0, count).combine_chunks()
        return {name: _flat(taken[name]).reshape(count, width) for name, width in self.widths.items()}

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _flat(column: pa.ChunkedArray) -> npt.NDArray[np.float32]:
    """The numbers of a fixed-size list column, end to end."""
    pieces = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in column.chunks]
    return np.concatenate(pieces) if pieces else np.empty(0, np.float32)


def rewrite(source: str | Path, path: str | Path, about: Mapping[str, Any]) -> None:
    """Write the rows of a layer file into another, row group by row group, under other metadata."""
    with pq.ParquetFile(source) as file:
        poolings = [field for field in file.schema_arrow if field.name not in ("clip_id", "audio_hash")]
        with VectorWriter(path, {field.name: field.type.list_size for field in poolings}, about) as writer:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group).combine_chunks()
                vectors = {
                    field.name: table[field.name].chunk(0).flatten().to_numpy().reshape(-1, field.type.list_size)
                    for field in poolings
                }
                writer.append(table["clip_id"].to_pylist(), table["audio_hash"].to_pylist(), vectors)
