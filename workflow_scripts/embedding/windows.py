"""How a long clip is cut into overlapping windows, and which frames each window gives.

Windows begin on the network's grid of frames, so frame j of the window that begins at frame m is frame m + j of the
clip, computed from the same samples. They are equally long, evenly spaced and overlap by at least what is asked; the
last one ends with the clip. Where two windows overlap, the seam lies in the middle: every frame is taken from the
window in which it lies farthest from a cut. Kept frames are those of the whole clip: as many, and at the same places.
"""

from dataclasses import dataclass

from workflow_scripts.networks import Network
from workflow_scripts.study.errors import UserError


@dataclass(frozen=True)
class Window:
    """Samples start..stop of a clip, and the frames first..last of the clip that are taken from them (ends excluded).

    Attributes:
        skip: frames of the window before the first that is kept.
    """

    start: int
    stop: int
    first: int
    last: int
    skip: int

    @property
    def kept(self) -> slice:
        """The kept frames among the window's own."""
        return slice(self.skip, self.skip + self.last - self.first)


def longest(network: Network, seconds: float | None) -> int | None:
    """Samples of the longest clip that goes through as a whole: what is asked, or the network's fixed input if less."""
    limits = [] if seconds is None else [round(seconds * network.sample_rate)]
    limits += [] if network.fixed_input is None else [network.fixed_input]
    return min(limits, default=None)


def check_overlap(network: Network, length: int, overlap: int) -> None:
    """Raise UserError when the overlap is more than half a window, which the plan cannot know of every family."""
    if overlap > length // 2:
        rate = network.sample_rate
        raise UserError(
            f"is {overlap / rate:g} s, more than half of {network.name}'s windows of {length / rate:g} s",
            "embeddings.window_overlap_seconds",
            f"give at most {length / rate / 2:g}",
        )


def windows(network: Network, samples: int, length: int | None, overlap: int) -> list[Window]:
    """Cut a clip of so many samples.

    Args:
        length: samples of a window, see `longest`; None: never cut.
        overlap: samples that neighbours share at least; at most half a window.

    Returns:
        the windows in order; a clip of at most `length` samples is one window.

    Raises:
        UserError: a window has too few frames to overlap.
    """
    frames = network.frames(samples)
    if length is None or samples <= length:
        return [Window(0, samples, 0, frames, 0)]
    stride = network.stride
    # as many frames are shared as the overlap has steps, and as many samples as it has
    step = min(network.frames(length) - -(-overlap // stride), (length - overlap) // stride)
    if step < 1:
        seconds, field = length / network.sample_rate, network.receptive_field / network.sample_rate
        raise UserError(
            f"windows of {seconds:g} s are too short for {network.name}, one frame of which sees {field:g} s",
            "embeddings.window_seconds",
            "give a larger one",
        )
    at_end = -(-(samples - length) // stride)  # frame at which the last window begins
    count = -(-at_end // step) + 1
    begins = [i * at_end // (count - 1) for i in range(count)]
    stops = [begin * stride + length for begin in begins[:-1]] + [samples]
    ends = [begin + network.frames(stop - begin * stride) for begin, stop in zip(begins, stops, strict=True)]
    seams = [0, *((begin + end) // 2 for begin, end in zip(begins[1:], ends, strict=False)), frames]
    return [
        Window(begin * stride, stop, seams[i], seams[i + 1], seams[i] - begin)
        for i, (begin, stop) in enumerate(zip(begins, stops, strict=True))
    ]
