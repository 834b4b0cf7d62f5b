"""Breaks: the band stops for a moment before a chorus or a drop, so that it lands; the pick-up is alone there."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from resonant.players.context import Context
from resonant.score.model import Note, Section
from resonant.seeds import stream
from resonant.units import Tick

_ARRIVALS = ("chorus", "drop")
_SHORTEST_SECTION_BARS = 4
_EARLY_TICKS = 60  # a stroke this much before the break was meant for it, and only played early


def breaks(context: Context) -> tuple[tuple[Tick, Tick], ...]:
    """Where the band stops, as (from, to) in ticks.

    They hang on the song's seed and form alone: all players stop together, whenever each was written.
    """
    sections = context.score.sections
    return tuple(_last_beats(context, a) for a, b in pairwise(sections) if _stops(context, a, b))


def without_breaks(context: Context, notes: Iterable[Note]) -> Iterator[Note]:
    """The notes let go where the band stops; what was to come early, for the bar after it, comes in on the one."""
    silences = breaks(context)
    for note in notes:
        silence = next((s for s in silences if s[0] - _EARLY_TICKS < note.end and note.start < s[1]), None)
        if silence is None:
            yield note
        elif note.start < silence[0] - _EARLY_TICKS:
            yield replace(note, duration=min(note.end, silence[0]) - note.start)
        elif note.end > silence[1] + _EARLY_TICKS and context.score.metre.bar_at(silence[1]) in context.bars:
            yield replace(note, start=silence[1], duration=note.end - silence[1])


def _stops(context: Context, section: Section, following: Section) -> bool:
    rises = following.name in _ARRIVALS and following.energy > section.energy
    draw = stream(context.brief.seed, "break", section.material, following.material, following.visit).random()
    return rises and section.bars >= _SHORTEST_SECTION_BARS and draw < context.style.form.breaks


def _last_beats(context: Context, section: Section) -> tuple[Tick, Tick]:
    """The second half of a bar of four, the last beat of others."""
    _, end = context.score.bar_ticks(section.end_bar - 1)
    metre = context.metre(section.end_bar - 1)
    return end - metre.ticks_per_beat * (2 if metre.beats_per_bar >= 4 else 1), end
