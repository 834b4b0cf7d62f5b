"""Motifs: the rhythm and the shape of a theme, bar by bar, before any pitch is chosen.

A section's bars are given letters after the classical period and sentence (Caplin, *Classical Form*, 1998): bars of
one letter share rhythm and shape. Each four-bar phrase ends with a bar that comes to rest.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from resonant.styles.melody import MelodyStyle
from resonant.units import Metre, Tick

# Letters of a four-bar phrase pair; upper case marks the bar in which the phrase comes to rest.
_PLANS = (
    ("abaX", "abaY", 4.0),
    ("abcX", "abcY", 2.0),
    ("aabX", "aabY", 1.0),
    ("abaX", "cdcY", 1.5),
    ("aaXb", "aacY", 1.0),
    ("abXc", "abdY", 1.5),
)
_SHAPES = ("arch", "fall", "rise", "turn", "wave", "dip")


@dataclass(frozen=True, slots=True)
class Onset:
    """One note of a bar's rhythm: `start` and `duration` in ticks from the bar line."""

    start: Tick
    duration: Tick


@dataclass(frozen=True, slots=True)
class MotifBar:
    """A bar of theme: its letter, rhythm, wanted heights (scale steps from the centre), and whether it rests."""

    letter: str
    onsets: tuple[Onset, ...]
    heights: tuple[float, ...]
    rests: bool


def plan_theme(
    bars: int, metre: Metre, style: MelodyStyle, energy: float, rng: random.Random, kin: tuple[Onset, ...] = ()
) -> tuple[MotifBar, ...]:
    """A theme of that many bars: letters, rhythms, shapes. Its first motif is akin to `kin`, where there is one."""
    letters = _letters(bars, rng)
    target = style.notes_per_bar * metre.quarters_per_bar / 4 * (0.72 + 0.56 * energy)
    rhythms: dict[str, tuple[Onset, ...]] = {}
    shapes: dict[str, str] = {}
    arc = _arc(letters, energy, rng)
    theme: list[MotifBar] = []
    for bar, letter in enumerate(letters):
        rests = letter.isupper()
        if letter not in rhythms:
            relative = rhythms.get("a", kin)
            rhythms[letter] = _rhythm(metre, style, target, rests, relative, rng)
            shapes[letter] = rng.choice(_SHAPES if not rests else ("fall", "arch", "rise"))
        onsets = rhythms[letter]
        heights = tuple(arc[bar] + _height(shapes[letter], o.start / metre.ticks_per_bar) for o in onsets)
        theme.append(MotifBar(letter, onsets, heights, rests))
    return tuple(theme)


def varied(bar: MotifBar, metre: Metre, style: MelodyStyle, energy: float, rng: random.Random) -> MotifBar:
    """The bar as it comes back: its first half kept, the rest with another rhythm."""
    half = metre.ticks_per_bar // 2
    target = style.notes_per_bar * metre.quarters_per_bar / 4 * (0.72 + 0.56 * energy)
    fresh = _rhythm(metre, style, target, bar.rests, None, rng)
    kept = [o for o in bar.onsets if o.start < half]
    onsets = (*(Onset(o.start, min(o.duration, half - o.start)) for o in kept), *(o for o in fresh if o.start >= half))
    base = sum(bar.heights) / len(bar.heights) if bar.heights else 0.0
    by_start = dict(zip((o.start for o in bar.onsets), bar.heights, strict=True))
    return MotifBar(bar.letter, onsets, tuple(by_start.get(o.start, base) for o in onsets), bar.rests)


def _letters(bars: int, rng: random.Random) -> str:
    first, second, _ = rng.choices(_PLANS, weights=[plan[2] for plan in _PLANS])[0]
    pairs = (first + second) * (bars // 8 + 1)
    if bars < 4:
        return ("aX" if bars == 2 else "abY")[:bars] if bars > 1 else "a"
    body = pairs[:bars]
    return body if bars % 4 == 0 else body[:-1] + "Y"


def _arc(letters: str, energy: float, rng: random.Random) -> list[float]:
    """Where each bar lies, in scale steps from the centre: up to a peak about two thirds through, and home."""
    bars = len(letters)
    peak_at = rng.uniform(0.5, 0.8)
    peak = rng.uniform(2.5, 5.5) * (0.6 + 0.6 * energy)
    arc: list[float] = []
    for bar in range(bars):
        if bar >= 4 and letters[bar] == letters[bar - 4] and rng.random() < 0.9:
            arc.append(arc[bar - 4])  # what comes back after four bars comes back at its height
            continue
        x = (bar % 8 + 0.5) / min(bars, 8)
        rise = x / peak_at if x < peak_at else (1 - x) / (1 - peak_at)
        arc.append(peak * max(rise, 0.0) - 1.0 + rng.uniform(-0.5, 0.5))
    return arc


def _height(shape: str, x: float) -> float:
    """Height in scale steps at 0 ≤ x < 1 of the bar."""
    return {
        "arch": 2.5 * (1 - abs(2 * x - 1)) - 1,
        "dip": 1.2 - 2.2 * (1 - abs(2 * x - 1)),
        "rise": 3.0 * x - 1.5,
        "fall": 1.5 - 3.0 * x,
        "turn": 1.2 if int(x * 4) % 2 else -0.8,
        "wave": (0.0, 1.8, 0.5, -1.5)[int(x * 4)],
    }[shape]


def _rhythm(
    metre: Metre, style: MelodyStyle, target: float, rests: bool, relative: tuple[Onset, ...] | None, rng: random.Random
) -> tuple[Onset, ...]:
    """The best of some bars of cells: near the density and syncopation aimed at, and akin to the first motif."""
    candidates = [_bar_of_cells(metre, style.cells, rests, style.breath, rng) for _ in range(10)]
    return min(candidates, key=lambda bar: _distance(bar, metre, style, target * (0.6 if rests else 1.0), relative))


def _distance(
    bar: tuple[Onset, ...], metre: Metre, style: MelodyStyle, target: float, relative: tuple[Onset, ...] | None
) -> float:
    if not bar:
        return 99.0
    off_beat = sum(o.start % metre.ticks_per_beat != 0 for o in bar) / len(bar)
    distance = abs(len(bar) - target) + 2.5 * abs(off_beat - style.syncopation)
    if relative:
        starts, others = {o.start for o in bar}, {o.start for o in relative}
        shared = len(starts & others) / len(starts | others)
        distance += 1.5 * abs(shared - 0.45)
    return distance


def _bar_of_cells(
    metre: Metre, cells: Mapping[str, float], rests: bool, breath: float, rng: random.Random
) -> tuple[Onset, ...]:
    steps_per_beat = 4 if not metre.is_compound else 6
    step = metre.ticks_per_beat // steps_per_beat
    drawn = rng.choices(list(cells), weights=list(cells.values()), k=metre.beats_per_bar)
    text = "".join(_stretched(cell, steps_per_beat) for cell in drawn)
    if text[0] in "-.":
        text = ("x" if rng.random() < 0.7 else ".") + text[1:]
    if rests:
        text = _come_to_rest(text, steps_per_beat, breath, rng)
    return _onsets(text, step)


def _stretched(cell: str, steps: int) -> str:
    """A cell of four sixteenths on a dotted beat of six: two-thirds of its notes fall on the eighths."""
    if steps == len(cell):
        return cell
    out = ["-"] * steps
    out[0], out[2], out[4] = (
        cell[0],
        cell[2],
        ("x" if cell[1] == "x" or cell[3] == "x" else "-" if cell[2] != "." else "."),
    )
    return "".join(out)


def _come_to_rest(text: str, steps_per_beat: int, breath: float, rng: random.Random) -> str:
    """The bar with a long note towards its end, then silence, and now and then a pick-up into the next phrase."""
    silent = min(round(breath * steps_per_beat), len(text) - steps_per_beat)
    start = len(text) - silent
    hold = max(start - rng.choice((1, 2, 2)) * steps_per_beat, 0)
    body = text[:hold] + "x" + "-" * (start - hold - 1)
    pick_up = rng.random() < 0.3 and silent >= steps_per_beat
    return body + ("." * (silent - 2) + "x-" if pick_up else "." * silent)


def _onsets(text: str, step: Tick) -> tuple[Onset, ...]:
    onsets: list[Onset] = []
    sounding = False
    for i, sign in enumerate(text):
        if sign == "x":
            onsets.append(Onset(i * step, step))
        elif sign == "-" and onsets and sounding:
            onsets[-1] = Onset(onsets[-1].start, onsets[-1].duration + step)
        sounding = sign == "x" or (sign == "-" and sounding)
    return tuple(onsets)
