"""The manifest of a dataset: one row per clip that can be used, and the list of those that cannot."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from workflow_scripts.corpora import EMOTIONS, Clip, nearest
from workflow_scripts.materials.audio import BadAudio, audio_hash, decode
from workflow_scripts.materials.preparation import prepare
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.parallel import in_threads
from workflow_scripts.study.schemas import TABLES

log = logging.getLogger(__name__)

COLUMNS = [*TABLES["manifest"]]
SET_ASIDE_COLUMNS = [*TABLES["set_aside"]]


@dataclass(frozen=True)
class Heard:
    """A clip with the facts of its audio and its remarks as columns of the manifest, or with its fault."""

    clip: Clip
    facts: dict[str, Any]

    @property
    def fault(self) -> str:
        return self.clip.fault


def assemble(
    corpus: str,
    pool: str,
    clips: Sequence[Clip],
    level: str,
    crop: float | None,
    own_emotions: Iterable[str] = (),
    on_bad_clips: str = "stop",
    threads: int = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Open every clip once and return (manifest, set aside), rows in the order of clip ids.

    Copies of a recording under one id (nested folders of a mirror) are counted once, with a remark.

    Raises UserError when two different recordings share an id; when clips are bad and `on_bad_clips` is
    "stop" (all of them in one message); when no usable clip is left.
    """
    checked = [_check_words(clip, set(EMOTIONS) | set(own_emotions)) for clip in clips]
    heard = hear(checked, level, crop, threads)
    kept = count_copies_once(heard)
    bad = [one for one in kept if one.fault]
    if bad and on_bad_clips == "stop":
        raise UserError(
            f"{len(bad)} of {len(kept)} clips cannot be used:\n{faults_in_words(bad)}",
            f"corpus {corpus}",
            "mend or remove these files, or set `bad_clips: set-aside` in the config to go on without them",
        )
    good = [one for one in kept if not one.fault]
    if not good:
        raise UserError(f"no usable clip is left:\n{faults_in_words(bad)}", f"corpus {corpus}")
    aside = [{"clip_id": one.clip.clip_id, "path": one.clip.path, "reason": one.fault} for one in bad]
    manifest = _table(good).assign(corpus=corpus, pool=pool)
    own = [name for name in manifest if name not in COLUMNS]
    manifest = manifest[[*COLUMNS, *own]].sort_values("clip_id", ignore_index=True)
    set_aside = pd.DataFrame(aside, columns=SET_ASIDE_COLUMNS, dtype=object)
    return manifest, set_aside.sort_values(["clip_id", "path"], ignore_index=True)


def _table(heard: Sequence[Heard]) -> pd.DataFrame:
    """What is known of clips without a fault, column by column: a dict for each would be most of the memory."""
    words = [name for name in vars(heard[0].clip) if name not in ("fault", "remark", "own")]
    own = dict.fromkeys(name for one in heard for name in one.clip.own)
    return pd.DataFrame(
        {name: [getattr(one.clip, name) for one in heard] for name in words}
        | {name: [one.facts[name] for one in heard] for name in heard[0].facts}
        | {name: [one.clip.own.get(name, np.nan) for one in heard] for name in own}
    )


def _check_words(clip: Clip, emotions: set[str]) -> Clip:
    """The clip, with a fault where its emotion is none that the study knows."""
    if clip.fault or clip.emotion in emotions:
        return clip
    near = nearest(clip.emotion, sorted(emotions))
    hint = f"; did you mean {near!r}?" if near else ""
    fault = (
        f"unknown emotion {clip.emotion!r}{hint} (map it by the corpus's option `labels`, "
        "or list it in the study's `emotions`)"
    )
    return replace(clip, fault=fault)


def hear(clips: Sequence[Clip], level: str, crop: float | None, threads: int) -> list[Heard]:
    """Decode and measure every clip without a fault, in parallel; the order stays."""
    results = in_threads(lambda clip: _hear(clip, level, crop), clips, threads)
    return list(tqdm(results, total=len(clips), desc="recordings", unit="clip", mininterval=5))


def _hear(clip: Clip, level: str, crop: float | None) -> Heard:
    if clip.fault:
        return Heard(clip, {})
    try:
        recording = decode(clip.path)
        prepared = prepare(recording, level, crop)
    except BadAudio as error:
        return Heard(replace(clip, fault=str(error)), {})
    facts = {
        **vars(prepared),
        "audio_hash": audio_hash(recording),
        "seconds": recording.seconds,
        "sample_rate": recording.rate,
        "channels": recording.channels,
        "remarks": clip.remark,
    }
    return Heard(clip, facts)


def count_copies_once(heard: Sequence[Heard]) -> list[Heard]:
    """One entry per clip id: the first of equal copies, with a remark that names the others.

    A copy that cannot be read beside a good one stays in the list as a bad clip. Raises UserError when an id
    stands for different recordings, or for one recording with different labels: no policy can say which is
    meant.
    """
    by_id: dict[str, list[Heard]] = defaultdict(list)
    kept: list[Heard] = []
    for one in heard:
        if one.fault:
            kept.append(one)
        else:
            by_id[one.clip.clip_id].append(one)
    clashes = []
    copies = 0
    for clip_id, group in by_id.items():
        first = group[0]
        if any(_identity(one) != _identity(first) for one in group[1:]):
            clashes.append(f"  {clip_id}: {', '.join(one.clip.path for one in group)}")
        others = [one.clip.path for one in group[1:]]
        copies += len(others)
        if others:
            note = f"{len(others)} more copies of this recording, counted once: {', '.join(others)}"
            remarks = "; ".join(part for part in (first.facts["remarks"], note) if part)
            first = Heard(first.clip, first.facts | {"remarks": remarks})
        kept.append(first)
    if clashes:
        raise UserError(
            f"{len(clashes)} clip ids stand for different recordings or labels:\n" + "\n".join(clashes),
            remedy="keep one recording under each name",
        )
    if copies:
        log.warning("%d files are copies of clips that are there already; each clip is counted once", copies)
    return kept


def _identity(one: Heard) -> tuple[Any, ...]:
    described = {key: value for key, value in vars(one.clip).items() if key not in ("path", "remark")}
    return (one.facts["audio_hash"], *described.values())


def faults_in_words(bad: Sequence[Heard]) -> str:
    """Bad clips grouped by reason, each named with its file."""
    groups: dict[str, list[str]] = defaultdict(list)
    for one in bad:
        groups[one.fault].append(f"    {one.clip.clip_id} ({one.clip.path})")
    return "\n".join("\n".join([f"  {reason}: {len(clips)}", *clips]) for reason, clips in groups.items())


def in_words(manifest: pd.DataFrame) -> str:
    """One line on a manifest: clips, speakers, emotions, length."""
    emotions = Counter(manifest["emotion"])
    counts = ", ".join(f"{word} {number}" for word, number in sorted(emotions.items()))
    minutes = manifest["prepared_seconds"].sum() / 60
    return f"{len(manifest)} clips of {manifest['speaker'].nunique()} speakers, {minutes:.1f} min: {counts}"
