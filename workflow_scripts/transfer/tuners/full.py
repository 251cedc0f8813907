"""Everything behind the convolutions over the waveform is trained; the head hears the last state."""

from collections.abc import Mapping
from typing import Any

from workflow_scripts.transfer.site import Site
from workflow_scripts.transfer.tuners import Option, Shape

OPTIONS: dict[str, Option] = {}
DEFAULTS = {"learning_rate": 5e-5, "epochs": 30}
SOURCE = "Rate: Otake et al. (2023), fine-tuning of the encoder; epochs as for the other tuners"
INSIDE = True
ALONE = True


def parameters(options: Mapping[str, Any], shape: Shape) -> int:
    """All parameters behind the convolutions."""
    return shape.behind


def attach(site: Site, options: Mapping[str, Any]) -> None:
    """See the package's docstring."""
    for name, tensor in site.model.named_parameters():
        tensor.requires_grad_(not name.startswith("feature_extractor."))
