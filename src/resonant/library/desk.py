"""Where the files of a revision are made and written before anything shows them."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from resonant.library.digests import Blocks, blocks_in
from resonant.library.place import disk_errors, unfinished_folder, write_durably
from resonant.threads import Threads

Maker = Callable[[], bytes]
"""Makes the bytes of a file."""

Makers = dict[str, Maker]
"""By the name of a file in the song's folder, what makes its bytes."""


@dataclass(frozen=True, slots=True)
class Written:
    """Files that were made and lie in `folder`, with their hashes, by name and in the order of names."""

    folder: Path
    blocks: Mapping[str, Blocks]

    @property
    def digests(self) -> dict[str, str]:
        return {name: blocks.whole for name, blocks in self.blocks.items()}


class Desk:
    """An unfinished folder of files, each made and written by a thread of its own from the moment it is begun.

    Args:
        folder: where they lie; see `desk`.
        writing, hashing: the threads that do it.
    """

    def __init__(self, folder: Path, writing: Threads, hashing: Threads) -> None:
        self.folder = folder
        self._writing, self._hashing = writing, hashing
        self._begun: dict[str, Future[Blocks]] = {}

    def begin(self, makers: Makers) -> None:
        """Goes on at once; what was begun under the same name before stays."""
        for parent in {(self.folder / name).parent for name in makers}:
            parent.mkdir(parents=True, exist_ok=True)
        for name, make in makers.items():
            if name not in self._begun:
                self._begun[name] = self._writing.submit(self._write, name, make)

    def written(self, makers: Makers) -> Written:
        """The files of these names, begun before or now, when all are on the disk.

        Raises:
            whatever a maker raises, and OSError where the disk refuses.
        """
        self.begin(makers)
        return Written(self.folder, {name: self._begun[name].result() for name in sorted(makers)})

    def clear(self) -> None:
        """What waits for its turn is not made."""
        for file in self._begun.values():
            file.cancel()

    def _write(self, name: str, make: Maker) -> Blocks:
        data = make()
        hashed = self._hashing.submit(blocks_in, data)  # while the disk is waited for
        write_durably(self.folder / name, data)
        return hashed.result()


@contextmanager
def desk(root: Path) -> Iterator[Desk]:
    """A desk in `root`, gone after the block with all that was not moved from it.

    More threads than cores write, because some of them always wait for the disk.

    Raises:
        PlaceError: no folder can be made there.
    """
    with ExitStack() as stack:
        with disk_errors(root):
            folder = stack.enter_context(unfinished_folder(root))
        hashing = stack.enter_context(Threads())
        work = Desk(folder, stack.enter_context(Threads(2 + (os.cpu_count() or 1))), hashing)
        stack.callback(work.clear)
        yield work
