"""The report: one HTML file that opens offline, from the tables and figures of the study."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.pictures import Picture
from workflow_scripts.report_page.study_files import study_of
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

FIGURES = Path("results/figures")


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    clips = pd.concat([tables.read(path) for path in smk.input.clips] or [pd.DataFrame()], ignore_index=True)
    study = replace(study_of(spec, smk.input), clips=clips, findings=tables.read(smk.input.findings))
    page = render(study, _pictures(smk.input.figures), spec["config"], spec["protocols"])
    with tables.whole(smk.output[0]) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _pictures(paths: Sequence[str]) -> dict[str, Picture]:
    """Figures by name, each from its SVG and CSV."""
    files = [Path(path) for path in paths]
    names = [path.relative_to(FIGURES).with_suffix("").as_posix() for path in files if path.suffix == ".svg"]
    return {
        name: Picture(name, (FIGURES / f"{name}.svg").read_bytes(), (FIGURES / f"{name}.csv").read_bytes())
        for name in names
    }


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
