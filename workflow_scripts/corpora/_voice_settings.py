"""What the synthetic voice plants: acoustic settings by emotion, and the speakers and chances that vary around them.

Signs follow reviews of vocal expression: Juslin & Laukka 2003 (Psychological Bulletin 129:770-814, summary of cues
for anger, fear, happiness, sadness and tenderness; `calm` takes the cues of tenderness) and Scherer 2003 (Speech
Communication 40:227-256); breathiness follows Gobl & Ni Chasaide 2003 (Speech Communication 40:189-212). Sizes are
this project's choice: large enough to be found, small enough for emotions to overlap.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.corpora._synthetic import EMOTIONS, sex_of
from workflow_scripts.study.seeds import seed_of

INTENSITY = {"normal": 1.0, "strong": 1.7}


@dataclass(frozen=True)
class Setting:
    """One acoustic setting, as a departure from the plain voice; 0 is the plain voice itself.

    category  word of the eGeMAPS categories (Frequency, Energy, Spectral, Temporal)
    unit      every unit is additive: decibels, semitones, or octaves (log2 of a factor)
    departure of (calm, happy, sad, angry, fearful) at normal intensity; neutral is 0
    habit     standard deviation between speakers
    chance    standard deviation between clips of a speaker, whatever the emotion
    song      weight of the departure in song, where the score prescribes pitch and most of the timing
    """

    name: str
    category: str
    unit: str
    departure: tuple[float, float, float, float, float]
    habit: float
    chance: float
    song: float


#                                                   calm  happy    sad  angry  fearful  habit chance song
SETTINGS = (
    Setting("pitch_level", "Frequency", "semitones", (-0.8, 2.2, -0.8, 2.0, 2.6), 0.0, 0.9, 0.0),
    Setting("pitch_range", "Frequency", "octaves", (-0.3, 0.45, -0.45, 0.35, -0.25), 0.2, 0.25, 0.0),
    Setting("pitch_contour", "Frequency", "semitones", (-0.5, 1.0, -1.2, 0.8, 1.0), 0.4, 0.8, 0.0),
    Setting("first_formant", "Frequency", "semitones", (-0.4, 0.8, -0.6, 1.2, 0.0), 0.0, 0.3, 0.8),
    Setting("jitter", "Frequency", "octaves", (-0.3, -0.1, 0.3, 0.6, 0.6), 0.2, 0.25, 0.7),
    Setting("level", "Energy", "dB", (-2.5, 2.8, -3.0, 4.5, 1.0), 2.0, 1.5, 0.8),
    Setting("level_variability", "Energy", "dB", (-0.8, 0.8, -0.8, 1.2, 0.8), 0.3, 0.5, 0.5),
    Setting("shimmer", "Energy", "octaves", (-0.3, -0.1, 0.3, 0.5, 0.5), 0.2, 0.25, 0.7),
    Setting("breathiness", "Energy", "dB", (1.5, -1.5, 3.0, -3.0, 3.0), 1.5, 1.5, 0.8),
    Setting("spectral_slope", "Spectral", "dB/octave", (-0.8, 0.6, -1.0, 1.2, -0.3), 0.6, 0.5, 0.8),
    Setting("tempo", "Temporal", "octaves", (-0.12, 0.12, -0.2, 0.12, 0.17), 0.08, 0.08, 0.6),
    Setting("pauses", "Temporal", "octaves", (0.3, -0.3, 0.8, -0.4, -0.2), 0.3, 0.3, 0.6),
)
NAMES = tuple(setting.name for setting in SETTINGS)
EXPRESSIVITY = 0.33
"""Standard deviation of the natural logarithm of how much of each departure a speaker performs."""


@dataclass(frozen=True)
class Speaker:
    """A synthetic speaker: anatomy, habits (departures of its own) and how much of each planted departure it performs.

    pitch is the mean F0 in Hz, tract the factor of all formants against an average man's, vibrato (rate in Hz, half
    extent in semitones); `habit` and `gain` have one float64 value per setting, in the order of `SETTINGS`.
    """

    name: str
    sex: str
    pitch: float
    tract: float
    vibrato: tuple[float, float]
    habit: npt.NDArray[np.float64]
    gain: npt.NDArray[np.float64]


def _bounded(draw: np.random.Generator, size: int) -> npt.NDArray[np.float64]:
    """Normal draws cut at 1.7 standard deviations, so that no voice leaves the human range or full scale."""
    return np.clip(draw.normal(size=size), -1.7, 1.7)


def speaker_of(seed: int, name: str) -> Speaker:
    """The speaker of that name ("01", "02", ...), the same in speech and song and in any number of speakers."""
    draw = np.random.default_rng(seed_of(seed, "synthetic", "speaker", name))
    sex = sex_of(name)
    pitch, tract = (112.0, 1.0) if sex == "male" else (205.0, 1.16)
    return Speaker(
        name,
        sex,
        pitch=pitch * 2 ** (2.0 / 12 * float(_bounded(draw, 1)[0])),
        tract=tract * (1 + 0.035 * float(_bounded(draw, 1)[0])),
        vibrato=(float(draw.uniform(5.2, 5.9)), float(draw.uniform(0.35, 0.55))),
        habit=np.array([setting.habit for setting in SETTINGS]) * _bounded(draw, len(SETTINGS)),
        gain=np.exp(EXPRESSIVITY * _bounded(draw, len(SETTINGS))),
    )


def departures(emotion: str, intensity: str, strength: float, domain: str) -> dict[str, float]:
    """Planted departure of every setting for one emotion, exactly 0 at strength 0 and for neutral."""
    row = EMOTIONS.index(emotion) - 1
    scale = strength * INTENSITY[intensity]
    return {
        setting.name: 0.0 if row < 0 else setting.departure[row] * scale * (setting.song if domain == "song" else 1.0)
        for setting in SETTINGS
    }


def planted_settings(strength: float, intensity: str = "normal", domain: str = "speech") -> pd.DataFrame:
    """The truth of a synthetic corpus: one row per emotion and setting.

    Args:
        strength: factor of all departures; 0 is the null corpus.
        intensity: "normal" or "strong".
        domain: "speech" or "song".

    Returns:
        Columns emotion, category, setting, unit, departure (float64, mean over speakers' expressivity left out).
    """
    units = {setting.name: (setting.category, setting.unit) for setting in SETTINGS}
    rows = [
        (emotion, units[name][0], name, units[name][1], value)
        for emotion in EMOTIONS
        for name, value in departures(emotion, intensity, strength, domain).items()
    ]
    return pd.DataFrame(rows, columns=["emotion", "category", "setting", "unit", "departure"])


def perform(planted: Mapping[str, float], speaker: Speaker, draw: np.random.Generator) -> dict[str, float]:
    """What one clip really has: the planted departures as this speaker performs them, its habits, and chance.

    The draw knows nothing of the emotion, so with planted departures of 0 the label carries no information.
    """
    chance = _bounded(draw, len(SETTINGS))
    return {
        setting.name: float(planted[setting.name] * speaker.gain[i] + speaker.habit[i] + setting.chance * chance[i])
        for i, setting in enumerate(SETTINGS)
    }
