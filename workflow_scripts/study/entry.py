"""What every entry needs around its work: a log file, a record of what it did, errors that speak to people."""

import gc
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.job_records import recorded
from workflow_scripts.study.machine import refused


@contextmanager
def entry(smk: Any, online: bool = False) -> Iterator[None]:
    """Log to the job's own file; end on a UserError, and on what the machine refuses, with a message alone, on a bug
    with its traceback.

    Inputs are held against the records of the jobs that made them, and the job leaves a record of its own.

    The process leaves by `sys.exit(1)` on any error, so that Snakemake deletes the job's outputs. Libraries that
    ask the model hub are kept from it, unless the job is `online`: they read these switches when they are imported,
    so an entry imports none of them at its top.
    """
    if not online:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    try:
        _log_to(str(smk.log[0]))
        with recorded(smk):
            yield
        gc.freeze()  # else Python looks through everything again as it ends: a second where torch is loaded
    except Exception as error:  # told in words or with its traceback below, and always an exit code of 1
        told = error if isinstance(error, UserError) else refused(error, ", ".join(map(str, smk.output)))
        if told:
            logging.error("%s", told)
            if told is not error:  # the way to it in a line, no traceback: Snakemake shows the log on the terminal
                frames = traceback.extract_tb(error.__traceback__)
                way = " > ".join(f"{os.path.basename(own.filename)}:{own.lineno} {own.name}" for own in frames)
                logging.error("%s", " ".join(f"{type(error).__name__}: {error}; by way of {way}".split()))
            print(f"\n{smk.rule}: {told}\n", file=sys.stderr)
        else:  # a bug of ours, or of a plug-in: its traceback is what helps
            logging.error("%s", traceback.format_exc())
            traceback.print_exc()
        sys.exit(1)


def _log_to(log_file: str) -> None:
    logging.raiseExceptions = False  # a log that cannot be written is not worth a traceback
    os.makedirs(os.path.dirname(log_file) or ".", exist_ok=True)
    logging.basicConfig(
        filename=log_file,
        filemode="w",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
