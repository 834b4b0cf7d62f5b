"""A track as it is performed: when each note is struck, let go and damped, and what its controllers do over time."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from resonant.score.model import Track
from resonant.units import TempoMap

WHEEL, VOLUME, PAN, EXPRESSION, PEDAL = 1, 7, 10, 11, 64
AT_START = {VOLUME: 100, PAN: 64, EXPRESSION: 127}  # General MIDI Level 1: where controllers stand before any is moved

LONGEST_LEAD_S = 0.035  # how much earlier than written a key may be struck
_GLIDE_S = 0.005  # a controller moves from one value to the next in five milliseconds, so that no step clicks


@dataclass(frozen=True, slots=True)
class Strike:
    """One key struck: `start` and `stop` in samples; the pedal may hold it behind the end of its note."""

    start: int
    stop: int
    key: int
    velocity: int


@dataclass(frozen=True)
class Curve:
    """A controller over time: `values[i]` from sample `samples[i]` on."""

    samples: tuple[int, ...]
    values: tuple[float, ...]

    def at(self, sample: int) -> float:
        return self.values[max(bisect_right(self.samples, sample) - 1, 0)]

    def later(self, num_samples: int) -> "Curve":
        """The curve moved by that many samples; its first value holds from the start."""
        return Curve((0, *(sample + num_samples for sample in self.samples[1:])), self.values)

    def is_still(self, start: int, stop: int) -> bool:
        """Whether one value holds all through `start`…`stop`."""
        first = max(bisect_right(self.samples, start) - 1, 0)
        last = max(bisect_right(self.samples, stop) - 1, 0)
        return all(self.values[index] == self.values[first] for index in range(first + 1, last + 1))

    def over(self, start: int, num_samples: int, sample_rate: int) -> NDArray[np.float32]:
        """The values over a stretch, gliding at each change, `float32 [num_samples]`."""
        times, values = self._corners(max(int(_GLIDE_S * sample_rate), 1))
        out = np.full(num_samples, values[-1], dtype=np.float32)
        out[: max(times[0] - start, 0)] = values[0]
        for (begin, first), (end, last) in pairwise(zip(times, values, strict=True)):
            low, high = max(begin - start, 0), min(end - start, num_samples)
            if low < high and first == last:
                out[low:high] = first
            elif low < high:
                steps = np.arange(low + start - begin, high + start - begin, dtype=np.float32)
                out[low:high] = first + steps * ((last - first) / (end - begin))
        return out

    def _corners(self, glide: int) -> tuple[list[int], list[float]]:
        """The curve as a line: it leaves each value where the next one is set, and reaches that a glide later."""
        times, values = [self.samples[0]], [self.values[0]]
        for sample, value in zip(self.samples[1:], self.values[1:], strict=True):
            if times[-1] > sample:  # still gliding: turn off where the line has got to
                part = (sample - times[-2]) / (times[-1] - times[-2])
                values[-1] = values[-2] + part * (values[-1] - values[-2])
                times[-1] = sample
            else:
                times.append(sample)
                values.append(values[-1])
            times.append(sample + glide)
            values.append(value)
        return times, values


@dataclass(frozen=True)
class Performance:
    """A track in samples.

    Args:
        strikes: in order of start, then key.
        bend: cents.
        controls: one curve per controller that moves at all.
    """

    strikes: tuple[Strike, ...]
    bend: Curve
    controls: dict[int, Curve]
    sample_rate: int

    def control(self, number: int) -> Curve:
        return self.controls.get(number, Curve((0,), (float(AT_START.get(number, 0)),)))

    def values_at(self, sample: int) -> dict[int, int]:
        """Every controller's value at a moment."""
        return {**AT_START, **{number: int(curve.at(sample)) for number, curve in self.controls.items()}}


def perform(track: Track, tempo: TempoMap, sample_rate: int) -> Performance:
    """The track on the clock: pedal and repeated keys resolved, controllers as curves."""
    bend = _curve([(b.tick, float(b.cents)) for b in track.bends], 0.0, tempo, sample_rate)
    numbers = dict.fromkeys(control.number for control in track.controls)
    controls = {
        number: _curve(
            [(c.tick, float(c.value)) for c in track.controls if c.number == number],
            float(AT_START.get(number, 0)),
            tempo,
            sample_rate,
        )
        for number in numbers
    }
    strikes = tuple(sorted(_strikes(track, tempo, sample_rate, controls.get(PEDAL)), key=lambda s: (s.start, s.key)))
    return Performance(strikes, bend, controls, sample_rate)


def struck_early(performance: Performance, leads_s: Mapping[int, float], ahead: int) -> Performance:
    """The performance `ahead` samples later, but each key earlier than that by its lead."""
    if not ahead:
        return performance
    later = {key: ahead - round(lead * performance.sample_rate) for key, lead in leads_s.items()}
    strikes = []
    for strike in performance.strikes:
        by = later.get(strike.key, ahead)
        strikes.append(Strike(strike.start + by, strike.stop + by, strike.key, strike.velocity))
    return Performance(
        tuple(sorted(strikes, key=lambda strike: (strike.start, strike.key))),
        performance.bend.later(ahead),
        {number: curve.later(ahead) for number, curve in performance.controls.items()},
        performance.sample_rate,
    )


def _strikes(track: Track, tempo: TempoMap, sample_rate: int, pedal: Curve | None) -> Iterator[Strike]:
    """Each note from its start to its end; longer under the pedal, shorter where its key is struck again."""
    if not track.notes:
        return
    starts = _samples([note.start for note in track.notes], tempo, sample_rate)
    # a length is rounded by itself, so that a note lasts as many samples wherever it stands
    lengths_s = (tempo.seconds_at(note.end) - tempo.seconds_at(note.start) for note in track.notes)
    ends = [start + round(length * sample_rate) for start, length in zip(starts, lengths_s, strict=True)]
    rows = sorted(zip(starts, ends, track.notes, strict=True), key=lambda row: (row[0], row[2].pitch))
    again: dict[int, int] = {}
    for start, end, note in reversed(rows):
        held = end if pedal is None else _pedal_up(pedal, end)
        stop = min(held, again.get(note.pitch, held))
        if stop > start or note.pitch not in again:
            yield Strike(start, max(stop, start + 1), note.pitch, note.velocity)
        again[note.pitch] = start


def _pedal_up(pedal: Curve, end: int) -> int:
    """When the dampers fall on a key let go at `end`."""
    index = max(bisect_right(pedal.samples, end) - 1, 0)
    while pedal.values[index] >= 64:
        index += 1
        if index == len(pedal.samples):
            return np.iinfo(np.int64).max >> 1
        end = max(end, pedal.samples[index])
    return end


def _curve(points: Sequence[tuple[int, float]], first: float, tempo: TempoMap, sample_rate: int) -> Curve:
    samples = _samples([tick for tick, _ in points], tempo, sample_rate)
    at: dict[int, float] = {0: first}
    for sample, (_, value) in zip(samples, points, strict=True):
        at[max(sample, 0)] = value
    return Curve(tuple(sorted(at)), tuple(at[sample] for sample in sorted(at)))


def _samples(ticks: Sequence[int], tempo: TempoMap, sample_rate: int) -> list[int]:
    if not ticks:
        return []
    moments = tempo.seconds_at(np.asarray(ticks, dtype=np.int64))
    return [round(float(moment) * sample_rate) for moment in moments]
