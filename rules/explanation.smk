# What do the embeddings know?


EXPLAINED = "results/explanation/{dataset}/{model}/layer_{layer}/{emotion}"
# nothing where the config has no section `explanation`
OF_EMOTION = {dataset: plan.explained(dataset) for dataset in plan.explained_datasets}
EXPLANATIONS = ["scores", "curve", "choices", "importance", "gains", "categories", "orders", "stability"]
KNOWN = "What do the embeddings know?"
FIGURES_EXPLANATION = [
    "explanation_scores",
    "explanation_curve",
    "explanation_categories",
    "explanation_features",
]


rule explained_groups:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
    output:
        groups="results/explanation/{dataset}/groups.parquet",
    log:
        "results/logs/explained_groups/{dataset}.log",
    # what cannot be explained is refused before networks listen for hours; no input of explain, since which other
    # emotions the study has changes no explanation
    priority: 50
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("explained_groups"),
    params:
        spec=spec_of("explained_groups"),
    message:
        "Counting what there is to explain in {wildcards.dataset}"
    script:
        "../workflow_scripts/explained_groups.py"


rule explain:
    input:
        manifest="results/corpora/{dataset}/manifest.parquet",
        vectors=lambda wc: vectors_of(wc.dataset, wc.model, wc.layer),
        features=lambda wc: f"results/acoustics/{wc.dataset}/{plan.study.acoustics[0]}.parquet",
        categories="resources/egemaps_categories.csv",
    output:
        **{table: f"{EXPLAINED}/{table}.parquet" for table in EXPLANATIONS + ["shap"]},
    log:
        "results/logs/explain/{dataset}_{model}_{layer}_{emotion}.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("explain"),
    params:
        spec=spec_of("explain"),
    message:
        "Explaining {wildcards.emotion} at layer {wildcards.layer} of {wildcards.model} on {wildcards.dataset}"
    script:
        "../workflow_scripts/explain.py"


rule summarise_explanation:
    input:
        **{table: all_explained(OF_EMOTION, table) for table in EXPLANATIONS},
        groups=expand("results/explanation/{dataset}/groups.parquet", dataset=OF_EMOTION),
        published="resources/published/paper2.csv",
    output:
        **{table: f"results/explanation/{table}.parquet" for table in EXPLANATIONS + ["papers"]},
        csv=[f"results/explanation/{table}.csv" for table in EXPLANATIONS + ["papers"]],
    log:
        "results/logs/summarise_explanation.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("summarise_explanation"),
    params:
        spec=spec_of("summarise_explanation"),
    message:
        "Gathering what the embeddings know"
    script:
        "../workflow_scripts/summarise_explanation.py"


rule figures_explanation:
    input:
        **{table: f"results/explanation/{table}.parquet" for table in EXPLANATIONS},
    output:
        **{
            figure: report(
                f"results/figures/{{dataset}}/{figure}.svg",
                caption=f"../resources/captions/{figure}.rst",
                category=KNOWN,
                labels={"dataset": "{dataset}", "figure": figure.replace("_", " ")},
            )
            for figure in FIGURES_EXPLANATION
        },
        png=expand("results/figures/{{dataset}}/{figure}.png", figure=FIGURES_EXPLANATION),
        csv=expand("results/figures/{{dataset}}/{figure}.csv", figure=FIGURES_EXPLANATION),
    log:
        "results/logs/figures_explanation/{dataset}.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_explanation"),
    params:
        spec=spec_of("figures_explanation"),
    message:
        "Drawing what the embeddings of {wildcards.dataset} know"
    script:
        "../workflow_scripts/figures_explanation.py"


rule figures_shap:
    input:
        shap=lambda wc: [
            f"results/explanation/{wc.dataset}/{plan.study.acoustics[0]}/layer_functionals/{emotion}/shap.parquet"
            for emotion in OF_EMOTION[wc.dataset]
        ],
        importance="results/explanation/importance.parquet",
        features=lambda wc: f"results/acoustics/{wc.dataset}/{plan.study.acoustics[0]}.parquet",
    output:
        svg=report(
            "results/figures/{dataset}/explanation_shap.svg",
            caption="../resources/captions/explanation_shap.rst",
            category=KNOWN,
            labels={"dataset": "{dataset}", "figure": "SHAP values of acoustic features"},
        ),
        png="results/figures/{dataset}/explanation_shap.png",
        csv="results/figures/{dataset}/explanation_shap.csv",
    log:
        "results/logs/figures_shap/{dataset}.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_shap"),
    params:
        spec=spec_of("figures_shap"),
    message:
        "Drawing which acoustic features tell the emotions of {wildcards.dataset}"
    script:
        "../workflow_scripts/figures_shap.py"


rule figures_atlas:
    input:
        categories="results/explanation/categories.parquet",
        scores="results/explanation/scores.parquet",
    output:
        svg=report(
            "results/figures/atlas/{model}.svg",
            caption="../resources/captions/atlas.rst",
            category=KNOWN,
            labels={"model": "{model}", "figure": "atlas"},
        ),
        png="results/figures/atlas/{model}.png",
        pdf="results/figures/atlas/{model}.pdf",
        csv="results/figures/atlas/{model}.csv",
    log:
        "results/logs/figures_atlas/{model}.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_atlas"),
    params:
        spec=spec_of("figures_atlas"),
    message:
        "Drawing the atlas of {wildcards.model}: where energy, frequency, spectral and temporal information lives"
    script:
        "../workflow_scripts/figures_atlas.py"


rule figures_explanation_papers:
    input:
        papers="results/explanation/papers.parquet",
    output:
        svg=report(
            "results/figures/papers/explanation_papers.svg",
            caption="../resources/captions/explanation_papers.rst",
            category="The papers, side by side",
        ),
        png="results/figures/papers/explanation_papers.png",
        pdf="results/figures/papers/explanation_papers.pdf",
        csv="results/figures/papers/explanation_papers.csv",
    log:
        "results/logs/figures_explanation_papers.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_explanation_papers"),
    params:
        spec=spec_of("figures_explanation_papers"),
    message:
        "Setting paper 2 beside this study"
    script:
        "../workflow_scripts/figures_explanation_papers.py"
