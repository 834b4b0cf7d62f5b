"""Work side by side: in order, so many at once, to any depth, in threads that stay."""

import subprocess
import sys
import threading
import time
from concurrent.futures import Future

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.threads import Threads, ahead


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=20), st.integers(1, 5))
def test_results_come_in_order_and_no_more_work_at_once_than_may(waits: list[int], most: int) -> None:
    lock, now, peak = threading.Lock(), 0, 0

    def work(item: tuple[int, int]) -> int:
        nonlocal now, peak
        with lock:
            now, peak = now + 1, max(peak, now + 1)
        time.sleep(item[1] / 2000)
        with lock:
            now -= 1
        return item[0]

    with Threads(most) as beside:
        found = beside.map(work, enumerate(waits))
    assert now == 0
    assert list(found) == list(range(len(waits)))
    assert peak <= most


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 3))
def test_what_is_made_ahead_comes_in_order_and_no_more_of_it_waits_than_may(waits: list[int], most: int) -> None:
    made: list[int] = []

    def make(item: tuple[int, int]) -> int:
        time.sleep(item[1] / 2000)
        made.append(item[0])
        return item[0]

    for used, number in enumerate(ahead(make, enumerate(waits), most)):
        assert number == used
        assert len(made) <= used + 1 + most + 1  # what was used, what waits, and what is submitted for the next
    assert sorted(made) == list(range(len(waits)))


def test_what_fails_ahead_is_raised_in_its_turn() -> None:
    def make(item: int) -> float:
        return 1 / (2 - item)

    found = ahead(make, range(9))
    assert [next(found), next(found)] == [0.5, 1.0]
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_two_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)
    with Threads(2) as beside:
        assert sorted(beside.map(lambda _: both.wait(), range(2))) == [0, 1]


def test_leaving_waits_for_what_was_begun() -> None:
    done: list[int] = []
    with Threads(1) as beside:
        for number in range(5):
            beside.submit(lambda number=number: (time.sleep(0.002), done.append(number)))
    assert done == list(range(5))


def test_what_fails_is_raised_where_its_result_is_asked_for_and_the_rest_is_done() -> None:
    with Threads(1) as beside:
        bad: Future[int] = beside.submit(int, "x")
        good = beside.submit(int, "7")
    with pytest.raises(ValueError, match="'x'"):
        bad.result()
    assert good.result() == 7


def test_what_waits_can_be_called_off() -> None:
    go = threading.Event()
    with Threads(1) as beside:
        first, second = beside.submit(go.wait, 10), beside.submit(int, "7")
        assert second.cancel()
        go.set()
    assert first.result() and second.cancelled()


def test_work_parts_its_work_to_any_depth() -> None:
    """As deep as no pool of fixed size would go: each level waits for the one below."""

    def parted(depth: int) -> int:
        if not depth:
            return 1
        with Threads(2) as beside:
            return sum(beside.map(parted, [depth - 1, depth - 1]))

    assert parted(6) == 64


def test_threads_are_started_once() -> None:
    def who(_: int) -> int:
        return threading.get_ident()

    def used() -> set[int]:
        with Threads(1) as beside:
            return set(beside.map(who, range(3)))

    before = threading.active_count()
    seen = [used() for _ in range(50)]
    assert all(len(each) == 1 for each in seen)
    assert threading.active_count() - before <= 1


def test_a_forked_process_has_threads_of_its_own() -> None:
    code = """
import os
from resonant.threads import Threads, ahead
def done():
    with Threads(2) as beside:
        return list(beside.map(abs, [-1, -2, -3])) == [1, 2, 3]
assert done()
child = os.fork()
if not child:
    os._exit(0 if done() else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], timeout=60, check=False).returncode == 0
