# What all rules share: the names that wildcards may take, what a job uses and needs, and where embeddings lie.


def one_of(names):
    return "|".join(map(re.escape, sorted(names))) or "none-in-this-study"


def spec_of(rule):
    return lambda wildcards: plan.spec(rule, **wildcards)


def needs_of(rule, uses_gpu=False):
    return needs.resources(plan, workflow, rule, uses_gpu)


def recordings_of(dataset):
    """What a job leaves behind that makes or fetches the recordings; nothing where a person brought them."""
    if dataset in plan.voices:
        return [f"results/synthetic/{plan.voices[dataset]}/planted.csv"]
    return [f"results/fetched/{plan.corpus(dataset).name}.json"] if dataset in plan.fetched else []


def vectors_of(dataset, model, layer):
    if model in plan.study.acoustics:
        return f"results/acoustics/{dataset}/{model}.parquet"
    return f"results/embeddings/{dataset}/{model}/layer_{layer}.parquet"


def folds_of(dataset, protocols):
    return [f"results/corpora/{dataset}/folds_{protocol}.parquet" for protocol in protocols]


def all_layers(folder, file):
    models = [(model, layer) for model in plan.representations for layer in plan.layers(model)]
    return [f"{folder}/{model}/layer_{layer}/{file}.parquet" for model, layer in models]


def all_explained(emotions, file):
    """Files of all explanations; `emotions` is {dataset: those that are explained}."""
    return [
        f"results/explanation/{dataset}/{model}/layer_{layer}/{emotion}/{file}.parquet"
        for dataset, own in emotions.items()
        for model in plan.representations
        for layer in plan.layers(model)
        for emotion in own
    ]


def of_datasets(file):
    return expand(f"results/corpora/{{dataset}}/{file}.parquet", dataset=plan.datasets)


def of_both(first, second, file):
    return [f"results/{file.format(dataset=dataset)}" for dataset in (first, second)]


def frames_of(first, second, model):
    stored = plan.study.embeddings.frame_statistics and model in plan.networks
    return of_both(first, second, f"embeddings/{{dataset}}/{model}/frame_statistics.safetensors") if stored else []


def features_of(first, second):
    """Acoustic features that may account for distances: those of the first set of the study."""
    return [
        path
        for name in plan.study.acoustics[:1]
        for path in of_both(first, second, f"acoustics/{{dataset}}/{name}.parquet")
    ]


def of_protocols(file):
    pairs = [(dataset, protocol) for dataset in plan.examined for protocol in plan.protocols(dataset)]
    return [f"results/corpora/{dataset}/{file}_{protocol}.parquet" for dataset, protocol in pairs]


def heard_layers(dataset, model, tuner):
    """The stored layers that a tuner learns from; nothing where it acts inside the network."""
    stored = [] if plan.acts_inside(tuner) else plan.states(model)
    return [f"results/embeddings/{dataset}/{model}/layer_{state}.parquet" for state in stored]


def fetched_for(model, tuner):
    return [plan.record(model)] if plan.acts_inside(tuner) and plan.is_fetched(model) else []


def begun_by(cell):
    """Checkpoint of the stage that a cell tests or goes on from."""
    stage = trainings.stage_of(plan, trainings.Cell(**cell))
    return [f"{stage.folder}/checkpoint.json"] if stage else []


def equalled_by(cell):
    """Curves of both stages whose updates a cell has."""
    if cell.condition != "equal-updates":
        return []
    both = trainings.equalled(trainings.Cell(**cell))
    return [f"{part.folder}/curves.parquet" for part in (trainings.stage_of(plan, both), both)]


SHARDS = [str(shard) for shard in range(1, plan.study.embeddings.shards + 1)]
# One job writes the layer files; of several shards, each writes its own, which are put together and then deleted.
EMBEDDED = "results/embeddings/{dataset}/{model}"
EMBEDDED = f"{EMBEDDED}/shard_{{shard}}" if len(SHARDS) > 1 else EMBEDDED
EMBEDDING = "{dataset}_{model}" + ("_shard_{shard}" if len(SHARDS) > 1 else "")


def embedded(file):
    return temp(f"{EMBEDDED}/{file}") if len(SHARDS) > 1 else f"{EMBEDDED}/{file}"


wildcard_constraints:
    corpus=one_of(plan.fetched_corpora),
    dataset=one_of(plan.datasets),
    source=one_of(plan.datasets),
    target=one_of(plan.datasets),
    first=one_of(plan.datasets),
    second=one_of(plan.datasets),
    model=one_of(plan.representations),
    features=one_of(plan.study.acoustics),
    emotion=one_of({emotion for dataset in plan.explained_datasets for emotion in plan.explained(dataset)}),
    protocol=one_of({*plan.probe_protocols, *plan.trained_protocols}),
    labels=one_of({stage.labels for stage in plan.stages}),
    tuner=one_of(plan.tuners),
    training=one_of({stage.training for stage in plan.stages}),
    seed=r"\d+",
    shard=r"\d+",
    layer=r"\d+|final|functionals",
