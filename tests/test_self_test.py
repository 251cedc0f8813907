"""The self-test lets every tuner pass, puts everything back, and catches what is broken on purpose."""

import pytest
import torch
from network_cases import shipped
from tuner_cases import EMOTIONS, FAMILIES, VARIED, away_from_start, batch, built

from workflow_scripts.networks._waveform import WaveformNetwork
from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.listener import Heads, cached, inside
from workflow_scripts.transfer.self_test import self_test
from workflow_scripts.transfer.tuners import _adapter, _gates, _mixes, bottleneck, lora


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("variant", VARIED.values(), ids=list(VARIED))
def test_every_tuner_passes_on_every_family_and_is_put_back(family, variant):
    listener = inside(shipped(family), tuners.variant(variant), EMOTIONS, 1).train()
    before = {name: tensor.clone() for name, tensor in listener.state_dict().items()}
    trainable = list(listener.trainable())
    modes = {name: module.training for name, module in listener.named_modules()}
    torch.manual_seed(7)
    drawn = torch.get_rng_state()
    self_test(listener, *batch(listener.network))
    assert torch.equal(torch.get_rng_state(), drawn)
    assert list(listener.state_dict()) == list(before)
    assert all(torch.equal(tensor, before[name]) for name, tensor in listener.state_dict().items())
    assert list(listener.trainable()) == trainable
    assert all(tensor.grad is None for tensor in listener.parameters())
    assert {name: module.training for name, module in listener.named_modules()} == modes
    for module in listener.modules():
        assert not module._forward_hooks
        assert "forward" not in vars(module)
        assert not getattr(module, "merged", False)


@pytest.mark.parametrize("variant", ["frozen", "weighted-sum"])
def test_listeners_of_cached_layers_pass(variant):
    passes(cached(4, 8, tuners.variant(variant), EMOTIONS, 1), torch.randn(5, 4, 8))


@pytest.mark.parametrize("seed", range(8))
def test_narrow_bottlenecks_pass_though_all_their_relus_may_be_shut(seed):
    listener = built("hubert", {"bottleneck": {"width": 1}}, seed=seed)
    passes(listener, *batch(listener.network))


def passes(listener, *given):
    before = {name: tensor.clone() for name, tensor in listener.state_dict().items()}
    self_test(listener, *given)  # raises where something is wrong
    assert all(torch.equal(tensor, before[name]) for name, tensor in listener.state_dict().items())


def fails(variant, message, family="hubert"):
    listener = built(family, variant)
    before = {name: tensor.clone() for name, tensor in listener.state_dict().items()}
    with pytest.raises(RuntimeError, match=message):
        self_test(listener, *batch(listener.network))
    assert all(torch.equal(tensor, before[name]) for name, tensor in listener.state_dict().items())


def test_lora_on_the_librarys_own_wavlm_is_caught(monkeypatch):
    """Its attention reads the weights of its projections and never calls them: LoRA there trains nothing."""
    monkeypatch.setattr(WaveformNetwork, "prepare_for_tuning", lambda network: None)
    fails("lora", r"lora in tiny-wavlm: model.encoder.layers.0.attention.\w_proj.lora_A.\S+ is .* no gradient", "wavlm")
    fails(VARIED["peft"], r"attention.\w_proj.lora_A.default.weight is trainable and gets no gradient", "wavlm")


@pytest.mark.parametrize("variant", ["weight-gating", VARIED["peft"]])
def test_a_dead_gate_is_caught(monkeypatch, variant):
    monkeypatch.setattr(_gates.ClipGate, "forward", lambda gate, frames, valid: torch.full((), 0.5))
    fails(variant, r"branches.0.gate.weight is trainable and gets no gradient")


def test_a_gradient_without_an_effect_is_caught(monkeypatch):
    def only_a_gradient(gate, frames, valid):
        pull = gate.weight.sum() + gate.bias.sum()
        return 0.5 + pull - pull.detach()

    monkeypatch.setattr(_gates.ClipGate, "forward", only_a_gradient)
    fails("weight-gating", r"branches.0.gate.weight is trainable, and no logit changes with it")


def test_a_bottleneck_that_starts_elsewhere_is_caught(monkeypatch):
    monkeypatch.setattr(torch.nn.init, "zeros_", lambda tensor: tensor)
    fails("bottleneck", "state 1 does not start as that of the pretrained network")


def test_a_wrong_number_of_parameters_is_caught(monkeypatch):
    monkeypatch.setattr(bottleneck, "parameters", lambda options, shape: 1)
    fails("bottleneck", r"16902 parameters are trainable, by the formulas it should be 199")
    monkeypatch.setattr(lora, "attach", lambda site, options: None)
    fails("lora", r"198 parameters are trainable, by the formulas it should be 3270")


def test_a_frozen_tensor_that_changes_is_caught(monkeypatch):
    def forward(adapter, frames):
        if torch.is_grad_enabled():
            adapter.down.bias.data.add_(0)
            listener.model.encoder.layer_norm.bias.data.add_(1e-6)
        return adapter.up(torch.relu(adapter.down(frames)))

    listener = built("wav2vec2", "bottleneck")
    before = listener.model.encoder.layer_norm.bias.clone()
    monkeypatch.setattr(_adapter.Adapter, "forward", forward)
    with pytest.raises(RuntimeError, match=r"model.encoder.layer_norm.bias is frozen and changed"):
        self_test(listener, *batch(listener.network))
    assert torch.equal(listener.model.encoder.layer_norm.bias, before)


def test_a_merge_that_changes_the_logits_is_caught(monkeypatch):
    from peft.tuners.lora import Linear

    monkeypatch.setattr(Linear, "get_delta_weight", lambda layer, adapter: torch.ones_like(layer.weight))
    fails("lora", r"q_proj|k_proj|v_proj.* merging LoRA into the weights changes the logits")


def test_what_is_not_saved_is_caught(monkeypatch):
    class Half(_mixes.WeightedSum):
        """What it adds to the sum lies outside of its parameters."""

        def forward(self, pooled):
            self.aside = getattr(self, "aside", 0) + 1
            return super().forward(pooled) + self.aside

    monkeypatch.setattr(_mixes, "WeightedSum", Half)
    fails("weighted-sum", "saving and loading the trainable tensors changes the logits")


def test_a_head_that_hears_nothing_is_caught(monkeypatch):
    monkeypatch.setattr(Heads, "forward", lambda head, heard: head.bias + 0 * heard.sum() + torch.zeros(1, 1, 6))
    fails("weighted-sum", r"mix.weights is trainable and gets no gradient")


def test_not_a_number_is_caught():
    listener = away_from_start(built("hubert", "weighted-sum"))
    with torch.no_grad():
        listener.head.bias[0] = float("nan")
    with pytest.raises(RuntimeError, match="mix.weights|head"):
        self_test(listener, *batch(listener.network))
