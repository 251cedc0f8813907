"""A folder of finished work that several studies share: each object is named by what decides its content.

An object is a folder `<key>` that holds files and `object.json`, which says what they are and has their digests. It is
written beside its place and renamed into it, so it is there whole or not at all; whoever comes second discards. What
is taken is copied and the copy held against the digests. Nothing that is wrong with the folder (full, damaged, gone)
is an error of the job: it says so and does the work itself.
"""

import hashlib
import json
import logging
import os
import shutil
import socket
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from workflow_scripts.downloads.records import sha256
from workflow_scripts.study import job_records

log = logging.getLogger(__name__)

RECORD = "object.json"


class _Damaged(Exception):
    """An object is not what was stored; what of it, in words."""


@dataclass(frozen=True)
class Stored:
    """One object, there or not yet.

    Attributes:
        folder: of all objects.
        key: name of the object, from all that decides its content.
        what: it is for the study, in words, for messages.
    """

    folder: Path
    key: str
    what: str

    @property
    def place(self) -> Path:
        """Folder of the object."""
        return self.folder / self.key

    def take(self, names: Collection[str], into: Path) -> dict[str, Any] | None:
        """Copy the files `names` of the object into a folder, and return what `keep` was told of them.

        None where there is no such object or it cannot be read; a damaged one is set aside.
        """
        try:
            if not self.place.is_dir():
                return None
            record = _read(self.place)
            if set(record["files"]) != set(names):
                raise _Damaged(f"it lists the files {', '.join(sorted(record['files']))}")
            for name, digest in record["files"].items():
                _copy_checked(self.place / name, into / name, digest)
        except _Damaged as damage:
            self._set_aside(str(damage))
            return None
        except OSError as error:
            self._say(logging.WARNING, f"what is shared cannot be read, so it is made here ({error})")
            return None
        job_records.add(taken={"from": str(self.place), "host": record["host"], "made": record["made"]})
        self._say(logging.INFO, f"taken from {self.place}, made on {record['host']} at {record['made']}")
        told: dict[str, Any] = record["told"]
        return told

    def keep(self, files: Sequence[Path], told: Mapping[str, Any]) -> None:
        """Copy files into the object, under their own names, unless it is there already; `told` says what they are."""
        part = self.folder / f".{self.key}.{uuid4().hex}.part"
        try:
            self.folder.mkdir(exist_ok=True)  # not its parents, else a disk that is not mounted would be made up for
            if not self._is_there():
                part.mkdir(mode=0o700)
                _write(part, files, told)
                _share(part, self.folder)
                part.rename(self.place)
                self._say(logging.INFO, f"stored in {self.place}")
        except OSError as error:
            if not self._is_there():  # else another job was first
                self._say(logging.WARNING, f"is not stored in {self.folder} for other studies ({error})")
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _is_there(self) -> bool:
        try:
            there = self.place.exists()
        except OSError:
            return False
        if there:
            self._say(logging.INFO, f"is stored in {self.place} already")
        return there

    def _set_aside(self, damage: str) -> None:
        aside = self.folder / f"damaged-{self.key}-{uuid4().hex[:8]}"
        try:
            self.place.rename(aside)
        except FileNotFoundError:  # deleted, or set aside by another job
            return
        except OSError as error:
            kept = f"it cannot be moved out of the way ({error}): delete it"
            self._say(logging.WARNING, f"{self.place} is damaged ({damage}), so the work is done here; {kept}")
        else:
            self._say(logging.WARNING, f"{self.place} was damaged ({damage}); it is now {aside}, and made again")

    def _say(self, level: int, words: str) -> None:
        log.log(level, "%s: %s", self.what, words)
        print(f"{self.what}: {'WARNING: ' if level > logging.INFO else ''}{words}", file=sys.stderr, flush=True)


def _read(place: Path) -> dict[str, Any]:
    """The record of an object. Raises _Damaged where it is missing or was changed."""
    try:
        loaded = json.loads((place / RECORD).read_text(encoding="utf-8"))
        record: dict[str, Any] = loaded["object"]
        sound = loaded["sha256"] == _digest(record)
    except FileNotFoundError as error:
        raise _Damaged(f"{RECORD} is missing") from error
    except (ValueError, KeyError, TypeError) as error:
        raise _Damaged(f"{RECORD} cannot be read") from error
    if not sound:
        raise _Damaged(f"{RECORD} is not what was stored")
    return record


def _copy_checked(source: Path, target: Path, digest: str) -> None:
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as error:
        raise _Damaged(f"{source.name} is missing") from error
    if sha256(target) != digest:
        raise _Damaged(f"{source.name} is not what was stored")


def _write(part: Path, files: Sequence[Path], told: Mapping[str, Any]) -> None:
    """Copies of the files and their record; digests are those of the originals, so that a bad copy is noticed."""
    digests = {}
    for file in files:
        digests[file.name] = sha256(file)
        shutil.copyfile(file, part / file.name)
    made = time.strftime("%Y-%m-%d %H:%M:%S %z")
    record = {"host": socket.gethostname(), "made": made, "files": digests, "told": dict(told)}
    text = json.dumps({"sha256": _digest(record), "object": record}, indent=1, default=str)
    (part / RECORD).write_text(text + "\n", encoding="utf-8")


def _digest(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()


def _share(part: Path, folder: Path) -> None:
    """Give a new object the group and rights of the folder of all objects, whatever its writer's umask."""
    given = folder.stat()
    for path in (*part.iterdir(), part):
        with suppress(PermissionError):  # not a member of that group: the object keeps the writer's own
            os.chown(path, -1, given.st_gid)
        path.chmod(given.st_mode & (0o2777 if path == part else 0o666))
