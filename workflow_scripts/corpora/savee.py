"""SAVEE: 4 men, 7 emotions, 480 clips of English speech."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.corpora import Clip, Corpus
from workflow_scripts.corpora._files import MisnamedError, missing_clips, named_clips

NAME = "savee"
SPEAKERS = dict.fromkeys(("DC", "JE", "JK", "KL"), "male")
LABELS = {
    "sa": "sad",
    "su": "surprised",
    "a": "angry",
    "d": "disgust",
    "f": "fearful",
    "h": "happy",
    "n": "neutral",
}
LAYOUT = "AudioData/DC/a01.wav ... AudioData/KL/su15.wav, or all in one folder as DC_a01.wav ... KL_su15.wav"
# The two-letter codes come first, else `sa01` would be read as an `s` that does not exist.
_NAME = re.compile(r"(?:(DC|JE|JK|KL)_)?(sa|su|a|d|f|h|n)(\d\d)", re.ASCII)


def find_clips(folder: Path, options: Mapping[str, Any]) -> list[Clip]:
    """All clips below `folder`, in the authors' layout or flat."""
    clips = named_clips(folder, NAME, read_name)
    speakers = sorted({clip.speaker for clip in clips if not clip.fault})
    return clips + missing_clips(clips, expected_ids(speakers), folder)


def read_name(path: Path) -> Clip:
    """The clip that DC/a01 or DC_a01 states. The statement is the emotion's own numbering (a01 is not d01).

    Raises MisnamedError.
    """
    match = _NAME.fullmatch(path.stem)
    if not match:
        raise MisnamedError("the name is not of the form a01 or DC_a01 (codes a, d, f, h, n, sa, su)")
    stated, code, number = match.groups()
    folder = path.parent.name if path.parent.name in SPEAKERS else None
    speaker = stated or folder
    if speaker is None:
        raise MisnamedError("neither its name nor its folder says the speaker (DC, JE, JK, KL)")
    if folder not in (None, speaker):
        raise MisnamedError(f"it lies in {folder} and names speaker {speaker}")
    if not 1 <= int(number) <= (30 if code == "n" else 15):
        raise MisnamedError(f"there is no sentence {number} for the code {code}")
    return Clip(
        clip_id=f"{NAME}/{speaker}_{code}{number}",
        path=str(path),
        speaker=speaker,
        sex=SPEAKERS[speaker],
        emotion=LABELS[code],
        label=code,
        domain="speech",
        language="en",
        statement=f"{code}{number}",
        repetition=1,
    )


def expected_ids(speakers: list[str]) -> list[str]:
    """Ids of the 120 clips of each given speaker."""
    return [
        f"{NAME}/{speaker}_{code}{number:02d}"
        for speaker in speakers
        for code in LABELS
        for number in range(1, 31 if code == "n" else 16)
    ]


CORPUS = Corpus(
    name=NAME,
    domain="speech",
    language="en",
    emotions=("neutral", "happy", "sad", "angry", "fearful", "disgust", "surprised"),
    layout=LAYOUT,
    find_clips=find_clips,
    pool=NAME,
    speakers=SPEAKERS,
    emobox=True,
    size=(480, 31.0),
    citation="haq2010",
    page="http://kahlan.eps.surrey.ac.uk/savee/",
    licence="for research, after registration",
)
