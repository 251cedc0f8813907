"""What a pair of datasets has to compare: clips of every emotion by speaker, and which emotions can be compared."""

from collections.abc import Iterable, Sequence

import pandas as pd

from workflow_scripts.distances.design import FEWEST_SPEAKERS
from workflow_scripts.study.errors import UserError


def people_of(manifest: pd.DataFrame) -> "pd.Series[str]":
    """Who speaks in each clip, by a name that tells people apart across pools."""
    return manifest["pool"].astype(str) + "/" + manifest["speaker"].astype(str)


def groups(clips: pd.DataFrame) -> pd.DataFrame:
    """One row per dataset, emotion and speaker: clips, clips of normal intensity, whether the other dataset has any.

    Args:
        clips: of both datasets: dataset, emotion, person, intensity, clip_id.
    """
    counts = clips.assign(weak=clips["intensity"] != "strong").groupby(["dataset", "emotion", "person"], sort=True)
    found = counts.agg(n_clips=("clip_id", "size"), n_normal=("weak", "sum")).reset_index()
    return found.assign(shared=found.groupby(["emotion", "person"])["dataset"].transform("nunique") == 2)


def common(table: pd.DataFrame) -> list[str]:
    """Emotions that both datasets of a table of `groups` have, by name."""
    datasets = table.groupby("emotion")["dataset"].nunique()
    return [str(emotion) for emotion in datasets.index[datasets == 2]]


def comparable(table: pd.DataFrame, emotion: str, pair: Sequence[str]) -> str:
    """Why an emotion cannot be compared between the datasets of a pair; empty where it can."""
    for dataset in pair:
        rows = table[(table["dataset"] == dataset) & (table["emotion"] == emotion)]
        clips, speakers = int(rows["n_clips"].sum()), len(rows)
        if speakers < FEWEST_SPEAKERS:
            return f"{dataset} has {_counted(clips, 'clip')} of {emotion} from {_counted(speakers, 'speaker')}"
    sides = table.groupby("person")["dataset"].nunique()
    both = int(table.loc[(table["emotion"] == emotion) & table["shared"], "person"].nunique())
    if (sides == 2).sum() >= FEWEST_SPEAKERS > both:
        return f"{_counted(both, 'speaker')} of {emotion} in {pair[0]} and {pair[1]} alike, who share speakers"
    return ""


def refuse_incomparable(table: pd.DataFrame, emotions: Iterable[str], pair: Sequence[str], place: str) -> None:
    """Raise UserError, all at once, for emotions of the study that cannot be compared, and where fewer than two are."""
    wanted = list(emotions) or common(table)
    faults = [fault for emotion in wanted if (fault := comparable(table, emotion, pair))]
    if len(wanted) < 2:
        have = f"emotions that both {pair[0]} and {pair[1]} have: {', '.join(wanted) or 'none'}"
        raise UserError(f"{have}; distances need two", place, "drop the pair, or add datasets that share emotions")
    if faults:
        needed = f"{FEWEST_SPEAKERS} speakers with the emotion are needed in each dataset"
        left = len(wanted) - len(faults)
        leave = "leave these emotions out of `emotions` in the config, or drop the pair"
        raise UserError(
            f"emotions that cannot be compared: {'; '.join(faults)}", place,
            f"{needed}: {leave if left > 1 else 'bring recordings of more speakers, or drop the pair'}",
        )  # fmt: skip


def _counted(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"
