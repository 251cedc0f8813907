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


PREDICTIONS, CURVES = "transfer_predictions", "study_transfer_curves"


def main(smk: "Snakemake") -> None:
    """Inputs: predictions, curves (one file per training), manifests (in the order of spec datasets), published,
    ranking (none where the study has no distances). Outputs: scores, comparisons, claims, curves; csv, one of each.
    """
    spec, files = smk.params.spec, smk.input
    manifests = dict(zip(spec["datasets"], map(tables.read, files.manifests), strict=True))
    # a dataset's direct training counts for every source that it is paired with, and is listed for each
    found = [tables.read(path) for path in dict.fromkeys(files.predictions)]
    predictions = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*TABLES[PREDICTIONS]])
    comparisons = transfer_comparisons(predictions, spec["tuners"], spec["seed"])
    ranking = tables.read(files.ranking[0]) if files.ranking else None
    printed = pd.read_csv(files.published, keep_default_na=False)
    made = {
        "scores": transfer_scores(predictions, manifests, spec["permutations"], spec["seed"]),
        "comparisons": comparisons,
        "claims": transfer_claims(predictions, comparisons, ranking, manifests, printed, spec, spec["seed"]),
        "curves": _curves(files.curves),
    }
    csv = {Path(path).stem: path for path in smk.output.csv}
    for name, table in made.items():
        tables.write(table, smk.output[name], CURVES if name == "curves" else f"transfer_{name}", spec)
        if name in csv:
            with tables.whole(csv[name]) as temporary:
                table.to_csv(temporary, index=False)


def _curves(paths: Sequence[str]) -> pd.DataFrame:
    """Curves of all jobs; those of a first stage with what the file's own metadata says of its training."""
    frames = []
    for path in paths:
        about = tables.about(path)
        training = about["training"] if "labels" in about else ""
        frames.append(tables.read(path).assign(training=training, emotions=" ".join(about["emotions"])))
    columns = [*TABLES[CURVES]]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
