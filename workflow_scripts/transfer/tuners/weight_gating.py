"""A gate for each block on the branch of its bottleneck adapter, or, without one, on its feed-forward layer.

Its exact form in the work that names it was not found; three candidates can be chosen, x_t what enters the branch:

    clip    g = mean over the valid frames of sigmoid(v . x_t + b), one number for each clip and block (UniPELT)
    block   g free, one number for each block
    frame   g = sigmoid(V x_t), for each number of each frame

All start at g = 1/2. A bottleneck's branch is multiplied by g, a feed-forward layer by 2 g, which starts at 1.
"""

from collections.abc import Mapping
from typing import Any

from workflow_scripts.transfer.site import Site
from workflow_scripts.transfer.tuners import Option, Shape

OPTIONS = {"form": Option("clip", "what the gate depends on", choices=("clip", "block", "frame"))}
DEFAULTS = {"learning_rate": 5e-4, "epochs": 30}
SOURCE = (
    "Named by Lashkarashvili et al. (2024), form not found; `clip`: Mao et al. (2022, UniPELT), as in the `adapters` "
    "library; rate and epochs: Feng & Narayanan (2023, PEFT-SER)"
)
INSIDE = True
ALONE = False


def parameters(options: Mapping[str, Any], shape: Shape) -> int:
    """v and b, one number, or V for each block."""
    return shape.layers * {"clip": shape.width + 1, "block": 1, "frame": shape.width**2}[options["form"]]


def attach(site: Site, options: Mapping[str, Any]) -> None:
    """See the package's docstring."""
    from workflow_scripts.transfer.tuners._gates import FORMS

    for branch in site.branches:
        branch.gate = FORMS[options["form"]](site.width)
