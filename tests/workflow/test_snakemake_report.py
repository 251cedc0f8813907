"""Snakemake's own report beside ours: every figure, and captions that docutils reads."""

import re
from pathlib import Path

import pytest
from project import Project


@pytest.mark.parametrize("name", ["finished", "finished_training"])
def test_snakemake_reports_every_figure(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    study: Project = request.getfixturevalue(name)
    said = study.snakemake("--report", str(tmp_path / "report.html"))
    assert re.findall(r"\((?:ERROR|WARNING)/\d\).*", said) == []  # what docutils makes of a caption
    page = (tmp_path / "report.html").read_text()
    drawn = {path.relative_to(study.folder).as_posix() for path in (study.folder / "results/figures").rglob("*.svg")}
    assert len(drawn) > 5
    assert {path for path in drawn if f'"{path}"' not in page} == set()
