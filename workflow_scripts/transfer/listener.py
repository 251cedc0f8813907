"""A network that tells emotions: states, pooled over time, into one linear head. Its parts come from the tuners."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

import torch

from workflow_scripts.networks import Network
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.branch import Branch, branching
from workflow_scripts.transfer.site import Site


class LastState(torch.nn.Module):
    """The last state alone, where no tuner says what the head hears."""

    heads = 1

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """(clips, states, width) -> (clips, 1, width)."""
        return pooled[:, -1:]


class Heads(torch.nn.Module):
    """Linear heads side by side, each with an input of its own: (clips, heads, width) -> (clips, heads, emotions).

    What they hear is standardised by fixed numbers (see `standardising`), which change nothing of what a linear map can
    say. Without them states of small numbers, as some networks give, would learn slowly and look poor.
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, heads: int, width: int, emotions: int) -> None:
        super().__init__()
        bound = width**-0.5  # as torch.nn.Linear draws its weights
        self.weight = torch.nn.Parameter(torch.empty(heads, emotions, width).uniform_(-bound, bound))
        self.bias = torch.nn.Parameter(torch.empty(heads, emotions).uniform_(-bound, bound))
        self.register_buffer("mean", torch.zeros(heads, width))
        self.register_buffer("scale", torch.ones(heads, width))

    def forward(self, heard: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return torch.einsum("chw,hew->che", (heard - self.mean) / self.scale, self.weight) + self.bias


class Listener(torch.nn.Module):
    """Gives logits for clips; made by `inside` or `cached`.

    Attributes:
        parts: its variant, as `tuners.variant` gives it.
        heads: how many heads, each of which tells all emotions.
        network: what listens; None where the layers come from a cache.
        shape: for formulas of the tuners.
    """

    def __init__(
        self,
        parts: tuners.Parts,
        site: Site,
        head: Heads,
        shape: tuners.Shape,
        network: Network | None = None,
        layer_drop: float = 0.0,
        spec_augment: float = 0.0,
    ) -> None:
        super().__init__()
        self.parts, self.shape, self.network = parts, shape, network
        self.layer_drop, self.spec_augment = layer_drop, spec_augment
        self.model = site.model
        self.branches = torch.nn.ModuleList(site.branches)
        self.mix = site.mix
        self.head = head
        self.heads = int(head.weight.shape[0])
        self._inside = network is not None and tuners.inside(parts)
        self.eval()

    def trainable(self) -> dict[str, torch.nn.Parameter]:
        """What training changes, under names that a checkpoint can rely on."""
        return {name: tensor for name, tensor in self.named_parameters() if tensor.requires_grad}

    def learnt(self) -> dict[str, torch.Tensor]:
        """What a checkpoint holds: what training changes, and the numbers that the head's input is standardised by."""
        return {**self.trainable(), "head.mean": self.head.mean, "head.scale": self.head.scale}

    def train(self, mode: bool = True) -> "Listener":
        """Training mode, or evaluation. The convolutions never train; nor does a network that no part is inside of."""
        super().train(mode)
        if self.model is not None:
            self.model.train(mode and self._inside)
            self.model.feature_extractor.eval()
        return self

    def states(self, inputs: torch.Tensor, lengths: Sequence[int]) -> list[torch.Tensor]:
        """All states, (clips, longest, width) each; what stands behind a clip's end means nothing.

        Args:
            inputs: (clips, longest, channels), what `network.front` gives, padded behind.
            lengths: frames of each clip.
        """
        if self.network is None:
            raise ValueError("a listener of cached layers has no network")
        options = (self.layer_drop, self.spec_augment) if self.training and self._inside else (0.0, 0.0)
        valid = _valid(inputs, lengths)
        with (
            nullcontext() if self._inside else torch.no_grad(),
            branching(self.model.encoder.layers, list(self.branches), valid),  # type: ignore[arg-type]  # all Branch
        ):
            return self.network.states_from(inputs, list(lengths), *options)

    def forward(self, inputs: torch.Tensor, lengths: Sequence[int] | None = None) -> torch.Tensor:
        """Logits (clips, heads, emotions).

        Args:
            inputs: as for `states`; of cached layers: (clips, states, width), each state's mean over valid frames.
            lengths: frames of each clip; None for cached layers.
        """
        heard = self.heard(inputs, lengths)
        with torch.autocast(heard.device.type, enabled=False):
            logits: torch.Tensor = self.head(heard)
        return logits

    def heard(self, inputs: torch.Tensor, lengths: Sequence[int] | None = None) -> torch.Tensor:
        """What the heads hear, (clips, heads, width); arguments as for `forward`."""
        precision = self.head.weight.dtype
        if lengths is None:
            pooled = inputs.to(precision)
        else:
            valid = _valid(inputs, lengths)[..., None]
            states = self.states(inputs, lengths)
            sums = [state.to(precision).masked_fill(~valid, 0).sum(dim=1) for state in states]
            pooled = torch.stack(sums, dim=1) / valid.sum(dim=1, keepdim=True)
        with torch.autocast(pooled.device.type, enabled=False):
            mixed: torch.Tensor = self.mix(pooled)
        return mixed


def inside(
    network: Network,
    parts: tuners.Parts,
    emotions: int,
    seed: int,
    layer_drop: float = 0.0,
    spec_augment: float = 0.0,
) -> Listener:
    """A listener around a network, which it takes over: load one network for each listener.

    Args:
        network: as loaded, on its device.
        parts: from `tuners.variant`.
        emotions: how many the head tells apart.
        seed: head and parts are drawn from it, the head the same as that of `cached`.
        layer_drop, spec_augment: see `Network.states_from`; only in training, only where a part is inside.

    Raises:
        UserError: the network cannot be trained from the inside.
    """
    if not network.tunable:
        raise UserError(
            "cannot be trained from the inside", f"model {network.name}", "tune it by `frozen` or `weighted-sum`"
        )
    network.prepare_for_tuning()
    network.model.requires_grad_(False)
    model: Any = network.model
    shape = tuners.Shape(
        width=network.width,
        layers=len(model.encoder.layers),
        states=len(network.states),
        inner=model.config.intermediate_size,
        behind=_count(tensor for name, tensor in model.named_parameters() if not name.startswith("feature_extractor.")),
    )
    site = Site(network.width, shape.states, model, [Branch() for _ in range(shape.layers)])
    head = _attached(site, parts, emotions, seed)
    built = Listener(parts, site, head, shape, network, layer_drop, spec_augment)
    return built.to(device=network.device, dtype=network.dtype)


def cached(states: int, width: int, parts: tuners.Parts, emotions: int, seed: int) -> Listener:
    """A listener of cached layers, for variants that nothing changes the network in.

    Args:
        states: how many the network has.
        width: numbers in a frame.
        parts, emotions, seed: as for `inside`.
    """
    if tuners.inside(parts):
        raise ValueError(f"{', '.join(name for name, _ in parts)}: not from cached layers")
    site = Site(width, states)
    head = _attached(site, parts, emotions, seed)
    return Listener(parts, site, head, tuners.Shape(width, layers=0, states=states, inner=0, behind=0))


def _attached(site: Site, parts: tuners.Parts, emotions: int, seed: int) -> Heads:
    """Attach the parts, and make the head; each draws from a seed of its own."""
    with torch.random.fork_rng(devices=[]):
        for name, options in parts:
            torch.manual_seed(seed_of(seed, "tuner", name))
            tuners.find(name).attach(site, options)
        site.mix = site.mix or LastState()
        torch.manual_seed(seed_of(seed, "head"))
        return Heads(site.mix.heads, site.width, emotions)


def _valid(inputs: torch.Tensor, lengths: Sequence[int]) -> torch.Tensor:
    """(clips, longest) bool: True for a clip's own frames."""
    ends = torch.tensor(list(lengths), device=inputs.device)[:, None]
    return torch.arange(inputs.shape[1], device=inputs.device)[None] < ends


def _count(tensors: Iterable[torch.Tensor]) -> int:
    return sum(tensor.numel() for tensor in tensors)
