"""The hat's part taken to another cymbal where a section lifts."""

from collections.abc import Sequence
from dataclasses import replace

from resonant.players.arranger.drum_steps import EIGHTH, Stroke
from resonant.units import TICKS_PER_QUARTER, Metre


def lifted(strokes: Sequence[Stroke], cymbal: str | None, metre: Metre, energy: float, drummer: bool) -> list[Stroke]:
    """The strokes with `cymbal` in the hat's place, or as they are where it is None.

    A drummer rides in eighths with his foot on the backbeat, or opens the hat: on the beats, on all eighths where
    energy is high. A machine lays the ride over its hats.
    """
    if cymbal is None or not any(s.drum == "hat" for s in strokes):
        return list(strokes)
    if not drummer and cymbal == "ride":
        return [*strokes, *(Stroke(at, "ride", "o") for at in range(0, metre.ticks_per_bar, EIGHTH))]
    slow = metre.ticks_per_beat if metre.is_compound else TICKS_PER_QUARTER
    step = EIGHTH if cymbal == "ride" or energy > 0.8 else slow
    kept = [s for s in strokes if s.drum not in ("hat", "pedal") and (s.drum != "open_hat" or not drummer)]
    moved = [replace(s, drum=cymbal) for s in strokes if s.drum == "hat" and (s.straight or s.at % step == 0)]
    beat = metre.ticks_per_beat
    feet = [Stroke(at, "pedal", "o") for at in range(beat, metre.ticks_per_bar, 2 * beat)]
    return [*kept, *moved, *(feet if cymbal in ("ride", "crash") and drummer else [])]
