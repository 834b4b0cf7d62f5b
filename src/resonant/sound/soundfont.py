"""SoundFont files: the records of an SF2 or SF3 file, and its samples, decoded when they are first played.

The format is that of the *SoundFont Technical Specification 2.04* (Creative, 2006), sections 4 to 8; SF3 is the same
file with each sample packed as an Ogg Vorbis stream (sample type bit 0x10, addresses in bytes, loops in frames from
the start of the sample). The file is memory-mapped: opening a bank of 150 MB reads only its tables.
"""

import io
import mmap
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resonant.errors import SoundBankError
from resonant.sound.kept_tones import KeptTones

MAX_SAMPLE_FRAMES = 20 * 60 * 48_000  # nobody loops a sample of twenty minutes; a forged header might ask for more
VORBIS = 0x10
ROM = 0x8000

_FETCH_AGAIN = "fetch the file again or name another bank"
_PRESET = np.dtype([("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("unused", "V12")])
_INSTRUMENT = np.dtype([("name", "S20"), ("bag", "<u2")])
_BAG = np.dtype([("generator", "<u2"), ("modulator", "<u2")])
_GENERATOR = np.dtype([("kind", "<u2"), ("amount", "<i2")])
_MODULATOR = np.dtype(
    [("source", "<u2"), ("target", "<u2"), ("amount", "<i2"), ("amount_source", "<u2"), ("transform", "<u2")]
)
_SAMPLE = np.dtype(
    [
        ("name", "S20"),
        ("start", "<u4"),
        ("end", "<u4"),
        ("loop_start", "<u4"),
        ("loop_end", "<u4"),
        ("rate", "<u4"),
        ("key", "u1"),
        ("correction", "i1"),
        ("link", "<u2"),
        ("kind", "<u2"),
    ]
)
_TABLES = {
    b"phdr": _PRESET,
    b"pbag": _BAG,
    b"pmod": _MODULATOR,
    b"pgen": _GENERATOR,
    b"inst": _INSTRUMENT,
    b"ibag": _BAG,
    b"imod": _MODULATOR,
    b"igen": _GENERATOR,
    b"shdr": _SAMPLE,
}

KEY_RANGE, VELOCITY_RANGE, INSTRUMENT_LINK, SAMPLE_LINK = 43, 44, 41, 53


@dataclass(frozen=True, slots=True)
class Modulator:
    """A controller that moves a generator: the five fields of the specification, section 8.2."""

    source: int
    target: int
    amount: int
    amount_source: int
    transform: int = 0

    @property
    def identity(self) -> tuple[int, int, int]:
        """Two modulators of one identity replace each other (section 9.5)."""
        return self.source, self.target, self.amount_source


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the keyboard, with what it sets.

    Args:
        keys, velocities: lowest and highest, inclusive.
        amounts: generator number to raw amount, the global zone of its list already merged in.
        modulators: by identity, the global zone's merged in.
        link: index of the instrument (in a preset) or of the sample (in an instrument).
    """

    keys: tuple[int, int]
    velocities: tuple[int, int]
    amounts: Mapping[int, int]
    modulators: tuple[Modulator, ...]
    link: int

    def holds(self, key: int, velocity: int) -> bool:
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


@dataclass(frozen=True, slots=True)
class Sample:
    """Where a sample lies and how it is meant: addresses as in the file, `key` its pitch, `correction` in cents."""

    index: int
    name: str
    start: int
    end: int
    loop_start: int
    loop_end: int
    rate: int
    key: int
    correction: int
    kind: int

    @property
    def is_vorbis(self) -> bool:
        return bool(self.kind & VORBIS)

    @property
    def loop(self) -> tuple[int, int]:
        """Loop start and end in frames from the start of the sample."""
        base = 0 if self.is_vorbis else self.start
        return self.loop_start - base, self.loop_end - base


class SoundFont:
    """An open SF2 or SF3 file. Safe to play from several threads at once.

    Args:
        path: the file.

    Raises:
        SoundBankError: it is not there, is no sound bank, or is cut off or forged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._bytes = _mapped(path)
        chunks = _chunks(self._bytes, path)
        self._tables = {name: _table(self._bytes, chunks, name, path) for name in _TABLES}
        self._pool = chunks.get(b"smpl", (0, 0))
        self.info = {
            name.decode("ascii", "replace"): bytes(self._bytes[a:b]).rstrip(b"\0").decode("latin-1")
            for name, (a, b) in chunks.items()
            if name.startswith(b"I")
        }
        _check_order(self._tables, path)
        self.presets: dict[tuple[int, int], int] = {}
        for index, row in enumerate(self._tables[b"phdr"][:-1]):
            self.presets.setdefault((int(row["bank"]), int(row["program"])), index)
        self._zones: dict[tuple[str, int], tuple[Zone, ...]] = {}
        self._frames: dict[tuple[int, int], NDArray[np.float32]] = {}
        self._lock = threading.Lock()
        self.tones = KeptTones()

    @property
    def is_compressed(self) -> bool:
        """Whether its samples are Vorbis streams (SF3)."""
        return bool(np.any(self._tables[b"shdr"]["kind"][:-1] & VORBIS))

    @property
    def num_samples(self) -> int:
        return len(self._tables[b"shdr"]) - 1

    def preset_name(self, bank: int, program: int) -> str:
        """The name that the file gives a preset; `KeyError` if it has none there."""
        return _text(self._tables[b"phdr"][self.presets[bank, program]]["name"])

    def preset_zones(self, preset: int) -> tuple[Zone, ...]:
        """The zones of a preset (index from `presets`); each links to an instrument."""
        return self._zones_of("p", b"phdr", preset, INSTRUMENT_LINK)

    def instrument_zones(self, instrument: int) -> tuple[Zone, ...]:
        """The zones of an instrument; each links to a sample."""
        return self._zones_of("i", b"inst", instrument, SAMPLE_LINK)

    def sample(self, index: int) -> Sample:
        """The header of a sample."""
        row = self._tables[b"shdr"][index]
        names = ("start", "end", "loop_start", "loop_end", "rate", "key", "correction", "kind")
        return Sample(index, _text(row["name"]), *(int(row[name]) for name in names))

    def frames(self, index: int) -> NDArray[np.float32]:
        """The sound of a sample, `float32 [frames]` within ±1, decoded on first use and kept.

        Raises:
            SoundBankError: it lies outside the file, or its Vorbis stream can not be read.
        """
        sample = self.sample(index)
        place = (sample.start, sample.end)  # samples may share a stream, each with its own part of it
        with self._lock:
            kept = self._frames.get(place)
        if kept is not None:
            return kept
        decoded = self._decoded(sample)  # outside the lock: two tracks may decode at once, and rarely the same stream
        with self._lock:
            return self._frames.setdefault(place, decoded)

    def stored(self, sample: Sample) -> bytes:
        """The bytes of a sample as they stand in the file."""
        width = 1 if sample.is_vorbis else 2
        low, high = self._pool
        start, end = low + sample.start * width, low + sample.end * width
        if sample.kind & ROM or not low <= start < end <= high or sample.end - sample.start > MAX_SAMPLE_FRAMES:
            raise SoundBankError(f"{self.path}: sample {sample.name!r} lies outside the file; {_FETCH_AGAIN}")
        return bytes(self._bytes[start:end])

    def _decoded(self, sample: Sample) -> NDArray[np.float32]:
        stored = self.stored(sample)
        if sample.is_vorbis:
            return _vorbis(stored, sample, self.path)
        return np.frombuffer(stored, "<i2").astype(np.float32) / np.float32(32768.0)

    def _zones_of(self, side: str, heads: bytes, index: int, link: int) -> tuple[Zone, ...]:
        if (side, index) not in self._zones:
            head = self._tables[heads]
            bags = range(int(head[index]["bag"]), int(head[index + 1]["bag"]))
            self._zones[side, index] = self._merged([self._zone(side, bag, link) for bag in bags], link)
        return self._zones[side, index]

    def _zone(self, side: str, bag: int, link: int) -> Zone:
        here, after = self._tables[f"{side}bag".encode()][bag : bag + 2]
        rows = self._tables[f"{side}gen".encode()][here["generator"] : after["generator"]]
        amounts = {int(row["kind"]): int(row["amount"]) for row in rows}
        moves = self._tables[f"{side}mod".encode()][here["modulator"] : after["modulator"]]
        modulators = tuple(Modulator(*(int(value) for value in row)) for row in moves)
        return Zone(
            _range(amounts.pop(KEY_RANGE, None)),
            _range(amounts.pop(VELOCITY_RANGE, None)),
            amounts,
            modulators,
            amounts.pop(link, -1) & 0xFFFF,
        )

    def _merged(self, zones: list[Zone], link: int) -> tuple[Zone, ...]:
        """Zones with the global zone (the first, if it links to nothing) merged in; later ones without link dropped."""
        limit = self.num_samples if link == SAMPLE_LINK else len(self._tables[b"inst"]) - 1
        common = zones[0] if zones and zones[0].link == 0xFFFF else None
        linked = [zone for zone in zones if zone.link != 0xFFFF]
        if any(zone.link >= limit for zone in linked):
            raise SoundBankError(f"{self.path}: a zone points to a sample that is not there; {_FETCH_AGAIN}")
        return tuple(linked if common is None else (_over(common, zone) for zone in linked))


def _over(common: Zone, zone: Zone) -> Zone:
    modulators = {m.identity: m for m in (*common.modulators, *zone.modulators)}
    keys = common.keys if zone.keys == (0, 127) else zone.keys
    velocities = common.velocities if zone.velocities == (0, 127) else zone.velocities
    return Zone(keys, velocities, {**common.amounts, **zone.amounts}, tuple(modulators.values()), zone.link)


def _range(amount: int | None) -> tuple[int, int]:
    return (0, 127) if amount is None else (amount & 0xFF, amount >> 8 & 0xFF)


def _text(raw: Any) -> str:
    return bytes(raw).split(b"\0")[0].decode("latin-1").strip()


def _mapped(path: Path) -> mmap.mmap:
    if not path.is_file():
        raise SoundBankError(f"{path}: there is no such sound bank; see `resonant soundbank` for those that were found")
    if path.stat().st_size < 12:
        raise SoundBankError(f"{path}: this is not a SoundFont file (SF2 or SF3); name one")
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _chunks(data: mmap.mmap, path: Path) -> dict[bytes, tuple[int, int]]:
    """First and last byte of each chunk inside the LIST chunks of a SoundFont RIFF."""
    if data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        raise SoundBankError(f"{path}: this is not a SoundFont file (SF2 or SF3); name one")
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise SoundBankError(f"{path}: the file is cut off after {len(data)} of {end} bytes; {_FETCH_AGAIN}")
    found: dict[bytes, tuple[int, int]] = {}
    for name, start, stop in _walk(data, 12, end, path):
        if name == b"LIST":
            found.update({inner: (a, b) for inner, a, b in _walk(data, start + 4, stop, path)})
    return found


def _walk(data: mmap.mmap, start: int, end: int, path: Path) -> list[tuple[bytes, int, int]]:
    rows, at = [], start
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise SoundBankError(f"{path}: a chunk reaches past the end of the file; {_FETCH_AGAIN}")
        rows.append((bytes(data[at : at + 4]), at + 8, at + 8 + size))
        at += 8 + size + size % 2
    return rows


def _table(data: mmap.mmap, chunks: dict[bytes, tuple[int, int]], name: bytes, path: Path) -> NDArray[Any]:
    start, end = chunks.get(name, (0, 0))
    size = _TABLES[name].itemsize
    if end - start < size or (end - start) % size:
        raise SoundBankError(f"{path}: table {name.decode()!r} is missing or broken; {_FETCH_AGAIN}")
    return np.frombuffer(data[start:end], _TABLES[name])


def _check_order(tables: Mapping[bytes, NDArray[Any]], path: Path) -> None:
    """Each record points forward into the next table; else slices of one would run over another."""
    columns = [(b"phdr", "bag", b"pbag"), (b"inst", "bag", b"ibag")]
    for side in (b"p", b"i"):
        columns += [(side + b"bag", "generator", side + b"gen"), (side + b"bag", "modulator", side + b"mod")]
    for table, column, into in columns:
        indexes = tables[table][column].astype(np.int64)
        if np.any(np.diff(indexes) < 0) or indexes[-1] >= len(tables[into]) + (column != "bag"):
            raise SoundBankError(f"{path}: table {table.decode()!r} is out of order; {_FETCH_AGAIN}")


def _vorbis(stored: bytes, sample: Sample, path: Path) -> NDArray[np.float32]:
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(stored)) as file:
            if not 0 < file.frames <= MAX_SAMPLE_FRAMES:
                raise SoundBankError(f"{path}: sample {sample.name!r} claims {file.frames} frames; {_FETCH_AGAIN}")
            frames = file.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise SoundBankError(f"{path}: sample {sample.name!r} can not be decoded; {_FETCH_AGAIN}") from error
    return np.ascontiguousarray(frames[:, 0])
