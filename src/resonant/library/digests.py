"""What a file is, as one hash over the hashes of its blocks: a file that grew is hashed again only where it changed."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1 << 20
_DIGEST_BYTES = 32
_STAMP = struct.Struct("<8sqq")  # what this is, size in bytes, time of the last change in ns
_MAGIC = b"blocks01"


@dataclass(frozen=True, slots=True)
class Blocks:
    """The SHA-256 of each MiB of a file, one behind the other, and the file's size in bytes."""

    size: int
    digests: bytes

    @property
    def whole(self) -> str:
        """The digest of the file: SHA-256, in hex, over those of its blocks."""
        return hashlib.sha256(self.digests).hexdigest()


def digest(path: Path) -> str:
    """The digest of a file, in hex: the SHA-256 over the SHA-256s of its blocks of 1 MiB.

    Raises:
        OSError: it can not be read.
    """
    return blocks_of(path).whole


def digest_of(data: bytes) -> str:
    """The digest that a file of these bytes has."""
    starts = range(0, len(data), BLOCK_BYTES)
    parts = b"".join(hashlib.sha256(data[start : start + BLOCK_BYTES]).digest() for start in starts)
    return hashlib.sha256(parts).hexdigest()


def blocks_of(path: Path) -> Blocks:
    """The hashes of all blocks of a file."""
    with path.open("rb") as file:
        return _grown(Blocks(0, b""), file, path.stat().st_size, ())


def grown(before: Blocks, path: Path, changed: Sequence[tuple[int, int]]) -> Blocks:
    """The blocks of a file that was written to since `before`: only what changed is read.

    Args:
        before: its blocks as they were.
        path: the file as it is.
        changed: half-open spans of bytes that were written. What lies behind the old end counts as changed.
    """
    with path.open("rb") as file:
        return _grown(before, file, path.stat().st_size, changed)


def _grown(before: Blocks, file: BinaryIO, size: int, changed: Sequence[tuple[int, int]]) -> Blocks:
    kept_whole = min(before.size, size) // BLOCK_BYTES
    digests = []
    for number in range(-(-size // BLOCK_BYTES)):
        start, end = number * BLOCK_BYTES, (number + 1) * BLOCK_BYTES
        if number < kept_whole and not any(begin < end and start < stop for begin, stop in changed):
            digests.append(before.digests[number * _DIGEST_BYTES : (number + 1) * _DIGEST_BYTES])
        else:
            file.seek(start)
            digests.append(hashlib.sha256(file.read(BLOCK_BYTES)).digest())
    return Blocks(size, b"".join(digests))


def remember(memory: Path, path: Path, blocks: Blocks) -> None:
    """Keeps the blocks of `path` in the file `memory`, with its size and the time of its last change."""
    stamp = _STAMP.pack(_MAGIC, blocks.size, path.stat().st_mtime_ns)
    memory.write_bytes(stamp + blocks.digests)


def remembered(memory: Path, path: Path) -> Blocks | None:
    """The blocks of `path` as they were kept in `memory`; None where there are none, or `path` has changed since."""
    try:
        data, stat = memory.read_bytes(), path.stat()
    except FileNotFoundError:
        return None
    if len(data) < _STAMP.size:
        return None
    magic, size, changed_ns = _STAMP.unpack_from(data)
    digests = data[_STAMP.size :]
    whole = len(digests) == -(-size // BLOCK_BYTES) * _DIGEST_BYTES
    if magic != _MAGIC or not whole or (size, changed_ns) != (stat.st_size, stat.st_mtime_ns):
        return None
    return Blocks(size, digests)
