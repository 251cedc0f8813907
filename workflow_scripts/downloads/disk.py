"""Writing where others may write too: errors in words, one process at a time, folders put in place whole."""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.orphans import refuse_orphan

log = logging.getLogger(__name__)


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses about `path` (disk full, no permission) into a UserError."""
    try:
        yield
    except OSError as error:
        remedy = "make room or give yourself the permission to write there, then run again"
        raise UserError(f"cannot be written ({error.strerror or error})", str(path), remedy) from error


def need_room(folder: Path, needed: int) -> None:
    """Raise UserError when the disk of an existing folder has less than `needed` bytes left."""
    with on_disk(folder):
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise UserError(
            f"{needed / 1e6:.0f} MB are needed and {free / 1e6:.0f} MB are free", str(folder), "make room and run again"
        )


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make `folder` and keep it for this process; wait while another one has it."""
    with on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.warning("another run is at work in %s; waiting for it", folder)
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:  # some network file systems have no locks
            log.warning("%s cannot be kept from other runs (%s)", folder, error.strerror)
        yield
    finally:
        os.close(handle)


def put_in_place(made: Path, folder: Path) -> None:
    """Give a finished folder its name in one step; `folder` must be missing or empty. Raises UserError."""
    refuse_orphan()
    with on_disk(folder):
        os.rename(made, folder)
