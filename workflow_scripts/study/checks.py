"""Reading a config and finding all its mistakes at once, each with the nearest valid name.

Here stand the mistakes of single keys and entries; what keys say together is checked in plan_checks.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from workflow_scripts import corpora, networks
from workflow_scripts.study import catalogue
from workflow_scripts.study.config import Dataset, Study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.nearest import did_you_mean, nearest
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import CHECKS

FORMS_OF_MODELS = ("str", "Published", "Model", "Precomputed")
NO_LAYER = "is neither a layer's number nor 'final'"


def read_study(path: str | Path) -> Study:
    """The study of a config file; UserError naming every mistake in it."""
    try:
        raw = yaml.safe_load(Path(path).read_text())
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror})", str(path), "give an existing config file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"is not valid YAML: {error}", str(path)) from error
    return check_study(raw, str(path))


def check_study(raw: Any, place: str = "config") -> Study:
    """Validate a config as read from YAML; UserError naming all mistakes."""
    if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
        raise UserError(
            "does not consist of named keys", place, "start from the config.yaml that comes with the project"
        )
    wrong: Sequence[Mapping[str, Any]] = ()
    try:
        Study.model_validate(raw)
    except ValidationError as error:
        wrong = error.errors()
    mistakes = [words for item in wrong if (words := _in_words(item))]
    mistakes += [
        f"{key}: holds nothing; write `{key}: {{}}` to ask the question with its defaults, or leave the key out"
        for key in ("probing", "distances", "explanation", "transfer")
        if key in raw and raw[key] is None
    ]
    mistakes += [*check_datasets(raw), *check_models(raw)]
    told = {_key(mistake) for mistake in mistakes}
    silent = dict.fromkeys(key for item in wrong if (key := str(item["loc"][0])) not in told)
    mistakes += [f"{key}: is not of a valid form (found {raw.get(key)!r})" for key in silent]
    study, faulty = _without_faulty_keys(raw, mistakes)
    plan = Plan(study)
    mistakes += [mistake for needed, check in CHECKS if not faulty & set(needed) for mistake in check(plan)]
    if mistakes:
        text = "\n".join(f"  - {mistake}" for mistake in dict.fromkeys(mistakes))
        raise UserError(f"{len(dict.fromkeys(mistakes))} mistake(s) in the config\n{text}", place, "see docs/config.md")
    return study


def _key(mistake: str) -> str:
    """The key of the config that a mistake in words begins with."""
    return re.split(r"[.:\[]", mistake)[0]


def _without_faulty_keys(raw: Mapping[Any, Any], mistakes: list[str]) -> tuple[Study, set[str]]:
    """The study with its faulty keys at their defaults, and the names of these keys.

    With it the checks of what keys say together still run where none of the keys they need is faulty. For an
    unknown key the valid one that was probably meant counts as faulty too.
    """
    faulty = {_key(mistake) for mistake in mistakes}
    faulty |= {near for key in raw if key not in Study.model_fields and (near := nearest(key, Study.model_fields))}
    stand_in = {"study": "", "datasets": {"none": {"corpus": "none"}}}
    sound = {key: value for key, value in raw.items() if key in Study.model_fields and key not in faulty}
    return Study.model_validate({**stand_in, **sound}), faulty


def _in_words(item: Mapping[str, Any]) -> str:
    """One pydantic error as a sentence, with the key as the user wrote it; "" for a branch that was not meant."""
    loc = list(item["loc"])
    if loc[0] == "layers":  # one sentence for a wrong layer instead of one for each type that it could have had
        if loc[-1] != "int":
            return (
                ""
                if isinstance(item["input"], list) or len(loc) > 2
                else f"layers: give 'all' or a list, not {item['input']!r}"
            )
        return f"layers[{loc[-2]}]: {item['input']!r} {NO_LAYER}"
    if loc[0] == "explanation" and item["type"] == "list_type":
        return f"explanation.{loc[1]}: give a list, or leave it out for the default (found {item['input']!r})"
    if loc[:2] == ["explanation", "curves"] and len(loc) > 2:
        return f"explanation.curves[{loc[2]}]: {item['input']!r} {NO_LAYER}" if loc[-1] == "int" else ""
    if loc[0] == "models" and loc[-3:-2] == ["layers"]:  # likewise for the layers of vectors made elsewhere
        return f"models[{loc[1]}].layers[{loc[-2]}]: {item['input']!r} {NO_LAYER}" if loc[-1] == "int" else ""
    if loc[0] == "emotions" and len(loc) == 2:  # one sentence for both forms that it could have had
        wanted = loc[-1] == "list[str]" and not isinstance(item["input"], list)
        return f"emotions: give 'all' or a list, not {item['input']!r}" if wanted else ""
    if loc[0] == "models" and loc[-1] in FORMS_OF_MODELS:
        return ""  # said by check_models, once
    path = [part for part in loc if isinstance(part, int) or not ("[" in part or part in FORMS_OF_MODELS)]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    if item["type"] == "extra_forbidden":
        return f"{key}: no such key" + did_you_mean(path[-1], _keys_beside(loc))
    if item["type"] == "missing":
        return f"{key}: is required"
    if item["type"] == "literal_error":
        valid = [word.strip().strip("'") for word in item["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return f"{key}: {item['input']!r} is not valid" + did_you_mean(item["input"], valid)
    if item["type"] == "string_pattern_mismatch" and path[-1] == "source":
        return f"{key}: {item['input']!r} is no repository of the hub: give its id, owner/name"
    if item["type"] == "string_pattern_mismatch":
        return f"{key}: {item['input']!r} is part of paths: use letters, digits, '-' and '.', a letter or digit first"
    return f"{key}: {item['msg'].lower()} (found {item['input']!r})"


def _keys_beside(loc: list[Any]) -> list[str]:
    model: Any = Study
    for part in loc[:-1]:
        field = getattr(model, "model_fields", {}).get(part)
        if field is None:
            continue
        inner = [kind for kind in _kinds(field.annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)]
        model = next((kind for kind in inner if kind.__name__ in loc), inner[0] if inner else model)
    return list(model.model_fields)


def _kinds(annotation: Any) -> list[Any]:
    """A type and all types inside it."""
    return [annotation, *(kind for inner in get_args(annotation) for kind in _kinds(inner))]


def _section(raw: Any, key: str) -> dict[str, Any]:
    value = raw.get(key)
    return {str(name): entry for name, entry in value.items()} if isinstance(value, Mapping) else {}


def _listed(raw: Any, key: str) -> list[Any]:
    value = raw.get(key)
    return list(value) if isinstance(value, list) else []


def _corpus(entry: Any) -> corpora.Corpus | None:
    name = entry.get("corpus") if isinstance(entry, Mapping) else None
    return corpora.find(name) if isinstance(name, str) and name in corpora.names() else None


def check_datasets(raw: Any) -> Iterable[str]:
    """Corpora exist, and every further key is an option of the corpus, of its type."""
    for name, entry in _section(raw, "datasets").items():
        if not isinstance(entry, Mapping):
            continue
        place, corpus = f"datasets.{name}", _corpus(entry)
        if corpus is None:
            if isinstance(entry.get("corpus"), str):
                yield f"{place}.corpus: no corpus '{entry['corpus']}'" + did_you_mean(entry["corpus"], corpora.names())
            continue
        valid = [*Dataset.model_fields, *corpus.options]
        for key, value in entry.items():
            if key not in valid:
                yield f"{place}.{key}: no such key for corpus '{corpus.name}'" + did_you_mean(key, valid)
            elif key in corpus.options:
                yield from _option_mistakes(f"{place}.{key}", corpus.options[key], value)
        for key, option in corpus.options.items():
            if option.required and key not in entry:
                yield f"{place}.{key}: is required for corpus '{corpus.name}' ({option.description})"


def _option_mistakes(place: str, option: corpora.Option, value: Any) -> Iterable[str]:
    number = option.type is float and isinstance(value, int) and not isinstance(value, bool)
    if not number and (not isinstance(value, option.type) or (option.type is int and isinstance(value, bool))):
        yield f"{place}: should be of type {option.type.__name__} (found {value!r})"
    elif isinstance(value, dict | list):
        parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        yield from (f"{place}: {part!r} is no text; put it in quotes" for part in parts if not isinstance(part, str))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if option.low is not None and value < option.low:
            yield f"{place}: should be at least {option.low} (found {value!r})"
        if option.high is not None and value > option.high:
            yield f"{place}: should be at most {option.high} (found {value!r})"


def check_models(raw: Any) -> Iterable[str]:
    """Names are in the catalogue, no name stands twice, families exist."""
    seen: set[str] = set()
    for index, entry in enumerate(_listed(raw, "models")):
        name = entry.get("name", "") if isinstance(entry, Mapping) else entry
        if not isinstance(entry, str | Mapping):
            yield f"models[{index}]: give a name of resources/models.yaml or a network of your own (found {entry!r})"
        if not isinstance(name, str):
            continue
        if isinstance(entry, str) and entry not in catalogue.names():
            yield f"models[{index}]: no model '{entry}' in resources/models.yaml" + did_you_mean(
                entry, catalogue.names()
            )
        if isinstance(entry, Mapping) and name in catalogue.names() and not catalogue.is_published(entry):
            yield f"models[{index}]: '{name}' is a name of resources/models.yaml; choose another"
        if name and name in seen:
            yield f"models[{index}]: '{name}' stands twice"
        if name in _listed(raw, "acoustics"):
            yield f"models[{index}]: '{name}' is the name of an acoustic feature set"
        family = entry.get("family") if isinstance(entry, Mapping) else None
        if isinstance(family, str) and family not in networks.names():
            yield f"models[{index}].family: no family '{family}'" + did_you_mean(family, networks.names())
        if isinstance(entry, Mapping) and entry.get("weights") == "untrained" and entry.get("architecture") is None:
            yield f"models[{index}].architecture: is required for untrained weights"
        seen.add(name)
