"""Distances of one layer between two datasets, what carries them, and what drives them."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workflow_scripts.corpora import EMOTIONS
from workflow_scripts.distances import frames
from workflow_scripts.distances.accounted import accounted
from workflow_scripts.distances.design import FEWEST_SPEAKERS
from workflow_scripts.distances.groups import common, comparable, groups, people_of, refuse_incomparable
from workflow_scripts.distances.layer import ALL, PUBLISHED, Layer, Settings
from workflow_scripts.distances.shifts import shifts
from workflow_scripts.embedding import frame_totals
from workflow_scripts.probing.files import FUNCTIONALS, vectors_of
from workflow_scripts.probing.inputs import F64, stacked, undefined
from workflow_scripts.statistics import scales
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.seeds import seed_of

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)
LOOK = "look at what made them: silent recordings, or a network that does not hear"


def main(smk: "Snakemake") -> None:
    spec, files = smk.params.spec, smk.input
    pair = (spec["first"], spec["second"])
    clips, vectors = _clips_and_vectors(files, spec, pair)
    emotions = _emotions(clips, pair, " and ".join(map(str, files.manifests)))
    settings = Settings(spec["draws"], spec["half_samples"], spec["swaps"], spec["seed"])
    found: dict[str, list[pd.DataFrame]] = {"distances": [], "resamples": [], "carriers": []}
    for index, (pooling, scale, values) in enumerate(vectors):
        place = f"{' and '.join(map(str, files.vectors))}, {pooling}"
        _refuse_without_variance(values, clips, emotions, place)
        try:
            layer = Layer(values, clips, pair, emotions, settings)
        except ValueError as error:
            raise UserError(str(error), place, LOOK) from error
        for condition in layer.conditions:
            made = layer.tables(condition, swapped=index == 0 or scale == scales.RANK_NORMAL)
            for name, table in zip(found, made, strict=True):
                found[name].append(table.assign(pooling=pooling, scale=scale))
            log.info("%s, %s, %s: %d cells", pooling, scale, condition, len(made[0]))
        del layer  # two matrices of clips x clips, before the next pooling makes its own
    found["distances"] = [table.assign(grain="clip") for table in found["distances"]]
    if files.frames:
        found["distances"].append(_of_frames(files.frames, spec["layer"], pair, emotions))
    found["drivers"] = [_drivers(files, spec, clips, emotions, vectors[0])]
    for name, made_of in found.items():
        table = tables.filled(pd.concat(made_of, ignore_index=True), SCHEMAS[name])
        tables.write(table, smk.output[name], SCHEMAS[name], spec)


SCHEMAS = {
    "distances": "distances",
    "resamples": "distance_resamples",
    "carriers": "distance_carriers",
    "drivers": "distance_drivers",
}


def _clips_and_vectors(
    files: Any, spec: Mapping[str, Any], pair: tuple[str, str]
) -> tuple[pd.DataFrame, list[tuple[str, str, F64]]]:
    """The clips of both datasets, and (pooling, scale, vectors) in the order in which they are compared."""
    rows, sides = [], []
    for dataset, path, manifest in zip(pair, files.vectors, map(tables.read, files.manifests), strict=True):
        own = {pooling: vectors_of(path, pooling, manifest) for pooling in spec["poolings"]}
        kept = ~manifest["clip_id"].isin(undefined(manifest, own, spec["on_bad_clips"], path)).to_numpy()
        columns = ["clip_id", "speaker", "emotion", "statement", "intensity", "repetition"]
        rows.append(manifest[columns].assign(dataset=dataset, person=people_of(manifest))[kept])
        sides.append({pooling: values[kept] for pooling, values in own.items()})
    clips = pd.concat(rows, ignore_index=True)
    people = [set(own["person"]) for own in rows]
    if len(people[0] & people[1]) < FEWEST_SPEAKERS:
        clips["person"] = clips["dataset"] + "/" + clips["person"]
    together = {pooling: stacked([side[pooling] for side in sides], files.vectors) for pooling in spec["poolings"]}
    if FUNCTIONALS in together:
        features = together[FUNCTIONALS]
        raw, ranked = scales.unit_variance(features), scales.rank_normal(features)
        return clips, [(FUNCTIONALS, scales.RAW, raw), (FUNCTIONALS, scales.RANK_NORMAL, ranked)]
    return clips, [(pooling, scales.RAW, values) for pooling, values in together.items()]


def _emotions(clips: pd.DataFrame, pair: tuple[str, str], place: str) -> list[str]:
    """The emotions that can be compared, the study's or not, in canonical order, then by name; UserError for none."""
    table = groups(clips)
    found = [emotion for emotion in common(table) if not comparable(table, emotion, pair)]
    if not found:
        refuse_incomparable(table, [], pair, place)
    return [emotion for emotion in EMOTIONS if emotion in found] + [word for word in found if word not in EMOTIONS]


def _refuse_without_variance(values: F64, clips: pd.DataFrame, emotions: Sequence[str], place: str) -> None:
    """Raise UserError naming a dataset and emotion whose vectors are all equal."""
    for (dataset, emotion), rows in clips.groupby(["dataset", "emotion"], sort=False):
        own = values[rows.index]
        if emotion in emotions and np.ptp(own, axis=0).max() == 0.0:
            raise UserError(
                f"all {len(own)} vectors of {emotion} in {dataset} are equal, so they have no spread to compare",
                place, LOOK,
            )  # fmt: skip


def _of_frames(paths: Sequence[str], layer: str, pair: tuple[str, str], emotions: Sequence[str]) -> pd.DataFrame:
    sides = {dataset: frames.Frames(*frame_totals.read(path, layer)) for dataset, path in zip(pair, paths, strict=True)}
    found = frames.distances_of_frames(sides, emotions)
    return pd.DataFrame(found).assign(grain="frame", scale=scales.RAW, condition=ALL, form=PUBLISHED)


def _drivers(
    files: Any, spec: Mapping[str, Any], clips: pd.DataFrame, emotions: Sequence[str], first: tuple[str, str, F64]
) -> pd.DataFrame:
    """How acoustic features move between the datasets, or how much of an embedding's move theirs accounts for.

    Nothing where the study has no acoustic features, and for feature sets other than the one that accounts.
    """
    pooling, _, values = first
    explaining = spec["explaining"]
    if not explaining or (pooling == FUNCTIONALS and spec["model"] != explaining):
        return pd.DataFrame()
    pair = (spec["first"], spec["second"])
    both = pd.concat([tables.read(path).assign(dataset=name) for name, path in zip(pair, files.features, strict=True)])
    # clips of two datasets may have the same names
    own = pd.MultiIndex.from_frame(clips[["dataset", "clip_id"]])
    features = both.set_index(["dataset", "clip_id"]).loc[own].drop(columns="audio_hash")
    defined = np.isfinite(features.to_numpy(dtype=np.float64)).all(axis=1)  # what acoustics lack is theirs to refuse
    scores = np.full(features.shape, np.nan)
    scores[defined] = scales.rank_normal(features.to_numpy(dtype=np.float64)[defined])
    known = pd.read_csv(files.categories).set_index("feature")["category"]
    category = [str(known.get(name, "other")) for name in features.columns]
    compared = clips["emotion"].isin(emotions).to_numpy() & defined
    side = (clips["dataset"] == spec["second"]).to_numpy(dtype=np.int64)
    who = (
        side[compared],
        clips["emotion"].to_numpy(dtype=str)[compared],
        clips["person"].to_numpy(dtype=str)[compared],
    )
    if pooling == FUNCTIONALS:
        seed = seed_of(spec["seed"], "shifts", spec["first"], spec["second"])
        found = shifts(scores[compared], *who, list(features.columns), category, seed)
        return found.rename(columns={"shift": "value"}).assign(what="shift", pooling=pooling)
    found = accounted(scores[compared], values[compared], *who, category)
    return found.rename(columns={"share": "value"}).assign(what="accounted", pooling=pooling)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
