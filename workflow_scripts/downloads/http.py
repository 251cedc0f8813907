"""Fetching one file, whose size and checksum are known beforehand, over HTTP: resumed, bounded, verified."""

import hashlib
import http.client
import logging
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from workflow_scripts.downloads.disk import need_room, on_disk
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.orphans import refuse_orphan

log = logging.getLogger(__name__)

HEADERS = {"User-Agent": "vocalise", "Accept-Encoding": "identity"}  # Zenodo refuses clients without a name
CHUNK = 2**18  # bytes
TIMEOUT = 60.0  # seconds without a byte
TRIES = 5  # one after the other that each bring less than PROGRESS bytes
PROGRESS = 2**20
PAUSE = 1.0  # seconds before the second try, doubled for each further one
LONGEST_PAUSE = 60.0
PASSING = frozenset({408, 416, 425, 429, 500, 502, 503, 504})  # statuses that may be others a moment later


class _Cut(Exception):
    """A try that ended early; the next one may do better, after `pause` seconds where the server named them."""

    def __init__(self, reason: object, pause: float = 0.0) -> None:
        super().__init__(str(reason) or type(reason).__name__)
        self.pause = pause


def download(url: str, path: Path, size: int, md5: str) -> None:
    """Fetch `url` to `path`, which appears only when it has the stated size in bytes and md5 (hex digits).

    Until then the bytes lie in `<path>.part`, where the next call goes on. Never more than `size` bytes are
    written. What does not match the checksum is deleted; if it came in several pieces, which may be of different
    files, it is fetched once more from the beginning.

    Raises UserError, with a remedy only where the disk is at fault.
    """
    if not url.startswith(("https://", "http://")):
        raise UserError("is no address of the web", url)
    part = path.with_name(f"{path.name}.part")
    with on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        transfer = _Transfer(url, part, size)
        need_room(path.parent, size - transfer.have)
        transfer.complete()
        found = checksum(part)
        if found == md5:
            with on_disk(path):
                os.replace(part, path)
            return
        part.unlink()
        log.warning("%s: md5 %s instead of %s, in %d pieces; deleted", url, found, md5, transfer.pieces)
        if transfer.pieces == 1:
            break
    raise UserError(f"what came has the md5 {found} instead of {md5}; it was deleted", url)


def checksum(path: Path) -> str:
    """md5 of a file in hex digits. Raises UserError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror})", str(path)) from error


class _Transfer:
    """The way of one file into its part, over as many tries as it takes."""

    def __init__(self, url: str, part: Path, size: int) -> None:
        self.url, self.part, self.size = url, part, size
        self.tag = ""  # names the content that the last try found, where the server gives such names
        self.pieces = 2 if self.have else 0  # responses that the part is made of; nobody knows an ended run's

    @property
    def have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def complete(self) -> None:
        """Try until the part has all its bytes. Raises UserError after too many tries without progress."""
        most, in_vain = self.have, 0
        with tqdm(total=self.size, desc=self.part.stem, unit="B", unit_scale=True, mininterval=2) as bar:
            while self.have < self.size:
                refuse_orphan()
                try:
                    self._receive(bar)
                    break
                except _Cut as cut:
                    # A server without ranges starts anew each time: only what was never reached before is progress.
                    in_vain = in_vain + 1 if self.have < most + PROGRESS else 0
                    most = max(most, self.have)
                    log.warning("%s: %s, after %d of %d bytes", self.url, cut, self.have, self.size)
                    if in_vain == TRIES:
                        raise UserError(self._given_up(cut), self.url) from cut
                    time.sleep(min(max(PAUSE * 2 ** max(in_vain - 1, 0), cut.pause), LONGEST_PAUSE))
            log.info("%s: all %d bytes", self.url, self.size)

    def _given_up(self, cut: _Cut) -> str:
        have = self.have
        return f"got {have} of {self.size} bytes, then {TRIES} tries in vain ({cut})" if have else f"no answer: {cut}"

    def _receive(self, bar: "tqdm[Any]") -> None:
        """Append what one response brings. Raises _Cut when it ends early, UserError when it is no use to go on."""
        with self._opened() as response:
            have = self._begin(response)
            self.pieces = self.pieces + 1 if have else 1
            self.tag = response.headers.get("ETag", "")
            bar.update(have - bar.n)
            seen = time.monotonic()
            with on_disk(self.part), self.part.open("ab" if have else "wb") as file:
                while have < self.size:
                    chunk = _read(response, min(CHUNK, self.size - have))
                    file.write(chunk)
                    bar.update(len(chunk))
                    if 10 * have // self.size < 10 * (have + len(chunk)) // self.size:
                        log.info("%d of %d bytes", have + len(chunk), self.size)
                    have += len(chunk)
                    if time.monotonic() > seen + 1:
                        seen = time.monotonic()
                        refuse_orphan()

    @contextmanager
    def _opened(self) -> Iterator[http.client.HTTPResponse]:
        """The server's answer to a request for what is missing."""
        headers = dict(HEADERS)
        if self.have:
            headers["Range"] = f"bytes={self.have}-"
            if self.tag.startswith('"'):  # weak tags (W/"...") do not promise the same bytes
                headers["If-Range"] = self.tag
        try:
            response = urllib.request.urlopen(urllib.request.Request(self.url, headers=headers), timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            with error:
                said = f"the server says {error.code} {error.reason}"
                if error.code not in PASSING:
                    raise UserError(said, self.url) from error
                if error.code == 416:  # the part is longer than what the server has now
                    with on_disk(self.part):
                        self.part.unlink(missing_ok=True)
                raise _Cut(said, _seconds(error.headers.get("Retry-After", ""))) from error
        except urllib.error.URLError as error:
            raise _Cut(error.reason) from error
        except (OSError, http.client.HTTPException) as error:
            raise _Cut(error) from error
        with response:
            yield response

    def _begin(self, response: http.client.HTTPResponse) -> int:
        """Where in the file the body begins: behind the part, or at 0 when the server sends the whole file.

        Raises UserError when the server states that it has something else.
        """
        if response.headers.get_content_type() == "text/html":
            raise UserError("the server sent a web page instead of the file (a login, or a proxy's notice?)", self.url)
        if response.status == 206:
            begin, whole = self.have, response.headers.get("Content-Range", "").rpartition("/")[2]
        else:
            begin, whole = 0, response.headers.get("Content-Length", "")
        if whole.isdigit() and int(whole) != self.size:
            raise UserError(f"the server has {whole} bytes instead of {self.size}: another file or version", self.url)
        return begin


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    """The next bytes, at most so many. Raises _Cut where there are none."""
    try:
        chunk = response.read1(most)
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(error) from error
    if not chunk:
        raise _Cut("the connection was cut")
    return chunk


def _seconds(stated: str) -> float:
    """A pause that a server asks for, in seconds; 0 where it asks for none or names a date."""
    return float(stated) if stated.isdigit() else 0.0
