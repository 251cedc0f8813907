"""Small finished studies, shared by the tests of this folder."""

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from project import Project, new_study, new_training

Factory = pytest.TempPathFactory


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.workflow)
    # the long ones first: what is left when a worker has nothing more to do is short
    items.sort(key=lambda item: item.get_closest_marker("workflow") is None)


def made_once(factory: Factory, worker_id: str, name: str, new: Callable[[Path], Project], result: str) -> Project:
    """A study after a full run, made once for all workers. Tests must not change it: they duplicate it."""
    base = factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / name
    with FileLock(f"{folder}.lock"):
        if not (folder / result).exists():
            assert not folder.exists(), "the study could not be finished by another worker; see its failure"
            new(folder).snakemake()
    return Project(folder)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: Factory, worker_id: str) -> Project:
    """The study of every question but transfer."""
    return made_once(tmp_path_factory, worker_id, "finished", new_study, "results/report.html")


@pytest.fixture(scope="session")
def finished_training(tmp_path_factory: Factory, worker_id: str) -> Project:
    """The study of transfer alone."""
    return made_once(tmp_path_factory, worker_id, "finished_training", new_training, "results/report.html")


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """The finished study, to be edited."""
    return finished.duplicate(tmp_path / "project")


@pytest.fixture
def training(finished_training: Project, tmp_path: Path) -> Project:
    """The finished study of transfer, to be edited."""
    return finished_training.duplicate(tmp_path / "training")
