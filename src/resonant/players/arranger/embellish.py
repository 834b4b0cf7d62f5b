"""Small liberties with a figure, so that bars are kin and not copies."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from resonant.players.arranger.figure import Stroke
from resonant.units import TICKS_PER_QUARTER

_FULL = "xXh"


def embellished(plain: Sequence[Stroke], rng: Random, amount: float) -> list[Stroke]:
    """A bar's strokes with some left out, split, or struck with fewer voices."""
    found = list(plain)
    if rng.random() > amount:
        return found
    for _ in range(1 + (rng.random() < amount)):
        found = _liberty(found, rng)
    return found


def _liberty(found: list[Stroke], rng: Random) -> list[Stroke]:
    index = rng.randrange(len(found)) if found else 0
    if not found:
        return found
    stroke = found[index]
    if stroke.sign.isdigit():
        return _other_voice(found, index, rng)
    if stroke.sign in _FULL and stroke.ticks >= TICKS_PER_QUARTER and rng.random() < 0.5:
        return _split(found, index, rng)
    if stroke.offset and not stroke.tied and len(found) > 2 and rng.random() < 0.45:
        return _left_out(found, index)
    if stroke.sign in _FULL:
        sign = rng.choice("ht^")
        return _resigned(found, index, "h" if sign == "^" and stroke.ticks >= TICKS_PER_QUARTER else sign)
    return found


def _other_voice(found: list[Stroke], index: int, rng: Random) -> list[Stroke]:
    stroke = found[index]
    near = int(stroke.sign) + rng.choice((-1, 1, 2))
    return _resigned(found, index, str(min(max(near, 1), 6)))


def _resigned(found: list[Stroke], index: int, sign: str) -> list[Stroke]:
    return [*found[:index], replace(found[index], sign=sign), *found[index + 1 :]]


def _split(found: list[Stroke], index: int, rng: Random) -> list[Stroke]:
    """Some voices struck again halfway, while the others are held."""
    stroke = found[index]
    half = stroke.ticks // 2
    again = Stroke(stroke.offset + half, stroke.ticks - half, rng.choice("^th2"))
    return [*found[: index + 1], again, *found[index + 1 :]]


def _left_out(found: list[Stroke], index: int) -> list[Stroke]:
    before, gone = found[index - 1], found[index]
    if index and before.offset + before.ticks == gone.offset and before.sign not in "mo":
        before = Stroke(before.offset, before.ticks + gone.ticks, before.sign, before.tied)
        return [*found[: index - 1], before, *found[index + 1 :]]
    return [*found[:index], *found[index + 1 :]]
