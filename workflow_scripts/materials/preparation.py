"""How a recording is made ready: where its voice is, its level, and the window that is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.materials.audio import BadAudio, Recording, Signal, audio_hash, decode, resample
from workflow_scripts.study.errors import UserError

MATCHED_LEVEL = -26.0  # dBFS over active frames; the usual speech level of ITU-T P.56 set-ups
FRAME, HOP = 0.025, 0.010  # s
ENTER, STAY = 18.0, 30.0  # dB below the clip's own loud level; breaths of RAVDESS lie 20 to 30 below
LOUD_FRAMES = 10  # the loud level is the one that this many frames (100 ms) reach
LONGEST_GAP, SHORTEST_RUN = 0.150, 0.050  # s
HIGH_PASS = 60.0  # Hz
SILENCE = 1e-4  # largest departure from the mean of a silent clip: three steps of 16 bits
SHORTEST = 400 / 16000  # s; the receptive field of the networks' convolutions

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Activity:
    """Where the voice is: one decision per hop of 10 ms, of the 25 ms that start there."""

    frames: Bools

    def at(self, seconds: npt.ArrayLike) -> Bools:
        """The decision at given times (s, any shape): that of the frame whose centre is nearest."""
        index = np.rint((np.asarray(seconds, dtype=np.float64) - FRAME / 2) / HOP).astype(np.int64)
        return self.frames[np.clip(index, 0, len(self.frames) - 1)]

    @property
    def onset(self) -> float:
        """Start of the first active frame (s)."""
        return float(np.argmax(self.frames)) * HOP

    @property
    def fraction(self) -> float:
        """Share of active frames."""
        return float(self.frames.mean())

    def samples(self, count: int, rate: int) -> Bools:
        """The decision for each of `count` samples at `rate`."""
        return self.at(np.arange(count) / rate)


def active_frames(samples: Signal, rate: int) -> Activity:
    """Decide where the voice is, from energy relative to the clip's own loud level; gain changes nothing.

    Frames of 25 ms every 10 ms, after a 60 Hz high-pass (no delay). The loud level is the one that the ten loudest
    frames reach. A run of frames begins above loud level - 18 dB and extends both ways while above - 30 dB.
    Gaps up to 150 ms (the closures of stops) belong to the voice; then runs under 50 ms (clicks) do not,
    unless there is no other. Digital zeros are never active. In a recording with noise less than 30 dB below
    its voice, noise beside the voice counts as active.

    Raises BadAudio when no frame has energy.
    """
    levels = frame_levels(samples, rate)
    audible = np.isfinite(levels)
    if not audible.any():
        raise BadAudio("silent: no frame has energy")
    loud = np.sort(levels[audible])[-min(LOUD_FRAMES, int(audible.sum()))]
    stay = _runs(levels > loud - STAY)
    active = np.zeros(len(levels), dtype=np.bool_)
    for start, stop in stay:
        active[start:stop] = (levels[start:stop] > loud - ENTER).any()
    runs = _runs(active)
    for (_, stop), (start, _) in zip(runs, runs[1:], strict=False):
        if (start - stop) * HOP <= LONGEST_GAP:
            active[stop:start] = True
    runs = _runs(active)
    long_runs = [(start, stop) for start, stop in runs if (stop - start) * HOP >= SHORTEST_RUN]
    if long_runs:
        active[:] = False
        for start, stop in long_runs:
            active[start:stop] = True
    return Activity(active)


def frame_levels(samples: Signal, rate: int) -> npt.NDArray[np.float64]:
    """Level of each frame in dBFS (-inf for digital silence); a clip shorter than a frame is one frame."""
    centred = samples.astype(np.float64) - (samples.mean(dtype=np.float64) if len(samples) else 0.0)
    # What stood at zero stays silent: the offset of the whole clip and the filter's ringing are no voice.
    zero = samples == 0
    filtered = _high_passed(centred, rate)
    filtered[zero & _long(zero, rate)] = 0.0
    width = min(max(round(FRAME * rate), 1), len(filtered))
    starts = np.rint(np.arange(0, len(filtered) / rate, HOP) * rate).astype(np.int64)
    starts = starts[starts + width <= len(filtered)]
    energy = np.concatenate([[0.0], np.cumsum(filtered**2)])
    power = np.maximum(energy[starts + width] - energy[starts], 0.0) / width
    with np.errstate(divide="ignore"):
        levels: npt.NDArray[np.float64] = 10.0 * np.log10(np.where(power > 1e-15, power, 0.0))
    return levels


def _high_passed(samples: npt.NDArray[np.float64], rate: int) -> npt.NDArray[np.float64]:
    """Second-order Butterworth high-pass without delay, applied in the frequency domain.

    Importing scipy.signal for it would cost every job that reads audio more than reading the audio does.
    """
    padded = _quick(len(samples) + round(0.1 * rate))  # the filter's ringing must not come round to the other end
    relative = np.fft.rfftfreq(padded, 1 / rate) / HIGH_PASS
    gain = relative**2 / np.sqrt(1 + relative**4)
    return np.fft.irfft(np.fft.rfft(samples, padded) * gain, padded)[: len(samples)]


def _quick(length: int) -> int:
    """The next length of 5, 6, 7 or 8 times a power of two: a transform of a prime length takes ten times longer."""
    unit = 1 << max(0, length.bit_length() - 3)
    return -(-length // unit) * unit


def _long(zero: Bools, rate: int) -> Bools:
    """Samples within stretches of digital zeros of at least one frame."""
    stretch = np.zeros(len(zero), dtype=np.bool_)
    edges = _edges(zero)
    for start, stop in edges[edges[:, 1] - edges[:, 0] >= FRAME * rate]:
        stretch[start:stop] = True
    return stretch


def _runs(flags: Bools) -> list[tuple[int, int]]:
    """(start, stop) of every stretch of True."""
    return [(int(start), int(stop)) for start, stop in _edges(flags)]


def _edges(flags: Bools) -> npt.NDArray[np.intp]:
    """Starts and stops of stretches of True, shape (n, 2)."""
    return np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))).reshape(-1, 2)


def active_level(samples: Signal, rate: int, activity: Activity) -> float:
    """Level over active samples in dBFS (mean square, offset removed)."""
    chosen = samples[activity.samples(len(samples), rate)].astype(np.float64)
    power = float(np.mean((chosen - chosen.mean()) ** 2)) if len(chosen) else 0.0
    return 10.0 * float(np.log10(power)) if power > 0 else -np.inf


@dataclass(frozen=True)
class Preparation:
    """What is done to one clip, and what is then heard. Times in s, levels in dBFS, gain in dB."""

    onset: float
    active_fraction: float
    level_db: float
    crop_start: float
    prepared_seconds: float
    prepared_active_fraction: float
    prepared_level_db: float
    gain_db: float


def prepare(recording: Recording, level: str, crop: float | None) -> Preparation:
    """Decide window and gain of one recording.

    The window of `crop` seconds starts at the onset of the voice; where the clip ends too soon it starts
    earlier, so that every window has the same length. `level` "matched" brings the active frames of the
    window to -26 dBFS (peaks may then pass 1.0; floats keep them); "as-recorded" leaves the gain at 0 dB.

    Raises BadAudio for a clip that is silent, shorter than the networks' receptive field (25 ms) or than the
    window.
    """
    samples, rate = recording.samples, recording.rate
    if recording.seconds < SHORTEST:
        raise BadAudio(f"too short: {recording.seconds * 1000:.1f} ms; the networks need {SHORTEST * 1000:.0f} ms")
    if np.abs(samples - samples.mean(dtype=np.float64)).max() <= SILENCE:
        raise BadAudio("silent: no sample departs from the mean by more than 0.0001 of full scale")
    activity = active_frames(samples, rate)
    start, count = 0, len(samples)
    if crop is not None:
        count = round(crop * rate)
        if count > len(samples):
            raise BadAudio(f"too short for the crop: {recording.seconds:.3f} s; the window is {crop:g} s")
        start = min(round(activity.onset * rate), len(samples) - count)
    window = samples[start : start + count]
    heard = active_frames(window, rate) if crop is not None else activity
    heard_level = active_level(window, rate, heard)
    gain = MATCHED_LEVEL - heard_level if level == "matched" else 0.0
    return Preparation(
        onset=activity.onset,
        active_fraction=activity.fraction,
        level_db=active_level(samples, rate, activity),
        crop_start=start / rate,
        prepared_seconds=count / rate,
        prepared_active_fraction=heard.fraction,
        prepared_level_db=heard_level + gain,
        gain_db=gain,
    )


def load_prepared(row: Mapping[str, Any], rate: int) -> Signal:
    """Mono float32 samples (n,) at `rate` Hz of one row of a manifest, as its dataset prepares them.

    Decoded, cut and levelled at the file's own rate as the manifest states (crop_start, prepared_seconds,
    gain_db), then resampled once. Raises UserError when the file is gone or no longer the one in the
    manifest.
    """
    place = str(row["path"])
    remedy = "run snakemake again: the manifest is made anew for changed files"
    if not Path(place).exists():
        back = (
            "bring it back; recordings that were fetched come again once the corpus's file in results/fetched/ is gone"
        )
        raise UserError("the recording is gone since the manifest was made", place, back)
    try:
        recording = decode(place)
    except BadAudio as error:
        raise UserError(f"the recording changed since the manifest was made ({error})", place, remedy) from error
    if audio_hash(recording) != row["audio_hash"]:
        raise UserError("the recording changed since the manifest was made (other samples)", place, remedy)
    start = round(float(row["crop_start"]) * recording.rate)
    count = round(float(row["prepared_seconds"]) * recording.rate)
    samples = recording.samples[start : start + count]
    gain = float(row["gain_db"])
    if gain != 0.0:
        samples = (samples * 10.0 ** (gain / 20.0)).astype(np.float32)
    return resample(samples, recording.rate, rate)
