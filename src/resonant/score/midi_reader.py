"""The bytes of a MIDI file as a score."""

import json
import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import mido

from resonant.errors import BriefError, MidiError
from resonant.instruments import GUIDE_VOCAL, Instrument, for_program, instruments
from resonant.score.midi_guess import bar_map, fitting_key, likely_role, section_list
from resonant.score.midi_writer import NO_CHORD, OWN_TEXT
from resonant.score.model import ROLES, Bend, ChordSpan, Control, Lyric, Note, Score, Section, Track
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import TEMPO_RANGE_BPM, TICKS_PER_QUARTER, MetreMap, TempoChange, TempoMap, Tick

MOST_BARS = 20_000  # a longer file is a damaged one: ten hours at 120 bpm
_DRUM_CHANNEL = 9
_NO_RPN = (127, 127)
_BEND_RANGE_RPN = (0, 0)
_BAD_KEY_SIGNATURE = re.compile(rb"\xff\x59\x02(?:[\x08-\xf8].|.[^\x00\x01])", re.DOTALL)
_FILE_CONTROLS = frozenset(
    {0, 32, 6, 38, 98, 99, 100, 101}
)  # bank, data entry, (N)RPN: matters of the file, not of the music
_OWN_FIELDS: dict[str, type | tuple[type, ...]] = {
    "bars": int, "key": str, "tempo": float, "harmony": bool, "role": str,
    "section": str, "energy": (int, float), "material": str, "visit": int,
}  # fmt: skip
_SECTION_FIELDS = frozenset({"section", "bars", "energy", "material", "visit"})
_TEMPO_STEP_BPM = 0.003  # at 400 bpm, one microsecond a quarter and a bit
_SIXTY_FOURTH = TICKS_PER_QUARTER // 16
_ADVICE = "export it again from the program that made it"


def read_score(data: bytes, name: str) -> Score:
    """The score in the bytes of a MIDI file; `name` is how errors call it.

    Raises:
        MidiError: not MIDI, cut off, damaged, or of format 2.
    """
    ppq, chunks = _chunks(data, name)
    heard = _Heard()
    for tick, track, message in _events(ppq, chunks, name):
        heard.hear(tick, track, message)
    try:
        return _score(heard, name)
    except BriefError as error:
        raise MidiError(f"{name} says something that we can not play ({error}); {_ADVICE}") from error


def _chunks(data: bytes, name: str) -> tuple[int, list[bytes]]:
    """Ticks a quarter, and the bytes of each MTrk chunk; other chunks are skipped, as the specification asks."""
    start = data.find(b"MThd", 0, 64)  # a RIFF (.rmi) file wraps it
    if start < 0 or len(data) < start + 14:
        raise MidiError(f"{name} is not a MIDI file; give a Standard MIDI File (.mid)")
    header_end = start + 8 + int.from_bytes(data[start + 4 : start + 8])
    kind, division = (int.from_bytes(data[at : at + 2]) for at in (start + 8, start + 12))
    if kind == 2:
        raise MidiError(f"{name} is of MIDI format 2, which has no common time; save it as format 0 or 1")
    if kind > 2 or division == 0:
        raise MidiError(f"{name} has a damaged header; {_ADVICE}")
    if division & 0x8000:
        raise MidiError(f"{name} counts film frames (SMPTE) and not beats; save it with ticks per quarter note")
    tracks: list[bytes] = []
    at = header_end
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8])
        body = data[at + 8 : at + 8 + size]
        if data[at : at + 4] == b"MTrk":
            if len(body) < size:
                raise MidiError(f"{name} is cut off in its track {len(tracks) + 1}; {_ADVICE}")
            tracks.append(body)
        at += 8 + size
    expected = int.from_bytes(data[start + 10 : start + 12])
    if len(tracks) < expected:
        raise MidiError(f"{name} is cut off: it holds {len(tracks)} of its {expected} tracks; {_ADVICE}")
    if not tracks:
        raise MidiError(f"{name} holds no track; {_ADVICE}")
    return division, tracks


def _events(ppq: int, chunks: list[bytes], name: str) -> list[tuple[Tick, int, Any]]:
    """All events as (tick at 480 a quarter, track number, message), in time; of one tick, in the order of the file."""
    events: list[tuple[int, int, Any]] = []
    for number, chunk in enumerate(chunks):
        now = 0
        for message in _parsed(chunk, number, name):
            now += message.time
            events.append((now, number, message))
    events.sort(key=lambda event: event[0])
    return [(round(tick * TICKS_PER_QUARTER / ppq), number, message) for tick, number, message in events]


def _parsed(chunk: bytes, number: int, name: str) -> Any:
    chunk = _BAD_KEY_SIGNATURE.sub(b"\xff\x59\x02\x00\x00", chunk)  # mido would refuse the whole file for one
    head = b"MThd" + (6).to_bytes(4) + b"\0\1\0\1\1\xe0" + b"MTrk" + len(chunk).to_bytes(4)
    try:
        return mido.MidiFile(file=BytesIO(head + chunk), clip=True).tracks[0]
    except (EOFError, OSError, ValueError, LookupError, TypeError, mido.KeySignatureError) as error:
        raise MidiError(f"{name} is damaged in its track {number + 1}; {_ADVICE}") from error


@dataclass
class _Part:
    """The notes of one track on one channel with one program."""

    track: int
    port: int
    channel: int
    program: int
    notes: list[Note] = field(default_factory=list)


@dataclass
class _Heard:
    """What has been heard so far, while the events go by in time."""

    end: Tick = 0
    texts: dict[tuple[int, str], str] = field(default_factory=dict)
    own: dict[int, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    ports: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    channels: dict[int, int] = field(default_factory=dict)
    programs: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    rpns: dict[tuple[int, int], tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: _NO_RPN))
    bend_ranges: dict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(lambda: 2.0))
    parts: dict[tuple[int, int, int, int], _Part] = field(default_factory=dict)
    sounding: dict[tuple[int, int, int, int], deque[tuple[_Part, Tick, int]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    bends: dict[tuple[int, int, int], list[Bend]] = field(default_factory=lambda: defaultdict(list))
    controls: dict[tuple[int, int, int], list[Control]] = field(default_factory=lambda: defaultdict(list))
    tempi: dict[Tick, float] = field(default_factory=dict)
    metres: dict[Tick, tuple[int, int]] = field(default_factory=dict)
    key: Key | None = None
    markers: list[tuple[Tick, str]] = field(default_factory=list)
    sections: list[tuple[Tick, dict[str, Any]]] = field(default_factory=list)
    chords: list[tuple[Tick, str]] = field(default_factory=list)
    lyrics: list[Lyric] = field(default_factory=list)

    def hear(self, tick: Tick, track: int, message: Any) -> None:
        self.end = max(self.end, tick)
        ear = getattr(self, f"_hear_{message.type}", None)
        if ear is not None:
            ear(tick, track, message)

    def _hear_note_on(self, tick: Tick, track: int, message: Any) -> None:
        if message.velocity == 0:
            return self._hear_note_off(tick, track, message)
        port = self.ports[track]
        program = self.programs[port, message.channel]
        key = (track, port, message.channel, program)
        part = self.parts.setdefault(key, _Part(*key))
        self.sounding[track, port, message.channel, message.note].append((part, tick, message.velocity))
        return None

    def _hear_note_off(self, tick: Tick, track: int, message: Any) -> None:
        """Ends the note of this pitch that has sounded longest, as the MIDI specification leaves open."""
        waiting = self.sounding[track, self.ports[track], message.channel, message.note]
        if waiting:
            part, start, velocity = waiting.popleft()
            part.notes.append(Note(start, message.note, max(tick - start, 1), velocity))

    def _hear_program_change(self, tick: Tick, track: int, message: Any) -> None:
        self.programs[self.ports[track], message.channel] = message.program
        self.channels.setdefault(track, message.channel)

    def _hear_pitchwheel(self, tick: Tick, track: int, message: Any) -> None:
        port = self.ports[track]
        cents = round(message.pitch * self.bend_ranges[port, message.channel] * 100 / 8192)
        self.bends[track, port, message.channel].append(Bend(tick, max(-1200, min(1200, cents))))

    def _hear_control_change(self, tick: Tick, track: int, message: Any) -> None:
        place = (self.ports[track], message.channel)
        number, value = message.control, message.value
        if number not in _FILE_CONTROLS:
            self.controls[(track, *place)].append(Control(tick, number, value))
        elif number in (100, 101):
            msb, lsb = self.rpns[place]
            self.rpns[place] = (value, lsb) if number == 101 else (msb, value)
        elif number == 6 and self.rpns[place] == _BEND_RANGE_RPN:
            self.bend_ranges[place] = float(value)
        elif number == 38 and self.rpns[place] == _BEND_RANGE_RPN:
            self.bend_ranges[place] = int(self.bend_ranges[place]) + value / 100

    def _hear_midi_port(self, tick: Tick, track: int, message: Any) -> None:
        self.ports[track] = message.port

    def _hear_track_name(self, tick: Tick, track: int, message: Any) -> None:
        self.texts.setdefault((track, "track_name"), _text(message.name))

    def _hear_instrument_name(self, tick: Tick, track: int, message: Any) -> None:
        self.texts.setdefault((track, "instrument_name"), _text(message.name))

    def _hear_set_tempo(self, tick: Tick, track: int, message: Any) -> None:
        low, high = TEMPO_RANGE_BPM
        exact = 60_000_000 / max(message.tempo, 1)
        # A file holds whole microseconds a quarter: of the tempi that it may mean, people write two decimals.
        bpm = round(exact, 2) if mido.bpm2tempo(round(exact, 2)) == message.tempo else exact
        self.tempi[tick] = min(max(bpm, low), high)

    def _hear_time_signature(self, tick: Tick, track: int, message: Any) -> None:
        self.metres[tick] = (message.numerator, message.denominator)

    def _hear_key_signature(self, tick: Tick, track: int, message: Any) -> None:
        self.key = self.key or Key.parse(message.key)

    def _hear_marker(self, tick: Tick, track: int, message: Any) -> None:
        self.markers.append((tick, _text(message.text)))

    def _hear_lyrics(self, tick: Tick, track: int, message: Any) -> None:
        self.lyrics.append(Lyric(tick, _text(message.text)))

    def _hear_text(self, tick: Tick, track: int, message: Any) -> None:
        text = _text(message.text)
        if not text.startswith(OWN_TEXT):
            self.chords += [(tick, text)] if "harmony" in self.own[track] else []
            return
        fields = _own_fields(text)
        if fields.keys() >= _SECTION_FIELDS:
            self.sections.append((tick, fields))
        elif "tempo" in fields:
            # Only where the file's own tempo still says the same: another program may have changed it.
            if abs(fields["tempo"] - self.tempi.get(tick, 120.0)) < _TEMPO_STEP_BPM:
                self.tempi[tick] = fields["tempo"]
        else:
            self.own[track] |= fields


def _text(raw: str) -> str:
    """Text of a meta event, which mido hands over as Latin-1: UTF-8 where it is that."""
    data = raw.encode("latin-1")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _own_fields(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text[len(OWN_TEXT) :])
    except json.JSONDecodeError:  # somebody edited it; the music does not depend on it
        return {}
    known = fields.items() if isinstance(fields, dict) else ()
    return {field: value for field, value in known if isinstance(value, _OWN_FIELDS.get(field, ()))}


def _score(heard: _Heard, name: str) -> Score:
    for (*_, pitch), waiting in heard.sounding.items():  # never ended: they sound to the end
        for part, start, velocity in waiting:
            part.notes.append(Note(start, pitch, max(heard.end - start, 1), velocity))
    metre = bar_map(heard.metres)
    ours = heard.own[0]
    bars = _bars(heard, metre)
    if bars > MOST_BARS:
        raise MidiError(f"{name} lasts {bars} bars, more than the {MOST_BARS} we read; it is likely damaged: {_ADVICE}")
    tracks = _tracks(heard)
    key = Key.parse(ours["key"]) if "key" in ours else heard.key
    if key is None:
        key = fitting_key(note for track in tracks if track.role not in ("drums", "percussion") for note in track.notes)
    title = heard.texts.get((0, "track_name"), "") if not any(part.track == 0 for part in heard.parts.values()) else ""
    return Score(
        bars, _tempo(heard.tempi), metre, key, _harmony(heard), _sections(heard, metre, bars), tracks,
        tuple(sorted(heard.lyrics, key=lambda lyric: lyric.tick)), title,
    )  # fmt: skip


def _bars(heard: _Heard, metre: MetreMap) -> int:
    """As many as we wrote, unless another program has added music behind them; else all that sounds.

    A last note that is held over the bar line by less than a 64th does not make another bar.
    """
    written = heard.own[0].get("bars", 0)
    notes = [note for part in heard.parts.values() for note in part.notes]
    last_onset = max((note.start for note in notes), default=0)
    if written and last_onset < metre.bar_start(written):
        return int(written)
    last_end = max((note.end for note in notes), default=heard.end)
    return metre.bar_at(max(last_end - _SIXTY_FOURTH, last_onset)) + 1


def _tempo(tempi: dict[Tick, float]) -> TempoMap:
    return TempoMap(tuple(TempoChange(tick, bpm) for tick, bpm in sorted(({0: 120.0} | tempi).items())))


def _harmony(heard: _Heard) -> tuple[ChordSpan, ...]:
    spans: list[ChordSpan] = []
    ends = [tick for tick, _ in heard.chords[1:]] + [heard.end]
    for (start, symbol), end in zip(heard.chords, ends, strict=False):
        if symbol == NO_CHORD or end <= start:
            continue
        try:
            spans.append(ChordSpan(start, end - start, Chord.parse(symbol)))
        except BriefError:  # a text that somebody put there; it is no chord
            continue
    return tuple(spans)


def _sections(heard: _Heard, metre: MetreMap, bars: int) -> tuple[Section, ...]:
    if not heard.sections:
        return section_list(heard.markers, metre, bars)
    return tuple(
        Section(own["section"], metre.bar_at(tick), own["bars"], own["energy"], own["material"], own["visit"])
        for tick, own in heard.sections
    )


def _tracks(heard: _Heard) -> tuple[Track, ...]:
    for number, own in heard.own.items():
        if "role" in own and all(part.track != number for part in heard.parts.values()):
            port, channel = heard.ports[number], heard.channels.get(number, 0)
            key = (number, port, channel, heard.programs[port, channel])
            heard.parts[key] = _Part(*key)
    tracks: list[Track] = []
    for part in sorted(heard.parts.values(), key=lambda part: part.track):
        sound = _sound(part, heard.texts.get((part.track, "instrument_name"), ""))
        name = _name(part, sound, heard, {track.name for track in tracks})
        own_role = heard.own[part.track].get("role")
        role = own_role if own_role in ROLES else likely_role(name, sound, part.notes, {track.role for track in tracks})
        place = (part.track, part.port, part.channel)
        tracks.append(
            Track(
                name,
                role,
                sound.name,
                tuple(sorted(part.notes)),
                tuple(_belonging(heard.bends, place, heard)),
                tuple(_belonging(heard.controls, place, heard)),
            )
        )
    return tuple(tracks)


def _belonging(events: dict[tuple[int, int, int], list[Any]], place: tuple[int, int, int], heard: _Heard) -> list[Any]:
    """The events of a part's own track, and those on its channel in tracks without notes (some programs part them)."""
    playing = {(part.track, part.port, part.channel) for part in heard.parts.values()}
    near = [key for key in events if key == place or (key[1:] == place[1:] and key not in playing)]
    return sorted((event for key in near for event in events[key]), key=lambda event: event.tick)


def _sound(part: _Part, named: str) -> Instrument:
    """The instrument that is named where its program is still the one played, else the one of the program."""
    known = {**instruments(), GUIDE_VOCAL.name: GUIDE_VOCAL}
    is_drums = part.channel == _DRUM_CHANNEL
    if named in known and known[named].is_drums == is_drums and known[named].program == part.program:
        return known[named]
    if not is_drums:
        return for_program(part.program)
    kits = [kit for kit in known.values() if kit.is_drums]
    return next((kit for kit in kits if kit.program == part.program), kits[0])


def _name(part: _Part, sound: Instrument, heard: _Heard, taken: set[str]) -> str:
    written = heard.texts.get((part.track, "track_name"), "")
    own = "role" in heard.own[part.track]
    base = written if own else " ".join("".join(c for c in written if c.isprintable()).split())[:60]
    alone = sum(other.track == part.track for other in heard.parts.values()) == 1
    base = base if base and alone else f"{base} {sound.label}".strip()
    names = (base if number == 1 else f"{base} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
