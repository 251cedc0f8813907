"""The layers of each model on one dataset compared, and its headline scores, from the probes of all layers."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.curves import curves
from workflow_scripts.summaries.headlines import headlines
from workflow_scripts.summaries.select import mark_headline
from workflow_scripts.summaries.tables_of import of_each_model

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest = tables.read(smk.input.manifest)
    found: dict[str, list[pd.DataFrame]] = {"layers": [], "best": [], "confusion": []}
    for model, predictions, choices, scores in of_each_model(smk.input, spec):
        layers = spec["models"][model]["layers"]
        curve = curves(scores, layers, spec["seed"])
        best, confusion = headlines(
            predictions, choices, scores, curve, manifest, layers, spec["permutations"], spec["seed"]
        )
        names = {"dataset": spec["dataset"], "model": model}
        for name, table in (("layers", curve), ("best", best), ("confusion", confusion)):
            found[name].append(mark_headline(table.assign(**names), {**spec, **spec["models"][model]}))
        for row in curve[curve["best"] & found["layers"][-1]["headline"] & (curve["condition"] == "all")].itertuples():
            log.info("%s, %s: best layer %s, UAR %.3f", model, row.protocol, row.layer, row.value)
    together = {name: pd.concat(frames, ignore_index=True) for name, frames in found.items()}
    tables.write(together["layers"], smk.output.layers, "layers", spec)
    tables.write(without_vectors(smk.input.predictions, manifest), smk.output.set_aside, "set_aside", spec)
    for name in ("best", "confusion"):
        tables.write(together[name].assign(source=spec["dataset"]), smk.output[name], name, spec)


def without_vectors(predictions: Sequence[str], manifest: pd.DataFrame) -> pd.DataFrame:
    """Clips that the probes of a model had to do without, as the metadata of their predictions say: table set_aside."""
    models: dict[str, set[str]] = {}
    for path in predictions:
        spec = tables.about(path)
        for clip in spec["set_aside"]:
            models.setdefault(clip, set()).add(spec["model"])
    paths = manifest.set_index("clip_id")["path"]
    rows = [
        {
            "clip_id": clip,
            "path": paths[clip],
            "reason": f"no defined vector (too short, or no active frame) from {', '.join(sorted(names))}",
        }
        for clip, names in sorted(models.items())
    ]
    return pd.DataFrame(rows, columns=[*TABLES["set_aside"]])


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
