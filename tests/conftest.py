"""Numerical libraries with one thread each: the tests themselves run side by side. A folder that the workers share."""

import os
import tempfile

import pytest
from once import FOLDER

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a worker has the folder of the process that started it
        folder = tempfile.TemporaryDirectory(prefix="vocalise-tests-")
        os.environ[FOLDER] = folder.name
        config.add_cleanup(folder.cleanup)
