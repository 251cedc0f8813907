"""A network from a folder of safetensors, or untrained from a seed; nothing missing, nothing made up."""

import hashlib
import importlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.utils import parametrize

from workflow_scripts.downloads import records
from workflow_scripts.networks import family_module, states_of
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.seeds import seed_of

log = logging.getLogger(__name__)

# Tensors that checkpoints carry beside the encoder and that no hidden state depends on: heads of pre-training and
# of recognition, and the vector that SpecAugment (off here) puts in place of masked frames.
HEADS = (
    "quantizer",
    "project_q",
    "project_hid",
    "final_proj",
    "label_embs_concat",
    "lm_head",
    "projector",
    "classifier",
    "masked_spec_embed",
)

# What would make the forward random or drop a layer (LayerDrop, SpecAugment, dropout acts in training only).
_INFERENCE = {"layerdrop": 0.0, "apply_spec_augment": False, "mask_time_prob": 0.0, "mask_feature_prob": 0.0}


@dataclass(frozen=True)
class Network:
    """A network ready for the forward: evaluation mode, float32, on the CPU.

    Attributes:
        name: its name in the study.
        model: the transformers model without heads.
        states: names of its hidden states, "0".."L" and "final" where a norm stands after the last block.
        width: numbers in a frame.
        sample_rate: Hz.
        normalise: each clip is scaled to zero mean and unit variance first, as its preprocessor file says.
        kernels, strides: of the convolutions, in frames of their input.
        about: where the weights come from, for the metadata of what is written.
    """

    name: str
    model: torch.nn.Module
    states: tuple[str, ...]
    width: int
    sample_rate: int
    normalise: bool
    kernels: tuple[int, ...]
    strides: tuple[int, ...]
    about: dict[str, Any]

    @property
    def stride(self) -> int:
        """Samples from one frame to the next."""
        return int(torch.prod(torch.tensor(self.strides)))

    @property
    def receptive_field(self) -> int:
        """Samples that one frame sees: the shortest clip there is a frame for."""
        field = 1
        for kernel, stride in zip(reversed(self.kernels), reversed(self.strides), strict=True):
            field = (field - 1) * stride + kernel
        return field

    def frames(self, samples: int) -> int:
        """Frames of a clip of so many samples; 0 below the receptive field."""
        return max(0, (samples - self.receptive_field) // self.stride + 1)


def load(name: str, entry: dict[str, Any], folder: str | Path, seed: int) -> Network:
    """Return the network of one catalogue entry (see the package's docstring).

    Args:
        name: the model's name in the study.
        entry: its catalogue entry.
        folder: of its weights; not looked at for `untrained`.
        seed: the study's seed; only `untrained` draws from it. The draw depends on the architecture alone, so that
            every dataset and every entry of one shape meets the same random network.

    Raises:
        UserError: unknown family or architecture, a missing file, tensors missing, unexpected or of another shape,
            or a network that is not what the entry says.
    """
    try:
        family = importlib.import_module(family_module(entry["family"]))
    except ModuleNotFoundError as error:
        raise UserError(f"unknown family '{entry['family']}'", f"model {name}") from error
    if entry["weights"] == "untrained":
        model, preprocessor, about = _untrained(name, entry, family, seed)
    else:
        model, preprocessor, about = _from_folder(name, Path(folder), family)
    _check_entry(name, entry, model.config, preprocessor)
    return Network(
        name=name,
        model=_for_inference(model),
        states=tuple(states_of(entry["layers"], entry["final_norm"])),
        width=model.config.hidden_size,
        sample_rate=preprocessor["sampling_rate"],
        normalise=preprocessor["do_normalize"],
        kernels=tuple(model.config.conv_kernel),
        strides=tuple(model.config.conv_stride),
        about={"model": name, "family": entry["family"], **about},
    )


def _untrained(name: str, entry: dict[str, Any], family: Any, seed: int) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    architecture = str(entry.get("architecture", ""))
    if architecture not in family.ARCHITECTURES:
        raise UserError(
            f"unknown architecture '{architecture}' of family {entry['family']}",
            f"model {name}",
            "one of: " + ", ".join(family.ARCHITECTURES),
        )
    shape = family.ARCHITECTURES[architecture]
    config_class, model_class = family.classes()
    draw = seed_of(seed, "untrained", architecture)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(draw)
        model = model_class(config_class(**{**shape["config"], **_INFERENCE}))
    preprocessor = {"sampling_rate": shape["sample_rate"], "do_normalize": shape["normalise"]}
    return model, preprocessor, {"weights": "untrained", "architecture": architecture, "weights_seed": draw}


def _from_folder(name: str, folder: Path, family: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    config_json = _json(name, folder / "config.json")
    preprocessor = _json(name, folder / "preprocessor_config.json")
    # the class's own defaults, for files that leave the key out
    preprocessor = {"do_normalize": True, "sampling_rate": 16000, "feature_size": 1, **preprocessor}
    objections = list(family.objections(config_json, preprocessor))
    if config_json.get("model_type") not in family.MODEL_TYPES:
        objections.append(
            f"model_type is '{config_json.get('model_type')}', this family is {' or '.join(family.MODEL_TYPES)}"
        )
    if preprocessor["feature_size"] != 1:
        objections.append("feature_size of the preprocessor must be 1: the network takes the waveform itself")
    if objections:
        raise UserError("; ".join(objections), f"model {name}, {folder}")

    config_class, model_class = family.classes()
    settings = {key: value for key, value in config_json.items() if key != "model_type"}
    config = config_class(**{**settings, **_INFERENCE})
    try:
        model, loading = model_class.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            dtype=torch.float32,
        )
    except OSError as error:
        raise UserError(
            "no readable model.safetensors",
            f"model {name}, {folder}",
            f"convert the weights to safetensors first: `python -m workflow_scripts.convert_weights {folder}`",
        ) from error
    _refuse_tensors(name, folder, loading, model_class.base_model_prefix)
    return model, preprocessor, {"weights": str(folder), "weights_digest": _digest(folder), **records.origin(folder)}


def _json(name: str, path: Path) -> dict[str, Any]:
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


def _refuse_tensors(name: str, folder: Path, loading: dict[str, Any], prefix: str) -> None:
    """Raise UserError unless every tensor of the network came from the file and every other one is a known head."""
    heads: list[str] = []
    unexpected: list[str] = []
    for key in sorted(loading["unexpected_keys"]):
        is_head = key.removeprefix(f"{prefix}.").split(".")[0] in HEADS
        (heads if is_head else unexpected).append(key)
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
        log.info("%s: tensors of heads left out, no hidden state depends on them: %s", name, ", ".join(heads))


def _digest(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _check_entry(name: str, entry: dict[str, Any], config: Any, preprocessor: dict[str, Any]) -> None:
    is_ = {
        "layers": config.num_hidden_layers,
        "width": config.hidden_size,
        "final_norm": config.do_stable_layer_norm,
        "sample_rate": preprocessor["sampling_rate"],
    }
    wrong = [f"{key} is {own}, its entry says {entry[key]}" for key, own in is_.items() if entry.get(key, own) != own]
    if wrong:
        raise UserError("; ".join(wrong), f"model {name}", "correct the entry in the catalogue or the config")


def _for_inference(model: Any) -> torch.nn.Module:
    """Evaluation mode, no gradients, and the weight-normalised positional convolution computed once."""
    convolution = model.encoder.pos_conv_embed.conv
    if parametrize.is_parametrized(convolution, "weight"):
        parametrize.remove_parametrizations(convolution, "weight", leave_parametrized=True)
    model.eval().requires_grad_(False)
    assert isinstance(model, torch.nn.Module)
    return model
