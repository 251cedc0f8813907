"""Mistakes in the section `transfer`, each in words that begin with the key."""

import re
from collections.abc import Iterable

from workflow_scripts import networks
from workflow_scripts.study import trainings
from workflow_scripts.study.config.base import NAME
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.nearest import did_you_mean
from workflow_scripts.study.plan import Plan


def check_transfer(plan: Plan) -> Iterable[str]:
    """Variants can be read, the axes of the grid name what is there, and every training can be made."""
    settings = plan.study.transfer
    if settings is None:
        return
    if not plan.networks:
        yield "transfer: nothing to train: name networks in `models`"
        return
    mistakes = [*_of_variants(plan), *_of_axes(plan)]
    yield from mistakes
    if mistakes:
        return
    if not plan.cells:
        yield "transfer: no pairs to train on; name some in `pairs`, or give transfer.grid its `directions`"
    yield from _of_pairs(plan)
    yield from _of_networks(plan)
    if any(not plan.acts_inside(cell.tuner) for cell in plan.cells) and "mean" not in plan.study.embeddings.poolings:
        stored = ", ".join(plan.study.embeddings.poolings)
        yield f"transfer: frozen and weighted-sum learn from pooling 'mean'; embeddings.poolings has only {stored}"


def _of_variants(plan: Plan) -> Iterable[str]:
    settings = plan.study.transfer
    assert settings is not None
    for name in settings.tuners:
        try:
            plan.variant(name)
        except UserError as mistake:
            yield f"transfer.tuners.{name}: {mistake.message}" + (f"; {mistake.remedy}" if mistake.remedy else "")


def _of_axes(plan: Plan) -> Iterable[str]:
    """Names that the grid lists and that are not there, or stand twice; draws that the folds do not have."""
    settings = plan.study.transfer
    assert settings is not None
    valid = {"tuners": list(settings.tuners), "models": list(plan.models), "conditions": [], "protocols": []}
    for index, entry in enumerate(settings.grid):
        place = f"transfer.grid[{index}]"
        for axis, known in valid.items():
            listed = getattr(entry, axis) or []
            yield from (
                f"{place}.{axis}: {name!r} stands twice" for name in dict.fromkeys(listed) if listed.count(name) > 1
            )
            for name in listed if known else ():
                if name not in known:
                    yield f"{place}.{axis}: no {axis[:-1]} '{name}' in this study" + did_you_mean(name, known)
        for name in entry.models or []:
            if name in plan.precomputed:
                yield f"{place}.models: {name} is a table of vectors, no network that could be trained"
        for source, target in entry.directions or []:
            for name in (source, target):
                if name not in plan.datasets:
                    wrong = f"no dataset '{name}' in this study" + did_you_mean(name, plan.datasets)
                    yield f"{place}.directions: {wrong}"
            if source == target:
                yield f"{place}.directions: source and target are both '{source}'"
        draws = plan.study.folds.paper1_draws
        drawn = [name for name in entry.protocols or plan.study.protocols if name in ("paper1", "twins")]
        if drawn and entry.seeds > draws:
            yield f"{place}.seeds: {entry.seeds} seeds need as many draws; folds.paper1_draws gives {draws}"


def _of_pairs(plan: Plan) -> Iterable[str]:
    """Both datasets of a direction have two emotions in common, which are known before files are read."""
    for source, target in dict.fromkeys((cell.source, cell.target) for cell in plan.cells):
        for dataset in (source, target):
            if not plan.emotions(dataset):
                yield f"emotions: 'all' of dataset '{dataset}' are known only from its files; name them to train"
            for emotion in plan.emotions(dataset):
                if not re.fullmatch(NAME, emotion):
                    word = f"'{emotion}' of dataset '{dataset}' would be part of paths"
                    yield f"emotions: {word}; to train on it, name it by letters, digits, '-' and '.' (`labels`)"
        common = plan.common_emotions(source, target)
        if plan.emotions(source) and plan.emotions(target) and len(common) < 2:
            both = f"{source} and {target} have {', '.join(common) or 'no emotion'} in common"
            yield f"transfer.grid: {both}; at least two are needed"


def _of_networks(plan: Plan) -> Iterable[str]:
    """Tuners that act inside a network are for networks that let them."""
    wanted = dict.fromkeys((cell.model, cell.tuner) for cell in trainings.trained(plan))
    for model, tuner in wanted:
        family = plan.models[model]["family"]
        if plan.acts_inside(tuner) and not networks.tunable(family):
            inside = f"'{tuner}' acts inside a network, which family '{family}' of {model} does not offer"
            yield f"transfer.grid: {inside}; take frozen or weighted-sum for it"
