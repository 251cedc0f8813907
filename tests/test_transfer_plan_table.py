"""The table of the rule `plan`: sums, what is there already, what could not be measured."""

from pathlib import Path

import pytest

from workflow_scripts.study.training_costs import Job
from workflow_scripts.transfer.calibration import Rates
from workflow_scripts.transfer.plan_table import Row, notes, seconds_of, table

RATES = Rates(
    clips=20, build=2.0, warm=1.0, start=5.0, front=0.1, learn=0.5, update=0.25, answer=0.2,
    checkpoint=1_000_000, kept=1e6, memory=2 * 10**9, gpu_memory=3 * 10**9,
)  # fmt: skip
JOB = Job("hubert", "peft", "nowhere", True, 6, True, heard=100.0, learnt=1000.0, answered=200.0, updates=40)
TEST = Job("hubert", "peft", "nowhere", False, 6, True, heard=100.0, answered=100.0)


def cells(text: str, model: str) -> list[str]:
    """The words of a row; a number and its unit are one."""
    (line,) = [line for line in text.splitlines() if line.startswith(model)]
    return [word.strip() for word in line.split("  ") if word.strip()]


def test_the_time_of_a_job_is_the_sum_of_its_parts() -> None:
    assert seconds_of(JOB, RATES, 8.0) == pytest.approx(8 + 2 + 10 + 1 + 6 * 5 + 500 + 40 * 0.25 + 40)
    assert seconds_of(TEST, RATES, 8.0) == pytest.approx(8 + 2 + 10 + 6 * 2 + 20)  # no self-test, nothing learnt


def test_rows_and_sums(tmp_path: Path) -> None:
    done = Job("mert", "frozen", str(tmp_path), True, 6, True, heard=100.0, learnt=1000.0)
    (tmp_path / "checkpoint.json").touch()
    rows = [Row("hubert", "peft", [JOB, JOB, TEST], RATES), Row("mert", "frozen", [done], RATES)]
    text = table(rows, 8.0, gpu=False)
    assert text.split()[:8] == ["model", "tuner", "trainings", "folds", "tests", "there", "time", "left"]
    assert cells(text, "hubert") == ["hubert", "peft", "2", "12", "1", "0", "21 min", "21 min", "12 MB", "2.1 GB"]
    assert cells(text, "mert") == ["mert", "frozen", "1", "6", "0", "1", "9 min", "0 s", "6 MB", "2.1 GB"]
    assert cells(text, "all") == ["all", "3", "18", "1", "1", "30 min", "21 min", "18 MB", "2.1 GB"]
    assert "GPU memory" not in text
    assert cells(table(rows, 8.0, gpu=True), "all")[-1] == "3.0 GB"


def test_what_is_not_known_is_said_and_left_out_of_the_sums() -> None:
    unknown = Job("mert", "peft", "nowhere", True, 6)
    rows = [
        Row("hubert", "peft", [JOB], RATES),
        Row("mert", "peft", [unknown], RATES),
        Row("mine", "full", [JOB], None, "does not fit into this machine's memory"),
    ]
    text, said = table(rows, 8.0, gpu=False), "\n".join(notes(rows, 2))
    assert cells(text, "mert")[6:8] == ["?", "?"]
    assert cells(text, "mine")[6:] == ["?", "?", "?", "?"]
    assert cells(text, "all")[5] == "10 min"
    assert "at most" in said
    assert "not measured: mine (full): does not fit into this machine's memory" in said
    assert "known only when their clips are listed" in said
    assert "too slow" not in said


def test_fewer_clips_are_stated() -> None:
    few = Rates(**{**vars(RATES), "clips": 8})
    assert "too slow for 20, measured on 8: hubert (peft)" in notes([Row("hubert", "peft", [JOB], few)], 1)
