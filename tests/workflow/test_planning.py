"""A full study is planned without its data: the plan is what people look at before they spend days of computing.

How long it takes is measured by benchmarks/planning.py, against a plain Snakefile of the same jobs.
"""

from pathlib import Path

from full_study import LAYERS, lay_out_study


def test_the_full_paper_study_is_planned_from_names_of_recordings_alone(tmp_path: Path) -> None:
    jobs = lay_out_study(tmp_path / "project").plan()
    assert jobs["probe"] == jobs["measure_distances"] == 3 * LAYERS  # three datasets, three pairs
