"""The rule `plan` as a user calls it: every training of the study is counted, none is made."""

import json
import re
from pathlib import Path

from project import STUDY, Project, new_study


def row(output: str, *names: str) -> list[str]:
    """trainings, folds, tests, there of a row of the table."""
    found = re.search(r"^" + r" +".join(names) + r" +(\d+) +(\d+) +(\d+) +(\d+) ", output, flags=re.MULTILINE)
    assert found, output
    return list(found.groups())


def test_the_trainings_are_counted_before_they_run_and_once_they_are_there(training: Project) -> None:
    study = training.config
    study["transfer"]["grid"][0]["conditions"] = ["direct", "two-stage", "source-only"]
    training.config = study
    before = training.plan()
    output = training.snakemake("plan")
    # a stage of the target and what goes on from the source, four folds each; the source has other speakers and is
    # trained as a whole; its test is still to be made
    assert row(output, "tiny-wav2vec2", "frozen") == ["3", "9", "1", "3"]
    assert row(output, "tiny-wav2vec2", "lora") == ["3", "9", "1", "3"]
    assert row(output, "all") == ["6", "18", "2", "6"]
    made = [json.loads(path.read_text()) for path in training.folder.rglob("checkpoint.json")]
    assert (len(made), sum(len(one["folds"]) for one in made)) == (6, 18)
    assert "plan: measuring tiny-wav2vec2 lora (2 of 2)" in output
    assert "?" not in output.split("Trainings of this study")[1].split("- time")[0]
    # what is there was counted by the records that its jobs left
    assert re.search(r"^manifest +2 +0 .* runs$", output, flags=re.MULTILINE), output
    assert training.plan() == before, "planning has changed what is to be done"


def test_a_study_that_trains_nothing_says_so(tmp_path: Path) -> None:
    project = new_study(tmp_path / "project")
    assert "transfer" not in STUDY
    assert "Nothing is trained in this study" in project.snakemake("plan")
