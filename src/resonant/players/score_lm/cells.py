"""A score as cells: what each track plays in each bar, as tokens, and what is said of bars and tracks.

A cell is `position [shift] ([velocity] pitch duration)+` again and again, or `empty`; drums have `drum` without a
duration. A velocity is said when it changes, and first in each cell. Within the grid (twelfths of a quarter, shifts of
8 ticks, twelve lengths, eight loudnesses) nothing is lost: see `on_the_grid`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resonant.instruments import instrument
from resonant.players.score_lm.vocabulary import (
    DRUMS,
    DURATIONS,
    GRID,
    LEVELS,
    METRES,
    MOST_TRACKS,
    POSITIONS,
    QUALITIES,
    ROLES,
    SECTIONS,
    SHIFT_STEP,
    SHIFTS,
    VELOCITIES,
    VOCABULARY,
    nearest,
    quality_index,
    tempo_index,
)  # fmt: skip
from resonant.score.model import ChordSpan, Note, Score, Track
from resonant.theory.chord import Chord
from resonant.units import Tick

Tokens = tuple[int, ...]
_V = VOCABULARY
SILENT: Tokens = (_V.empty,)
_DENSITY = 1.0, 0.9  # the root of the notes a bar: the lowest level, and from level to level


@dataclass(frozen=True)
class Cells:
    """A score in tokens, in parts.

    Args:
        opening: metre, tempo, tonic and mode.
        tracks: by place in the score, what defines each track: its number, role and program.
        controls: by place, density, polyphony, register and rhythm of each track; empty for a silent one.
        bars: for each bar, its section (and its metre, where it changes) and the chords that begin or go on in it.
        chords: for each bar, its chords alone; they stand again at the head of each fill.
        notes: for each bar, the cell of each track by place; `(empty,)` where it rests.
    """

    opening: Tokens
    tracks: tuple[Tokens, ...]
    controls: tuple[Tokens, ...]
    bars: tuple[Tokens, ...]
    chords: tuple[Tokens, ...]
    notes: tuple[tuple[Tokens, ...], ...]


def cells(score: Score, bars: tuple[int, int] | None = None) -> Cells:
    """The score in tokens; of more than 16 tracks the first 16.

    Args:
        score: what is encoded.
        bars: those (half-open) that are; the others are silent and have no harmony. None for all.
    """
    tracks, told = score.tracks[:MOST_TRACKS], range(*(bars or (0, score.bars)))
    starts = np.array([score.metre.bar_start(bar) for bar in range(score.bars)])
    by_bar = [_notes_by_bar(track, starts, score.end, told) for track in tracks]
    chords = tuple(tuple(_chord_tokens(score, bar)) if bar in told else () for bar in range(score.bars))
    silence = (SILENT,) * len(tracks)
    return Cells(
        tuple(_opening(score)),
        tuple(_definition(place, track) for place, track in enumerate(tracks)),
        tuple(_controls(track, starts) for track in tracks),
        tuple((*_bar_words(score, bar), *chords[bar]) if bar in told else () for bar in range(score.bars)),
        chords,
        tuple(
            tuple(
                cell(notes.get(bar, ()), score.bar_ticks(bar), _is_drums(track))
                for track, notes in zip(tracks, by_bar, strict=True)
            )
            if bar in told
            else silence
            for bar in range(score.bars)
        ),
    )


def role_of(cells: Cells, place: int) -> str:
    """The role of a track."""
    return ROLES[_V.role.index(cells.tracks[place][2])]


def cell(notes: Sequence[Note], bar: tuple[Tick, Tick], drums: bool) -> Tokens:
    """The tokens of the notes of one bar (its start and end); of notes of one pitch at one place the longest."""
    if not notes:
        return (_V.empty,)
    tokens: list[int] = []
    velocity = None
    placed: dict[int, list[tuple[int, Note]]] = {}
    for note in notes:
        position, shift = grid_place(note, bar)
        placed.setdefault(position, []).append((shift, note))
    for position in sorted(placed):
        shift = round(sum(shift for shift, _ in placed[position]) / len(placed[position]))
        tokens.append(_V.position(position))
        if shift:
            tokens.append(_V.shift(SHIFTS.index(shift)))
        longest = {note.pitch: note for _, note in sorted(placed[position], key=lambda each: each[1].duration)}
        for pitch in sorted(longest):
            note = longest[pitch]
            level = nearest(VELOCITIES, note.velocity)
            if level != velocity:
                velocity = level
                tokens.append(_V.velocity(level))
            if drums:
                tokens.append(_V.drum(_drum(pitch)))
            else:
                tokens += (_V.pitch(pitch), _V.duration(nearest(DURATIONS, note.duration / GRID)))
    return tuple(tokens)


def notes_of(tokens: Iterable[int], bar_start: Tick) -> Iterator[Note]:
    """The notes of a cell that follows the grammar."""
    start, level, pitch = bar_start, VELOCITIES[len(VELOCITIES) // 2], 0
    for token in tokens:
        if token in _V.position:
            start = bar_start + _V.position.index(token) * GRID
        elif token in _V.shift:
            start += SHIFTS[_V.shift.index(token)] * SHIFT_STEP
        elif token in _V.velocity:
            level = VELOCITIES[_V.velocity.index(token)]
        elif token in _V.pitch:
            pitch = _V.pitch.index(token)
        elif token in _V.duration:
            yield Note(max(start, 0), pitch, DURATIONS[_V.duration.index(token)] * GRID, level)
        elif token in _V.drum:
            yield Note(max(start, 0), DRUMS[_V.drum.index(token)], GRID, level)


def grid_place(note: Note, bar: tuple[Tick, Tick]) -> tuple[int, int]:
    """Place in the bar in twelfths of a quarter, and shift in steps of 8 ticks.

    A note just before the end of the last bar has no next bar to be early in: it stands at the last place of its own.
    """
    start, end = bar
    offset, places = note.start - start, min((end - start) // GRID, POSITIONS)
    position = min(max(round(offset / GRID), 0), places - 1)
    return position, min(max(round((offset - position * GRID) / SHIFT_STEP), SHIFTS[0]), SHIFTS[-1])


def on_the_grid(score: Score) -> Score:
    """The score as its tokens mean it: what encoding and decoding gives back."""
    encoded = cells(score)
    tracks = []
    for place, track in enumerate(score.tracks[:MOST_TRACKS]):
        notes = (
            note for bar in range(score.bars) for note in notes_of(encoded.notes[bar][place], score.bar_ticks(bar)[0])
        )
        tracks.append(replace(track, notes=tuple(sorted(notes)), bends=(), controls=()))
    return replace(score, tracks=tuple(tracks))


def _controls(track: Track, bars: NDArray[np.int64]) -> Tokens:
    """Density, polyphony, register and rhythm of a track, in eight levels each; nothing for a silent track.

    Density: notes a played bar, doubling every two levels from 1. Polyphony: notes at an onset. Register: mean pitch, a
    level each seven semitones from 28. Rhythm: share of onsets off the eighths.
    """
    if not track.notes:
        return ()
    count, starts = len(track.notes), _starts(track)
    onsets = np.unique(starts)
    played = np.unique(np.searchsorted(bars, onsets, side="right")).size
    density = _level((count / played) ** 0.5, *_DENSITY)
    polyphony = _level(count / onsets.size, 1.0, 0.6)
    register = _level(sum(note.pitch for note in track.notes) / count, 28.0, 7.0)
    off = np.count_nonzero(np.round(onsets / GRID) % 6) / onsets.size
    return (_V.density(density), _V.polyphony(polyphony), _V.register(register), _V.rhythm(_level(off, 0.0, 0.125)))


def usual_notes(density: int) -> float:
    """Notes a played bar in the middle of a level of density."""
    lowest, step = _DENSITY
    return (lowest + step * density) ** 2


def _level(value: float, lowest: float, step: float) -> int:
    return min(max(round((value - lowest) / step), 0), LEVELS - 1)


def _opening(score: Score) -> Iterator[int]:
    yield _V.metre(_metre_index(score, 0))
    yield _V.tempo(tempo_index(score.tempo.bpm))
    yield _V.tonic(score.key.tonic)
    yield _V.mode(int(score.key.is_minor))


def _metre_index(score: Score, bar: int) -> int:
    name = str(score.metre.metre_at(bar))
    return METRES.index(name) if name in METRES else len(METRES) - 1


def _definition(place: int, track: Track) -> Tokens:
    role = ROLES.index(track.role) if track.role in ROLES else len(ROLES) - 1
    program = 128 if _is_drums(track) else instrument(track.instrument).program
    return (_V.definition, _V.track(place), _V.role(role), _V.program(program))


def _is_drums(track: Track) -> bool:
    return instrument(track.instrument).is_drums


def _drum(pitch: int) -> int:
    return min(max(pitch, DRUMS[0]), DRUMS[-1]) - DRUMS[0]


def _bar_words(score: Score, bar: int) -> Iterator[int]:
    if bar and _metre_index(score, bar) != _metre_index(score, bar - 1):
        yield _V.metre(_metre_index(score, bar))
    section = score.section_at(bar)
    name = "none" if section is None or section.name not in SECTIONS else section.name
    yield _V.section(SECTIONS.index(name))


def _chord_tokens(score: Score, bar: int) -> Iterator[int]:
    start, end = score.bar_ticks(bar)
    spans = list(score.chords_in(start, end))
    if not spans:
        yield _V.no_chord
    for span in spans:
        yield from chord_tokens(span, start)


def chord_tokens(span: ChordSpan, bar_start: Tick) -> Iterator[int]:
    """The tokens of a chord at its place in the bar: position, root, quality and, where it is another, bass."""
    yield _V.position(min(round((span.start - bar_start) / GRID), POSITIONS - 1))
    yield _V.root(span.chord.root)
    yield _V.quality(quality_index(span.chord))
    if span.chord.bass is not None:
        yield _V.chord_bass(span.chord.bass)


def chord_of(tokens: Sequence[int]) -> Chord:
    """The chord that root, quality and perhaps bass mean."""
    bass = _V.chord_bass.index(tokens[2]) if len(tokens) > 2 else None
    return Chord(_V.root.index(tokens[0]), QUALITIES[_V.quality.index(tokens[1])], bass)


def _notes_by_bar(track: Track, starts: NDArray[np.int64], end: Tick, told: range) -> Mapping[int, list[Note]]:
    """The notes by the bar that their place on the grid lies in: a note just before a bar line belongs to the next.

    Args:
        track: whose.
        starts: where each bar begins.
        end: where the last one does.
        told: the bars whose notes are wanted.
    """
    found: dict[int, list[Note]] = {}
    if not track.notes:
        return found
    placed = np.minimum(np.round(_starts(track) / GRID) * GRID, end - 1)
    bars = np.searchsorted(starts, placed, side="right") - 1
    for number in np.flatnonzero((bars >= told.start) & (bars < told.stop)).tolist():
        found.setdefault(int(bars[number]), []).append(track.notes[number])
    return found


def _starts(track: Track) -> NDArray[np.int64]:
    return np.fromiter((note.start for note in track.notes), np.int64, len(track.notes))
