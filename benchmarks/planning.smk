# Most jobs of the study of planning.py as a person would write them down: no config, no spec, no functions.
LAYERS = {f"m{i}": range(n) for i, n in enumerate((13, 13, 25, 13, 26, 13, 26, 13))}
SETS, LAYERS_AND_SET = ["d0", "d1", "d2", "d3", "d4", "d5", "d6"], {**LAYERS, "features": [0]}
PROBED, PAIRED, CROSSED = SETS[:3], SETS[:3], SETS[:2]


def of(file, datasets):
    return [file.format(d=d, m=m, l=l) for d in datasets for m, layers in LAYERS_AND_SET.items() for l in layers]


rule all:
    input:
        of("vectors/{d}/{m}/layer_{l}.parquet", SETS),
        "report.html",


rule manifest:
    output:
        "corpora/{d}/manifest.parquet",
    log:
        "logs/manifest_{d}.log",
    message:
        "manifest of {wildcards.d}"
    script:
        "../workflow_scripts/manifest.py"


rule folds:
    input:
        "corpora/{d}/manifest.parquet",
    output:
        "corpora/{d}/folds.parquet",
    log:
        "logs/folds_{d}.log",
    message:
        "folds of {wildcards.d}"
    script:
        "../workflow_scripts/folds.py"


for model, layers in LAYERS_AND_SET.items():

    rule:
        name:
            f"embed_{model}"
        input:
            "corpora/{d}/manifest.parquet",
        output:
            [f"vectors/{{d}}/{model}/layer_{layer}.parquet" for layer in layers],
        log:
            f"logs/embed_{{d}}_{model}.log",
        message:
            f"embed {{wildcards.d}} with {model}"
        script:
            "../workflow_scripts/embed.py"


rule probe:
    input:
        "vectors/{d}/{m}/layer_{l}.parquet",
        "corpora/{d}/manifest.parquet",
        "corpora/{d}/folds.parquet",
    output:
        "probes/{d}/{m}/layer_{l}/scores.parquet",
        "probes/{d}/{m}/layer_{l}/predictions.parquet",
    log:
        "logs/probe_{d}_{m}_{l}.log",
    message:
        "probe of {wildcards.d}: layer {wildcards.l} of {wildcards.m}"
    script:
        "../workflow_scripts/probe.py"


rule cross_probe:
    input:
        "vectors/{d}/{m}/layer_{l}.parquet",
        "vectors/d3/{m}/layer_{l}.parquet",
        "corpora/{d}/folds.parquet",
        "corpora/d3/folds.parquet",
    output:
        "cross/{d}/{m}/layer_{l}/scores.parquet",
        "cross/{d}/{m}/layer_{l}/predictions.parquet",
    log:
        "logs/cross_probe_{d}_{m}_{l}.log",
    message:
        "cross_probe of {wildcards.d}: layer {wildcards.l} of {wildcards.m}"
    script:
        "../workflow_scripts/cross_probe.py"


rule measure_distances:
    input:
        "vectors/{d}/{m}/layer_{l}.parquet",
        "vectors/d3/{m}/layer_{l}.parquet",
        "corpora/{d}/manifest.parquet",
        "corpora/d3/manifest.parquet",
    output:
        "distances/{d}/{m}/layer_{l}/distances.parquet",
        "distances/{d}/{m}/layer_{l}/matrix.parquet",
    log:
        "logs/measure_distances_{d}_{m}_{l}.log",
    message:
        "measure_distances of {wildcards.d}: layer {wildcards.l} of {wildcards.m}"
    script:
        "../workflow_scripts/measure_distances.py"


rule report:
    input:
        of("probes/{d}/{m}/layer_{l}/scores.parquet", PROBED),
        of("cross/{d}/{m}/layer_{l}/scores.parquet", CROSSED),
        of("distances/{d}/{m}/layer_{l}/distances.parquet", PAIRED),
    output:
        "report.html",
    log:
        "logs/report.log",
    message:
        "report"
    script:
        "../workflow_scripts/report.py"
