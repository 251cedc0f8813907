"""Embeddings that studies share: what decides them, and that a study which takes them is as one that embeds."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from network_cases import folder_entry, folder_of, shipped_entry
from safetensors import safe_open
from test_networks_embedding import EMOTIONS, record, run

from workflow_scripts import embed as entry
from workflow_scripts.embedding import shared
from workflow_scripts.study import tables
from workflow_scripts.study.vectors import VectorWriter, rewrite

OTHER_NAMES = {"dataset": "sung", "model": "theirs", "level": "matched", "crop": 1.0}


def refuse(*_: Any) -> None:
    raise AssertionError("the network is loaded though its vectors are there")


def objects(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if len(path.name) == 40)


def contents(files: dict[str, str]) -> dict[str, bytes]:
    return {state: Path(file).read_bytes() for state, file in files.items()}


@pytest.mark.parametrize("local", [False, True])
def test_another_study_takes_what_it_would_have_embedded_itself(tmp_path, monkeypatch, local):
    """The same bytes, its own names in their metadata included; the network is not even loaded."""
    group, manifest = str(tmp_path / "group"), record(tmp_path)
    first, other = {"seed": 1}, {**OTHER_NAMES, "seed": 1}
    if local:  # the seed decides nothing then, nor does where the weights lie
        weights = folder_of("wav2vec2", tmp_path / "weights" / "here")
        shutil.copytree(weights, tmp_path / "elsewhere")
        first = {"model_entry": {**folder_entry("wav2vec2"), "folder": str(weights)}, "weights_folder": str(weights)}
        other = {**OTHER_NAMES, "seed": 2, "model_entry": {**folder_entry("wav2vec2"), "name": "theirs"}}
        other["weights_folder"] = str(tmp_path / "elsewhere")
    run(manifest, tmp_path, monkeypatch, shared=group, **first)
    itself = run(manifest, tmp_path / "itself", monkeypatch, shared=str(tmp_path / "empty"), **other)
    monkeypatch.setattr(entry, "load", refuse)
    taken = run(manifest, tmp_path / "taken", monkeypatch, shared=group, **other)
    assert contents(taken) == contents(itself)
    about = tables.about(taken["1"])
    assert (about["dataset"], about["model"]) == ("sung", "theirs")
    assert about["shared_object"] == objects(tmp_path / "group")[0]
    assert sorted(os.listdir(tmp_path / "taken")) == [f"layer_{state}.parquet" for state in "012"]


def test_a_shared_folder_changes_no_vector(tmp_path, monkeypatch):
    manifest = record(tmp_path)
    alone = run(manifest, tmp_path, monkeypatch)
    for turn in ("embedded", "taken"):
        files = run(manifest, tmp_path / turn, monkeypatch, shared=str(tmp_path / "group"))
        for state, file in files.items():
            pd.testing.assert_frame_equal(tables.read(file), tables.read(alone[state]), check_exact=True)


def test_frame_statistics_are_shared_with_their_layers(tmp_path, monkeypatch):
    group, manifest = str(tmp_path / "group"), record(tmp_path)
    run(manifest, tmp_path, monkeypatch, shared=group, frame_statistics=True)
    monkeypatch.setattr(entry, "load", refuse)
    run(manifest, tmp_path / "taken", monkeypatch, shared=group, frame_statistics=True, dataset="sung")
    with (
        safe_open(tmp_path / "frames.safetensors", "numpy") as made,
        safe_open(tmp_path / "taken" / "frames.safetensors", "numpy") as taken,
    ):
        assert taken.metadata()["emotions"] == made.metadata()["emotions"]
        assert json.loads(taken.metadata()["vocalise"])["dataset"] == "sung"
        names = set(made.keys())
        assert names == set(taken.keys())
        for name in names:
            np.testing.assert_array_equal(taken.get_tensor(name), made.get_tensor(name))


def test_layers_of_several_stretches_are_rewritten_bit_for_bit(tmp_path):
    rng = np.random.default_rng(0)
    vectors = {"mean": rng.random((7, 3), np.float32), "parts": rng.random((7, 12), np.float32)}
    vectors["parts"][4] = np.nan
    ids, hashes = [f"c{i}" for i in range(7)], [f"h{i}" for i in range(7)]
    with VectorWriter(tmp_path / "made.parquet", {"mean": 3, "parts": 12}, {"dataset": "speech"}) as writer:
        for piece in (slice(0, 4), slice(4, 7)):
            own = {name: rows[piece] for name, rows in vectors.items()}
            writer.append(ids[piece], hashes[piece], own)
    rewrite(tmp_path / "made.parquet", tmp_path / "named.parquet", {"dataset": "sung"})
    assert tables.about(tmp_path / "named.parquet")["dataset"] == "sung"
    assert tables.read_vectors(tmp_path / "named.parquet", "mean")[:2] == (ids, hashes)
    for name, expected in vectors.items():
        np.testing.assert_array_equal(tables.read_vectors(tmp_path / "named.parquet", name)[2], expected)
    rewrite(tmp_path / "named.parquet", tmp_path / "back.parquet", {"dataset": "speech"})
    assert (tmp_path / "back.parquet").read_bytes() == (tmp_path / "made.parquet").read_bytes()


SPEC = {
    "model_entry": {**shipped_entry("wav2vec2"), "name": "tiny"},
    "weights_folder": "",
    "states": ["0", "1", "2"],
    "poolings": ["mean", "std"],
    "frame_statistics": False,
    "precision": "float32",
    "batch_seconds": 40.0,
    "window_seconds": 60.0,
    "window_overlap_seconds": 4.0,
    "shard": 1,
    "shards": 2,
    "seed": 1,
    "dataset": "speech",
    "model": "tiny",
    "level": "as-recorded",
    "crop": None,
    "code": "of the plan",
}
MANIFEST = pd.DataFrame(
    {
        "clip_id": ["a", "b", "c"],
        "audio_hash": ["x", "y", "z"],
        "path": ["a.wav", "b.wav", "c.wav"],
        "emotion": EMOTIONS[:3],
        "speaker": ["1", "2", "3"],
        "crop_start": [0.0, 0.5, 0.0],
        "prepared_seconds": [1.0, 1.0, 2.0],
        "gain_db": [0.0, 1.5, -2.0],
    }
)


def key(spec: dict[str, Any] | None = None, manifest: pd.DataFrame = MANIFEST) -> str:
    whole = {**SPEC, **(spec or {})}
    return shared.stored("group", whole, shared.decided_by(whole, manifest)).key


@pytest.mark.parametrize(
    "change",
    [
        {"model_entry": {**SPEC["model_entry"], "architecture": "another"}},
        {"model_entry": {**SPEC["model_entry"], "family": "hubert"}},
        {"seed": 2},  # of random weights
        {"states": ["0", "1"]},
        {"poolings": ["std", "mean"]},
        {"frame_statistics": True},
        {"precision": "bfloat16"},
        {"batch_seconds": 41.0},
        {"window_seconds": None},
        {"window_overlap_seconds": 5.0},
        {"shard": 2},
        {"shards": 3},
    ],
)
def test_settings_that_decide_vectors_are_in_the_key(change):
    assert key(change) != key()


@pytest.mark.parametrize("column", ["clip_id", "audio_hash", "crop_start", "prepared_seconds", "gain_db"])
def test_what_decides_a_clip_is_in_the_key(column):
    other = MANIFEST.copy()
    other[column] = other[column].to_numpy()[[1, 0, 2]]
    if column == "prepared_seconds":
        other.loc[0, column] = 1.5
    assert key(manifest=other) != key()


def test_the_order_and_number_of_clips_are_in_the_key():
    assert len({key(), key(manifest=MANIFEST[:2]), key(manifest=MANIFEST.iloc[[1, 0, 2]])}) == 3


def test_names_folders_and_labels_are_not_in_the_key():
    names = {**OTHER_NAMES, "code": "an old plan", "model_entry": {**SPEC["model_entry"], "name": "x", "folder": "y"}}
    others = MANIFEST.assign(path="elsewhere.wav", speaker="other", emotion="other")
    rounded = others.assign(gain_db=others["gain_db"] + 1e-12)
    assert key(names, rounded) == key()
    # frame statistics are totals by emotion
    assert key({"frame_statistics": True}, others) != key({"frame_statistics": True})


def test_code_and_versions_are_in_the_key(monkeypatch):
    keys = {key()}
    monkeypatch.setattr(shared, "code_digest", lambda *modules: " ".join(modules))
    keys.add(key())
    for package in shared.COMPUTES:
        monkeypatch.setattr(shared, "version", lambda name, package=package: "2.0" if name == package else "1.0")
        keys.add(key())
    assert len(keys) == 2 + len(shared.COMPUTES)
    assert "workflow_scripts.embed workflow_scripts.networks.wav2vec2" in shared.decided_by(SPEC, MANIFEST)["code"]
    monkeypatch.setattr(shared, "version", lambda name: "1.0+cu128")
    built = key()
    monkeypatch.setattr(shared, "version", lambda name: "1.0+cpu")
    assert key() == built


def test_every_file_of_a_folder_of_weights_is_in_the_key(tmp_path):
    """A network of one's own may read any of them. What a fetch left, and hidden files, are none of the network's."""
    weights = tmp_path / "weights"
    (weights / "parts").mkdir(parents=True)
    files = ["config.json", "model.safetensors", "parts/more.npz"]
    for name in files:
        (weights / name).write_text(name)
    local = {"model_entry": {**SPEC["model_entry"], "weights": "local"}, "weights_folder": str(weights)}
    keys = {key(local)}
    for name in ("fetched.json", ".part"):
        (weights / name).write_text("other")
        assert {key(local), key({**local, "seed": 2})} == keys
    for name in files:
        (weights / name).write_text("changed")
        keys.add(key(local))
    assert len(keys) == 4


def test_a_damaged_object_is_embedded_again(tmp_path, monkeypatch, capsys):
    group, manifest = tmp_path / "group", record(tmp_path)
    made = run(manifest, tmp_path, monkeypatch, shared=str(group))
    (stored,) = objects(group)
    file = group / stored / "layer_1.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 4
    file.write_bytes(content)
    again = run(manifest, tmp_path / "again", monkeypatch, shared=str(group))
    assert "layer_1.parquet is not what was stored" in capsys.readouterr().err
    assert contents(again) == contents(made)
    assert objects(group) == [stored]


def test_a_folder_that_is_not_there_costs_a_warning_and_nothing_else(tmp_path, monkeypatch, capsys):
    manifest = record(tmp_path)
    made = run(manifest, tmp_path, monkeypatch, shared=str(tmp_path / "not" / "mounted"))
    assert "own with tiny-wav2vec2: WARNING: is not stored in" in capsys.readouterr().err
    assert len(tables.read(made["2"])) == len(manifest)


def test_weights_that_change_while_the_network_listens_are_stored_under_no_name(tmp_path, monkeypatch, caplog):
    weights = folder_of("wav2vec2", tmp_path / "weights")
    load = entry.load

    def replaced(*arguments):
        network = load(*arguments)
        (tmp_path / "others").write_bytes(b"others")
        (tmp_path / "others").replace(weights / "model.safetensors")
        return network

    monkeypatch.setattr(entry, "load", replaced)
    local = {"model_entry": folder_entry("wav2vec2"), "weights_folder": str(weights)}
    run(record(tmp_path), tmp_path, monkeypatch, shared=str(tmp_path / "group"), **local)
    assert "the weights changed while the network listened" in caplog.text
    assert not (tmp_path / "group").exists()
