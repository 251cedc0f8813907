"""Unpacking a zip file of which nothing is trusted: no path leads out, no size exceeds what was allowed."""

import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from workflow_scripts.downloads.disk import need_room, on_disk
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.orphans import refuse_orphan

MOST_MEMBERS = 20_000
MOST_TIMES = 20  # recordings shrink to a half; what unpacks to more than so many times the zip file is no recordings
CHUNK = 2**20  # bytes
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1  # bit of a member's flags


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip file into `folder`, which must not exist yet; permissions and dates of the members are not kept.

    Everything that the list of members says is checked before the first byte is written. Raises UserError when
    the file is damaged or truncated, or holds what no archive of recordings holds: paths that lead out, links,
    encrypted members, names that stand twice, too many members, or more bytes than MOST_TIMES its own. Then a part
    of the folder may be there.
    """
    # NotImplementedError is what zipfile raises for a compression that it does not know
    damage = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, OSError)
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            _check(members, archive)
            need_room(archive.parent, sum(member.file_size for member in members))
            with on_disk(folder):
                folder.mkdir()
            for member in tqdm(members, desc=f"unpacking {archive.name}", unit="file", mininterval=2):
                refuse_orphan()
                _write(opened, member, folder / member.filename)
    except damage as error:
        raise UserError(f"is damaged or not a whole zip file ({error})", str(archive)) from error


def _check(members: Sequence[zipfile.ZipInfo], archive: Path) -> None:
    """Raise UserError for the first thing that does not belong into an archive of recordings."""
    if len(members) > MOST_MEMBERS:
        raise UserError(f"has {len(members)} members, more than {MOST_MEMBERS}", str(archive))
    total, most = sum(member.file_size for member in members), MOST_TIMES * archive.stat().st_size
    if total > most:
        raise UserError(f"would unpack to {total} bytes, more than {MOST_TIMES} times its own size", str(archive))
    files: set[str] = set()
    folders: set[str] = set()
    for member in members:
        fault = _fault(member)
        path = member.filename.rstrip("/").casefold()  # where case does not count, such names are one file
        above = {path[:end] for end, letter in enumerate(path) if letter == "/"}
        if not fault and (path in files or above & files or (not member.is_dir() and path in folders)):
            fault = "stands twice"
        if fault:
            raise UserError(f"its member {member.filename!r} {fault}; nothing was unpacked", str(archive))
        folders |= above
        (folders if member.is_dir() else files).add(path)


def _fault(member: zipfile.ZipInfo) -> str:
    """What is wrong with one member, as the end of a sentence, or ""."""
    name = member.filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    parts = name.removesuffix("/").split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name or ":" in name:
        return "has a path that leads out of its folder or is not written plainly"
    if not name.isprintable() or any(len(part.encode("utf-8", "replace")) > 255 for part in parts):
        return "has a name that no file can have"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if member.flag_bits & ENCRYPTED:
        return "is encrypted"
    if member.compress_type not in METHODS:
        return "is packed by a method that is not read here"
    return ""


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    """Write one member. zipfile reads no more than its stated size and checks its checksum at the end."""
    with on_disk(path):
        (path if member.is_dir() else path.parent).mkdir(parents=True, exist_ok=True)
    if member.is_dir():
        return
    with opened.open(member) as source, on_disk(path), path.open("xb") as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
    if path.stat().st_size != member.file_size:
        raise zipfile.BadZipFile(f"{member.filename} ends early")
