"""A score as the bytes of a MIDI file."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import mido

from resonant.instruments import instrument
from resonant.score.model import Bend, Score, Track
from resonant.score.passes.lyrics import singer
from resonant.units import TICKS_PER_QUARTER, Tick

OWN_TEXT = "resonant: "  # begins the text events that only we read; mirrored in midi_reader
NO_CHORD = "N.C."
BEND_RANGE_SEMITONES = 12
_DRUM_CHANNEL = 9
_MELODIC_CHANNELS = tuple(channel for channel in range(16) if channel != _DRUM_CHANNEL)

_Timed = tuple[Tick, int, bytes]  # tick, rank among events of one tick, the event as a file holds it
_SETUP, _OFF, _CONTROL, _BEND, _TEXT, _ON = range(6)
_NOTE_OFF, _NOTE_ON, _SYSTEM = 0x80, 0x90, 0xF0
_RELEASE = 64  # how fast a key is let go, where nobody says


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part plays: a MIDI port and a channel 0…15."""

    port: int
    channel: int


def to_midi_bytes(score: Score) -> bytes:
    """The score as a MIDI file of format 1, 480 ticks a quarter; the same score gives the same bytes."""
    chunks = [_track(_conductor(score), score.end)]
    if score.harmony:
        chunks.append(_track(_harmony(score), score.end))
    voice = singer(score)
    for track, place in zip(score.tracks, _places(score.tracks), strict=True):
        events = [*_part(track, place), *(_lyrics(score) if track is voice else ())]
        chunks.append(_track(events, score.end))
    return struct.pack(">4sIHHH", b"MThd", 6, 1, len(chunks), TICKS_PER_QUARTER) + b"".join(chunks)


def bend_value(cents: int) -> int:
    """The 14-bit pitch-wheel value −8192…8191 of a bend in cents, at a range of ±12 semitones."""
    return max(-8192, min(8191, round(cents * 8192 / (BEND_RANGE_SEMITONES * 100))))


def _track(events: list[_Timed], end: Tick) -> bytes:
    """A track chunk: each event behind the ticks since the one before, a status that is the last one's left out.

    mido would write the same bytes; over the hundred thousand events of a long song it takes eight times as long.
    """
    data, now, status = bytearray(), 0, -1
    for tick, _, event in sorted(events, key=itemgetter(0, 1)):
        data += _length(tick - now)
        data += event[1:] if event[0] == status else event
        now, status = tick, event[0] if event[0] < _SYSTEM else -1
    data += _length(max(end - now, 0)) + _meta("end_of_track")
    return struct.pack(">4sI", b"MTrk", len(data)) + data


@lru_cache(maxsize=4096)
def _length(number: int) -> bytes:
    """A number in seven bits a byte, the high ones first (Standard MIDI Files 1.0, variable-length quantity)."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _meta(kind: str, **fields: Any) -> bytes:
    return bytes(mido.MetaMessage(kind, **fields).bytes())


def _own(tick: Tick, rank: int = _SETUP, **fields: object) -> _Timed:
    return tick, rank, _meta("text", text=OWN_TEXT + json.dumps(fields))


def _utf8(text: str) -> str:
    """Text that mido writes as UTF-8: its own switch for that is global to the process, and so not safe in threads."""
    return text.encode("utf-8", errors="replace").decode("latin-1")


def _conductor(score: Score) -> list[_Timed]:
    events: list[_Timed] = [
        (0, _SETUP, _meta("track_name", name=_utf8(score.title))),
        _own(0, bars=score.bars, key=str(score.key)),
        (0, _SETUP, _meta("key_signature", key=score.key.signature)),
    ]
    for change in score.metre.changes:
        metre = change.metre
        signature = _meta("time_signature", numerator=metre.numerator, denominator=metre.denominator)
        events.append((score.metre.bar_start(change.bar), _SETUP, signature))
    for tempo in score.tempo.changes:
        events.append((tempo.tick, _SETUP, _meta("set_tempo", tempo=mido.bpm2tempo(tempo.bpm))))
        if round(tempo.bpm, 2) != tempo.bpm:  # a file holds whole microseconds a quarter, which is coarser
            events.append(_own(tempo.tick, tempo=tempo.bpm))
    for section in score.sections:
        tick = score.metre.bar_start(section.start_bar)
        events.append((tick, _TEXT, _meta("marker", text=_utf8(section.name))))
        shape = {"bars": section.bars, "energy": section.energy, "material": section.material, "visit": section.visit}
        events.append(_own(tick, _TEXT, section=section.name, **shape))
    if singer(score) is None:
        events.extend(_lyrics(score))
    return events


def _harmony(score: Score) -> list[_Timed]:
    events: list[_Timed] = [(0, _SETUP, _meta("track_name", name="harmony")), _own(0, harmony=True)]
    starts = {span.start for span in score.harmony}
    for span in score.harmony:
        events.append((span.start, _TEXT, _meta("text", text=_utf8(span.chord.symbol(score.key)))))
        if span.end not in starts:
            events.append((span.end, _TEXT, _meta("text", text=NO_CHORD)))
    return events


def _lyrics(score: Score) -> Iterator[_Timed]:
    return ((lyric.tick, _TEXT, _meta("lyrics", text=_utf8(lyric.text))) for lyric in score.lyrics)


def _places(tracks: tuple[Track, ...]) -> list[_Place]:
    """A channel for each part, none shared by parts of different sounds."""
    places: list[_Place] = []
    kits: list[int] = []
    melodic = 0
    for track in tracks:
        sound = instrument(track.instrument)
        if sound.is_drums:
            kits += [sound.program] if sound.program not in kits else []
            places.append(_Place(kits.index(sound.program), _DRUM_CHANNEL))
        else:
            port, index = divmod(melodic, len(_MELODIC_CHANNELS))
            places.append(_Place(port, _MELODIC_CHANNELS[index]))
            melodic += 1
    return places


def _part(track: Track, place: _Place) -> Iterator[_Timed]:
    sound, channel = instrument(track.instrument), place.channel
    yield 0, _SETUP, _meta("track_name", name=_utf8(track.name))
    yield 0, _SETUP, _meta("instrument_name", name=track.instrument)
    yield _own(0, role=track.role)
    if place.port:
        yield 0, _SETUP, _meta("midi_port", port=place.port)
    if sound.bank and not sound.is_drums:
        yield 0, _SETUP, _control(channel, 0, sound.bank)
    yield 0, _SETUP, _voice("program_change", channel=channel, program=sound.program)
    if track.bends:
        # RPN 0 (bend range) in semitones, then "no RPN", so that later data entries mean nothing.
        for number, value in ((101, 0), (100, 0), (6, BEND_RANGE_SEMITONES), (38, 0), (101, 127), (100, 127)):
            yield 0, _SETUP, _control(channel, number, value)
    yield from ((change.tick, _CONTROL, _control(channel, change.number, change.value)) for change in track.controls)
    yield from (_bend(bend, channel) for bend in track.bends)
    yield from _notes(track, channel)


_IN_ORDER = attrgetter("start", "pitch", "duration", "velocity")  # as notes compare, in half the time


def _notes(track: Track, channel: int) -> Iterator[_Timed]:
    """Starts and ends."""
    assert all(0 <= note.pitch < 128 and 0 < note.velocity < 128 for note in track.notes), f"{track.name}: no MIDI note"
    on, off = _NOTE_ON | channel, _NOTE_OFF | channel
    for note in sorted(track.notes, key=_IN_ORDER):
        yield note.start + note.duration, _OFF, bytes((off, note.pitch, _RELEASE))
        yield note.start, _ON, bytes((on, note.pitch, note.velocity))


def _control(channel: int, number: int, value: int) -> bytes:
    return _voice("control_change", channel=channel, control=number, value=value)


def _bend(bend: Bend, channel: int) -> _Timed:
    return bend.tick, _BEND, _voice("pitchwheel", channel=channel, pitch=bend_value(bend.cents))


def _voice(kind: str, **fields: int) -> bytes:
    return bytes(mido.Message(kind, **fields).bytes())
