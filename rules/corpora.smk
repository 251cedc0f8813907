# Which recordings: their audio, who says what with which emotion, who is held out, and what could mislead.


rule synthesise:
    output:
        audio=directory("results/synthetic/{voices}/audio"),
        planted="results/synthetic/{voices}/planted.csv",
    log:
        "results/logs/synthesise/{voices}.log",
    wildcard_constraints:
        voices=one_of(set(plan.voices.values())),
    priority: 2  # all questions wait for clips and vectors
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("synthesise"),
    params:
        spec=spec_of("synthesise"),
    message:
        "Synthesising voices: {wildcards.voices}"
    script:
        "../workflow_scripts/synthesise.py"


# The recordings go to their folder below `audio`, whole or not at all. They are no declared output, since Snakemake
# deletes those before a job runs again.
rule fetch_corpus:
    output:
        fetched="results/fetched/{corpus}.json",
    log:
        "results/logs/fetch_corpus/{corpus}.log",
    localrule: True
    conda:
        "../envs/analysis.yaml"
    params:
        spec=lambda wildcards: plan.fetch(wildcards.corpus),
    message:
        "Fetching {wildcards.corpus}, {params.spec[bytes]} bytes, into {params.spec[folder]}"
    script:
        "../workflow_scripts/fetch_corpus.py"


rule manifest:
    input:
        lambda wc: recordings_of(wc.dataset),
    output:
        manifest="results/corpora/{dataset}/manifest.parquet",
        set_aside="results/corpora/{dataset}/set_aside.parquet",
    log:
        "results/logs/manifest/{dataset}.log",
    priority: 2
    conda:
        "../envs/analysis.yaml"
    threads: 2
    resources:
        **needs_of("manifest"),
    params:
        spec=spec_of("manifest"),
    message:
        "Listing and checking the recordings of {wildcards.dataset}"
    script:
        "../workflow_scripts/manifest.py"


rule folds:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
        lists=lambda wc: ["resources/emobox_folds.csv"] if wc.protocol == "emobox" else [],
    output:
        folds="results/corpora/{dataset}/folds_{protocol}.parquet",
        leaks="results/corpora/{dataset}/leaks_{protocol}.parquet",
        set_aside="results/corpora/{dataset}/set_aside_{protocol}.parquet",
    log:
        "results/logs/folds/{dataset}_{protocol}.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("folds"),
    params:
        spec=spec_of("folds"),
    message:
        "Holding out clips of {wildcards.dataset} under {wildcards.protocol}, and counting leaks"
    script:
        "../workflow_scripts/folds.py"


rule confounds:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
    output:
        confounds="results/corpora/{dataset}/confounds.parquet",
    log:
        "results/logs/confounds/{dataset}.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("confounds"),
    params:
        spec=spec_of("confounds"),
    message:
        "Asking how well the emotion in {wildcards.dataset} can be told from what should not matter"
    script:
        "../workflow_scripts/confounds.py"


rule pair_leaks:
    input:
        manifests=expand("results/corpora/{dataset}/manifest.parquet", dataset=["{source}", "{target}"]),
        folds=lambda wc: [
            f"results/corpora/{dataset}/folds_{protocol}.parquet"
            for protocol in plan.pair_protocols(wc.source, wc.target)
            for dataset in (wc.source, wc.target)
        ],
    output:
        leaks="results/cross/{source}_to_{target}/leaks.parquet",
    log:
        "results/logs/pair_leaks/{source}_to_{target}.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("pair_leaks"),
    params:
        spec=spec_of("pair_leaks"),
    message:
        "Counting leaks between {wildcards.source} and {wildcards.target}"
    script:
        "../workflow_scripts/pair_leaks.py"
