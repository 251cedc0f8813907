# What all rules share: the names that wildcards may take, and the spec of a job.
SOURCES, TARGETS = zip(*plan.directions) if plan.directions else ((), ())


def one_of(names):
    return "|".join(map(re.escape, names)) or "none-in-this-study"


def spec_of(rule):
    return lambda wildcards: plan.spec(rule, **wildcards)


def vectors_of(dataset, model, layer):
    if model in plan.study.acoustics:
        return f"results/acoustics/{dataset}/{model}.parquet"
    return f"results/embeddings/{dataset}/{model}/layer_{layer}.parquet"


wildcard_constraints:
    dataset=one_of(plan.datasets),
    source=one_of(plan.datasets),
    target=one_of(plan.datasets),
    model=one_of(plan.representations),
    features=one_of(plan.study.acoustics),
    protocol=one_of(plan.study.protocols),
    layer=r"\d+|final|functionals",
