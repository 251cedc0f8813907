"""What each tuner computes, against its formula."""

import pytest
import torch
from network_cases import shipped
from tuner_cases import away_from_start, batch, built

from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.branch import branching
from workflow_scripts.transfer.checkpoints import write_fold
from workflow_scripts.transfer.site import Site
from workflow_scripts.transfer.tuners import lora


def around_the_feed_forward(listener, front, lengths):
    """What enters the feed-forward layer of block 0, what leaves it by itself, and what leaves it with its branch."""
    entered = []
    block = listener.model.encoder.layers[0]
    handle = block.feed_forward.register_forward_pre_hook(lambda layer, args: entered.append(args[0]))
    listener.states(front, lengths)
    handle.remove()
    left = block.feed_forward(entered[0])
    valid = torch.arange(front.shape[1])[None] < torch.tensor(lengths)[:, None]
    with branching([block], [listener.branches[0]], valid):
        return entered[0], left, block.feed_forward(entered[0])


def gate_by_hand(form, gate, frames, length):
    if form == "clip":
        return torch.sigmoid(frames[:length] @ gate.weight + gate.bias).mean()
    if form == "block":
        return 0.5 + gate.more
    return torch.sigmoid(frames @ gate.weight.T)


@pytest.mark.parametrize("form", ["clip", "block", "frame"])
@pytest.mark.parametrize("place", ["after", "parallel", None])
def test_branches_compute_their_formula(form, place):
    parts = [{"weight-gating": {"form": form}}] + ([{"bottleneck": {"width": 8, "place": place}}] if place else [])
    listener = away_from_start(built("hubert", parts, exact=True))
    front, lengths = batch(listener.network)
    entered, left, found = around_the_feed_forward(listener, front, lengths)
    branch = listener.branches[0]
    for clip, length in enumerate(lengths):
        heard = left[clip] if place == "after" else entered[clip]
        gate = gate_by_hand(form, branch.gate, heard, length)
        if place:
            inner = torch.relu(heard @ branch.adapter.down.weight.T + branch.adapter.down.bias)
            added = inner @ branch.adapter.up.weight.T + branch.adapter.up.bias
            expected = left[clip] + gate * added
        else:
            expected = 2 * gate * left[clip]
        torch.testing.assert_close(found[clip, :length], expected[:length], rtol=1e-10, atol=1e-10)


def test_a_branch_changes_the_states_behind_it_only():
    listener = built("wav2vec2", "bottleneck")
    front, lengths = batch(listener.network)
    before = listener.states(front, lengths)
    torch.nn.init.normal_(listener.branches[1].adapter.up.weight)
    after = listener.states(front, lengths)
    assert torch.equal(before[0], after[0])
    assert torch.equal(before[1], after[1])
    assert not torch.equal(before[2], after[2])


def test_gelu_and_dropout_are_where_they_are_asked_for():
    listener = built("hubert", {"bottleneck": {"activation": "gelu", "dropout": 0.5}})
    adapter = away_from_start(listener).branches[0].adapter
    frames = torch.randn(1, 4, 32)
    expected = adapter.up(torch.nn.functional.gelu(adapter.down(frames)))
    torch.testing.assert_close(adapter(frames), expected)
    listener.train()
    assert not torch.allclose(adapter(frames), expected)


def test_lora_adds_its_product_scaled_by_alpha_over_rank():
    listener = away_from_start(built("hubert", {"lora": {"rank": 4, "alpha": 6, "targets": ["v"]}}, exact=True))
    attention = listener.model.encoder.layers[1].attention
    frames, own = torch.randn(2, 5, 32, dtype=torch.float64), attention.v_proj
    found, a, b = own(frames), own.lora_A["default"].weight, own.lora_B["default"].weight
    assert (a.shape, b.shape) == ((4, 32), (32, 4))
    torch.testing.assert_close(found, own.base_layer(frames) + 6 / 4 * frames @ a.T @ b.T)
    assert isinstance(attention.q_proj, torch.nn.Linear)
    assert not hasattr(attention.q_proj, "lora_A")


@pytest.mark.parametrize("family", ["hubert", "wav2vec2"])
@pytest.mark.parametrize("variant", ["lora", {"lora": {"rank": 2, "alpha": 3, "targets": ["out", "ffn-in"]}}])
def test_files_of_lora_load_with_plain_peft(family, variant, tmp_path):
    import peft

    listener = away_from_start(built(family, [variant, "bottleneck"]))
    front, lengths = batch(listener.network)
    for branch in listener.branches:  # LoRA alone is in the files
        for tensor in branch.adapter.up.parameters():
            torch.nn.init.zeros_(tensor)
    write_fold(tmp_path / "checkpoint.json", 0, listener.learnt(), lora.settings(listener.model))

    fresh = built(family, "frozen").network
    peft.PeftModel.from_pretrained(fresh.model, tmp_path / "fold_0").eval()
    for found, expected in zip(fresh.states_from(front, lengths), listener.states(front, lengths), strict=True):
        assert torch.equal(found, expected)
    assert not torch.equal(listener.states(front, lengths)[-1], built(family, "frozen").states(front, lengths)[-1])


def test_lora_freezes_nothing_that_another_tuner_lets_learn():
    network = shipped("hubert")
    norm = network.model.encoder.layers[0].final_layer_norm.requires_grad_(True)
    lora.attach(Site(network.width, len(network.states), network.model), dict(tuners.variant("lora"))["lora"])
    learning = {name for name, tensor in network.model.named_parameters() if tensor.requires_grad}
    assert {name for name in learning if ".lora_" not in name} == {
        f"encoder.layers.0.final_layer_norm.{name}" for name, _ in norm.named_parameters()
    }
