"""How the logits change as trainable tensors are changed one by one, at little more than the cost of their own blocks.

A base network with all tuners has 147 trainable tensors, and a forward through it reads all of its weights. So a
block's inputs are kept, the block alone runs with each of its tensors changed, and what comes out goes on through the
blocks behind it as one batch.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch

from workflow_scripts.transfer.branch import Branch, branching
from workflow_scripts.transfer.listener import Listener

# what a block gives: frames, or a tuple that begins with them; clips (or clips x heads) come first in each
Output = Any


@torch.no_grad()
def changes(
    listener: Listener, inputs: torch.Tensor, lengths: Sequence[int] | None, names: Sequence[str]
) -> dict[str, float]:
    """Change of the logits with each tensor.

    Args:
        listener: in evaluation mode.
        inputs, lengths: one clip, as for its forward.
        names: of trainable tensors. Each is changed alone, by random numbers of about its own size, and put back.

    Returns:
        {name: largest change of a logit over the largest logit}. Exactly 0 where the block's output stays the same.
    """
    blocks = list(listener.model.encoder.layers) if listener.model is not None else []
    with _recorded(blocks) as (entered, left):
        logits = listener(inputs, lengths)
    found: dict[str, float] = {}
    for name in names:
        if _block_of(name) is None:  # behind all blocks, or before them
            behind = name.startswith(("mix.", "head."))
            with _changed(listener, name), _replayed(blocks, left if behind else []):
                found[name] = float((listener(inputs, lengths) - logits).abs().max())
    for k, block in enumerate(blocks):
        own = [name for name in names if _block_of(name) == k]
        if not own:
            continue
        given = [left[k]]
        for name in own:
            with _changed(listener, name), branching([block], [_branch(listener, k)], _all_valid(inputs)):
                given.append(block(*entered[k][0], **entered[k][1]))
        rows = len(given)
        with _replayed(blocks, [*(_joined([output] * rows) for output in left[:k]), _joined(given)]):
            of_rows = listener(inputs.repeat(rows, 1, 1), list(lengths or []) * rows)
        for name, output, row in zip(own, given[1:], of_rows[1:], strict=True):
            same = torch.equal(_frames(output), _frames(left[k]))
            found[name] = 0.0 if same else float((row - of_rows[0]).abs().max())
    largest = float(logits.abs().max())
    return {name: found[name] / largest for name in names}


def _block_of(name: str) -> int | None:
    found = re.match(r"(?:branches|model\.encoder\.layers)\.(\d+)\.", name)
    return int(found[1]) if found else None


def _branch(listener: Listener, k: int) -> Branch:
    branch = listener.branches[k]
    assert isinstance(branch, Branch)
    return branch


def _all_valid(inputs: torch.Tensor) -> torch.Tensor:
    return torch.ones(inputs.shape[:2], dtype=torch.bool, device=inputs.device)


@contextmanager
def _changed(listener: Listener, name: str) -> Iterator[None]:
    """While open, a tensor is another one."""
    tensor = listener.get_parameter(name)
    kept = tensor.clone()
    tensor.add_((kept.abs().mean() + 0.1) * torch.randn(tensor.shape).to(tensor))
    try:
        yield
    finally:
        tensor.copy_(kept)


@contextmanager
def _recorded(blocks: Sequence[Any]) -> Iterator[tuple[list[tuple[Any, Any]], list[Output]]]:
    """While open, what enters each block (positional, by name) and what it gives are appended to two lists."""
    entered: list[tuple[Any, Any]] = []
    left: list[Output] = []

    def hook(block: Any, args: Any, kwargs: Any, output: Output) -> None:
        entered.append((args, kwargs))
        left.append(output)

    handles = [block.register_forward_hook(hook, with_kwargs=True) for block in blocks]
    try:
        yield entered, left
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _replayed(blocks: Sequence[Any], outputs: Sequence[Output]) -> Iterator[None]:
    """While open, the first blocks give these outputs and compute nothing."""
    silent = blocks[: len(outputs)]
    for block, output in zip(silent, outputs, strict=True):
        block.forward = partial(_given, output)
    try:
        yield
    finally:
        for block in silent:
            del block.forward


def _given(output: Output, *args: Any, **kwargs: Any) -> Output:
    return output


def _frames(output: Output) -> torch.Tensor:
    frames: torch.Tensor = output[0] if isinstance(output, tuple) else output
    return frames


def _joined(outputs: Sequence[Output]) -> Output:
    """Outputs of a block for one clip each, as one output for a batch."""
    if isinstance(outputs[0], tuple):
        return tuple(torch.cat(parts) for parts in zip(*outputs, strict=True))
    return torch.cat(list(outputs))
