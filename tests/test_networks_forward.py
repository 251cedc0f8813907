"""Every family: shapes, states, and that no clip depends on its batch mates."""

import dataclasses
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_cases import SHIPPED, VARIANTS, check_batch_mates, in_float64, noise, relative, shipped, variant

from workflow_scripts.embedding.forward import check_wave, forward, hidden_states
from workflow_scripts.networks import states_of
from workflow_scripts.networks._waveform import normalised
from workflow_scripts.study.errors import UserError

FAMILIES = list(SHIPPED)
RAGGED = (0.1, 10.0, 0.33, 2.0, 5.0, 2.0, 0.7)  # seconds


@pytest.mark.parametrize("family", FAMILIES)
def test_every_state_once_in_order_with_the_right_shape(family):
    network = shipped(family)
    waves = [noise(16000, 0), noise(4000, 1)]
    assert network.states == tuple(states_of(2, SHIPPED[family]["final_norm"]))
    for wave, clip in zip(waves, hidden_states(network, waves), strict=True):
        assert tuple(clip) == network.states
        for frames in clip.values():
            assert frames.shape == (network.frames(wave.size), network.width)
            assert torch.isfinite(frames).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_geometry_of_the_convolutions(family):
    network = shipped(family)
    assert (network.receptive_field, network.stride) == (400, 320)
    for samples in (400, 719, 720, 16000, 16079):
        assert len(hidden_states(network, [noise(samples, 2)])[0]["0"]) == network.frames(samples)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("norm", "stable"), VARIANTS)
def test_a_clip_never_depends_on_its_batch_mates(family, norm, stable):
    network = variant(family, norm, stable)
    waves = [noise(int(seconds * network.sample_rate), i) for i, seconds in enumerate(RAGGED)]
    check_batch_mates(network, in_float64(network), waves)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=8, deadline=None)
@given(samples=st.lists(st.integers(400, 12000), min_size=2, max_size=5))
def test_any_lengths_in_any_order(family, samples):
    exact = in_float64(shipped(family))
    waves = [noise(length, i).astype(np.float64) for i, length in enumerate(samples)]
    together = hidden_states(exact, waves)
    for wave, clip in zip(waves, together, strict=True):
        alone = hidden_states(exact, [wave])[0]
        assert max(relative(clip[state], alone[state]) for state in exact.states) < 1e-10


def test_zero_padding_would_have_been_seen():
    """The test above has teeth: padding the samples of a group-norm network changes the clip by per cents."""
    network = variant("wav2vec2", "group", False)
    wave = noise(8000, 0)
    frames = network.frames(wave.size)
    alone = hidden_states(network, [wave])[0]["2"]
    plain = dataclasses.replace(network, normalise=False)
    padded = hidden_states(plain, [np.pad(normalised(wave), (0, 16000))])[0]["2"][:frames]
    assert relative(padded, alone) > 0.01


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("stable", [False, True])
def test_states_are_those_of_the_library_by_our_own_names(family, stable):
    """0..L-1 as the library lists them; L before the final norm, `final` what the library calls last_hidden_state."""
    network = variant(family, "layer", stable)
    wave = noise(9000, 4)
    ours = hidden_states(network, [wave])[0]
    model_input = torch.from_numpy(normalised(wave) if network.normalise else wave)[None]
    with torch.inference_mode():
        theirs = network.model(model_input, output_hidden_states=True)
    for state, expected in zip(("0", "1"), theirs.hidden_states[:2], strict=True):
        assert relative(ours[state], expected[0]) < 1e-5
    last = theirs.last_hidden_state[0]
    if stable:
        assert relative(ours["final"], last) < 1e-5
        assert relative(network.model.encoder.layer_norm(ours["2"]), last) < 1e-5
        assert relative(ours["2"], last) > 0.1
    else:
        assert relative(ours["2"], last) < 1e-5


def test_a_skipped_block_is_an_error_not_a_shift_of_layers():
    network = shipped("wav2vec2")
    network.model.train()
    network.model.encoder.config.layerdrop = 1.0
    with pytest.raises(RuntimeError, match="states"):
        hidden_states(network, [noise(4000, 0)])


def test_hooks_are_gone_after_an_error():
    network = shipped("hubert")

    def fail(state, frames, lengths):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        forward(network, [noise(4000, 0)], fail)
    assert all(not module._forward_hooks and not module._forward_pre_hooks for module in network.model.modules())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_normalisation_is_that_of_the_feature_extractor_for_each_clip_alone(dtype):
    from transformers import Wav2Vec2FeatureExtractor

    theirs = Wav2Vec2FeatureExtractor(do_normalize=True)
    for seed, level in enumerate((1.0, 1e-3)):
        wave = (level * noise(5000, seed)).astype(dtype)
        assert normalised(wave).dtype == dtype
        expected = theirs(wave, sampling_rate=16000)["input_values"][0]
        np.testing.assert_allclose(normalised(wave), expected, atol=3e-6)


def test_normalising_a_long_clip_takes_its_copy_and_little_more():
    """In float32 to the last digit as in one piece, and without copies of the whole clip in float64."""
    wave = np.tile(noise(1_000_000, 0), 8)
    tracemalloc.start()
    found = normalised(wave)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * wave.nbytes
    exact = wave - wave.mean(dtype=np.float64)
    np.testing.assert_allclose(found, exact / np.sqrt(np.square(exact).mean() + 1e-7), rtol=1e-7)


def test_a_network_hears_level_only_if_its_preprocessor_says_so():
    wave = noise(8000, 0)
    for family, heard in (("hubert", False), ("wavlm", True)):
        network = shipped(family)
        loud, quiet = (hidden_states(network, [wave * gain])[0]["2"] for gain in (np.float32(1), np.float32(0.01)))
        assert (relative(quiet, loud) > 1e-3) is heard, family


@pytest.mark.parametrize(
    ("wave", "message"),
    [
        (np.zeros(399, np.float32), "at least 400"),
        (np.zeros((800, 2), np.float32), "one channel"),
        (np.full(800, np.nan, np.float32), "not finite"),
    ],
)
def test_clips_that_no_network_can_take_are_refused_by_name(wave, message):
    with pytest.raises(UserError, match=message) as error:
        check_wave(shipped("wav2vec2"), "speech/03-01", wave)
    assert "speech/03-01" in str(error.value)
