"""Rankings of emotions by distance, contrasts, agreement, carriers and drivers of the whole study."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workflow_scripts.distances.measures import KERNEL
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries import distances
from workflow_scripts.summaries.distances import Summary
from workflow_scripts.summaries.roles import networks, untrained

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

KINDS = ("distances", "resamples", "carriers", "drivers")
SCHEMAS = {
    "distances": "study_distances",
    "ranking": "distance_ranking",
    "ranks": "distance_ranks",
    "contrasts": "distance_contrasts",
    "agreement": "distance_agreement",
    "carriers": "study_distance_carriers",
    "drivers": "study_distance_drivers",
}


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    paper = distances.paper_order(pd.read_csv(smk.input.published))
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in SCHEMAS}
    for pair in spec["pairs"]:
        points = {}
        names = {"first": pair[0], "second": pair[1]}
        domains = {spec["domains"][dataset] for dataset in pair}
        order = paper if domains == {"speech", "song"} else paper[:0]
        for model, files in _files(smk.input, pair):
            emotions = spec["emotions"]["_and_".join(pair)] or _emotions(files[0]["distances"], pair)
            about = {**names, "model": model}
            summary = Summary(about, emotions, spec["seed"], order)
            _add(summary, files, about, emotions, found)
            points[model] = summary.points
            found["ranking"].append(pd.DataFrame(summary.ranking))
            found["ranks"].append(pd.DataFrame(summary.ranks))
            found["contrasts"] += summary.contrasts
            found["agreement"].append(pd.DataFrame(summary.agreement_rows()))
        agreed = distances.agreement_of_models(points, _groups(spec["models"]), names, spec["seed"])
        found["agreement"].append(pd.DataFrame(agreed))
    csv = {Path(path).stem: path for path in smk.output.csv}
    for name, frames in found.items():
        empty = pd.DataFrame(columns=[*TABLES[SCHEMAS[name]]])
        some = [frame for frame in frames if len(frame)]
        table = pd.concat(some, ignore_index=True).reindex(columns=empty.columns) if some else empty
        tables.write(table, smk.output[name], SCHEMAS[name], spec)
        if name in csv:
            with tables.whole(csv[name]) as temporary:
                table.to_csv(temporary, index=False)


def _files(inputs: Any, pair: list[str]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """(model, files of each of its layers by kind) of a pair, as the files' own metadata name them."""
    by_model: dict[str, list[dict[str, str]]] = {}
    for paths in zip(*(inputs[kind] for kind in KINDS), strict=True):
        about = tables.about(paths[0])
        if [about["first"], about["second"]] == pair:
            files = dict(zip(KINDS, paths, strict=True))
            by_model.setdefault(about["model"], []).append({"layer": about["layer"], **files})
    yield from by_model.items()


def _emotions(path: str, pair: list[str]) -> list[str]:
    """All emotions that were compared, in their order: of a study that takes whatever the files hold."""
    cells = tables.read(path)
    return list(dict.fromkeys(cells.loc[cells["first_dataset"] == pair[0], "first_emotion"]))


def _groups(models: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Models whose orders are compared: networks, and the trained ones alone where some are not."""
    every = networks(models)
    trained = [model for model in every if model not in untrained(models)]
    groups = {"networks": every, "trained networks": trained if trained != every else []}
    return {name: some for name, some in groups.items() if len(some) > 1}


def _add(
    summary: Summary,
    files: list[dict[str, str]],
    names: Mapping[str, str],
    emotions: list[str],
    found: dict[str, list[pd.DataFrame]],
) -> None:
    """Take the layers of one model into its summary; their cells, top carriers and drivers into the study's tables."""
    cells, resamples, carried = [], [], []
    for layer in files:
        about = {**names, "layer": layer["layer"]}
        whole = tables.read(layer["distances"])
        of_study = whole["first_emotion"].isin(emotions) & whole["second_emotion"].isin(emotions)
        found["distances"].append(whole[of_study].assign(**about))
        rows = distances.same_emotion(whole, (names["first"], names["second"]), emotions)
        numbers = distances.clips_per_speaker(rows, emotions, layer["distances"])
        cells.append(distances.at_equal_numbers(rows, numbers).assign(layer=layer["layer"]))
        drawn = distances.at_equal_numbers(tables.read(layer["resamples"]), numbers)
        drawn = drawn[drawn["emotion"].isin(emotions)]
        unit = whole[whole["grain"] == "clip"].groupby(distances.SELECTION)["unit"].first().reset_index()
        drawn = drawn.merge(unit, on=distances.SELECTION)
        scaled = drawn["value"] / np.where(drawn["measure"] == KERNEL, 1.0, drawn["unit"])
        resamples.append(drawn.assign(value=scaled, layer=layer["layer"]))
        parts = tables.read(layer["carriers"])
        parts = parts[parts["emotion"].isin(emotions)]
        carried.append(distances.shares_of_top(parts).assign(layer=layer["layer"]))
        found["carriers"].append(distances.carriers(parts).assign(**about))
        drivers = tables.read(layer["drivers"])
        found["drivers"].append(drivers[drivers["emotion"].isin(emotions)].assign(**about))
    summary.add(*(pd.concat(some, ignore_index=True) for some in (cells, resamples, carried)))


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
