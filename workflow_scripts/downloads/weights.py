"""A network from the model hub: its files at one commit, in place whole or not at all, with a record of what they are.

Only the configuration, the preprocessor's configuration and the weights are asked for: no code of the repository is
downloaded, let alone run. A checkpoint that is published as a pickle only is converted once (see checkpoints).
"""

import logging
import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from workflow_scripts.downloads import checkpoints, places, records
from workflow_scripts.downloads.checkpoints import PICKLE, PICKLE_INDEX, SAFE, SAFE_INDEX
from workflow_scripts.downloads.hub import Listing, Repository
from workflow_scripts.downloads.records import Record
from workflow_scripts.study.digest import content_digest
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.orphans import refuse_orphan

CONFIGS = ("config.json", "preprocessor_config.json")
WEIGHTS = (SAFE, SAFE_INDEX, PICKLE, PICKLE_INDEX)  # the first that is listed is taken
OTHERS = (".bin", ".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".msgpack", ".onnx")  # are named where none is
log = logging.getLogger(__name__)


def fetch(source: str, revision: str, folder: Path) -> Record:
    """Fetch a network's files into `folder` and return the record that is left there (see records).

    The hub is not asked where the folder holds what is wanted. An interrupted fetch leaves its finished files in a
    hidden folder beside `folder`; the next one takes them up.

    Args:
        source: id of a repository on the hub, `owner/name`.
        revision: branch, tag or commit; the commit that it stands for is what is fetched and recorded.
        folder: absent, empty, or filled by an earlier fetch.

    Raises:
        UserError: no network, no such repository or revision, no permission, no weights in it, a file that is not
            what the hub lists, other content than before under the same commit, a pickle that is no plain
            checkpoint, or a folder whose files are not of a fetch.
    """
    repository, folder = Repository(source, revision, folder), folder.resolve()
    previous = _previous(folder)
    if previous and (previous["source"], previous["revision"]) == (source, revision):
        log.info("%s is there at commit %s", source, previous["commit"])
        return previous
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
        records.write(folder, record)
        return record
    making = folder.with_name(f".{folder.name}.fetching")
    making.mkdir(parents=True, exist_ok=True)
    published = _download(repository, listing, making)
    _clear_all_but(published, making)
    record["converted"] = PICKLE in published or PICKLE_INDEX in published
    if record["converted"]:
        log.info("converting the pickle to safetensors")
        checkpoints.convert(making)
        _clear_all_but([*CONFIGS, SAFE], making)
    files = records.weights_files(making)
    record["published"] = published
    record["files"] = {path.name: {"bytes": path.stat().st_size, "sha256": records.sha256(path)} for path in files}
    record["digest"] = content_digest(files, None, making)
    records.write(making, record)
    _put_in_place(making, folder)
    return record


def _previous(folder: Path) -> Record:
    """The record of an earlier fetch, {} for an absent or empty folder."""
    previous, remedy = records.read(folder), "move the folder away, or delete it, and run again"
    if previous and (changed := records.changed(folder, previous)):
        raise UserError(f"files are not as they were fetched: {', '.join(changed)}", str(folder), remedy)
    if not previous and folder.is_dir() and any(path.name != records.RECORD for path in folder.iterdir()):
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
    published = {name: repository.download(name, listing, into) for name in (*CONFIGS, weights)}
    if weights in (SAFE_INDEX, PICKLE_INDEX):
        names = checkpoints.shards(into / weights)
        published |= {name: repository.download(name, listing, into) for name in names}
    return published


def _clear_all_but(kept: Collection[str], folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in kept:
            path.unlink()


def _put_in_place(made: Path, folder: Path) -> None:
    """Let the made folder take the name of the other one; at no moment does a part of it stand there."""
    old = folder.with_name(f".{folder.name}.replaced")
    shutil.rmtree(old, ignore_errors=True)
    refuse_orphan()
    if folder.exists():
        os.rename(folder, old)
    os.rename(made, folder)
    shutil.rmtree(old, ignore_errors=True)
