"""What goes into a paper: methods, bibliography, main tables and figures."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.figures.files import as_csv
from workflow_scripts.figures.style import DEMONSTRATION
from workflow_scripts.paper_parts import tables as made
from workflow_scripts.paper_parts import text
from workflow_scripts.paper_parts.latex import Table, as_latex
from workflow_scripts.paper_parts.transfer_table import differences
from workflow_scripts.report_page import methods
from workflow_scripts.report_page.references import known_with
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.study_files import study_of
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    study = study_of(spec, smk.input)
    said = methods.of_study(study, spec["config"])
    known = known_with(methods.citations(study.datasets, study.models))
    _write(smk.output.markdown, text.markdown(said))
    _write(smk.output.latex, text.latex(said))
    _write(smk.output.bibliography, text.bibliography(said, known))
    names = [Path(path).stem for path in smk.output.tex]
    for name, tex, csv in zip(names, smk.output.tex, smk.output.csv, strict=True):
        table = _table(name, study, smk.input.side_by_side)
        _write(tex, f"% {DEMONSTRATION}\n{as_latex(table)}" if study.synthetic else as_latex(table))
        _write(csv, as_csv(table.data).decode())
    for source, target in zip(smk.input.figures, smk.output.figures, strict=True):
        with tables.whole(target) as temporary:
            shutil.copyfile(source, temporary)
    figures = dict.fromkeys(Path(path).stem for path in smk.output.figures)
    _write(smk.output.readme, text.readme(study.title, study.synthetic, names, figures))


def _table(name: str, study: Study, side_by_side: str) -> Table:
    """A table by its name; its caption says where the audio is synthetic."""
    if name == "papers":
        table = made.papers(study, pd.read_csv(side_by_side, keep_default_na=True))
    else:
        kinds = {"transfer": differences} | {kind.__name__: kind for kind in MADE}
        table = kinds[name](study)
    mark = f" {DEMONSTRATION}." if study.synthetic else ""
    return Table(table.name, table.caption + mark, table.rows, table.columns, table.data)


MADE = (made.material, made.scores, made.distances, made.explanation, made.claims)


def _write(path: str, content: str) -> None:
    with tables.whole(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
