"""One weight for each state: h = sum_l softmax(w)_l h_l before the head, all alike at the start."""

from collections.abc import Mapping
from typing import Any

from workflow_scripts.transfer.site import Site
from workflow_scripts.transfer.tuners import Option, Shape

OPTIONS = {"first": Option(0, "the first state that counts: 1 leaves out the input of the first block", choices=(0, 1))}
DEFAULTS = {"learning_rate": 1e-3, "epochs": 100}
SOURCE = "The sum: Feng & Narayanan (2023, PEFT-SER), over states 1..L; rate and epochs as for `frozen`"
INSIDE = False
ALONE = False


def parameters(options: Mapping[str, Any], shape: Shape) -> int:
    """A weight for each state that counts."""
    return int(shape.states - options["first"])


def attach(site: Site, options: Mapping[str, Any]) -> None:
    """See the package's docstring."""
    from workflow_scripts.transfer.tuners._mixes import WeightedSum

    site.mix = WeightedSum(site.states, options["first"])
