"""Which role a model has in a study: trained network, untrained control, vectors made elsewhere, acoustic features."""

from collections.abc import Mapping
from typing import Any

Facts = Mapping[str, Mapping[str, Any]]
OF_MUSIC = {"mert"}  # families of networks that learned from music; all others learned from speech


def acoustic_sets(models: Facts) -> list[str]:
    """Names of the acoustic feature sets, in the order of the study."""
    return [name for name, facts in models.items() if facts["family"] == "acoustics"]


def networks(models: Facts) -> list[str]:
    """Names of the networks, trained and untrained, and of vectors made elsewhere, in the order of the study."""
    return [name for name, facts in models.items() if facts["family"] != "acoustics"]


def elsewhere(models: Facts) -> list[str]:
    """Names of the models whose vectors were made elsewhere."""
    return [name for name, facts in models.items() if facts["family"] == "precomputed"]


def untrained(models: Facts) -> list[str]:
    """Names of the networks with random weights."""
    return [name for name in networks(models) if models[name]["weights"] == "untrained"]


def of_music(models: Facts) -> list[str]:
    """Names of the music networks, trained and untrained."""
    return [name for name in networks(models) if models[name]["family"] in OF_MUSIC]


def of_speech(models: Facts) -> list[str]:
    """Names of the speech networks, trained and untrained; of vectors made elsewhere nothing is known."""
    others = {*of_music(models), *elsewhere(models)}
    return [name for name in networks(models) if name not in others]


def control_of(model: str, models: Facts) -> str:
    """The untrained network that comes closest to a trained one; "" for untrained networks and without any control.

    Closest: by depth, then by family, then by the order of the study. Of what made vectors elsewhere nothing is known,
    so no network of the study is its control.
    """
    facts = models[model]
    if facts["family"] in ("acoustics", "precomputed") or facts["weights"] == "untrained":
        return ""
    candidates = untrained(models)

    def distance(name: str) -> tuple[int, bool, int]:
        other = models[name]
        depth = abs(len(other["layers"]) - len(facts["layers"]))
        return (depth, other["family"] != facts["family"], candidates.index(name))

    return min(candidates, key=distance, default="")


def is_exact_control(model: str, control: str, models: Facts) -> bool:
    """Whether the control has the family and the depth of the model."""
    return bool(
        models[model]["family"] == models[control]["family"]
        and len(models[model]["layers"]) == len(models[control]["layers"])
    )
