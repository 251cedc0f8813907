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
    handle = _locked(folder)
    while not _is_there(handle, folder / "lock"):  # the one that was waited for has cleared its folder away
        os.close(handle)
        handle = _locked(folder)
    try:
        yield
    finally:
        os.close(handle)


def _locked(folder: Path) -> int:
    handle = None
    while handle is None:
        with on_disk(folder):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
            except (FileExistsError, FileNotFoundError):
                if os.path.lexists(folder) and not folder.is_dir():
                    raise
                # another one has cleared the folder away in between
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log.warning("another run is at work in %s; waiting for it", folder)
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:  # some network file systems have no locks
        log.warning("%s cannot be kept from other runs (%s)", folder, error.strerror)
    return handle


def _is_there(handle: int, path: Path) -> bool:
    """Whether a path still leads to the file that was opened under it."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def put_in_place(made: Path, folder: Path, old: Path | None = None) -> None:
    """Give a finished folder its name; at no moment does a part of it stand there. Raises UserError.

    Args:
        made: the finished folder.
        folder: its name; missing or empty, unless `old` is given.
        old: where to what has this name now is moved.
    """
    refuse_orphan()
    with on_disk(folder):
        if old is not None and folder.exists():
            os.rename(folder, old)
        os.rename(made, folder)
