"""Bars that were heard, put on a score's clock: one tempo where they are steady, else one a bar.

The sound itself never moves against its bars: it begins as many seconds behind bar 1 as are needed for its first
downbeat to fall on a bar line, and a pickup gets a bar of its own, which begins in silence.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from resonant.listening.bars import Bars
from resonant.units import TEMPO_RANGE_BPM, Metre, MetreMap, TempoChange, TempoMap

AT_ONCE_S = 0.010
"""A first downbeat that comes this early is at the start of the sound: nobody hears the difference."""

_ROUNDING_S = 0.010  # by which the last bar may move for the sake of a round number of beats a minute


@dataclass(frozen=True, eq=False)
class Clock:
    """Where a sound stands in a score.

    Args:
        tempo: constant, or one a bar.
        metre: of all bars.
        start_s: when the sound begins, from bar 1 on.
        bars: that the sound fills, with the one of its pickup.
        has_pickup: whether the first bar begins before the sound's first downbeat.
    """

    tempo: TempoMap
    metre: MetreMap
    start_s: float
    bars: int
    has_pickup: bool


def clock_of(bars: Bars, music_s: float) -> Clock:
    """The clock that bars make; `music_s` is when the sound's music ends, in seconds from its start."""
    lengths = _bar_lengths(bars, music_s)
    first_s = float(bars.downbeats_s[0])
    has_pickup = first_s > AT_ONCE_S
    start_s = 0.0
    if has_pickup:
        ahead = ceil((first_s - AT_ONCE_S) / lengths[0])
        start_s = ahead * lengths[0] - first_s
        lengths = np.concatenate([np.full(ahead, lengths[0]), lengths])
    quarters = bars.metre.quarters_per_bar
    if bars.even:
        tempo = TempoMap.constant(_clipped(quarters * 60.0 / float(lengths[0])))
    else:
        ticks = bars.metre.ticks_per_bar
        changes = [
            TempoChange(number * ticks, _clipped(quarters * 60.0 / float(length)))
            for number, length in enumerate(lengths)
        ]
        tempo = TempoMap(tuple(changes))
    return Clock(tempo, MetreMap.constant(bars.metre), start_s, len(lengths), has_pickup)


def even_bars(metre: Metre, bpm: float, seconds: float) -> Bars:
    """Bars of one tempo from the start of a sound on, where nothing else is known."""
    bar_s = metre.quarters_per_bar * 60.0 / bpm
    return Bars(metre, bpm, np.arange(0.0, max(seconds, bar_s), bar_s), even=True)


def _bar_lengths(bars: Bars, music_s: float) -> np.ndarray:
    """The length of each bar from the first downbeat on, in seconds, until the music has ended."""
    bar_s = _round_bar_s(bars, music_s) if bars.even else bars.bar_s
    first_s = float(bars.downbeats_s[0])
    known = np.array([]) if bars.even else np.diff(bars.downbeats_s)
    known = known[: max(int(np.searchsorted(bars.downbeats_s[1:], music_s)) + 1, 1)]
    last_s = float(known[-1]) if len(known) else bar_s
    missing = ceil((music_s - first_s - float(known.sum()) - AT_ONCE_S) / last_s)
    return np.concatenate([known, np.full(max(missing, 0 if len(known) else 1), last_s)])


def _round_bar_s(bars: Bars, music_s: float) -> float:
    """The length of even bars at the roundest tempo that leaves the last bar where it was heard."""
    for digits in (0, 1, 2, 3):
        bpm = round(bars.bpm, digits)
        if bpm > 0 and abs(bars.bpm / bpm - 1.0) * music_s < _ROUNDING_S:
            return bars.metre.quarters_per_bar * 60.0 / bpm
    return bars.bar_s


def _clipped(bpm: float) -> float:
    low, high = TEMPO_RANGE_BPM
    return min(max(bpm, low), high)
