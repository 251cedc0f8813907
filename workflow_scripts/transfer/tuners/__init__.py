"""The contract of a tuner, and the registry that finds tuners by name.

A tuner is one module in this folder: `weighted_sum` is the tuner `weighted-sum`. Files whose name starts with an
underscore are shared helpers. Adding a tuner is adding a file: nobody else needs to know. A tuner has

    OPTIONS     {name: Option}: what the config may say of it; may be empty
    DEFAULTS    {"learning_rate": ..., "epochs": ...}: the training that suits it
    SOURCE      where options and training come from, in a sentence
    INSIDE      True: it changes what the network computes. False: it listens to the states of the pretrained network,
                so that it trains from cached layers too
    ALONE       True: no other tuner may stand beside it in a variant
    parameters  (options, shape) -> number of trainable parameters, without those of the head
    attach      (site, options): puts its modules into the place that a listener is built of (see transfer/site.py).
                Draws come from torch's generator, which has been seeded for this tuner. What it attaches starts so
                that the states are those of the pretrained network, where the method promises it.

Every start of Snakemake imports this module and the tuners of the study to check the config, so both stay free of
numpy, torch and peft: a tuner imports them inside its functions.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from workflow_scripts.study.errors import UserError

# parts of a variant: (tuner, all its options) in the order of `names`
Parts: TypeAlias = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Option:
    """A setting of a tuner: its default, whose type is that of the option, and what is allowed.

    A list holds words of `choices`, each once; a number lies between `low` and `high`; a text is one of `choices`.
    """

    default: Any
    description: str
    choices: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Shape:
    """What formulas for numbers of parameters need to know of a network.

    Attributes:
        width: numbers in a frame of a state.
        layers: blocks.
        states: states that it gives, the input of the first block and a final norm included.
        inner: width of the feed-forward layers inside.
        behind: all parameters behind the convolutions over the waveform.
    """

    width: int
    layers: int
    states: int
    inner: int
    behind: int


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of all tuners, sorted, from the files of this folder (nothing is imported)."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(module.replace("_", "-") for module in modules if not module.startswith("_")))


def tuner_module(name: str) -> str:
    """Name of the module of a tuner: the plug-in which the digest of a job's code takes in."""
    return f"{__name__}.{name.replace('-', '_')}"


def find(name: str) -> Any:
    """The module of a tuner. Raises UserError, with the nearest valid name, when there is none."""
    if name not in names():
        raise UserError(f"unknown tuner '{name}'", remedy=_meant(name, names()))
    return importlib.import_module(tuner_module(name))


def source(name: str, options: Mapping[str, Any]) -> str:
    """Where the options of a tuner come from: its own source, but for those that the config sets otherwise."""
    tuner = find(name)
    own = [key for key, value in options.items() if value != tuner.OPTIONS[key].default]
    return f"{', '.join(own)}: set in this study; else {tuner.SOURCE}" if own else str(tuner.SOURCE)


def variant(parts: Any) -> Parts:
    """What the config holds for a variant, as (tuner, all its options) in the order of `names`.

    Args:
        parts: a tuner's name, a mapping {name: options}, or a list of these.

    Raises:
        UserError: no tuner or an unknown one, one that stands twice or must stand alone, an unknown option or a
            value that it does not allow. The message does not say which variant: the caller knows.
    """
    given = parts if isinstance(parts, list | tuple) else [parts]
    if not given:
        raise UserError("names no tuner", remedy="one or more of: " + ", ".join(names()))
    found: dict[str, dict[str, Any]] = {}
    for part in given:
        name, options = _part(part)
        if name in found:
            raise UserError(f"tuner '{name}' stands twice", remedy="name each once")
        found[name] = _resolved(name, find(name).OPTIONS, options)
    alone = [name for name in found if find(name).ALONE and len(found) > 1]
    if alone:
        raise UserError(f"tuner '{alone[0]}' stands beside others", remedy=f"make '{alone[0]}' a variant of its own")
    return sorted(found.items())


def training_defaults(parts: Parts) -> dict[str, Any]:
    """Learning rate and epochs that suit a variant: of those of its tuners the smallest."""
    settings = [find(name).DEFAULTS for name, _ in parts]
    return {key: min(of_one[key] for of_one in settings) for key in ("learning_rate", "epochs")}


def inside(parts: Parts) -> bool:
    """Whether a variant changes what the network computes, so that it cannot train from cached layers."""
    return any(find(name).INSIDE for name, _ in parts)


def parameters(parts: Parts, shape: Shape) -> int:
    """Trainable parameters of a variant by the formulas of its tuners, without those of the head."""
    return sum(find(name).parameters(options, shape) for name, options in parts)


def _part(part: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(part, str):
        return part, {}
    if isinstance(part, Mapping) and len(part) == 1:
        ((name, options),) = part.items()
        if isinstance(name, str) and isinstance(options, Mapping | None):
            return name, options or {}
    raise UserError(f"{part!r} is no tuner", remedy="write its name, or {name: {option: value}}")


def _resolved(tuner: str, options: Mapping[str, Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a tuner in its own order, the given ones over the defaults."""
    for name in given:
        if name not in options:
            raise UserError(f"tuner '{tuner}' has no option '{name}'", remedy=_meant(name, options))
    return {
        name: _value(f"option '{name}' of tuner '{tuner}'", option, given.get(name, option.default))
        for name, option in options.items()
    }


def _value(what: str, option: Option, value: Any) -> Any:
    """The value in the option's type. Raises UserError where it does not fit."""
    kind = type(option.default)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise UserError(f"{what} should be of type {kind.__name__} (found {value!r})")
    for word in (value if kind is list else [value]) if option.choices else []:
        if word not in option.choices:
            raise UserError(f"{what}: {word!r} is not valid", remedy=_meant(word, option.choices))
    if kind is list:
        if not value or len(set(value)) < len(value):
            raise UserError(f"{what} should hold one word or more, each once (found {value!r})")
        return [word for word in option.choices if word in value]
    if kind in (int, float):
        if option.low is not None and not value >= option.low:
            raise UserError(f"{what} should be at least {option.low} (found {value!r})")
        if option.high is not None and not value <= option.high:
            raise UserError(f"{what} should be at most {option.high} (found {value!r})")
    return value


def _meant(word: Any, valid: "Mapping[str, Any] | Sequence[Any]") -> str:
    words = [str(name) for name in valid]
    near = difflib.get_close_matches(str(word).lower(), words, n=1, cutoff=0.5)
    one_of = "one of: " + ", ".join(words) if words else "it has none"
    return f"did you mean '{near[0]}'?" if near else one_of
