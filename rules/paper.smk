from pathlib import Path

# What goes into a paper.


PAPER_TABLES = (
    ["material"]
    + (["scores", "papers"] if DATASETS else [])
    + (["distances"] if DRAWN else [])
    + (["explanation"] if OF_EMOTION and plan.models else [])
    + (["transfer", "claims"] if TRAINED else [])
)
# those of which there is a PDF
PAPER_FIGURES = (
    expand("{dataset}/layer_curves", dataset=DATASETS)
    + [f"{source}_and_{target}/cross_domain" for source, target in plan.directions[::2] if DATASETS]
    + expand("{pair}/distance_ranking", pair=DRAWN)
    + (expand("atlas/{model}", model=plan.models) + ["papers/explanation_papers"] if OF_EMOTION else [])
    + expand("{way}/transfer_differences", way=TRAINED)
    + (["papers/transfer_claims"] if TRAINED else [])
    + ["papers/side_by_side"]
)
OF_STUDY = ["manifests", "set_aside", "folds", "audit", "tables", "distances", "explanation", "transfer", "printed"]


rule paper:
    input:
        **{part: getattr(rules.report.input, part) for part in OF_STUDY + ["origins", "references"]},
        side_by_side="results/figures/papers/side_by_side.csv",
        figures=expand("results/figures/{figure}.{kind}", figure=PAPER_FIGURES, kind=["svg", "pdf"]),
    output:
        readme="results/paper/README.md",
        markdown="results/paper/methods.md",
        latex="results/paper/methods.tex",
        bibliography="results/paper/references.bib",
        tex=expand("results/paper/tables/{table}.tex", table=PAPER_TABLES),
        csv=expand("results/paper/tables/{table}.csv", table=PAPER_TABLES),
        figures=expand(
            "results/paper/figures/{figure}.{kind}",
            figure=["_".join(Path(figure).parts) for figure in PAPER_FIGURES],
            kind=["svg", "pdf"],
        ),
    log:
        "results/logs/paper.log",
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("paper"),
    params:
        spec=spec_of("paper"),
    message:
        "Gathering what goes into a paper: results/paper"
    script:
        "../workflow_scripts/paper.py"
