"""A track seen bar by bar on the 16th grid: what the symbolic questions share.

Conventions: a note belongs to the 16th nearest to its start (ties go up), so that a note played a little before
the bar line counts in the bar it is meant for. Steps count from the bar's start; a 4/4 bar has 16, a 3/4 bar 12.
A bar's *cells* are its `(step, pitch)` pairs: the unit that repetition compares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from resonant.errors import InputError
from resonant.score.model import Note, Score, Track
from resonant.units import TICKS_PER_SIXTEENTH, Tick

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class BarView:
    """One bar of one track.

    Args:
        start: tick of the bar line.
        steps: how many 16ths the bar has.
        notes: `(step, note)`, in order of steps.
    """

    start: Tick
    steps: int
    notes: tuple[tuple[int, Note], ...]

    @property
    def cells(self) -> frozenset[Cell]:
        return frozenset((step, note.pitch) for step, note in self.notes)

    @property
    def onsets(self) -> frozenset[int]:
        return frozenset(step for step, _ in self.notes)


def nearest_step(tick: Tick) -> int:
    """The 16th, counted from the start of the piece, that a tick lies nearest to; ties go up."""
    return (tick + TICKS_PER_SIXTEENTH // 2) // TICKS_PER_SIXTEENTH


def bars_of(score: Score, track: Track) -> tuple[BarView, ...]:
    """The bars of a track, as many as the score has; notes behind the last bar are left out.

    Raises:
        InputError: the track is malformed (see `validate_track`).
    """
    validate_track(track)
    held: list[list[tuple[int, Note]]] = [[] for _ in range(score.bars)]
    for note in track.notes:
        tick = nearest_step(note.start) * TICKS_PER_SIXTEENTH
        bar = score.metre.bar_at(tick)
        if bar < score.bars:
            held[bar].append(((tick - score.metre.bar_start(bar)) // TICKS_PER_SIXTEENTH, note))
    starts = [score.metre.bar_start(bar) for bar in range(score.bars + 1)]
    return tuple(
        BarView(start, (end - start) // TICKS_PER_SIXTEENTH, tuple(sorted(notes, key=lambda cell: (cell[0], cell[1]))))
        for (start, end), notes in zip(pairwise(starts), held, strict=True)
    )


def validate_track(track: Track) -> None:
    """Refuses a track that no player could have written.

    Raises:
        InputError: a pitch or velocity outside MIDI's range, a negative start or a duration of nothing.
    """
    for note in track.notes:
        if not (0 <= note.pitch <= 127 and 1 <= note.velocity <= 127):
            raise InputError(
                f"track {track.name!r} holds pitch {note.pitch}, velocity {note.velocity} at tick {note.start}; "
                "pitches lie in 0…127 and velocities in 1…127"
            )
        if note.start < 0 or note.duration <= 0:
            raise InputError(
                f"track {track.name!r} holds a note at tick {note.start} of {note.duration} ticks; "
                "notes start at tick 0 or later and last at least one tick"
            )


def jaccard(first: frozenset[Cell] | frozenset[int], second: frozenset[Cell] | frozenset[int]) -> float:
    """Size of what two sets share over what they hold together; two empty sets share nothing: 0."""
    together = len(first | second)
    return len(first & second) / together if together else 0.0


def mean(values: Iterable[float]) -> float:
    """The mean, 0 for no values."""
    held: Sequence[float] = list(values)
    return sum(held) / len(held) if held else 0.0
