"""A network examined by listening: made-up clips alone and together, at every layer.

No recordings are needed: the clips are noise and tones from a seed.
"""

import copy
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from workflow_scripts.embedding.forward import forward, hidden_states
from workflow_scripts.networks import Network, Wave

LENGTHS = (0.1, 6.0, 0.33, 2.0, 2.0, 0.7)  # seconds
FEW_LENGTHS = (0.1, 2.0, 0.7)  # for networks that take long
LARGE = 50e6  # parameters from which on a network takes long; any with a fixed input does
BATCHED_CLIP = 4.0  # seconds of each clip of the batch that is timed
EXACT = 1e-10  # float64: largest difference that a batch may make, of the largest value of the layer
ROUNDING = 3.0  # float32: error in a batch over that of the clip alone
HALF = 0.1  # bfloat16: error (norm of the difference over norm) beyond which a layer is another one

States = list[dict[str, torch.Tensor]]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Layer:
    """Relative differences of one layer, the worst clip's (largest difference over largest value).

    Attributes:
        together: float64, clips in a batch against each alone.
        reversed: float64, the batch in reversed order against each alone.
        alone32, together32: float32 against the clip alone in float64, the clip alone and in a batch.
        half: bfloat16 against float32, norm of the difference over norm; NaN where it was not asked for.
        finite: silence and a click give finite numbers, behind the shorter clip's last frame too.
        repeated: a second call gives the same numbers.
    """

    state: str
    together: float
    reversed: float
    alone32: float
    together32: float
    half: float
    finite: bool
    repeated: bool

    @property
    def independent(self) -> bool:
        """Whether no clip depends on its batch mates, within the bars."""
        # NaN fails every comparison, so what is not a number never passes
        exact = self.together <= EXACT and self.reversed <= EXACT
        return exact and self.together32 <= ROUNDING * self.alone32


@dataclass(frozen=True)
class Norms:
    """Norm layers in the order in which they were met: class names before the first block, and in the blocks.

    `ends` says of each block whether what leaves it is what a norm gave (post-norm).
    """

    before: tuple[str, ...]
    within: tuple[str, ...]
    ends: tuple[bool, ...]


@dataclass(frozen=True)
class Pace:
    """One batch on this machine, in the precision of the network. Seconds; bytes.

    `memory` is the most that the process held so far, `gpu_memory` the most on the GPU (0 without one).
    """

    clips: int
    audio: float
    wall: float
    memory: int
    gpu_memory: int


@dataclass(frozen=True)
class NetworkExamination:
    """What was seen of a network. `level` and `offset`: change of layer 0, of its largest value, at half the level
    and with 0.01 of full scale added. `scaling`: see the function of that name."""

    parameters: int
    norms: Norms
    scaling: str
    level: float
    offset: float
    pace: Pace
    seconds: tuple[float, ...]
    layers: list[Layer] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Why the network is not fit for use; empty where it is."""
        found = {
            "clips depend on their batch mates in layer": [one.state for one in self.layers if not one.independent],
            "silence or a click gives numbers that are not finite in layer": [
                one.state for one in self.layers if not one.finite
            ],
            "a second call gives other numbers in layer": [one.state for one in self.layers if not one.repeated],
            f"bfloat16, the study's precision, errs by more than {HALF:.0%} in layer": [
                one.state for one in self.layers if one.half > HALF
            ],
        }
        return [f"{what} {', '.join(states)}" for what, states in found.items() if states]


def made_up(seconds: float, rate: int, seed: int) -> Wave:
    """A clip (samples,) float32 of a gliding tone and noise whose level rises and falls, with an offset."""
    rng = np.random.default_rng(seed)
    at = np.arange(round(seconds * rate)) / rate
    swell = 0.6 + 0.4 * np.sin(9 * at + seed)
    tone = np.sin(2 * np.pi * (110 + 17 * seed + 30 * at) * at)
    wave: Wave = (0.05 * swell * (tone + rng.standard_normal(at.size)) + 0.002).astype(np.float32)
    return wave


def examine(network: Network, *, precision: str, batch_seconds: float, tell: Tell) -> NetworkExamination:
    """Examine a network where it lies (device), in float32 and in copies of other precisions.

    Args:
        network: in float32.
        precision: that of the study; bfloat16 is compared with float32 too.
        batch_seconds: audio in the batch that is timed, each clip of a fixed input counted as that.
        tell: is told what is done, and about how long it will take.
    """
    parameters = sum(weights.numel() for weights in network.model.parameters())
    large = parameters > LARGE or network.fixed_input is not None
    seconds = tuple(_possible(network, length) for length in (FEW_LENGTHS if large else LENGTHS))
    tell(f"listening to a batch of {batch_seconds:g} s")
    pace = measure(network, batch_seconds)
    # alone and together in float32; alone, together and in reversed order in float64, which takes twice as long
    heard = sum(max(length, (network.fixed_input or 0) / network.sample_rate) for length in seconds)
    estimate = heard * 8 * pace.wall / _counted(network, pace)
    tell(f"comparing {len(seconds)} clips alone and together, about {max(1, round(estimate))} s")
    waves = [made_up(length, network.sample_rate, seed) for seed, length in enumerate(seconds)]
    alone = _alone(network, waves)
    return NetworkExamination(
        parameters=parameters,
        norms=norms(network, waves[-1]),
        scaling=scaling(network, waves[-1]),
        level=_change(network, waves[-1], alone[-1], 0.5 * waves[-1]),
        offset=_change(network, waves[-1], alone[-1], waves[-1] + np.float32(0.01)),
        pace=pace,
        seconds=seconds,
        layers=compare(network, waves, alone, precision),
    )


def scaling(network: Network, wave: Wave) -> str:
    """What a network does with the samples of a clip before it listens, found by a clip and its half.

    Returns:
        "none": nothing. "unit": zero mean and unit variance. "level": another level that is the same for both.
        "other": something else.
    """
    whole, half = network.scaled(wave), network.scaled(np.float32(0.5) * wave)
    if np.array_equal(whole, wave) and np.array_equal(half, np.float32(0.5) * wave):
        return "none"
    if not np.allclose(whole, half, rtol=0, atol=1e-3 * np.abs(whole).max()):
        return "other"
    return "unit" if abs(whole.mean()) < 1e-3 and abs(whole.var() - 1) < 1e-2 else "level"


def compare(network: Network, waves: Sequence[Wave], alone: States, precision: str) -> list[Layer]:
    """Every layer of the clips alone (`alone`, of the network itself), together, in another order, and so on."""
    together = hidden_states(network, waves)
    doubled = _in_precision(network, torch.float64)
    waves64 = [wave.astype(np.float64) for wave in waves]
    exact = _alone(doubled, waves64)
    together64 = hidden_states(doubled, waves64)
    reversed64 = hidden_states(doubled, waves64[::-1])[::-1]
    del doubled
    half = _alone(_in_precision(network, torch.bfloat16), waves) if precision == "bfloat16" else None
    repeated = hidden_states(network, [waves[-1]])[0]
    finite = _finite(network, _silence_and_click(network))
    return [
        Layer(
            state=state,
            together=_worst(_relative, together64, exact, state),
            reversed=_worst(_relative, reversed64, exact, state),
            alone32=_worst(_relative, alone, exact, state),
            together32=_worst(_relative, together, exact, state),
            half=_worst(_by_norm, half, alone, state) if half else float("nan"),
            finite=finite[state],
            repeated=torch.equal(repeated[state], alone[-1][state]),
        )
        for state in network.states
    ]


def measure(network: Network, batch_seconds: float) -> Pace:
    """Time one batch of about `batch_seconds`, after a clip alone as a warm-up."""
    rate = network.sample_rate
    length = _possible(network, BATCHED_CLIP)
    counted = max(length, (network.fixed_input or 0) / rate)
    waves = [made_up(length, rate, seed) for seed in range(max(1, int(batch_seconds / counted)))]
    forward(network, waves[:1], lambda *_: None)
    _finished(network)
    began = time.perf_counter()
    forward(network, waves, lambda *_: None)
    _finished(network)
    wall = time.perf_counter() - began
    gpu = torch.cuda.max_memory_allocated() if network.device.type == "cuda" else 0
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Pace(len(waves), length * len(waves), wall, memory, gpu)


def norms(network: Network, wave: Wave) -> Norms:
    """The norm layers that a clip passes, told apart by the layers between which they are met."""
    met: list[str] = []
    until: dict[str, int] = {}
    ends: list[bool] = []
    last: list[torch.Tensor] = []

    def passed(module: Any, args: Any, output: torch.Tensor) -> None:
        met.append(type(module).__name__)
        last[:] = [output]

    def visit(state: str, frames: torch.Tensor, lengths: list[int]) -> None:
        until[state] = len(met)
        given = last[0][..., : frames.shape[-2], :] if last and last[0].ndim == frames.ndim else None
        ends.append(given is not None and given.shape == frames.shape and torch.equal(given, frames))

    leaves = [module for module in network.model.modules() if not any(True for _ in module.children())]
    handles = [one.register_forward_hook(passed) for one in leaves if "Norm" in type(one).__name__]
    try:
        forward(network, [wave], visit)
    finally:
        for handle in handles:
            handle.remove()
    blocks = [state for state in network.states if state not in ("0", "final")]
    first, end = until["0"], until[blocks[-1]]
    return Norms(tuple(met[:first]), tuple(met[first:end]), tuple(ends[1 : 1 + len(blocks)]))


def _possible(network: Network, seconds: float) -> float:
    """The nearest length that the network takes."""
    least = (network.shortest + network.stride) / network.sample_rate
    most = network.fixed_input / network.sample_rate if network.fixed_input else seconds
    return min(max(seconds, least), most)


def _counted(network: Network, pace: Pace) -> float:
    """Seconds that the network had to work through in the timed batch."""
    return max(pace.audio, pace.clips * (network.fixed_input or 0) / network.sample_rate)


def _alone(network: Network, waves: Sequence[Wave]) -> States:
    return [hidden_states(network, [wave])[0] for wave in waves]


def _in_precision(network: Network, dtype: torch.dtype) -> Network:
    return replace(network, model=copy.deepcopy(network.model).to(dtype))


def _silence_and_click(network: Network) -> list[Wave]:
    silence = np.zeros(network.shortest + 10 * network.stride, np.float32)
    click = np.zeros(network.shortest + network.stride, np.float32)
    click[0] = 1
    return [silence, click]


def _finite(network: Network, waves: Sequence[Wave]) -> dict[str, bool]:
    """Whether each state of a batch is finite, behind the clips' last frames too."""
    found: dict[str, bool] = {}

    def visit(state: str, frames: torch.Tensor, lengths: list[int]) -> None:
        found[state] = bool(torch.isfinite(frames).all())

    forward(network, waves, visit)
    return found


def _change(network: Network, wave: Wave, own: dict[str, torch.Tensor], other: Wave) -> float:
    first = network.states[0]
    return _relative(hidden_states(network, [other])[0][first], own[first])


def _worst(
    differ: Callable[[torch.Tensor, torch.Tensor], float], found: States, reference: States, state: str
) -> float:
    differences = [differ(one[state], own[state]) for one, own in zip(found, reference, strict=True)]
    return float(np.max(differences))  # NaN where one of them is


def _relative(value: torch.Tensor, reference: torch.Tensor) -> float:
    """Largest difference over the largest value; 0 where both are zero everywhere."""
    difference = float((value.double() - reference.double()).abs().max())
    return difference and difference / float(reference.double().abs().max())


def _by_norm(value: torch.Tensor, reference: torch.Tensor) -> float:
    return float((value.double() - reference.double()).norm() / reference.double().norm())


def _finished(network: Network) -> None:
    """Wait for the GPU, which works on while Python goes on."""
    if network.device.type == "cuda":
        torch.cuda.synchronize()
