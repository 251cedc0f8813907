"""The place that tuners attach to while a listener is built. Free of torch: every tuner file imports it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Site:
    """What a variant changes, each tuner its own part of it.

    Attributes:
        width: numbers in a frame.
        states: states of the network.
        model: transformers' model; None where the listener trains from cached layers.
        branches: one `Branch` for each block; none where there is no model.
        mix: torch module, what the head hears of the pooled states: (clips, states, width) -> (clips, heads, width),
            with an attribute `heads`; None: the last state.
    """

    width: int
    states: int
    model: Any = None
    branches: list[Any] = field(default_factory=list)
    mix: Any = None
