"""Checkpoints that are pickles: opened once by the restricted loader, and written as safetensors."""

import json
import re
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from workflow_scripts.downloads.disk import on_disk
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.tables import whole

PICKLE, PICKLE_INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"
SAFE, SAFE_INDEX = "model.safetensors", "model.safetensors.index.json"


def shards(index: Path) -> list[str]:
    """Names of the shards that an index lists, in order.

    Raises:
        UserError: the index cannot be read, or names what is no file of its own folder.
    """
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"is no index of shards ({type(error).__name__}: {error})", str(index)) from error
    kind = "safetensors" if index.name == SAFE_INDEX else "bin"
    strange = [name for name in names if not re.fullmatch(rf"\w[\w.-]*\.{kind}", str(name))]
    if not names:
        raise UserError("names no shards", str(index))
    if strange:
        raise UserError(f"names shards that are no {kind} files beside it: {strange}", str(index))
    return [str(name) for name in names]


def pickles(folder: Path) -> list[Path]:
    """The pickles of a folder's checkpoint: one file, or its shards; [] where there is none."""
    if (folder / PICKLE).exists():
        return [folder / PICKLE]
    index = folder / PICKLE_INDEX
    return [folder / name for name in shards(index)] if index.exists() else []


def convert(folder: Path) -> None:
    """Write the tensors of the folder's pickles, under their names and as they are, to model.safetensors.

    The loader is torch's restricted one: it builds tensors and plain containers and refuses everything else before
    anything of it is run. The pickles stay where they are.

    Raises:
        UserError: there is no pickle, it holds more than named tensors, it cannot be read, or the disk is full.
    """
    tensors: dict[str, torch.Tensor] = {}
    found = pickles(folder)
    if not found:
        raise UserError(f"holds neither {PICKLE} nor {PICKLE_INDEX}", str(folder))
    for path in found:
        loaded = _tensors(path)
        for name in list(loaded):
            if name in tensors:
                raise UserError(f"tensor {name} stands in two shards", str(path))
            # each with a storage of its own, which safetensors asks for
            tensors[name] = loaded.pop(name).detach().clone(memory_format=torch.contiguous_format)
    with on_disk(folder / SAFE), whole(folder / SAFE) as temporary:
        try:
            save_file(tensors, temporary, metadata={"format": "pt"})
        except SafetensorError as error:  # what the operating system refuses comes as this, too
            remedy = "make room or give yourself the permission to write there, then run again"
            raise UserError(f"cannot be written ({error})", str(folder / SAFE), remedy) from error


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise UserError("file is missing", str(path)) from error
    except Exception as error:  # what a stranger's file makes the loader raise is not known beforehand
        raise UserError(
            f"is no checkpoint of plain tensors, and nothing of it was run ({_reason(error)})",
            str(path),
            "take a safetensors file of this network from a source that you trust",
        ) from error
    if not isinstance(loaded, dict) or not loaded:
        raise UserError("holds no named tensors", str(path))
    inner = [key for key in ("state_dict", "model") if isinstance(loaded.get(key), dict)]
    others = [repr(key) for key, value in loaded.items() if not (isinstance(key, str) and _is_plain(value))]
    if inner:
        raise UserError(
            f"holds its tensors under '{inner[0]}': it was written by a training program, not by transformers",
            str(path),
            "convert it to the layout of transformers first; transformers has a script for each family",
        )
    if others:
        raise UserError(f"holds more than named tensors: {', '.join(others[:5])}", str(path))
    return loaded


def _reason(error: Exception) -> str:
    """Why the loader refused, without torch's advice on how to open the file after all."""
    if asked := re.search(r"GLOBAL (\S+)|whose module (\S+)", str(error)):
        return f"it asks for {asked[1] or asked[2]}"
    lines = [] if isinstance(error, UnpicklingError) else str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _is_plain(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_quantized
