"""A source-filter voice: from tracks of pitch, formants and amplitudes to a waveform at 16 kHz.

The source is the flow derivative of Klatt & Klatt 1990 (J. Acoust. Soc. Am. 87:820-857, KLGLOTT88), summed from its
harmonics below the Nyquist frequency, so that it does not alias. The filter is a cascade of resonances that changes
every 8 ms, applied to overlapping windows of the source.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

RATE = 16_000
HOP = 128
WINDOW = 2 * HOP
FFT = 1024  # window, its response of 40 ms, and room for the part of a zero-phase response before the window
LEAD = 128
SILENT = 1e-7  # windows that stay below are not filtered
TOP, FADE = 7_700.0, 300.0  # Hz: no harmonic above TOP, full ones up to FADE below it
UPPER_FORMANTS = ((3500.0, 175.0), (4500.0, 250.0), (5500.0, 350.0), (6500.0, 450.0), (7500.0, 550.0))
BANDWIDTHS = (70.0, 100.0, 140.0)
FREQUENCIES = np.fft.rfftfreq(FFT, 1 / RATE)


@dataclass(frozen=True)
class Tracks:
    """What the articulators do. `n` samples at 16 kHz, `m` = frames_of(n) frames of the filter.

    f0         (n,) Hz
    voiced     (n,) linear amplitude of the harmonics
    breath     (n,) linear amplitude of aspiration, shaped by the formants
    noise      (n,) linear amplitude of frication, shaped by its own band
    formants   (m, 3) Hz
    noise_band (m, 2) centre in Hz and half width in octaves
    """

    f0: Array
    voiced: Array
    breath: Array
    noise: Array
    formants: Array
    noise_band: Array


@dataclass(frozen=True)
class Timbre:
    """Constants of a clip: jitter and shimmer (mean relative difference of neighbouring periods, mean absolute
    difference of their amplitudes in dB), open quotient, slope in dB/octave over the plain source, tract factor."""

    jitter: float
    shimmer: float
    open_quotient: float
    slope: float
    tract: float


def frames_of(samples: int) -> int:
    """Number of filter frames for that many samples; frame i is centred on sample i * HOP."""
    return -(-samples // HOP) + 1


def pulse_harmonics(open_quotient: float, count: int) -> npt.NDArray[np.complex128]:
    """Fourier coefficients 1..count of one period of the KLGLOTT88 flow derivative, (count,), unit power."""
    points = 4096
    phase = np.arange(points) / points
    opened = phase / open_quotient
    wave = np.where(opened < 1, 2 * opened - 3 * opened**2, 0.0)
    coefficients = np.fft.fft(wave)[1 : count + 1] / points
    return np.asarray(coefficients / np.sqrt(2 * np.sum(np.abs(coefficients) ** 2)))


def glottal_source(f0: Array, timbre: Timbre, draw: np.random.Generator) -> tuple[Array, Array]:
    """Band-limited harmonics of the voice and the phase of the glottal cycle.

    Args:
        f0: (n,) Hz, above 0 everywhere.
        timbre: jitter, shimmer and open quotient are used.
        draw: source of the irregularity of periods.

    Returns:
        source (n,) of about unit power, phase (n,) in [0, 1) of the cycle, 0 where the glottis opens.
    """
    plain = np.cumsum(f0) / RATE
    cycles = int(plain[-1] * 1.3) + 8
    # The mean absolute difference of two independent normal draws is 2 / sqrt(pi) standard deviations.
    periods = 1 + timbre.jitter * np.sqrt(np.pi) / 2 * np.clip(draw.normal(size=cycles), -3, 3)
    loudness = timbre.shimmer * np.sqrt(np.pi) / 2 * np.clip(draw.normal(size=cycles), -3, 3)
    phase = np.interp(plain, np.concatenate([[0.0], np.cumsum(periods)]), np.arange(cycles + 1.0))
    cycle = phase.astype(np.int64)
    count = int(TOP / f0.min())
    coefficients = pulse_harmonics(timbre.open_quotient, count).astype(np.complex64)
    # Single precision: its error of 1e-6 lies under the last bit of the file.
    turn = np.exp(2j * np.pi * (phase - cycle)).astype(np.complex64)
    total = np.zeros(len(f0), np.complex64)
    fades, slopes = np.float32(TOP / FADE), (f0 / FADE).astype(np.float32)
    steady = (TOP - FADE) / f0.max()
    for k in range(count, 0, -1):  # Horner's scheme; harmonics fade out before they reach the Nyquist frequency
        if k <= steady:
            total += coefficients[k - 1]
        else:
            total += coefficients[k - 1] * np.clip(fades - np.float32(k) * slopes, 0, 1)
        total *= turn
    return 2 * total.real * 10 ** (loudness[cycle] / 20), phase - cycle


def resonances(formants: Array, tract: float) -> npt.NDArray[np.complex64]:
    """Frequency response (m, FFT // 2 + 1) of the vocal tract for formants (m, 3) in Hz; gain 1 at 0 Hz."""
    below = np.ones((len(formants), len(FREQUENCIES)), np.complex64)
    for column, width in enumerate(BANDWIDTHS):
        pole = (formants[:, column] ** 2 + (width / 2) ** 2).astype(np.float32)[:, None]
        below *= 1 - (FREQUENCIES**2 - 1j * width * FREQUENCIES).astype(np.complex64) / pole
    above = np.ones(len(FREQUENCIES), np.complex128)
    for frequency, width in UPPER_FORMANTS:
        square = (frequency * tract) ** 2 + (width / 2) ** 2
        above *= 1 - (FREQUENCIES**2 - 1j * width * FREQUENCIES) / square
    return np.asarray(np.reciprocal(above).astype(np.complex64) / below)


def tilt(slope: float) -> npt.NDArray[np.float32]:
    """Gain (FFT // 2 + 1,) of a slope in dB/octave, 1 at 500 Hz, level below 125 Hz where no harmonic lies."""
    gain = 10 ** (slope * np.log2(np.maximum(FREQUENCIES, 125.0) / 500) / 20)
    return np.asarray(gain.astype(np.float32))


def bands(centre_and_width: Array) -> npt.NDArray[np.float32]:
    """Gain (m, FFT // 2 + 1) of frication for (m, 2) centres in Hz and half widths in octaves; unit noise power."""
    kinds, which = np.unique(centre_and_width, axis=0, return_inverse=True)
    octaves = np.log2(np.maximum(FREQUENCIES, 50.0) / kinds[:, :1]) / kinds[:, 1:]
    gain = np.exp(-0.5 * octaves**2)
    gain /= np.sqrt(np.mean(gain**2, axis=1, keepdims=True))
    return np.asarray(gain.astype(np.float32)[which.reshape(-1)])


def filtered(signal: Array, response: npt.NDArray[np.float32] | npt.NDArray[np.complex64]) -> Array:
    """The signal (n,) under a filter that changes with time: response (m, FFT // 2 + 1), m = frames_of(n).

    The signal is cut into overlapping windows that sum to one, each passes its own response, and the results add up.
    """
    frames, parts = frames_of(len(signal)), FFT // HOP
    padded = np.zeros((frames + 1) * HOP)
    padded[HOP : HOP + len(signal)] = signal
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    busy = np.flatnonzero(np.abs(windows).max(axis=1) > SILENT)
    blocks = np.zeros((len(busy), FFT), np.float32)
    blocks[:, LEAD : LEAD + WINDOW] = windows[busy] * window
    heard = np.fft.irfft(np.fft.rfft(blocks, axis=1) * response[busy], FFT, axis=1).reshape(-1, parts, HOP)
    total = np.zeros((frames + parts, HOP))
    for part in range(parts):
        total[busy + part] += heard[:, part]
    start = LEAD + HOP
    return np.asarray(total.reshape(-1)[start : start + len(signal)])


def speak(tracks: Tracks, timbre: Timbre, draw: np.random.Generator) -> Array:
    """Waveform (n,) float64 of the tracks; harmonics with amplitude 1 come out with an RMS of about 1.

    Args:
        tracks: n samples and their filter frames.
        timbre: constants of the clip.
        draw: source of jitter, shimmer and noise.

    Raises:
        ValueError: tracks of unequal length.
    """
    n = len(tracks.f0)
    if {n} != {len(tracks.voiced), len(tracks.breath), len(tracks.noise)} or frames_of(n) != len(tracks.formants):
        raise ValueError("tracks differ in length")
    source, phase = glottal_source(tracks.f0, timbre, draw)
    # Turbulence is strongest while the glottis is open; where nothing vibrates it is steady.
    opened = np.where(tracks.voiced > 0.05, 0.5 + np.sin(np.pi * phase) ** 2, 1.0)
    excitation = tracks.voiced * source + tracks.breath * opened * draw.normal(size=n)
    vocal_tract = resonances(tracks.formants, timbre.tract) * tilt(timbre.slope)
    voice = filtered(excitation, vocal_tract)
    voice /= np.sqrt(np.mean(voice[tracks.voiced > 0.5] ** 2))
    return voice + filtered(tracks.noise * draw.normal(size=n), bands(tracks.noise_band))
