"""What a file is, as one hash over the hashes of its blocks: a file that grew is hashed again only where it changed."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

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


def known_digest(folder: Path, name: str) -> str:
    """The digest of a file of a song: from its remembered blocks where it has not changed since, else read."""
    blocks = remembered(memory_of(folder, name), folder / name)
    return digest(folder / name) if blocks is None else blocks.whole


def memory_of(folder: Path, name: str) -> Path:
    """Where the blocks of a file of the song in `folder` are remembered."""
    return folder / "history" / "blocks" / name.replace("/", "_")


def blocks_in(data: bytes) -> Blocks:
    """The hashes of all blocks of a file of these bytes."""
    starts = range(0, len(data), BLOCK_BYTES)
    view = memoryview(data)
    return Blocks(len(data), b"".join(hashlib.sha256(view[start : start + BLOCK_BYTES]).digest() for start in starts))


def blocks_of(path: Path) -> Blocks:
    """The hashes of all blocks of a file."""
    digests = []
    with path.open("rb") as file:
        while data := file.read(BLOCK_BYTES):
            digests.append(hashlib.sha256(data).digest())
        return Blocks(file.tell(), b"".join(digests))


def replaced(before: Blocks, path: Path, header: bytes, offset: int, end: bytes) -> Blocks:
    """The blocks that a file will have once its header and all that lies behind `offset` are written over.

    Only the blocks that change are read.

    Args:
        before: its blocks as it is.
        path: the file as it is.
        header: its new first bytes.
        offset: up to here, but for the header, it stays; `end` are the bytes from there on.
    """
    size, digests = offset + len(end), []
    with path.open("rb") as file:
        for start in range(0, size, BLOCK_BYTES):
            stop = min(start + BLOCK_BYTES, size)
            if start >= len(header) and start + BLOCK_BYTES <= offset:
                digests.append(before.digests[start // BLOCK_BYTES * _DIGEST_BYTES :][:_DIGEST_BYTES])
                continue
            file.seek(start)
            data = file.read(max(min(stop, offset) - start, 0)) + end[max(start - offset, 0) : max(stop - offset, 0)]
            here = header[start:stop]
            digests.append(hashlib.sha256(here + data[len(here) :]).digest())
    return Blocks(size, b"".join(digests))


def remember(memory: Path, path: Path, blocks: Blocks) -> None:
    """Keeps the blocks of `path` in the file `memory`, with its size and the time of its last change."""
    stamp = _STAMP.pack(_MAGIC, blocks.size, path.stat().st_mtime_ns)
    memory.parent.mkdir(parents=True, exist_ok=True)
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
