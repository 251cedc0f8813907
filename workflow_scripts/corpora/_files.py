"""Going through the audio files of a corpus whose file names carry everything."""

from collections.abc import Callable, Sequence
from pathlib import Path

from workflow_scripts.corpora import Clip, audio_files, by_hand, find
from workflow_scripts.study.errors import UserError


class MisnamedError(ValueError):
    """A file name that the corpus's scheme does not allow; the message says why."""


def named_clips(
    folder: Path,
    corpus: str,
    read_name: Callable[[Path], Clip | None],
    ignored: Sequence[str] = (),
) -> list[Clip]:
    """Clips of all audio files below `folder`, in the order of their names.

    `read_name` gives the clip of one file, None for a file of a sister corpus in the same folder, or raises
    MisnamedError: then the clip carries the fault. Files whose lower-case name stands in `ignored` are no
    clips. Raises UserError when the folder is missing or holds no file of the corpus.
    """
    remedy = by_hand(find(corpus), folder)
    if not folder.is_dir():
        raise UserError(f"the folder of the corpus {corpus} does not exist", str(folder), remedy)
    clips: list[Clip] = []
    readable = 0
    for path in audio_files(folder):
        if path.name.lower() in ignored:
            continue
        try:
            clip = read_name(path)
        except MisnamedError as error:
            clips.append(Clip(clip_id=f"{corpus}/{path.stem}", path=str(path), fault=f"misnamed: {error}"))
            continue
        if clip is not None:
            readable += 1
            clips.append(clip)
    if not readable:
        also = f" ({len(clips)} audio files with other names)" if clips else ""
        raise UserError(f"the folder holds no file of the corpus {corpus}{also}", str(folder), remedy)
    return sorted(clips, key=lambda clip: (clip.clip_id, len(clip.path), clip.path))


def missing_clips(clips: Sequence[Clip], expected: Sequence[str], folder: Path) -> list[Clip]:
    """A clip with a fault for every expected clip id that is not there."""
    present = {clip.clip_id for clip in clips}
    return [
        Clip(clip_id=clip_id, path=str(folder), fault=f"missing: no file {clip_id.split('/')[-1]}.wav or .flac")
        for clip_id in expected
        if clip_id not in present
    ]
