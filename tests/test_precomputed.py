"""Vectors made elsewhere: every form is read alike, and what does not fit the manifest is refused by name."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workflow_scripts import import_vectors
from workflow_scripts.precomputed import GIVEN
from workflow_scripts.precomputed.fitting import as_float32, fitted, in_other_words
from workflow_scripts.precomputed.reading import opened
from workflow_scripts.study import tables
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.vectors import VectorWriter

IDS = [f"mine/clip-{number}" for number in range(8)]
HASHES = [f"hash {number}" for number in range(8)]
LAYERS = ["0", "6", "final"]
WORDS = {"str": "", "int": 0, "float": 0.0, "bool": False}
X = np.random.default_rng(0).standard_normal((8, 3, 4)).astype(np.float32)  # clips, layers, numbers


def lists(values: Any, kind: pa.DataType = None) -> pa.Array:
    return pa.array([row.tolist() for row in values], kind or pa.list_(pa.float32()))


def parquet(path: Path, **columns: Any) -> str:
    """A table with the clips, and these columns."""
    pq.write_table(pa.table({"clip_id": IDS, **columns}), path)
    return str(path)


def npy(path: Path, values: Any, **columns: Any) -> str:
    """An array with its list of clips beside it."""
    np.save(path, values)
    pd.DataFrame({**columns, "clip_id": columns.get("clip_id", IDS)}).to_csv(
        path.with_suffix(".clips.csv"), index=False
    )
    return str(path)


def written(form: str, folder: Path) -> tuple[str, list[str]]:
    """X, or its first layer, in one of the forms; the layers that the file holds."""
    first = X[:, 0]
    if form == "npy of layers":
        return npy(folder / "x.npy", X), LAYERS
    if form == "npy of one layer":
        return npy(folder / "x.npy", first), ["0"]
    if form == "npy in Fortran's order, bytes swapped":
        return npy(folder / "x.npy", np.asfortranarray(X).astype(">f4")), LAYERS
    if form == "columns of layers":
        made = {f"layer_{name}": lists(X[:, place]) for place, name in enumerate(LAYERS)}
        return parquet(folder / "x.parquet", **dict(reversed(made.items()))), LAYERS
    if form == "large lists":
        kind = pa.large_list(pa.float64())
        return parquet(folder / "x.parquet", vector=lists(first, kind)), ["0"]
    if form == "lists of fixed size":
        kind = pa.list_(pa.float32(), 4)
        return parquet(folder / "x.parquet", layer_0=lists(first, kind)), ["0"]
    if form == "plain columns":
        return parquet(folder / "x.parquet", **{f"F0.{k}_amean": first[:, k] for k in range(4)}), ["0"]
    assert form == "pandas, ids as index"
    frame = pd.DataFrame({"vector": list(first)}, index=pd.Index(IDS, name="clip_id"))
    frame.to_parquet(folder / "x.parquet")
    return str(folder / "x.parquet"), ["0"]


FORMS = [
    "npy of layers", "npy of one layer", "npy in Fortran's order, bytes swapped", "columns of layers", "large lists",
    "lists of fixed size", "plain columns", "pandas, ids as index",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_vectors(tmp_path: Path, form: str) -> None:
    path, layers = written(form, tmp_path)
    given = opened(path, layers)
    assert given.clip_ids == IDS
    assert given.audio_hashes is None
    for place, layer in enumerate(layers):
        np.testing.assert_array_equal(given.layer(layer), X[:, place])


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()])
def test_floats_of_every_width_are_taken(tmp_path: Path, kind: pa.DataType) -> None:
    halves = X[:, 0].astype(np.float16)
    values = pa.array([row.tolist() for row in halves.astype(float)], pa.list_(kind))
    for path in (parquet(tmp_path / "x.parquet", vector=values), npy(tmp_path / "x.npy", halves)):
        stored = as_float32(opened(path, ["0"]).layer("0"), IDS, path)
        assert stored.dtype == np.float32
        np.testing.assert_array_equal(stored, halves.astype(np.float32))


def test_many_row_groups_are_one_layer(tmp_path: Path) -> None:
    table = pa.table({"clip_id": IDS, "vector": lists(X[:, 1])})
    pq.write_table(table, tmp_path / "x.parquet", row_group_size=3)
    np.testing.assert_array_equal(opened(str(tmp_path / "x.parquet"), ["6"]).layer("6"), X[:, 1])


def test_ids_of_categories_are_text(tmp_path: Path) -> None:
    frame = pd.DataFrame({"clip_id": pd.Categorical(IDS), "vector": list(X[:, 0])})
    frame.to_parquet(tmp_path / "x.parquet")
    assert opened(str(tmp_path / "x.parquet"), ["0"]).clip_ids == IDS


# -- what is refused of a file ---------------------------------------------------------------------------------------

VECTOR = {"vector": lists(X[:, 0])}
GAP = {"vector": pa.array([*X[:6, 0].tolist(), None, X[7, 0].tolist()], pa.list_(pa.float32()))}
SHORT = {"vector": pa.array([*X[:6, 0].tolist(), [1.0], X[7, 0].tolist()], pa.list_(pa.float32()))}
EMPTY = {"vector": pa.array([[], *X[1:, 0].tolist()], pa.list_(pa.float32()))}
COLUMNS: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "another column": ({**VECTOR, "emotion": IDS}, ["0"], "no vectors: emotion"),
    "whole numbers among plain columns": ({"a": X[:, 0, 0], "label": range(8)}, ["0"], "no vectors: label (int64)"),
    "times among plain columns": (
        {"F0": X[:, 0, 0], "start": X[:, 0, 1], "Duration": X[:, 0, 2]},
        ["0"],
        "no vectors: start (float), Duration (float)",
    ),
    "empty lists": ({"vector": pa.array([[]] * 8, pa.list_(pa.float32()))}, ["0"], "8 clips have a vector of no numb"),
    "one empty list": (EMPTY, ["0"], "1 clips have a vector of no numbers: mine/clip-0"),
    "lists of whole numbers": ({"vector": pa.array([[1, 2]] * 8)}, ["0"], "no lists of floats: vector"),
    "floats called a layer": ({"layer_3": X[:, 0, 0]}, ["3"], "no lists of floats: layer_3 (float)"),
    "nothing but names": ({}, ["0"], "holds no vectors"),
    "one vector for several layers": (VECTOR, LAYERS, "holds layers 0, its entry in the config names 0, 6, final"),
    "more layers than named": (
        {"layer_0": VECTOR["vector"], "layer_1": VECTOR["vector"]},
        ["0"],
        "holds layers 0, 1, its entry in the config names 0",
    ),
    "a clip without a vector": (GAP, ["0"], "1 clips have no vector: mine/clip-6"),
    "a vector of another length": (SHORT, ["0"], "another length than the first clip's 4: mine/clip-6 (1)"),
    "names that are numbers": ({**VECTOR, "clip_id": range(8)}, ["0"], "column clip_id is no text but int64"),
    "rows without a name": ({**VECTOR, "clip_id": [None, "", *IDS[2:]]}, ["0"], "2 rows have no clip_id: 1, 2"),
}


@pytest.mark.parametrize("fault", COLUMNS)
def test_tables_of_another_form_are_refused_by_name(tmp_path: Path, fault: str) -> None:
    columns, layers, words = COLUMNS[fault]
    path = parquet(tmp_path / "x.parquet", **columns)
    with pytest.raises(UserError) as refused:
        opened(path, layers).layer(layers[0])
    assert words in str(refused.value)
    assert path in str(refused.value)


def test_tables_without_names_or_with_names_twice_are_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "x.parquet")
    pq.write_table(pa.table(VECTOR), path)
    with pytest.raises(UserError, match="has no column clip_id"):
        opened(path, ["0"])
    twice = pa.Table.from_arrays([pa.array(IDS), VECTOR["vector"], VECTOR["vector"]], ["clip_id", "vector", "vector"])
    pq.write_table(twice, path)
    with pytest.raises(UserError, match="has several columns vector"):
        opened(path, ["0"])


ARRAYS = {
    "whole numbers": (np.ones((8, 4), int), ["0"], "holds int64, not floats"),
    "one axis": (np.ones(8), ["0"], "has shape (8,)"),
    "fewer layers than named": (X[:, :2], LAYERS, "has shape (8, 2, 4), so 2 layer(s)"),
    "no axis of layers": (X[:, 0], LAYERS, "so 1 layer(s); its entry in the config names 3: 0, 6, final"),
    "no numbers": (np.ones((8, 0)), ["0"], "has shape (8, 0), so vectors of no numbers"),
    "layers without numbers": (X[:, :, :0], LAYERS, "has shape (8, 3, 0), so vectors of no numbers"),
    "fewer rows than clips": (X[:7], LAYERS, "names 8 clips, {} has 7 rows"),
    "objects": (np.array([[None] * 4] * 8), ["0"], "cannot be read as npy"),
}


@pytest.mark.parametrize("fault", ARRAYS)
def test_arrays_of_another_form_are_refused(tmp_path: Path, fault: str) -> None:
    values, layers, words = ARRAYS[fault]
    path = npy(tmp_path / "x.npy", values)
    with pytest.raises(UserError) as refused:
        opened(path, layers)
    assert words.format(path) in str(refused.value)


@pytest.mark.parametrize("name", ["x.parquet", "x.npy"])
def test_missing_and_damaged_files_are_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(UserError, match="is not there") as missing:
        opened(str(path), ["0"])
    assert str(path) in str(missing.value)
    whole = Path(written("npy of one layer" if name == "x.npy" else "large lists", tmp_path)[0]).read_bytes()
    for damaged in (b"", b"something else", whole[:-20]):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="cannot be read as") as refused:
            opened(str(path), ["0"])
        assert str(path) in str(refused.value)


def test_an_array_without_its_list_of_clips_is_refused(tmp_path: Path) -> None:
    path = npy(tmp_path / "x.npy", X[:, 0])
    (tmp_path / "x.clips.csv").write_text("\n".join(IDS))
    with pytest.raises(UserError, match=r"x\.clips\.csv: has no column clip_id"):
        opened(path, ["0"])
    (tmp_path / "x.clips.csv").unlink()
    with pytest.raises(UserError, match=r"x\.clips\.csv: is not there"):
        opened(path, ["0"])


def test_a_list_of_clips_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    path = npy(tmp_path / "x.npy", X[:, 0])
    lines = ["clip_id,clip_id", *(f"{clip},{other}" for clip, other in zip(IDS, IDS[::-1], strict=True))]
    (tmp_path / "x.clips.csv").write_text("\n".join(lines))
    with pytest.raises(UserError, match=r"x\.clips\.csv: has several columns clip_id"):
        opened(path, ["0"])


# -- against the manifest --------------------------------------------------------------------------------------------


def manifest() -> pd.DataFrame:
    return pd.DataFrame({"clip_id": IDS, "audio_hash": HASHES})


def given(ids: list[str], hashes: list[str] | None = None) -> Any:
    return SimpleNamespace(place="my.parquet", clip_ids=ids, audio_hashes=hashes)


def test_rows_come_in_the_order_of_the_manifest() -> None:
    order = np.random.default_rng(1).permutation(8)
    shuffled = given([IDS[row] for row in order], [HASHES[row] for row in order])
    np.testing.assert_array_equal(order[fitted(shuffled, manifest(), [], "m.parquet")], np.arange(8))


def test_vectors_of_clips_that_were_set_aside_are_left_out() -> None:
    more = given(["bad", *IDS[:4], "broken", *IDS[4:]], ["", *HASHES[:4], "", *HASHES[4:]])
    rows = fitted(more, manifest(), ["bad", "broken", "not given", IDS[0]], "m.parquet")
    assert rows.tolist() == [1, 2, 3, 4, 6, 7, 8, 9]
    with pytest.raises(UserError, match="1 clips have a vector but are not in the manifest: broken"):
        fitted(more, manifest(), ["bad"], "m.parquet")


MISFITS = {
    "incomplete": (IDS[2:], None, "2 clips have no vector: mine/clip-0, mine/clip-1"),
    "duplicated": ([*IDS, IDS[3], IDS[5]], None, "2 clips have several vectors: mine/clip-3, mine/clip-5"),
    "unknown": ([*IDS, "else"], None, "1 clips have a vector but are not in the manifest: else"),
    "many": (
        [*"abcdefg", *IDS],
        None,
        "7 clips have a vector but are not in the manifest: a, b, c, d, e and 2 more",
    ),
    "other audio": (IDS, ["old", *HASHES[1:]], "1 clips have vectors of other audio (by audio_hash): mine/clip-0"),
}


@pytest.mark.parametrize("fault", MISFITS)
def test_ids_and_audio_that_do_not_fit_are_refused_by_name(fault: str) -> None:
    ids, hashes, words = MISFITS[fault]
    with pytest.raises(UserError) as refused:
        fitted(given(ids, hashes), manifest(), [], "m.parquet")
    assert str(refused.value).startswith(f"my.parquet: {words}\n")
    assert "m.parquet" in str(refused.value)


@pytest.mark.parametrize("form", ["{}", "{}.wav", "Actor_01/{}.wav", r"C:\clips\{}.flac", "other/{}"])
def test_ids_written_otherwise_are_refused_and_the_right_form_is_told(form: str) -> None:
    theirs = [form.format(clip.removeprefix("mine/")) for clip in IDS]
    with pytest.raises(UserError) as refused:
        fitted(given(theirs), manifest(), [], "m.parquet")
    assert "8 clips have a vector but are not in the manifest" in str(refused.value)
    assert f"8 would fit if written as there, such as mine/clip-0 for {theirs[0]}" in str(refused.value)


def test_nothing_is_suggested_where_several_clips_could_be_meant() -> None:
    assert in_other_words(["a.wav", "b.wav"], ["x/a", "y/a", "y/b"]) == {"b.wav": "y/b"}
    assert in_other_words(["y/b", "c"], ["y/b"]) == {}


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (np.nan, np.float32, "1 clips have numbers that are NaN or infinite: mine/clip-3"),
        (-np.inf, np.float16, "1 clips have numbers that are NaN or infinite: mine/clip-3"),
        (1e39, np.float64, "1 clips have numbers too large for float32: mine/clip-3"),
    ],
)
def test_numbers_that_are_none_are_refused_by_clip(value: float, kind: type, words: str) -> None:
    vectors = X[:, 0].astype(kind)
    vectors[3, 1] = value
    with pytest.raises(UserError) as refused:
        as_float32(vectors, IDS, "my.npy, layer 0")
    assert str(refused.value).startswith(f"my.npy, layer 0: {words}\n")


# -- the entry -------------------------------------------------------------------------------------------------------


def run(folder: Path, file: str, layers: list[str], aside: Sequence[str] = ()) -> list[Path]:
    clips = manifest()
    for column, (kind, _) in TABLES["manifest"].items():
        clips[column] = clips.get(column, WORDS[kind])
    tables.write(clips, folder / "manifest.parquet", "manifest")
    aside = pd.DataFrame(aside, columns=["clip_id"]).assign(path="", reason="")
    tables.write(aside, folder / "set_aside.parquet", "set_aside")
    spec = {"dataset": "speech", "model": "theirs", "file": file, "md5": {file: "0"}, "states": layers, "code": "c"}
    outputs = [folder / f"layer_{layer}.parquet" for layer in layers]
    inputs = {name: folder / f"{name}.parquet" for name in ("manifest", "set_aside")}
    job = {"input": SimpleNamespace(**inputs), "output": SimpleNamespace(layers=outputs)}
    import_vectors.main(SimpleNamespace(params=SimpleNamespace(spec=spec), **job))
    return outputs


def test_the_entry_writes_layers_in_the_form_of_a_networks(tmp_path: Path) -> None:
    order = np.random.default_rng(2).permutation(8)
    ids, hashes = ([names[row] for row in order] for names in (IDS, HASHES))
    file = npy(tmp_path / "x.npy", X[order].astype(np.float64), clip_id=ids, audio_hash=hashes)
    with VectorWriter(tmp_path / "network.parquet", {GIVEN: 4}, {}) as writer:
        writer.append(IDS, HASHES, {GIVEN: X[:, 0]})
    for place, path in enumerate(run(tmp_path, file, LAYERS)):
        found = tables.read_vectors(path, GIVEN)
        assert found[:2] == (IDS, HASHES)
        np.testing.assert_array_equal(found[2], X[:, place])
        assert pq.read_schema(path).equals(pq.read_schema(tmp_path / "network.parquet"), check_metadata=False)
        about = tables.about(path)
        assert (about["table"], about["layer"], about["model"]) == ("layer", LAYERS[place], "theirs")
        assert about["md5"] == {file: "0"}


def test_the_entry_states_which_columns_became_numbers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    names = [f"F0.{k}_amean" for k in range(4)]
    plain = parquet(tmp_path / "plain.parquet", **{name: X[:, 0, k] for k, name in enumerate(names)})
    with caplog.at_level("INFO"):
        [path] = run(tmp_path, plain, ["0"])
    assert tables.about(path)["columns"] == names
    assert f"the numbers are the columns {', '.join(names)}" in caplog.text
    [path] = run(tmp_path, parquet(tmp_path / "lists.parquet", vector=lists(X[:, 0])), ["0"])
    assert "columns" not in tables.about(path)


def test_the_entry_does_not_look_at_the_numbers_of_clips_that_were_set_aside(tmp_path: Path) -> None:
    ids = ["bad", *IDS]
    values = np.vstack([np.full((1, 4), np.nan), X[:, 0]])
    [path] = run(tmp_path, npy(tmp_path / "x.npy", values, clip_id=ids), ["0"], aside=["bad"])
    np.testing.assert_array_equal(tables.read_vectors(path, GIVEN)[2], X[:, 0])


def test_the_entry_names_file_and_layer_of_a_number_that_is_none(tmp_path: Path) -> None:
    spoilt = X.copy()
    spoilt[5, 1, 0] = np.nan
    file = npy(tmp_path / "x.npy", spoilt)
    with pytest.raises(UserError, match=r"x\.npy, layer 6: 1 clips have numbers that are NaN or infinite: mine/clip-5"):
        run(tmp_path, file, LAYERS)
