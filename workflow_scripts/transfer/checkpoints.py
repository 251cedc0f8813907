"""What a training leaves: `checkpoint.json`, and beside it a folder of tensors for each fold.

    checkpoint.json                     the index, written last: without it there is no checkpoint
    fold_K/parts.safetensors            all trained tensors of fold K but those of LoRA, by their names in the listener
    fold_K/adapter_config.json          LoRA as peft writes it: `peft.PeftModel.from_pretrained(model, "fold_K")`
    fold_K/adapter_model.safetensors    loads it onto the pretrained network

Folds are numbered as in the folds table, `fold_-1` is the one that tests nothing. The index holds the hash of each
file, so that one that was cut short or replaced is never read.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import safetensors.torch
import torch
from pydantic import BaseModel, ConfigDict, ValidationError

from workflow_scripts.networks import Network
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.tables import whole
from workflow_scripts.transfer.listener import Listener
from workflow_scripts.transfer.tuners import Parts

PARTS, CONFIG, ADAPTER = "parts.safetensors", "adapter_config.json", "adapter_model.safetensors"
AGAIN = "copy the whole folder again, or delete it and give its checkpoint.json to snakemake as the target"

Tensors = Mapping[str, torch.Tensor]


class Fold(BaseModel):
    """One fold: its number, what was chosen in it, and its files with their hashes."""

    model_config = ConfigDict(strict=True)

    fold: int
    epoch: int
    head: int
    """Which of the heads answers."""
    chosen_on: str
    """What chose epoch and head: validation, test, or nothing."""
    files: dict[str, str]
    """Name in the fold's folder: blake2b-256 of its content, in hex."""


class About(BaseModel):
    """What a checkpoint says of itself; content of checkpoint.json."""

    model_config = ConfigDict(strict=True)

    format: Literal["vocalise-checkpoint"] = "vocalise-checkpoint"
    version: Literal[1] = 1
    model: str
    entry: dict[str, Any]
    """Of the model, as a catalogue has it."""
    weights_folder: str
    weights: str
    """See `weights_of`."""
    states: list[str]
    width: int
    tuner: str
    """Name of the variant in the study."""
    parts: list[tuple[str, dict[str, Any]]]
    """The variant: tuners, each with all its options."""
    emotions: list[str]
    """In the order of the logits."""
    datasets: list[str]
    """What it was trained on, in order."""
    level: str
    """How loudness was prepared: as-recorded, or matched."""
    condition: str
    protocol: str
    seed: int
    study_seed: int
    folds: list[Fold] = []


def weights_of(about: Mapping[str, Any]) -> str:
    """What tells the weights of a network from others of its name: their digest, or the seed of random ones.

    `about` is what a network says of itself, and what stands with its stored layers.
    """
    return (
        f"untrained, seed {about['weights_seed']}" if "weights_seed" in about else str(about.get("weights_digest", ""))
    )


def write_fold(index: Path, fold: int, tensors: Tensors, adapter: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Write the tensors of one fold beside an index that is yet to be written.

    Args:
        index: path of checkpoint.json.
        fold: its number.
        tensors: all trained tensors, by their names in the listener.
        adapter: with LoRA: content of adapter_config.json (see tuners/lora.py, `settings`).

    Returns:
        {name: hash} of the files, for the index.
    """
    folder = _folder(index, fold)
    folder.mkdir(parents=True, exist_ok=True)
    lora = {name: own for name, own in tensors.items() if ".lora_" in name}
    if bool(lora) != (adapter is not None):
        raise ValueError("LoRA's tensors and its settings come together")
    contents = {PARTS: _as_file({name: own for name, own in tensors.items() if name not in lora})}
    if adapter is not None:
        contents[CONFIG] = json.dumps(adapter, indent=1, sort_keys=True).encode()
        contents[ADAPTER] = _as_file({_in_peft(name): own for name, own in lora.items()})
    for name, content in contents.items():
        with whole(folder / name) as temporary:
            temporary.write_bytes(content)
    return {name: _hash(content) for name, content in contents.items()}


def write(index: Path, about: About) -> None:
    """Write the index; its folds' files are there by now."""
    with whole(index) as temporary:
        temporary.write_text(about.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read(index: Path) -> About:
    """Read an index.

    Raises:
        UserError: the file is missing or no checkpoint of this version.
    """
    try:
        return About.model_validate_json(index.read_bytes())
    except OSError as error:
        raise UserError("there is no such file", str(index), "name the file checkpoint.json of a training") from error
    except ValidationError as error:
        first = error.errors()[0]
        what = ".".join(map(str, first["loc"]))
        raise UserError(
            f"is no checkpoint of this version of Vocalise ({what + ': ' if what else ''}{first['msg']})",
            str(index),
            "name the file checkpoint.json of a training",
        ) from error


def read_fold(index: Path, about: About, fold: int) -> dict[str, torch.Tensor]:
    """The trained tensors of one fold, by their names in the listener.

    Raises:
        UserError: no such fold, or a file that is missing, cut short or replaced.
    """
    own = next((one for one in about.folds if one.fold == fold), None)
    if own is None:
        present = ", ".join(str(one.fold) for one in about.folds)
        raise UserError(f"has no fold {fold}", str(index), f"one of: {present}")
    folder, names = _folder(index, fold), [PARTS, ADAPTER] if ADAPTER in own.files else [PARTS]
    tensors: dict[str, torch.Tensor] = {}
    for name in names:
        content = _content(folder / name, own.files.get(name, ""))
        tensors |= {_in_listener(key): value for key, value in safetensors.torch.load(content).items()}
    return tensors


def refuse_other(about: About, network: Network, parts: Parts, emotions: Sequence[str], place: str) -> None:
    """Raise UserError where a checkpoint is not for this network, this variant and these emotions.

    `place` names the checkpoint, for the message.
    """
    of_network = {"model": network.name, "states": network.states, "width": network.width}
    of_network["weights"] = weights_of(network.about)
    refuse_unlike(about, place, **of_network, parts=parts, emotions=emotions)


def refuse_unlike(about: About, place: str, **wanted: Any) -> None:
    """Raise UserError where a checkpoint says something else of itself than is wanted, by the names in `About`."""
    for key, value in wanted.items():
        own, other = (_plain(known) for known in (getattr(about, key), value))
        if own != other:
            said = "is of another model" if key == "model" else f"has other {'tuners' if key == 'parts' else key}"
            raise UserError(f"{said}: {own} instead of {other}", place, "name the checkpoint that belongs here")


def _plain(value: Any) -> Any:
    """The value with lists in place of tuples."""
    return [_plain(own) for own in value] if isinstance(value, list | tuple) else value


def load(listener: Listener, tensors: Tensors, place: str) -> None:
    """Put the tensors of a fold into a listener. Raises UserError where they do not fit."""
    own = listener.learnt()
    apart = sorted(own.keys() ^ tensors.keys())
    apart += sorted(name for name in own.keys() & tensors.keys() if own[name].shape != tensors[name].shape)
    if apart:
        raise UserError(f"its tensors do not fit the network: {', '.join(apart[:5])}", place, AGAIN)
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(tensors[name])


def _folder(index: Path, fold: int) -> Path:
    return index.parent / f"fold_{fold}"


def _in_peft(name: str) -> str:
    """Name of a tensor of LoRA in peft's file: a listener's network is `model`, peft's adapter `default`."""
    return "base_model." + name.replace(".default.weight", ".weight")


def _in_listener(key: str) -> str:
    """The other way round; names of other tensors stay."""
    if not key.startswith("base_model."):
        return key
    return key.removeprefix("base_model.").removesuffix(".weight") + ".default.weight"


def _as_file(tensors: Tensors) -> bytes:
    return safetensors.torch.save({name: own.detach().cpu().contiguous() for name, own in tensors.items()})


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=32).hexdigest()


def _content(path: Path, expected: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError("a file of the checkpoint is missing", str(path), AGAIN) from error
    if _hash(content) != expected:
        raise UserError("is damaged, cut short or of another training", str(path), AGAIN)
    return content
