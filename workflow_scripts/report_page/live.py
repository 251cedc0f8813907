"""What the page's live charts are drawn from: tables packed for the browser, and the facts that all of them share."""

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.figures import side_by_side, style, transfer_differences, transfer_rows
from workflow_scripts.report_page import live_clips, live_distances, live_explanation, live_layers, live_transfer
from workflow_scripts.report_page.study import Study, best_network, called
from workflow_scripts.summaries.roles import acoustic_sets, networks

DIGITS = 6  # significant digits of numbers in the page; the files in results hold them in full
SYMBOLS = {
    "o": "circle", "s": "square", "^": "triangle-up", "v": "triangle-down", "D": "diamond", "P": "cross", "X": "x",
    "*": "star", "h": "hexagon", "<": "triangle-left", ">": "triangle-right", "d": "diamond-tall", "p": "pentagon",
}  # fmt: skip


def of_study(study: Study) -> dict[str, pd.DataFrame]:
    """All tables of the live charts, by the name that the charts know them by."""
    sections = (live_layers, live_distances, live_explanation, live_transfer, live_clips)
    return {name: table for section in sections for name, table in section.tables(study).items()}


def pack(tables: Mapping[str, pd.DataFrame]) -> str:
    """Tables as base64 of gzipped JSON: by column, words coded by number; NaN as null, numbers of DIGITS digits.

    Raises: ValueError if a column holds words and something else: a browser takes the word False for true.
    """
    content = {
        name: {str(column): _column(table[column], f"{name}.{column}") for column in table}
        for name, table in tables.items()
    }
    text = json.dumps(content, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _column(given: "pd.Series[Any]", name: str) -> dict[str, list[Any]]:
    values = given.infer_objects()  # tables put together with an empty one forget that they hold booleans
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_integer_dtype(values):
        return {"values": [int(value) for value in values]}
    if pd.api.types.is_float_dtype(values):
        return {"values": [None if not np.isfinite(value) else float(f"{value:.{DIGITS}g}") for value in values]}
    codes, words = pd.factorize(values.astype(object), use_na_sentinel=False)
    if not all(isinstance(word, str) for word in words):
        raise ValueError(f"column {name} of a live table holds words and other things: {list(words)[:5]}")
    return {"words": list(words), "codes": codes.tolist()}


def facts(study: Study, protocols: list[str], tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """What the charts share: names to choose from, what is chosen at first, colours, words; JSON types only.

    At first: the first dataset that was probed (else the first), its best network, the layer that most folds chose,
    the first emotion that was explained, or that is not neutral, strict.
    """
    emotions = list(dict.fromkeys(word for facts in study.datasets.values() for word in facts["emotions"]))
    emotions = emotions or sorted({word for table in study.manifests.values() for word in table["emotion"]})
    datasets = _datasets(study)
    best = _best_layers(study)
    top = best_network(study, datasets[0])
    models = [*networks(study.models), *acoustic_sets(study.models)]
    of_explanation = study.explanation["curve"]["protocol"] if study.explained else []
    protocols = list(dict.fromkeys([*protocols, *of_explanation]))
    return {
        "choices": {"dataset": datasets, "model": models, "emotion": emotions, "protocol": protocols},
        "default": {
            "dataset": datasets[0],
            "model": str(top["model"]) if top is not None else models[0],
            "emotion": _first_emotion(study, emotions),
            "protocol": "strict" if "strict" in protocols else protocols[0],
        },
        "layers": {name: list(own["layers"]) for name, own in study.models.items()},
        "best_layer": best,
        "acoustics": acoustic_sets(study.models),
        "called": {name: called(study, name) for name in study.models},
        "clips": live_clips.words(study),
        "pairs": [list(pair) for pair in study.pairs],
        "domain": {name: own["domain"] for name, own in study.datasets.items()},
        "synthetic": study.synthetic,
        "demonstration": style.DEMONSTRATION,
        "looks": {word: _look(style.look_of(word, emotions)) for word in emotions},
        "conditions": {name: _look(look) for name, look in transfer_rows.CONDITIONS.items()},
        "compared_conditions": {name: _look(look) for name, look in transfer_differences.PAIRS.items()},
        "kinds": {name: _look(look) for name, look in side_by_side.LOOKS.items()},
        "model_colours": {name: style.MODELS[at % len(style.MODELS)] for at, name in enumerate(networks(study.models))},
    }


def _first_emotion(study: Study, emotions: list[str]) -> str:
    told = set(study.explanation["scores"]["emotion"]) if "scores" in study.explanation else set()
    wanted = [word for word in emotions if word in told] or [word for word in emotions if word != "neutral"]
    return [*wanted, *emotions][0]


def _datasets(study: Study) -> list[str]:
    """Datasets that figures can be chosen for: those that were probed, compared, explained or trained on."""
    if not study.probed:
        return list(study.datasets)
    probed = set(study.tables["best"]["dataset"])
    also = {name for first, second, _ in study.compared for name in (first, second)} | set(study.explained)
    also |= {name for way in study.trained.get("directions", []) for name in way}
    return sorted(
        (name for name in study.datasets if name in probed | also),
        key=lambda name: (name not in probed, list(study.datasets).index(name)),
    )


def _best_layers(study: Study) -> dict[str, dict[str, str]]:
    """The layer that most folds of strict chose, by dataset and model; of other protocols where strict was not run."""
    if not study.probed:
        return {}
    best = study.tables["best"]
    rows = best[best["headline"] & (best["metric"] == "UAR") & (best["null_run"] == 0) & (best["repeat"] == -1)]
    rows = rows[(rows["speaker"] == "") & (rows["condition"] == "all") & (rows["source"] == rows["dataset"])]
    rows = rows.sort_values("protocol", key=lambda names: names != "strict", kind="stable")
    first = rows.drop_duplicates(["dataset", "model"])
    return {
        str(dataset): dict(zip(part["model"], part["usual_layer"], strict=True))
        for dataset, part in first.groupby("dataset", sort=False)
    }


def _look(look: style.Look) -> dict[str, str]:
    return {"colour": look.colour, "symbol": SYMBOLS[look.marker]}
