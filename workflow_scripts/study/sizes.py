"""How large the datasets of a study are: by their manifests where there are any, else by what their corpora state."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from workflow_scripts import corpora
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.plan import Plan

COLUMNS = {"emotion", "prepared_seconds", "sex", "speaker"}  # that are looked at here


def size_of(plan: Plan, dataset: str, results: Path, emotions: Sequence[str] | None = None) -> tuple[int, float] | None:
    """(clips, seconds of audio) of a dataset; None where only its files know.

    Args:
        emotions: count only clips of these. What a corpus states is shared out evenly among all that it has.
    """
    corpus, crop = plan.corpus(dataset), plan.datasets[dataset].crop
    if (path := _manifest(plan, dataset, results)) is not None:
        clips, seconds = _sums(*path, None if emotions is None else tuple(emotions))
        if clips:
            return clips, seconds
    if corpus.size is None:
        return None
    clips, minutes = corpus.size
    if emotions is not None and corpus.emotions:
        share = len(set(emotions) & set(corpus.emotions)) / len(corpus.emotions)
        clips, minutes = round(clips * share), minutes * share
    return clips, clips * crop if crop else minutes * 60


def listed(plan: Plan, dataset: str, results: Path, emotions: Sequence[str] | None = None) -> list[float]:
    """Seconds of each clip by the manifest; [] where there is none, or one of another study."""
    path = _manifest(plan, dataset, results)
    if path is None:
        return []
    rows = _read(*path)[1]
    own = rows if emotions is None else rows[rows["emotion"].isin(emotions)]
    return [float(seconds) for seconds in own["prepared_seconds"]]


def fold_count(plan: Plan, dataset: str, results: Path) -> int:
    """Folds of `strict` that hold clips of a dataset; where nobody states its speakers yet, the most that may be."""
    known = corpora.speakers_of(plan.corpus(dataset), plan.options(dataset))
    path = _manifest(plan, dataset, results)
    if path is None:
        # as `deal_speakers` deals a pool of both sexes; its import would slow down every dry run
        return min(plan.study.folds.strict, len(known) // 2) if known and len(known) >= 6 else plan.study.folds.strict
    from workflow_scripts.materials.folds import deal_speakers

    present = _speakers(*path)
    fold_of = deal_speakers(known or present, plan.study.folds.strict)
    return len({fold_of[speaker] for speaker in present if speaker in fold_of})


def _manifest(plan: Plan, dataset: str, results: Path) -> tuple[Path, int] | None:
    """The manifest of a dataset and when it was changed; None where there is none, one of another study, or
    one that is damaged."""
    path = results / "corpora" / dataset / "manifest.parquet"
    try:
        found = path, path.stat().st_mtime_ns
        made, rows = _read(*found)
    except (OSError, ValueError, UserError):  # a damaged one is for the jobs that need it to tell of
        return None
    if not set(rows.columns) >= COLUMNS:
        return None
    same = made.get("corpus") == plan.datasets[dataset].corpus and made.get("crop") == plan.datasets[dataset].crop
    return found if same else None


@lru_cache
def _sums(path: Path, changed: int, emotions: tuple[str, ...] | None) -> tuple[int, float]:
    """Clips and seconds of a manifest, or of its clips of some emotions, summed once for all jobs."""
    rows = _read(path, changed)[1]
    own = rows if emotions is None else rows[rows["emotion"].isin(emotions)]
    return len(own), float(own["prepared_seconds"].sum())


@lru_cache
def _speakers(path: Path, changed: int) -> dict[str, str]:
    """{speaker: sex} of a manifest."""
    rows = _read(path, changed)[1]
    return dict(zip(rows["speaker"], rows["sex"], strict=True))


@lru_cache
def _read(path: Path, changed: int) -> tuple[dict[str, Any], Any]:
    """Metadata and rows of a manifest, read once for all jobs as long as it does not change."""
    from workflow_scripts.study import tables  # here: only a plan with results needs to read tables

    return tables.about(path), tables.read(path)
