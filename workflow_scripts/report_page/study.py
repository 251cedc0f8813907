"""The study that the report tells of, and what all its parts ask of it."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workflow_scripts.summaries.fold_sizes import COLUMNS
from workflow_scripts.summaries.roles import acoustic_sets, elsewhere, networks
from workflow_scripts.summaries.select import headline_of, main_protocol

ALPHA = 0.05


@dataclass(frozen=True)
class Study:
    """What the report is made from: facts of the plan and tables of the study.

    `manifests` hold the clips of the study's emotions, `recorded` the numbers of clips of any emotion by dataset,
    `compared` the pairs whose distances are drawn: [[first, second, [[other pair, how it differs], ...]], ...],
    `explained` the datasets whose embeddings are explained, `trained` what was trained: {"directions": [[source,
    target], ...], "tuners": {variant: its parts, training and sources}}, `printed` the figures of paper 1, `folds` how
    much their training parts hold (summaries/fold_sizes.py), `findings` the sentences of the front page, `clips` what
    can be heard behind the cells.
    """

    title: str
    datasets: dict[str, dict[str, Any]]
    models: dict[str, dict[str, Any]]
    pairs: list[list[str]]
    manifests: dict[str, pd.DataFrame]
    set_aside: pd.DataFrame
    audit: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    recorded: dict[str, int] = field(default_factory=dict)
    compared: list[Any] = field(default_factory=list)
    distances: dict[str, pd.DataFrame] = field(default_factory=dict)
    explained: list[str] = field(default_factory=list)
    explanation: dict[str, pd.DataFrame] = field(default_factory=dict)
    trained: dict[str, Any] = field(default_factory=dict)
    transfer: dict[str, pd.DataFrame] = field(default_factory=dict)
    printed: pd.DataFrame = field(default_factory=pd.DataFrame)
    folds: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    findings: pd.DataFrame = field(default_factory=pd.DataFrame)
    clips: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def probed(self) -> bool:
        """Whether layers were probed."""
        return len(self.tables.get("best", ())) > 0

    @property
    def synthetic(self) -> list[str]:
        """Datasets of synthetic audio."""
        return [name for name, facts in self.datasets.items() if facts["synthetic"]]


def misleads(value: float, low: float, chance: float) -> bool:
    """Whether a confound tells the emotion: its interval lies above guessing, or it has none and is above guessing."""
    return bool(value > chance + 1e-9 if pd.isna(low) else low > chance)


def best_network(study: Study, dataset: str) -> "pd.Series[Any] | None":
    """Headline row of the network with the highest UAR; of an acoustic set where the study has no network."""
    if not study.probed:
        return None
    best = study.tables["best"]
    own = best[(best["dataset"] == dataset) & best["model"].isin(networks(study.models) or acoustic_sets(study.models))]
    if own.empty:
        return None
    rows = headline_of(own, main_protocol(own["protocol"]))
    return rows.loc[rows["value"].idxmax()] if len(rows) else None


def called(study: Study, model: str) -> str:
    """The model's name, marked where it is untrained and does not say so itself, or where its vectors were given."""
    if model in elsewhere(study.models):
        return f"{model} (vectors made elsewhere)"
    random = study.models[model]["weights"] == "untrained" and "untrained" not in model
    return f"{model} (untrained)" if random else model
