"""A network from the model hub: its files at one commit, in place whole or not at all, with a record of what they are.

Only the configuration, the preprocessor's configuration and the weights are asked for: no code of the repository is
downloaded, let alone run. A checkpoint that is published as a pickle only is converted once (see checkpoints).
"""

import logging
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workflow_scripts.downloads import checkpoints, places, records
from workflow_scripts.downloads.checkpoints import PICKLE, PICKLE_INDEX, SAFE, SAFE_INDEX
from workflow_scripts.downloads.disk import alone_in, need_room, on_disk, put_in_place
from workflow_scripts.downloads.hub import Listing, Repository
from workflow_scripts.downloads.records import Record
from workflow_scripts.study.digest import content_digest
from workflow_scripts.study.errors import UserError

CONFIGS = ("config.json", "preprocessor_config.json")
WEIGHTS = (SAFE, SAFE_INDEX, PICKLE, PICKLE_INDEX)  # the first that is listed is taken
OTHERS = (".bin", ".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".msgpack", ".onnx")  # are named where none is
MADE, OLD = "files", "replaced"  # in the working folder: what is being fetched; what it takes the place of
log = logging.getLogger(__name__)


def fetch(source: str, revision: str, folder: Path) -> Record:
    """Fetch a network's files into `folder` and return the record that is left there (see records).

    The hub is not asked where the folder holds what is wanted. An interrupted fetch leaves its finished files in a
    hidden folder beside `folder`; the next one takes them up. One process at a time fetches into a folder.

    Args:
        source: id of a repository on the hub, `owner/name`.
        revision: branch, tag or commit; the commit that it stands for is what is fetched and recorded.
        folder: absent, empty, or filled by an earlier fetch.

    Raises:
        UserError: no network, no such repository or revision, no permission, no weights in it, a file that is not
            what the hub lists, other content than before under the same commit, a pickle that is no plain
            checkpoint, a folder whose files are not of a fetch, a full disk, or a run beside this one that fetched
            something else into the folder.
    """
    repository, folder = Repository(source, revision, folder), folder.resolve()  # a link to a larger disk stays one
    before = _previous(folder)
    if _is_of(before, source, revision):
        return before
    work = folder.with_name(f".{folder.name}.fetching")
    with _alone_in(work):
        restored = _restore(work / OLD, folder)
        previous = _previous(folder)
        if _is_of(previous, source, revision):  # by the run that was waited for, or before one that was killed
            return previous
        if previous and not restored and previous["commit"] != before.get("commit"):
            found = f"another run fetched {previous['source']}, revision {previous['revision']}, at the same time"
            raise UserError(found, str(folder), "give each study a folder `weights` of its own, or run again")
        listing = repository.listing()
        log.info("%s, %s: commit %s, licence '%s'", source, revision, listing.commit, listing.licence)
        record: Record = {
            "source": source,
            "endpoint": places.endpoint(),
            "revision": revision,
            "commit": listing.commit,
            "licence": listing.licence,
        }
        if previous and (previous["source"], previous["commit"]) == (source, listing.commit):
            _refuse_other_content(repository, listing, previous)
            record = {**previous, **record}
            with on_disk(folder):
                records.write(folder, record)
            return record
        with on_disk(work):
            record |= _make(repository, listing, work / MADE)
            records.write(work / MADE, record)
            if changed := records.changed(work / MADE, record):
                raise UserError(f"files changed while they were fetched: {', '.join(changed)}", str(work), "run again")
            put_in_place(work / MADE, folder, work / OLD)
            shutil.rmtree(work / OLD, ignore_errors=True)
    return record


def _is_of(record: Record, source: str, revision: str) -> bool:
    if there := bool(record) and (record["source"], record["revision"]) == (source, revision):
        log.info("%s is there at commit %s", source, record["commit"])
    return there


@contextmanager
def _alone_in(work: Path) -> Iterator[None]:
    """Keep the working folder for this process; it stays behind only where something to take up again is in it."""
    parent_is_new = not work.parent.exists()
    with alone_in(work):
        try:
            yield
        finally:
            if not (work / OLD).exists() and not any(path.is_file() for path in (work / MADE).rglob("*")):
                shutil.rmtree(work, ignore_errors=True)
                if parent_is_new:
                    with suppress(OSError):  # it holds what was fetched
                        work.parent.rmdir()


def _restore(old: Path, folder: Path) -> bool:
    """Give a folder its name back that a run was killed over replacing; whether there was one."""
    with on_disk(folder):
        restored = old.exists() and not (folder.is_dir() and any(folder.iterdir()))
        if restored:
            old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return restored


def _make(repository: Repository, listing: Listing, made: Path) -> Record:
    """Download and convert a network into a folder; what the record says of its files."""
    made.mkdir(exist_ok=True)
    published = _download(repository, listing, made)
    _clear_all_but(published, made)
    converted = PICKLE in published or PICKLE_INDEX in published
    if converted:
        log.info("converting the pickle to safetensors")
        checkpoints.convert(made)
        _clear_all_but([*CONFIGS, SAFE], made)
    files = records.weights_files(made)
    return {
        "converted": converted,
        "published": published,
        "files": {path.name: {"bytes": path.stat().st_size, "sha256": records.sha256(path)} for path in files},
        "digest": content_digest(files, None, made),
    }


def _previous(folder: Path) -> Record:
    """The record of an earlier fetch, {} for an absent or empty folder."""
    previous, remedy = records.read(folder), "move the folder away, or delete it, and run again"
    if previous and (changed := records.changed(folder, previous)):
        raise UserError(f"files are not as they were fetched: {', '.join(changed)}", str(folder), remedy)
    with on_disk(folder.parent):
        if folder.exists() and not folder.is_dir():
            raise UserError("is a file, where a folder of weights should be", str(folder), remedy)
        others = folder.is_dir() and any(path.name != records.RECORD for path in folder.iterdir())
    if not previous and others:
        raise UserError("holds files that were not fetched, and they are not overwritten", str(folder), remedy)
    return previous


def _refuse_other_content(repository: Repository, listing: Listing, previous: Record) -> None:
    then = {name: facts["listed"] for name, facts in previous["published"].items()}
    if other := [name for name, listed in then.items() if listing.hash_of(name) != listed]:
        raise UserError(
            f"lists other content than before under the same commit {listing.commit}: {', '.join(other)}",
            repository.page,
            "a commit never changes, so somebody changed what the hub gives out; keep the files that you have",
        )


def _download(repository: Repository, listing: Listing, into: Path) -> dict[str, dict[str, Any]]:
    """Download what a network is built from; facts of each file by name."""
    weights = next((name for name in WEIGHTS if name in listing.files), "")
    missing = [name for name in CONFIGS if name not in listing.files]
    if missing or not weights:
        found = [name for name in listing.files if Path(name).suffix in OTHERS]
        lacking = " and no ".join(missing if weights else [*missing, "weights that can be read here"])
        raise UserError(
            f"holds no {lacking}" + (f", only {', '.join(found)}" if found and not weights else ""),
            repository.page,
            f"choose another repository or revision; or bring config.json, preprocessor_config.json and {SAFE} in "
            f"the layout of transformers into {repository.folder} by hand",
        )
    wanted = [*CONFIGS, weights]
    if weights in (SAFE_INDEX, PICKLE_INDEX):
        repository.download(weights, listing, into)
        wanted += checkpoints.shards(into / weights)
    _need_room(listing, wanted, into)
    return {name: repository.download(name, listing, into) for name in wanted}


def _need_room(listing: Listing, wanted: Collection[str], into: Path) -> None:
    """Raise UserError where the disk has no room for the files that are still to come, and for their conversion."""
    missing = sum(listing.size_of(name) for name in wanted if not (into / name).exists())
    to_convert = sum(listing.size_of(name) for name in wanted if name.endswith(".bin"))
    need_room(into, missing + to_convert)


def _clear_all_but(kept: Collection[str], folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in kept:
            path.unlink()
