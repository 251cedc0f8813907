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


def names() -> list[str]:
    """Names of the catalogue, in its order."""
    return list(_catalogue())


def is_whole(model: Any) -> bool:
    """Whether a config's entry says enough to know its layers."""
    if isinstance(model, Mapping):
        return isinstance(model.get("layers"), int) and "name" in model
    return model in _catalogue()


def entry(model: Any) -> dict[str, Any]:
    """The full entry of a model of the config: from the catalogue by name, or the user's own mapping."""
    if isinstance(model, str):
        return {"name": model, "weights": "local", "final_norm": False, **_catalogue()[model]}
    return {"weights": "local", "final_norm": False, **dict(model)}


def states(model: Mapping[str, Any]) -> list[str]:
    """Layer names of a model: 0 (input of the first block) to L, and `final` after a norm outside the blocks."""
    return states_of(model["layers"], model["final_norm"])
