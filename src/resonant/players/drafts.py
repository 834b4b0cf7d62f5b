"""What is listened for in a draft before it is taken: that it is new, and that a bass locks with the drums."""

from collections.abc import Sequence

from resonant.score.model import Note, Score, Track
from resonant.units import TICKS_PER_SIXTEENTH

KICKS = (35, 36)


def notes_in(track: Track, score: Score, bars: Sequence[int]) -> list[Note]:
    """The track's notes that start in those bars."""
    return [note for bar in bars for note in track.between(*score.bar_ticks(bar))]


def what_is_struck(track: Track, score: Score, bars: Sequence[int]) -> frozenset[tuple[int, int]]:
    """What is struck in those bars, as (sixteenth, pitch): how it is played does not count."""
    return frozenset((_sixteenth(note), note.pitch) for note in notes_in(track, score, bars))


def likeness_of(one: frozenset[tuple[int, int]], other: frozenset[tuple[int, int]]) -> float:
    """0…1: what two parts both strike over what either does (Jaccard); 1 for two that strike nothing."""
    return len(one & other) / len(one | other) if one | other else 1.0


def lock(track: Track, score: Score, bars: Sequence[int]) -> float:
    """0…1: share of the kicks in those bars with which a bass starts a note; 1 for other parts, or without kicks."""
    drums = score.of_role("drums")
    if track.role != "bass" or drums is None:
        return 1.0
    kicks = {_sixteenth(note) for note in notes_in(drums, score, bars) if note.pitch in KICKS}
    struck = {_sixteenth(note) for note in notes_in(track, score, bars)}
    return len(kicks & struck) / len(kicks) if kicks else 1.0


def _sixteenth(note: Note) -> int:
    return round(note.start / TICKS_PER_SIXTEENTH)
