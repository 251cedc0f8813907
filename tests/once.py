"""What many tests look at is made once in a run of the tests, by whichever worker needs it first."""

import functools
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

T = TypeVar("T")
FOLDER = "VOCALISE_MADE_ONCE"  # environment variable: the folder of all workers of a run, see conftest.py


def once(make: Callable[..., T]) -> Callable[..., T]:
    """The function, called once for all workers with the same words or numbers. What it returns must not be changed."""

    @functools.cache
    @functools.wraps(make)
    def made(*words: str | int) -> T:
        name = " ".join(map(str, (make.__module__.rpartition(".")[2], make.__qualname__, *words)))
        file = Path(os.environ[FOLDER]) / f"{name}.pickle"
        with FileLock(f"{file}.lock"):
            if not file.exists():
                file.write_bytes(pickle.dumps(make(*words)))
        found: T = pickle.loads(file.read_bytes())
        return found

    return made
