"""Hidden states read by hooks, at exactly the places that their names mean.

"0" is what enters the first block, "k" what leaves block k, "final" what leaves the norm behind the last block. The
library's own list of states changed its last entry between versions 4 and 5.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def watched(blocks: Any, final_norm: Any, saw: Callable[[str, torch.Tensor], None]) -> Iterator[None]:
    """While open, call `saw(state, frames)` for every state that the blocks (and the norm, or None) compute."""

    def entering(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        saw("0", args[0] if args else kwargs["hidden_states"])

    def leaving(state: str) -> Callable[[Any, Any, Any], None]:
        def hook(module: Any, args: Any, output: Any) -> None:
            saw(state, output[0] if isinstance(output, tuple) else output)

        return hook

    handles = [blocks[0].register_forward_pre_hook(entering, with_kwargs=True)]
    handles += [block.register_forward_hook(leaving(str(k))) for k, block in enumerate(blocks, start=1)]
    if final_norm is not None:
        handles.append(final_norm.register_forward_hook(leaving("final")))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def skipped(blocks: Any, chance: float) -> Iterator[None]:
    """While open, each block hands on what entered it, by chance (LayerDrop): there are as many states as ever.

    The draws come from torch's generator, one a block for the whole batch. The library's own LayerDrop would leave
    states out instead. Opened before `watched`, whose hooks then see what is handed on.
    """

    def perhaps(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
        if torch.rand([]) >= chance:
            return output
        entered = args[0] if args else kwargs["hidden_states"]
        return (entered, *output[1:]) if isinstance(output, tuple) else entered

    handles = [block.register_forward_hook(perhaps, with_kwargs=True) for block in blocks] if chance > 0 else []
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
