"""Networks from the inside: front and states, gradients, what training may leave to chance, WavLM's attention."""

import copy

import numpy as np
import pytest
import torch
from network_cases import VARIANTS, in_float64, relative, shipped, variant
from tuner_cases import FAMILIES, batch, waves

from workflow_scripts import networks


@pytest.mark.parametrize("family", FAMILIES)
def test_states_are_those_of_the_embedding_to_the_last_bit(family):
    network = shipped(family)
    front, lengths = batch(network)
    kept = front.clone()
    states = network.states_from(front, lengths)
    assert torch.equal(front, kept), "a cached front would be changed"
    with torch.inference_mode():
        seen = []
        network.listen_batch(waves(network), lambda state, frames, of: seen.append((state, frames.clone())))
    assert tuple(state for state, _ in seen) == network.states
    for found, (state, expected) in zip(states, seen, strict=True):
        assert torch.equal(found, expected), state


@pytest.mark.parametrize("family", networks.names())
def test_a_family_says_what_its_networks_are(family):
    network = shipped(family)
    assert network.tunable is networks.tunable(family) is (family in FAMILIES)
    if not network.tunable:
        with pytest.raises(NotImplementedError, match="not tunable"):
            network.front([])


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_reach_all_blocks_and_never_the_convolutions(family):
    network = shipped(family)
    network.model.requires_grad_(True)
    front, lengths = batch(network)
    assert not front.requires_grad
    sum(state.square().mean() for state in network.states_from(front, lengths)).backward()
    for name, weight in network.model.named_parameters():
        if name.startswith("feature_extractor."):
            assert weight.grad is None, name
        elif not name.endswith("k_proj.bias"):
            assert weight.grad is not None, name
            assert weight.grad.abs().sum() > 0, name


@pytest.mark.parametrize(("norm", "stable"), VARIANTS)
@pytest.mark.parametrize("exact", [True, False])
def test_wavlm_calls_its_projections_and_hears_the_same(norm, stable, exact):
    network = variant("wavlm", norm, stable)
    network = in_float64(network) if exact else network
    front, lengths = batch(network)
    stock = network.states_from(front, lengths)
    network.prepare_for_tuning()
    called = []
    for name, module in network.model.encoder.layers[1].attention.named_children():
        module.register_forward_hook(lambda module, args, output, name=name: called.append(name))
    for found, expected in zip(network.states_from(front, lengths), stock, strict=True):
        for clip, length in enumerate(lengths):
            assert relative(found[clip, :length], expected[clip, :length]) < (1e-12 if exact else 5e-6)
    assert {"q_proj", "k_proj", "v_proj", "out_proj"} <= set(called)


def test_wavlm_drops_attention_in_training_only():
    network = shipped("wavlm")
    network.prepare_for_tuning()
    attention = network.model.encoder.layers[0].attention
    frames = torch.randn(1, 20, 32)
    still = attention(frames)[0]
    assert torch.equal(attention(frames)[0], still)
    assert attention.dropout > 0
    attention.train()
    assert not torch.allclose(attention(frames)[0], still)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_skipped_block_hands_on_the_state_before_it(family):
    network = shipped(family)
    front, lengths = batch(network)
    states = network.states_from(front, lengths, layer_drop=1.0)
    assert len(states) == len(network.states)
    assert torch.equal(states[1], states[0])
    assert torch.equal(states[2], states[0])
    torch.manual_seed(0)
    sometimes = [network.states_from(front, lengths, layer_drop=0.5) for _ in range(20)]
    skipped = sum(torch.equal(states[2], states[1]) for states in sometimes)
    assert 0 < skipped < 20
    assert not any(module._forward_hooks for module in network.model.modules())


@pytest.mark.parametrize("family", FAMILIES)
def test_spans_are_hidden_by_torchs_seed_within_clips_long_enough(family):
    network = shipped(family)
    front, lengths = batch(network, (0.2, 1.0, 2.0))
    assert lengths[0] < 20 <= lengths[1]
    for module in network.model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    still = network.states_from(front, lengths)[0]
    assert torch.equal(network.states_from(front, lengths, spec_augment=0.5)[0], still), "hidden in evaluation too"
    network.model.train()
    of_numpy = np.random.get_state()[1].tolist()  # noqa: NPY002 (the library's masks draw from it)
    draws = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        draws.append(network.states_from(front, lengths, spec_augment=0.5)[0])
    assert np.random.get_state()[1].tolist() == of_numpy  # noqa: NPY002 (likewise)
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert torch.equal(draws[0][0, : lengths[0]], still[0, : lengths[0]])
    assert not torch.equal(draws[0][1, : lengths[1]], still[1, : lengths[1]])
    assert not hasattr(network.model, "masked_spec_embed")
    assert network.model.config.mask_time_prob == 0


def test_preparing_leaves_other_networks_alone():
    for family in FAMILIES:
        network = shipped(family)
        before = copy.deepcopy(network.model.state_dict())
        network.prepare_for_tuning()
        assert list(network.model.state_dict()) == list(before)
        assert all(torch.equal(tensor, before[name]) for name, tensor in network.model.state_dict().items())
