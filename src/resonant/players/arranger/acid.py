"""Acid: a sixteen-step pattern with accents and slides that slowly changes, as its machine was programmed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from resonant.players.arranger.bars import Bar
from resonant.players.arranger.ground import Ground
from resonant.players.arranger.performance import Written
from resonant.players.context import Context
from resonant.units import TICKS_PER_SIXTEENTH

SLIDE_TICKS = 30  # how far a note runs into the next one: the voice glides where notes overlap
_TONES = ("R", "R", "R", "R", "O", "O", "T", "S", "S", "F", "L", "b2")


@dataclass(frozen=True, slots=True)
class _Step:
    tone: str
    accent: bool
    slide: bool


def acid(context: Context, bars: Sequence[Bar], ground: Ground) -> list[Written]:
    """The acid line of a stretch of bars."""
    notes: list[Written] = []
    for bar in bars:
        steps = _pattern(context, bar)
        count = (bar.end - bar.start) // TICKS_PER_SIXTEENTH
        for place in range(count):
            step = steps[place % len(steps)]
            if step is not None:
                notes.append(_note(bar, ground, place, step, steps[(place + 1) % len(steps)] is not None))
    return notes


def _note(bar: Bar, ground: Ground, place: int, step: _Step, is_followed: bool) -> Written:
    start = bar.start + place * TICKS_PER_SIXTEENTH
    chord = bar.span_at(start).chord
    root = ground.root(chord, None)
    pitch = ground.within(root + 1) if step.tone == "b2" else ground.interval(root, chord, step.tone)
    glides = step.slide and is_followed and start + TICKS_PER_SIXTEENTH < bar.end
    ticks = TICKS_PER_SIXTEENTH + SLIDE_TICKS if glides else round(TICKS_PER_SIXTEENTH * 0.6)
    return Written(start, pitch, ticks, 0.9 if step.accent else -0.1)


def _pattern(context: Context, bar: Bar) -> list[_Step | None]:
    """The material's pattern; every phrase has changed a few more of its steps."""
    material = bar.section.material
    has_flat_second = (context.score.key.tonic + 1) % 12 in context.score.key.scale
    rng = context.rng("acid", material)
    density = 0.5 + 0.35 * bar.energy
    steps = [_step(rng, has_flat_second) if i == 0 or rng.random() < density else None for i in range(16)]
    if steps[0] is not None:
        steps[0] = replace(steps[0], tone="R")
    turns = bar.phrase + 2 * bar.section.visit
    for turn in range(turns):
        change = context.rng("acid", material, "turn", turn)
        place = change.randrange(1, 16)
        steps[place] = _step(change, has_flat_second) if change.random() < density else None
    if bar.ends_phrase:
        end = context.rng("acid", material, "end", bar.phrase)
        for place in (13, 14, 15):
            steps[place] = _step(end, has_flat_second)
    return steps


def _step(rng: Random, has_flat_second: bool) -> _Step:
    tone = rng.choice(_TONES)
    return _Step("R" if tone == "b2" and not has_flat_second else tone, rng.random() < 0.3, rng.random() < 0.28)
