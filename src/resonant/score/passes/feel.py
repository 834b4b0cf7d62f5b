"""Swing: where the off-beats fall, and back.

Players write on the straight grid and call `swung`; whoever listens to a written part calls `straight` first.
"""

from dataclasses import dataclass, replace

from resonant.score.model import Note, Score, Track
from resonant.units import TICKS_PER_QUARTER, Tick


@dataclass(frozen=True, slots=True)
class Swing:
    """Two notes of `unit_ticks` share their time as `amount` : 1 − `amount`; 0.5 is straight, 0.667 a triplet."""

    amount: float = 0.5
    unit_ticks: Tick = TICKS_PER_QUARTER // 2

    @classmethod
    def of(cls, amount: float, unit: int) -> "Swing":
        """`unit` 8 swings eighths, 16 sixteenths."""
        return cls(amount, TICKS_PER_QUARTER * 4 // unit)

    def swung(self, tick: Tick) -> Tick:
        """Where a straight tick is played. Rising, and undone by `straight` to a tick on the unit's grid."""
        return self._bend(tick, 0.5, self.amount)

    def straight(self, tick: Tick) -> Tick:
        """Where a played tick would be written."""
        return self._bend(tick, self.amount, 0.5)

    def _bend(self, tick: Tick, middle_from: float, middle_to: float) -> Tick:
        pair = 2 * self.unit_ticks
        start, inside = tick - tick % pair, tick % pair / pair
        if inside <= middle_from:
            bent = inside * middle_to / middle_from
        else:
            bent = middle_to + (inside - middle_from) * (1 - middle_to) / (1 - middle_from)
        return start + round(bent * pair)


def straightened(score: Score, swing: Swing) -> Score:
    """The score as it would be written: swing taken out, counted from each bar line; drums stay as they are played."""
    tracks = tuple(
        track if track.role in ("drums", "percussion") else _straight_track(track, score, swing)
        for track in score.tracks
    )
    return replace(score, tracks=tracks)


def _straight_track(track: Track, score: Score, swing: Swing) -> Track:
    def straight(tick: Tick) -> Tick:
        start = score.metre.bar_start(score.metre.bar_at(tick))
        return start + swing.straight(tick - start)

    notes = []
    for note in track.notes:
        start = straight(note.start)
        notes.append(Note(start, note.pitch, max(straight(note.end) - start, 1), note.velocity))
    return replace(track, notes=tuple(sorted(notes)))
