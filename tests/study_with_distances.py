"""A study with made-up distances, as the report has it, and what its sentences say."""

from typing import Any

import pandas as pd
from made_up import MODELS
from made_up_report_distances import OTHERS, PAIR, tables
from once import once
from test_report import whole

from workflow_scripts.report_page import distance_findings
from workflow_scripts.report_page.study import Study

COMPARED = [[*PAIR, OTHERS]]
TRAINED_ALONE = "hubert-base"


@once
def made() -> dict[str, pd.DataFrame]:
    return tables()


def given(changes: dict[str, pd.DataFrame] | None = None, **parts: Any) -> Study:
    """The made-up study with distances, some of their tables replaced."""
    return whole(compared=COMPARED, distances={**made(), **(changes or {})}, **parts)


def said(about: Study) -> list[str]:
    return distance_findings.of_pair(about, PAIR, OTHERS)


def starting(sentences: list[str], words: str) -> str:
    found = [sentence for sentence in sentences if sentence.startswith(words)]
    assert len(found) == 1, f"{words!r} starts {len(found)} of {sentences}"
    return found[0]


def headline(table: pd.DataFrame, model: str = TRAINED_ALONE) -> pd.DataFrame:
    rows = table[(table["first"] == PAIR[0]) & (table["layer"] == "mean") & (table["form"] == "equal")]
    rows = rows[(rows["measure"] == "kernel") & (rows["condition"] == "all") & (rows["pooling"] == "mean")]
    return rows[rows["model"] == model]


def with_two_trained() -> Study:
    """The untrained network with weights of its own: two networks are counted, none is a control."""
    models = {**MODELS, "untrained-hubert-base": {**MODELS["untrained-hubert-base"], "weights": "local"}}
    return given(models=models)
