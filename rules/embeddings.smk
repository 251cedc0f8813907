# What the networks hear: every layer of every clip, from one forward.

FRAME_STATISTICS = ["frame_statistics.safetensors"] if plan.study.embeddings.frame_statistics else []

# One rule for each number of layers, since the files of one forward are the outputs of one job.
for STATES in sorted({tuple(plan.states(model)) for model in plan.models}, key=len):
    LAYERS = [f"layer_{layer}.parquet" for layer in STATES]

    rule:
        name:
            f"embed_{len(STATES)}_layers"
        input:
            manifest="results/corpora/{dataset}/manifest.parquet",
        output:
            layers=[embedded(file) for file in LAYERS],
            frames=[embedded(file) for file in FRAME_STATISTICS],
        log:
            f"results/logs/embed/{EMBEDDING}.log",
        benchmark:
            f"results/benchmarks/embed/{EMBEDDING}.tsv"
        wildcard_constraints:
            model=one_of(model for model in plan.models if tuple(plan.states(model)) == STATES),
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

    if len(SHARDS) > 1:

        rule:
            name:
                f"gather_shards_{len(STATES)}_layers"
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
                model=one_of(model for model in plan.models if tuple(plan.states(model)) == STATES),
            conda:
                "../envs/networks.yaml"
            params:
                spec=spec_of("gather_shards"),
            message:
                "Putting the shards of {wildcards.dataset} with {wildcards.model} together"
            script:
                "../workflow_scripts/gather_shards.py"


rule embeddings:
    input:
        [
            f"results/embeddings/{dataset}/{model}/layer_{layer}.parquet"
            for dataset in plan.datasets
            for model in plan.models
            for layer in plan.states(model)
        ],
