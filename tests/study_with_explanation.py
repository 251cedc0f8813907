"""A study with a made-up explanation, as the report has it, and what its sentences say."""

import functools
from collections.abc import Callable
from typing import Any

import made_up_explanation as made_up
import pandas as pd
from made_up import DATASETS, leaks_and_confounds, manifest
from made_up_explanation import NETWORK, TINY
from made_up_explanation_tables import tables
from once import once
from test_report import NOTHING_ASIDE

from workflow_scripts.report_page import explanation_findings
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.study import Study
from workflow_scripts.study.config import Study as Config

Picks = Callable[[pd.DataFrame], "pd.Series[bool]"]  # rows of a table
LAST = "1"  # of NETWORK, which has the full curve


def models(layers: int) -> dict[str, dict[str, Any]]:
    """Facts of a network, of its untrained control at one layer, and of acoustic features."""
    found = {name: {"architecture": "", "source": "", **facts} for name, facts in made_up.models(layers).items()}
    found[TINY]["layers"] = ["2"]
    return found


MODELS = models(layers=2)


@once
def made() -> dict[str, pd.DataFrame]:
    return tables(MODELS)


@functools.cache
def with_five_layers() -> Study:
    """The network deep enough for the places of the categories to differ."""
    deep = {name: facts for name, facts in models(layers=5).items() if name == NETWORK}
    return given(tables(deep), models=deep)


def given(changes: dict[str, pd.DataFrame] | None = None, **parts: Any) -> Study:
    """The made-up study with an explanation, some of its tables replaced; without probes."""
    facts: dict[str, Any] = {
        "title": "Known",
        "datasets": DATASETS,
        "models": MODELS,
        "pairs": [["speech", "song"]],
        "manifests": {name: manifest(name) for name in DATASETS},
        "set_aside": NOTHING_ASIDE,
        "audit": leaks_and_confounds(),
        "explained": ["speech", "song"],
        "explanation": {**made(), **(changes or {})},
    }
    return Study(**{**facts, **parts})


def changed(table: str, where: Picks, **values: Any) -> dict[str, pd.DataFrame]:
    """One table with other values in the rows that `where` picks."""
    frame = made()[table].copy()
    picked = where(frame)
    assert picked.any(), "nothing is changed"
    for column, value in values.items():
        frame.loc[picked, column] = value
    return {table: frame}


def uar_of(side: str, model: str = NETWORK) -> Picks:
    """Picks the UAR of a side, strict, all conditions."""
    return lambda table: (table["side"] == side) & (table["metric"] == "UAR") & (table["model"] == model)


def gain_of(emotion: str, category: str, form: str = "within-emotion", condition: str = "all") -> Picks:
    """Picks the mean gain of one category at the last layer in speech."""
    return lambda table: (
        (table["emotion"] == emotion)
        & (table["category"] == category)
        & (table["what"] == "gain")
        & (table["form"] == form)
        & (table["aggregate"] == "mean")
        & (table["condition"] == condition)
        & (table["model"] == NETWORK)
        & (table["layer"] == LAST)
        & (table["dataset"] == "speech")
    )


def nothing_claimed() -> pd.DataFrame:
    """The categories where no gain can be claimed after correction."""
    return made()["categories"].assign(p_adjusted=0.6)


def one_claimed(**values: Any) -> dict[str, pd.DataFrame]:
    """Energy is gained for angry within the emotion, and nothing else in any form."""
    table = nothing_claimed()
    cell = gain_of("angry", "Energy")(table)
    known = {"value": 0.123, "low": 0.054, "high": 0.192, "p_adjusted": 0.002, "p_first": 0.94, **values}
    for column, value in known.items():
        table.loc[cell, column] = value
    return {"categories": table}


def said(about: Study, dataset: str = "speech") -> list[str]:
    """All sentences on a dataset, those of the front page first."""
    own = Explained(about, dataset)
    return [*explanation_findings.of_dataset(own), *explanation_findings.more_of_dataset(own)]


def of_last(table: pd.DataFrame, dataset: str = "speech", model: str = NETWORK) -> pd.DataFrame:
    """Rows of a network's last layer."""
    return table[(table["dataset"] == dataset) & (table["model"] == model) & (table["layer"] == LAST)]


def config(**settings: Any) -> dict[str, Any]:
    """The whole config of a study that explains both datasets."""
    raw = {
        "study": "Known",
        "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}},
        "models": ["wavlm-large"],
        "emotions": ["neutral", "happy", "sad", "angry", "fearful"],
        "protocols": ["strict", "paper2"],
        "explanation": settings,
    }
    return Config.model_validate(raw).model_dump(mode="json")
