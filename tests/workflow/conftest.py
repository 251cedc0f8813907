"""One small finished study, shared by the tests of this folder."""

from pathlib import Path

import pytest
from filelock import FileLock
from project import Project, new_study


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.workflow)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """The study after a full run, made once for all workers. Tests must not change it: they duplicate it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "finished"
    with FileLock(f"{folder}.lock"):
        if not (folder / "results/report.html").exists():
            assert not folder.exists(), "the study could not be finished by another worker; see its failure"
            new_study(folder).snakemake()
    return Project(folder)


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """The finished study, to be edited."""
    return finished.duplicate(tmp_path / "project")
