"""Putting together what shards of one dataset have embedded: every clip once, in the order of the manifest."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.study.errors import UserError

SHOWN = 5

# clip_id, audio_hash
Clip = tuple[str, str]


def turns(wanted: Sequence[Clip], shards: Sequence[Sequence[Clip]], place: str) -> npt.NDArray[np.intp]:
    """The shard that holds each wanted clip, counted from 0; every shard has its clips in the wanted order.

    Args:
        wanted: clips of the manifest, in its order.
        shards: clips of each shard, in its own order.
        place: what to name in an error.

    Raises:
        UserError: clips are missing, stand twice, are not in the manifest (under this name, with this audio), or
            stand in another order.
    """
    times, known = Counter(clip for shard in shards for clip in shard), set(wanted)
    wrong = {
        "missing": [clip for clip in wanted if clip not in times],
        "in several shards": [clip for clip, count in times.items() if count > 1],
        "not in the manifest": [clip for clip in times if clip not in known],
    }
    found = [f"{words}: {_named(clips)}" for words, clips in wrong.items() if clips]
    remedy = "delete the folder of the shards and run snakemake again"
    if found:
        raise UserError(f"the shards do not hold every clip once; {'; '.join(found)}", place, remedy)
    shard_of = {clip: shard for shard, clips in enumerate(shards) for clip in clips}
    found_in = np.array([shard_of[clip] for clip in wanted], np.intp)
    own: list[list[Clip]] = [[] for _ in shards]
    for clip, shard in zip(wanted, found_in, strict=True):
        own[shard].append(clip)
    if own != [list(clips) for clips in shards]:
        raise UserError("the shards hold their clips in another order than the manifest", place, remedy)
    return found_in


def _named(clips: Sequence[Clip]) -> str:
    more = f" and {len(clips) - SHOWN} more" if len(clips) > SHOWN else ""
    return ", ".join(clip_id for clip_id, _ in clips[:SHOWN]) + more


def common(abouts: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """What all shards say of themselves, the shard's own number aside, and the keys in which they differ.

    Of a key in which they differ (the device, say) every distinct value is kept, as a list. Where studies share shards
    each has another `shared_object`, which is no difference.
    """
    merged: dict[str, Any] = {}
    differing = []
    for key in abouts[0]:
        values = [about.get(key) for about in abouts]
        if key == "shard":
            continue
        distinct = [value for i, value in enumerate(values) if value not in values[:i]]
        merged[key] = distinct[0] if len(distinct) == 1 else distinct
        differing += [key] if len(distinct) > 1 and key != "shared_object" else []
    return merged, differing
