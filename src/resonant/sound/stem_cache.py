"""Stems that were rendered before, by the hash of all that decides their sound."""

import contextlib
import hashlib
import io
import os
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

import numpy as np

from resonant.audio import Audio
from resonant.errors import PlaceError

_DIGEST_BYTES = 32


class StemCache(Protocol):
    """Where rendered stems are kept; `key` is `resonant.sound.render.stem_key`'s. Used from several threads."""

    def get(self, key: str) -> Audio | None:
        """The stem of that key, or None where it is not (or no longer) kept."""

    def put(self, key: str, stem: Audio) -> None:
        """Keep a stem."""


class MemoryStemCache:
    """Stems in memory; those unused for longest are dropped when they take more than `max_bytes`."""

    def __init__(self, max_bytes: int = 512 * 2**20) -> None:
        self._max_bytes = max_bytes
        self._stems: OrderedDict[str, Audio] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Audio | None:
        with self._lock:
            if key in self._stems:
                self._stems.move_to_end(key)
            return self._stems.get(key)

    def put(self, key: str, stem: Audio) -> None:
        with self._lock:
            self._stems[key] = stem
            self._stems.move_to_end(key)
            while self._stems and self.num_bytes > self._max_bytes:
                self._stems.popitem(last=False)

    @property
    def num_bytes(self) -> int:
        """How much the stems take."""
        return sum(stem.samples.nbytes for stem in self._stems.values())


class FolderStemCache:
    """Stems as files in a folder, exact to the bit; the oldest are deleted when they take more than `max_bytes`.

    A file is the SHA-256 of what follows, the sample rate, and the samples as a NumPy array. One that is damaged counts
    as not kept. Files appear whole or not at all.
    """

    def __init__(self, folder: Path, max_bytes: int = 4 * 2**30) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._lock = threading.Lock()

    def get(self, key: str) -> Audio | None:
        path = self._path(key)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PlaceError(
                f"the stem {path} can not be read ({error.strerror}); check the folder's permissions"
            ) from error
        digest, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(payload).digest() != digest:
            return None
        with contextlib.suppress(OSError):  # another process may have deleted it by now, or the folder be read-only
            os.utime(path)
        return _audio(payload)

    def put(self, key: str, stem: Audio) -> None:
        """Keep a stem.

        Raises:
            PlaceError: the folder can not be written, or the disk is full; nothing half-written is left.
        """
        payload = _payload(stem)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._path(key), hashlib.sha256(payload).digest() + payload)
            with self._lock:
                self._make_room()
        except OSError as error:
            raise PlaceError(
                f"stems can not be kept in {self._folder} ({error.strerror}); free some space or name another folder"
            ) from error

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.stem"

    def _write(self, path: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".writing-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _make_room(self) -> None:
        kept: list[tuple[int, int, Path]] = []
        for path in self._folder.glob("*.stem"):
            with contextlib.suppress(FileNotFoundError):  # another process makes room too
                stat = path.stat()
                kept.append((stat.st_mtime_ns, stat.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept)[:-1]:
            if total <= self._max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


def _payload(stem: Audio) -> bytes:
    file = io.BytesIO()
    file.write(stem.sample_rate.to_bytes(4, "little"))
    np.save(file, stem.samples, allow_pickle=False)
    return file.getvalue()


def _audio(payload: bytes) -> Audio:
    return Audio(np.load(io.BytesIO(payload[4:]), allow_pickle=False), int.from_bytes(payload[:4], "little"))
