"""The score: tempo, metre, key, harmony, sections and tracks of notes. Integer ticks only; all values frozen."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import attrgetter

from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import MetreMap, TempoMap, Tick

_START = attrgetter("start")


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note: `start` and `duration` in ticks, `pitch` 0…127 (60 = C4), `velocity` 1…127."""

    start: Tick
    pitch: int
    duration: Tick
    velocity: int

    @property
    def end(self) -> Tick:
        return self.start + self.duration


@dataclass(frozen=True, slots=True, order=True)
class Bend:
    """From `tick` on, the track's pitch is off by `cents` (−1200…1200)."""

    tick: Tick
    cents: int


@dataclass(frozen=True, slots=True, order=True)
class Control:
    """A MIDI control change on a track: `number` 0…127 (64 = sustain pedal), `value` 0…127."""

    tick: Tick
    number: int
    value: int


ROLES = ("drums", "percussion", "bass", "chords", "melody", "pad", "arpeggio", "strings", "counter", "vocal")
"""What a track can be in a song."""


@dataclass(frozen=True, slots=True)
class Track:
    """One part.

    Args:
        name: unique in its score, e.g. "bass"; names the stem file.
        role: one of `ROLES`.
        instrument: a name from `resonant.instruments`.
        notes: sorted by start, then pitch.
        bends, controls: sorted by tick.
    """

    name: str
    role: str
    instrument: str
    notes: tuple[Note, ...] = ()
    bends: tuple[Bend, ...] = ()
    controls: tuple[Control, ...] = ()

    def between(self, start: Tick, end: Tick) -> tuple[Note, ...]:
        """The notes that start in `start`…`end` (end not included)."""
        return tuple(note for note in self.notes if start <= note.start < end)


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord that sounds for `duration` ticks from `start`."""

    start: Tick
    duration: Tick
    chord: Chord

    @property
    def end(self) -> Tick:
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of bars with one purpose.

    Args:
        name: intro, verse, prechorus, chorus, bridge, interlude, instrumental, solo, drop, breakdown or outro.
        start_bar: 0-based.
        bars: length.
        energy: 0…1.
        material: letter that says what it is made of; sections of one letter share harmony and themes.
        visit: how many sections of that letter came before (0 for the first).
    """

    name: str
    start_bar: int
    bars: int
    energy: float
    material: str
    visit: int = 0

    @property
    def end_bar(self) -> int:
        return self.start_bar + self.bars


@dataclass(frozen=True, slots=True)
class Lyric:
    """A syllable sung at `tick`; a trailing hyphen joins it to the next one."""

    tick: Tick
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """What is played. `bars` is its length; harmony and sections cover it without gap or overlap."""

    bars: int
    tempo: TempoMap = field(default_factory=TempoMap)
    metre: MetreMap = field(default_factory=MetreMap)
    key: Key = field(default_factory=lambda: Key(0))
    harmony: tuple[ChordSpan, ...] = ()
    sections: tuple[Section, ...] = ()
    tracks: tuple[Track, ...] = ()
    lyrics: tuple[Lyric, ...] = ()
    title: str = ""

    @property
    def end(self) -> Tick:
        """The tick at which the last bar ends."""
        return self.metre.bar_start(self.bars)

    @property
    def seconds(self) -> float:
        return self.tempo.seconds_at(self.end)

    def track(self, name: str) -> Track | None:
        return next((track for track in self.tracks if track.name == name), None)

    def of_role(self, role: str) -> Track | None:
        """The first track of a role."""
        return next((track for track in self.tracks if track.role == role), None)

    def with_track(self, track: Track) -> "Score":
        """This score with a track replaced by name, or added after the others."""
        if self.track(track.name) is None:
            return replace(self, tracks=(*self.tracks, track))
        return replace(self, tracks=tuple(track if old.name == track.name else old for old in self.tracks))

    def chord_at(self, tick: Tick) -> Chord | None:
        return next((span.chord for span in self.chords_in(tick, tick + 1)), None)

    def section_at(self, bar: int) -> Section | None:
        return next((s for s in self.sections if s.start_bar <= bar < s.end_bar), None)

    def bar_ticks(self, bar: int) -> tuple[Tick, Tick]:
        """Start and end tick of a bar (0-based)."""
        return self.metre.bar_start(bar), self.metre.bar_start(bar + 1)

    def chords_in(self, start: Tick, end: Tick) -> Iterator[ChordSpan]:
        """The chord spans that sound in `start`…`end`, cut to it."""
        first = bisect_right(self.harmony, start, key=_START) - 1
        for span in islice(self.harmony, max(first, 0), None):
            if span.start >= end:
                return
            if span.end > start:
                begin = max(span.start, start)
                yield ChordSpan(begin, min(span.end, end) - begin, span.chord)
