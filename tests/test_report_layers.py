"""What the report's section on layers says stands in the tables, and no more than that."""

import pandas as pd
import pytest
from made_up import DATASETS, MODELS, study
from test_report import whole
from written_numbers import numbers_in, written

from workflow_scripts.report_page import layer_findings, material
from workflow_scripts.report_page.study import best_network


def headline_rows(table: pd.DataFrame, dataset: str, protocol: str) -> pd.DataFrame:
    rows = table[(table["dataset"] == dataset) & (table["model"] == "hubert-base") & (table["protocol"] == protocol)]
    rows = rows[(rows["condition"] == "all") & (rows["null_run"] == 0) & (rows["repeat"] == -1)]
    return rows[rows["speaker"] == ""]


@pytest.mark.parametrize("dataset", list(DATASETS))
def test_every_number_of_a_finding_stands_in_its_rows(dataset: str) -> None:
    given = whole()
    best, audit = given.tables["best"], given.audit
    top = best_network(given, dataset)
    assert top is not None
    score = ("value", "low", "high", "chance", "p", "n_speakers")
    strict = headline_rows(best, dataset, "strict")
    uar = strict[(strict["metric"] == "UAR") & strict["headline"]]
    paper1 = headline_rows(best, dataset, "paper1")
    paper1 = paper1[(paper1["metric"] == "UAR") & paper1["headline"]]
    gap = pd.DataFrame({"value": [paper1["value"].item() - uar["value"].item()]})
    leaks = audit[(audit["topic"] == "leak") & (audit["protocol"] == "paper1") & (audit["target"] == dataset)]
    compared = given.tables["comparisons"]
    compared = compared[(compared["dataset"] == dataset) & (compared["model"] == "hubert-base")]
    other = next(name for name in DATASETS if name != dataset)
    across = headline_rows(given.tables["cross"], dataset, "strict")
    told = audit[(audit["topic"] == "confound") & (audit["target"] == dataset)]
    levels = ("value", "low", "high", "chance")
    curve = {"0", "1", "2", "3"}  # names of layers
    differences = ("difference", "low", "high", "p_adjusted", "smallest_p", "n_speakers")
    recalls = strict[(strict["metric"] == "recall") & strict["headline"]]
    expected = {
        layer_findings.highest(given, top): written(uar, columns=score) | {str(int(top["n_speakers"])), "2"},
        layer_findings.layer_set(given, top): curve,
        layer_findings.leaks_worth(given, top): written(paper1, gap, leaks, columns=levels),
        layer_findings.emotions(given, top): written(recalls, columns=levels),
        layer_findings.of_pair(given, other, dataset): written(across[across["metric"] == "UAR"], uar, columns=levels),
        material.misled_by(given, dataset): written(told, columns=levels),
    }
    for row, sentence in zip(compared.itertuples(), layer_findings.controls(given, top), strict=True):
        one = compared[compared["against"] == row.against]
        expected[sentence] = written(one, columns=differences) | {
            str(int(row.n_speakers)),
            str(len(given.tables["comparisons"])),
        }
    assert len(expected) == 8
    for sentence, numbers in expected.items():
        assert numbers_in(sentence), sentence
        for number in numbers_in(sentence):
            assert number in numbers, f"{number} of {sentence!r} is not in its rows: {sorted(numbers)}"


def test_the_finding_names_the_planted_layer_and_model() -> None:
    said = layer_findings.of_dataset(whole(), "speech")
    assert said[0].startswith("In speech, hubert-base scores highest of the networks: UAR ")
    assert "layer 2 chosen inside the training speakers" in said[0]
    assert said[1] == "The curve of hubert-base is highest at layer 2, and every other layer is lower beyond chance."
    assert any(sentence.startswith("It lies above eGeMAPSv02 (acoustic features): +") for sentence in said)
    assert any(sentence.startswith("As published (paper1)") for sentence in said)


def test_the_null_says_that_nothing_is_told_apart() -> None:
    tables = study()
    models = {name: facts for name, facts in MODELS.items() if name != "hubert-base"}
    kept = {name: table[table["model"] != "hubert-base"] for name, table in tables.items()}
    kept["best"] = kept["best"].assign(p=0.4)
    said = layer_findings.of_dataset(whole(models=models, tables=kept), "song")
    assert said[0].startswith("In song, untrained-hubert-base does not tell the emotions from chance")
    assert said[1].startswith("Acoustic features score higher than any network: eGeMAPSv02")
    assert any("which is not distinguishable from any other layer" in sentence for sentence in said)
    assert not any(sentence.startswith("Recall is highest") for sentence in said)


def test_too_few_speakers_are_said() -> None:
    tables = study()
    few = {
        **tables,
        "layers": tables["layers"].assign(smallest_p=0.125, n_speakers=4),
        "comparisons": tables["comparisons"].assign(p=0.125, smallest_p=0.125, n_speakers=4, p_adjusted=0.75),
    }
    said = " ".join(layer_findings.of_dataset(whole(tables=few), "speech"))
    assert "4 speakers cannot tell layers apart (smallest p 0.125)" in said
    assert "cannot reach significance with 4 speakers (smallest p = 0.75 after Holm over 6 comparisons)" in said


def test_an_interval_without_zero_and_a_p_that_cannot_reach_are_both_said() -> None:
    table = study()["comparisons"].assign(low=-0.42, high=-0.16, difference=-0.29, p=0.03125, smallest_p=0.03125)
    few = {**study(), "comparisons": table.assign(n_speakers=6, p_adjusted=0.1875)}
    said = " ".join(layer_findings.of_dataset(whole(tables=few), "speech"))
    assert "-29 points [-42, -16]: its interval leaves out 0, but its p cannot reach significance with 6" in said
    assert "not distinguishable from eGeMAPSv02" not in said
    assert layer_findings.reachable(pd.Series([0.5, 0.001, 0.2]), 0, 0.01) == pytest.approx(0.02)


def without_calm() -> dict[str, pd.DataFrame]:
    """The made-up study where paper1 has five emotions, strict six."""
    best = study()["best"]
    return {**study(), "best": best[(best["protocol"] != "paper1") | (best["emotion"] != "calm")]}


def test_protocols_of_other_emotions_are_not_set_against_each_other() -> None:
    given = whole(tables=without_calm())
    said = " ".join(layer_findings.of_dataset(given, "speech"))
    assert "5 emotions of 8 speakers, under strict 6 of 8, so that the scores cannot be set against each other" in said
    assert "points against strict" not in said
