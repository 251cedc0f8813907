# Does training on one dataset help the other?


STAGES = "results/transfer/stages/{labels}/{dataset}/{model}/{tuner}/{training}/{protocol}/seed_{seed}"
TRANSFERRED = "results/transfer/{source}_to_{target}/{model}/{tuner}/{condition}/{protocol}/seed_{seed}"
TRANSFER = ["scores", "comparisons", "claims", "curves"]
BOTH = ["{source}", "{target}"]
HELPS = "Does one help the other?"
FIGURES_TRANSFER = ["transfer_grid", "transfer_differences", "transfer_bias", "transfer_curves"]
# nothing where the config has no section `transfer`
TRAINED = [f"{source}_to_{target}" for source, target in plan.trained_directions]


# One job trains all folds of a fold set, so that the network is loaded and listens through its convolutions once.
rule train_stage:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
        folds="results/corpora/{dataset}/folds_{protocol}.parquet",
        layers=lambda wc: heard_layers(wc.dataset, wc.model, wc.tuner),
        fetched=lambda wc: fetched_for(wc.model, wc.tuner),
    output:
        predictions=f"{STAGES}/predictions.parquet",
        curves=f"{STAGES}/curves.parquet",
        checkpoint=f"{STAGES}/checkpoint.json",
    log:
        "results/logs/train_stage/{labels}_{dataset}_{model}_{tuner}_{training}_{protocol}_{seed}.log",
    benchmark:
        "results/benchmarks/train_stage/{labels}_{dataset}_{model}_{tuner}_{training}_{protocol}_{seed}.tsv"
    priority: 1  # stage, target, comparison: a chain that would end alone
    conda:
        "../envs/transfer.yaml"
    threads: plan.training_threads
    resources:
        **needs_of("train_stage", uses_gpu=True),
    params:
        spec=spec_of("train_stage"),
    message:
        "Training {wildcards.model} ({wildcards.tuner}, {wildcards.training}) on {wildcards.dataset}, {wildcards.protocol}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/train_stage.py"


rule train_target:
    input:
        manifests=expand("results/corpora/{dataset}/manifest.parquet", dataset=BOTH),
        folds=expand("results/corpora/{dataset}/folds_{protocol}.parquet", dataset=BOTH, allow_missing=True),
        source_layers=lambda wc: heard_layers(wc.source, wc.model, wc.tuner),
        target_layers=lambda wc: heard_layers(wc.target, wc.model, wc.tuner),
        fetched=lambda wc: fetched_for(wc.model, wc.tuner),
        begun=lambda wc: begun_by(wc),
        equalled=lambda wc: equalled_by(wc),
    output:
        predictions=f"{TRANSFERRED}/predictions.parquet",
        curves=f"{TRANSFERRED}/curves.parquet",
        checkpoint=f"{TRANSFERRED}/checkpoint.json",
    log:
        "results/logs/train_target/{source}_to_{target}_{model}_{tuner}_{condition}_{protocol}_{seed}.log",
    benchmark:
        "results/benchmarks/train_target/{source}_to_{target}_{model}_{tuner}_{condition}_{protocol}_{seed}.tsv"
    wildcard_constraints:
        condition="two-stage|joint|shuffled-source|equal-updates",
    priority: 1  # stage, target, comparison: a chain that would end alone
    conda:
        "../envs/transfer.yaml"
    threads: plan.training_threads
    resources:
        **needs_of("train_target", uses_gpu=True),
    params:
        spec=spec_of("train_target"),
    message:
        "Training {wildcards.model} ({wildcards.tuner}, {wildcards.condition}) from {wildcards.source} to {wildcards.target}, {wildcards.protocol}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/train_target.py"


rule test_source:
    input:
        manifests=expand("results/corpora/{dataset}/manifest.parquet", dataset=BOTH),
        folds=expand("results/corpora/{dataset}/folds_{protocol}.parquet", dataset=BOTH, allow_missing=True),
        target_layers=lambda wc: heard_layers(wc.target, wc.model, wc.tuner),
        fetched=lambda wc: fetched_for(wc.model, wc.tuner),
        begun=lambda wc: begun_by(wc),
    output:
        predictions=f"{TRANSFERRED}/predictions.parquet",
    log:
        "results/logs/test_source/{source}_to_{target}_{model}_{tuner}_{condition}_{protocol}_{seed}.log",
    wildcard_constraints:
        condition="source-only",
    priority: 1  # stage, target, comparison: a chain that would end alone
    conda:
        "../envs/transfer.yaml"
    threads: plan.training_threads
    resources:
        **needs_of("test_source", uses_gpu=True),
    params:
        spec=spec_of("test_source"),
    message:
        "Testing on {wildcards.target} what {wildcards.model} ({wildcards.tuner}) learnt on {wildcards.source}, {wildcards.protocol}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/test_source.py"


rule summarise_transfer:
    input:
        manifests=of_datasets("manifest") if plan.cells else [],
        predictions=[trainings.predictions_of(plan, cell) for cell in plan.cells],
        curves=[f"{folder}/curves.parquet" for folder in plan.trained_folders],
        ranking=["results/distances/ranking.parquet"] if plan.study.distances else [],
        published="resources/published/paper1.csv",
    output:
        **{table: f"results/transfer/{table}.parquet" for table in TRANSFER},
        csv=[f"results/transfer/{table}.csv" for table in TRANSFER],
    log:
        "results/logs/summarise_transfer.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("summarise_transfer"),
    params:
        spec=spec_of("summarise_transfer"),
    message:
        "Comparing all trainings"
    script:
        "../workflow_scripts/summarise_transfer.py"


# Has no output, so that it runs whenever it is asked for.
rule plan:
    log:
        "results/logs/plan.log",
    localrule: True
    conda:
        "../envs/transfer.yaml"
    message:
        "Counting all jobs and what they take, and measuring trainings on this machine"
    script:
        "../workflow_scripts/plan.py"


rule figures_transfer:
    input:
        scores="results/transfer/scores.parquet",
        comparisons="results/transfer/comparisons.parquet",
        curves="results/transfer/curves.parquet",
    output:
        **{
            figure: report(
                f"results/figures/{{source}}_to_{{target}}/{figure}.svg",
                caption=f"../resources/captions/{figure}.rst",
                category=HELPS,
                labels={"dataset": "{source} to {target}", "figure": figure.replace("_", " ")},
            )
            for figure in FIGURES_TRANSFER
        },
        png=expand("results/figures/{{source}}_to_{{target}}/{figure}.png", figure=FIGURES_TRANSFER),
        pdf="results/figures/{source}_to_{target}/transfer_differences.pdf",
        csv=expand("results/figures/{{source}}_to_{{target}}/{figure}.csv", figure=FIGURES_TRANSFER),
    log:
        "results/logs/figures_transfer/{source}_to_{target}.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_transfer"),
    params:
        spec=spec_of("figures_transfer"),
    message:
        "Drawing what {wildcards.source} does for {wildcards.target}"
    script:
        "../workflow_scripts/figures_transfer.py"


rule figures_transfer_claims:
    input:
        claims="results/transfer/claims.parquet",
    output:
        svg=report(
            "results/figures/papers/transfer_claims.svg",
            caption="../resources/captions/transfer_claims.rst",
            category=HELPS,
            labels={"dataset": "all", "figure": "claims of paper 1"},
        ),
        png="results/figures/papers/transfer_claims.png",
        pdf="results/figures/papers/transfer_claims.pdf",
        csv="results/figures/papers/transfer_claims.csv",
    log:
        "results/logs/figures_transfer_claims.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_transfer_claims"),
    params:
        spec=spec_of("figures_transfer_claims"),
    message:
        "Drawing paper 1's claims on transfer"
    script:
        "../workflow_scripts/figures_transfer_claims.py"
