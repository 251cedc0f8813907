"""Files that were damaged after they were made, and files put in the place of others."""

import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from faults_judge import Case
from faults_study import NETWORK, STAGE
from project import Project

TESTED = f"transfer/song_to_speech/{NETWORK}/lora/source-only/strict/seed_1/predictions.parquet"
OF_STAGE = STAGE.removeprefix("results/")
LAYER, OTHER_LAYER = (f"embeddings/speech/{NETWORK}/layer_{number}.parquet" for number in (1, 0))
SCORES = f"probing/speech/{NETWORK}/layer_1/scores.parquet"
# {file below results: a result that is made from it}, in sets of which no result waits for another
READ_BY = [
    {
        LAYER: SCORES,
        "acoustics/speech/eGeMAPSv02.parquet": "probing/speech/eGeMAPSv02/layer_functionals/scores.parquet",
        f"probing/song/{NETWORK}/layer_1/predictions.parquet": "probing/song/layers.parquet",
        f"{OF_STAGE}/checkpoint.json": TESTED,
    },
    {
        f"embeddings/speech/{NETWORK}/frame_statistics.safetensors": (
            f"distances/speech_and_song/{NETWORK}/layer_1/distances.parquet"
        ),
        f"{OF_STAGE}/fold_-1/adapter_model.safetensors": TESTED,
    },
    {f"figures/speech/layer_curves.{kind}": "report.html" for kind in ("csv", "svg")}
    | {"distances/ranking.parquet": "report.html"},
    {
        "corpora/speech/manifest.parquet": "corpora/speech/confounds.parquet",
        "corpora/speech/folds_strict.parquet": SCORES,  # reads the manifest too, and its message names both
    },
]
SEED = 11


def _cut(content: bytes, draw: random.Random) -> bytes:
    return content[: len(content) // 2]


def _emptied(content: bytes, draw: random.Random) -> bytes:
    return b""


def _flipped(first: float, last: float) -> Callable[[bytes, random.Random], bytes]:
    """One bit of the stretch between two shares of the file."""

    def flip(content: bytes, draw: random.Random) -> bytes:
        at = draw.randrange(int(first * len(content)), max(1, int(last * len(content))))
        return content[:at] + bytes([content[at] ^ (1 << draw.randrange(8))]) + content[at + 1 :]

    return flip


DAMAGES = {
    "cut in half": _cut,
    "emptied": _emptied,
    "a bit at the start": _flipped(0.0, 0.02),
    "a bit in the middle": _flipped(0.2, 0.6),
    "a bit at the end": _flipped(0.95, 1.0),
}


def put(path: Path, content: bytes) -> None:
    """Change a file as a failing disk does: its date stays."""
    state = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def damages() -> Iterator[Case]:
    """Damaged files and what reads them made again; after one damage of each the file is mended."""
    for what in DAMAGES:
        for read_by in READ_BY if what in ("cut in half", "a bit in the middle") else READ_BY[:1]:
            yield damaged(read_by, what, mended=what == "cut in half")


def damaged(read_by: Mapping[str, str], what: str, mended: bool) -> Case:
    """Files damaged in one way, and the results that are made from them asked for, each whatever becomes of others."""

    def disturb(project: Project) -> None:
        for file, result in read_by.items():
            path = project.folder / "results" / file
            put(path, DAMAGES[what](path.read_bytes(), random.Random(f"{SEED} {file} {what}")))
            (project.folder / "results" / result).unlink(missing_ok=True)

    def remedy(project: Project) -> None:
        for path in (project.folder / "results" / file for file in read_by):
            # of a checkpoint the message says: the folder
            shutil.rmtree(project.folder / STAGE) if OF_STAGE in str(path) else path.unlink()

    return Case(
        f"a file of results/: {what}",
        ", ".join(read_by),
        disturb,
        (*sorted({f"results/{result}" for result in read_by.values()}), "--keep-going"),
        damaged=tuple(read_by),
        said=tuple(read_by),
        remedy=remedy if mended else None,
        tries=len(read_by),
    )


def replaced() -> Iterator[Case]:
    """Valid files in the place of others."""

    def by(other: str, keep_date: bool) -> Callable[[Project], None]:
        def disturb(project: Project) -> None:
            path = project.folder / "results" / LAYER
            content = (project.folder / "results" / other).read_bytes()
            put(path, content) if keep_date else path.write_bytes(content)
            (project.folder / "results" / SCORES).unlink()

        return disturb

    def remedy(project: Project) -> None:
        (project.folder / "results" / LAYER).unlink()

    for other, words in ((OTHER_LAYER, "another layer"), (LAYER.replace("speech", "song"), "another dataset")):
        for keep_date in (True, False):
            yield Case(
                "a layer file replaced by another valid one",
                f"{words}, date {'kept' if keep_date else 'new'}",
                by(other, keep_date),
                (f"results/{SCORES}",),
                damaged=(LAYER,),
                said=(LAYER,),
                remedy=remedy if (other, keep_date) == (OTHER_LAYER, True) else None,
            )
