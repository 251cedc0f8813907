"""The clips behind the chosen cell: links to recordings and spectrograms where they lie; the page holds neither."""

import os
from typing import Any
from urllib.parse import quote

import pandas as pd

from workflow_scripts.figures.spectrogram import AXES
from workflow_scripts.report_page.study import Study, best_network
from workflow_scripts.summaries.clips import FARTHEST, KINDS, MISCLASSIFIED, NEAREST

PAGE = "results"  # the folder of the page, from which links lead
HEADINGS = {
    NEAREST: "Nearest to the others of the emotion",
    FARTHEST: "Farthest from the others of the emotion",
    MISCLASSIFIED: "Taken for another emotion",
}
OFF = (
    "No clips are chosen in this study. With report: {clips: true} in its config, this page shows for every cell some "
    "that are near, far and misclassified, each with a player and a spectrogram; the recordings stay where they lie."
)
DISTANCES = (
    "Distance: from the mean of the emotion's other clips, over all dimensions of the layer (root mean square), in "
    "standard deviations over the dataset. What a clip was taken for, and how likely, says the strict probe, which has "
    "not heard its speaker; of the wrong answers the surest come first. Players play the recordings as they lie there: "
    "whole, at their own level."
)
STATIC_EMOTIONS = 3  # that are listed where there is no JavaScript


def tables(study: Study) -> dict[str, pd.DataFrame]:
    """The table `clips`, a row for each clip of a cell, with links for the page; none where no clips are shown."""
    if study.clips.empty:
        return {}
    made = study.clips
    folders = "clips/" + made["dataset"] + "/pictures/"
    links = {path: link(path) for path in made["path"].unique()}
    made = made.assign(audio=made["path"].map(links), picture=(folders + made["picture"]).map(quote))
    return {"clips": made.assign(**made[["distance", "probability", "seconds"]].round(3)).drop(columns="path")}


def link(path: str) -> str:
    """The URL of a file as the page reaches it, whatever its name holds.

    Args:
        path: from the folder of the project, or absolute.
    """
    return quote(os.fsencode(os.path.relpath(path, PAGE)))


def words(study: Study) -> dict[str, Any]:
    """What the page says about clips: JSON types only."""
    shown = list(dict.fromkeys(study.clips["dataset"])) if len(study.clips) else []
    return {
        "headings": HEADINGS,
        "off": "" if shown else OFF,
        "about": f"{DISTANCES} {AXES}",
        "prepared": {name: _prepared(study.datasets[name]) for name in shown},
        "datasets": shown,
    }


def _prepared(facts: dict[str, Any]) -> str:
    """What the networks heard of the recordings of a dataset, where it is not what a player plays."""
    heard = ["every clip at the same level"] if facts["level"] == "matched" else []
    heard += [f"{facts['crop']:g} s of each, the rest of which is pale in its spectrogram"] if facts["crop"] else []
    return f"The networks heard {', '.join(heard)}." if heard else ""


def static(study: Study) -> list[dict[str, Any]]:
    """For paper, and without JavaScript: of each dataset some emotions at the usual layer of the best network."""
    found = []
    for dataset, own in tables(study)["clips"].groupby("dataset", sort=False) if len(study.clips) else ():
        top = best_network(study, str(dataset))
        model, layer = own[["model", "layer"]].iloc[0] if top is None else top[["model", "usual_layer"]]
        cells = own[(own["model"] == model) & (own["layer"] == layer)]
        for emotion, clips in list(cells.groupby("emotion", sort=False))[:STATIC_EMOTIONS]:
            groups = {HEADINGS[kind]: clips[clips["kind"] == kind].to_dict("records") for kind in KINDS}
            found.append({"dataset": dataset, "model": model, "layer": layer, "emotion": emotion, "groups": groups})
    return found
