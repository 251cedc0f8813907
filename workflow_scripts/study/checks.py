"""Reading a config and finding all its mistakes at once, each with the nearest valid name."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from workflow_scripts import corpora
from workflow_scripts.study import catalogue
from workflow_scripts.study.config import Dataset, Embeddings, Study
from workflow_scripts.study.errors import UserError


def read_study(path: str | Path) -> Study:
    """The study of a config file; UserError naming every mistake in it."""
    try:
        raw = yaml.safe_load(Path(path).read_text())
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror})", str(path), "give an existing config file") from error
    except yaml.YAMLError as error:
        raise UserError(f"is not valid YAML: {error}", str(path)) from error
    return check_study(raw, str(path))


def check_study(raw: Any, place: str = "config") -> Study:
    """Validate a config as read from YAML; UserError naming all mistakes."""
    if not isinstance(raw, Mapping):
        raise UserError("holds no keys", place, "start from the config.yaml that comes with the project")
    study, mistakes = None, []
    try:
        study = Study.model_validate(raw)
    except ValidationError as error:
        mistakes = [words for item in error.errors() if (words := _in_words(item))]
    mistakes += [mistake for check in CHECKS for mistake in check(raw)]
    if mistakes or study is None:
        text = "\n".join(f"  - {mistake}" for mistake in dict.fromkeys(mistakes))
        raise UserError(f"{len(dict.fromkeys(mistakes))} mistake(s) in the config\n{text}", place, "see docs/config.md")
    return study


def _did_you_mean(word: Any, valid: Iterable[str]) -> str:
    by_lower = {name.lower(): name for name in valid}
    near = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.5)
    if near:
        return f"; did you mean '{by_lower[near[0]]}'?"
    return f"; valid: {', '.join(by_lower.values())}" if by_lower else ""


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
        return f"layers[{loc[-2]}]: {item['input']!r} is neither a layer's number nor 'final'"
    if loc[0] in ("models", "emotions") and loc[-1] in ("str", "Model") and not isinstance(item["input"], int | float):
        return ""
    path = [part for part in loc if isinstance(part, int) or not ("[" in part or part in ("str", "Model"))]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    if item["type"] == "extra_forbidden":
        return f"{key}: no such key" + _did_you_mean(path[-1], _keys_beside(path))
    if item["type"] == "missing":
        return f"{key}: is required"
    if item["type"] == "literal_error":
        valid = [word.strip().strip("'") for word in item["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return f"{key}: {item['input']!r} is not valid" + _did_you_mean(item["input"], valid)
    return f"{key}: {item['msg'].lower()} (found {item['input']!r})"


def _keys_beside(path: list[Any]) -> list[str]:
    model: Any = Study
    for part in path[:-1]:
        field = getattr(model, "model_fields", {}).get(part)
        if field is None:
            continue
        candidates = [field.annotation, *getattr(field.annotation, "__args__", ())]
        inner = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
        model = inner[0] if inner else model
    return list(model.model_fields)


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
                yield f"{place}.corpus: no corpus '{entry['corpus']}'" + _did_you_mean(entry["corpus"], corpora.names())
            continue
        valid = [*Dataset.model_fields, *corpus.options]
        for key, value in entry.items():
            if key not in valid:
                yield f"{place}.{key}: no such key for corpus '{corpus.name}'" + _did_you_mean(key, valid)
            elif key in corpus.options:
                yield from _option_mistakes(f"{place}.{key}", corpus.options[key], value)
        for key, option in corpus.options.items():
            if option.required and key not in entry:
                yield f"{place}.{key}: is required for corpus '{corpus.name}' ({option.description})"


def _option_mistakes(place: str, option: corpora.Option, value: Any) -> Iterable[str]:
    number = option.type is float and isinstance(value, int) and not isinstance(value, bool)
    if not number and (not isinstance(value, option.type) or (option.type is int and isinstance(value, bool))):
        yield f"{place}: should be of type {option.type.__name__} (found {value!r})"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if option.low is not None and value < option.low:
            yield f"{place}: should be at least {option.low} (found {value!r})"
        if option.high is not None and value > option.high:
            yield f"{place}: should be at most {option.high} (found {value!r})"


def check_models(raw: Any) -> Iterable[str]:
    """Names are in the catalogue, no name stands twice, architectures exist."""
    seen: set[str] = set()
    for index, entry in enumerate(_listed(raw, "models")):
        name = entry.get("name") if isinstance(entry, Mapping) else entry
        if isinstance(entry, str) and entry not in catalogue.names():
            yield f"models[{index}]: no model '{entry}' in resources/models.yaml" + _did_you_mean(
                entry, catalogue.names()
            )
        if isinstance(entry, Mapping) and name in catalogue.names():
            yield f"models[{index}]: '{name}' is a name of resources/models.yaml; choose another"
        if name in seen:
            yield f"models[{index}]: '{name}' stands twice"
        if name in _listed(raw, "acoustics"):
            yield f"models[{index}]: '{name}' is the name of an acoustic feature set"
        architecture = entry.get("architecture") if isinstance(entry, Mapping) else None
        if architecture is not None and architecture not in catalogue.architectures():
            yield f"models[{index}].architecture: no architecture '{architecture}'" + _did_you_mean(
                architecture, catalogue.architectures()
            )
        if isinstance(entry, Mapping) and entry.get("weights") == "untrained" and architecture is None:
            yield f"models[{index}].architecture: is required for untrained weights"
        seen.add(str(name))


def check_emotions(raw: Any) -> Iterable[str]:
    """Every emotion is one that some dataset of the study has.

    A table of a user's own may have words of its own; one that resembles a common word is taken for a slip.
    """
    having: set[str] = set()
    any_word = False
    for entry in _section(raw, "datasets").values():
        corpus = _corpus(entry)
        if corpus is None:
            return
        labels = entry.get("labels") if isinstance(entry.get("labels"), Mapping) else {}
        having |= {*map(str, labels.values()), *(corpus.emotions or corpora.EMOTIONS)}
        any_word = any_word or corpus.own_emotions
    emotions = [str(emotion) for emotion in _listed(raw, "emotions")]
    valid = [word for word in corpora.EMOTIONS if word in having] + sorted(having - set(corpora.EMOTIONS))
    for index, emotion in enumerate(emotions):
        if emotion not in having and not (any_word and not corpora.nearest(emotion, valid)):
            yield f"emotions[{index}]: no dataset has '{emotion}'" + _did_you_mean(emotion, valid)
    yield from (f"emotions: '{word}' stands twice" for word in sorted({e for e in emotions if emotions.count(e) > 1}))
    if isinstance(raw.get("emotions"), list) and len(emotions) < 2:
        yield "emotions: at least two are needed to tell apart"


def check_layers(raw: Any) -> Iterable[str]:
    """Every layer is one that some model of the study has."""
    models = [catalogue.entry(model) for model in _listed(raw, "models") if catalogue.is_whole(model)]
    states = {state for model in models for state in catalogue.states(model)}
    for index, layer in enumerate(_listed(raw, "layers")):
        if states and str(layer) not in states:
            ordered = sorted(states, key=lambda state: (not state.isdigit(), int(state) if state.isdigit() else 0))
            yield f"layers[{index}]: no model of the study has a layer {layer!r}; valid: {', '.join(ordered)}"


def check_pairs(raw: Any) -> Iterable[str]:
    """Pairs name two different datasets, each pair once."""
    datasets, seen = list(_section(raw, "datasets")), set()
    for index, pair in enumerate(_listed(raw, "pairs")):
        if not isinstance(pair, list):
            continue
        for name in pair:
            if name not in datasets:
                yield f"pairs[{index}]: no dataset '{name}' in this study" + _did_you_mean(name, datasets)
        if len(pair) == 2 and pair[0] == pair[1]:
            yield f"pairs[{index}]: a dataset is paired with itself"
        if frozenset(map(str, pair)) in seen:
            yield f"pairs[{index}]: this pair stands twice"
        seen.add(frozenset(map(str, pair)))


def check_probing(raw: Any) -> Iterable[str]:
    """What is probed is stored; the grid ascends; nothing stands twice."""
    probing = _section(raw, "probing")
    stored = _listed(_section(raw, "embeddings"), "poolings") or Embeddings().poolings
    for pooling in _listed(probing, "poolings"):
        if pooling not in stored:
            yield f"probing.poolings: '{pooling}' is not among embeddings.poolings ({', '.join(map(str, stored))})"
    grid = [value for value in _listed(probing, "C") if isinstance(value, int | float)]
    if grid != sorted(set(grid)) or any(value <= 0 for value in grid):
        yield "probing.C: give positive values in ascending order, each once"


def check_protocols(raw: Any) -> Iterable[str]:
    """Protocol `emobox` has fold lists for some dataset of the study."""
    corpus_names = [entry.get("corpus") for entry in _section(raw, "datasets").values() if isinstance(entry, Mapping)]
    if "emobox" in _listed(raw, "protocols") and not set(corpus_names) & {"ravdess-speech", "savee", "emodb"}:
        yield "protocols: 'emobox' has fold lists for ravdess-speech, savee and emodb, none of which is a dataset here"


CHECKS = (
    check_datasets,
    check_models,
    check_emotions,
    check_layers,
    check_pairs,
    check_probing,
    check_protocols,
)
