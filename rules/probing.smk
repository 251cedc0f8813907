# Which layers know the emotion.


PROBED = "results/probing/{dataset}"
CROSSED = "results/cross/{source}_to_{target}"


rule probe:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
        folds=lambda wc: folds_of(wc.dataset, plan.protocols(wc.dataset)),
        vectors=lambda wc: vectors_of(**wc),
    output:
        predictions=f"{PROBED}/{{model}}/layer_{{layer}}/predictions.parquet",
        choices=f"{PROBED}/{{model}}/layer_{{layer}}/choices.parquet",
        scores=f"{PROBED}/{{model}}/layer_{{layer}}/scores.parquet",
    log:
        "results/logs/probe/{dataset}_{model}_{layer}.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("probe"),
    params:
        spec=spec_of("probe"),
    message:
        "Probing layer {wildcards.layer} of {wildcards.model} on {wildcards.dataset}"
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
        predictions=f"{CROSSED}/{{model}}/layer_{{layer}}/predictions.parquet",
        choices=f"{CROSSED}/{{model}}/layer_{{layer}}/choices.parquet",
        scores=f"{CROSSED}/{{model}}/layer_{{layer}}/scores.parquet",
    log:
        "results/logs/cross_probe/{source}_to_{target}_{model}_{layer}.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("cross_probe"),
    params:
        spec=spec_of("cross_probe"),
    message:
        "Probing layer {wildcards.layer} of {wildcards.model}: trained on {wildcards.source}, tested on {wildcards.target}"
    script:
        "../workflow_scripts/cross_probe.py"


rule summarise_layers:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
        predictions=all_layers(PROBED, "predictions"),
        choices=all_layers(PROBED, "choices"),
        scores=all_layers(PROBED, "scores"),
    output:
        layers=f"{PROBED}/layers.parquet",
        best=f"{PROBED}/best.parquet",
        confusion=f"{PROBED}/confusion.parquet",
        set_aside=f"{PROBED}/set_aside.parquet",
    log:
        "results/logs/summarise_layers/{dataset}.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("summarise_layers"),
    params:
        spec=spec_of("summarise_layers"),
    message:
        "Comparing the layers of every model on {wildcards.dataset}"
    script:
        "../workflow_scripts/summarise_layers.py"


rule summarise_cross:
    input:
        manifest="results/corpora/{target}/manifest.parquet",
        predictions=all_layers(CROSSED, "predictions"),
        choices=all_layers(CROSSED, "choices"),
        scores=all_layers(CROSSED, "scores"),
    output:
        best=f"{CROSSED}/best.parquet",
        confusion=f"{CROSSED}/confusion.parquet",
    log:
        "results/logs/summarise_cross/{source}_to_{target}.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("summarise_cross"),
    params:
        spec=spec_of("summarise_cross"),
    message:
        "Scoring every model trained on {wildcards.source} and tested on {wildcards.target}"
    script:
        "../workflow_scripts/summarise_cross.py"
