"""Files that were damaged after they were made, and files put in the place of others."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from faults_judge import Case
from faults_study import NETWORK, STAGE
from project import Project

TESTED = f"transfer/song_to_speech/{NETWORK}/lora/source-only/strict/seed_1/predictions.parquet"
OF_STAGE = STAGE.removeprefix("results/")
# {file below results: a result that is made from it}
READ_BY = {
    "corpora/speech/manifest.parquet": "corpora/speech/confounds.parquet",
    "corpora/speech/folds_strict.parquet": f"probing/speech/{NETWORK}/layer_1/scores.parquet",
    f"embeddings/speech/{NETWORK}/layer_1.parquet": f"probing/speech/{NETWORK}/layer_1/scores.parquet",
    f"embeddings/speech/{NETWORK}/frame_statistics.safetensors": (
        f"distances/speech_and_song/{NETWORK}/layer_1/distances.parquet"
    ),
    "acoustics/speech/eGeMAPSv02.parquet": "probing/speech/eGeMAPSv02/layer_functionals/scores.parquet",
    f"probing/speech/{NETWORK}/layer_1/predictions.parquet": "probing/speech/layers.parquet",
    f"{OF_STAGE}/checkpoint.json": TESTED,
    f"{OF_STAGE}/fold_-1/adapter_model.safetensors": TESTED,
    "figures/speech/layer_curves.csv": "report.html",
    "figures/speech/layer_curves.svg": "report.html",
    "distances/ranking.parquet": "report.html",
}
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
    """Every damage to every kind of file, and what reads it made again; the last damage of each is also mended."""
    for file, result in READ_BY.items():
        for what, change in DAMAGES.items():

            def disturb(project: Project, file=file, result=result, what=what, change=change) -> None:  # type: ignore[no-untyped-def]
                path = project.folder / "results" / file
                put(path, change(path.read_bytes(), random.Random(f"{SEED} {file} {what}")))
                (project.folder / "results" / result).unlink()

            def remedy(project: Project, file=file) -> None:  # type: ignore[no-untyped-def]
                path = project.folder / "results" / file
                if OF_STAGE in file:  # of a checkpoint the message says: the folder
                    shutil.rmtree(project.folder / STAGE)
                else:
                    path.unlink()

            kind = "parquet" if file.endswith("parquet") else Path(file).suffix[1:]
            yield Case(
                f"a damaged file ({kind}, {what})",
                f"{file}: {what}",
                disturb,
                (f"results/{result}",),
                damaged=(file,),
                said=Path(file).name,
                remedy=remedy if what == "cut in half" else None,
            )


def replaced() -> Iterator[Case]:
    """Valid files in the place of others."""
    layer, others = (f"embeddings/speech/{NETWORK}/layer_{number}.parquet" for number in (1, 0))
    scores = f"probing/speech/{NETWORK}/layer_1/scores.parquet"

    def by(other: str, keep_date: bool) -> Callable[[Project], None]:
        def disturb(project: Project) -> None:
            path = project.folder / "results" / layer
            content = (project.folder / "results" / other).read_bytes()
            put(path, content) if keep_date else path.write_bytes(content)
            (project.folder / "results" / scores).unlink()

        return disturb

    def remedy(project: Project) -> None:
        (project.folder / "results" / layer).unlink()

    for other, words in ((others, "another layer"), (layer.replace("speech", "song"), "another dataset")):
        for keep_date in (True, False):
            yield Case(
                "a layer file replaced by another valid one",
                f"{words}, date {'kept' if keep_date else 'new'}",
                by(other, keep_date),
                (f"results/{scores}",),
                damaged=(layer,),
                said="layer_1.parquet",
                remedy=remedy,
            )
