"""Headline scores of each model trained on one dataset and tested on another, from the probes of all layers."""

from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.summaries.curves import curves
from workflow_scripts.summaries.headlines import headlines
from workflow_scripts.summaries.select import mark_headline
from workflow_scripts.summaries.tables_of import of_each_model

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest = tables.read(smk.input.manifest)
    found: dict[str, list[pd.DataFrame]] = {"best": [], "confusion": []}
    for model, predictions, choices, scores in of_each_model(smk.input, spec):
        layers = spec["models"][model]["layers"]
        curve = curves(scores, layers, spec["seed"])
        best, confusion = headlines(
            predictions, choices, scores, curve, manifest, layers, spec["permutations"], spec["seed"]
        )
        names = {"source": spec["source"], "dataset": spec["target"], "model": model}
        for name, table in (("best", best), ("confusion", confusion)):
            found[name].append(mark_headline(table.assign(**names), {**spec, **spec["models"][model]}))
    for name, frames in found.items():
        tables.write(pd.concat(frames, ignore_index=True), smk.output[name], name, spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
