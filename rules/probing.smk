# Which layers know the emotion.


def folds_of(dataset, protocols):
    return [f"results/corpora/{dataset}/folds_{protocol}.parquet" for protocol in protocols]


def layers_of(wildcards, file):
    folder = "results/probing/{dataset}/{model}".format(**wildcards)
    return [f"{folder}/layer_{layer}/{file}.parquet" for layer in plan.layers(wildcards.model)]


rule probe:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
        folds=lambda wc: folds_of(wc.dataset, plan.protocols(wc.dataset)),
        vectors=lambda wc: vectors_of(**wc),
    output:
        predictions="results/probing/{dataset}/{model}/layer_{layer}/predictions.parquet",
        choices="results/probing/{dataset}/{model}/layer_{layer}/choices.parquet",
        scores="results/probing/{dataset}/{model}/layer_{layer}/scores.parquet",
    log:
        "results/logs/probe/{dataset}_{model}_{layer}.log",
    params:
        spec=spec_of("probe"),
    message:
        "Probing layer {wildcards.layer} of {wildcards.model} on {wildcards.dataset}"
    conda:
        "../envs/analysis.yaml"
    script:
        "../workflow_scripts/probe.py"


rule cross_probe:
    input:
        manifests=expand("results/corpora/{dataset}/manifest.parquet", dataset=["{source}", "{target}"]),
        source_folds=lambda wc: folds_of(wc.source, plan.pair_protocols(wc.source, wc.target)),
        target_folds=lambda wc: folds_of(wc.target, plan.pair_protocols(wc.source, wc.target)),
        source_vectors=lambda wc: vectors_of(wc.source, wc.model, wc.layer),
        target_vectors=lambda wc: vectors_of(wc.target, wc.model, wc.layer),
        leaks="results/cross/{source}_to_{target}/leaks.parquet",
    output:
        predictions="results/cross/{source}_to_{target}/{model}/layer_{layer}/predictions.parquet",
        choices="results/cross/{source}_to_{target}/{model}/layer_{layer}/choices.parquet",
        scores="results/cross/{source}_to_{target}/{model}/layer_{layer}/scores.parquet",
    log:
        "results/logs/cross_probe/{source}_to_{target}_{model}_{layer}.log",
    params:
        spec=spec_of("cross_probe"),
    message:
        "Probing layer {wildcards.layer} of {wildcards.model}: trained on {wildcards.source}, tested on {wildcards.target}"
    conda:
        "../envs/analysis.yaml"
    script:
        "../workflow_scripts/cross_probe.py"


rule summarise_layers:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
        predictions=lambda wc: layers_of(wc, "predictions"),
        choices=lambda wc: layers_of(wc, "choices"),
        scores=lambda wc: layers_of(wc, "scores"),
    output:
        layers="results/probing/{dataset}/{model}/layers.parquet",
        best="results/probing/{dataset}/{model}/best.parquet",
    log:
        "results/logs/summarise_layers/{dataset}_{model}.log",
    params:
        spec=spec_of("summarise_layers"),
    message:
        "Comparing the layers of {wildcards.model} on {wildcards.dataset}"
    conda:
        "../envs/analysis.yaml"
    script:
        "../workflow_scripts/summarise_layers.py"
