"""Work side by side, in threads that stay: starting one beside busy others takes longer than much of what it does.

A re-roll of eight bars parts its work some 25 times: docs/decisions/0037.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Condition
from types import TracebackType
from typing import Any, ClassVar, ParamSpec, Self, TypeVar

Given = ParamSpec("Given")
Item = TypeVar("Item")
Made = TypeVar("Made")

_MORE_THAN_EVER_WAIT = 1 << 16  # so that work which waits for work that it parted never waits for a thread


class Threads:
    """At most so many of a process's threads at once, for the work that is submitted within a `with`.

    Leaving waits for all of it. Work may part its own work in turn, to any depth.

    Args:
        most: how many work at once; the rest waits for its turn, in order. None for as many as there are cores.
    """

    _kept: ClassVar[ThreadPoolExecutor]

    def __init__(self, most: int | None = None) -> None:
        self._most = most or os.cpu_count() or 1
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._working = 0
        self._changed = Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._working)

    def submit(self, act: Callable[Given, Made], *args: Given.args, **named: Given.kwargs) -> "Future[Made]":
        """Does something beside the caller's own work; what it gives, or raises, is the future's result."""
        future: Future[Made] = Future()
        with self._changed:
            self._waiting.append((future, partial(act, *args, **named)))
            if self._working < self._most:
                self._kept.submit(self._work)  # a process that ends refuses; what is refused is not waited for
                self._working += 1
        return future

    def map(self, act: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
        """What `act` makes of each item, in order; all are begun now, and called off where one fails."""
        futures = [self.submit(act, item) for item in items]
        return _results(futures)

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._working -= 1
                    self._changed.notify_all()
                    return
                future, act = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(act())
                except BaseException as error:  # noqa: BLE001 # raised where the result is asked for
                    future.set_exception(error)
            del future, act  # nothing outlives the work because a thread remembers it

    @classmethod
    def begin(cls) -> None:
        """Starts without any threads: at first, and in a process that was forked, which has none of its parent's."""
        cls._kept = ThreadPoolExecutor(_MORE_THAN_EVER_WAIT, "beside")


def ahead(act: Callable[[Item], Made], items: Iterable[Item], most: int = 2) -> Iterator[Made]:
    """What `act` makes of each item, in order; the next ones are being made while one is used.

    Args:
        most: how many are made at once, and how many wait to be used.
    """
    with Threads(most) as pool:
        waiting: deque[Future[Made]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(act, item))
                if len(waiting) > most:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _results(futures: "list[Future[Made]]") -> Iterator[Made]:
    try:
        for future in futures:
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


Threads.begin()
os.register_at_fork(after_in_child=Threads.begin)
