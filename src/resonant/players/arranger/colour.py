"""Passing and neighbour notes: the few that do not belong to the chord, and lead into one that does."""

from collections.abc import Sequence
from random import Random

from resonant.players.arranger.bars import Bar
from resonant.players.arranger.performance import Written
from resonant.players.context import Context
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import TICKS_PER_QUARTER, Tick

_EIGHTH = TICKS_PER_QUARTER // 2
_REACH = 2  # semitones from the note it leads to


def coloured(
    context: Context, bar: Bar, notes: Sequence[Written], names: tuple[object, ...], amount: float
) -> list[Written]:
    """A hand's notes of one bar with up to three eighths more, each a scale step from the top note that follows it.

    Args:
        context: for the key and the random stream.
        bar: the bar they lie in.
        notes: what the hand plays in it, in order of time.
        names: of the random stream.
        amount: expected share of bars with one; three such draws are made.
    """
    rng = context.rng("colour", *names)
    tops = _tops(notes)
    found: list[Written] = list(notes)
    for _ in range(3):
        if rng.random() < amount and len(tops) > 1:
            extra = _leading(bar, tops, context.score.key, rng)
            if extra is not None and all(n.start != extra.start for n in found):
                found.append(extra)
    return found


def _tops(notes: Sequence[Written]) -> dict[Tick, int]:
    tops: dict[Tick, int] = {}
    for note in notes:
        tops[note.start] = max(note.pitch, tops.get(note.start, 0))
    return tops


def _leading(bar: Bar, tops: dict[Tick, int], key: Key, rng: Random) -> Written | None:
    """An eighth before one of the strokes, on a free place of the bar."""
    targets = [start for start in tops if start - _EIGHTH > bar.start and start - _EIGHTH not in tops]
    if not targets:
        return None
    target = rng.choice(targets)
    start = target - _EIGHTH
    pitch = step_beside(tops[target], bar.span_at(start).chord, key, rng)
    return None if pitch is None else Written(start, pitch, _EIGHTH, -0.35)


def step_beside(pitch: int, chord: Chord, key: Key, rng: Random) -> int | None:
    """A scale note within a whole tone of a pitch that the chord lacks, or None."""
    near = [pitch + step for step in (-2, -1, 1, 2) if abs(step) <= _REACH]
    fit = [p for p in near if p % 12 in key.scale and p % 12 not in chord.pitch_classes]
    return rng.choice(fit) if fit else None
