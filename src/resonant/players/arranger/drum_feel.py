"""Strokes to notes: how hard and how exactly they are struck, swing, and where they ring out."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resonant.players.arranger.drum_keys import FEET, LONGER_STROKES_TICKS, STROKE_TICKS, TIMEKEEPERS, key_of
from resonant.players.arranger.drum_steps import EIGHTH, Stroke
from resonant.players.context import Context
from resonant.score.model import Note
from resonant.score.passes.feel import Swing
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Metre, Tick

# Mean velocities of the Groove MIDI Dataset's rock, funk, soul and hip-hop takes: backbeats 106, hats 90 on the beat,
# 65 on the off-beat and 50 between, ghost notes about 30.
VELOCITY = {"X": 118, "f": 114, "d": 100, "x": 91, "o": 53, "g": 26}
TRIM: Mapping[str, int] = {
    "kick": -9, "pedal": -30, "rim": -6, "ride": -6, "open_hat": 2, "shaker": -14, "tambourine": -12,
}  # fmt: skip
OFF_BEAT = {True: (0, -26, -38), False: (0, -8, -14)}  # a timekeeper's off-eighths and sixteenths, drummer and machine
GRACE_MS, GRACE_LEVEL = 28.0, 0.45
SHORTEST_TICKS: Tick = 24


@dataclass(frozen=True, slots=True)
class Hand:
    """How one player strikes.

    Args:
        drummer: whether a person plays it, or a machine.
        level: scale of all velocities.
        jitter_ms, drift_ms: standard deviation of each stroke's timing, and of the slow wander that all strokes share.
        velocity: standard deviation of velocity.
        push_ms: how late everything is.
    """

    drummer: bool
    level: float
    jitter_ms: float
    drift_ms: float
    velocity: float
    push_ms: float

    @classmethod
    def of(cls, context: Context, drummer: bool, level: float) -> "Hand":
        """The hand that the style's feel describes.

        A drummer is looser than a keyboard part by far: each limb of the Groove dataset's drummers strays from the
        grid by 16…30 ms, drift and jitter together.
        """
        feel = context.style.feel
        timing = 4.0 + 1.6 * feel.timing_ms if drummer else 0.65 * feel.timing_ms
        push = feel.push_ms.get("drums" if context.track.role == "drums" else "percussion", 0.0)
        spread = 3.0 + 0.55 * feel.velocity if drummer else 1.0 + 0.4 * feel.velocity
        return cls(drummer, level, timing, timing, spread, push)


def played(context: Context, bar: int, strokes: Sequence[Stroke], hand: Hand) -> list[Note]:
    """The notes of one bar; all start within it."""
    start, end = context.score.bar_ticks(bar)
    rng, metre = context.rng("feel", bar), context.metre(bar)
    swing = Swing.of(context.style.swing.amount, context.style.swing.unit)
    ticks_per_ms = context.score.tempo.bpm_at(start) * TICKS_PER_QUARTER / 60_000
    notes = []
    for stroke in strokes:
        at = stroke.at if stroke.straight or metre.is_compound else swing.swung(stroke.at)
        late = (_late_ms(rng, stroke, hand) + _drift_ms(context, bar, stroke.at / (end - start), hand)) * ticks_per_ms
        late = max(-TICKS_PER_SIXTEENTH * 0.4, min(late, TICKS_PER_SIXTEENTH * 0.4))
        begin = min(max(start + round(at + late), start), end - 1)
        velocity = _velocity(rng, stroke, metre, hand, context.energy(bar))
        key = key_of(stroke.drum, context.track.instrument, context.chord(start + stroke.at))
        length = LONGER_STROKES_TICKS.get(stroke.drum, STROKE_TICKS)
        notes.append(Note(begin, key, length, velocity))
        notes += _graces(notes[-1], stroke.mark, start, ticks_per_ms)
    return notes


def ringing(notes: Sequence[Note], stop: Tick) -> tuple[Note, ...]:
    """The notes in order, each ended by the next stroke on the same key and by `stop`; one stroke a key and tick."""
    struck: dict[tuple[Tick, int], Note] = {}
    for note in sorted(notes, key=lambda n: n.velocity):
        struck[note.start, note.pitch] = note
    following: dict[int, Tick] = {}
    cut: list[Note] = []
    for note in sorted(struck.values(), reverse=True):
        until = min(note.end, following.get(note.pitch, stop), stop)
        following[note.pitch] = note.start
        cut.append(Note(note.start, note.pitch, max(until - note.start, 1), note.velocity))
    return tuple(sorted(cut))


def _late_ms(rng: random.Random, stroke: Stroke, hand: Hand) -> float:
    """The hat hand is steadiest; a drummer's snare lies a little behind."""
    steadiness = 0.75 if stroke.drum in TIMEKEEPERS else 1.1
    behind = 2.0 if hand.drummer and stroke.drum == "snare" else 0.0
    return rng.gauss(0.0, hand.jitter_ms * steadiness) + behind + hand.push_ms


def _drift_ms(context: Context, bar: int, place: float, hand: Hand) -> float:
    """Slow wander: drawn at each half bar and joined by straight lines, so that any bars fit their neighbours."""
    half = int(place * 2)
    here, there = ((bar, half), (bar + half, 1 - half))
    a = context.rng("drift", *here).gauss(0.0, hand.drift_ms)
    b = context.rng("drift", *there).gauss(0.0, hand.drift_ms)
    return a + (b - a) * (place * 2 - half)


def _velocity(rng: random.Random, stroke: Stroke, metre: Metre, hand: Hand, energy: float) -> int:
    base = VELOCITY[stroke.mark] + TRIM.get(stroke.drum, 0)
    if stroke.drum in TIMEKEEPERS and stroke.mark == "x":
        base += OFF_BEAT[hand.drummer][_offness(stroke.at, metre)]
    if stroke.drum in FEET and stroke.mark == "x" and stroke.at == 0:
        base += 5
    loudness = hand.level * (0.84 + 0.22 * energy)
    return max(4, min(127, round(base * loudness + rng.gauss(0.0, hand.velocity))))


def _offness(at: Tick, metre: Metre) -> int:
    beat = metre.ticks_per_beat if metre.is_compound else TICKS_PER_QUARTER
    if at % beat == 0:
        return 0
    return 1 if at % EIGHTH == 0 else 2


def _graces(note: Note, mark: str, start: Tick, ticks_per_ms: float) -> list[Note]:
    """The grace notes before a flam (one) or a drag (two); what would fall before the bar line is left out."""
    many = {"f": 1, "d": 2}.get(mark, 0)
    ticks = [note.start - round(GRACE_MS * ticks_per_ms * (n + 1)) for n in range(many)]
    velocity = max(4, round(note.velocity * GRACE_LEVEL))
    return [Note(tick, note.pitch, SHORTEST_TICKS, velocity) for tick in ticks if tick >= start]
