"""The same work on many clips, in threads, without a queue that grows with their number."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

TOGETHER = 2000  # items that are queued at once: what waits in a queue takes a kilobyte each


def in_threads(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> Iterator[Result]:
    """`work` of each item, in the order of the items; where one fails, nothing further is begun."""
    with ThreadPoolExecutor(threads) as pool:
        try:
            for start in range(0, len(items), TOGETHER):
                yield from pool.map(work, items[start : start + TOGETHER])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
