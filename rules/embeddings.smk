# What the networks hear: every layer of every clip, from one forward.

FRAME_STATISTICS = ["frame_statistics.safetensors"] if plan.study.embeddings.frame_statistics else []


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


# One rule for each set of layers, since the files of one forward are the outputs of one job.
for STATES in sorted({tuple(plan.states(model)) for model in plan.networks}, key=len):
    LAYERS = [f"layer_{layer}.parquet" for layer in STATES]
    NAMED = f"{len(STATES)}_layers" if STATES[-1] != "final" else f"{len(STATES) - 1}_layers_and_final"

    rule:
        name:
            f"embed_{NAMED}"
        input:
            manifest="results/corpora/{dataset}/manifest.parquet",
            fetched=lambda wc: [plan.record(wc.model)] if plan.is_fetched(wc.model) else [],
        output:
            layers=[embedded(file) for file in LAYERS],
            frames=[embedded(file) for file in FRAME_STATISTICS],
        log:
            f"results/logs/embed/{EMBEDDING}.log",
        benchmark:
            f"results/benchmarks/embed/{EMBEDDING}.tsv"
        wildcard_constraints:
            model=one_of(model for model in plan.networks if tuple(plan.states(model)) == STATES),
        priority: 2
        conda:
            "../envs/networks.yaml"
        threads: plan.study.embeddings.threads
        resources:
            **needs_of("embed", uses_gpu=True),
        params:
            spec=spec_of("embed"),
            # `input` is asked for so that Snakemake does not track it: where the folder lies decides nothing
            shared=lambda wildcards, input: plan.study.embeddings.shared or "",
        message:
            "Embedding {wildcards.dataset} with {wildcards.model}: all layers"
        script:
            "../workflow_scripts/embed.py"

    if len(SHARDS) > 1:

        rule:
            name:
                f"gather_shards_{NAMED}"
            input:
                manifest="results/corpora/{dataset}/manifest.parquet",
                layers=expand(f"{EMBEDDED}/{{file}}", shard=SHARDS, file=LAYERS, allow_missing=True),
                frames=expand(f"{EMBEDDED}/{{file}}", shard=SHARDS, file=FRAME_STATISTICS, allow_missing=True),
            output:
                layers=[f"results/embeddings/{{dataset}}/{{model}}/{file}" for file in LAYERS],
                frames=[f"results/embeddings/{{dataset}}/{{model}}/{file}" for file in FRAME_STATISTICS],
            log:
                "results/logs/gather_shards/{dataset}_{model}.log",
            wildcard_constraints:
                model=one_of(model for model in plan.networks if tuple(plan.states(model)) == STATES),
            conda:
                "../envs/networks.yaml"
            resources:
                **needs_of("gather_shards"),
            params:
                spec=spec_of("gather_shards"),
            message:
                "Putting the shards of {wildcards.dataset} with {wildcards.model} together"
            script:
                "../workflow_scripts/gather_shards.py"


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
        resources:
            **needs_of("import_vectors"),
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
