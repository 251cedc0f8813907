# How far apart are the datasets of a pair, emotion by emotion?


COMPARED = "results/distances/{first}_and_{second}"
# nothing where the config has no section `distances`
PAIRS = ["_and_".join(pair) for pair in plan.study.pairs] if plan.study.distances else []
# of pairs that differ only in how their audio is prepared, the first is drawn, with the others beside it
DRAWN = ["_and_".join(pair) for pair in plan.conditions] if plan.study.distances else []
FIGURES_DISTANCES = [
    "distance_ranking",
    "distance_conditions",
    "distance_layers",
    "distance_matrix",
    "distance_drivers",
]
DISTANCES = ["distances", "ranking", "ranks", "contrasts", "agreement", "carriers", "drivers"]


rule pair_groups:
    input:
        manifests=lambda wc: of_both(wc.first, wc.second, "corpora/{dataset}/manifest.parquet"),
    output:
        groups=f"{COMPARED}/groups.parquet",
    log:
        "results/logs/pair_groups/{first}_and_{second}.log",
    # what cannot be compared is refused before networks listen for hours. It is no input of measure_distances, since
    # which emotions the study asks for changes no distance (behind an ancient input Snakemake overlooks other changes).
    priority: 50
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("pair_groups"),
    params:
        spec=spec_of("pair_groups"),
    message:
        "Counting what {wildcards.first} and {wildcards.second} have to compare"
    script:
        "../workflow_scripts/pair_groups.py"


rule measure_distances:
    input:
        manifests=lambda wc: of_both(wc.first, wc.second, "corpora/{dataset}/manifest.parquet"),
        vectors=lambda wc: [vectors_of(dataset, wc.model, wc.layer) for dataset in (wc.first, wc.second)],
        frames=lambda wc: frames_of(wc.first, wc.second, wc.model),
        features=lambda wc: features_of(wc.first, wc.second),
        categories="resources/egemaps_categories.csv",
    output:
        distances=f"{COMPARED}/{{model}}/layer_{{layer}}/distances.parquet",
        resamples=f"{COMPARED}/{{model}}/layer_{{layer}}/resamples.parquet",
        carriers=f"{COMPARED}/{{model}}/layer_{{layer}}/carriers.parquet",
        drivers=f"{COMPARED}/{{model}}/layer_{{layer}}/drivers.parquet",
    log:
        "results/logs/measure_distances/{first}_and_{second}_{model}_{layer}.log",
    priority: 1  # the longest chain to the report: begun first, else it ends alone
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs_of("measure_distances"),
    params:
        spec=spec_of("measure_distances"),
    message:
        "Distances between {wildcards.first} and {wildcards.second} at layer {wildcards.layer} of {wildcards.model}"
    script:
        "../workflow_scripts/measure_distances.py"


rule summarise_distances:
    input:
        groups=expand("results/distances/{pair}/groups.parquet", pair=PAIRS),
        distances=[path for pair in PAIRS for path in all_layers(f"results/distances/{pair}", "distances")],
        resamples=[path for pair in PAIRS for path in all_layers(f"results/distances/{pair}", "resamples")],
        carriers=[path for pair in PAIRS for path in all_layers(f"results/distances/{pair}", "carriers")],
        drivers=[path for pair in PAIRS for path in all_layers(f"results/distances/{pair}", "drivers")],
        published="resources/published/paper1.csv",
    output:
        **{table: f"results/distances/{table}.parquet" for table in DISTANCES},
        # every cell of every layer is for parquet
        csv=[f"results/distances/{table}.csv" for table in DISTANCES[1:]],
    log:
        "results/logs/summarise_distances.log",
    priority: 1
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("summarise_distances"),
    params:
        spec=spec_of("summarise_distances"),
    message:
        "Ranking the emotions by their distances"
    script:
        "../workflow_scripts/summarise_distances.py"


rule figures_distances:
    input:
        **{table: f"results/distances/{table}.parquet" for table in DISTANCES},
    output:
        **{
            figure: report(
                f"results/figures/{{first}}_and_{{second}}/{figure}.svg",
                caption=f"../resources/captions/{figure}.rst",
                category="How far apart are the datasets?",
                labels={"pair": "{first} and {second}", "figure": figure.replace("_", " ")},
            )
            for figure in FIGURES_DISTANCES
        },
        png=expand("results/figures/{{first}}_and_{{second}}/{figure}.png", figure=FIGURES_DISTANCES),
        pdf="results/figures/{first}_and_{second}/distance_ranking.pdf",
        csv=expand("results/figures/{{first}}_and_{{second}}/{figure}.csv", figure=FIGURES_DISTANCES),
    log:
        "results/logs/figures_distances/{first}_and_{second}.log",
    priority: 1
    conda:
        "../envs/report.yaml"
    resources:
        **needs_of("figures_distances"),
    params:
        spec=spec_of("figures_distances"),
    message:
        "Drawing the distances between {wildcards.first} and {wildcards.second}"
    script:
        "../workflow_scripts/figures_distances.py"
