# What the networks hear: every layer of every clip, from one forward.


rule fetch_weights:
    output:
        # update: the record of an earlier fetch is there to compare with, and stays where the new one fails
        update(plan.record("{model}")),
    log:
        "results/logs/fetch_weights/{model}.log",
    wildcard_constraints:
        model=one_of(filter(plan.is_fetched, plan.models)),
    localrule: True
    conda:
        "../envs/networks.yaml"
    params:
        spec=spec_of("fetch_weights"),
    message:
        "Fetching {wildcards.model}: {params.spec[source]}, revision {params.spec[revision]}"
    script:
        "../workflow_scripts/fetch_weights.py"


# One rule for each number of layers, since the files of one forward are the outputs of one job.
for STATES in sorted({tuple(plan.states(model)) for model in plan.networks}, key=len):

    rule:
        name:
            f"embed_{len(STATES)}_layers"
        input:
            manifest="results/corpora/{dataset}/manifest.parquet",
            fetched=lambda wc: [plan.record(wc.model)] if plan.is_fetched(wc.model) else [],
        output:
            layers=expand("results/embeddings/{{dataset}}/{{model}}/layer_{layer}.parquet", layer=STATES),
            frames=(
                ["results/embeddings/{dataset}/{model}/frame_statistics.safetensors"]
                if plan.study.embeddings.frame_statistics
                else []
            ),
        log:
            "results/logs/embed/{dataset}_{model}.log",
        benchmark:
            "results/benchmarks/embed/{dataset}_{model}.tsv"
        wildcard_constraints:
            model=one_of(model for model in plan.networks if tuple(plan.states(model)) == STATES),
        conda:
            "../envs/networks.yaml"
        threads: plan.study.embeddings.threads
        resources:
            gpu=gpus(),
        params:
            spec=spec_of("embed"),
        message:
            "Embedding {wildcards.dataset} with {wildcards.model}: all layers"
        script:
            "../workflow_scripts/embed.py"


# Vectors made elsewhere, one rule for each such model, since its layers are the outputs of one job.
for MODEL in plan.precomputed:

    rule:
        name:
            f"import_vectors_of_{MODEL}"
        input:
            manifest="results/corpora/{dataset}/manifest.parquet",
            set_aside="results/corpora/{dataset}/set_aside.parquet",
        output:
            layers=expand(
                "results/embeddings/{{dataset}}/{{model}}/layer_{layer}.parquet",
                layer=plan.states(MODEL),
            ),
        log:
            "results/logs/import_vectors/{dataset}_{model}.log",
        wildcard_constraints:
            model=re.escape(MODEL),
        conda:
            "../envs/analysis.yaml"
        params:
            spec=spec_of("import_vectors"),
        message:
            "Taking in the vectors of {wildcards.model} for {wildcards.dataset}"
        script:
            "../workflow_scripts/import_vectors.py"


rule embeddings:
    input:
        [
            f"results/embeddings/{dataset}/{model}/layer_{layer}.parquet"
            for dataset in plan.datasets
            for model in plan.models
            for layer in plan.states(model)
        ],
