"""Choosing the pitches of a line: the cheapest path through all candidate pitches (Viterbi, 1967).

Every rule of melody writing that matters here is a cost: chord tones where the bar is strong or the note long,
dissonances that come and go by step, mostly steps and few leaps, nearness to the shape the motif asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.theory.chord import Chord
from resonant.theory.key import Key

# Cost of an interval by its size in semitones: unison, steps, thirds, fourth, tritone, fifth, sixths, sevenths, octave.
_INTERVAL_COST = np.array([0.9, 0.0, 0.0, 0.45, 0.5, 0.9, 3.5, 1.3, 2.0, 2.2, 4.0, 5.0, 2.2])
_BEYOND_OCTAVE_COST = 9.0


@dataclass(frozen=True, slots=True)
class Place:
    """A note whose pitch is to be chosen.

    Args:
        chord: what sounds; `weight` 0…1: how much the note must belong to it (1 on a downbeat or a long note).
        height: wanted MIDI pitch, from the motif's shape.
        cadence: pitch classes it must end on, or empty.
        noise: seed-drawn cost of each candidate is scaled by this.
        fixed: the pitch, where it is already decided.
    """

    chord: Chord
    weight: float
    height: float
    cadence: tuple[int, ...] = ()
    noise: float = 0.8
    fixed: int | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How a line moves: `leap` and `repeat` 0…1, `chordal` scales the pull of chord tones, `low`/`high` its range."""

    low: int
    high: int
    leap: float = 0.35
    repeat: float = 0.3
    chordal: float = 1.0


def choose_pitches(
    places: Sequence[Place], key: Key, manner: Manner, noise: NDArray[np.float64], before: int | None, after: int | None
) -> list[int]:
    """The pitches of a line.

    Args:
        places: the notes, in order.
        key: its scale, and the sounding chord, are the only pitches used.
        manner: range and movement.
        noise: `float64 [places, pitches]` in 0…1, one column for each MIDI pitch of the range.
        before, after: the neighbouring notes' pitches, where the line must join them.
    """
    if not places:
        return []
    pitches = np.arange(manner.low, manner.high + 1)
    moves = _moves(pitches, manner)
    total = _cost(places[0], pitches, key, manner, noise[0])
    if before is not None:
        total = total + _joins(pitches, before, manner)
    back: list[NDArray[np.int64]] = []
    previous_dissonant = _dissonant(pitches, places[0].chord)
    for i, place in enumerate(places[1:], start=1):
        dissonant = _dissonant(pitches, place.chord)
        leaps = np.abs(pitches[:, None] - pitches[None, :]) > 2
        step = moves + leaps * (2.6 * previous_dissonant[:, None] + 1.6 * dissonant[None, :])
        paths = total[:, None] + step
        best = paths.argmin(axis=0)
        back.append(best)
        total = paths[best, np.arange(len(pitches))] + _cost(place, pitches, key, manner, noise[i])
        previous_dissonant = dissonant
    if after is not None:
        total = total + _joins(pitches, after, manner)
    index = int(total.argmin())
    path = [index]
    for best in reversed(back):
        index = int(best[index])
        path.append(index)
    return [int(pitches[i]) for i in reversed(path)]


def _moves(pitches: NDArray[np.int64], manner: Manner) -> NDArray[np.float64]:
    size = np.abs(pitches[:, None] - pitches[None, :])
    cost = np.where(size <= 12, _INTERVAL_COST[np.minimum(size, 12)], _BEYOND_OCTAVE_COST + size - 12)
    cost = np.where(size > 2, cost * (1.5 - manner.leap), cost)
    return np.where(size == 0, 1.6 * (1 - manner.repeat), cost)


def _joins(pitches: NDArray[np.int64], neighbour: int, manner: Manner) -> NDArray[np.float64]:
    size = np.abs(pitches - neighbour)
    return np.where(size <= 12, _INTERVAL_COST[np.minimum(size, 12)], _BEYOND_OCTAVE_COST) * (1.5 - manner.leap)


def _dissonant(pitches: NDArray[np.int64], chord: Chord) -> NDArray[np.bool_]:
    return ~np.isin(pitches % 12, chord.pitch_classes)


def _cost(
    place: Place, pitches: NDArray[np.int64], key: Key, manner: Manner, noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    classes = pitches % 12
    tones = np.isin(classes, place.chord.pitch_classes)
    allowed = tones | np.isin(classes, key.scale)
    # A scale tone a semitone above a chord tone grates where it is held (the "avoid note" of jazz theory).
    avoid = ~tones & np.isin((classes - 1) % 12, place.chord.pitch_classes)
    cost = np.where(allowed, 0.0, 60.0)
    cost += ~tones * (0.05 + 3.0 * place.weight**2) * manner.chordal + avoid * (0.5 + 2.0 * place.weight)
    cost += 0.2 * np.abs(pitches - place.height) ** 1.25
    if place.cadence:
        cost += np.where(np.isin(classes, place.cadence), 0.0, 7.0)
    if place.fixed is not None:
        cost += np.where(pitches == place.fixed, 0.0, 100.0)
    return cost + place.noise * noise
