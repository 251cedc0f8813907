"""A finished study for an archive: ``python -m workflow_scripts.crate TARGET [--results results]``.

TARGET is a folder that is not there yet, or a file ending in .zip. It becomes an RO-Crate (a Workflow Run Crate) with
config, workflow, tables, figures, report and the records of all jobs; no recording, embedding, checkpoint or weights.
"""

import argparse
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.history import history, located

ROOT = Path(__file__).resolve().parents[1]
REPORT = "report.html"


def main() -> int:
    """Write the crate that the command line asks for; the exit status."""
    parser = argparse.ArgumentParser(description="Pack a finished study as an RO-Crate, for an archive.")
    parser.add_argument("target", metavar="TARGET", type=Path, help="a new folder, or a file ending in .zip")
    parser.add_argument("--results", type=Path, default=Path("results"), help="default: results")
    given = parser.parse_args()
    try:
        write(given.target, given.results)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{given.target}: the study as an RO-Crate; begin with {REPORT} in results/")
    return 0


def write(target: Path, results: Path) -> None:
    """Write the crate of a study, whole or not at all.

    Raises:
        UserError: something lies at `target`, the study is not finished, or its files are not as they were made.
    """
    if target.exists():
        raise UserError("is there already", str(target), "name another target, or remove it first")
    try:
        from workflow_scripts.study import run_crate
    except ModuleNotFoundError as error:
        remedy = "pip install -c envs/constraints.txt -e '.[crate]'"
        raise UserError(f"needs the library {error.name}, which is not installed", remedy=remedy) from error
    study, report = located(results / REPORT)
    past = history(study, report)
    if not past.jobs:
        raise UserError("has no record of how it was made", str(results / REPORT), "run snakemake once more")
    if past.changed:
        remedy = f"see `python -m workflow_scripts.provenance {results / REPORT}`; run snakemake again"
        raise UserError("is not as it was made, or rests on what is not", str(results / REPORT), remedy)
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.absolute().parent, prefix=f".{target.name}.") as beside:
        staged, done = Path(beside, "staged"), Path(beside, "done")
        staged.mkdir()
        run_crate.build(study, past, ROOT, staged).write(done)
        if target.suffix == ".zip":
            done = Path(shutil.make_archive(str(done), "zip", done))
        shutil.move(done, target)


if __name__ == "__main__":
    sys.exit(main())
