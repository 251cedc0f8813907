# What a phonetician would measure.


rule acoustics:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
    output:
        features="results/acoustics/{dataset}/{features}.parquet",
    log:
        "results/logs/acoustics/{dataset}_{features}.log",
    conda:
        "../envs/acoustics.yaml"
    threads: 2
    params:
        spec=spec_of("acoustics"),
    message:
        "Measuring {wildcards.features} of {wildcards.dataset}"
    script:
        "../workflow_scripts/acoustics.py"
