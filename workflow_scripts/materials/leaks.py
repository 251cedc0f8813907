"""What lies on both sides of a split: speakers, twin recordings, equal audio."""

from collections.abc import Callable, Hashable, Sequence

import pandas as pd

from workflow_scripts.materials.folds import parts, parts_between
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.schemas import TABLES

COLUMNS = [*TABLES["leaks"]]
EXAMPLES = 5
Key = Callable[[pd.DataFrame], "pd.Series[Hashable]"]


def _speakers(manifest: pd.DataFrame) -> pd.Series:
    """Speakers are the same person only within one pool."""
    return manifest["pool"] + "/" + manifest["speaker"]


def _twins(manifest: pd.DataFrame) -> pd.Series:
    """One key per content; NaN where the statement is not known."""
    columns = [_speakers(manifest), manifest["statement"], manifest["emotion"], manifest["intensity"]]
    keys = pd.Series(list(zip(*columns, strict=True)), index=manifest.index, dtype=object)
    return keys.where(manifest["statement"] != "")


def _audio(manifest: pd.DataFrame) -> pd.Series:
    return manifest["audio_hash"]


KINDS: dict[str, Key] = {"speakers": _speakers, "twins": _twins, "equal audio": _audio}


def within(dataset: str, protocol: str, manifest: pd.DataFrame, folds: pd.DataFrame) -> pd.DataFrame:
    """Leaks of every fold of one dataset: one row per repeat, fold and kind, zeros included.

    `manifest` needs clip_id, pool, speaker, statement, emotion, intensity, audio_hash; `folds` clip_id, repeat, fold.
    """
    clips = manifest.set_index("clip_id", drop=False)
    rows = []
    for repeat, fold, train, test in parts(folds):
        names = (dataset, dataset, protocol, repeat, fold)
        rows += _count(names, clips.loc[train], clips.loc[test])
    return pd.DataFrame(rows, columns=COLUMNS)


def between(
    source: str,
    target: str,
    protocol: str,
    manifests: tuple[pd.DataFrame, pd.DataFrame],
    folds: tuple[pd.DataFrame, pd.DataFrame],
) -> pd.DataFrame:
    """Leaks of what the cross-domain probe trains on in `source` and is tested on in `target`, fold by fold."""
    clips = [manifest.set_index("clip_id", drop=False) for manifest in manifests]
    shared = bool(set(manifests[0]["pool"]) & set(manifests[1]["pool"]))
    rows = []
    for repeat, fold, train, test in parts_between(protocol, *folds, shared=shared):
        rows += _count((source, target, protocol, repeat, fold), clips[0].loc[train], clips[1].loc[test])
    return pd.DataFrame(rows, columns=COLUMNS)


def _count(
    names: tuple[str, str, str, int, int], train: pd.DataFrame, test: pd.DataFrame
) -> list[tuple[str | int, ...]]:
    """One row per kind for one split."""
    rows: list[tuple[str | int, ...]] = []
    for kind, key in KINDS.items():
        asked = key(test).dropna()
        shared = asked[asked.isin(set(key(train).dropna()))]
        if kind == "speakers":
            found, of = sorted(set(shared)), asked.nunique()
        else:
            found, of = sorted(test.loc[shared.index, "clip_id"]), len(asked)
        rows.append((*names, kind, len(found), of, len(train), len(test), ", ".join(found[:EXAMPLES])))
    return rows


def refuse(leaks: pd.DataFrame, protocols: Sequence[str] = ("strict",)) -> None:
    """Raise UserError naming what is shared when a protocol that must not leak does."""
    found = leaks[leaks["protocol"].isin(protocols) & (leaks["count"] > 0)]
    if found.empty:
        return
    lines = [
        f"  trained on {row.source}, tested on {row.target}, fold {row.fold}: {row.kind} on both sides: "
        f"{row.count} of {row.of} ({row.examples})"
        for row in found.drop(columns="count").assign(count=found["count"]).itertuples(index=False)
    ]
    raise UserError(
        f"protocol strict holds speakers out, yet {len(found)} leaks were found:\n" + "\n".join(lines),
        remedy="remove equal recordings; give datasets of the same speakers one `pool` and the same `sexes`",
    )


def in_words(leaks: pd.DataFrame) -> str:
    """One line: the mean share of test clips or speakers that leak, by kind."""
    totals = leaks.groupby("kind", sort=False)[["count", "of"]].sum()
    return ", ".join(f"{kind} {row['count']} of {row['of']}" for kind, row in totals.iterrows())
