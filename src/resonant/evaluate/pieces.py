"""Pieces by people, read into our `Score`: what the metrics are checked against.

Aim: the same functions measure our songs and real ones. The file is gzip or plain JSON lines, one piece a line:
`id`, `ppq`, `bpm`, `meter` [[tick, num, den]], `key` [[tick, tonic_pc, mode]], `bars`, `tracks` [{`role`, `name`,
`program`, `drum`, `notes` [[start, dur, pitch, velocity]]}], `chords` [[start, dur, "Root:quality", bass_pc]],
`sections` [[start, dur, label]], `meta`.

Conventions: ticks are scaled to 480 a quarter; a pick-up bar (`barlines`) is filled up with rest to a whole bar;
chord qualities are those of Harte's syntax and of MusicXML; "X" (a chord the annotator could not name) leaves a gap;
the roles "piano" and "vocal" become ours ("chords", "melody"), drums get a standard kit. Only the tempo at the start is
kept. Section labels: i intro, o outro, b bridge, x/X interlude, other letters verse; the letter is the material.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resonant.errors import BriefError, InputError
from resonant.instruments import for_program
from resonant.score.model import ChordSpan, Note, Score, Section, Track
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import TICKS_PER_QUARTER, Metre, MetreChange, MetreMap, TempoMap, Tick

_QUALITIES = {
    "maj": "", "min": "m", "min7": "m7", "maj6": "6", "min6": "m6", "hdim7": "m7b5", "min9": "m9", "min11": "m11",
    "minmaj7": "mmaj7", "minor-major": "mmaj7", "minor-13th": "m13", "augmented-ninth": "9#5", "maj69": "6/9",
    "min7(no5)": "m7no5", "min(no5)": "mno5", "maj(no5)": "no5", "7(no5)": "7no5", "maj7(no5)": "maj7no5",
    "maj7(#5)": "maj7#5", "7(#5)": "7#5", "7(b5)": "7b5", "maj(9)": "add9",
}  # fmt: skip
_NO_MODE = "none"  # of music that is in no key
_ROLES = {
    "piano": "chords",
    "vocal": "melody",
    "lead": "melody",
    "guitar": "chords",
    "violin1": "melody",
    "violin2": "counter",
}
_SECTIONS = {"i": "intro", "o": "outro", "b": "bridge", "x": "interlude", "X": "interlude"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A real piece.

    Args:
        id: name in its collection, such as "pop909/010".
        score: the music.
        keys: `(tick, key)` of every key signature; `score.key` is the first.
        style: the collection's own label, such as "funk/groove1", or "".
        kind: "beat" or "fill" for drum takes, else "".
    """

    id: str
    score: Score
    keys: tuple[tuple[Tick, Key], ...] = ()
    style: str = ""
    kind: str = ""


def read_pieces(path: Path) -> Iterator[Piece]:
    """The pieces of a JSON lines file (`.jsonl` or `.jsonl.gz`), one after the other.

    Raises:
        InputError: the file is missing, is no JSON lines file, or a piece is malformed; the message names the line.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                yield _read_line(path, number, line)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can not be read as pieces: {error}; give a .jsonl or .jsonl.gz file") from error


def _read_line(path: Path, number: int, line: str) -> Piece:
    try:
        return read_piece(json.loads(line))
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, BriefError) as error:
        raise InputError(f"{path}, line {number}: not a piece ({error!r}); see resonant.evaluate.pieces") from error


def read_piece(row: Mapping[str, Any]) -> Piece:
    """One piece from its JSON object."""
    scale = TICKS_PER_QUARTER / row["ppq"]
    barlines = row.get("barlines") or []
    bar_ticks = Metre(*row["meter"][0][1:]).ticks_per_bar if row["meter"] else Metre().ticks_per_bar
    pickup = round(barlines[1] * scale) if len(barlines) > 1 else bar_ticks
    clock = _Clock(scale, bar_ticks - pickup if 0 < pickup < bar_ticks else 0)
    keys = tuple((clock.at(tick), Key(tonic, mode)) for tick, tonic, mode in row["key"] if mode != _NO_MODE)
    metre = _metre_map(row["meter"], clock)
    tracks = _tracks(row["tracks"], clock)
    score = Score(
        bars=max([int(row["bars"]), *(metre.bar_at(note.start) + 1 for track in tracks for note in track.notes[-1:])]),
        tempo=TempoMap.constant(row["bpm"]),
        metre=metre,
        key=keys[0][1] if keys else Key(0),
        harmony=tuple(_harmony(row["chords"], clock)),
        sections=tuple(_sections(row["sections"], clock, metre)),
        tracks=tracks,
        title=row["id"],
    )
    meta = row.get("meta", {})
    return Piece(row["id"], score, keys, meta.get("style", ""), meta.get("kind", ""))


def harte_chord(label: str, bass_pc: int | None = None) -> Chord | None:
    """The chord of a label such as "C:min7"; None for "X" or "N" (not named, no chord).

    Raises:
        BriefError: the quality is not one we know.
    """
    root, _, quality = label.partition(":")
    if root in ("X", "N"):
        return None
    chord = Chord.parse(root + _QUALITIES.get(quality, quality))
    return Chord(chord.root, chord.quality, None if bass_pc in (None, chord.root) else bass_pc)


@dataclass(frozen=True, slots=True)
class _Clock:
    """Scales the file's ticks to ours and moves them behind the rest that fills up a pick-up bar."""

    scale: float
    shift: Tick

    def at(self, tick: float) -> Tick:
        return round(tick * self.scale) + self.shift

    def length(self, ticks: float) -> Tick:
        return max(round(ticks * self.scale), 1)


def _metre_map(meters: Sequence[Sequence[int]], clock: _Clock) -> MetreMap:
    changes: list[MetreChange] = []
    for tick, numerator, denominator in meters:
        change = MetreChange(
            MetreMap(tuple(changes)).bar_at(clock.at(tick)) if changes and tick else 0, Metre(numerator, denominator)
        )
        changes = [*(old for old in changes if old.bar < change.bar), change]
    return MetreMap(tuple(changes)) if changes else MetreMap()


def _tracks(rows: Sequence[Mapping[str, Any]], clock: _Clock) -> tuple[Track, ...]:
    seen: Counter[str] = Counter()
    tracks = []
    for row in rows:
        role = "drums" if row["drum"] else _ROLES.get(row["role"], row["role"])
        seen[role] += 1
        notes = sorted(
            Note(clock.at(start), pitch, clock.length(duration), min(max(velocity, 1), 127))
            for start, duration, pitch, velocity in row["notes"]
        )
        instrument = "standard_kit" if row["drum"] else for_program(row["program"]).name
        tracks.append(Track(role if seen[role] == 1 else f"{role} {seen[role]}", role, instrument, tuple(notes)))
    return tuple(tracks)


def _harmony(rows: Sequence[Sequence[Any]], clock: _Clock) -> Iterator[ChordSpan]:
    for start, duration, label, bass_pc in rows:
        chord = harte_chord(label, bass_pc)
        if chord is not None:
            yield ChordSpan(clock.at(start), clock.length(duration), chord)


def _sections(rows: Sequence[Sequence[Any]], clock: _Clock, metre: MetreMap) -> Iterator[Section]:
    visits: Counter[str] = Counter()
    for start, duration, label in rows:
        first, end = metre.bar_at(clock.at(start)), metre.bar_at(clock.at(start) + clock.length(duration))
        if end > first:
            yield Section(_SECTIONS.get(label, "verse"), first, end - first, 0.5, label, visits[label])
            visits[label] += 1
