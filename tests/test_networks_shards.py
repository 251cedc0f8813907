"""Shards: the vectors of a dataset are the same bits whatever the number of jobs that shared its clips."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from network_cases import shipped
from safetensors import safe_open
from test_networks_embedding import SECONDS, record, run

from workflow_scripts import gather_shards as entry
from workflow_scripts.embedding import batches
from workflow_scripts.embedding.device import device_of
from workflow_scripts.embedding.shards import common, turns
from workflow_scripts.study import tables, vectors
from workflow_scripts.study.errors import UserError

STATES = list(shipped("wav2vec2").states)
# windows of the longest clip, and batches of one clip and of several
SETTINGS = {"frame_statistics": True, "window_seconds": 1.5, "window_overlap_seconds": 0.3, "batch_seconds": 1.5}


def run_shards(manifest, folder, monkeypatch, shards, which=None, **settings):
    for shard in which or range(1, shards + 1):
        own = folder / f"shard_{shard}"
        own.mkdir(parents=True, exist_ok=True)
        run(manifest, own, monkeypatch, shard=shard, shards=shards, **SETTINGS | settings)


def gather(manifest, folder, monkeypatch, shards, poolings=("mean", "std-active", "parts")):
    monkeypatch.setattr(entry.tables, "read", lambda path: manifest)
    own = [folder / f"shard_{shard}" for shard in range(1, shards + 1)]
    entry.main(
        SimpleNamespace(
            params=SimpleNamespace(spec={"poolings": list(poolings), "frame_statistics": True}),
            input=SimpleNamespace(
                manifest="manifest.parquet",
                layers=[str(shard / f"layer_{state}.parquet") for shard in own for state in STATES],
                frames=[str(shard / "frames.safetensors") for shard in own],
            ),
            output=SimpleNamespace(
                layers=[str(folder / f"layer_{state}.parquet") for state in STATES],
                frames=[str(folder / "frames.safetensors")],
            ),
        )
    )
    monkeypatch.undo()


def tensors(path):
    with safe_open(path, framework="numpy") as file:
        names = file.keys()  # an open file of safetensors cannot be iterated by itself
        return {name: file.get_tensor(name) for name in names}, file.metadata()


@pytest.mark.parametrize("stretch", [100, 3])
@pytest.mark.parametrize("shards", [3, 12])
def test_shards_put_together_are_the_unsharded_run(shards, stretch, tmp_path, monkeypatch):
    """12 shards are more than there are batches: some stay empty."""
    manifest = record(tmp_path)

    def stretch_length(*_):
        return stretch

    monkeypatch.setattr(batches, "stretch_length", stretch_length)
    run(manifest, tmp_path, monkeypatch, **SETTINGS)
    monkeypatch.setattr(batches, "stretch_length", stretch_length)
    for shard in range(1, shards + 1):
        monkeypatch.setattr(batches, "stretch_length", stretch_length)
        run_shards(manifest, tmp_path / "shared", monkeypatch, shards, [shard])
    monkeypatch.setattr(entry, "STRETCH", stretch)
    monkeypatch.setattr(vectors, "AT_ONCE", 2)
    gather(manifest, tmp_path / "shared", monkeypatch, shards)
    of_shards = []
    for state in STATES:
        one, shared = tmp_path / f"layer_{state}.parquet", tmp_path / "shared" / f"layer_{state}.parquet"
        assert tables.read(shared)["clip_id"].tolist() == manifest["clip_id"].tolist()
        for pooling in ("mean", "std-active", "parts"):
            expected, found = (tables.read_vectors(file, pooling) for file in (one, shared))
            assert expected[:2] == found[:2]
            assert expected[2].tobytes() == found[2].tobytes()
        assert tables.about(one) == tables.about(shared)
        of_shards = [len(tables.read(tmp_path / f"shared/shard_{i + 1}/layer_{state}.parquet")) for i in range(shards)]
    assert sum(of_shards) == len(SECONDS)
    assert (min(of_shards) == 0) == (shards == 12)
    (expected, about), (found, of_gathered) = (
        tensors(folder / "frames.safetensors") for folder in (tmp_path, tmp_path / "shared")
    )
    assert {key: json.loads(value) for key, value in about.items()} == {
        key: json.loads(value) for key, value in of_gathered.items()
    }
    for name, tensor in expected.items():
        if name.endswith("/n"):
            np.testing.assert_array_equal(found[name], tensor)
        else:
            np.testing.assert_allclose(found[name], tensor, rtol=1e-12, atol=1e-12 * np.abs(tensor).max())


def test_shards_share_the_clips_about_evenly(tmp_path, monkeypatch):
    manifest = record(tmp_path)
    run_shards(manifest, tmp_path, monkeypatch, 2, batch_seconds=0.01)
    rows = [len(tables.read(tmp_path / f"shard_{shard}/layer_1.parquet")) for shard in (1, 2)]
    assert sorted(rows) == [3, 4]


WANTED = [(f"own/clip{i}", f"hash{i}") for i in range(8)]


@pytest.mark.parametrize(
    ("shards", "message"),
    [
        ([WANTED[:3], WANTED[4:]], "missing: own/clip3$"),
        ([WANTED[:4], WANTED[2:]], "in several shards: own/clip2, own/clip3$"),
        ([WANTED, [("own/other", "hash")]], "not in the manifest: own/other$"),
        ([[*WANTED[:7], ("own/clip7", "replaced")]], "missing: own/clip7; not in the manifest: own/clip7$"),
        ([WANTED[:1]], "missing: own/clip1, .*own/clip5 and 2 more$"),
    ],
)
def test_missing_doubled_and_foreign_clips_are_refused_by_name(shards, message):
    with pytest.raises(UserError, match="do not hold every clip once") as error:
        turns(WANTED, shards, "layer_1.parquet")
    assert pd.Series([error.value.message]).str.contains(message)[0]
    assert error.value.place == "layer_1.parquet"


def test_shards_in_another_order_are_refused():
    assert turns(WANTED, [WANTED[::2], WANTED[1::2]], "layer_1.parquet").tolist() == [0, 1] * 4
    with pytest.raises(UserError, match="another order than the manifest"):
        turns(WANTED, [WANTED[::2], WANTED[:0:-2]], "layer_1.parquet")


def test_a_refused_layer_leaves_no_file(tmp_path, monkeypatch):
    manifest = record(tmp_path)
    run_shards(manifest, tmp_path, monkeypatch, 2)
    with pytest.raises(UserError, match=r"missing: own/clip0.*not in the manifest: own/clip0"):
        gather(manifest.assign(audio_hash=["other", *manifest["audio_hash"][1:]]), tmp_path, monkeypatch, 2)
    assert not list(tmp_path.glob("*.parquet"))


def test_a_damaged_shard_is_named_and_leaves_no_file(tmp_path, monkeypatch):
    manifest = record(tmp_path)
    run_shards(manifest, tmp_path, monkeypatch, 2)
    shard = tmp_path / f"shard_2/layer_{STATES[0]}.parquet"
    damaged = bytearray(shard.read_bytes())
    start = pq.read_metadata(shard).row_group(0).column(2).data_page_offset
    damaged[start : start + 16] = bytes(16)
    shard.write_bytes(damaged)
    with pytest.raises(UserError, match="cannot be read as a parquet table") as error:
        gather(manifest, tmp_path, monkeypatch, 2)
    assert error.value.place == str(shard)
    assert not list(tmp_path.glob("*.parquet"))


def test_a_layer_file_is_read_without_holding_it(tmp_path):
    path, rows = tmp_path / "layer_1.parquet", 100
    noise = np.random.default_rng(0).normal(size=(rows, 512)).astype(np.float32)
    with vectors.VectorWriter(path, {"mean": 512}, {}) as writer:
        for group in range(50):
            writer.append([f"clip{group}_{row}" for row in range(rows)], ["hash"] * rows, {"mean": noise + group})
    before, held = pa.total_allocated_bytes(), []
    with vectors.VectorReader(path, ["mean"]) as reader:
        for group in range(50):
            np.testing.assert_array_equal(reader.take(rows)["mean"], noise + group)
            held.append(pa.total_allocated_bytes() - before)
    assert max(held) < path.stat().st_size / 4


def test_shards_are_alike_though_each_is_shared_under_a_name_of_its_own():
    about, differing = common([{"shard": shard, "shared_object": f"{shard}f"} for shard in (1, 2)])
    assert (about, differing) == ({"shared_object": ["1f", "2f"]}, [])


def test_shards_that_were_not_made_alike_say_so(tmp_path, monkeypatch, caplog):
    manifest = record(tmp_path)
    run_shards(manifest, tmp_path, monkeypatch, 2, [1])
    run_shards(manifest, tmp_path, monkeypatch, 2, [2], seed=2)
    gather(manifest, tmp_path, monkeypatch, 2)
    assert "differ in: " in caplog.text
    assert "seed" in caplog.text
    assert tables.about(tmp_path / "layer_1.parquet")["seed"] == [1, 2]


@pytest.mark.parametrize(
    ("gpus", "devices"), [(0, ["cpu"] * 3), (1, ["cuda:0"] * 3), (2, ["cuda:0", "cuda:1", "cuda:0"])]
)
def test_shards_take_the_gpus_of_a_machine_in_turn(gpus, devices, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    assert [str(device_of(shard)) for shard in (1, 2, 3)] == devices
