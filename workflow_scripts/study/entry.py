"""What every entry needs around its work: a log file, a record of what it did, errors that speak to people."""

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.job_records import recorded


@contextmanager
def entry(smk: Any, online: bool = False) -> Iterator[None]:
    """Log to the job's own file; end on a UserError with its message alone, on a bug with its traceback.

    Inputs are held against the records of the jobs that made them, and the job leaves a record of its own.

    The process leaves by `sys.exit(1)` on any error, so that Snakemake deletes the job's outputs. Libraries that
    ask the model hub are kept from it, unless the job is `online`: they read these switches when they are imported,
    so an entry imports none of them at its top.
    """
    if not online:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    log_file = str(smk.log[0])
    os.makedirs(os.path.dirname(log_file) or ".", exist_ok=True)
    logging.basicConfig(
        filename=log_file,
        filemode="w",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
    try:
        with recorded(smk):
            yield
    except UserError as error:
        logging.error("%s", error)
        print(f"\n{smk.rule}: {error}\n", file=sys.stderr)
        sys.exit(1)
    except Exception:  # a bug of ours, or of a plug-in: its traceback is what helps
        logging.error("%s", traceback.format_exc())
        traceback.print_exc()
        sys.exit(1)
