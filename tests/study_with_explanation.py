"""A study with a made-up explanation, as the report has it, and what its sentences say."""

import functools
from collections.abc import Callable
from typing import Any

import made_up_explanation as made_up
import pandas as pd
from made_up import DATASETS, leaks_and_confounds, manifest
from made_up_explanation import NETWORK, TINY
from made_up_explanation_tables import tables
from test_report import NOTHING_ASIDE

from workflow_scripts.report_page import explanation_findings
from workflow_scripts.report_page.explanation_rows import Explained
from workflow_scripts.report_page.findings import Study
from workflow_scripts.study.config import Study as Config

LAST = "1"  # of NETWORK, which has the full curve


def models(layers: int) -> dict[str, dict[str, Any]]:
    """Facts of a network, of its untrained control at one layer, and of acoustic features."""
    found = {name: {"architecture": "", "source": "", **facts} for name, facts in made_up.models(layers).items()}
    found[TINY]["layers"] = ["2"]
    return found


MODELS = models(layers=2)


@functools.cache
def made() -> dict[str, pd.DataFrame]:
    return tables(MODELS)


@functools.cache
def with_five_layers() -> Study:
    """The network deep enough for the places of the categories to differ."""
    deep = {name: facts for name, facts in models(layers=5).items() if name == NETWORK}
    return given(tables(deep), models=deep)


@functools.cache
def audit() -> pd.DataFrame:
    return leaks_and_confounds()


def given(changes: dict[str, pd.DataFrame] | None = None, **parts: Any) -> Study:
    """The made-up study with an explanation, some of its tables replaced; without probes."""
    facts: dict[str, Any] = {
        "title": "Known",
        "datasets": DATASETS,
        "models": MODELS,
        "pairs": [["speech", "song"]],
        "manifests": {name: manifest(name) for name in DATASETS},
        "set_aside": NOTHING_ASIDE,
        "audit": audit(),
        "explained": ["speech", "song"],
        "explanation": {**made(), **(changes or {})},
    }
    return Study(**{**facts, **parts})


def changed(table: str, where: Callable[[pd.DataFrame], "pd.Series[bool]"], **values: Any) -> dict[str, pd.DataFrame]:
    """One table with other values in the rows that `where` picks."""
    frame = made()[table].copy()
    picked = where(frame)
    assert picked.any(), "nothing is changed"
    for column, value in values.items():
        frame.loc[picked, column] = value
    return {table: frame}


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
