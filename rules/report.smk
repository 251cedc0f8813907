# What a reader gets.


def of_datasets(file):
    return [f"results/corpora/{dataset}/{file}.parquet" for dataset in plan.datasets]


def of_protocols(file):
    return [
        f"results/corpora/{dataset}/{file}_{protocol}.parquet"
        for dataset in plan.datasets
        for protocol in plan.protocols(dataset)
    ]


def of_probed(file):
    if plan.study.probing is None:
        return []
    return [
        f"results/probing/{dataset}/{model}/{file}.parquet"
        for dataset in plan.datasets
        for model in plan.representations
    ]


def of_probed_layers(file):
    if plan.study.probing is None:
        return []
    return [
        f"results/probing/{dataset}/{model}/layer_{layer}/{file}.parquet"
        for dataset in plan.datasets
        for model in plan.representations
        for layer in plan.layers(model)
    ]


def of_crossed_layers(file):
    if plan.study.probing is None:
        return []
    return [
        f"results/cross/{source}_to_{target}/{model}/layer_{layer}/{file}.parquet"
        for source, target in plan.directions
        for model in plan.representations
        for layer in plan.layers(model)
    ]


FIGURES_PROBING = ["layer_curves", "recall_by_emotion", "recall_by_speaker", "confusion"]
QUESTION = "Which layers know the emotion?"


rule summarise_probing:
    input:
        manifests=of_datasets("manifest"),
        set_aside=of_datasets("set_aside") + of_protocols("set_aside"),
        leaks=of_protocols("leaks"),
        pair_leaks=[f"results/cross/{source}_to_{target}/leaks.parquet" for source, target in plan.directions],
        confounds=of_datasets("confounds"),
        layers=of_probed("layers"),
        best=of_probed("best"),
        predictions=of_probed_layers("predictions"),
        scores=of_probed_layers("scores"),
        cross=of_crossed_layers("scores"),
    output:
        scores="results/probing/scores.parquet",
        layers="results/probing/layers.parquet",
        best="results/probing/best.parquet",
        confusion="results/probing/confusion.parquet",
        cross="results/probing/cross.parquet",
        comparisons="results/probing/comparisons.parquet",
        audit="results/corpora/audit.parquet",
    log:
        "results/logs/summarise_probing.log",
    params:
        spec=spec_of("summarise_probing"),
    message:
        "Gathering the scores of the study"
    conda:
        "../envs/report.yaml"
    script:
        "../workflow_scripts/summarise_probing.py"


rule figures_probing:
    input:
        layers="results/probing/layers.parquet",
        scores="results/probing/scores.parquet",
        best="results/probing/best.parquet",
        confusion="results/probing/confusion.parquet",
    output:
        svg=report(
            expand("results/figures/{{dataset}}/{figure}.svg", figure=FIGURES_PROBING),
            caption="../resources/captions/probing.rst",
            category=QUESTION,
            labels={"dataset": "{dataset}"},
        ),
        png=expand("results/figures/{{dataset}}/{figure}.png", figure=FIGURES_PROBING),
        csv=expand("results/figures/{{dataset}}/{figure}.csv", figure=FIGURES_PROBING),
    log:
        "results/logs/figures_probing/{dataset}.log",
    params:
        spec=spec_of("figures_probing"),
    message:
        "Drawing the layers of {wildcards.dataset}"
    conda:
        "../envs/report.yaml"
    script:
        "../workflow_scripts/figures_probing.py"


rule figures_cross:
    input:
        cross="results/probing/cross.parquet",
        layers="results/probing/layers.parquet",
        best="results/probing/best.parquet",
    output:
        svg=report(
            "results/figures/{source}_and_{target}/cross_domain.svg",
            caption="../resources/captions/cross_domain.rst",
            category=QUESTION,
            labels={"dataset": "{source} and {target}"},
        ),
        png="results/figures/{source}_and_{target}/cross_domain.png",
        csv="results/figures/{source}_and_{target}/cross_domain.csv",
    log:
        "results/logs/figures_cross/{source}_and_{target}.log",
    params:
        spec=spec_of("figures_cross"),
    message:
        "Drawing {wildcards.source} against {wildcards.target}"
    conda:
        "../envs/report.yaml"
    script:
        "../workflow_scripts/figures_cross.py"


rule figures_papers:
    input:
        best="results/probing/best.parquet",
        audit="results/corpora/audit.parquet",
        published=expand("resources/published/{paper}.csv", paper=["paper1", "emobox"]),
    output:
        svg=report(
            "results/figures/papers/side_by_side.svg",
            caption="../resources/captions/side_by_side.rst",
            category="The papers, side by side",
        ),
        png="results/figures/papers/side_by_side.png",
        csv="results/figures/papers/side_by_side.csv",
    log:
        "results/logs/figures_papers.log",
    params:
        spec=spec_of("figures_papers"),
    message:
        "Setting the papers beside this study"
    conda:
        "../envs/report.yaml"
    script:
        "../workflow_scripts/figures_papers.py"


rule report:
    input:
        manifests=of_datasets("manifest"),
        set_aside=of_datasets("set_aside") + of_protocols("set_aside"),
        tables=rules.summarise_probing.output if plan.study.probing else [],
        audit="results/corpora/audit.parquet",
        figures=[
            f"results/figures/{name}.{kind}"
            for name in (
                [f"{dataset}/{figure}" for dataset in plan.datasets for figure in FIGURES_PROBING]
                + [f"{source}_and_{target}/cross_domain" for source, target in plan.study.pairs]
                + ["papers/side_by_side"]
            )
            for kind in ("svg", "csv")
        ],
    output:
        "results/report.html",
    log:
        "results/logs/report.log",
    params:
        spec=spec_of("report"),
    message:
        "Writing the report: results/report.html"
    conda:
        "../envs/report.yaml"
    script:
        "../workflow_scripts/report.py"
