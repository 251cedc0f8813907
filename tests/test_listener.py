"""The listener: starts as the pretrained network, hears valid frames only, trains what it should."""

import pytest
import torch
from network_cases import relative, sharpen, shipped
from tuner_cases import EMOTIONS, FAMILIES, VARIED, away_from_start, batch, built, without_dropout

from workflow_scripts.networks import load
from workflow_scripts.study.errors import UserError
from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.listener import cached, inside

IDS = list(VARIED)


def gradients(listener, front, lengths, weights):
    listener.zero_grad()
    logits = listener(front, lengths)
    (logits * weights).sum().backward()
    return logits.detach(), {name: tensor.grad.clone() for name, tensor in listener.trainable().items()}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("variant", VARIED.values(), ids=IDS)
def test_training_starts_at_the_pretrained_network(family, variant):
    """Bit for bit, but for WavLM, whose attention is another one: to rounding."""
    listener, pretrained = built(family, variant), shipped(family)
    sharpen(pretrained)
    front, lengths = batch(pretrained)
    with torch.no_grad():
        states = listener.states(front, lengths), pretrained.states_from(front, lengths)
    for found, expected in zip(*states, strict=True):
        assert torch.equal(found, expected) or family == "wavlm"
        for clip, length in enumerate(lengths):
            assert relative(found[clip, :length], expected[clip, :length]) < 5e-6


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("variant", VARIED.values(), ids=IDS)
@pytest.mark.parametrize("training", [False, True])
def test_no_clip_depends_on_its_batch_mates(family, variant, training):
    """Neither its logits nor what it adds to the gradients."""
    listener = away_from_start(built(family, variant, exact=True))
    if training:
        without_dropout(listener)
    front, lengths = batch(listener.network)
    front[torch.arange(front.shape[1])[None] >= torch.tensor(lengths)[:, None]] = 3.0  # means nothing
    weights = torch.randn(len(lengths), listener.heads, EMOTIONS, dtype=torch.float64)
    logits, together = gradients(listener, front, lengths, weights)
    summed: dict[str, torch.Tensor] = {}
    for clip, length in enumerate(lengths):
        own = slice(clip, clip + 1)
        alone, parts = gradients(listener, front[own, :length], [length], weights[own])
        assert (alone[0] - logits[clip]).abs().max() < 1e-10 * logits.abs().max()
        summed = {name: summed.get(name, 0) + part for name, part in parts.items()}
    for name, total in summed.items():
        assert (together[name] - total).abs().max() < 1e-9 * total.abs().max() + 1e-12, name


@pytest.mark.parametrize("family", ["wav2vec2", "hubert"])
@pytest.mark.parametrize("variant", ["frozen", "weighted-sum", {"weighted-sum": {"first": 1}}])
def test_cached_layers_give_the_same_logits_and_the_same_training(family, variant):
    within = built(family, variant, exact=True)
    front, lengths = batch(within.network)
    states = within.network.states_from(front, lengths)
    pooled = torch.stack(
        [torch.stack([state[clip, :n].mean(dim=0) for state in states]) for clip, n in enumerate(lengths)]
    )
    of_cache = cached(len(states), 32, tuners.variant(variant), EMOTIONS, seed=1).double()
    inputs = {within: (front, lengths), of_cache: (pooled, None)}
    labels = torch.arange(len(lengths)) % EMOTIONS
    optimisers = {listener: torch.optim.AdamW(listener.trainable().values(), lr=0.05) for listener in inputs}
    assert list(within.trainable()) == list(of_cache.trainable())
    for _ in range(10):
        logits = [listener.train()(*given) for listener, given in inputs.items()]
        torch.testing.assert_close(logits[0], logits[1], rtol=1e-9, atol=1e-9)
        for optimiser, of_one in zip(optimisers.values(), logits, strict=True):
            optimiser.zero_grad()
            sum(torch.nn.functional.cross_entropy(of_one[:, k], labels) for k in range(of_one.shape[1])).backward()
            optimiser.step()
    for name, tensor in within.trainable().items():
        torch.testing.assert_close(tensor, of_cache.trainable()[name], rtol=1e-8, atol=1e-8)


def test_heads_of_frozen_learn_each_by_itself():
    listener = cached(3, 8, tuners.variant("frozen"), EMOTIONS, seed=1)
    listener(torch.randn(4, 3, 8))[:, 1].sum().backward()
    assert listener.head.weight.grad[1].abs().sum() > 0
    assert not listener.head.weight.grad[[0, 2]].any()


def test_a_variant_without_a_sum_hears_the_last_state():
    listener = built("hubert", "lora", exact=True)
    front, lengths = batch(listener.network)
    final = listener.states(front, lengths)[-1]
    assert listener.network.states[-1] == "final"
    pooled = torch.stack([final[clip, :n].mean(dim=0) for clip, n in enumerate(lengths)])
    expected = pooled @ listener.head.weight[0].T + listener.head.bias[0]
    torch.testing.assert_close(listener(front, lengths)[:, 0], expected, rtol=1e-10, atol=1e-10)


def test_the_weighted_sum_starts_as_the_mean_of_its_states():
    inputs = torch.randn(2, 4, 8)
    for first in (0, 1):
        listener = cached(4, 8, tuners.variant({"weighted-sum": {"first": first}}), EMOTIONS, seed=1)
        expected = inputs[:, first:].mean(dim=1) @ listener.head.weight[0].T + listener.head.bias[0]
        torch.testing.assert_close(listener(inputs)[:, 0], expected)


def test_the_head_is_drawn_from_the_seed_whatever_else_is_trained():
    heads = [built("hubert", variant).head.weight[0] for variant in ("lora", "full", "weighted-sum")]
    assert all(torch.equal(head, heads[0]) for head in heads)
    assert not torch.equal(built("hubert", "lora", seed=2).head.weight[0], heads[0])
    again, other = (built("hubert", "lora", seed=seed).trainable() for seed in (1, 2))
    name = "model.encoder.layers.0.attention.q_proj.lora_A.default.weight"
    assert torch.equal(built("hubert", "lora").trainable()[name], again[name])
    assert not torch.equal(other[name], again[name])


def test_building_draws_nothing_from_the_global_generator():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    built("wav2vec2", VARIED["peft"])
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("variant", ["weighted-sum", "bottleneck", "full"])
def test_dropout_acts_in_training_and_only_where_a_part_is_inside(variant):
    listener = built("wavlm", variant)
    front, lengths = batch(listener.network)
    assert torch.equal(listener(front, lengths), listener(front, lengths))
    listener.train()
    assert not listener.model.feature_extractor.training
    torch.manual_seed(0)
    assert torch.equal(listener(front, lengths), listener(front, lengths)) is (variant == "weighted-sum")


def test_layer_drop_and_hidden_spans_act_where_they_are_asked_for():
    plain, chancy = (built("hubert", "lora", **options) for options in ({}, {"layer_drop": 0.5, "spec_augment": 0.3}))
    front, lengths = batch(plain.network)
    assert torch.equal(plain(front, lengths), chancy(front, lengths)), "in evaluation"
    for listener in (plain, chancy):
        without_dropout(listener)
    torch.manual_seed(0)
    assert torch.equal(plain(front, lengths), plain(front, lengths))
    assert not torch.equal(chancy(front, lengths), chancy(front, lengths))


def test_nothing_stays_on_the_network_between_forwards():
    listener = built("hubert", VARIED["peft"])
    listener(*batch(listener.network))
    for module in listener.model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_a_network_that_cannot_be_tuned_is_refused_by_name():
    entry = {"family": "whisper", "weights": "untrained", "architecture": "whisper-2x32-tiny"}
    with pytest.raises(UserError, match="tiny-whisper: cannot be trained from the inside"):
        inside(load("tiny-whisper", entry, "", 1), tuners.variant("lora"), EMOTIONS, 1)
    with pytest.raises(ValueError, match="not from cached layers"):
        cached(3, 8, tuners.variant("lora"), EMOTIONS, 1)


@pytest.mark.parametrize("family", FAMILIES)
def test_mixed_precision_is_possible_and_near(family):
    listener = away_from_start(built(family, VARIED["peft"]))
    without_dropout(listener)
    front, lengths = batch(listener.network)
    with torch.autocast("cpu", torch.bfloat16):
        logits = listener(front, lengths)
    assert logits.dtype == torch.float32, "pooling and head stay in the precision of the weights"
    logits.square().sum().backward()
    assert all(torch.isfinite(tensor.grad).all() for tensor in listener.trainable().values())
    expected = listener(front, lengths)
    assert (logits - expected).norm() < 0.1 * expected.norm()
