"""Every job of a study, by rule: what is counted before Snakemake has planned anything, and on a login node too."""

from collections.abc import Iterator
from itertools import product

from workflow_scripts.study import trainings
from workflow_scripts.study.plan import Plan

# rule as of `Plan.spec`, and the names that tell its jobs apart
Job = tuple[str, dict[str, str]]


def jobs(plan: Plan) -> Iterator[Job]:
    """The jobs of a study of which nothing is there yet, each once."""
    yield from _materials(plan)
    yield from _listening(plan)
    if plan.study.probing:
        yield from _probing(plan)
    yield from _each("summarise_probing", "figures_papers")
    if plan.study.distances:
        yield from _distances(plan)
    if plan.explained_datasets:
        yield from _explanation(plan)
    if plan.cells:
        yield from _transfer(plan)
    for dataset in plan.shown:
        yield "clips", {"dataset": dataset}
    yield from _each("findings", "report", "paper")


def _each(*rules: str, **names: str) -> Iterator[Job]:
    return ((rule, names) for rule in rules)


def _materials(plan: Plan) -> Iterator[Job]:
    for voices in dict.fromkeys(plan.voices.values()):
        yield "synthesise", {"voices": voices}
    for corpus in plan.fetched_corpora:
        yield "fetch_corpus", {"corpus": corpus}
    for dataset in plan.datasets:
        yield "manifest", {"dataset": dataset}
    held_out = {(dataset, protocol) for dataset in plan.examined for protocol in plan.protocols(dataset)}
    held_out |= {(stage.dataset, stage.protocol) for stage in plan.stages}
    held_out |= {(dataset, cell.protocol) for cell in plan.cells for dataset in (cell.source, cell.target)}
    for dataset, protocol in sorted(held_out):
        yield "folds", {"dataset": dataset, "protocol": protocol}
    for dataset in plan.examined:
        yield "confounds", {"dataset": dataset}
    for source, target in plan.directions:
        yield "pair_leaks", {"source": source, "target": target}


def _listening(plan: Plan) -> Iterator[Job]:
    shards = plan.study.embeddings.shards
    for model in filter(plan.is_fetched, plan.models):
        yield "fetch_weights", {"model": model}
    for dataset, model in product(plan.datasets, plan.networks):
        names = {"dataset": dataset, "model": model}
        if shards == 1:
            yield "embed", names
            continue
        for shard in range(1, shards + 1):
            yield "embed", {**names, "shard": str(shard)}
        yield "gather_shards", names
    for dataset, model in product(plan.datasets, plan.precomputed):
        yield "import_vectors", {"dataset": dataset, "model": model}
    for dataset, features in product(plan.datasets, plan.study.acoustics):
        yield "measure_acoustics", {"dataset": dataset, "features": features}


def _layers(plan: Plan) -> list[dict[str, str]]:
    """Names of every layer of everything that is analysed."""
    return [{"model": model, "layer": layer} for model in plan.representations for layer in plan.layers(model)]


def _probing(plan: Plan) -> Iterator[Job]:
    for dataset in plan.examined:
        yield from (("probe", {"dataset": dataset, **layer}) for layer in _layers(plan))
        yield from _each("summarise_layers", "figures_probing", dataset=dataset)
    for source, target in plan.directions:
        way = {"source": source, "target": target}
        yield from (("cross_probe", {**way, **layer}) for layer in _layers(plan))
        yield "summarise_cross", way
    for source, target in plan.directions[::2]:
        yield "figures_cross", {"source": source, "target": target}


def _distances(plan: Plan) -> Iterator[Job]:
    for first, second in plan.study.pairs:
        pair = {"first": first, "second": second}
        yield "pair_groups", pair
        yield from (("measure_distances", {**pair, **layer}) for layer in _layers(plan))
    for first, second in plan.conditions:
        yield "figures_distances", {"first": first, "second": second}
    yield "summarise_distances", {}


def _explanation(plan: Plan) -> Iterator[Job]:
    for dataset in plan.explained_datasets:
        yield "explained_groups", {"dataset": dataset}
        for layer, emotion in product(_layers(plan), plan.explained(dataset)):
            yield "explain", {"dataset": dataset, **layer, "emotion": emotion}
        yield from _each("figures_explanation", "figures_shap", dataset=dataset)
    for model in plan.models:
        yield "figures_atlas", {"model": model}
    yield from _each("summarise_explanation", "figures_explanation_papers")


def _transfer(plan: Plan) -> Iterator[Job]:
    for stage in plan.stages:
        yield "train_stage", {**vars(stage), "seed": str(stage.seed)}
    for cell in trainings.trained(plan):
        if cell.condition != "direct":
            rule = "test_source" if cell.condition == "source-only" else "train_target"
            yield rule, {**vars(cell), "seed": str(cell.seed)}
    for source, target in plan.trained_directions:
        yield "figures_transfer", {"source": source, "target": target}
    yield from _each("summarise_transfer", "figures_transfer_claims")
