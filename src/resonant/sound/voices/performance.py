"""What the hands do: a track on the clock, with its pedal, wheel, bends and faders."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.score.model import Control, Track
from resonant.units import TICKS_PER_SIXTEENTH, TempoMap

MODULATION, VOLUME, PAN, EXPRESSION, SUSTAIN = 1, 7, 10, 11, 64
_GLIDE_S = 0.006  # a fader or wheel step is walked, not jumped: no click, no zipper
_PEDAL_DOWN = 64


@dataclass(frozen=True, slots=True)
class Played:
    """One note on the clock.

    Args:
        start_s, end_s: while the key or the pedal holds it.
        pitch: 0…127; velocity: 1…127.
        sixteenth: the one it falls on, counted from the start of the song. Takes take turns by it: a count of
            notes would let a bar that is written anew change the sound of all bars after it.
    """

    start_s: float
    end_s: float
    pitch: int
    velocity: int
    sixteenth: int


@dataclass(frozen=True, eq=False)
class Curve:
    """A controller over time: `values` at `times_s`, straight lines between, flat outside."""

    times_s: NDArray[np.float64]
    values: NDArray[np.float64]

    @classmethod
    def of_steps(cls, start: float, steps: Iterable[tuple[float, float]]) -> "Curve":
        """The curve that is `start` at first and goes to each value within 6 ms of its time; at time 0 at once."""
        times, values, now = [0.0], [start], start
        for time_s, value in steps:
            if time_s <= 0.0:
                values, now = [value], value
                continue
            begin = max(time_s, times[-1])
            times += [begin, begin + _GLIDE_S]
            values += [now, value]
            now = value
        return cls(np.asarray(times), np.asarray(values))

    def rests_at(self, value: float) -> bool:
        """Whether it has that value all the time."""
        return bool(np.all(self.values == value))

    def moves(self, start_s: float, end_s: float, rest: float = 0.0) -> bool:
        """Whether it leaves `rest` anywhere between two times."""
        inside = self.values[(self.times_s > start_s) & (self.times_s < end_s)]
        edges = np.interp([start_s, end_s], self.times_s, self.values)
        return bool(np.any(inside != rest) or np.any(edges != rest))

    def at(self, samples: NDArray[np.int64], sample_rate: float) -> NDArray[np.float64]:
        """Its values at some samples, as many."""
        return np.interp(samples / sample_rate, self.times_s, self.values)


@dataclass(frozen=True, eq=False)
class Performance:
    """A track on the clock.

    Args:
        notes: sorted by start, then pitch; the pedal has lengthened those it holds.
        bend_cents: pitch wheel.
        wheel: modulation wheel, 0…1.
        gain: volume times expression, 1 where the track says nothing.
        pan: −1 left … 1 right.
    """

    notes: tuple[Played, ...]
    bend_cents: Curve
    wheel: Curve
    gain: Curve
    pan: Curve


def performance(track: Track, tempo: TempoMap) -> Performance:
    """The track as it is played at that tempo.

    Volume and expression follow 40 log10(value / 127) dB, as the General MIDI 2 guidelines recommend; volume is
    taken relative to 100, its value at power-on.
    """
    bends = [(tempo.seconds_at(bend.tick), float(bend.cents)) for bend in track.bends]
    return Performance(
        _played(track, tempo),
        Curve.of_steps(0.0, bends),
        _curve(track.controls, tempo, MODULATION, 0.0, lambda value: value / 127.0),
        _gain(track.controls, tempo),
        _curve(track.controls, tempo, PAN, 0.0, lambda value: max((value - 64) / 63.0, -1.0)),
    )


def _played(track: Track, tempo: TempoMap) -> tuple[Played, ...]:
    """The notes as the keys and the pedal hold them; a key struck again lets its earlier note go."""
    downs, ups = _pedal(track.controls)
    last = max((note.end for note in track.notes), default=0)
    struck_again: dict[int, int] = {}
    notes = []
    for note in reversed(track.notes):
        held = _release_tick(note.end, downs, ups, last)
        end = min(held, max(struck_again.get(note.pitch, held), note.start + 1))
        struck_again[note.pitch] = note.start
        sixteenth = (note.start + TICKS_PER_SIXTEENTH // 2) // TICKS_PER_SIXTEENTH
        seconds = tempo.seconds_at(note.start), tempo.seconds_at(end)
        notes.append(Played(*seconds, note.pitch, note.velocity, sixteenth))
    return tuple(reversed(notes))


def _pedal(controls: Iterable[Control]) -> tuple[list[int], list[int]]:
    """Ticks at which the pedal goes down, and at which it comes up again."""
    downs: list[int] = []
    ups: list[int] = []
    for control in controls:
        if control.number != SUSTAIN:
            continue
        is_down = len(downs) > len(ups)
        if control.value >= _PEDAL_DOWN and not is_down:
            downs.append(control.tick)
        elif control.value < _PEDAL_DOWN and is_down:
            ups.append(control.tick)
    return downs, ups


def _release_tick(end: int, downs: list[int], ups: list[int], last: int) -> int:
    """When a key let go at `end` falls silent; a pedal that never comes up holds until the last note has ended."""
    index = bisect_right(downs, end) - 1
    if index < 0:
        return end
    return max(end, ups[index] if index < len(ups) else last)


def _gain(controls: tuple[Control, ...], tempo: TempoMap) -> Curve:
    volume, expression, steps = 100, 127, []
    for control in controls:
        if control.number == VOLUME:
            volume = control.value
        elif control.number == EXPRESSION:
            expression = control.value
        else:
            continue
        steps.append((tempo.seconds_at(control.tick), (volume / 100.0) ** 2 * (expression / 127.0) ** 2))
    return Curve.of_steps(1.0, steps)


def _curve(
    controls: tuple[Control, ...], tempo: TempoMap, number: int, start: float, scale: Callable[[int], float]
) -> Curve:
    return Curve.of_steps(start, [(tempo.seconds_at(c.tick), scale(c.value)) for c in controls if c.number == number])
