"""Figures of one dataset: how well each emotion is told, from how many dimensions, and what these encode."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import (
    explanation_categories,
    explanation_curve,
    explanation_features,
    explanation_scores,
    files,
)
from workflow_scripts.figures.explanation_rows import full_layers
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec, dataset = smk.params.spec, smk.params.spec["dataset"]
    read = {name: tables.read(smk.input[name]) for name in ("scores", "curve", "choices", "gains", "categories")}
    models = spec["models"]
    layers = full_layers(read["curve"], models)
    drawn = {
        explanation_scores: explanation_scores.data(read["scores"], dataset, layers, models),
        explanation_curve: explanation_curve.data(
            read["curve"], read["choices"], read["scores"], dataset, layers, models
        ),
        explanation_categories: explanation_categories.data(read["categories"], read["scores"], dataset, layers),
        explanation_features: explanation_features.data(read["gains"], dataset, layers, models),
    }
    for (kind, frame), png, csv in zip(drawn.items(), smk.output.png, smk.output.csv, strict=True):
        name = kind.__name__.rpartition(".")[2]
        files.write(kind.draw(frame, spec["facts"]), frame, smk.output[name], png, csv)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
