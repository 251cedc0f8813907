"""What the synthetic voice says and sings: two invented sentences, three melodies, and their tracks over time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workflow_scripts.corpora._synthetic import Task
from workflow_scripts.corpora._voice import HOP, RATE, Array, Timbre, Tracks, frames_of
from workflow_scripts.corpora._voice_settings import Speaker

STEP = 0.001  # seconds; grid on which tracks are drawn before they are sampled


@dataclass(frozen=True)
class Phone:
    """A speech sound of an average man: seconds, formants in Hz, levels in dB, the band of its noise (Hz, octaves)."""

    seconds: float
    formants: tuple[float, float, float]
    voiced: float = -99.0
    noise: float = -99.0
    breath: float = -99.0
    band: tuple[float, float] = (4000.0, 0.4)


VOWELS = {  # Peterson & Barney 1952 (J. Acoust. Soc. Am. 24:175-184), men, rounded
    "a": Phone(0.115, (730.0, 1090.0, 2440.0), 0.0),
    "e": Phone(0.105, (530.0, 1840.0, 2480.0), 0.0),
    "i": Phone(0.100, (280.0, 2250.0, 2950.0), -2.0),
    "o": Phone(0.110, (550.0, 860.0, 2410.0), 0.0),
    "u": Phone(0.100, (310.0, 870.0, 2240.0), -2.0),
}
CONSONANTS = {
    "m": (Phone(0.060, (260.0, 1100.0, 2200.0), -9.0),),
    "n": (Phone(0.055, (260.0, 1500.0, 2500.0), -9.0),),
    "l": (Phone(0.055, (360.0, 1200.0, 2600.0), -5.0),),
    "r": (Phone(0.055, (420.0, 1250.0, 1700.0), -5.0),),
    "b": (
        Phone(0.050, (220.0, 800.0, 2200.0), -20.0),
        Phone(0.010, (400.0, 900.0, 2300.0), -9.0, -22.0, band=(900.0, 1.0)),
    ),
    "d": (
        Phone(0.045, (220.0, 1700.0, 2600.0), -20.0),
        Phone(0.010, (400.0, 1700.0, 2600.0), -9.0, -18.0, band=(3800.0, 0.5)),
    ),
    "k": (
        Phone(0.055, (400.0, 1800.0, 2300.0)),
        Phone(0.018, (400.0, 1800.0, 2300.0), noise=-12.0, band=(1900.0, 0.35)),
        Phone(0.025, (450.0, 1800.0, 2400.0), breath=-10.0),
    ),
    "t": (
        Phone(0.055, (400.0, 1700.0, 2600.0)),
        Phone(0.015, (400.0, 1700.0, 2600.0), noise=-10.0, band=(4200.0, 0.4)),
        Phone(0.022, (450.0, 1700.0, 2600.0), breath=-10.0),
    ),
    "s": (Phone(0.090, (400.0, 1700.0, 2600.0), noise=-15.0, band=(5600.0, 0.25)),),
    "f": (Phone(0.080, (400.0, 1000.0, 2300.0), noise=-22.0, band=(4500.0, 0.9)),),
}

# Syllables; a capital is stressed, the bar is the pause between the two phrases.
SENTENCES = {
    "1": ("Me", "na", "So", "di", "|", "lu", "Ta", "fe"),
    "2": ("Ba", "lu", "Ke", "ni", "|", "do", "Sa", "re"),
}
# Semitones from the keynote, one per syllable. One melody per group of valence, as the scripted song of RAVDESS has.
TUNES = {
    "neutral": (0, 0, 2, 2, 0, 2, 0),
    "positive": (0, 2, 4, 5, 4, 2, 0),
    "negative": (0, 2, 3, 3, 2, 3, 0),
}
BEATS = (0.8, 0.8, 0.8, 2.4, 0.8, 0.8, 3.4)
BEAT = 0.14  # seconds of vowel per beat
PACE = 0.88  # factor of all times: a lively speaker
PAUSE = {"speech": 0.13, "song": 0.06}
ACCENT = 3.4  # semitones of a stressed syllable over its neighbours
DECLINATION = 2.0  # semitones per sentence
KEYNOTE = 4.0  # semitones of the song over the speaker's mean pitch
FALL = 1.8  # semitones of the last syllable


@dataclass(frozen=True)
class Span:
    """A phone in time: start and end in seconds, its place among the syllables, its stress (0 or 1), vowel or not."""

    phone: Phone
    start: float
    end: float
    syllable: int
    stress: float
    vowel: bool


def timing(task: Task, values: Mapping[str, float], draw: np.random.Generator) -> tuple[list[Span], float]:
    """Phones in time, and the clip's length in seconds. Silence before and after does not depend on the emotion."""
    pace = PACE * 2 ** -values["tempo"]
    clock = draw.uniform(0.06, 0.10)
    spans: list[Span] = []
    syllable = 0
    for text in SENTENCES[task.statement]:
        if text == "|":
            clock += PAUSE[task.domain] * 2 ** values["pauses"]
            continue
        stress = 1.0 if text[0].isupper() else 0.0
        for phone in CONSONANTS[text[0].lower()]:
            seconds = phone.seconds * pace * draw.uniform(0.92, 1.08)
            spans.append(Span(phone, clock, clock + seconds, syllable, stress, False))
            clock += seconds
        vowel = VOWELS[text[1]]
        if task.domain == "song":
            seconds = BEAT * BEATS[syllable] * pace * draw.uniform(0.97, 1.03)
        else:
            final = 1.45 if syllable == len(BEATS) - 1 else 1.0
            seconds = vowel.seconds * (1 + 0.2 * stress) * final * pace * draw.uniform(0.92, 1.08)
        spans.append(Span(vowel, clock, clock + seconds, syllable, stress, True))
        clock += seconds
        syllable += 1
    return spans, clock + draw.uniform(0.08, 0.12)


def spoken_pitch(grid: Array, spans: list[Span], values: Mapping[str, float], draw: np.random.Generator) -> Array:
    """Semitones over the speaker's mean pitch on the grid of seconds: declination, accents, final fall."""
    vowels = [span for span in spans if span.vowel]
    times, heights = [], []
    for i, span in enumerate(vowels):
        place = i / (len(vowels) - 1)
        height = DECLINATION * (0.5 - place) + ACCENT * (span.stress - 0.45) * draw.uniform(0.7, 1.3)
        times.append((span.start + span.end) / 2)
        heights.append(height)
    times.append(vowels[-1].end)
    heights.append(heights[-1] - FALL)
    shape = smooth(np.interp(grid, times, heights), 0.08)
    whole = (grid - vowels[0].start) / (vowels[-1].end - vowels[0].start)
    slow = smooth(draw.normal(size=len(grid)), 0.2)
    wander = 0.25 * slow / max(float(np.std(slow)), 1e-9)
    contour = values["pitch_contour"] * (np.clip(whole, 0, 1) - 0.5)
    return np.asarray(values["pitch_level"] + shape * 2 ** values["pitch_range"] + contour + wander)


def sung_pitch(grid: Array, spans: list[Span], melody: str, speaker: Speaker, draw: np.random.Generator) -> Array:
    """Semitones over the keynote on the grid of seconds: held notes, glides of 50 ms, vibrato that starts softly."""
    onsets = [next(span.start for span in spans if span.syllable == i) for i in range(len(BEATS))]
    note = np.clip(np.searchsorted(onsets, grid, side="right") - 1, 0, None)
    within = grid - np.asarray(onsets)[note]
    held = smooth(np.asarray(TUNES[melody], np.float64)[note], 0.05)
    rate, extent = speaker.vibrato
    growth = np.clip(within / 0.25, 0.35, 1.0)
    vibrato = extent * growth * np.sin(2 * np.pi * (rate * grid + draw.uniform()))
    return np.asarray(held + 0.15 * draw.normal() + vibrato)


def tracks_of(
    task: Task, melody: str, speaker: Speaker, values: Mapping[str, float], draw: np.random.Generator
) -> tuple[Tracks, Timbre]:
    """What the voice does in one clip.

    Args:
        task: what is said, in which domain.
        melody: key of `TUNES` in song, "" in speech.
        speaker: whose voice.
        values: realised value of every setting (`_voice_settings.perform`).
        draw: the clip's own draw.
    """
    spans, seconds = timing(task, values, draw)
    n = int(seconds * RATE)
    grid = np.arange(0, seconds + STEP, STEP)
    if task.domain == "song":
        pitch = KEYNOTE + sung_pitch(grid, spans, melody, speaker, draw)
    else:
        pitch = spoken_pitch(grid, spans, values, draw)
    starts = np.array([span.start for span in spans])
    index = np.clip(np.searchsorted(starts, grid, side="right") - 1, 0, len(spans) - 1)
    ends = np.array([span.end for span in spans])
    sounding = (grid >= starts[0]) & (grid < ends[index])

    def amplitude(name: str, rise: float) -> Array:
        levels = np.array([getattr(span.phone, name) for span in spans])
        return smooth(np.where(sounding, np.where(levels > -90, 10 ** (levels / 20), 0.0)[index], 0.0), rise)

    accent = np.array([(span.stress - 0.45) * (2.5 + values["level_variability"]) for span in spans])[index]
    place = np.clip((grid - starts[0]) / (ends[-1] - starts[0]), 0, 1)
    prominence = 10 ** (smooth(accent - 3.0 * (place - 0.5), 0.06) / 20)
    voiced = amplitude("voiced", 0.022) * prominence
    breath = amplitude("breath", 0.012) + voiced * 10 ** ((BREATH + values["breathiness"]) / 20)
    formants = np.array([span.phone.formants for span in spans])[index] * speaker.tract
    formants[:, 0] *= 2 ** (values["first_formant"] / 12)
    centres = np.arange(frames_of(n)) * HOP / RATE
    at = np.arange(n) / RATE

    def sampled(track: Array, times: Array) -> Array:
        return np.asarray(np.interp(times, grid, track))

    band = np.array([span.phone.band for span in spans])[index] * (speaker.tract**0.5, 1.0)
    tracks = Tracks(
        f0=speaker.pitch * 2 ** (sampled(pitch, at) / 12),
        voiced=sampled(voiced, at),
        breath=sampled(breath, at),
        noise=sampled(amplitude("noise", 0.010), at),
        formants=np.stack([sampled(smooth(column, 0.05), centres) for column in formants.T], axis=1),
        noise_band=band[np.searchsorted(grid, centres[:-1]).tolist() + [-1]],
    )
    return tracks, timbre_of(speaker, values)


# The plain voice, on which the settings stand.
BREATH = -13.0  # dB of aspiration against the harmonics
JITTER, SHIMMER = 0.008, 0.5  # of neighbouring periods; dB
OPEN_QUOTIENT = 0.6
SLOPE = -1.2  # dB/octave over the source's own


def timbre_of(speaker: Speaker, values: Mapping[str, float]) -> Timbre:
    """Constants of a clip. A breathy glottis stays open longer (Klatt & Klatt 1990)."""
    return Timbre(
        jitter=JITTER * 2 ** values["jitter"],
        shimmer=SHIMMER * 2 ** values["shimmer"],
        open_quotient=float(np.clip(OPEN_QUOTIENT + 0.015 * values["breathiness"], 0.4, 0.85)),
        slope=SLOPE + values["spectral_slope"],
        tract=speaker.tract,
    )


def smooth(track: Array, seconds: float) -> Array:
    """The track (on the grid of `STEP`) under a Hann window of that length, its ends held."""
    half = max(int(seconds / STEP / 2), 1)
    window = np.hanning(2 * half + 3)[1:-1]
    padded = np.pad(track, half, mode="edge")
    return np.asarray(np.convolve(padded, window / window.sum(), mode="valid"))
