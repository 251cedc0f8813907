"""The layers of one model on one dataset compared, and its headline scores, from the probes of all layers."""

import logging
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

log = logging.getLogger(__name__)


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    predictions, choices, scores = (
        by_layer(paths, spec["layers"]) for paths in (smk.input.predictions, smk.input.choices, smk.input.scores)
    )
    curve = curves(scores, spec["layers"], spec["seed"])
    best, confusion = headlines(
        predictions,
        choices,
        scores,
        curve,
        tables.read(smk.input.manifest),
        spec["layers"],
        spec["permutations"],
        spec["seed"],
    )
    names = {"dataset": spec["dataset"], "model": spec["model"]}
    curve, best, confusion = (mark_headline(table.assign(**names), spec) for table in (curve, best, confusion))
    for row in curve[curve["best"] & curve["headline"] & (curve["condition"] == "all")].itertuples():
        log.info("%s: best layer %s, UAR %.3f", row.protocol, row.layer, row.value)
    source = {"source": spec["dataset"]}
    tables.write(curve, smk.output.layers, "layers", spec)
    tables.write(best.assign(**source), smk.output.best, "best", spec)
    tables.write(confusion.assign(**source), smk.output.confusion, "confusion", spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
