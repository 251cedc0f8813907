"""All trainings of the study together: scores, comparisons, paper 1's claims, training curves."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.transfer_claims import transfer_claims
from workflow_scripts.summaries.transfer_comparisons import transfer_comparisons
from workflow_scripts.summaries.transfer_scores import transfer_scores

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    """Inputs: predictions, curves (one file per training), manifests (in the order of spec datasets), published,
    ranking (none where the study has no distances). Outputs: scores, comparisons, claims, curves; csv, one of each.
    """
    spec, files = smk.params.spec, smk.input
    manifests = dict(zip(spec["datasets"], map(tables.read, files.manifests), strict=True))
    predictions = _together(files.predictions, "transfer_predictions")
    comparisons = transfer_comparisons(predictions, spec["tuners"], spec["seed"])
    ranking = tables.read(files.ranking[0]) if files.ranking else None
    printed = pd.read_csv(files.published, keep_default_na=False)
    made = {
        "scores": transfer_scores(predictions, manifests, spec["permutations"], spec["seed"]),
        "comparisons": comparisons,
        "claims": transfer_claims(predictions, comparisons, ranking, manifests, printed, spec, spec["seed"]),
        "curves": _together(files.curves, "transfer_curves"),
    }
    csv = {Path(path).stem: path for path in smk.output.csv}
    for name, table in made.items():
        tables.write(table, smk.output[name], f"transfer_{name}", spec)
        if name in csv:
            with tables.whole(csv[name]) as temporary:
                table.to_csv(temporary, index=False)


def _together(paths: Sequence[str], table: str) -> pd.DataFrame:
    frames = [tables.read(path) for path in paths]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*TABLES[table]])


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
