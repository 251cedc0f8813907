"""Models compared over speakers at the strict headline: networks against acoustic features and untrained controls."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.statistics.corrections import holm
from workflow_scripts.statistics.paired import paired_difference
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.seeds import seed_of
from workflow_scripts.summaries.roles import Facts, acoustic_sets, control_of, is_exact_control, networks

ACOUSTICS, CONTROL = "acoustic features", "untrained control"
METHOD = (
    "difference of per-speaker values: t interval, sign flips over speakers; Holm over the rows of this table; "
    "conservative: t with a standard error larger by sqrt(1 + k / (k - 1)) for k folds"
)


def comparisons(best: pd.DataFrame, models: Facts, seed: int, folds: Mapping[str, int]) -> pd.DataFrame:
    """One row per dataset, network and counterpart; the columns of the table comparisons.

    Compared are the headlines of `strict` over the same speakers by their jackknife pseudo-values of UAR, which are
    the speakers' own scores where every speaker has all emotions equally often.

    Args:
        best: table best of all datasets and models.
        models: facts of the models by name.
        seed: study seed; each comparison has its own stream.
        folds: number of strict folds by dataset; their training parts overlap, which the conservative variant
            (Nadeau & Bengio 2003) makes up for.
    """
    rows = []
    single = _per_speaker(best)
    for dataset in dict.fromkeys(single["dataset"]):
        here = single[single["dataset"] == dataset]
        values = {name: part.set_index("speaker") for name, part in here.groupby("model", sort=False)}
        for model, against, role in pairs(models):
            if model in values and against in values:
                row = _compared(values[model], values[against], seed, dataset, model, against, folds[str(dataset)])
                note = (
                    "" if role == ACOUSTICS or is_exact_control(model, against, models) else "control of another shape"
                )
                rows.append({**row, "role": role, "note": "; ".join(filter(None, [note, row["note"]]))})
    table = pd.DataFrame(rows, columns=[*TABLES["comparisons"]])
    table["p_adjusted"] = holm(table["p"].astype(float)) if len(table) else []
    return table


def pairs(models: Facts) -> list[tuple[str, str, str]]:
    """(network, counterpart, role): every network (and vectors made elsewhere) against every acoustic set; trained
    networks against their control."""
    found = [(model, name, ACOUSTICS) for model in networks(models) for name in acoustic_sets(models)]
    controls = [(model, control_of(model, models)) for model in networks(models)]
    return found + [(model, control, CONTROL) for model, control in controls if control]


def _per_speaker(best: pd.DataFrame) -> pd.DataFrame:
    return best[
        best["headline"]
        & (best["protocol"] == "strict")
        & (best["source"] == best["dataset"])
        & (best["condition"] == "all")
        & (best["metric"] == "UAR")
        & (best["null_run"] == 0)
        & (best["speaker"] != "")
        & best["pseudo_value"].notna()
    ]


def _compared(
    one: pd.DataFrame, other: pd.DataFrame, seed: int, dataset: str, model: str, against: str, n_folds: int
) -> dict[str, Any]:
    rng = np.random.default_rng(seed_of(seed, "comparison", dataset, model, against))
    found = paired_difference(one["pseudo_value"], other["pseudo_value"], rng, n_folds=n_folds)
    how = one.iloc[0]
    return {
        "dataset": dataset,
        "model": model,
        "against": against,
        "protocol": how["protocol"],
        "probe": how["probe"],
        "pooling": how["pooling"],
        "speaker_normalisation": how["speaker_normalisation"],
        "metric": "UAR",
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "p": found.p_flips,
        "smallest_p": found.p_flips_smallest,
        "low_conservative": found.low_conservative,
        "high_conservative": found.high_conservative,
        "p_conservative": found.p_conservative,
        "n_folds": n_folds,
        "n_speakers": found.n_speakers,
        "method": METHOD,
        "note": found.note,
    }
