"""The record that a fetch leaves beside the weights: where they come from, and what they are.

The plan reads it, so nothing heavy is imported here.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

RECORD = "fetched.json"
VERSION = 1  # raised by hand when what a fetch leaves behind becomes another
KEYS: dict[str, type] = {
    **dict.fromkeys(("source", "endpoint", "revision", "commit", "licence", "digest"), str),
    "converted": bool,
    **dict.fromkeys(("published", "files"), dict),
}
Record = dict[str, Any]


def is_left_to_fetch(folder: Path) -> bool:
    """Whether a folder is a fetch's to fill: it is not there, empty, or was fetched. Any other was made by hand."""
    return not folder.is_dir() or (folder / RECORD).exists() or not any(folder.iterdir())


def read(folder: Path) -> Record:
    """The record of a folder; {} where there is none, or something else under its name."""
    try:
        loaded = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if _is_record(loaded) else {}


def _is_record(loaded: Any) -> bool:
    if not isinstance(loaded, dict) or not all(isinstance(loaded.get(key), kind) for key, kind in KEYS.items()):
        return False
    needed = [(facts, "listed") for facts in loaded["published"].values()]
    needed += [(facts, "sha256") for facts in loaded["files"].values()]
    return all(isinstance(facts, dict) and isinstance(facts.get(key), str) for facts, key in needed)


def write(folder: Path, record: Record) -> None:
    """Write the record, whole; the same text for the same content."""
    temporary = folder / f".{RECORD}.part"
    temporary.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    os.replace(temporary, folder / RECORD)


def weights_files(folder: Path) -> list[Path]:
    """The files of a folder from which its network is built, by name."""
    return sorted(path for kind in ("*.json", "*.safetensors") for path in folder.glob(kind) if path.name != RECORD)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed(folder: Path, record: Record) -> list[str]:
    """Names of files that are not as the record says: altered, missing or added since."""
    here = {path.name: sha256(path) for path in weights_files(folder)}
    then = {name: entry["sha256"] for name, entry in record["files"].items()}
    return sorted(name for name in here.keys() | then.keys() if here.get(name) != then.get(name))


def origin(folder: Path) -> dict[str, str]:
    """Source, commit and licence of weights that lie as they were fetched; {} for any other."""
    record = read(folder)
    if not record or changed(folder, record):
        return {}
    return {key: str(record[key]) for key in ("source", "commit", "licence")}
