"""The training loop around real (tiny) networks: cuts, caches and interruptions change nothing."""

import dataclasses

import pytest
import torch
from network_cases import in_float64, noise, shipped

from workflow_scripts.networks import Network
from workflow_scripts.transfer import listener, tuners
from workflow_scripts.transfer.batches import Examples
from workflow_scripts.transfer.training import Settings, State, Trained, train

ALL = tuners.variant(["weighted-sum", "lora", {"bottleneck": {"dropout": 0.0}}, "weight-gating"])
SETTINGS = Settings(epochs=3, learning_rate=0.01, batch_clips=4, clips_at_once=2, class_weights=True)


def network_of(family: str) -> Network:
    """In float64 and without dropout, so that rounding hides nothing."""
    network = in_float64(shipped(family))
    for module in network.model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        for name in ("dropout", "attention_dropout", "layerdrop"):
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, 0.0)
    return network


def clips_of(network: Network, count: int, seed: int) -> Examples:
    """Clips of 0.6 to 1 s with emotions in turn."""
    waves = [noise(9600 + 640 * ((7 * i + seed) % 11), seed=seed + i).astype("float64") for i in range(count)]
    return Examples(network.front([network.scaled(wave) for wave in waves]), torch.arange(count) % 3)


@pytest.mark.parametrize("family", ["hubert", "wavlm"])
@pytest.mark.parametrize("parts", [ALL, tuners.variant("full")])
def test_how_a_batch_is_cut_changes_nothing(family: str, parts: tuners.Parts) -> None:
    """Clips of other lengths beside a clip do not change its gradient: padding is never heard in training either."""
    found = []
    for at_once in (1, 4):
        network = network_of(family)
        own = listener.inside(network, parts, 3, seed=0)
        training = clips_of(network, 9, seed=1)
        settings = dataclasses.replace(SETTINGS, clips_at_once=at_once, learning_rate=1e-3)
        found.append(train(own, training, settings, 7, validation=clips_of(network, 6, seed=40)))
    for name, tensor in found[0].tensors.items():
        if not name.endswith("k_proj.bias"):  # nothing depends on it, and AdamW makes rounding errors large
            torch.testing.assert_close(tensor, found[1].tensors[name], rtol=1e-6, atol=1e-8, msg=name)


@pytest.mark.parametrize("variant", ["frozen", "weighted-sum"])
def test_cached_layers_train_as_the_network_does(variant: str) -> None:
    """Where one batch is all clips; else batches differ, since those of the network are of similar length."""
    parts, found = tuners.variant(variant), []
    settings = dataclasses.replace(SETTINGS, batch_clips=9)
    network = network_of("hubert")
    fronts = [clips_of(network, 9, seed=1), clips_of(network, 6, seed=40)]
    inside = listener.inside(network, parts, 3, seed=0)
    found.append(train(inside, fronts[0], settings, 7, validation=fronts[1]))
    pooled = []
    for examples in fronts:
        with torch.no_grad():
            states = [network.states_from(own[None], [len(own)]) for own in examples.inputs]
        means = [torch.stack([state[0].mean(0) for state in own]) for own in states]
        pooled.append(Examples(means, examples.labels, pooled=True))
    cached = listener.cached(len(network.states), network.width, parts, 3, seed=0).double()
    found.append(train(cached, pooled[0], settings, 7, validation=pooled[1]))
    assert (found[0].head, found[0].epoch) == (found[1].head, found[1].epoch)
    for name, tensor in found[0].tensors.items():
        torch.testing.assert_close(tensor, found[1].tensors[name], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("parts", [ALL, tuners.variant("full")])
def test_skipped_blocks_and_hidden_spans_are_drawn_again_after_an_interruption(parts: tuners.Parts) -> None:
    """With dropout, LayerDrop and SpecAugment on; a block may not have been trained yet when the state is written."""

    class Every:
        def __init__(self) -> None:
            self.states: list[State] = []

        def due(self) -> bool:
            return True

        def write(self, state: State) -> None:
            self.states.append(state)

    def training(state: State | None = None, keeper: Every | None = None) -> Trained:
        network = shipped("wavlm")
        own = listener.inside(network, parts, 3, seed=0, layer_drop=0.5, spec_augment=0.3)
        waves = [network.scaled(noise(9600 + 640 * i, seed=i)) for i in range(6)]
        examples = Examples(network.front(waves), torch.arange(6) % 3)
        settings = dataclasses.replace(SETTINGS, batch_clips=6, clips_at_once=6)
        return train(own, examples, settings, 7, state=state, keeper=keeper)

    keeper = Every()
    expected = training(keeper=keeper)
    for state in keeper.states:
        found = training(state)
        assert all(torch.equal(tensor, found.tensors[name]) for name, tensor in expected.tensors.items())
