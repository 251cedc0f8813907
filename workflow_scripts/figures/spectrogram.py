"""The spectrogram of a recording as a small PNG: up to thousands of them lie beside a report, so each takes
milliseconds and a few kB."""

import io
from functools import cache

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from PIL import Image

from workflow_scripts.materials.audio import Signal

F64 = npt.NDArray[np.float64]

RATE = 16000  # Hz, of the samples that are drawn
LOWEST, HIGHEST = 50.0, 8000.0  # Hz
HEIGHT, WIDEST, PER_SECOND = 140, 320, 64  # pixels
WINDOW = 800  # samples: 50 ms, which tell the harmonics of a voice
RANGE = 60.0  # dB from the loudest point to what is drawn as nothing
STEPS = 16  # of colour
MAP = "magma_r"
PALENESS = 0.6  # of what the networks did not hear, on the way to white

AXES = (
    f"Spectrograms: time from left to right, {PER_SECOND} pixels a second, clips of more than "
    f"{WIDEST / PER_SECOND:g} s squeezed into {WIDEST}; {LOWEST:g} Hz (bottom) to {HIGHEST / 1000:g} kHz (top), evenly "
    f"spaced in mel; the darker the louder, down to {RANGE:g} dB below the loudest point of the clip."
)


def spectrogram(samples: Signal, heard: tuple[float, float] = (0.0, 1.0)) -> bytes:
    """A PNG of HEIGHT pixels and a width by its length, axes as AXES says; pale outside the part that was heard.

    Args:
        samples: (n,) at RATE.
        heard: begin and end of that part, as shares of the recording.
    """
    width = int(np.clip(round(len(samples) / RATE * PER_SECOND), 1, WIDEST))
    loudness = levels(samples, width)
    steps = np.clip((loudness - loudness.max() + RANGE) / RANGE * STEPS, 0, STEPS - 1).astype(np.uint8)
    middle = (np.arange(width) + 0.5) / width
    steps[:, (middle < heard[0]) | (middle > heard[1])] += STEPS
    picture = Image.fromarray(steps[::-1])
    picture.putpalette(_palette())
    content = io.BytesIO()
    picture.save(content, "PNG", bits=4 if steps.max() < STEPS else 8)
    return content.getvalue()


def levels(samples: Signal, width: int) -> F64:
    """dB of HEIGHT bands, from the lowest up, at `width` points of time, (HEIGHT, width).

    A column is of the window in the middle of its time; in a squeezed clip windows need not touch.
    """
    middles = (np.arange(width) + 0.5) * len(samples) / width
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(samples, WINDOW), WINDOW)
    frames = windows[np.rint(middles + WINDOW / 2).astype(np.int64)] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    return np.asarray(10.0 * np.log10(np.maximum(_bands() @ power.T, 1e-20)))


def band_edges() -> F64:
    """Hz between the bands, (HEIGHT + 1,): evenly spaced in mel (O'Shaughnessy: 2595 log10(1 + f / 700))."""
    bottom, top = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST, HIGHEST))
    return np.asarray(700 * (10 ** (np.linspace(bottom, top, HEIGHT + 1) / 2595) - 1))


@cache
def _bands() -> F64:
    """Mean power of each band from that of the transform's bins, (HEIGHT, WINDOW // 2 + 1): by what they share."""
    bands, bins = band_edges(), (np.arange(WINDOW // 2 + 2) - 0.5) * RATE / WINDOW
    shared = np.minimum(bands[1:, None], bins[None, 1:]) - np.maximum(bands[:-1, None], bins[None, :-1])
    return np.asarray(np.maximum(shared, 0.0) / np.diff(bands)[:, None])


@cache
def _palette() -> bytes:
    """RGB of the steps, then of the same steps paled."""
    colours = colormaps[MAP](np.linspace(0, 1, STEPS))[:, :3]
    both = np.concatenate([colours, colours + PALENESS * (1 - colours)])
    return np.round(255 * both).astype(np.uint8).tobytes()
