"""A score as the bytes of a MIDI file."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
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

Message = Any  # mido has no types; a mido.Message or mido.MetaMessage
_Timed = tuple[Tick, int, Message]  # tick, rank among events of one tick, event
_SETUP, _OFF, _CONTROL, _BEND, _TEXT, _ON = range(6)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part plays: a MIDI port and a channel 0…15."""

    port: int
    channel: int


def to_midi_bytes(score: Score) -> bytes:
    """The score as a MIDI file of format 1, 480 ticks a quarter; the same score gives the same bytes."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    file.tracks.append(_track(_conductor(score), score.end))
    if score.harmony:
        file.tracks.append(_track(_harmony(score), score.end))
    voice = singer(score)
    for track, place in zip(score.tracks, _places(score.tracks), strict=True):
        events = [*_part(track, place), *(_lyrics(score) if track is voice else ())]
        file.tracks.append(_track(events, score.end))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def bend_value(cents: int) -> int:
    """The 14-bit pitch-wheel value −8192…8191 of a bend in cents, at a range of ±12 semitones."""
    return max(-8192, min(8191, round(cents * 8192 / (BEND_RANGE_SEMITONES * 100))))


def _track(events: list[_Timed], end: Tick) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        message.time, now = tick - now, tick
        track.append(message)
    track.append(mido.MetaMessage("end_of_track", time=max(end - now, 0)))
    return track


def _own(tick: Tick, rank: int = _SETUP, **fields: object) -> _Timed:
    return tick, rank, mido.MetaMessage("text", text=OWN_TEXT + json.dumps(fields))


def _utf8(text: str) -> str:
    """Text that mido writes as UTF-8: its own switch for that is global to the process, and so not safe in threads."""
    return text.encode("utf-8", errors="replace").decode("latin-1")


def _conductor(score: Score) -> list[_Timed]:
    events: list[_Timed] = [
        (0, _SETUP, mido.MetaMessage("track_name", name=_utf8(score.title))),
        _own(0, bars=score.bars, key=str(score.key)),
        (0, _SETUP, mido.MetaMessage("key_signature", key=score.key.signature)),
    ]
    for change in score.metre.changes:
        metre = change.metre
        signature = mido.MetaMessage("time_signature", numerator=metre.numerator, denominator=metre.denominator)
        events.append((score.metre.bar_start(change.bar), _SETUP, signature))
    for tempo in score.tempo.changes:
        events.append((tempo.tick, _SETUP, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo.bpm))))
        if round(tempo.bpm, 2) != tempo.bpm:  # a file holds whole microseconds a quarter, which is coarser
            events.append(_own(tempo.tick, tempo=tempo.bpm))
    for section in score.sections:
        tick = score.metre.bar_start(section.start_bar)
        events.append((tick, _TEXT, mido.MetaMessage("marker", text=_utf8(section.name))))
        shape = {"bars": section.bars, "energy": section.energy, "material": section.material, "visit": section.visit}
        events.append(_own(tick, _TEXT, section=section.name, **shape))
    if singer(score) is None:
        events.extend(_lyrics(score))
    return events


def _harmony(score: Score) -> list[_Timed]:
    events: list[_Timed] = [(0, _SETUP, mido.MetaMessage("track_name", name="harmony")), _own(0, harmony=True)]
    starts = {span.start for span in score.harmony}
    for span in score.harmony:
        events.append((span.start, _TEXT, mido.MetaMessage("text", text=_utf8(span.chord.symbol(score.key)))))
        if span.end not in starts:
            events.append((span.end, _TEXT, mido.MetaMessage("text", text=NO_CHORD)))
    return events


def _lyrics(score: Score) -> Iterator[_Timed]:
    return ((lyric.tick, _TEXT, mido.MetaMessage("lyrics", text=_utf8(lyric.text))) for lyric in score.lyrics)


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
    yield 0, _SETUP, mido.MetaMessage("track_name", name=_utf8(track.name))
    yield 0, _SETUP, mido.MetaMessage("instrument_name", name=track.instrument)
    yield _own(0, role=track.role)
    if place.port:
        yield 0, _SETUP, mido.MetaMessage("midi_port", port=place.port)
    if sound.bank and not sound.is_drums:
        yield 0, _SETUP, _control(channel, 0, sound.bank)
    yield 0, _SETUP, mido.Message("program_change", channel=channel, program=sound.program)
    if track.bends:
        # RPN 0 (bend range) in semitones, then "no RPN", so that later data entries mean nothing.
        for number, value in ((101, 0), (100, 0), (6, BEND_RANGE_SEMITONES), (38, 0), (101, 127), (100, 127)):
            yield 0, _SETUP, _control(channel, number, value)
    yield from ((change.tick, _CONTROL, _control(channel, change.number, change.value)) for change in track.controls)
    yield from (_bend(bend, channel) for bend in track.bends)
    yield from _notes(track, channel)


def _notes(track: Track, channel: int) -> Iterator[_Timed]:
    """Starts and ends. mido's check of each message costs more than all the rest of writing; one of the part does."""
    assert all(0 <= note.pitch < 128 and 0 < note.velocity < 128 for note in track.notes), f"{track.name}: no MIDI note"
    for note in sorted(track.notes):
        on = mido.Message("note_on", skip_checks=True, channel=channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", skip_checks=True, channel=channel, note=note.pitch, velocity=64)
        yield note.end, _OFF, off
        yield note.start, _ON, on


def _control(channel: int, number: int, value: int) -> Message:
    return mido.Message("control_change", channel=channel, control=number, value=value)


def _bend(bend: Bend, channel: int) -> _Timed:
    return bend.tick, _BEND, mido.Message("pitchwheel", channel=channel, pitch=bend_value(bend.cents))
