"""Vectors made elsewhere: read from the user's files, fitted to a manifest.

The forms of a file (one for each dataset, all layers of a model in it):

    NAME.parquet   a text column `clip_id`, perhaps `audio_hash`, and
                   - for each layer a column `layer_<name>` of lists of equal length, or
                   - for one layer a column `vector` of such lists, or
                   - for one layer the numbers themselves, each in a column of its own (none called start, seconds
                     and the like); the log and the layer's metadata name them
    NAME.npy       an array (clips, numbers), or (clips, layers, numbers) in the order of the entry's `layers`;
                   beside it NAME.clips.csv, whose column `clip_id` (perhaps `audio_hash` too) names the rows in order

Numbers are floats of 16, 32 or 64 bits and are stored with 32. `clip_id` and `audio_hash` are those of the manifest.

This file imports nothing heavy: the config check uses it.
"""

from pathlib import Path

GIVEN = "given"  # the pooling of these vectors: whatever was done with the frames was done elsewhere
PARQUET, NPY = ".parquet", ".npy"


def clips_file(path: Path) -> Path:
    """The table that names the rows of an array: NAME.clips.csv of NAME.npy."""
    return path.with_suffix(".clips.csv")


def files_of(path: str) -> list[Path]:
    """The files that hold one dataset's vectors."""
    place = Path(path)
    return [place, clips_file(place)] if place.suffix == NPY else [place]
