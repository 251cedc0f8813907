# What a reader gets.


# What is probed: datasets, and pairs of them in both directions; nothing where the config has no section `probing`.
DATASETS = plan.examined if plan.study.probing else []
DIRECTIONS = [f"{source}_to_{target}" for source, target in plan.directions] if plan.study.probing else []
FIGURES_PROBING = ["layer_curves", "recall_by_emotion", "recall_by_speaker", "confusion"]
FIGURES = (
    expand("{dataset}/{figure}", dataset=DATASETS, figure=FIGURES_PROBING)
    + [f"{source}_and_{target}/cross_domain" for source, target in plan.directions[::2] if DATASETS]
    + expand("{pair}/{figure}", pair=DRAWN, figure=FIGURES_DISTANCES)
    + expand("{dataset}/{figure}", dataset=OF_EMOTION, figure=FIGURES_EXPLANATION + ["explanation_shap"])
    + (expand("atlas/{model}", model=plan.models) + ["papers/explanation_papers"] if OF_EMOTION else [])
    + expand("{way}/{figure}", way=TRAINED, figure=FIGURES_TRANSFER)
    + (["papers/transfer_claims"] if TRAINED else [])
    + ["papers/side_by_side"]
)
TABLES = ["scores", "layers", "best", "confusion", "cross", "comparisons"]
SCRIPTS = "workflow_scripts/report_page/scripts/{script}.js"
PAGE = [f"workflow_scripts/report_page/page.{kind}" for kind in ("html.j2", "css")]
PAGE += sorted(expand(SCRIPTS, script=glob_wildcards(SCRIPTS).script))
QUESTION = "Which layers know the emotion?"


rule summarise_probing:
    input:
        leaks=of_protocols("leaks"),
        pair_leaks=[f"results/cross/{source}_to_{target}/leaks.parquet" for source, target in plan.directions],
        confounds=expand("results/corpora/{dataset}/confounds.parquet", dataset=plan.examined),
        scores=[path for name in DATASETS for path in all_layers(f"results/probing/{name}", "scores")],
        layers=expand("results/probing/{name}/layers.parquet", name=DATASETS),
        best=expand("results/probing/{name}/best.parquet", name=DATASETS),
        confusion=expand("results/probing/{name}/confusion.parquet", name=DATASETS),
        cross=[path for name in DIRECTIONS for path in all_layers(f"results/cross/{name}", "scores")],
        cross_best=expand("results/cross/{name}/best.parquet", name=DIRECTIONS),
    output:
        scores="results/probing/scores.parquet",
        layers="results/probing/layers.parquet",
        best="results/probing/best.parquet",
        confusion="results/probing/confusion.parquet",
        cross="results/probing/cross.parquet",
        comparisons="results/probing/comparisons.parquet",
        audit="results/corpora/audit.parquet",
        csv=[f"results/probing/{table}.csv" for table in TABLES] + ["results/corpora/audit.csv"],
    log:
        "results/logs/summarise_probing.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("summarise_probing"),
    params:
        spec=spec_of("summarise_probing"),
    message:
        "Gathering the scores of the study"
    script:
        "../workflow_scripts/summarise_probing.py"


rule figures_probing:
    input:
        layers="results/probing/layers.parquet",
        scores="results/probing/scores.parquet",
        best="results/probing/best.parquet",
        confusion="results/probing/confusion.parquet",
    output:
        layer_curves=report(
            "results/figures/{dataset}/layer_curves.svg",
            caption="../resources/captions/layer_curves.rst",
            category=QUESTION,
            labels={"dataset": "{dataset}", "figure": "layer curves"},
        ),
        recall_by_emotion=report(
            "results/figures/{dataset}/recall_by_emotion.svg",
            caption="../resources/captions/recall_by_emotion.rst",
            category=QUESTION,
            labels={"dataset": "{dataset}", "figure": "recall by emotion"},
        ),
        recall_by_speaker=report(
            "results/figures/{dataset}/recall_by_speaker.svg",
            caption="../resources/captions/recall_by_speaker.rst",
            category=QUESTION,
            labels={"dataset": "{dataset}", "figure": "recall by speaker"},
        ),
        confusion=report(
            "results/figures/{dataset}/confusion.svg",
            caption="../resources/captions/confusion.rst",
            category=QUESTION,
            labels={"dataset": "{dataset}", "figure": "confusions"},
        ),
        png=expand("results/figures/{{dataset}}/{figure}.png", figure=FIGURES_PROBING),
        pdf="results/figures/{dataset}/layer_curves.pdf",
        csv=expand("results/figures/{{dataset}}/{figure}.csv", figure=FIGURES_PROBING),
    log:
        "results/logs/figures_probing/{dataset}.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_probing"),
    params:
        spec=spec_of("figures_probing"),
    message:
        "Drawing the layers of {wildcards.dataset}"
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
            labels={"dataset": "{source} and {target}", "figure": "across domains"},
        ),
        png="results/figures/{source}_and_{target}/cross_domain.png",
        pdf="results/figures/{source}_and_{target}/cross_domain.pdf",
        csv="results/figures/{source}_and_{target}/cross_domain.csv",
    log:
        "results/logs/figures_cross/{source}_and_{target}.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_cross"),
    params:
        spec=spec_of("figures_cross"),
    message:
        "Drawing {wildcards.source} against {wildcards.target}"
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
        pdf="results/figures/papers/side_by_side.pdf",
        csv="results/figures/papers/side_by_side.csv",
    log:
        "results/logs/figures_papers.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_papers"),
    params:
        spec=spec_of("figures_papers"),
    message:
        "Setting the papers beside this study"
    script:
        "../workflow_scripts/figures_papers.py"


rule findings:
    input:
        set_aside=of_datasets("set_aside")
        + of_protocols("set_aside")
        + expand("results/probing/{name}/set_aside.parquet", name=DATASETS),
        audit="results/corpora/audit.parquet",
        tables=expand("results/probing/{table}.parquet", table=["scores", "layers", "best", "cross", "comparisons"]),
        distances=(
            expand("results/distances/{table}.parquet", table=["ranking", "contrasts", "agreement"]) if PAIRS else []
        ),
        explanation=(
            expand("results/explanation/{table}.parquet", table=["scores", "curve", "categories", "papers"])
            if OF_EMOTION
            else []
        ),
        transfer=expand("results/transfer/{table}.parquet", table=["comparisons", "claims"]) if TRAINED else [],
    output:
        table="results/findings.parquet",
        csv="results/findings.csv",
    log:
        "results/logs/findings.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("findings"),
    params:
        spec=spec_of("findings"),
    message:
        "Composing the findings of the study: results/findings.csv"
    script:
        "../workflow_scripts/findings.py"


rule report:
    input:
        page=PAGE,
        references="resources/references.yaml",
        manifests=of_datasets("manifest"),
        set_aside=of_datasets("set_aside")
        + of_protocols("set_aside")
        + expand("results/probing/{name}/set_aside.parquet", name=DATASETS),
        folds=of_protocols("folds"),
        audit="results/corpora/audit.parquet",
        findings="results/findings.parquet",
        tables=expand("results/probing/{table}.parquet", table=TABLES),
        distances=expand("results/distances/{table}.parquet", table=DISTANCES) if PAIRS else [],
        explanation=expand("results/explanation/{table}.parquet", table=EXPLANATIONS + ["papers"]) if OF_EMOTION else [],
        transfer=expand("results/transfer/{table}.parquet", table=TRANSFER) if TRAINED else [],
        printed=["resources/published/paper1.csv"] if TRAINED else [],
        figures=expand("results/figures/{figure}.{kind}", figure=FIGURES, kind=["svg", "csv"]),
        clips=expand("results/clips/{dataset}/clips.parquet", dataset=plan.shown),
        origins=[vectors_of(next(iter(plan.datasets)), model, plan.states(model)[0]) for model in plan.models],
    output:
        "results/report.html",
    log:
        "results/logs/report.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("report"),
    params:
        spec=spec_of("report"),
    message:
        "Writing the report: results/report.html"
    script:
        "../workflow_scripts/report.py"
