"""What the machine refuses a job, in words: a full disk, a place that may not be written, a disk that fails."""

import errno
import os
import re

from workflow_scripts.study.errors import UserError

_ROOM = "make room there and run snakemake again; what is half-written does not count"
_RIGHTS = "let the user who runs snakemake write there, or run it where that user may"
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "allow larger files (`ulimit -f`, or the file system's own limit) and run snakemake again",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "mount the file system so that it can be written, or work in a copy of the folder elsewhere",
    errno.ENOTDIR: "a file lies where a folder should be: move it away and run snakemake again",
    errno.EISDIR: "a folder lies where a file should be: move it away and run snakemake again",
    errno.EEXIST: "a file lies where a folder should be: move it away and run snakemake again",
    errno.EIO: "the disk or its connection fails: look at the system's log, copy what matters, run snakemake again",
    errno.ESTALE: "the network file system lost the file: run snakemake again",
    errno.EMFILE: "allow more open files (`ulimit -n`) and run snakemake again",
}


def refused(error: Exception, place: str) -> UserError | None:
    """The error as one for people where it is the machine's; None for any other.

    Args:
        error: an OSError, or one of a library that names the system's number in its words, as safetensors does.
        place: what to name where the error names no file.
    """
    named = re.search(r"\(os error (\d+)\)", str(error))
    number = error.errno if isinstance(error, OSError) else int(named[1]) if named else None
    if number not in _REMEDIES:
        return None
    where = getattr(error, "filename", None) or place
    return UserError(os.strerror(number), str(where), _REMEDIES[number])
