"""The front page's findings: each rule on made-up tables whose truth is known, and every number stands in a table."""

import functools

import pandas as pd
import pytest
import study_with_distances as apart
import study_with_explanation as known
import study_with_transfer as helped
from cited_numbers import faults
from test_report import whole

from workflow_scripts.report_page.findings import Study
from workflow_scripts.summaries.findings import QUESTIONS, findings


def tables_of(study: Study) -> dict[str, pd.DataFrame]:
    """The tables of a study by their paths below results."""
    by_folder = {"probing": study.tables, "distances": study.distances, "explanation": study.explanation}
    found = {
        f"{folder}/{name}": table
        for folder, tables in {**by_folder, "transfer": study.transfer}.items()
        for name, table in tables.items()
    }
    return {**found, "corpora/audit": study.audit}


def told(study: Study) -> pd.DataFrame:
    """Its findings, of which every number was looked up."""
    found = findings(study, seed=1)
    tables = tables_of(study)
    assert faults(found, tables.__getitem__) == []
    return found.set_index("finding")


STUDIES = {
    "probes alone": lambda: whole(),
    "two trained networks": apart.with_two_trained,
    "explained": lambda: known.given(),
    "explained, one category claimed": lambda: known.given(known.one_claimed()),
    "explained, nothing claimed": lambda: known.given({"categories": known.nothing_claimed()}),
    "trained": lambda: helped.given(),
    "trained with few speakers": helped.few,
    "trained for nothing": helped.null,
}


@functools.cache
def of(name: str) -> pd.DataFrame:
    return told(STUDIES[name]())


@pytest.mark.parametrize("name", STUDIES)
def test_every_number_of_every_sentence_stands_in_one_row_of_its_table(name: str) -> None:
    found = of(name)
    assert len(found)
    assert not found["sentence"].str.contains("nan|inf |None|  ", regex=True).any()
    assert list(dict.fromkeys(found["question"])) == [one for one in QUESTIONS if one in set(found["question"])]


def test_a_number_that_is_not_that_of_its_table_is_found() -> None:
    study = known.given(known.one_claimed())
    found, tables = findings(study, seed=1), tables_of(study)

    def after(**changes: pd.DataFrame) -> list[str]:
        return faults(
            found, {**tables, **{name.replace("_", "/"): table for name, table in changes.items()}}.__getitem__
        )

    gains = tables["explanation/categories"]
    assert after() == []
    assert after(explanation_categories=gains.assign(low=gains["low"] - 0.03))
    assert any("2 rows" in fault for fault in after(explanation_categories=pd.concat([gains, gains])))
    assert any("0 rows" in fault for fault in after(explanation_categories=gains.iloc[:0]))
    longer = found.assign(sentence=found["sentence"] + " And 17 more.")
    assert len(faults(longer, tables.__getitem__)) == len(found)
