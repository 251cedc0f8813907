"""Weights of a transformers network from a folder of safetensors: nothing missing, nothing made up."""

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from workflow_scripts.downloads import records
from workflow_scripts.study.errors import UserError

log = logging.getLogger(__name__)


def from_folder(
    name: str,
    folder: Path,
    model_class: Any,
    config: Any,
    heads: Sequence[str],
    key_mapping: dict[str, str] | None = None,
) -> tuple[Any, dict[str, Any]]:
    """Read the weights of a folder into a model, in float32.

    Args:
        name: the model's name in the study, for messages.
        folder: holds model.safetensors, or its shards with their index.
        model_class, config: of transformers.
        heads: first parts of the names of tensors that no hidden state depends on; they are left out.
        key_mapping: patterns of the checkpoint's names and what they are in the model.

    Returns:
        the model, and what the metadata should say of its weights.

    Raises:
        UserError: no such file, a damaged one, or tensors missing, unexpected or of another shape.
    """
    # the library's own report of tensors left out; what matters of it is said below
    logging.getLogger("transformers").setLevel(logging.ERROR)
    try:
        model, loading = model_class.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            key_mapping=key_mapping,
            dtype=torch.float32,
        )
    except OSError as error:
        raise UserError(
            "no readable model.safetensors",
            f"model {name}, {folder}",
            f"convert the weights to safetensors first: `python -m workflow_scripts.convert_weights {folder}`",
        ) from error
    except SafetensorError as error:
        whose = "the safetensors file" if len(list(folder.glob("*.safetensors"))) == 1 else "a safetensors file"
        raise UserError(
            f"{whose} is damaged or not whole ({error})",
            f"model {name}, {folder}",
            "copy it again, or delete the folder and have it fetched again",
        ) from error
    _refuse_tensors(name, folder, loading, model_class.base_model_prefix, heads)
    return model, {"weights": str(folder), "weights_digest": _digest(folder), **records.origin(folder)}


def refuse(name: str, folder: Path, objections: Sequence[str]) -> None:
    """Raise UserError where there is an objection to the settings of a folder."""
    if objections:
        raise UserError("; ".join(objections), f"model {name}, {folder}")


def read_json(name: str, path: Path) -> dict[str, Any]:
    """Content of a settings file of a folder. Raises UserError when it is missing or broken."""
    try:
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(
            "file is missing",
            f"model {name}, {path}",
            "a folder of weights holds config.json, preprocessor_config.json and model.safetensors",
        ) from error
    except ValueError as error:
        raise UserError(f"is not JSON ({error})", f"model {name}, {path}") from error
    return loaded


def _refuse_tensors(name: str, folder: Path, loading: dict[str, Any], prefix: str, known: Sequence[str]) -> None:
    """Raise UserError unless every tensor of the network came from the file and every other one is a known head."""
    heads: dict[str, list[str]] = {}
    unexpected: list[str] = []
    for key in sorted(loading["unexpected_keys"]):
        head = key.removeprefix(f"{prefix}.").split(".")[0]
        (heads.setdefault(head, []) if head in known else unexpected).append(key)
    faults = {
        "missing (they would be random)": sorted(loading["missing_keys"]),
        "unexpected": unexpected,
        "of another shape": sorted(str(entry[0]) for entry in loading["mismatched_keys"]),
    }
    if loading.get("error_msgs"):
        faults["faulty"] = sorted(loading["error_msgs"])
    found = [f"tensors {what}: {', '.join(keys)}" for what, keys in faults.items() if keys]
    if found:
        raise UserError("; ".join(found), f"model {name}, {folder}", "the weights do not belong to this config.json")
    if heads:
        named = [", ".join(keys) if len(keys) < 4 else f"{head} ({len(keys)} tensors)" for head, keys in heads.items()]
        log.info("%s: tensors of heads left out, no hidden state depends on them: %s", name, ", ".join(named))


def _digest(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
