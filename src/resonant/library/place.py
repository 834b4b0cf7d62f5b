"""The disk: what goes wrong with it, in words; folders that come whole or not at all."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resonant.errors import PlaceError

_REASONS = {
    errno.ENOSPC: "the disk is full; make room there or choose another place",
    errno.EDQUOT: "your share of the disk is used up; make room there or choose another place",
    errno.EROFS: "it is read-only; choose another place",
    errno.EACCES: "it may not be written; choose another place or change its permissions",
    errno.EPERM: "it may not be written; choose another place or change its permissions",
    errno.ENOENT: "no folder can be made there; choose another place",
    errno.ENOTDIR: "a file stands where a folder is needed; choose another place",
    errno.EEXIST: "a file stands where a folder is needed; choose another place",
    errno.ENAMETOOLONG: "its name is too long for this disk; choose a shorter one",
}
PARTIAL_PREFIX = ".unfinished-"
_A_DAY_S = 86_400.0


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Whatever the disk refuses inside the block becomes a PlaceError that names the place."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"the disk says: {error.strerror or error}")
        raise PlaceError(f"{place} can not be written: {reason}") from error


@contextmanager
def unfinished_folder(root: Path) -> Iterator[Path]:
    """A new folder in `root` to write into; it is gone after the block, unless it was moved to its final name.

    Whatever interrupts the block (an error, Ctrl-C, a full disk) leaves nothing behind.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{PARTIAL_PREFIX}{secrets.token_hex(6)}"
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(root: Path) -> int:
    """Removes what a killed process left unfinished (for more than a day: a younger one may still be at work)."""
    yesterday = time.time() - _A_DAY_S
    left = [path for path in root.glob(f"{PARTIAL_PREFIX}*") if path.stat().st_mtime < yesterday]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def check_place(root: Path) -> None:
    """Makes sure that songs can be saved in `root`, before any work is done for one.

    Raises:
        PlaceError: they can not; the message says why.
    """
    with disk_errors(root), unfinished_folder(root):
        pass


def write_durably(path: Path, data: bytes) -> None:
    """Writes a file and waits until it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def leave_to_the_disk(path: Path) -> None:
    """Asks the system, where it can be asked, to hold no copy of a file in memory: one that nobody looks at any more
    leaves its room to the next one that is written, which takes several times as long where room is to be found."""
    if not hasattr(os, "posix_fadvise"):
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def settle_folder(folder: Path) -> None:
    """Waits until the names in a folder are on the disk (POSIX; elsewhere a folder can not be opened)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
