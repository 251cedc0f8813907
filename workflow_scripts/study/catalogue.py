"""The catalogue of networks (resources/models.yaml) and what the plan needs to know of each: its layers."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from workflow_scripts.networks import states_of

RESOURCES = Path(__file__).resolve().parents[2] / "resources"


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((RESOURCES / "models.yaml").read_text())
    return loaded


PRECOMPUTED = "precomputed"


def names() -> list[str]:
    """Names of the catalogue, in its order."""
    return list(_catalogue())


def is_published(model: Any) -> bool:
    """Whether a config's entry is a name of the catalogue with a revision or a folder of one's own."""
    return isinstance(model, Mapping) and model.get("name") in names() and not {"family", "vectors"} & model.keys()


def entry(model: Any) -> dict[str, Any]:
    """The full entry of a model of the config: from the catalogue by name, or the user's own mapping.

    Vectors made elsewhere are of the family `precomputed`, which no network has.
    """
    if isinstance(model, str):
        return {"name": model, "weights": "local", "final_norm": False, **_catalogue()[model]}
    if is_published(model):
        return {**entry(model["name"]), **dict(model)}
    if "vectors" in model:
        return {"family": PRECOMPUTED, "weights": "none", **dict(model)}
    return {"weights": "local", "final_norm": False, **dict(model)}


def is_precomputed(model: Mapping[str, Any]) -> bool:
    """Whether the entry of a model is of vectors made elsewhere."""
    return bool(model["family"] == PRECOMPUTED)


def states(model: Mapping[str, Any]) -> list[str]:
    """Layer names of a model: 0 (input of the first block) to L, and `final` after a norm outside the blocks.

    Of vectors made elsewhere those that their entry names, or one.
    """
    if is_precomputed(model):
        return [str(layer) for layer in model.get("layers", [0])]
    return states_of(model["layers"], model["final_norm"])
