"""What a dataset has to explain, or a refusal by name before any network listens."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workflow_scripts.explanation.rows import ALL, conditions, shortage
from workflow_scripts.materials.folds import strict
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

REMEDY = "leave the emotion out of `explanation.emotions`, the dataset out of `explanation.datasets`, or add speakers"


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest = tables.read(smk.input.manifest)
    dealt = strict(manifest, spec["pool"] or None, spec["folds"]).set_index("clip_id")["fold"]
    folds = manifest["clip_id"].map(dealt).to_numpy(dtype=np.int64)
    speakers = manifest["speaker"].to_numpy(dtype=str)
    rows, refused = [], []
    for emotion in spec["emotions"]:
        for condition in conditions(manifest, emotion, [other for other in spec["against"] if other != emotion]):
            short = shortage(condition, speakers, folds)
            if short and condition.name == ALL:
                refused.append(f"{emotion}: {short}")
            used = manifest[condition.keep].assign(positive=condition.positive[condition.keep])
            counted = used.groupby(["speaker", "positive"]).size().unstack(fill_value=0)
            for speaker, of in counted.iterrows():
                rows.append(
                    {
                        "emotion": emotion, "condition": condition.name, "speaker": speaker,
                        "fold": int(folds[speakers == speaker][0]), "n_positive": int(of.get(True, 0)),
                        "n_against": int(of.get(False, 0)), "note": short,
                    }
                )  # fmt: skip
    if refused:
        listed = "\n".join(f"  - {line}" for line in refused)
        raise UserError(f"emotions that cannot be explained:\n{listed}", f"dataset {spec['dataset']}", REMEDY)
    tables.write(pd.DataFrame(rows), smk.output.groups, "explanation_groups", spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
