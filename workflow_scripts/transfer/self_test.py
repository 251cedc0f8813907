"""Does a listener train what its variant says, and nothing else? Asked of every listener before its training.

A tuner that has no effect is no error anywhere else: the head trains, figures come out, and they are those of the
frozen network. Gradients of LoRA's A, of a bottleneck's D and of a gate are exactly zero at the start, since what they
are multiplied with is zero; so these partners are made random first. All tensors are put back, bit for bit.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import safetensors.torch
import torch

from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.changes import changes
from workflow_scripts.transfer.listener import Listener

FRAMES = 8  # of one clip are listened to: there is a forward through its block for each trainable tensor
# Largest difference over the largest value. Above rounding in float32 (about 1e-6 after 12 blocks), below any effect.
SAME = 1e-4
# What nothing depends on: it adds the same to the scores of all keys, which the softmax takes away again.
WITHOUT_EFFECT = ("k_proj.bias",)


def self_test(listener: Listener, inputs: torch.Tensor, lengths: Sequence[int] | None = None) -> None:
    """Test a listener as it was built, before a checkpoint is loaded into it. It is afterwards what it was before.

    Args:
        listener: on its device, in float32 or float64.
        inputs, lengths: a batch as for the listener's forward; of its longest clip the first 8 frames are used.

    Raises:
        RuntimeError: which tensor fails, and what it fails at.
    """
    batch = _crop(inputs, lengths)
    with _restored(listener) as before, torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        listener.eval()
        _as_many_as_the_formula_says(listener)
        _starts_as_the_pretrained_network(listener, *batch)
        _make_partners_random(listener)
        _every_tensor_counts(listener, *batch)
        _a_step_leaves_the_rest(listener, before, *batch)
        _merged_is_unmerged(listener, *batch)
        _saved_is_loaded(listener, *batch)


def _crop(inputs: torch.Tensor, lengths: Sequence[int] | None) -> tuple[torch.Tensor, list[int] | None]:
    if lengths is None:
        return inputs[:1], None
    longest = max(range(len(lengths)), key=lambda clip: lengths[clip])
    frames = min(lengths[longest], FRAMES)
    return inputs[longest : longest + 1, :frames], [frames]


@contextmanager
def _restored(listener: Listener) -> Iterator[dict[str, torch.Tensor]]:
    """Give copies of all tensors, and afterwards put back those that changed, the mode too; gradients are dropped."""
    training = listener.training
    before = {name: tensor.clone() for name, tensor in listener.state_dict().items()}
    try:
        yield before
    finally:
        for name, tensor in listener.state_dict().items():
            if not torch.equal(tensor, before[name]):
                tensor.copy_(before[name])
        for tensor in listener.trainable().values():
            tensor.grad = None
        listener.train(training)


def _as_many_as_the_formula_says(listener: Listener) -> None:
    found = sum(tensor.numel() for tensor in listener.trainable().values())
    head = sum(tensor.numel() for tensor in listener.head.parameters())
    expected = tuners.parameters(listener.parts, listener.shape) + head
    if found != expected:
        raise _fault(listener, f"{found} parameters are trainable, by the formulas it should be {expected}")


def _starts_as_the_pretrained_network(listener: Listener, inputs: torch.Tensor, lengths: list[int] | None) -> None:
    if listener.network is None or lengths is None:
        return
    with torch.no_grad():
        found = listener.states(inputs, lengths)
        with _without_lora(listener):
            expected = listener.network.states_from(inputs, lengths)
    for name, state, pretrained in zip(listener.network.states, found, expected, strict=True):
        if (apart := _apart(state, pretrained)) > SAME:
            raise _fault(listener, f"state {name} does not start as that of the pretrained network ({apart:.1e} off)")


def _make_partners_random(listener: Listener) -> None:
    with torch.no_grad():
        for tensor in listener.trainable().values():
            if not tensor.any():
                tensor.copy_(0.1 * torch.randn(tensor.shape))


def _every_tensor_counts(listener: Listener, inputs: torch.Tensor, lengths: list[int] | None) -> None:
    """Each trainable tensor gets a gradient, and the logits change with it."""
    trainable = listener.trainable()
    if silent := _without_gradient(listener, inputs, lengths):
        with torch.no_grad():
            for name in silent:  # all ReLUs of a narrow bottleneck may be shut in so few frames; negated, they open
                trainable[name].neg_()
        silent = _without_gradient(listener, inputs, lengths)
    if silent:
        raise _fault(listener, f"{silent[0]} is trainable and gets no gradient (or none that is finite)")
    tried = [name for name in trainable if not name.endswith(WITHOUT_EFFECT)]
    for name, change in changes(listener, inputs, lengths, tried).items():
        if not change > 0:
            raise _fault(listener, f"{name} is trainable, and no logit changes with it")


def _without_gradient(listener: Listener, inputs: torch.Tensor, lengths: list[int] | None) -> list[str]:
    """Trainable tensors whose gradient is missing, zero or not finite."""
    trainable = listener.trainable()
    for tensor in trainable.values():
        tensor.grad = None
    logits = listener(inputs, lengths)
    (logits * torch.randn(logits.shape).to(logits)).sum().backward()
    return [
        name
        for name, tensor in trainable.items()
        if tensor.grad is None or not torch.isfinite(tensor.grad).all() or not tensor.grad.any()
    ]


def _a_step_leaves_the_rest(
    listener: Listener, before: Mapping[str, torch.Tensor], inputs: torch.Tensor, lengths: list[int] | None
) -> None:
    """One step of an optimiser moves what is trainable, and nothing else."""
    trainable = listener.trainable()
    still = {name: tensor.detach().clone() for name, tensor in trainable.items()}
    optimiser = torch.optim.AdamW(trainable.values(), lr=0.01, weight_decay=0)
    optimiser.zero_grad()
    listener(inputs, lengths).square().sum().backward()
    optimiser.step()
    for name, tensor in listener.state_dict().items():
        if name not in trainable and not torch.equal(tensor, before[name]):
            raise _fault(listener, f"{name} is frozen and changed in a step of training")
    for name, tensor in trainable.items():
        if torch.equal(tensor, still[name]):
            raise _fault(listener, f"{name} is trainable and did not change in a step of training")
        tensor.data.copy_(still[name])


@torch.no_grad()
def _merged_is_unmerged(listener: Listener, inputs: torch.Tensor, lengths: list[int] | None) -> None:
    layers = _lora_layers(listener)
    if not layers:
        return
    unmerged = listener(inputs, lengths)
    for layer in layers.values():
        layer.merge()
    apart = _apart(listener(inputs, lengths), unmerged)
    for layer in layers.values():
        layer.unmerge()
    if apart > SAME:
        name = next(iter(layers))
        raise _fault(listener, f"{name} and others: merging LoRA into the weights changes the logits ({apart:.1e})")


@torch.no_grad()
def _saved_is_loaded(listener: Listener, inputs: torch.Tensor, lengths: list[int] | None) -> None:
    trainable = listener.trainable()
    logits = listener(inputs, lengths)
    saved = safetensors.torch.save({name: tensor.detach().contiguous() for name, tensor in trainable.items()})
    for tensor in trainable.values():
        tensor.zero_()
    for name, loaded in safetensors.torch.load(saved).items():
        trainable[name].copy_(loaded)
    apart = _apart(listener(inputs, lengths), logits)
    if apart > SAME:
        raise _fault(listener, f"saving and loading the trainable tensors changes the logits ({apart:.1e})")


def _lora_layers(listener: Listener) -> dict[str, Any]:
    return {name: module for name, module in listener.named_modules() if hasattr(module, "lora_A")}


@contextmanager
def _without_lora(listener: Listener) -> Iterator[None]:
    layers = _lora_layers(listener)
    for layer in layers.values():
        layer.enable_adapters(False)
    try:
        yield
    finally:
        for layer in layers.values():
            layer.enable_adapters(True)


def _apart(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Largest difference over the largest expected value; infinite where something is not finite."""
    apart = float((found - expected).abs().max() / expected.abs().max())
    return apart if apart == apart else float("inf")


def _fault(listener: Listener, message: str) -> RuntimeError:
    variant = " + ".join(name for name, _ in listener.parts)
    network = f" in {listener.network.name}" if listener.network else ""
    return RuntimeError(f"self-test of {variant}{network}: {message}")
