"""What the two synthetic corpora share: words, names of clips, options, and how their made table is read."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_scripts.corpora import Clip, Corpus, Option
from workflow_scripts.study.errors import UserError

EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful")
STATEMENTS = ("1", "2")
REPETITIONS = (1, 2)
MELODIES = ("neutral", "positive", "negative")
LANGUAGE = "zxx"  # ISO 639 for "no linguistic content"
TABLE = "planted.csv"
MOST_SPEAKERS = 99
STRONGEST = 1.5


def sex_of(speaker: str) -> str:
    """Odd numbers are male, even ones female."""
    return "male" if int(speaker) % 2 else "female"


def speaker_names(number: int) -> list[str]:
    """Names of that many speakers: "01", "02", ..."""
    return [f"{index:02d}" for index in range(1, number + 1)]


@dataclass(frozen=True)
class Task:
    """One clip to be synthesised."""

    domain: str
    speaker: str
    emotion: str
    intensity: str
    statement: str
    repetition: int

    @property
    def stem(self) -> str:
        """File name without suffix; it also names the clip's random draws."""
        parts = (self.speaker, self.emotion, self.intensity, self.statement, str(self.repetition))
        return "_".join(parts)


def tasks(domain: str, speakers: int) -> Iterator[Task]:
    """All clips of a synthetic corpus, 44 per speaker: neutral has normal intensity only, as in RAVDESS."""
    for speaker in speaker_names(speakers):
        for emotion in EMOTIONS:
            for intensity in ("normal",) if emotion == "neutral" else ("normal", "strong"):
                for statement in STATEMENTS:
                    for repetition in REPETITIONS:
                        yield Task(domain, speaker, emotion, intensity, statement, repetition)


def find_clips(name: str, folder: Path) -> list[Clip]:
    """Clips of a synthetic corpus from the table that rule `synthesise` wrote beside its folder of audio.

    Raises UserError when the table is missing.
    """
    table = folder.parent / TABLE
    if not table.is_file():
        raise UserError(
            "the synthetic corpus has no table of planted settings", str(table), "run rule synthesise first"
        )
    with table.open(newline="", encoding="utf-8") as file:
        return [
            Clip(
                clip_id=f"{name}/{Path(row['file']).stem}",
                path=str(folder / row["file"]),
                speaker=row["speaker"],
                sex=row["sex"],
                emotion=row["emotion"],
                label=row["emotion"],
                domain=row["domain"],
                language=LANGUAGE,
                intensity=row["intensity"],
                statement=row["statement"],
                repetition=int(row["repetition"]),
                melody=row["melody"],
            )
            for row in csv.DictReader(file)
        ]


def corpus(domain: str) -> Corpus:
    """The synthetic corpus of one domain; speakers of the same number are the same voice in both."""
    name = f"synthetic-{domain}"

    def found(folder: Path, options: Mapping[str, Any]) -> list[Clip]:
        return find_clips(name, folder)

    def sources(folder: Path, options: Mapping[str, Any]) -> list[Path]:
        return [folder.parent / TABLE, *sorted(folder.glob("*.flac"))]

    return Corpus(
        name=name,
        domain=domain,
        language=LANGUAGE,
        emotions=EMOTIONS,
        layout=f"made by rule synthesise: a folder of FLAC files with {TABLE} beside it",
        find_clips=found,
        pool="synthetic",
        options={
            "strength": Option(
                float, 1.0, "factor of all planted settings; 0: emotion changes nothing", low=0.0, high=STRONGEST
            ),
            "speakers": Option(int, 6, "number of speakers, male and female in turn", low=1, high=MOST_SPEAKERS),
        },
        synthetic=True,
        citation="juslin2003",
        sources=sources,
    )
