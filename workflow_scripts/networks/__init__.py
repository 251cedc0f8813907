"""The contract of a network, and the registry that finds families of networks by name.

A family is one module in this folder: `data2vec` is the family `data2vec`, `my_network` the family `my-network`. Files
whose name starts with an underscore are shared helpers. Adding a family is adding a file: nobody else needs to know.
docs/own-network.md shows one from beginning to end. A family has

    ARCHITECTURES  {name: settings}: the shapes that it can build with random weights; may be empty. Their keys layers,
                   final_norm, width and sample_rate, where they are there, are compared with a config's entry before
                   anything runs. The shared test (tests/test_networks_contract.py) builds the first `...-tiny`.
    load           (name, entry, folder) -> Network: from the files of `folder`, or, where entry["weights"] is
                   "untrained", of the shape entry["architecture"]. Random weights are drawn from torch's generator,
                   which has been seeded by the study's seed and the architecture. Raises UserError for files that
                   are missing or do not fit.

and may have

    MODEL_TYPES    values of `model_type` in a config.json that it reads
    shape          (content of config.json) -> the same four keys, so that a folder that is there already is compared
                   with its entry too; it also reads the key `config` of an architecture
    CITATION       the work to cite: a key of resources/references.yaml, or your own words
    FIXED_SECONDS  what every clip is padded to, where its networks take no other length (see Network.fixed_input)
    TUNABLE        True: its networks can be trained from the inside (see Network.tunable)

An entry of the catalogue (`resources/models.yaml`), or of a config's `models`, is a plain mapping:

    family: wav2vec2           # the family
    layers: 12                 # number of blocks L; the states are "0".."L" (and "final")
    final_norm: false          # true: a norm stands after the last block; "L" before it, "final" after it
    width: 768                 # numbers in one frame of any state; checked where given
    sample_rate: 16000         # Hz, the rate that the network was trained on; checked where given
    weights: local             # files in a folder (transformers' networks: config.json, preprocessor_config.json and
                               # model.safetensors), or
                               # untrained: random weights from the study's seed ...
    architecture: ...          # ... of this shape: a key of ARCHITECTURES
    source: owner/name         # where they are published on the model hub, and fetched from into an empty folder
    revision: main             # branch, tag or commit of the source; the commit that it stood for is recorded
    licence: apache-2.0        # of the weights, as their authors state it; for readers

Where a network is loaded the last three mean nothing, nor do other keys.

Every start of Snakemake imports this module and the families of the study to check the config, so both stay free of
numpy and torch: a family imports them inside its functions.
"""

import importlib
import itertools
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from workflow_scripts.study.errors import UserError
from workflow_scripts.study.seeds import seed_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch

# samples (n,) of one clip at the network's rate
Wave: TypeAlias = "npt.NDArray[np.float32] | npt.NDArray[np.float64]"
# state, frames (clips, longest, width), frames of each clip
Visitor: TypeAlias = "Callable[[str, torch.Tensor, list[int]], None]"

FACTS = ("layers", "final_norm", "width", "sample_rate")


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network ready to listen. A family's own class says how: `listen`, or `listen_batch` where batches pay.

    Attributes:
        name: its name in the study.
        model: holds the weights; `load` puts it into evaluation mode and the job moves it to device and precision.
        states: names of its hidden states in order, as `states_of` gives them.
        width: numbers in a frame.
        sample_rate: Hz.
        receptive_field: samples that one frame is computed from (positions and attention may add the whole clip).
        stride: samples from one frame to the next.
        centred: False: the field of frame k begins at sample k * stride, and lies within the clip as a whole.
            True: it is centred at sample k * stride, which lies within the clip; beside the clip it sees padding.
        fixed_input: samples of the input of a network that takes no other length: shorter clips are padded to it
            inside the network, longer ones come in windows of that length. None: any length.
        about: what else should stand in the metadata of the vectors.
    """

    name: str
    model: "torch.nn.Module"
    states: tuple[str, ...]
    width: int
    sample_rate: int
    receptive_field: int
    stride: int
    centred: bool = False
    fixed_input: int | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shortest(self) -> int:
        """Samples of the shortest clip that there is a frame for."""
        return 1 if self.centred else self.receptive_field

    @property
    def first_centre(self) -> float:
        """Sample at which the first frame is centred; the others follow every `stride`."""
        return 0.0 if self.centred else (self.receptive_field - 1) / 2

    def frames(self, samples: int) -> int:
        """Frames of a clip of so many samples; 0 below `shortest`."""
        return max(0, (samples - self.shortest) // self.stride + 1)

    @property
    def device(self) -> "torch.device":
        """Where the weights lie."""
        return self._weight().device

    @property
    def dtype(self) -> "torch.dtype":
        """Precision of the weights."""
        return self._weight().dtype

    @property
    def tunable(self) -> bool:
        """Whether it has `front` and `states_from`, and blocks that tuners know: TUNABLE of its family. Here not."""
        return False

    def _weight(self) -> "torch.Tensor":
        return next(itertools.chain(self.model.parameters(), self.model.buffers()))

    def scaled(self, wave: Wave) -> Wave:
        """The samples (n,) of a whole clip as the network takes them, before a long one is cut into windows.

        Here as they are. Scaling that depends on the whole clip (zero mean, unit variance) belongs here.
        """
        return wave

    def within(self, wave: Wave) -> AbstractContextManager[None]:
        """While open, windows of one long clip, (n,) as `scaled` gives it, are listened to and nothing else.

        Here nothing is done. A network with statistics over the whole clip further inside can fix them here.
        """
        return nullcontext()

    def listen(self, wave: "torch.Tensor") -> Iterator["torch.Tensor"]:
        """Yield every state of one clip, each (frames, width), in the order of `states`, as soon as it exists.

        Args:
            wave: samples (n,) of a clip or a window of one, as `scaled` gives them, at least `shortest`; on the
                model's device, in its precision.
        """
        raise NotImplementedError(f"{type(self).__name__} has neither listen nor listen_batch")

    def listen_batch(self, waves: Sequence[Wave], visit: Visitor) -> None:
        """Hand every state of a batch to `visit` as soon as it exists, in the order of `states`.

        No clip may depend on its batch mates. Here each clip is listened to alone, all clips state by state, so that
        one state of the batch is held at a time. A family whose network is faster in batches has a form of its own.

        Args:
            waves: samples (n,) of each clip or window, as `scaled` gives them, each at least `shortest` long.
            visit: takes the state's name, its frames (clips, most frames, width) and each clip's number of frames;
                what stands behind a clip's last frame must be finite and means nothing.
        """
        import torch

        clips = [self.listen(torch.as_tensor(wave, device=self.device, dtype=self.dtype)) for wave in waves]
        for state, *frames in zip(self.states, *clips, strict=False):
            padded = torch.nn.utils.rnn.pad_sequence(frames, batch_first=True)
            visit(state, padded, [clip.shape[0] for clip in frames])
        if any(next(clip, None) is not None for clip in clips):
            raise RuntimeError(f"{self.name}: listen yields more states than {', '.join(self.states)}")

    def front(self, waves: Sequence[Wave]) -> list["torch.Tensor"]:
        """What the convolutions over the waveform make of each clip, alone and without gradients.

        It never changes in training, so it can be computed once and kept.

        Args:
            waves: samples (n,) of each clip, as `scaled` gives them, each at least `shortest` long.

        Returns:
            (frames, channels) for each clip.
        """
        raise NotImplementedError(f"{type(self).__name__} is not tunable")

    def states_from(
        self, front: "torch.Tensor", lengths: Sequence[int], layer_drop: float = 0.0, spec_augment: float = 0.0
    ) -> list["torch.Tensor"]:
        """All states of a batch, in the order of `states`, with gradients; no clip depends on its batch mates.

        Args:
            front: (clips, longest, channels), what `front` gives, padded behind.
            lengths: frames of each clip.
            layer_drop: chance of each block to be skipped; its state is then the one before it.
            spec_augment: share of frames that spans of zeros hide from the blocks, of each clip long enough for them.
                Both draw from torch's generator; spans are put in training mode only.

        Returns:
            (clips, longest, width) for each state; what stands behind a clip's end is finite and means nothing.
        """
        raise NotImplementedError(f"{type(self).__name__} is not tunable")

    def prepare_for_tuning(self) -> None:
        """Change the model so that whatever is attached to its linear maps has an effect; it computes the same.

        Called once before a tuner is attached. Here nothing is done.
        """


def states_of(layers: int, final_norm: bool) -> list[str]:
    """Names of all states of a network, in order: "0" (input of the first block), "1".."L", perhaps "final"."""
    return [str(layer) for layer in range(layers + 1)] + (["final"] if final_norm else [])


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of all families, sorted, from the files of this folder (nothing is imported)."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(module.replace("_", "-") for module in modules if not module.startswith("_")))


def family_module(family: str) -> str:
    """Name of the module that knows the family: the plug-in which the digest of a job's code takes in."""
    return f"{__name__}.{family.replace('-', '_')}"


def find(family: str) -> Any:
    """The module of a family. Raises UserError when there is none of that name, or its file is no family."""
    if family not in names():
        raise UserError(f"unknown family '{family}'", remedy="one of: " + ", ".join(names()))
    file = f"workflow_scripts/networks/{family.replace('-', '_')}.py"
    try:
        module = importlib.import_module(family_module(family))
    except SyntaxError as error:
        raise UserError(f"is not valid Python: {error}", file) from error
    missing = [name for name in ("ARCHITECTURES", "load") if not hasattr(module, name)]
    if missing:
        raise UserError(f"does not define {' and '.join(missing)}", file, "see docs/own-network.md")
    return module


def citation(family: str) -> str:
    """The work to cite for a family, by key or in words; "" where it states none, or for acoustic features."""
    return str(getattr(find(family), "CITATION", "")) if family in names() else ""


def fixed_seconds(family: str) -> float | None:
    """Seconds of the only input that a family's networks take; None for any length, and for what is no family."""
    return getattr(find(family), "FIXED_SECONDS", None) if family in names() else None


def tunable(family: str) -> bool:
    """Whether a family's networks can be trained from the inside; False for what is no family."""
    return bool(getattr(find(family), "TUNABLE", False)) if family in names() else False


def facts_of(family: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What an architecture, or {"config": content of a config.json}, says of layers, final_norm, width, sample_rate."""
    derived = family.shape(settings["config"]) if "config" in settings and hasattr(family, "shape") else {}
    return {**derived, **{key: settings[key] for key in FACTS if key in settings}}


def load(name: str, entry: Mapping[str, Any], folder: str | Path, seed: int) -> Network:
    """Return the network of one entry (see above), in evaluation mode and without gradients, on the CPU.

    Args:
        name: the model's name in the study.
        entry: its catalogue entry.
        folder: of its weights; not looked at for `untrained`.
        seed: the study's seed; only `untrained` draws from it. The draw depends on the architecture alone, so that
            every dataset and every entry of one shape meets the same random network.

    Raises:
        UserError: unknown family or architecture, files that are missing or do not fit, or a network that is not
            what the entry says.
    """
    import torch

    try:
        family = find(entry["family"])
    except UserError as error:
        raise UserError(error.message, f"model {name}", error.remedy) from error
    about = {"model": name, "family": entry["family"], "weights": str(folder)}
    architecture = str(entry.get("architecture", ""))
    draw = seed_of(seed, "untrained", architecture)
    if entry["weights"] == "untrained":
        if architecture not in family.ARCHITECTURES:
            own = ", ".join(family.ARCHITECTURES) or "none: it has no shape for random weights"
            unknown = f"unknown architecture '{architecture}' of family {entry['family']}"
            raise UserError(unknown, f"model {name}", f"one of: {own}")
        about |= {"weights": "untrained", "architecture": architecture, "weights_seed": draw}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(draw)
        try:
            network: Network = family.load(name, entry, Path(folder))
        except RuntimeError as error:
            if "loading state_dict" not in str(error):  # torch's own words for tensors that do not fit
                raise
            raise UserError(f"the weights do not fit the network: {error}", f"model {name}, {folder}") from error
    network.model.eval().requires_grad_(False)
    _check_entry(network, entry)
    return replace(network, about={**about, **network.about})


def _check_entry(network: Network, entry: Mapping[str, Any]) -> None:
    final_norm = "final" in network.states
    is_ = {
        "layers": len(network.states) - 1 - final_norm,
        "width": network.width,
        "final_norm": final_norm,
        "sample_rate": network.sample_rate,
    }
    wrong = [f"{key} is {own}, its entry says {entry[key]}" for key, own in is_.items() if entry.get(key, own) != own]
    if wrong:
        raise UserError("; ".join(wrong), f"model {network.name}", "correct the entry in the catalogue or the config")
