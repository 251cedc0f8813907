"""Fetch the recordings of a corpus from where its authors offer them, verify them, and unpack them into its folder."""

import json
import logging
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow_scripts import corpora
from workflow_scripts.corpora import FETCHED, Archive, Corpus
from workflow_scripts.downloads.archives import unpack
from workflow_scripts.downloads.disk import alone_in, on_disk, put_in_place
from workflow_scripts.downloads.http import checksum, download
from workflow_scripts.study.digest import content_digest
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.tables import whole

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)

ZENODO = "https://zenodo.org"
MIRROR = "VOCALISE_ZENODO"  # variable of the environment: where a mirror (or a test) answers in Zenodo's place


def fetch(corpus: Corpus, archive: Archive, folder: Path) -> dict[str, Any]:
    """Fill `folder` with the recordings of the archive, unless that was done before; returns what `fetched.json` says.

    The folder appears whole, with `fetched.json` in it, or not at all: work goes on beside it, where a run that was
    killed is taken up again. Raises UserError; a folder that somebody else filled is left as it is.
    """
    if record := read_record(folder, archive):
        return record
    target = folder.resolve()  # a link to a larger disk stays one
    work = target.with_name(f".{target.name}.fetching")
    with alone_in(work):
        if record := read_record(folder, archive):  # by the run that was waited for
            shutil.rmtree(work, ignore_errors=True)
            return record
        source, zip_file = get(archive, folder.parent / archive.name, work / archive.name)
        made = work / "unpacked"
        shutil.rmtree(made, ignore_errors=True)
        unpack(zip_file, made)
        recordings = corpus.sources(made, corpora.resolve_options(corpus, {}))
        record = {
            "corpus": corpus.name,
            "source": source,
            "bytes": archive.bytes,
            "md5": archive.md5,
            "page": corpus.page,
            "licence": corpus.licence,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "recordings": len(recordings),
            "digest": content_digest(recordings, base=made),
        }
        with on_disk(made):
            (made / FETCHED).write_text(json.dumps(record, indent=1) + "\n")
        put_in_place(made, target)
        shutil.rmtree(work, ignore_errors=True)
    return record


def read_record(folder: Path, archive: Archive) -> dict[str, Any]:
    """What was fetched into a folder; {} where it is missing or empty.

    Raises UserError when the folder holds what was not fetched, or not from this archive.
    """
    try:
        if not folder.exists() or not any(folder.iterdir()):
            return {}
        record = dict(json.loads((folder / FETCHED).read_text()))
        if record["md5"] == archive.md5:
            return record
        fault = f"was fetched from another version of {archive.name}"
    except FileNotFoundError:
        fault = f"holds files and no {FETCHED}: it was not fetched by this workflow"
    except (OSError, ValueError, TypeError, KeyError) as error:
        fault = f"holds no readable {FETCHED} ({error})"
    raise UserError(fault, str(folder), "move it away and run again")


def get(archive: Archive, given: Path, fetched: Path) -> tuple[str, Path]:
    """Where the zip file came from, and where it lies: at `given` if a person put it there, else at `fetched`.

    Raises UserError when it cannot be fetched, or is not what its page states.
    """
    if given.exists():
        if given.stat().st_size != archive.bytes or checksum(given) != archive.md5:
            stated = f"{archive.bytes} bytes, md5 {archive.md5}"
            raise UserError(f"is not the file that its page states ({stated})", str(given), "delete it and run again")
        return str(given), given
    url = archive.url.replace(ZENODO, os.environ.get(MIRROR, ZENODO).rstrip("/"), 1)
    if not fetched.exists():  # it has this name only when it was verified
        download(url, fetched, archive.bytes, archive.md5)
    return url, fetched


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    corpus, folder = corpora.find(spec["corpus"]), Path(spec["folder"])
    assert corpus.archive is not None, "only corpora with an archive are fetched"
    try:
        record = fetch(corpus, corpus.archive, folder)
    except UserError as error:
        if error.remedy:
            raise
        given = f"put {corpus.archive.name} into {folder.parent} and run again"
        remedy = f"run again later, or {given}, or bring all by hand: {corpora.by_hand(corpus, folder)}"
        raise UserError(error.message, error.place, remedy) from error
    log.info("%s", record)
    # The manifest says what it was made from: recordings that come again must not be another input. When they came, and
    # from where, stands in their folder.
    lasting = {key: value for key, value in record.items() if key not in ("when", "source")}
    with whole(smk.output.fetched) as file:
        file.write_text(json.dumps(lasting, indent=1) + "\n")
    print(f"{corpus.name}: {record['recordings']} recordings from {record['source']} ({record['licence']})")


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
