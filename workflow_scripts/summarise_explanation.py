"""The tables of all explanations as tables of the study, and paper 2's printed figures beside them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.explanation_papers import papers

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

KINDS = ("scores", "curve", "choices", "importance", "gains", "categories", "orders", "stability")
JOB = ("dataset", "model", "layer", "emotion", "against")
AGAIN = "delete the folder of its model in results/explanation and run snakemake again"
MOST_DIMENSIONS = 100  # of each layer and emotion; the files of the jobs hold all, and those of every fold


def main(smk: "Snakemake") -> None:
    spec, csv = smk.params.spec, {Path(path).stem: path for path in smk.output.csv}
    found = {}
    for kind in KINDS:
        name = f"study_explanation_{kind}"
        own = [_of_job(path, kind, spec["against"]) for path in smk.input[kind]]
        found[kind] = pd.concat([frame for frame in own if len(frame)] or own[:1], ignore_index=True)[[*TABLES[name]]]
        _write(found[kind], smk.output[kind], csv[kind], name, spec)
    printed = pd.read_csv(smk.input.published, keep_default_na=False)
    beside = papers(printed, found["scores"], found["categories"], found["importance"], spec["datasets"])
    _write(beside, smk.output.papers, csv["papers"], "explanation_papers", spec)


def _of_job(path: str, kind: str, against: str) -> pd.DataFrame:
    """One table of one job with the job's names before it; of dimensions, those that matter most over all folds."""
    frame, about = tables.read(path), tables.about(path)
    if about["against"] != against:  # restored from another study's results
        raise UserError(f"tells the emotion from {about['against']}, the config asks for {against}", path, AGAIN)
    if kind == "importance":
        frame = frame[(frame["fold"] == -1) & (frame["rank"] <= MOST_DIMENSIONS)]
    return frame.assign(**{name: about[name] for name in JOB})


def _write(frame: pd.DataFrame, path: str, csv: str, name: str, spec: dict[str, object]) -> None:
    tables.write(frame, path, name, spec)
    with tables.whole(csv) as temporary:
        frame.to_csv(temporary, index=False)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
