"""What speech and song of RAVDESS share: names, actors, melodies (Livingstone & Russo 2018, PLoS ONE)."""

import re
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from workflow_scripts.corpora import Archive, Clip, Corpus, Restriction
from workflow_scripts.corpora._files import MisnamedError, missing_clips, named_clips

LABELS = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgust",
    "08": "surprised",
}
COMMON = ("neutral", "calm", "happy", "sad", "angry", "fearful")
INTENSITIES = {"01": "normal", "02": "strong"}
STATEMENTS = {"01": "kids", "02": "dogs"}
CHANNELS = {"01": "speech", "02": "song"}
# Each valence was sung to a melody of its own, so in song the melody tells part of the label.
MELODIES = {
    "neutral": "neutral",
    "calm": "positive",
    "happy": "positive",
    "sad": "negative",
    "angry": "negative",
    "fearful": "negative",
}
ACTORS = {f"{actor:02d}": "male" if actor % 2 else "female" for actor in range(1, 25)}
WITHOUT_SONG = "18"
PAGE = "https://zenodo.org/records/1188976"
# Bytes and md5 as the page states them.
ARCHIVES = {
    "01": Archive(
        f"{PAGE}/files/Audio_Speech_Actors_01-24.zip?download=1", 208_468_073, "bc696df654c87fed845eb13823edef8a"
    ),
    "02": Archive(
        f"{PAGE}/files/Audio_Song_Actors_01-24.zip?download=1", 225_505_317, "5411230427d67a21e18aa4d466e6d1b9"
    ),
}
_NAME = re.compile(r"(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)", re.ASCII)
_ACTOR_FOLDER = re.compile(r"Actor_(\d\d)", re.ASCII)


def corpus(name: str, channel: str) -> Corpus:
    """RAVDESS speech (channel "01") or song ("02"): same actors, one pool."""
    domain = CHANNELS[channel]
    emotions = COMMON if domain == "song" else tuple(LABELS.values())
    layout = f"Actor_01 ... Actor_24, each with files such as 03-{channel}-05-02-01-02-07.wav (or .flac)"
    return Corpus(
        name=name,
        domain=domain,
        language="en",
        emotions=emotions,
        layout=layout,
        find_clips=_finder(name, channel, emotions),
        pool="ravdess",
        speakers=ACTORS,
        paper1=Restriction(tuple(actor for actor in ACTORS if actor != WITHOUT_SONG), COMMON),
        emobox=domain == "speech",
        # minutes: of speech by the mean of six actors' clips, of song by the middle of its range (3.5 to 6.4 s)
        size=(1440, 89.0) if domain == "speech" else (1012, 83.0),
        citation="livingstone2018",
        page=PAGE,
        licence="CC BY-NC-SA 4.0",
        archive=ARCHIVES[channel],
    )


def _finder(name: str, channel: str, emotions: tuple[str, ...]) -> Callable[[Path, Mapping[str, Any]], list[Clip]]:
    def find_clips(folder: Path, options: Mapping[str, Any]) -> list[Clip]:
        clips = named_clips(folder, name, lambda path: read_name(path, name, channel, emotions))
        actors = sorted({clip.speaker for clip in clips if not clip.fault})
        return clips + missing_clips(clips, expected_ids(name, channel, emotions, actors), folder)

    return find_clips


def read_name(path: Path, corpus_name: str, channel: str, emotions: tuple[str, ...]) -> Clip | None:
    """The clip that a name such as 03-01-05-02-01-02-07 states; None for video and for the other channel.

    Fields: modality, channel, emotion, intensity, statement, repetition, actor. Raises MisnamedError.
    """
    match = _NAME.fullmatch(path.stem)
    if not match:
        raise MisnamedError("the name is not of the form 03-01-05-02-01-02-07")
    modality, vocal, emotion, intensity, statement, repetition, actor = match.groups()
    if modality in ("01", "02") or (vocal in CHANNELS and vocal != channel):
        return None
    word = LABELS.get(emotion, "")
    allowed = {
        "modality": modality == "03",
        "channel": vocal == channel,
        "emotion": word in emotions,
        "intensity": intensity in INTENSITIES and not (word == "neutral" and intensity == "02"),
        "statement": statement in STATEMENTS,
        "repetition": repetition in ("01", "02"),
        "actor": actor in ACTORS,
    }
    wrong = [field for field, right in allowed.items() if not right]
    if wrong:
        raise MisnamedError(f"its code of {' and '.join(wrong)} does not exist in {corpus_name}")
    folder = _ACTOR_FOLDER.fullmatch(path.parent.name)
    if folder and folder.group(1) != actor:
        raise MisnamedError(f"it lies in {path.parent.name} and names actor {actor}")
    return Clip(
        clip_id=f"{corpus_name}/{path.stem}",
        path=str(path),
        speaker=actor,
        sex=ACTORS[actor],
        emotion=word,
        label=emotion,
        domain=CHANNELS[channel],
        language="en",
        intensity=INTENSITIES[intensity],
        statement=STATEMENTS[statement],
        repetition=int(repetition),
        melody=MELODIES[word] if vocal == "02" else "",
    )


def expected_ids(corpus_name: str, channel: str, emotions: tuple[str, ...], actors: list[str]) -> list[str]:
    """Ids of all clips of the given actors: 60 of speech, 44 of song each (actor 18 never sang)."""
    codes = [code for code, word in LABELS.items() if word in emotions]
    return [
        f"{corpus_name}/03-{channel}-{emotion}-{intensity}-{statement}-{repetition}-{actor}"
        for actor in actors
        if not (channel == "02" and actor == WITHOUT_SONG)
        for emotion, intensity, statement, repetition in product(codes, INTENSITIES, STATEMENTS, ("01", "02"))
        if not (emotion == "01" and intensity == "02")
    ]
