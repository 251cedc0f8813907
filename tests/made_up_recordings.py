"""Corpora of tiny made-up recordings in the layouts of the real ones, and their names without audio."""

import io
import struct
import zipfile
from dataclasses import asdict
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import soundfile

from workflow_scripts.corpora import Clip

RATE = 16000


def voice(seed: int = 0, seconds: float = 0.4, rate: int = RATE, lead: float = 0.1) -> npt.NDArray[np.float32]:
    """A buzz with a little noise after a lead-in that is nearly silent."""
    generator = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * (120 + seed % 50) * k * time) / k for k in range(1, 8))
    heard = np.where(time >= lead, 0.1 * buzz, 0.0) + 1e-5 * generator.standard_normal(len(time))
    return heard.astype(np.float32)


def write(path: Path, samples: npt.NDArray[np.float32], rate: int = RATE, subtype: str = "PCM_16") -> Path:
    """Write one recording, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Rounded here, since libsndfile rounds floats differently for WAV and FLAC.
    data = np.rint(samples * 32768).clip(-32768, 32767).astype(np.int16) if subtype == "PCM_16" else samples
    soundfile.write(path, data, rate, subtype=subtype)
    return path


def ravdess_names(channel: str, actors: int | list[int] = 24) -> list[str]:
    """Names of RAVDESS as its authors state them: `channel` "01" speech, "02" song."""
    chosen = range(1, actors + 1) if isinstance(actors, int) else actors
    emotions = range(1, 9 if channel == "01" else 7)
    return [
        f"03-{channel}-{emotion:02d}-{intensity:02d}-{statement:02d}-{repetition:02d}-{actor:02d}"
        for actor, emotion, intensity, statement, repetition in product(chosen, emotions, (1, 2), (1, 2), (1, 2))
        if not (emotion == 1 and intensity == 2) and not (channel == "02" and actor == 18)
    ]


def touch_ravdess(folder: Path, channel: str, actors: int | list[int] = 24, suffix: str = ".wav") -> Path:
    """RAVDESS with empty files: enough to read names from."""
    for name in ravdess_names(channel, actors):
        path = folder / f"Actor_{name[-2:]}" / f"{name}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def record_ravdess(folder: Path, channel: str, actors: list[int], suffix: str = ".wav") -> Path:
    """RAVDESS with a different short sound in every file."""
    for index, name in enumerate(ravdess_names(channel, actors)):
        write(folder / f"Actor_{name[-2:]}" / f"{name}{suffix}", voice(seed=index + 1000 * int(channel), seconds=0.15))
    return folder


def zip_of(folder: Path) -> bytes:
    """The folder as a zip file, as a corpus is offered."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return buffer.getvalue()


def as_manifest(clips: list[Clip], pool: str = "ravdess") -> pd.DataFrame:
    """What a manifest says of clips without their audio; every clip sounds different."""
    frame = pd.DataFrame([asdict(clip) for clip in clips])
    frame["pool"] = pool
    frame["audio_hash"] = [f"sound of {clip_id}" for clip_id in frame["clip_id"]]
    return frame


def with_chunks(path: Path, samples: npt.NDArray[np.float32], rate: int = RATE) -> Path:
    """A WAV file with bext and LIST chunks of odd sizes before its data, as RAVDESS and studios write them."""
    data = np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    chunks = [
        (b"bext", b"x" * 603),
        (b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)),
        (b"LIST", b"INFOISFT" + struct.pack("<I", 5) + b"made\0\0"),
        (b"data", data),
        (b"_PMX", b"<xmp/>"),
    ]
    body = b"".join(name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in chunks)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)
    return path
