"""Work in threads: results in order, a queue that does not grow with the items, and an end at the first error."""

import pytest

from workflow_scripts.study import parallel
from workflow_scripts.study.parallel import in_threads


def test_results_come_in_the_order_of_the_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "TOGETHER", 7)
    assert list(in_threads(lambda item: item * item, range(30), 3)) == [item * item for item in range(30)]


def test_what_is_queued_does_not_grow_with_the_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "TOGETHER", 5)
    begun: list[int] = []
    results = in_threads(begun.append, range(1000), 2)
    next(results)
    assert len(begun) <= 5
    results.close()  # type: ignore[attr-defined]  # a generator


def test_an_error_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "TOGETHER", 5)
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        raise ValueError(str(item))

    with pytest.raises(ValueError, match="0"):
        list(in_threads(work, range(1000), 2))
    assert len(begun) <= 5
