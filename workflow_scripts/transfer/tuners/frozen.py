"""One layer of the pretrained network: a head for each state, each trained by itself, one of them chosen.

By validation, or by test in `paper1`, as Paper 1's best layer is.
"""

from collections.abc import Mapping
from typing import Any

from workflow_scripts.transfer.site import Site
from workflow_scripts.transfer.tuners import Option, Shape

OPTIONS: dict[str, Option] = {}
DEFAULTS = {"learning_rate": 1e-3, "epochs": 100}
SOURCE = "A linear layer over mean-pooled states (Paper 1); Adam's usual rate, as long as a linear probe needs"
INSIDE = False
ALONE = True


def parameters(options: Mapping[str, Any], shape: Shape) -> int:
    """None beside the heads."""
    return 0


def attach(site: Site, options: Mapping[str, Any]) -> None:
    """See the package's docstring."""
    from workflow_scripts.transfer.tuners._mixes import EveryState

    site.mix = EveryState(site.states)
