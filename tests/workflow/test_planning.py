"""A full study is planned without its data: the plan is what people look at before they spend days of computing.

How long it takes is measured by benchmarks/planning.py, against a plain Snakefile of the same jobs.
"""

from pathlib import Path

from full_study import LAYERS, lay_out_study


def test_the_full_paper_study_is_planned_from_names_of_recordings_alone(tmp_path: Path) -> None:
    jobs = lay_out_study(tmp_path / "project").plan()
    assert jobs["probe"] == jobs["measure_distances"] == 3 * LAYERS  # three datasets, three pairs
    # stages: of 3 variants of 4 networks, 2 datasets, by 5 draws, strict and 2 draws of twins; labels shuffled for 2
    # networks; 4 parts by 2 protocols; with class weights for 2 networks. Of the first, and of the last two, a second
    # stage; two controls beside two stages of shuffled labels. The first are tested without one as well, strict and by
    # 5 draws
    assert jobs["train_stage"] == 3 * 4 * 2 * 8 + 2 * 2 + 4 * 2 * 2 + 2 * 2
    assert jobs["train_target"] == 3 * 4 * 2 * 8 + 3 * 2 * 2 + 4 * 2 + 2 * 2
    assert jobs["test_source"] == 3 * 4 * 2 * (1 + 5)
