"""A dataset examined by its manifest and its folds: what is there, and what each protocol can do with it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from workflow_scripts.materials import leaks
from workflow_scripts.materials.folds import parts
from workflow_scripts.statistics.permutation import flips_note, smallest_flip_p, smallest_p
from workflow_scripts.statistics.scores import FLIPS
from workflow_scripts.study.errors import UserError

Split = Callable[[], tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]]

MEASURES = {
    "duration (s)": "seconds",
    "level (dBFS)": "level_db",
    "active share": "active_fraction",
    "silence before (s)": "onset",
}


@dataclass(frozen=True)
class ProtocolExamination:
    """What one protocol can do with a dataset.

    Attributes:
        planned: the study uses it.
        refused: why it cannot be used at all; then nothing else is known.
        speakers, clips: that its folds use.
        repeats, folds: draws, and folds of each.
        tested, tested_speakers: clips and speakers in a test part, fewest and most.
        left_out: {reason: clips} that its folds cannot use.
        absent: (fold, emotions that it does not test); of the first draw.
        leaking: (kind, found, of) summed over folds.
        leak_fault: why these leaks are refused; "" where they are by design, or none.
        one_trains: some fold trains on one speaker only.
        p_permutation, p_speakers: smallest p over clips (permutations within speaker), over speakers (sign flips).
        note: that no comparison over speakers can be significant; "" where one can.
    """

    protocol: str
    planned: bool
    refused: str = ""
    speakers: int = 0
    clips: int = 0
    repeats: int = 0
    folds: int = 0
    tested: tuple[int, int] = (0, 0)
    tested_speakers: tuple[int, int] = (0, 0)
    left_out: Mapping[str, int] = field(default_factory=dict)
    absent: Sequence[tuple[int, Sequence[str]]] = ()
    leaking: Sequence[tuple[str, int, int]] = ()
    leak_fault: str = ""
    one_trains: bool = False
    p_permutation: float = float("nan")
    p_speakers: float = float("nan")
    note: str = ""


@dataclass(frozen=True)
class DatasetExamination:
    """What is there.

    Attributes:
        found: recordings found; set_aside: {reason: clip ids} that cannot be used.
        sexes: {sex: speakers}, "" for not known.
        counts: clips, speakers by emotions, in the order of the study's emotions, then others.
        outside: emotions that clips have and the study does not ask for; unheard: the other way round.
        measures: MEASURES by emotion and `all`: median, least, most, columns (measure, statistic).
        formats: {(Hz, channels): clips}.
        remarks: clips with remarks, such as copies counted once: {clip id: remark}.
        twins: clips that have a twin (equal speaker, statement, emotion, intensity), of those whose statement is known.
        equal: groups of clip ids with equal audio.
    """

    found: int
    set_aside: Mapping[str, Sequence[str]]
    sexes: Mapping[str, int]
    counts: pd.DataFrame
    outside: Sequence[str]
    unheard: Sequence[str]
    measures: pd.DataFrame
    formats: Mapping[tuple[int, int], int]
    remarks: Mapping[str, str]
    twins: tuple[int, int]
    equal: Sequence[Sequence[str]]


def examine(manifest: pd.DataFrame, set_aside: pd.DataFrame, emotions: Sequence[str]) -> DatasetExamination:
    """Examine a manifest and the table of clips set aside; `emotions` are the study's, empty where it takes all."""
    present = sorted(manifest["emotion"].unique())
    wanted = list(emotions) or present
    order = [word for word in wanted if word in present] + [word for word in present if word not in wanted]
    equal = manifest.groupby(leaks.KINDS["equal audio"](manifest))["clip_id"].agg(list)
    contents = leaks.KINDS["twins"](manifest).dropna()
    remarks = manifest.loc[manifest["remarks"] != "", ["clip_id", "remarks"]]
    return DatasetExamination(
        found=len(manifest) + len(set_aside),
        set_aside=set_aside.groupby("reason", sort=False)["clip_id"].agg(list).to_dict(),
        sexes=manifest.groupby("speaker")["sex"].first().value_counts().to_dict(),
        counts=pd.crosstab(manifest["speaker"], manifest["emotion"])[order],
        outside=[word for word in present if word not in wanted],
        unheard=[word for word in wanted if word not in present],
        measures=_measures(manifest, order),
        formats=manifest.groupby(["sample_rate", "channels"]).size().to_dict(),
        remarks=dict(zip(remarks["clip_id"], remarks["remarks"], strict=True)),
        twins=(int(contents.duplicated(keep=False).sum()), len(contents)),
        equal=[group for group in equal if len(group) > 1],
    )


def examine_protocol(
    dataset: str, protocol: str, split: Split, *, planned: bool, permutations: int
) -> ProtocolExamination:
    """Examine what a protocol makes of a dataset.

    Args:
        split: gives the clips that its folds use, the folds, and {clip_id: reason} of the others, or raises UserError.
        planned: the study uses it.
        permutations: draws of the study's tests.
    """
    try:
        clips, folds, left_out = split()
    except UserError as error:
        return ProtocolExamination(protocol, planned, refused=str(error))
    by_id = clips.set_index("clip_id")
    sides = [(repeat, fold, by_id.loc[train], by_id.loc[test]) for repeat, fold, train, test in parts(folds)]
    emotions = sorted(clips["emotion"].unique())
    missing = [
        (fold, [word for word in emotions if word not in set(test["emotion"])])
        for repeat, fold, _, test in sides
        if repeat == sides[0][0]
    ]
    found = leaks.within(dataset, protocol, clips, folds)
    totals = found.groupby("kind", sort=False)[["count", "of"]].sum()
    counts = pd.crosstab(clips["speaker"], clips["emotion"]).to_numpy()
    speakers = len(counts)
    return ProtocolExamination(
        protocol,
        planned,
        speakers=speakers,
        clips=len(clips),
        repeats=folds["repeat"].nunique(),
        folds=sum(repeat == sides[0][0] for repeat, *_ in sides),
        tested=_range(len(test) for *_, test in sides),
        tested_speakers=_range(test["speaker"].nunique() for *_, test in sides),
        left_out=dict(Counter(left_out.values())),
        absent=[(fold, words) for fold, words in missing if words],
        leaking=[(str(kind), int(row["count"]), int(row["of"])) for kind, row in totals.iterrows()],
        leak_fault=_refused(found),
        one_trains=any(train["speaker"].nunique() < 2 for _, _, train, _ in sides),
        p_permutation=smallest_p(counts[:, :, None], permutations),
        p_speakers=smallest_flip_p(speakers, FLIPS),
        note=flips_note(speakers, FLIPS),
    )


def faults(
    seen: DatasetExamination,
    protocols: Sequence[ProtocolExamination],
    *,
    own_emotions: Sequence[str],
    stops: bool,
    chooses: bool,
) -> tuple[list[str], list[str]]:
    """(why the study cannot use the dataset, what else a reader should know), in words.

    Args:
        own_emotions: words of the study that are none of the common ones; a study that stops needs clips of each.
        stops: the study stops at clips that cannot be used (`bad_clips: stop`).
        chooses: the study chooses C on held-out training speakers (probe `logistic`).
    """
    wrong: list[str] = []
    told: list[str] = []
    aside = sum(map(len, seen.set_aside.values()))
    if aside:
        (wrong if stops else told).append(f"{aside} of {seen.found} recordings cannot be used")
    if seen.unheard:
        needed = stops and bool(set(own_emotions) & set(seen.unheard))
        (wrong if needed else told).append(f"no clip has the emotion {', '.join(seen.unheard)} of the study")
    if len(seen.counts.columns) - len(seen.outside) < 2:
        wrong.append("fewer than two emotions of the study are there, so none can be told from another")
    if seen.equal:
        told.append(f"{sum(map(len, seen.equal))} clips have the audio of another clip")
    asked = seen.counts.drop(columns=list(seen.outside))
    gaps = int((asked == 0).to_numpy().sum())
    if gaps:
        told.append(f"{gaps} of {asked.size} pairs of speaker and emotion have no clip")
    if len(seen.formats) > 1:
        told.append(f"recordings are of {len(seen.formats)} formats, which may tell emotions or speakers apart")
    for one in protocols:
        if not one.planned:
            continue
        if one.refused:
            wrong.append(f"{one.protocol}: {one.refused}")
            continue
        if one.leak_fault:
            wrong.append(f"{one.protocol}: {one.leak_fault}")
        if one.left_out:
            text = f"{one.protocol} cannot use {sum(one.left_out.values())} clips"
            (wrong if stops else told).append(text)
        if one.one_trains and chooses:
            wrong.append(f"{one.protocol}: a fold trains on one speaker only, so C cannot be chosen on another")
        if one.note and one.note not in told:
            told.append(one.note)
    return wrong, told


def _measures(manifest: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    values = manifest[[*MEASURES.values()]].set_axis([*MEASURES], axis=1)
    by_emotion = values.groupby(manifest["emotion"]).agg(["median", "min", "max"]).loc[list(order)]
    everything = values.groupby(lambda _: "all").agg(["median", "min", "max"])
    return pd.concat([everything, by_emotion])


def _range(numbers: Iterable[int]) -> tuple[int, int]:
    found = list(numbers)
    return min(found), max(found)


def _refused(found: pd.DataFrame) -> str:
    try:
        leaks.refuse(found)
    except UserError as error:
        return error.message
    return ""
