"""Mistakes that only show when the keys of a config are seen together, and remarks on what is not there yet.

Every check takes the plan of a study whose keys are valid one by one, and yields its mistakes in words, each
beginning with the key.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from workflow_scripts import corpora, networks
from workflow_scripts.downloads import places, records
from workflow_scripts.precomputed import NPY, PARQUET
from workflow_scripts.study.config import Precomputed
from workflow_scripts.study.config.base import NAME
from workflow_scripts.study.nearest import did_you_mean
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks_transfer import check_transfer


def _words(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def check_repeats(plan: Plan) -> Iterable[str]:
    """No entry of a list stands twice."""
    study = plan.study
    lists: dict[str, Any] = {key: getattr(study, key) for key in ("layers", "emotions", "protocols", "acoustics")}
    lists["embeddings.poolings"] = study.embeddings.poolings
    for key in ("probes", "poolings", "speaker_normalisation", "datasets"):
        lists[f"probing.{key}"] = getattr(study.probing, key, [])
    lists["distances.poolings"] = getattr(study.distances, "poolings", [])
    for key in ("emotions", "datasets", "curves"):
        lists[f"explanation.{key}"] = getattr(study.explanation, key, None)
    for place, entries in lists.items():
        if isinstance(entries, list):
            yield from (f"{place}: {word!r} stands twice" for word in entries if entries.count(word) > 1)


def check_emotions(plan: Plan) -> Iterable[str]:
    """Every emotion is one that some dataset has, and every dataset has two of the study's.

    A table of a user's own may have words of its own; one that resembles a common word is taken for a slip.
    """
    if plan.study.emotions == "all":
        return
    emotions = list(plan.study.emotions)
    if len(emotions) < 2:
        yield "emotions: at least two are needed to tell apart"
        return
    having: set[str] = set()
    for dataset in plan.datasets:
        labels: Mapping[str, str] = plan.options(dataset).get("labels", {})
        having |= {*labels.values(), *(plan.corpus(dataset).emotions or corpora.EMOTIONS)}
    any_word = any(plan.corpus(dataset).own_emotions for dataset in plan.datasets)
    valid = [word for word in corpora.EMOTIONS if word in having] + sorted(having - set(corpora.EMOTIONS))
    unknown = [word for word in emotions if word not in having and not (any_word and not corpora.nearest(word, valid))]
    for emotion in unknown:
        yield f"emotions[{emotions.index(emotion)}]: no dataset has '{emotion}'" + did_you_mean(emotion, valid)
    for dataset in plan.datasets if not unknown else ():
        corpus, left = plan.corpus(dataset), plan.emotions(dataset)
        if len(left) < 2:
            has = f"dataset '{dataset}' has only: {_words(left)}; name two of {', '.join(corpus.emotions)}"
            yield f"emotions: {has}, or leave the dataset out"
        elif corpus.paper1 and "paper1" in plan.protocols(dataset):
            part = [emotion for emotion in left if emotion in corpus.paper1.emotions]
            if len(part) < 2:
                has = f"of dataset '{dataset}' protocol 'paper1' has only: {_words(part)}"
                yield f"emotions: {has}; name two of {', '.join(corpus.paper1.emotions)}, or leave the protocol out"


def check_pairs(plan: Plan) -> Iterable[str]:
    """Pairs name two different datasets, each pair once, with a protocol and two emotions for both."""
    seen = set()
    for index, (source, target) in enumerate(plan.study.pairs):
        unknown = [name for name in (source, target) if name not in plan.datasets]
        for name in unknown:
            yield f"pairs[{index}]: no dataset '{name}' in this study" + did_you_mean(name, plan.datasets)
        if source == target:
            yield f"pairs[{index}]: a dataset is paired with itself"
        if {source, target} in seen:
            yield f"pairs[{index}]: this pair stands twice"
        seen.add(frozenset((source, target)))
        if unknown:
            continue
        if not plan.pair_protocols(source, target):
            both = f"pairs[{index}] ({source}, {target})"
            yield f"protocols: none applies to {both}: 'emobox' never spans two datasets; add strict or paper1"
        each, common = (plan.emotions(source), plan.emotions(target)), plan.common_emotions(source, target)
        if all(len(emotions) > 1 for emotions in each) and len(common) < 2:
            both = f"emotions that both '{source}' and '{target}' have: {_words(common)}"
            yield f"pairs[{index}]: {both}; name two in `emotions` or drop the pair"


def check_protocols(plan: Plan) -> Iterable[str]:
    """Protocol `emobox` has fold lists for some dataset, and every dataset has a protocol."""
    lists = f"'emobox' has fold lists for {', '.join(name for name in corpora.names() if corpora.find(name).emobox)}"
    if "emobox" in plan.study.protocols and not any(plan.corpus(dataset).emobox for dataset in plan.datasets):
        yield f"protocols: {lists}, none of which is a dataset here; leave it out"
    if "paper2" in plan.study.protocols and plan.study.explanation is None:
        yield "protocols: 'paper2' is of the explanation; add `explanation: {}`, or leave it out"
    if not plan.probe_protocols:
        yield "protocols: 'paper2' is of the explanation alone; add strict"
        return
    for dataset in plan.datasets:
        if not plan.protocols(dataset):
            yield f"protocols: none applies to dataset '{dataset}': {lists} only; add strict or paper1"


def check_layers(plan: Plan) -> Iterable[str]:
    """Every layer is one that some model has, and every model has one of the layers."""
    if plan.study.layers == "all":
        return
    if not plan.study.layers:
        yield "layers: the list is empty; give 'all' or the layers to analyse"
        return
    every = {state for model in plan.models for state in plan.states(model)}
    ordered = sorted(every, key=_place)
    for index, layer in enumerate(plan.study.layers):
        if every and str(layer) not in every:
            yield f"layers[{index}]: no model of the study has a layer {layer!r}; valid: {', '.join(ordered)}"
    for model in plan.models:
        if not plan.layers(model):
            own = ", ".join(plan.states(model))
            yield f"layers: model '{model}' has none of them; name one of {own}, or leave the model out"


def _place(layer: str) -> float:
    """Where a layer stands in any network: by its number, `final` last."""
    return float("inf") if layer == "final" else int(layer)


def check_vectors(plan: Plan) -> Iterable[str]:
    """Vectors made elsewhere have a file for every dataset of the study, and layers in the order of a network."""
    for index, model in enumerate(plan.study.models):
        if not isinstance(model, Precomputed):
            continue
        place = f"models[{index}]"
        for dataset, file in model.vectors.items():
            if dataset not in plan.datasets:
                yield f"{place}.vectors: no dataset '{dataset}' in this study" + did_you_mean(dataset, plan.datasets)
            elif Path(file).suffix not in (PARQUET, NPY):
                yield f"{place}.vectors.{dataset}: '{file}' is neither {PARQUET} nor {NPY}; see docs/config.md"
        for dataset in plan.datasets:
            if dataset not in model.vectors:
                yield f"{place}.vectors.{dataset}: is required, a file for every dataset of the study"
        layers = plan.states(model.name)
        if layers != sorted(set(layers), key=_place) or any(_place(layer) < 0 for layer in layers):
            yield f"{place}.layers: give layers from 0 on, each once, in the order of the network, 'final' last"


def check_models(plan: Plan) -> Iterable[str]:
    """Entries agree with their architecture, or with what is in their folder already: its config.json, its fetch."""
    for index, model in enumerate(plan.study.models):
        if isinstance(model, Precomputed):
            continue
        name = model if isinstance(model, str) else model.name
        place, entry, folder = f"models[{index}]", plan.models[name], plan.weights(name)
        architecture = entry.get("architecture")
        family = networks.find(entry["family"])
        if "revision" in entry and "source" not in entry:
            yield f"{place}.revision: is one of a source; name the source, or leave it out"
        if folder and architecture:
            yield f"{place}.architecture: is for untrained networks; add weights: untrained, or leave it out"
        elif other := plan.other_weights(name):
            asked = f"{entry['source']}, revision {entry.get('revision', 'main')}"
            remedy = "move it away to have that fetched, or give this study a folder `weights` of its own"
            yield f"{place}: the study asks for {asked}, and {folder} holds {other}; {remedy}"
        elif folder:
            yield from _folder_mistakes(place, entry, Path(folder) / "config.json", family)
        elif key := next((key for key in ("folder", "source", "revision") if key in entry), ""):
            yield f"{place}.{key}: untrained networks have none; leave out the {key} or weights: untrained"
        elif architecture not in family.ARCHITECTURES:
            own = ", ".join(family.ARCHITECTURES) or "none"
            yield f"{place}.architecture: '{architecture}' is not of family '{entry['family']}'; this has {own}"
        else:
            stated = networks.facts_of(family, family.ARCHITECTURES[architecture])
            yield from _differences(place, entry, stated, f"architecture '{architecture}'")


def _folder_mistakes(place: str, entry: Mapping[str, Any], file: Path, family: Any) -> Iterable[str]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there yet, or broken: the job that loads the network says so
        return
    types = getattr(family, "MODEL_TYPES", ())  # a family that states none reads files of its own
    if not isinstance(config, dict) or (types and "model_type" not in config):
        return
    if types and config.get("model_type") not in types:
        found = f"{file} is of model_type '{config.get('model_type')}'"
        yield f"{place}.family: {found}, family '{entry['family']}' reads {' or '.join(types)}"
    else:
        yield from _differences(place, entry, networks.facts_of(family, {"config": config}), str(file))


def _differences(place: str, entry: Mapping[str, Any], stated: Mapping[str, Any], whose: str) -> Iterable[str]:
    for key, own in stated.items():
        if entry.get(key, own) != own:
            yield f"{place}.{key}: {whose} has {json.dumps(own)}, the entry says {json.dumps(entry[key])}"


def check_something_is_probed(plan: Plan) -> Iterable[str]:
    """A section `probing` has something to probe."""
    if plan.study.probing and not plan.representations:
        yield "probing: nothing to probe: name models or acoustics"


def check_windows(plan: Plan) -> Iterable[str]:
    """Windows of long clips are at least twice as long as their overlap."""
    length, overlap = plan.study.embeddings.window_seconds, plan.study.embeddings.window_overlap_seconds
    if length is not None and overlap > length / 2:
        longest = f"is {overlap:g} s, more than half of window_seconds ({length:g})"
        yield f"embeddings.window_overlap_seconds: {longest}; give at most {length / 2:g}"
        return
    for name, entry in plan.models.items():
        fixed = networks.fixed_seconds(entry["family"])
        if fixed is not None and overlap > fixed / 2:
            longest = f"is {overlap:g} s, more than half of the {fixed:g} s that {name} hears at most"
            yield f"embeddings.window_overlap_seconds: {longest}; give at most {fixed / 2:g}"


def check_probing(plan: Plan) -> Iterable[str]:
    """What is probed is there and stored; the grid ascends."""
    if plan.study.probing is None:
        return
    yield from _stored(plan, "probing")
    grid, datasets = plan.study.probing.C, plan.study.probing.datasets
    if grid != sorted(set(grid)) or any(value <= 0 for value in grid):
        yield "probing.C: give positive values in ascending order, each once"
    for index, dataset in enumerate(datasets or []):
        if dataset not in plan.datasets:
            wrong = f"no dataset '{dataset}' in this study" + did_you_mean(dataset, plan.datasets)
            yield f"probing.datasets[{index}]: {wrong}"
    if datasets == []:
        yield "probing.datasets: the list is empty; name a dataset, or leave the section `probing` out"


def check_distances(plan: Plan) -> Iterable[str]:
    """There are pairs to compare, and what is compared is stored."""
    if plan.study.distances is None:
        return
    yield from _stored(plan, "distances")
    if not plan.study.pairs:
        yield "distances: no pairs to compare; name some in `pairs`, such as [[speech, song]]"
    if not plan.representations:
        yield "distances: nothing to compare by: name models or acoustics"


def check_explanation(plan: Plan) -> Iterable[str]:
    """There is something to explain, and acoustic features to explain it by; grids ascend; names exist."""
    settings = plan.study.explanation
    if settings is None:
        return
    yield from _stored(plan, "explanation", "pooling")
    if not plan.study.acoustics:
        yield "explanation: no acoustic features to explain by; name a set in `acoustics`, such as eGeMAPSv02"
    for key, grid in (("C", settings.C), ("k", settings.k)):
        if list(grid) != sorted(set(grid)) or any(value <= 0 for value in grid):
            yield f"explanation.{key}: give positive values in ascending order, each once"
    for index, layer in enumerate(settings.curves or []):
        analysed = {str(own) for model in plan.models for own in plan.layers(model)}
        if str(layer) not in analysed:
            valid = ", ".join(sorted(analysed, key=_place))
            yield f"explanation.curves[{index}]: {layer!r} is no analysed layer of the study; valid: {valid}"
    for index, dataset in enumerate(settings.datasets or []):
        if dataset not in plan.datasets:
            wrong = f"no dataset '{dataset}' in this study" + did_you_mean(dataset, plan.datasets)
            yield f"explanation.datasets[{index}]: {wrong}"
    for key in ("datasets", "emotions", "curves"):
        if getattr(settings, key) == []:
            yield f"explanation.{key}: the list is empty; leave it out for the default"
    yield from _emotions_to_explain(plan)


def _emotions_to_explain(plan: Plan) -> Iterable[str]:
    """The emotions are known before files are read, are of the study, and have others to be told from."""
    settings = plan.study.explanation
    assert settings is not None
    every = [emotion for dataset in plan.explained_datasets for emotion in plan.emotions(dataset)]
    known = [emotion for emotion in every if emotion != settings.against]
    of_study = [] if plan.study.emotions == "all" else plan.study.emotions
    wrong_names = [emotion for emotion in settings.emotions or [] if emotion not in known]
    for index, emotion in enumerate(settings.emotions or []):
        if emotion == settings.against:
            yield f"explanation.emotions[{index}]: neutral is what the others are told from; leave it out"
        elif emotion not in known:
            near = did_you_mean(emotion, dict.fromkeys(known)) if emotion not in corpora.EMOTIONS else ""
            absent = "; it is not among the study's `emotions`" if of_study and emotion not in of_study else ""
            yield f"explanation.emotions[{index}]: no dataset explains '{emotion}'{near or absent}"
    for dataset in plan.explained_datasets:
        emotions = plan.emotions(dataset)
        if not emotions:
            yield f"emotions: 'all' of dataset '{dataset}' are known only from its files; name them to explain them"
        elif settings.against == "neutral" and "neutral" not in emotions:
            without = f"the study has no neutral clips of dataset '{dataset}'"
            yield f"explanation.against: {without}; add neutral to `emotions`, or give against: rest"
        for emotion in plan.explained(dataset):
            if not re.fullmatch(NAME, emotion):
                word = f"'{emotion}' of dataset '{dataset}' would be part of paths"
                yield f"emotions: {word}; to explain it, name it by letters, digits, '-' and '.' (`labels`)"
        if emotions and settings.against != "neutral" and len(emotions) < 2:
            yield f"explanation.against: dataset '{dataset}' has one emotion only, so there is no rest"
        elif emotions and not plan.explained(dataset) and not wrong_names:
            yield f"explanation.emotions: none of dataset '{dataset}'; leave the dataset out of explanation.datasets"


def _stored(plan: Plan, section: str, key: str = "poolings") -> Iterable[str]:
    """Poolings of a section that the embeddings do not have."""
    settings, stored = getattr(plan.study, section), plan.study.embeddings.poolings
    wanted = getattr(settings, key)
    for pooling in [wanted] if isinstance(wanted, str) else wanted:
        if pooling not in stored:
            default = "" if key in settings.model_fields_set else " (the default)"
            missing = f"'{pooling}'{default} is not among embeddings.poolings ({', '.join(stored)})"
            yield f"{section}.{key}: {missing}; add it there or take one of these"


# The keys that must be without mistakes of their own for a check to make sense, and the check.
CHECKS: tuple[tuple[tuple[str, ...], Callable[[Plan], Iterable[str]]], ...] = (
    ((), check_repeats),
    (("datasets",), check_emotions),
    (("datasets",), check_pairs),
    (("datasets",), check_protocols),
    (("models",), check_layers),
    (("models",), check_models),
    (("models", "datasets"), check_vectors),
    (("models", "acoustics"), check_something_is_probed),
    (("embeddings",), check_windows),
    (("embeddings", "datasets"), check_probing),
    (("embeddings", "pairs", "models", "acoustics"), check_distances),
    (("embeddings", "datasets", "models", "layers", "emotions", "acoustics", "explanation"), check_explanation),
    (("embeddings", "datasets", "models", "emotions", "folds", "transfer"), check_transfer),
)


def remarks(plan: Plan) -> list[str]:
    """Recordings and networks that are not there yet: what will be fetched, and what a person is to bring."""
    found = []
    for dataset in plan.datasets:
        corpus, folder = plan.corpus(dataset), plan.folder(dataset)
        place, archive = Path(folder) / str(plan.options(dataset).get("file", "")), plan.fetched.get(dataset)
        record = plan.fetch_record(corpus.name)
        if archive and _is_gone(place) and record.exists():
            again = f"delete {record} to have them fetched again"
            found.append(f"datasets.{dataset}: recordings were fetched into {folder} and are gone; {again}")
        elif archive and _is_gone(place):
            what = f"{archive.name}, {archive.bytes / 1e6:.0f} MB, from {corpus.page} ({corpus.licence})"
            offline = f"without a network put that file into {Path(folder).parent}"
            found.append(f"datasets.{dataset}: will be fetched into {folder}: {what}; {offline}")
        elif not corpus.synthetic and not place.exists():
            found.append(f"datasets.{dataset}: nothing lies at {place} yet; {corpora.by_hand(corpus, folder)}")
    found += [
        f"explanation.k: none is below the width of {model} ({width}); half of it, {width // 2}, is tried"
        for model in (plan.models if plan.study.explanation else ())
        if plan.study.explanation and min(plan.study.explanation.k) >= (width := plan.models[model].get("width", 10**9))
    ]
    for model in plan.models if "paper2" in plan.study.protocols else ():
        if not any(plan.has_full_curve(model, layer) for layer in plan.layers(model)):
            which = f"add {plan.states(model)[-1]} to `layers`, or name an analysed one in explanation.curves"
            found.append(f"explanation: no layer of {model} is explained with the full curve and as published; {which}")
    for model in plan.precomputed:
        for dataset in plan.datasets:
            absent = [file for file, content in plan.vector_files(dataset, model).items() if content == "absent"]
            found += [f"models: the vectors of {model} are not at {file} yet" for file in absent]
    with_folder = [model for model in plan.networks if plan.weights(model)]
    missing = [model for model in with_folder if not records.weights_files(Path(plan.weights(model)))]
    found += [remark for model in with_folder if model not in missing for remark in _half_filled(plan, model)]
    for model in missing:
        entry = plan.models[model]
        of_transformers = hasattr(networks.find(entry["family"]), "MODEL_TYPES")
        files = "config.json, preprocessor_config.json and model.safetensors" if of_transformers else "its weights"
        how = f"expected there: {files}"
        if plan.is_fetched(model):
            page = places.page(entry["source"], entry.get("revision", "main"))
            how = f"snakemake fetches it from {page} (licence: {entry.get('licence', 'see there')})"
        found.append(f"models: {model} is not at {plan.weights(model)} yet; {how}")
    if any(map(plan.is_fetched, missing)):
        found.append(f"models: without a network, {places.by_hand('the page of each', 'its folder')}")
    return found


def _is_gone(folder: Path) -> bool:
    return not (folder / corpora.FETCHED).exists()


def _half_filled(plan: Plan, model: str) -> Iterable[str]:
    """What the folder of a network of transformers lacks, where it holds something."""
    folder = Path(plan.weights(model))
    if not hasattr(networks.find(plan.models[model]["family"]), "MODEL_TYPES"):
        return
    lacking = [name for name in ("config.json", "preprocessor_config.json") if not (folder / name).exists()]
    if not any((folder / name).exists() for name in ("model.safetensors", "model.safetensors.index.json")):
        pickle = next((path.name for path in sorted(folder.glob("*.bin"))), "")
        convert = f" (there is {pickle}: run `python -m workflow_scripts.convert_weights {folder}`)" if pickle else ""
        lacking.append(f"model.safetensors{convert}")
    if lacking:
        yield f"models: {model} is not whole at {folder}; missing: {', '.join(lacking)}"
