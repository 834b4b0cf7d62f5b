"""Which bars are the same bar again: what makes a part come back without going round in a circle."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from resonant.players.arranger.bars import PHRASE_BARS, Bar
from resonant.players.context import Context
from resonant.score.model import Section
from resonant.theory.chord import Chord
from resonant.units import Tick

_ALIKE = 0.16  # visits whose energies differ by less are played at the same height and density
_SAME_AGAIN = 0.55  # how often a bar comes back exactly when its section does


def first_visit(context: Context, section: Section) -> Section:
    """The first section made of this material."""
    return next(s for s in context.score.sections if s.material == section.material)


def felt_energy(context: Context, bar: Bar) -> float:
    """The energy that decides density and height: the material's first visit's, unless this one's is far from it."""
    first = first_visit(context, bar.section).energy
    return first if abs(first - bar.energy) < _ALIKE else bar.energy


@dataclass(frozen=True)
class Kinship:
    """For each bar of the score, the place (0-based bar of its material) whose figure, voicing and liberties it takes.

    A bar may be an earlier bar of its section once more where the chords are the same: mostly the one a phrase before.
    """

    places: dict[int, int]

    @classmethod
    def of(cls, context: Context, variation: float) -> "Kinship":
        """The more variation (0…1), the fewer bars are repeated."""
        places: dict[int, int] = {}
        for section in context.score.sections:
            chords = [_chords(context, section.start_bar + place) for place in range(section.bars)]
            for place in range(section.bars):
                rng = context.rng("echo", section.material, place)
                source = _source(chords, place, rng, 1.0 - 0.4 * variation)
                places[section.start_bar + place] = places.get(section.start_bar + source, source)
        return cls(places)

    def place(self, bar: Bar) -> int:
        return self.places[bar.index]

    def phrase(self, bar: Bar) -> int:
        """The phrase of four bars that the bar's place belongs to."""
        return self.place(bar) // PHRASE_BARS

    def names(self, context: Context, bar: Bar) -> tuple[object, ...]:
        """What names the bar's random streams: its place in its material; at later visits sometimes the visit too."""
        names: tuple[object, ...] = (bar.section.material, self.place(bar))
        visit = bar.section.visit
        if visit and context.rng("again", *names, visit).random() > _SAME_AGAIN:
            return (*names, visit)
        return names


def _chords(context: Context, bar: int) -> tuple[tuple[Tick, Chord], ...]:
    start, end = context.score.bar_ticks(bar)
    return tuple((span.start - start, span.chord) for span in context.score.chords_in(start, end))


def _source(chords: Sequence[object], place: int, rng: Random, chance: float) -> int:
    if rng.random() > chance:
        return place
    same = [earlier for earlier in range(place) if chords[earlier] == chords[place]]
    if place - PHRASE_BARS in same:
        return place - PHRASE_BARS
    return rng.choice(same) if same else place
