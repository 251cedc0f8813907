"""A full study is planned without its data: the plan is what people look at before they spend days of computing.

How long it takes is measured by benchmarks/planning.py, against a plain Snakefile of the same jobs.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from full_study import LAYERS, lay_out_study

from workflow_scripts.study.checks import check_study
from workflow_scripts.study.jobs import jobs as jobs_of
from workflow_scripts.study.plan import Plan


def test_the_full_paper_study_is_planned_from_names_of_recordings_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = lay_out_study(tmp_path / "project")
    jobs = project.plan()
    assert jobs["probe"] == jobs["measure_distances"] == 3 * LAYERS  # three datasets, three pairs
    # stages: of 3 variants of 4 networks, 2 datasets, by 5 draws, strict and 2 draws of twins; labels shuffled for 2
    # networks; 4 parts by 2 protocols; with class weights for 2 networks. Of the first, and of the last two, a second
    # stage; two controls beside two stages of shuffled labels. The first are tested without one as well, strict and by
    # 5 draws
    assert jobs["train_stage"] == 3 * 4 * 2 * 8 + 2 * 2 + 4 * 2 * 2 + 2 * 2
    assert jobs["train_target"] == 3 * 4 * 2 * 8 + 3 * 2 * 2 + 4 * 2 + 2 * 2
    assert jobs["test_source"] == 3 * 4 * 2 * (1 + 5)
    # the cost plan counts the same jobs without Snakemake
    monkeypatch.chdir(project.folder)
    counted = Counter(rule for rule, _ in jobs_of(Plan(check_study(project.config))))
    assert counted == _by_rule(jobs)


def _by_rule(jobs: dict[str, int]) -> Counter[str]:
    """Jobs by rule, where the rules that Snakemake generates for sets of layers are one."""
    sums: Counter[str] = Counter()
    for rule, count in jobs.items():
        sums[re.sub(r"_\d+_layers(_and_final)?$", "", rule)] += count
    return sums
