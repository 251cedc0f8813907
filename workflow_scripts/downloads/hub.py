"""A repository of the model hub: what it lists at a revision, and its files, checked against that list.

What the hub or the way to it refuses is said to people, with what to do by hand.
"""

import errno
import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx2
from huggingface_hub import HfApi, constants, get_token, hf_hub_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import ModelInfo, RepoSibling

from workflow_scripts.downloads import places, records
from workflow_scripts.downloads.disk import on_disk
from workflow_scripts.study.errors import UserError

# Side channels: no reports on the machine, and no second protocol with servers of its own beside the plain downloads.
constants.HF_HUB_DISABLE_TELEMETRY = True
constants.HF_HUB_DISABLE_XET = True

SECONDS = 30.0  # that the hub has for an answer
TOKEN = "give a token of yours (`hf auth login`, or HF_TOKEN) and run again"
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EFBIG)
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listing:
    """What a repository holds at one commit.

    Attributes:
        commit: that the revision stands for.
        licence: that the repository states, "" where it states none.
        files: by name, with the size and the hash of each.
    """

    commit: str
    licence: str
    files: dict[str, RepoSibling]

    def size_of(self, name: str) -> int:
        """Bytes that are listed for a file; 0 for no file."""
        file = self.files.get(name)
        return 0 if file is None else int((file.lfs.size if file.lfs else file.size) or 0)

    def hash_of(self, name: str) -> str:
        """The hash under which a file is listed, SHA-256 for a large one, git's for a small one; "" for no file."""
        file = self.files.get(name)
        return "" if file is None else str(file.lfs.sha256 if file.lfs else file.blob_id or "")


@dataclass(frozen=True)
class Repository:
    """A repository at a branch, tag or commit.

    Attributes:
        source: its id, `owner/name`.
        revision: branch, tag or commit.
        folder: where its files are wanted; only errors speak of it.
    """

    source: str
    revision: str
    folder: Path

    @property
    def page(self) -> str:
        """Where people see its files."""
        return places.page(self.source, self.revision)

    @property
    def by_hand(self) -> str:
        """What to do where the fetch cannot."""
        return places.by_hand(self.page, self.folder)

    def listing(self) -> Listing:
        """Ask the hub what the revision holds. UserError where it does not say."""
        hub = HfApi(endpoint=places.endpoint())
        with self._in_words():
            listed: ModelInfo = _asked(
                lambda token: hub.model_info(
                    self.source, revision=self.revision, files_metadata=True, timeout=SECONDS, token=token
                )
            )
            files = {file.rfilename: file for file in listed.siblings or []}
            stated = listed.card_data.license if listed.card_data else None
        if not listed.sha:
            raise UserError("the answer names no commit", self.page, "check HF_ENDPOINT and the proxy")
        licence = ", ".join(stated) if isinstance(stated, list) else str(stated or "")
        return Listing(listed.sha, licence, files)

    def download(self, name: str, listing: Listing, into: Path) -> dict[str, object]:
        """Download one file, unless it is in the folder already, and check it; {bytes, sha256, listed}.

        Raises:
            UserError: it is not listed, cannot be had, or has not the size and the hash that are listed.
        """
        if name not in listing.files:
            raise UserError(f"lists no {name}, which the index of its weights names", self.page)
        with self._in_words():
            _asked(
                lambda token: hf_hub_download(
                    self.source,
                    name,
                    revision=listing.commit,
                    local_dir=into,
                    endpoint=places.endpoint(),
                    token=token,
                )
            )
        size, hash_ = self._check(listing, name, into / name)
        return {"bytes": size, "sha256": hash_, "listed": listing.hash_of(name)}

    def _check(self, listing: Listing, name: str, path: Path) -> tuple[int, str]:
        """Size and SHA-256 of a file; it is removed, with a UserError, where it is not what is listed."""
        file, found, sha256 = listing.files[name], path.stat().st_size, records.sha256(path)
        size = listing.size_of(name)
        if found == size and listing.hash_of(name) == (sha256 if file.lfs else _git_hash(path)):
            return found, sha256
        path.unlink()
        what = f"has {found} bytes instead of {size}" if found != size else "has other content than the hub lists"
        raise UserError(
            f"{name} {what} (commit {listing.commit})",
            self.page,
            f"run again; if it stays so, a proxy or a mirror changes files: {self.by_hand}",
        )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except GatedRepoError as error:
            conditions = "is gated: its authors let those download who accepted their conditions"
            raise UserError(conditions, self.page, f"accept them on that page, {TOKEN}; or {self.by_hand}") from error
        except RevisionNotFoundError as error:
            remedy = "name a branch, a tag or a commit of it as `revision`"
            raise UserError(f"has no revision '{self.revision}'", self.page, remedy) from error
        except RepositoryNotFoundError as error:
            remedy = f"check `source`; for a private one {TOKEN}; or {self.by_hand}"
            raise UserError("is not there, or not for everybody", self.page, remedy) from error
        except OfflineModeIsEnabled as error:
            remedy = f"unset it and run again; or {self.by_hand}"
            raise UserError("may not be asked: HF_HUB_OFFLINE is set", self.page, remedy) from error
        except HfHubHTTPError as error:
            status, remedy = error.response.status_code, f"run again later; or {self.by_hand}"
            raise UserError(f"the hub answered {status}", self.page, remedy) from error
        except (httpx2.HTTPError, OSError) as error:
            if isinstance(error, OSError) and error.errno in OF_THE_DISK:
                with on_disk(self.folder):
                    raise
            cause = error.__cause__ or error  # the hub's client wraps what went wrong underneath
            remedy = f"run again where there is a network, finished files are kept; or {self.by_hand}"
            raise UserError(f"could not be downloaded ({type(cause).__name__}: {cause})", self.page, remedy) from error
        except (ValueError, KeyError, TypeError) as error:
            what = f"the answer is not that of a model hub ({type(error).__name__})"
            raise UserError(what, self.page, "check HF_ENDPOINT and the proxy") from error


def _asked(ask: Callable[[str | bool], T]) -> T:
    """The answer without a token; where that is refused, with the user's own, if there is one."""
    try:
        return ask(False)
    except HfHubHTTPError as error:
        token = get_token() if error.response.status_code in (401, 403) else None
        if not token:
            raise
        log.info("not given to everybody: asking again with the token of this user")
        return ask(token)


def _git_hash(path: Path) -> str:
    """The name that git gives to a file's content."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
