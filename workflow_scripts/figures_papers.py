"""The papers side by side: printed figures beside this study's, as published and strict."""

from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.figures import files, side_by_side
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.summaries import papers

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    paper1, emobox = (pd.read_csv(path, keep_default_na=False) for path in smk.input.published)
    best, audit = tables.read(smk.input.best), tables.read(smk.input.audit)
    table = papers.side_by_side(paper1, emobox, best, audit, spec["datasets"], spec["models"])
    frame = side_by_side.data(table)
    figure = side_by_side.draw(frame, any(facts["synthetic"] for facts in spec["datasets"].values()))
    files.write(figure, frame, smk.output.svg, smk.output.png, smk.output.csv, smk.output.pdf)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
