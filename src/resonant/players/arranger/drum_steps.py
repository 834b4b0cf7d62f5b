"""Step strings to strokes, and strokes of one metre to those of another."""

from dataclasses import dataclass, replace
from functools import lru_cache

from resonant.players.arranger.drum_keys import TIMEKEEPERS
from resonant.styles.drums import Fill, Groove, bars_of
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Metre, Tick

EIGHTH: Tick = TICKS_PER_QUARTER // 2
# Which quarters of a 4/4 groove make up a bar of so many quarters: the backbeat stays, and a bar ends on it.
QUARTERS = {
    1: (0,), 2: (0, 1), 3: (0, 1, 3), 4: (0, 1, 2, 3),
    5: (0, 1, 2, 0, 3), 6: (0, 1, 2, 3, 2, 3), 7: (0, 1, 2, 3, 0, 2, 3),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke, unplayed: `at` ticks after its bar line, `drum` by name, `mark` as in the step strings.

    `straight` strokes are not swung: triplets, and what a compound metre divides in three already.
    """

    at: Tick
    drum: str
    mark: str
    straight: bool = False


def strokes_of(groove: Groove, bar: int, metre: Metre, choices: tuple[tuple[str, int], ...] = ()) -> tuple[Stroke, ...]:
    """The strokes of the groove's bar number `bar` in `metre`; `choices`: the line each drum takes, home if unsaid."""
    taken = dict(choices)
    lines = tuple((name, choose[taken.get(name, 0)]) for name, choose in groove.lines.items())
    return _fitted(lines, bar % groove.bars, Metre.parse(groove.metre), metre)


def fill_strokes(fill: Fill, metre: Metre, choice: int = 0) -> tuple[Tick, tuple[Stroke, ...]]:
    """Where in the bar a fill begins, and its strokes; it ends with the bar and is cropped to it."""
    lines = [(name, choose[choice % len(choose)].replace(" ", "")) for name, choose in fill.lines.items()]
    length = fill.beats * TICKS_PER_QUARTER
    strokes = tuple(stroke for name, line in lines for stroke in _read(line, name, length))
    if metre.is_compound:
        strokes, length = _felt(_compound(strokes), metre), fill.beats * metre.ticks_per_beat
    shift = metre.ticks_per_bar - length
    return max(shift, 0), tuple(replace(s, at=s.at + shift) for s in strokes if s.at + shift >= 0)


@lru_cache(maxsize=4096)
def _fitted(lines: tuple[tuple[str, str], ...], bar: int, written: Metre, metre: Metre) -> tuple[Stroke, ...]:
    if metre.ticks_per_bar == written.ticks_per_bar and metre.is_compound == written.is_compound:
        return _bar_strokes(lines, bar, written.ticks_per_bar)
    if metre.is_compound and not written.is_compound:
        strokes = _bar_strokes(lines, bar, written.ticks_per_bar)
        longer = _quarters(strokes, metre.beats_per_bar * TICKS_PER_QUARTER)
        return _felt(_compound(longer), metre)
    strokes = _bar_strokes(lines, bar, written.ticks_per_bar)
    return _quarters(strokes, metre.ticks_per_bar)


def _bar_strokes(lines: tuple[tuple[str, str], ...], bar: int, ticks: Tick) -> tuple[Stroke, ...]:
    strokes: list[Stroke] = []
    for name, line in lines:
        parts = bars_of(line)
        strokes += _read(parts[bar % len(parts)], name, ticks)
    return tuple(sorted(strokes, key=lambda s: (s.at, s.drum)))


def _read(steps: str, drum: str, ticks: Tick) -> list[Stroke]:
    """The strokes of one string that lasts `ticks`."""
    step = ticks // len(steps)
    strokes = []
    for index, mark in enumerate(steps):
        if mark == ".":
            continue
        many = int(mark) if mark.isdigit() else 1
        for part in range(many):
            at = index * step + part * step // many
            touch = ("x" if part == 0 else "o") if mark.isdigit() else mark
            strokes.append(Stroke(at, drum, touch, at % TICKS_PER_SIXTEENTH != 0))
    # Twelve steps a bar are triplets throughout: their on-beats must not be swung apart from the rest.
    triplets = step % TICKS_PER_SIXTEENTH != 0 and step > TICKS_PER_SIXTEENTH // 2
    return [replace(s, straight=True) for s in strokes] if triplets else strokes


def _quarters(strokes: tuple[Stroke, ...], ticks: Tick) -> tuple[Stroke, ...]:
    """A bar of 4/4 re-laid by quarters over a bar of another length; what is left over is the next quarter cut off."""
    whole, rest = divmod(ticks, TICKS_PER_QUARTER)
    cells = QUARTERS[4] if rest and whole < 4 else QUARTERS.get(whole, ())
    if rest or not cells:
        cells = tuple(index % 4 for index in range(whole + 1))
    laid = [
        replace(s, at=s.at % TICKS_PER_QUARTER + place * TICKS_PER_QUARTER)
        for place, cell in enumerate(cells)
        for s in strokes
        if s.at // TICKS_PER_QUARTER == cell
    ]
    return tuple(s for s in laid if s.at < ticks)


def _compound(strokes: tuple[Stroke, ...]) -> tuple[Stroke, ...]:
    """Quarters of four sixteenths made dotted quarters of three eighths: the off-beat falls on the third eighth.

    A timekeeper that played the off-beat plays all three.
    """
    thirds: dict[tuple[Tick, str], Stroke] = {}
    for s in strokes:
        beat, inside = divmod(s.at, TICKS_PER_QUARTER)
        third = inside * 3 // TICKS_PER_QUARTER if s.straight else (0, 1, 2, 2)[inside * 4 // TICKS_PER_QUARTER]
        start = beat * 3 * EIGHTH
        stroke = replace(s, at=start + third * EIGHTH, straight=True)
        thirds.setdefault((stroke.at, s.drum), stroke)
        if s.drum in TIMEKEEPERS - {"open_hat"} and inside == EIGHTH:
            thirds.setdefault((start + EIGHTH, s.drum), replace(stroke, at=start + EIGHTH, mark="o"))
    return tuple(sorted(thirds.values(), key=lambda s: (s.at, s.drum)))


def _felt(strokes: tuple[Stroke, ...], metre: Metre) -> tuple[Stroke, ...]:
    """Dotted quarters scaled to the felt beat of a compound metre (half as long in x/16)."""
    return tuple(replace(s, at=s.at * metre.ticks_per_beat // (3 * EIGHTH)) for s in strokes)
