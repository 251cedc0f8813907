"""Dry runs of Snakemake in forks of a process that has imported it: importing takes longer than planning a small study.

What a fork imports of the project is the project's own, as in a process of its own: the process that forks has none.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from tempfile import NamedTemporaryFile

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["snakemake.cli", "snakemake.workflow", "snakemake.report.html_reporter", "pydantic"])


def snakemake(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], patience: float) -> str:
    """What `python -m snakemake` says in a folder. Raises AssertionError with that when it fails."""
    with NamedTemporaryFile("r") as said:
        process = FORKS.Process(target=_called, args=(list(arguments), str(folder), dict(environment), said.name))
        process.start()
        process.join(patience)
        process.kill()  # nothing where it has ended
        process.join()
        output = said.read()
    assert process.exitcode == 0, output
    return output


def _called(arguments: list[str], folder: str, environment: dict[str, str], said: str) -> None:
    with open(said, "w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path.insert(0, environment["PYTHONPATH"])
    sys.argv = ["snakemake", *arguments]
    from snakemake.cli import main

    main()
