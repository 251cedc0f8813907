# What a phonetician would measure.


rule measure_acoustics:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
    output:
        features="results/acoustics/{dataset}/{features}.parquet",
    log:
        "results/logs/measure_acoustics/{dataset}_{features}.log",
    priority: 2
    conda:
        "../envs/acoustics.yaml"
    threads: 2
    resources:
        **needs_of("measure_acoustics"),
    params:
        spec=spec_of("measure_acoustics"),
    message:
        "Measuring {wildcards.features} of {wildcards.dataset}"
    script:
        "../workflow_scripts/measure_acoustics.py"


rule acoustics:
    input:
        expand("results/acoustics/{dataset}/{features}.parquet", dataset=plan.datasets, features=plan.study.acoustics),
