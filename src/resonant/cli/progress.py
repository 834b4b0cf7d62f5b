"""Progress on stderr: a bar on a terminal, a line a stage in a pipe, nothing for machines."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

Progress = Callable[[str, float], None]  # stage in words, fraction 0…1 of the whole


@contextmanager
def progress_shown(quiet: bool) -> Iterator[Progress]:
    """Shows what is reported while the block runs; `quiet` shows nothing."""
    if quiet:
        yield _unheard
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _Lines()


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Gives `should_stop`, which is true from the first Ctrl-C (or SIGTERM) on.

    The signal also interrupts this thread, so that waiting ends at once; work in other threads sees `should_stop`.
    A second signal changes nothing: it would interrupt the cleaning up after the first.
    """
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if not stopped.is_set():
            stopped.set()
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stopped.is_set  # only the main thread may listen to signals
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unheard(stage: str, fraction: float) -> None:
    return None


class _Lines:
    """Prints a stage when it begins."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, stage: str, fraction: float) -> None:
        if stage != self._stage:
            self._stage = stage
            click.echo(f"{fraction:4.0%} {stage}", err=True)


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:28}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda stage, fraction: bar.update(task, description=stage, completed=fraction)
