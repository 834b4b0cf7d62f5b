"""Bands where there are none: real songs with the bass of their piano and a real beat, and songs of our own arranger.

Whole bands under a free licence are few. A source word tells the model which is which.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from resonant.brief.reader import Call, read_brief
from resonant.evaluate.composed import noted
from resonant.produce import Engine, Watch
from resonant.score.model import Note, Score, Track
from resonant.seeds import stream
from resonant.units import Tick

_HIGHEST_BASS = 52  # E3: of the lowest piano notes at chord changes, 86 % lie at or below it
_STRUM_TICKS = 60
_BARS = (16, 24, 32, 48)


@dataclass(frozen=True, slots=True)
class Beat:
    """A drum take with its tempo."""

    track: Track
    bpm: float
    bars: int
    is_fill: bool
    style: str


def with_bass_and_beat(song: Score, beats: Sequence[Beat], seed: int) -> Score | None:
    """A song of melody and piano as a band: the piano's lowest voice for the bass, a beat with fills at section ends.

    Where sections are not known every eighth bar ends with a fill. None where the song has no piano, or no beat fits.
    """
    piano = song.of_role("chords")
    grooves = [beat for beat in beats if not beat.is_fill and beat.bars >= 2]
    if piano is None or not grooves or str(song.metre.metre_at(0)) != "4/4" or len(song.metre.changes) > 1:
        return None
    rng = stream(seed, "beat", song.title)
    near = sorted(grooves, key=lambda beat: abs(beat.bpm - song.tempo.bpm))[:12]
    groove = rng.choice(near)
    fills = [beat for beat in beats if beat.is_fill and abs(beat.bpm - groove.bpm) < 15]
    bass, rest = parted(piano)
    drums = Track("drums", "drums", "standard_kit", _beaten(song, groove, rng.sample(fills, min(4, len(fills)))))
    others = tuple(track for track in song.tracks if track.name != piano.name)
    band = (drums, Track("bass", "bass", "fingered_bass", bass), replace(piano, notes=rest), *others)
    return replace(song, tracks=band)


def parted(piano: Track) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """The lowest voice of a piano below E3, cut to a single line, and the rest of it."""
    bass: list[Note] = []
    for note in piano.notes:
        if note.pitch > _HIGHEST_BASS:
            continue
        if bass and note.start - bass[-1].start < _STRUM_TICKS:
            if note.pitch < bass[-1].pitch:
                bass[-1] = note
            continue
        bass.append(note)
    taken = frozenset(bass)
    line = [
        replace(note, duration=min(note.duration, after.start - note.start)) if after is not None else note
        for note, after in zip(bass, [*bass, None][1:], strict=True)
    ]
    return tuple(line), tuple(note for note in piano.notes if note not in taken)


def arranged(count: int, seed: int, styles: Sequence[str], engine: Engine) -> Iterator[tuple[str, Score]]:
    """So many songs of our arranger, notes only, each with the name of its style; all styles in turn."""
    for number in range(count):
        style = styles[number % len(styles)]
        rng = stream(seed, "arranged", number)
        call = Call(bars=rng.choice(_BARS))
        words = rng.choice(("calm", "driving", "bright", "dark", "energetic", "gentle", ""))
        key = rng.choice(["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"])
        brief = read_brief(f"{words} {style} in {key}{rng.choice((' minor', ''))}", calls=call)
        yield style, noted(replace(brief, seed=rng.randrange(2**31)), engine, Watch()).score


def _beaten(song: Score, groove: Beat, fills: Sequence[Beat]) -> tuple[Note, ...]:
    """The groove from bar to bar, and a fill in the last bar of each section."""
    ends = {section.end_bar - 1 for section in song.sections} or set(range(7, song.bars, 8))
    notes: list[Note] = []
    for bar in range(song.bars):
        start, end = song.bar_ticks(bar)
        source, first = (fills[bar % len(fills)], 0) if bar in ends and fills else (groove, bar % groove.bars)
        notes += _bar_of(source.track, first * (end - start), start, end)
    return tuple(sorted(notes))


def _bar_of(take: Track, at: Tick, start: Tick, end: Tick) -> Iterator[Note]:
    for note in take.notes:
        if at <= note.start < at + end - start:
            yield replace(note, start=note.start - at + start)
