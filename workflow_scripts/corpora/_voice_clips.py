"""One clip of the synthetic corpora: from its name, a seed and a strength to a waveform and what was planted."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.corpora._synthetic import MELODIES, Task
from workflow_scripts.corpora._voice import RATE, speak
from workflow_scripts.corpora._voice_score import tracks_of
from workflow_scripts.corpora._voice_settings import NAMES, SETTINGS, Speaker, departures, perform, speaker_of
from workflow_scripts.study.seeds import seed_of

LEVEL = -44.0  # dBFS of the plain voice, RMS over what sounds; leaves room for the loudest clip
FLOOR = -88.0  # dBFS of the room, the same in every clip
MELODY_OF = {
    "neutral": "neutral",
    "calm": "positive",
    "happy": "positive",
    "sad": "negative",
    "angry": "negative",
    "fearful": "negative",
}


def melody_of(task: Task, strength: float, draw: np.random.Generator) -> str:
    """Melody of a clip: with probability `strength` the one of its emotion's valence, else any of the three."""
    chance, any_melody = draw.uniform(), MELODIES[int(draw.integers(len(MELODIES)))]
    if task.domain != "song":
        return ""
    return MELODY_OF[task.emotion] if chance < strength else any_melody


def waveform(
    task: Task, melody: str, speaker: Speaker, values: Mapping[str, float], draw: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Waveform (n,) float64 at 16 kHz of one clip whose settings have these values (see `tracks_of`)."""
    tracks, timbre = tracks_of(task, melody, speaker, values, draw)
    voice = speak(tracks, timbre, draw)
    sounding = tracks.voiced + tracks.noise > 0.03
    voice *= 10 ** ((LEVEL + values["level"]) / 20) / np.sqrt(np.mean(voice[sounding] ** 2))
    return voice + 10 ** (FLOOR / 20) * draw.normal(size=len(voice))


def clip(
    task: Task, strength: float, seed: int, name: str | None = None
) -> tuple[npt.NDArray[np.float64], dict[str, Any]]:
    """Synthesise one clip.

    Args:
        task: which clip.
        strength: factor of the planted departures; at 0 the emotion reaches nothing but the name of the draw.
        seed: the study's seed; every draw is named after it, the domain and the clip (or the speaker).
        name: names the clip's draws; by default the clip's own stem.

    Returns:
        waveform (n,) float64 at 16 kHz, full scale 1 (not limited), and a row of the table of planted settings:
        `planted_<setting>` is what the emotion asks for, `actual_<setting>` what this clip has.
    """
    draw = np.random.default_rng(seed_of(seed, "synthetic", task.domain, name or task.stem))
    speaker = speaker_of(seed, task.speaker)
    planted = departures(task.emotion, task.intensity, strength, task.domain)
    values = perform(planted, speaker, draw)
    if task.domain == "song":  # what the score prescribes is neither planted nor left to habit and chance
        values |= {setting.name: 0.0 for setting in SETTINGS if setting.song == 0}
    melody = melody_of(task, strength, draw)
    voice = waveform(task, melody, speaker, values, draw)
    row: dict[str, Any] = {
        "file": f"{task.stem}.flac",
        "speaker": task.speaker,
        "sex": speaker.sex,
        "emotion": task.emotion,
        "intensity": task.intensity,
        "statement": task.statement,
        "repetition": task.repetition,
        "melody": melody,
        "domain": task.domain,
        "seconds": round(len(voice) / RATE, 4),
    }
    row |= {f"planted_{name}": planted[name] for name in NAMES}
    row |= {f"actual_{name}": values[name] for name in NAMES}
    return voice, row
