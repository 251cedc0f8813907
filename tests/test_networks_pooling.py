"""Pooling and frame statistics against plain numpy, clip by clip."""

import json

import numpy as np
import pytest
import torch

from workflow_scripts.embedding.frame_statistics import FrameStatistics
from workflow_scripts.embedding.frame_totals import read
from workflow_scripts.embedding.pooling import POOLINGS, Pooler

WIDTH = 5


def ragged(lengths, seed=0, dtype=torch.float64):
    """Frames (clips, longest, width) with rubbish behind each clip's end."""
    generator = torch.Generator().manual_seed(seed)
    frames = torch.randn(len(lengths), max(lengths), WIDTH, generator=generator, dtype=torch.float64) + 3
    for row, length in zip(frames, lengths, strict=True):
        row[length:] = 1e6
    return frames.to(dtype)


def plainly(frames, pooling):
    """One pooling of the selected frames (n, width), as the module's docstring states it."""
    n = len(frames)
    kind = pooling.removesuffix("-active")
    if kind == "mean":
        return frames.mean(axis=0) if n else np.full(WIDTH, np.nan)
    if kind == "std":
        return frames.std(axis=0, ddof=1) if n > 1 else np.full(WIDTH, np.nan)
    if n < 4:
        return np.full(4 * WIDTH, np.nan)
    cuts = [round(k * n / 4) for k in range(5)]
    return np.concatenate([frames[a:b].mean(axis=0) for a, b in zip(cuts, cuts[1:], strict=False)])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_every_pooling_is_that_of_plain_numpy(dtype):
    lengths = [1, 2, 3, 4, 5, 7, 50, 33]
    rng = np.random.default_rng(1)
    active = [rng.random(length) < 0.6 for length in lengths]
    active[5][:] = False
    frames = ragged(lengths, dtype=dtype)
    pooler = Pooler(list(POOLINGS), active, torch.device("cpu"), dtype)
    pooled = pooler(frames).double().numpy()
    for clip, (length, mask) in enumerate(zip(lengths, active, strict=True)):
        own = frames[clip, :length].double().numpy()
        for pooling, rows in pooler.slices.items():
            selected = own[mask] if pooling.endswith("-active") else own
            vector = pooled[clip, rows].ravel()
            assert vector.size == POOLINGS[pooling] * WIDTH
            np.testing.assert_allclose(
                vector, plainly(selected, pooling), rtol=1e-12 if dtype == torch.float64 else 2e-5
            )


@pytest.mark.parametrize(
    ("pooling", "frames", "defined"),
    [("std", 1, False), ("std", 2, True), ("parts", 3, False), ("parts", 4, True), ("mean", 1, True)],
)
def test_what_is_undefined_is_nan_and_never_zero(pooling, frames, defined):
    everywhere = [np.ones(frames, bool)]
    vector = Pooler([pooling], everywhere, torch.device("cpu"), torch.float32)(ragged([frames], dtype=torch.float32))
    assert bool(torch.isfinite(vector).all()) is defined
    assert bool(torch.isnan(vector).all()) is not defined


def test_no_active_frame_gives_nan_for_that_clip_alone():
    pooler = Pooler(["mean-active"], [np.zeros(4, bool), np.ones(3, bool)], torch.device("cpu"), torch.float32)
    vectors = pooler(ragged([4, 3], dtype=torch.float32))
    assert torch.isnan(vectors[0]).all()
    assert torch.isfinite(vectors[1]).all()


def test_bfloat16_frames_are_pooled_in_float32():
    frames = torch.full((1, 300, WIDTH), 1.0, dtype=torch.bfloat16)
    frames[0, ::2] = 1.0078125  # the next bfloat16 after 1
    vector = Pooler(["mean"], [np.ones(300, bool)], torch.device("cpu"), torch.float32)(frames)
    np.testing.assert_allclose(vector.numpy(), 1.00390625, rtol=1e-6)


def test_frame_statistics_are_those_of_all_frames_of_an_emotion(tmp_path):
    lengths = [6, 1, 9, 4, 12]
    emotions = ["happy", "calm", "happy", "sad", "sad"]
    states = ["0", "1"]
    statistics = FrameStatistics(["calm", "happy", "neutral", "sad"], states, WIDTH)
    layers = {state: ragged(lengths, seed=i) for i, state in enumerate(states)}
    for state, frames in layers.items():
        for clips in ([0, 1, 2], [3, 4]):  # two batches
            statistics.add(state, frames[clips], [lengths[i] for i in clips], [emotions[i] for i in clips])
    file = tmp_path / "frames.safetensors"
    statistics.save(file, {"model": "tiny"})
    for state, frames in layers.items():
        names, n, mean, covariance = read(file, state)
        assert names == ["calm", "happy", "neutral", "sad"]
        for group, emotion in enumerate(names):
            own = [frames[i, : lengths[i]].numpy() for i, e in enumerate(emotions) if e == emotion]
            rows = np.concatenate(own) if own else np.empty((0, WIDTH))
            assert n[group] == len(rows)
            if len(rows) > 1:
                np.testing.assert_allclose(mean[group], rows.mean(axis=0), rtol=1e-12)
                np.testing.assert_allclose(covariance[group], np.cov(rows.T), rtol=1e-9, atol=1e-12)
            else:
                assert np.isnan(covariance[group]).all()
                assert np.isnan(mean[group]).all() == (len(rows) == 0)


def test_the_stated_size_of_frame_statistics_is_the_size_of_the_file(tmp_path):
    emotions, states = ["calm", "sad"], ["0", "1", "2"]
    file = tmp_path / "frames.safetensors"
    FrameStatistics(emotions, states, 64).save(file, {})
    stated = FrameStatistics.size(len(emotions), len(states), 64)[1]
    assert stated <= file.stat().st_size < 1.1 * stated
    assert json.loads(file.read_bytes()[8 : 8 + int.from_bytes(file.read_bytes()[:8], "little")])["__metadata__"]
