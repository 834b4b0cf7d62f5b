"""Time in music and on the clock: ticks, bars, seconds, and the maps between them.

A score counts integer ticks; audio counts seconds and samples. `TempoMap` is the only place where one
becomes the other, `MetreMap` the only place where ticks become bars.
"""

import itertools
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NewType, Self, overload

import numpy as np
from numpy.typing import NDArray

from resonant.errors import BriefError

Tick = int
Seconds = NewType("Seconds", float)

TICKS_PER_QUARTER = 480
TICKS_PER_SIXTEENTH = TICKS_PER_QUARTER // 4
TEMPO_RANGE_BPM = (20.0, 400.0)


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature such as 4/4 or 6/8.

    Raises:
        BriefError: numerator outside 1…32, or denominator not one of 1, 2, 4, 8, 16, 32.
    """

    numerator: int = 4
    denominator: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.numerator <= 32 or self.denominator not in (1, 2, 4, 8, 16, 32):
            raise BriefError(
                f"metre {self.numerator}/{self.denominator} is not one we can play; "
                "write something like 4/4, 3/4, 6/8 or 7/8"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """The metre written as "3/4"."""
        match = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(\d{1,2})\s*", text)
        if match is None:
            raise BriefError(f"metre {text!r} is not understood; write something like 4/4, 3/4 or 6/8")
        return cls(int(match[1]), int(match[2]))

    @property
    def ticks_per_bar(self) -> Tick:
        return self.numerator * TICKS_PER_QUARTER * 4 // self.denominator

    @property
    def is_compound(self) -> bool:
        """Whether the felt beat is a dotted one (6/8, 9/8, 12/8)."""
        return self.denominator >= 8 and self.numerator % 3 == 0 and self.numerator > 3

    @property
    def ticks_per_beat(self) -> Tick:
        """Ticks of the felt beat: a dotted quarter in 6/8, else the denominator's note."""
        unit = TICKS_PER_QUARTER * 4 // self.denominator
        return unit * 3 if self.is_compound else unit

    @property
    def beats_per_bar(self) -> int:
        return self.ticks_per_bar // self.ticks_per_beat

    @property
    def quarters_per_bar(self) -> float:
        return self.ticks_per_bar / TICKS_PER_QUARTER

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From `tick` on, `bpm` quarter notes a minute."""

    tick: Tick
    bpm: float


@dataclass(frozen=True)
class TempoMap:
    """Tempo over time; converts ticks to seconds and back, exactly inverse up to rounding to a tick.

    Args:
        changes: at least one, the first at tick 0, in rising order of ticks.

    Raises:
        BriefError: a tempo outside 20…400 quarter notes a minute, or changes out of order.
    """

    changes: tuple[TempoChange, ...] = (TempoChange(0, 120.0),)

    def __post_init__(self) -> None:
        ticks = [change.tick for change in self.changes]
        if not ticks or ticks[0] != 0 or any(b <= a for a, b in itertools.pairwise(ticks)):
            raise BriefError("a tempo map starts at tick 0 and its changes rise in time")
        low, high = TEMPO_RANGE_BPM
        for change in self.changes:
            if not low <= change.bpm <= high:
                raise BriefError(f"tempo {change.bpm:g} bpm must lie in {low:g}…{high:g}")

    @cached_property
    def _ticks(self) -> NDArray[np.int64]:
        return np.asarray([change.tick for change in self.changes], dtype=np.int64)

    @cached_property
    def _seconds_per_tick(self) -> NDArray[np.float64]:
        return np.asarray([60.0 / (change.bpm * TICKS_PER_QUARTER) for change in self.changes])

    @cached_property
    def _seconds(self) -> NDArray[np.float64]:
        """When each change comes, in seconds."""
        stretches = np.diff(self._ticks) * self._seconds_per_tick[:-1]
        return np.concatenate([[0.0], np.cumsum(stretches)])

    @cached_property
    def _of_changes(self) -> tuple[list[int], list[float], list[float]]:
        """Tick, seconds and seconds per tick of each change, as Python's own numbers: for one tick array algebra takes
        twenty times as long."""
        return self._ticks.tolist(), self._seconds.tolist(), self._seconds_per_tick.tolist()

    @classmethod
    def constant(cls, bpm: float) -> Self:
        return cls((TempoChange(0, float(bpm)),))

    @property
    def bpm(self) -> float:
        """The tempo at the start."""
        return self.changes[0].bpm

    def bpm_at(self, tick: Tick) -> float:
        ticks = [change.tick for change in self.changes]
        return self.changes[max(bisect_right(ticks, tick) - 1, 0)].bpm

    @overload
    def seconds_at(self, tick: Tick) -> float: ...
    @overload
    def seconds_at(self, tick: NDArray[np.int64]) -> NDArray[np.float64]: ...
    def seconds_at(self, tick: Tick | NDArray[np.int64]) -> float | NDArray[np.float64]:
        """Seconds from the start at a tick, or at an array of ticks."""
        if not isinstance(tick, np.ndarray):
            ticks, seconds, per_tick = self._of_changes
            last = max(bisect_right(ticks, tick) - 1, 0)
            return float(seconds[last] + (tick - ticks[last]) * per_tick[last])
        index = np.clip(np.searchsorted(self._ticks, tick, side="right") - 1, 0, None)
        return np.asarray(self._seconds[index] + (tick - self._ticks[index]) * self._seconds_per_tick[index])

    def tick_at(self, seconds: float) -> Tick:
        """The tick nearest to a moment in seconds."""
        index = max(int(np.searchsorted(self._seconds, seconds, side="right")) - 1, 0)
        offset = (seconds - float(self._seconds[index])) / float(self._seconds_per_tick[index])
        return int(self._ticks[index]) + round(offset)


@dataclass(frozen=True, slots=True)
class MetreChange:
    """From bar `bar` (0-based) on, bars are of `metre`."""

    bar: int
    metre: Metre


@dataclass(frozen=True)
class MetreMap:
    """Time signatures over the bars; converts bars (0-based) to ticks and back.

    Args:
        changes: at least one, the first at bar 0, in rising order of bars.
    """

    changes: tuple[MetreChange, ...] = (MetreChange(0, Metre()),)

    def __post_init__(self) -> None:
        bars = [change.bar for change in self.changes]
        if not bars or bars[0] != 0 or any(b <= a for a, b in itertools.pairwise(bars)):
            raise BriefError("a metre map starts at bar 0 and its changes rise in time")

    @cached_property
    def _bars(self) -> list[int]:
        return [change.bar for change in self.changes]

    @cached_property
    def _starts(self) -> list[Tick]:
        """The tick at which each change comes."""
        starts = [0]
        for before, after in itertools.pairwise(self.changes):
            starts.append(starts[-1] + (after.bar - before.bar) * before.metre.ticks_per_bar)
        return starts

    @cached_property
    def _lengths(self) -> list[Tick]:
        """The bars of each change in ticks."""
        return [change.metre.ticks_per_bar for change in self.changes]

    @classmethod
    def constant(cls, metre: Metre) -> Self:
        return cls((MetreChange(0, metre),))

    def metre_at(self, bar: int) -> Metre:
        return self.changes[max(bisect_right(self._bars, bar) - 1, 0)].metre

    def bar_start(self, bar: int) -> Tick:
        """The tick at which a bar (0-based) begins."""
        index = max(bisect_right(self._bars, bar) - 1, 0)
        return self._starts[index] + (bar - self._bars[index]) * self._lengths[index]

    def bar_at(self, tick: Tick) -> int:
        """The bar (0-based) that a tick lies in."""
        index = max(bisect_right(self._starts, tick) - 1, 0)
        return self._bars[index] + (tick - self._starts[index]) // self._lengths[index]
