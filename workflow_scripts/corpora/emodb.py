"""EMO-DB (Berlin): 10 speakers, 7 emotions, 535 clips of German speech, kept by a listening test."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.corpora import Clip, Corpus
from workflow_scripts.corpora._files import MisnamedError, named_clips

NAME = "emodb"
SPEAKERS = {speaker: "female" if speaker in ("08", "09", "13", "14", "16") else "male" for speaker in (
    "03", "08", "09", "10", "11", "12", "13", "14", "15", "16")}  # fmt: skip
LABELS = {
    "W": "angry",
    "L": "boredom",
    "E": "disgust",
    "A": "fearful",
    "F": "happy",
    "T": "sad",
    "N": "neutral",
}
TEXTS = ("a01", "a02", "a04", "a05", "a07", "b01", "b02", "b03", "b09", "b10")
LAYOUT = "03a01Fa.wav ... 16b10Wb.wav, in the folder itself or in its folder wav/"
_NAME = re.compile(r"(\d\d)([ab]\d\d)([A-Z])([a-z])", re.ASCII)


def find_clips(folder: Path, options: Mapping[str, Any]) -> list[Clip]:
    """All clips below `folder`. Which versions exist follows no rule, so missing ones cannot be named."""
    return named_clips(folder, NAME, read_name)


def read_name(path: Path) -> Clip:
    """The clip that 03a01Fa states: speaker 03, text a01, F (happy), version a. Raises MisnamedError."""
    match = _NAME.fullmatch(path.stem)
    if not match:
        raise MisnamedError("the name is not of the form 03a01Fa")
    speaker, text, label, version = match.groups()
    allowed = {"speaker": speaker in SPEAKERS, "text": text in TEXTS, "emotion": label in LABELS}
    wrong = [field for field, right in allowed.items() if not right]
    if wrong:
        raise MisnamedError(f"its code of {' and '.join(wrong)} does not exist in {NAME}")
    return Clip(
        clip_id=f"{NAME}/{path.stem}",
        path=str(path),
        speaker=speaker,
        sex=SPEAKERS[speaker],
        emotion=LABELS[label],
        label=label,
        domain="speech",
        language="de",
        statement=text,
        repetition=ord(version) - ord("a") + 1,
    )


CORPUS = Corpus(
    name=NAME,
    domain="speech",
    language="de",
    emotions=("neutral", "happy", "sad", "angry", "fearful", "disgust", "boredom"),
    layout=LAYOUT,
    find_clips=find_clips,
    pool=NAME,
    speakers=SPEAKERS,
    emobox=True,
    size=(535, 25.0),
    citation="burkhardt2005",
    page="http://emodb.bilderbar.info/download/",
)
