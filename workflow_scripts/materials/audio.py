"""Recordings as numbers: decoding, mono, identity, resampling. Full scale is 1.0, and 0 dBFS."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

Signal = npt.NDArray[np.float32]

UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)


class BadAudio(ValueError):
    """A recording that cannot be used; the message is the reason, without the file's name."""


@dataclass(frozen=True)
class Recording:
    """One decoded file: mono float32 samples (n,) at its own rate (Hz), and how many channels it had."""

    samples: Signal
    rate: int
    channels: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def decode(path: str | Path) -> Recording:
    """Read a whole file at its own rate; channels are averaged.

    Raises BadAudio when the file is missing, unreadable, empty, holds NaN or infinite samples, or has a
    header that claims another number of frames than the file yields.
    """
    path = Path(path)
    if not path.is_file():
        raise BadAudio("missing: the file does not exist")
    if path.stat().st_size == 0:
        raise BadAudio("empty: the file has no bytes")
    try:
        with soundfile.SoundFile(path) as file:
            rate, channels, stated = file.samplerate, file.channels, file.frames
            samples = file.read(dtype="float64", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise BadAudio(f"unreadable: {str(error).removeprefix(f'Error opening {str(path)!r}: ')}") from error
    claimed = stated_wav_frames(path)
    claimed = stated if claimed is None else claimed
    if claimed != len(samples):
        raise BadAudio(f"its header lies: it claims {claimed} frames and {len(samples)} are there")
    if len(samples) == 0:
        raise BadAudio("empty: it holds no samples")
    if not np.isfinite(samples).all():
        raise BadAudio(f"it holds {np.count_nonzero(~np.isfinite(samples))} samples that are NaN or infinite")
    mono = samples[:, 0] if channels == 1 else samples.mean(axis=1)
    return Recording(mono.astype(np.float32), rate, channels)


def stated_wav_frames(path: Path) -> int | None:
    """Frames that the header of a RIFF/WAVE file claims, whatever the file's size.

    None for other formats and for headers that leave the length open (streamed files).

    libsndfile silently shortens such a claim to what is there, so a cut file would pass unnoticed.
    """
    with open(path, "rb") as file:
        riff, _, wave = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
        if (riff, wave) != (b"RIFF", b"WAVE"):
            return None
        bytes_per_frame = 0
        while len(header := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", header)
            if name == b"fmt ":
                bytes_per_frame = struct.unpack("<H", file.read(size)[12:14])[0]
                file.seek(size % 2, 1)
            elif name == b"data":
                return size // bytes_per_frame if size not in UNKNOWN_LENGTHS and bytes_per_frame else None
            else:
                file.seek(size + size % 2, 1)
    return None


def audio_hash(recording: Recording) -> str:
    """Identity of what is heard: blake2b-128 (hex) over the mono float32 samples and the rate."""
    digest = hashlib.blake2b(recording.samples.astype("<f4", copy=False).tobytes(), digest_size=16)
    digest.update(f"{recording.rate}".encode())
    return digest.hexdigest()


def resample(samples: Signal, rate: int, wanted: int) -> Signal:
    """Samples (n,) at `wanted` Hz, by soxr's VHQ recipe; the same array when the rates agree."""
    if rate == wanted:
        return samples
    resampled: Signal = soxr.resample(samples, rate, wanted, quality="VHQ").astype(np.float32, copy=False)
    return resampled
