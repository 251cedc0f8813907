"""Bottleneck adapters: x + U f(D x) behind (or beside) the feed-forward layer of each block, inside its residual.

D: width -> m, U: m -> width and zero at the start. A `weight-gating` in the same variant multiplies U f(D x).
"""

from collections.abc import Mapping
from typing import Any

from workflow_scripts.transfer.site import Site
from workflow_scripts.transfer.tuners import Option, Shape

OPTIONS = {
    "width": Option(128, "width m of the bottleneck", low=1),
    "activation": Option("relu", "f, between D and U", choices=("relu", "gelu")),
    "place": Option(
        "after",
        "D takes what leaves the feed-forward layer (after) or what enters it (parallel)",
        choices=("after", "parallel"),
    ),
    "dropout": Option(0.1, "share of f(D x) that is dropped in training", low=0, high=0.9),
}
DEFAULTS = {"learning_rate": 5e-4, "epochs": 30}
SOURCE = (
    "Place: Lashkarashvili et al. (2024), whose width is not known; width 128, ReLU, dropout 0.1, rate and epochs: "
    "Feng & Narayanan (2023, PEFT-SER), without their factor of 0.1"
)
INSIDE = True
ALONE = False


def parameters(options: Mapping[str, Any], shape: Shape) -> int:
    """D and U with their biases for each block."""
    return int(shape.layers * (2 * shape.width * options["width"] + shape.width + options["width"]))


def attach(site: Site, options: Mapping[str, Any]) -> None:
    """See the package's docstring."""
    from torch.nn import GELU, Dropout, Linear, ReLU, init

    from workflow_scripts.transfer.tuners._adapter import Adapter

    for branch in site.branches:
        down, up = Linear(site.width, options["width"]), Linear(options["width"], site.width)
        init.zeros_(up.weight)
        init.zeros_(up.bias)
        activation = {"relu": ReLU, "gelu": GELU}[options["activation"]]()
        branch.adapter = Adapter(down, activation, Dropout(options["dropout"]), up)
        branch.parallel = options["place"] == "parallel"
