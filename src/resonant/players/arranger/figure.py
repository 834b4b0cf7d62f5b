"""Step strings read as strokes, in any metre."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TypeVar

from resonant.styles.figures import Figure
from resonant.units import TICKS_PER_QUARTER, Metre, Tick

_BEATS_WRITTEN = 4  # figures are written as bars of 4/4
AnyFigure = TypeVar("AnyFigure", bound=Figure)


@dataclass(frozen=True, slots=True)
class Stroke:
    """`sign` is struck `offset` ticks into the bar and lasts `ticks`; `tied` where it only holds the bar before."""

    offset: Tick
    ticks: Tick
    sign: str
    tied: bool = False


@lru_cache(maxsize=4096)
def strokes(figure: str, bar: int, metre: Metre) -> tuple[Stroke, ...]:
    """The strokes of bar `bar` (counted round and round) of a figure, fitted to a metre."""
    bars = figure.split("|")
    cells = _cells(bars[bar % len(bars)], metre)
    found: list[Stroke] = []
    for offset, ticks, sign in cells:
        if sign == ".":
            continue
        if sign != "-":
            found.append(Stroke(offset, ticks, sign))
        elif found and found[-1].offset + found[-1].ticks == offset:
            found[-1] = Stroke(found[-1].offset, found[-1].ticks + ticks, found[-1].sign, found[-1].tied)
        elif offset == 0:
            found.append(Stroke(0, ticks, "x", tied=True))
    return tuple(found)


def _cells(steps: str, metre: Metre) -> list[tuple[Tick, Tick, str]]:
    """(offset, ticks, sign) of each step of a bar in this metre.

    Simple metres take whole beats of the figure: 3/4 its first three, 5/4 its four and the third again; 7/8 cuts the
    last one short. In 12/8 each dotted beat takes one beat of the figure, as a shuffle; the slower beats of 6/8 and 9/8
    take three eighths each.
    """
    per_beat = len(steps) // _BEATS_WRITTEN
    beats = [steps[i * per_beat : (i + 1) * per_beat] for i in range(_BEATS_WRITTEN)]
    if metre.is_compound:
        return _compound(beats, metre)
    cells: list[tuple[Tick, Tick, str]] = []
    step = TICKS_PER_QUARTER // per_beat
    quarters = -(-metre.ticks_per_bar // TICKS_PER_QUARTER)
    for index, beat in enumerate(_order(quarters)):
        for place, sign in enumerate(beats[beat]):
            offset = index * TICKS_PER_QUARTER + place * step
            if offset < metre.ticks_per_bar:
                cells.append((offset, min(step, metre.ticks_per_bar - offset), sign))
    return cells


def _order(count: int) -> list[int]:
    """Which beats of a 4/4 figure a bar of `count` beats takes."""
    if count <= _BEATS_WRITTEN:
        return list(range(count))
    return [*range(4), 2] if count == 5 else [*range(4), *(i % 4 for i in range(count - 4))]


def _compound(beats: Sequence[str], metre: Metre) -> list[tuple[Tick, Tick, str]]:
    third = metre.ticks_per_beat // 3
    thirds = _flowing(beats, metre.beats_per_bar) if metre.beats_per_bar < _BEATS_WRITTEN else _shuffled(beats, metre)
    struck = [sign for beat in beats for sign in beat if sign not in "-."]
    if struck and not set(thirds) - set("-."):  # all of its strokes fell between the eighths
        thirds[2] = struck[0]
    return [(index * third, third, sign) for index, sign in enumerate(thirds)]


def _flowing(beats: Sequence[str], count: int) -> list[str]:
    """The first three eighths of each half bar: a broken chord in 4/4 becomes one in 6/8 or 9/8."""
    eighths = [half for beat in beats for half in _halves(beat)]
    parts = (eighths[:3], eighths[4:7])
    return [sign for beat in range(count) for sign in parts[beat % 2]]


def _shuffled(beats: Sequence[str], metre: Metre) -> list[str]:
    """A beat of the figure for each dotted beat; its halves fall on the first and third eighth."""
    signs: list[str] = []
    for beat in (beats[i] for i in _order(metre.beats_per_bar)):
        if len(beat) % 3 == 0:
            signs += [beat[i * len(beat) // 3] for i in range(3)]
        else:
            first, second = _halves(beat)
            signs += [first, "." if first == "." else "-", second]
    return signs


def _halves(beat: str) -> tuple[str, str]:
    """What stands for each half of a beat: its first stroke, or how it begins."""
    middle = max(len(beat) // 2, 1)
    first, second = beat[:middle], beat[middle:] or "-"
    return _sign_of(first), _sign_of(second)


def _sign_of(steps: str) -> str:
    return next((sign for sign in steps if sign not in "-."), steps[0])


def fitting(figures: Sequence[AnyFigure], energy: float) -> tuple[AnyFigure, ...]:
    """The figures meant for this energy; the nearest where there is none."""
    exact = tuple(f for f in figures if f.energy[0] <= energy <= f.energy[1])
    if exact or not figures:
        return exact
    return (min(figures, key=lambda f: min(abs(f.energy[0] - energy), abs(f.energy[1] - energy))),)


def drawn(figures: Sequence[AnyFigure], rng: Random) -> AnyFigure:
    """One of them, by weight."""
    return rng.choices(figures, [figure.weight for figure in figures])[0]
