"""Thin presets of a SoundFont and pack them into an SF3 file.

Samples of one instrument lie behind each other in one Vorbis stream, since every stream costs 4 KB of code books; the
zones say by their address offsets which part is theirs (SoundFont 2.04, section 8.1.2, startAddrsOffset).
"""

import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from soundbank_recipe import Part

from resonant.sound.soundfont import INSTRUMENT_LINK, KEY_RANGE, SAMPLE_LINK, VELOCITY_RANGE, VORBIS, SoundFont, Zone

Mono = NDArray[np.float32]

START, END, START_COARSE, END_COARSE, PAN, MODES, ROOT = 0, 1, 4, 12, 17, 54, 58
RATES = (11025, 16000, 22050, 24000, 32000, 44100)
QUIET_DB = 60.0  # what lies this far under the whole above a rate's band is not missed
GAP = 512  # silence between samples of one stream, so that none smears into its neighbour
LEAD = 1024  # the loop sounds this long before it begins, so that the sampler can cross over from its end to its start
SEAM = 2048  # and this far behind its end, dying away: a long block of Vorbis, so that no cut is coded near the seam
SHORTEST_LOOP_S = 0.05


@dataclass(frozen=True)
class Cut:
    """A sample made ready: `loop` in frames, or None; `rate` in Hz (not whole, so that loops keep whole frames)."""

    name: str
    sound: Mono
    loop: tuple[int, int] | None
    rate: float
    key: int
    correction: int


@dataclass(frozen=True)
class Placed:
    """A cut in its stream: first and last frame, and the bytes of the stream."""

    cut: Cut
    first: int
    stream_frames: int
    stream: tuple[int, int]


class Packer:
    """Collects presets; `file()` gives the SF3 file."""

    def __init__(self, font: SoundFont) -> None:
        self.font = font
        self._pool = bytearray()
        self._placed: list[Placed] = []
        self._by_sample: dict[tuple[int, bool], int] = {}  # source sample, and whether made louder
        self._instruments: list[tuple[str, list[Zone]]] = []
        self._by_instrument: dict[tuple[int, tuple[int, int]], int] = {}
        self._presets: list[tuple[str, int, int, list[Zone]]] = []

    @property
    def num_bytes(self) -> int:
        return len(self._pool)

    @property
    def num_samples(self) -> int:
        return len(self._placed)

    def add(self, part: Part) -> None:
        """Take a preset over, thinned as the recipe asks."""
        zones = []
        for outer in self.font.preset_zones(self.font.presets[part.bank, part.program]):
            zones.append(replace(outer, link=self._instrument(outer.link, part)))
        self._presets.append((self.font.preset_name(part.bank, part.program), part.bank, part.program, zones))

    def file(self) -> bytes:
        """The whole SF3 file."""
        return _riff(self._info(), bytes(self._pool), self._tables())

    def _instrument(self, index: int, part: Part) -> int:
        known = (index, part.keys)
        if known not in self._by_instrument:
            source = self.font.instrument_zones(index)
            zones = thinned(self.font, source, part)
            louder = {z.link for z in source if part.mono and _twin(z, source, right=True) is not None}
            self._place(zones, part, louder)
            rows = [self._addressed(zone, zone.link in louder) for zone in zones]
            self._by_instrument[known] = len(self._instruments)
            self._instruments.append((self.font.instrument_name(index), rows))
        return self._by_instrument[known]

    def _place(self, zones: list[Zone], part: Part, louder: set[int]) -> None:
        """Pack the samples of these zones, those of one rate in one stream; `louder` ones lost their other side."""
        cuts: dict[tuple[int, bool], Cut] = {}
        for zone in zones:
            place = (zone.link, zone.link in louder)
            if place not in cuts and place not in self._by_sample:
                looped = bool(zone.amounts.get(MODES, 0) & 1)
                cuts[place] = cut(self.font, zone.link, part, looped=looped, louder=place[1])
        for band in sorted({_band(c.rate) for c in cuts.values()}):
            members = {place: c for place, c in cuts.items() if _band(c.rate) == band}
            for chunk in _chunks(members, 20.0):
                self._stream(chunk, band, part.quality)

    def _stream(self, cuts: dict[tuple[int, bool], Cut], rate: int, quality: float) -> None:
        gap = np.zeros(GAP, np.float32)
        firsts, at, pieces = [], 0, []
        for one in cuts.values():
            firsts.append(at)
            pieces += [one.sound, gap]
            at += len(one.sound) + GAP
        stream = vorbis(np.concatenate(pieces), rate, quality)
        place = (len(self._pool), len(self._pool) + len(stream))
        self._pool += stream
        for (place_in_source, one), first in zip(cuts.items(), firsts, strict=True):
            self._by_sample[place_in_source] = len(self._placed)
            self._placed.append(Placed(one, first, at, place))

    def _addressed(self, zone: Zone, louder: bool) -> Zone:
        """The zone with its sample's place in the stream."""
        number = self._by_sample[zone.link, louder]
        placed = self._placed[number]
        after = placed.first + len(placed.cut.sound) - placed.stream_frames
        amounts = dict(zone.amounts)
        amounts.update({START: placed.first % 32768, START_COARSE: placed.first // 32768})
        amounts.update({END: -(-after % 32768), END_COARSE: -(-after // 32768)})
        if placed.cut.loop is None:
            amounts[MODES] = 0
        return replace(zone, amounts=amounts, link=number)

    def _info(self) -> dict[bytes, bytes]:
        info = self.font.info
        return {
            b"ifil": struct.pack("<HH", 3, 1),
            b"isng": b"EMU8000\0",
            b"INAM": b"Resonant GM\0",
            b"IENG": _even(info.get("IENG", "")),
            b"ICOP": _even(info.get("ICOP", "")),
            b"ICMT": _even("MIT licence; a subset of Fluid R3 GM, see LICENSE beside this file"),
            b"ISFT": _even("resonant build_soundbank"),
        }

    def _tables(self) -> dict[bytes, bytes]:
        presets = [(name, zones, (program, bank)) for name, bank, program, zones in self._presets]
        heads, tables = _lists(presets, INSTRUMENT_LINK, b"p")
        tables[b"phdr"] = b"".join(
            struct.pack("<20sHHHIII", name.encode("latin-1")[:19], program, bank, bag, 0, 0, 0)
            for name, bag, (program, bank) in heads
        )
        instruments = [(name, zones, (0, 0)) for name, zones in self._instruments]
        heads, more = _lists(instruments, SAMPLE_LINK, b"i")
        tables |= more
        tables[b"inst"] = b"".join(struct.pack("<20sH", name.encode("latin-1")[:19], bag) for name, bag, _ in heads)
        tables[b"shdr"] = b"".join(map(_sample_header, self._placed)) + struct.pack("<20s5IBbHH", b"EOS", *[0] * 9)
        order = (b"phdr", b"pbag", b"pmod", b"pgen", b"inst", b"ibag", b"imod", b"igen", b"shdr")
        return {name: tables[name] for name in order}


def thinned(font: SoundFont, zones: Iterable[Zone], part: Part) -> list[Zone]:
    """The zones that are kept, their key ranges widened over those that are not."""
    low, high = part.keys
    inside = [z for z in zones if z.keys[1] >= low and z.keys[0] <= high]
    inside = [replace(z, keys=(max(z.keys[0], low), min(z.keys[1], high))) for z in inside]
    if part.mono:
        inside = [_centred(z, inside) for z in inside if _twin(z, inside, right=False) is None]
    layers: dict[object, list[Zone]] = {}
    for zone in inside:
        layers.setdefault((zone.velocities, zone.amounts.get(PAN, 0)), []).append(zone)
    kept = [zone for layer in layers.values() for zone in _spread(font, layer, part.step)]
    return kept if part.bank else _widened(kept)


def _widened(zones: list[Zone]) -> list[Zone]:
    """The outermost zones reach to the ends of the keyboard: a key beyond the source's range still sounds."""
    lowest, highest = min(z.keys[0] for z in zones), max(z.keys[1] for z in zones)
    return [
        replace(z, keys=(0 if z.keys[0] == lowest else z.keys[0], 127 if z.keys[1] == highest else z.keys[1]))
        for z in zones
    ]


def _twin(zone: Zone, zones: Iterable[Zone], *, right: bool) -> Zone | None:
    """The other side of a stereo pair: of a left zone its right one, or (`right=False`) of a right zone its left."""
    side = 1 if right else -1
    if zone.amounts.get(PAN, 0) * -side < 200:
        return None
    pairs = (z for z in zones if z.keys == zone.keys and z.velocities == zone.velocities)
    return next((z for z in pairs if z.amounts.get(PAN, 0) * side >= 200), None)


def _centred(zone: Zone, zones: list[Zone]) -> Zone:
    """A left side that has lost its right one goes to the middle; `Packer` makes it 3 dB louder."""
    if _twin(zone, zones, right=True) is None:
        return zone
    return replace(zone, amounts={**zone.amounts, PAN: 0})


def _spread(font: SoundFont, layer: list[Zone], step: int) -> list[Zone]:
    """One zone in `step` semitones, if the zones of the layer lie side by side."""
    layer = sorted(layer, key=lambda z: z.keys)
    if step <= 1 or any(b.keys[0] <= a.keys[1] for a, b in pairwise(layer)):
        return layer
    kept: list[Zone] = []
    for zone in layer:
        if not kept or _root(font, zone) - _root(font, kept[-1]) >= step:
            kept.append(zone)
    edges = [layer[0].keys[0]]
    edges += [(_root(font, a) + _root(font, b)) // 2 + 1 for a, b in pairwise(kept)]
    edges.append(layer[-1].keys[1] + 1)
    if any(b <= a for a, b in pairwise(edges)):
        return layer
    return [replace(z, keys=(a, b - 1)) for z, a, b in zip(kept, edges, edges[1:], strict=False)]


def _root(font: SoundFont, zone: Zone) -> int:
    """The key at which the zone sounds best: its sample's pitch, or the middle of its keys if that lies outside."""
    middle = (zone.keys[0] + zone.keys[1]) // 2
    root = zone.amounts.get(ROOT, font.sample(zone.link).key)
    return root if zone.keys[0] - 2 <= root <= zone.keys[1] + 2 else middle


def cut(font: SoundFont, index: int, part: Part, *, looped: bool, louder: bool) -> Cut:
    """A sample at the lowest rate that keeps its sound, its tail faded, its loop whole frames long."""
    sample = font.sample(index)
    sound = font.frames(index)
    if louder:
        sound = sound * np.float32(np.sqrt(2.0))
    loop = sample.loop if looped and 0 <= sample.loop[0] < sample.loop[1] - 1 <= len(sound) else None
    sound = sound[: loop[1]] if loop else _faded(sound, sample.rate, part.seconds)
    target = min(_needed_rate(sound, sample.rate), part.rate, sample.rate)
    if loop is None:
        rate = float(target)
        return Cut(
            sample.name,
            soxr.resample(sound, sample.rate, rate, quality="VHQ"),
            None,
            rate,
            sample.key,
            sample.correction,
        )
    return _looped_cut(sound, loop, target, sample.rate, (sample.name, sample.key, sample.correction))


def _looped_cut(sound: Mono, loop: tuple[int, int], target: int, rate: int, label: tuple[str, int, int]) -> Cut:
    """Loop repeated until it is long enough to code well, then behind its end for the coder and the resampler."""
    start, end = loop
    period = end - start
    turns = max(1, -(-int(SHORTEST_LOOP_S * rate) // period))
    new_length = max(round(turns * period * target / rate), 2)
    ratio = new_length / (turns * period)
    extra = int((LEAD + 2 * SEAM) / ratio) + 64
    body = np.tile(sound[start:end], turns + extra // period + 2)
    long = np.concatenate([sound[:start], body])[: start + turns * period + extra]
    made = soxr.resample(long, 1.0, ratio, quality="VHQ")
    # The loop begins a lead later than in the source: what comes before its start and its end is then the same sound.
    first = int(np.ceil(start * ratio)) + LEAD
    keep = made[: first + new_length + SEAM].astype(np.float32)
    keep[-SEAM // 2 :] *= np.linspace(1.0, 0.0, SEAM // 2, dtype=np.float32)
    name, key, correction = label
    return Cut(name, keep, (first, first + new_length), rate * ratio, key, correction)


def _faded(sound: Mono, rate: int, seconds: float) -> Mono:
    """Cut where the rest is inaudible, with a short fade."""
    loud = np.flatnonzero(np.abs(sound) > np.max(np.abs(sound)) * 10 ** (-60 / 20))
    end = min(int(loud[-1]) + 1 if len(loud) else 1, int(seconds * rate), len(sound))
    out = sound[:end].copy()
    fade = min(int(0.05 * rate) if end == int(seconds * rate) else 64, end)
    out[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return out


def _needed_rate(sound: Mono, rate: int) -> int:
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequencies = np.fft.rfftfreq(len(sound), 1.0 / rate)
    total = power.sum() + 1e-20
    for candidate in RATES:
        if power[frequencies > 0.45 * candidate].sum() < total * 10 ** (-QUIET_DB / 10):
            return min(candidate, rate)
    return rate


def _band(rate: float) -> int:
    """The nominal rate for the coder."""
    return min(RATES, key=lambda r: abs(r - rate))


def _chunks(cuts: dict[tuple[int, bool], Cut], seconds: float) -> Iterator[dict[tuple[int, bool], Cut]]:
    """Streams of at most so many seconds: a player that needs one sample decodes its stream."""
    chunk: dict[tuple[int, bool], Cut] = {}
    for place, one in cuts.items():
        if chunk and sum(len(c.sound) / c.rate for c in chunk.values()) > seconds:
            yield chunk
            chunk = {}
        chunk[place] = one
    if chunk:
        yield chunk


def vorbis(sound: Mono, rate: int, quality: float) -> bytes:
    """An Ogg Vorbis stream with serial number 1, so that the same sound is the same bytes."""
    memory = io.BytesIO()
    soundfile.write(memory, sound, rate, format="OGG", subtype="VORBIS", compression_level=1.0 - quality)
    return _with_serial(memory.getvalue(), 1)


def _with_serial(stream: bytes, serial: int) -> bytes:
    """Each page's serial number set and its checksum made anew (RFC 3533, section 6)."""
    out, at = bytearray(stream), 0
    while at < len(out):
        segments = out[at + 26]
        size = 27 + segments + sum(out[at + 27 : at + 27 + segments])
        out[at + 14 : at + 18] = serial.to_bytes(4, "little")
        out[at + 22 : at + 26] = bytes(4)
        out[at + 22 : at + 26] = _crc(out[at : at + size]).to_bytes(4, "little")
        at += size
    return bytes(out)


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return table


_CRC = _crc_table()


def _crc(page: bytes | bytearray) -> int:
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _CRC[(value >> 24) ^ byte]
    return value


def _sample_header(placed: Placed) -> bytes:
    one = placed.cut
    loop = (0, 0) if one.loop is None else tuple(placed.first + edge for edge in one.loop)
    name = one.name.encode("latin-1")[:19]
    rate = round(one.rate)
    return struct.pack("<20s5IBbHH", name, *placed.stream, *loop, rate, one.key, one.correction, 0, 1 | VORBIS)


def _lists(
    owners: list[tuple[str, list[Zone], tuple[int, int]]], link: int, side: bytes
) -> tuple[list[tuple[str, int, tuple[int, int]]], dict[bytes, bytes]]:
    """Bags, generators and modulators of presets or instruments, with the terminal records."""
    heads, bags, generators, modulators = [], [], bytearray(), bytearray()
    for name, zones, place in owners:
        heads.append((name, len(bags), place))
        for zone in zones:
            bags.append((len(generators) // 4, len(modulators) // 10))
            for kind, raw in _rows(zone, link):
                generators += struct.pack("<HH", kind, raw & 0xFFFF)
            for m in zone.modulators:
                modulators += struct.pack("<HHhHH", m.source, m.target, m.amount, m.amount_source, m.transform)
    heads.append(("EOP" if side == b"p" else "EOI", len(bags), (0, 0)))
    bags.append((len(generators) // 4, len(modulators) // 10))
    return heads, {
        side + b"bag": b"".join(struct.pack("<HH", *bag) for bag in bags),
        side + b"gen": bytes(generators) + bytes(4),
        side + b"mod": bytes(modulators) + bytes(10),
    }


def _rows(zone: Zone, link: int) -> Iterator[tuple[int, int]]:
    """Generators in the order that section 8.1.2 asks for: ranges first, the link last."""
    if zone.keys != (0, 127):
        yield KEY_RANGE, zone.keys[0] | zone.keys[1] << 8
    if zone.velocities != (0, 127):
        yield VELOCITY_RANGE, zone.velocities[0] | zone.velocities[1] << 8
    yield from ((kind, amount) for kind, amount in sorted(zone.amounts.items()) if amount or kind in (PAN, MODES))
    yield link, zone.link


def _even(text: str) -> bytes:
    raw = text.encode("latin-1") + b"\0"
    return raw + b"\0" * (len(raw) % 2)


def _riff(info: dict[bytes, bytes], pool: bytes, tables: dict[bytes, bytes]) -> bytes:
    body = b"sfbk"
    for kind, chunks in ((b"INFO", info), (b"sdta", {b"smpl": pool}), (b"pdta", tables)):
        inner = b"".join(_chunk(name, data) for name, data in chunks.items())
        body += _chunk(b"LIST", kind + inner)
    return _chunk(b"RIFF", body)


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
