# The clips behind the cells of the report; nothing unless the config says `report: {clips: true}`.


rule clips:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
        vectors=lambda wc: [
            vectors_of(wc.dataset, model, layer) for model in plan.representations for layer in plan.layers(model)
        ],
        predictions=lambda wc: (
            all_layers(f"results/probing/{wc.dataset}", "predictions") if plan.headline_probe(wc.dataset) else []
        ),
    output:
        clips="results/clips/{dataset}/clips.parquet",
        pictures=directory("results/clips/{dataset}/pictures"),
    log:
        "results/logs/clips/{dataset}.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("clips"),
    params:
        spec=spec_of("clips"),
    message:
        "Choosing and drawing clips of {wildcards.dataset}"
    script:
        "../workflow_scripts/clips.py"
