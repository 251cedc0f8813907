"""Rows of the tables of transfer that a sentence or a table of the report is about."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from workflow_scripts.figures import transfer_rows
from workflow_scripts.report_page.study import Study
from workflow_scripts.summaries.transfer_comparisons import CONDITIONS
from workflow_scripts.summaries.transfer_distances import POOLED

PROTOCOLS = transfer_rows.PROTOCOLS
CELL = ["model", "tuner"]


@dataclass(frozen=True)
class Way:
    """One direction of a study."""

    study: Study
    source: str
    target: str

    @property
    def words(self) -> str:
        return f"{self.source} to {self.target}"

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Scores of its trainings, `direct` included: means over seeds and speakers, in the order of the config."""
        return picked(self._scores, speaker="")

    @cached_property
    def of_speakers(self) -> pd.DataFrame:
        """UAR and WA of each speaker in its trainings, likewise."""
        return self._scores[self._scores["speaker"] != ""]

    @cached_property
    def _scores(self) -> pd.DataFrame:
        table = transfer_rows.of_pair(self.study.transfer["scores"], self.source, self.target)
        rows = table[(table["repeat"] == -1) & (table["group"] == "")]
        return transfer_rows.ordered(
            rows, model=self.study.models, tuner=variants(self.study), condition=transfer_rows.CONDITIONS
        )

    @cached_property
    def compared(self) -> pd.DataFrame:
        """Conditions compared, of all emotions together and of each; `value` is the difference."""
        table = self.study.transfer["comparisons"]
        rows = table[
            (table["question"] == CONDITIONS) & (table["source"] == self.source) & (table["target"] == self.target)
        ]
        rows = rows.assign(value=rows["difference"], pair=rows["one"] + " less " + rows["other"])
        return transfer_rows.ordered(rows, model=self.study.models, tuner=variants(self.study))

    def between(self, one: str, other: str) -> pd.DataFrame:
        """Two conditions compared over all emotions, under every protocol."""
        return picked(self.compared, one=one, other=other, emotion="")


def ways(study: Study) -> list[Way]:
    """All directions of a study; none where nothing was trained."""
    return [Way(study, *way) for way in study.trained.get("directions", [])]


def variants(study: Study) -> dict[str, dict[str, Any]]:
    """Facts of the variants by name, in the order of the config."""
    facts: dict[str, dict[str, Any]] = study.trained["tuners"]
    return facts


def picked(table: pd.DataFrame, **where: Any) -> pd.DataFrame:
    """The rows whose columns have these values."""
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def main_of(rows: pd.DataFrame) -> str:
    """Of the protocols of some rows the one that sentences are about: strict where it is there."""
    present = set(rows["protocol"])
    return next((name for name in PROTOCOLS if name in present), PROTOCOLS[0])


def claimed(study: Study, claim: int) -> pd.DataFrame:
    """The rows of a claim that hold a figure which is judged, in column `value`."""
    rows = picked(study.transfer["claims"], claim=claim)
    return rows[rows["value"].notna()]


def near_and_far(study: Study, outcome: str) -> pd.DataFrame:
    """Claim 7 on an outcome: one row per direction and tuner, networks pooled where there are several."""
    rows = claimed(study, 7)
    rows = rows[rows["quantity"].str.endswith(f"distance and {outcome}")]
    keys = ["source", "target", "tuner"]
    pooled = rows[rows["model"] == POOLED]
    have = set(pooled[keys].itertuples(index=False, name=None))
    shown = [
        model == POOLED or key not in have
        for model, key in zip(rows["model"], rows[keys].itertuples(index=False, name=None), strict=True)
    ]
    return rows.loc[shown]


def jobs(study: Study) -> pd.DataFrame:
    """One row per training of one fold: its names, epochs that it took, the one that was kept, updates, seconds."""
    curves = study.transfer["curves"]
    keys = ["training", "emotions", "source", "target", "model", "tuner", "condition", "protocol", "seed", "fold"]
    grouped = curves.groupby(keys, sort=False)
    table = grouped[["epoch", "updates"]].max()
    table["seconds"] = grouped["seconds"].sum()
    kept = curves[curves["best"]].groupby(keys, sort=False)["epoch"].max()
    return table.join(kept.rename("kept")).reset_index()


def unfinished(study: Study) -> pd.DataFrame:
    """Trainings with validation that early stopping did not end: they took all epochs that they were allowed."""
    found = picked(jobs(study), protocol="strict")
    found = found[found["condition"] != "equal-updates"]
    allowed = {name: facts["training"]["epochs"] for name, facts in variants(study).items()}
    return found[found["epoch"] >= found["tuner"].map(allowed).astype(float)]
