"""Headline scores of one model trained on one dataset and tested on another, from the probes of all layers."""

from typing import TYPE_CHECKING

from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.summaries.curves import curves
from workflow_scripts.summaries.headlines import headlines
from workflow_scripts.summaries.select import mark_headline
from workflow_scripts.summaries.tables_of import by_layer

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    predictions, choices, scores = (
        by_layer(paths, spec["layers"]) for paths in (smk.input.predictions, smk.input.choices, smk.input.scores)
    )
    manifest = tables.read(smk.input.manifest)
    curve = curves(scores, spec["layers"], spec["seed"])
    found = headlines(predictions, choices, scores, curve, manifest, spec["layers"], spec["permutations"], spec["seed"])
    names = {"source": spec["source"], "dataset": spec["target"], "model": spec["model"]}
    best, confusion = (mark_headline(table.assign(**names), spec) for table in found)
    tables.write(best, smk.output.best, "best", spec)
    tables.write(confusion, smk.output.confusion, "confusion", spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
