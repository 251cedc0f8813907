"""The job that embeds: rows keyed and in the manifest's order, whatever the batches; memory in stretches."""

import logging
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from network_cases import noise, shipped, shipped_entry

from workflow_scripts import embed as entry
from workflow_scripts.embedding import batches
from workflow_scripts.embedding.batches import Heard, embed, packed
from workflow_scripts.embedding.forward import hidden_states
from workflow_scripts.embedding.frame_totals import read as read_statistics
from workflow_scripts.materials.audio import audio_hash, decode
from workflow_scripts.materials.preparation import active_frames, prepare
from workflow_scripts.study import tables
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.vectors import VectorWriter

SECONDS = (0.3, 1.1, 0.05, 0.7, 0.7, 2.0, 0.031)
EMOTIONS = ("happy", "sad", "sad", "calm", "happy", "sad", "calm")


def record(folder: Path, seconds=SECONDS, rate: int = 16000) -> pd.DataFrame:
    """Recordings and their manifest, as far as embedding reads it."""
    rows = []
    for i, (length, emotion) in enumerate(zip(seconds, EMOTIONS, strict=True)):
        path = folder / f"clip{i}.wav"
        wave = noise(int(length * rate), i) * np.where(np.arange(int(length * rate)) < 0.01 * rate, 1e-3, 1)
        soundfile.write(path, wave, rate, subtype="FLOAT")
        rows.append(row_of(path, emotion))
    return pd.DataFrame(rows)


def row_of(path: Path, emotion: str) -> dict:
    recording = decode(path)
    return {
        "clip_id": f"own/{path.stem}",
        "path": str(path),
        "audio_hash": audio_hash(recording),
        "emotion": emotion,
        **asdict(prepare(recording, "as-recorded", None)),
    }


def run(manifest: pd.DataFrame, folder: Path, monkeypatch, family="wav2vec2", shared="", **settings):
    """Run the entry on a manifest; the folder holds its layer files afterwards."""
    monkeypatch.setattr(entry.tables, "read", lambda path: manifest)
    states = list(shipped(family).states)
    spec = {
        "dataset": "own",
        "model": f"tiny-{family}",
        "model_entry": shipped_entry(family),
        "weights_folder": "",
        "level": "as-recorded",
        "crop": None,
        "poolings": ["mean", "std-active", "parts"],
        "frame_statistics": False,
        "precision": "float32",
        "batch_seconds": 2.5,
        "window_seconds": 60.0,
        "window_overlap_seconds": 4.0,
        "shard": 1,
        "shards": 1,
        "seed": 1,
        "states": states,
        "code": "none",
        **settings,
    }
    layers = [str(folder / f"layer_{state}.parquet") for state in states]
    frames = [str(folder / "frames.safetensors")] if spec["frame_statistics"] else []
    entry.main(
        SimpleNamespace(
            params=SimpleNamespace(spec=spec, shared=shared),
            input=SimpleNamespace(manifest="manifest.parquet"),
            output=SimpleNamespace(layers=layers, frames=frames),
            threads=1,
        )
    )
    monkeypatch.undo()
    return dict(zip(states, layers, strict=True))


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm", "mert", "data2vec", "whisper"])
def test_files_hold_every_clip_in_the_order_of_the_manifest(family, tmp_path, monkeypatch):
    manifest = record(tmp_path)
    files = run(manifest, tmp_path, monkeypatch, family)
    network = shipped(family)
    for state, file in files.items():
        clip_ids, hashes, vectors = tables.read_vectors(file, "mean")
        assert clip_ids == manifest["clip_id"].tolist()
        assert hashes == manifest["audio_hash"].tolist()
        assert vectors.shape == (len(SECONDS), 32)
        for i, row in enumerate(manifest.to_dict("records")):
            wave = entry.load_prepared(row, network.sample_rate)
            alone = hidden_states(network, [wave])[0][state].numpy()
            np.testing.assert_allclose(vectors[i], alone.mean(axis=0), rtol=1e-4, atol=1e-5)
        parts = tables.read_vectors(file, "parts")[2]
        assert parts.shape == (len(SECONDS), 128)
        # one or two frames have no four parts
        assert np.isnan(parts).all(axis=1).tolist() == [
            network.frames(int(s * network.sample_rate)) < 4 for s in SECONDS
        ]


def test_active_pooling_takes_the_frames_where_the_voice_is(tmp_path, monkeypatch):
    rate = 16000
    wave = np.concatenate([1e-5 * noise(rate, 0), noise(rate, 1), 1e-5 * noise(rate, 2)])
    soundfile.write(tmp_path / "clip.wav", wave, rate, subtype="FLOAT")
    manifest = pd.DataFrame([row_of(tmp_path / "clip.wav", "sad")])
    files = run(manifest, tmp_path, monkeypatch, poolings=["mean", "mean-active"])
    frames = hidden_states(shipped("wav2vec2"), [decode(tmp_path / "clip.wav").samples])[0]["1"].numpy()
    centres = (320 * np.arange(len(frames)) + 199.5) / rate
    active = active_frames(wave.astype(np.float32), rate).at(centres)
    assert 45 <= active.sum() <= 55
    for pooling, chosen in (("mean", frames), ("mean-active", frames[active])):
        vector = tables.read_vectors(files["1"], pooling)[2][0]
        np.testing.assert_allclose(vector, chosen.mean(axis=0), rtol=1e-4, atol=1e-5)


def test_metadata_says_what_made_the_file(tmp_path, monkeypatch):
    files = run(record(tmp_path), tmp_path, monkeypatch, "hubert")
    about = tables.about(files["final"])
    assert about["layer"] == "final"
    assert about["weights"] == "untrained"
    assert "norm behind the last block" in about["convention"]
    assert about["torch"] == torch.__version__


def test_frame_statistics_come_from_the_same_forward(tmp_path, monkeypatch, caplog):
    manifest = record(tmp_path)
    with caplog.at_level(logging.INFO):
        files = run(manifest, tmp_path, monkeypatch, frame_statistics=True)
    assert "MB on disk" in caplog.text
    network = shipped("wav2vec2")
    emotions, n, mean, _ = read_statistics(tmp_path / "frames.safetensors", "2")
    assert emotions == ["calm", "happy", "sad"]
    pooled = tables.read_vectors(files["2"], "mean")[2]
    frames = np.array([network.frames(int(seconds * 16000)) for seconds in SECONDS])
    for group, emotion in enumerate(emotions):
        own = np.array(EMOTIONS) == emotion
        assert n[group] == frames[own].sum()
        np.testing.assert_allclose(
            mean[group], np.average(pooled[own], axis=0, weights=frames[own]), rtol=1e-3, atol=1e-5
        )


def test_renamed_and_reordered_audio_keeps_its_rows(tmp_path, monkeypatch):
    manifest = record(tmp_path)
    before = run(manifest, tmp_path, monkeypatch)["2"]
    by_hash = dict(zip(*[tables.read_vectors(before, "mean")[k] for k in (1, 2)], strict=True))
    renamed = []
    for row in manifest.to_dict("records"):
        path = Path(row["path"]).rename(tmp_path / f"z{9 - int(row['path'][-5])}.wav")
        renamed.append(row_of(path, row["emotion"]))
    shuffled = pd.DataFrame(renamed).iloc[[3, 0, 6, 5, 1, 2, 4]].reset_index(drop=True)
    (tmp_path / "again").mkdir()
    after = run(shuffled, tmp_path / "again", monkeypatch)["2"]
    clip_ids, hashes, vectors = tables.read_vectors(after, "mean")
    assert clip_ids == shuffled["clip_id"].tolist()
    for own_hash, vector in zip(hashes, vectors, strict=True):
        np.testing.assert_allclose(vector, by_hash[own_hash], rtol=1e-4, atol=1e-5)


def test_audio_replaced_under_its_name_stops_the_job_and_leaves_no_file(tmp_path, monkeypatch):
    manifest = record(tmp_path)
    soundfile.write(manifest["path"][4], noise(8000, 99), 16000, subtype="FLOAT")
    with pytest.raises(UserError, match="changed since the manifest") as error:
        run(manifest, tmp_path, monkeypatch)
    assert manifest["path"][4] in str(error.value)
    assert not list(tmp_path.glob("*.parquet"))
    assert not list(tmp_path.glob(".*.part"))


def test_a_clip_shorter_than_one_frame_is_refused_by_name(tmp_path, monkeypatch):
    manifest = record(tmp_path)
    manifest.loc[2, "prepared_seconds"] = 0.02
    with pytest.raises(UserError, match="at least 400") as error:
        run(manifest, tmp_path, monkeypatch)
    assert "own/clip2" in str(error.value)


def test_stretches_change_nothing_and_bound_what_is_held(monkeypatch):
    network = shipped("hubert")
    waves = [noise(400 + 700 * (i * 7 % 13), i) for i in range(23)]
    rows = {}
    for length in (100, 5):
        monkeypatch.setattr(batches, "stretch_length", lambda *_, length=length: length)
        written, decoded, largest = [], [], 0

        def hear(position, decoded=decoded):
            decoded.append(position)
            return Heard(waves[position], np.ones(network.frames(waves[position].size), bool))

        def write(positions, vectors, written=written):
            assert positions == list(range(positions[0], positions[-1] + 1))
            written.append((positions[0], vectors["final"]["mean"]))

        seconds = [wave.size / 16000 for wave in waves]
        embed(network, seconds, hear, ["mean"], write, batch_seconds=1.0)
        assert sorted(decoded) == list(range(len(waves)))
        assert [start for start, _ in written] == list(range(0, len(waves), length))
        largest = max(len(vectors) for _, vectors in written)
        assert largest == min(length, len(waves))
        rows[length] = np.concatenate([vectors for _, vectors in written])
    np.testing.assert_allclose(rows[5], rows[100], rtol=1e-4, atol=1e-5)


def test_batches_keep_to_their_budget_and_hold_each_clip_once():
    seconds = list(np.random.default_rng(0).uniform(0.1, 10, 200))
    batches = packed(seconds, 30.0)
    assert sorted(position for batch in batches for position in batch) == list(range(200))
    for batch in batches:
        assert len(batch) * max(seconds[i] for i in batch) <= 30.0
    padded = sum(len(batch) * max(seconds[i] for i in batch) for batch in batches)
    assert padded < 1.1 * sum(seconds)
    assert packed([50.0], 30.0) == [[0]]


def test_an_error_in_a_reader_is_raised_and_ends_the_threads():
    network = shipped("wav2vec2")

    def hear(position):
        if position == 3:
            raise UserError("gone", "clip 3")
        return Heard(noise(4000, position), np.ones(network.frames(4000), bool))

    with pytest.raises(UserError, match="gone"):
        embed(network, [0.25] * 50, hear, ["mean"], lambda *_: None, batch_seconds=1.0)


def test_bfloat16_errs_by_less_than_a_few_per_cent(tmp_path, monkeypatch):
    manifest = record(tmp_path)
    (tmp_path / "short").mkdir()
    exact = tables.read_vectors(run(manifest, tmp_path, monkeypatch)["2"], "mean")[2]
    short = tables.read_vectors(run(manifest, tmp_path / "short", monkeypatch, precision="bfloat16")["2"], "mean")[2]
    error = np.linalg.norm(short - exact, axis=1) / np.linalg.norm(exact, axis=1)
    assert 0 < error.max() < 0.03


def test_a_layer_file_in_pieces_is_the_layer_file_in_one(tmp_path):
    rng = np.random.default_rng(0)
    vectors = {"mean": rng.random((7, 3), np.float32), "parts": rng.random((7, 12), np.float32)}
    ids, hashes = [f"c{i}" for i in range(7)], [f"h{i}" for i in range(7)]
    tables.write_vectors(tmp_path / "one.parquet", ids, hashes, vectors, {"model": "m"})
    with VectorWriter(tmp_path / "pieces.parquet", {"mean": 3, "parts": 12}, {"model": "m"}) as writer:
        for piece in (slice(0, 4), slice(4, 7)):
            writer.append(ids[piece], hashes[piece], {name: rows[piece] for name, rows in vectors.items()})
        assert not (tmp_path / "pieces.parquet").exists()
        with pytest.raises(ValueError, match="shape"):
            writer.append(ids[:1], hashes[:1], {"mean": np.zeros((1, 4), np.float32), "parts": vectors["parts"][:1]})
    pd.testing.assert_frame_equal(tables.read(tmp_path / "pieces.parquet"), tables.read(tmp_path / "one.parquet"))
    assert tables.about(tmp_path / "pieces.parquet") == tables.about(tmp_path / "one.parquet")
    for pooling, expected in vectors.items():
        found = tables.read_vectors(tmp_path / "pieces.parquet", pooling)
        assert found[0] == ids
        np.testing.assert_array_equal(found[2], expected)


def test_the_catalogue_costs_no_import_of_torch():
    code = "import sys, workflow_scripts.networks, workflow_scripts.networks.mert; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
