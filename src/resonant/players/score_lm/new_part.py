"""A part that plays nowhere yet: what it is held to, since nothing of its own tells how it plays.

Left free, a part that follows what it wrote itself grows busier from bar to bar, rests hardly ever and never comes
back to anything. So it is asked for its role's usual density, and a section that returns recalls what the part played
there before. And tunes breathe: a rest or a held note is never the likeliest, so that sampling which cuts off what is
unlikely, and a choice of the likeliest candidate, leave a row of eighths. When their notes begin and how long they last
is drawn as the model has it, and of several candidates the one nearest to the asked density is played, not the
likeliest.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

from resonant.nn.sampling import Sampling
from resonant.players.score_lm.cells import SILENT, Cells, Tokens, usual_notes
from resonant.players.score_lm.layout import Hole
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.score.model import Score, Section, Track

USUAL_DENSITY: Mapping[str, int] = MappingProxyType(
    {"drums": 3, "bass": 1, "chords": 3, "pad": 1, "strings": 1, "arpeggio": 3, "melody": 1, "counter": 1}
)
"""The level of density that is asked of a new part, by role: the median of the training pieces."""

TUNES = frozenset(("melody", "counter"))
"""The roles whose parts are lines that breathe."""

UNCUT = Sampling(temperature=1.0, top_p=1.0)
"""As the model has it, with all that is unlikely."""

_SOME = 0.5  # notes a bar, so that silence is far from any density, but not infinitely so


def asked_of(role: str) -> Tokens:
    """What is said of how a new part plays: how dense it is, and that a tune strikes one note at a time."""
    density = USUAL_DENSITY.get(role)
    return (
        *(() if density is None else (VOCABULARY.density(density),)),
        *((VOCABULARY.polyphony(0),) if role in TUNES else ()),
    )


def a_section(score: Score, bars: tuple[int, ...]) -> tuple[int, ...]:
    """The first of the bars, as far as the section goes that they begin in: so the next can return to it."""
    section = score.section_at(bars[0])
    return bars if section is None else tuple(bar for bar in bars if bar < section.end_bar)


def returning(score: Score, encoded: Cells, holes: frozenset[Hole]) -> dict[Hole, Tokens]:
    """By hole, what its track plays at the same place of the last section of the same material, under the same chords.

    Args:
        score: its sections say what returns.
        encoded: the same in tokens, as far as it can be recalled.
        holes: those of returning sections in which the track has played are found; a rest returns as well.
    """
    found = dict[Hole, Tokens]()
    for bar, place in holes:
        section = score.section_at(bar)
        if section is None:
            continue
        for before in _earlier_visits(score, section):
            other = before.start_bar + bar - section.start_bar
            plays = any(encoded.notes[each][place] != SILENT for each in range(before.start_bar, before.end_bar))
            if other < before.end_bar and plays and encoded.chords[other] == encoded.chords[bar]:
                found[bar, place] = encoded.notes[other][place]
                break
    return found


def _earlier_visits(score: Score, section: Section) -> list[Section]:
    """The sections of the same material before, the last first."""
    kin = (each for each in reversed(score.sections) if each.material == section.material)
    return [each for each in kin if each.visit < section.visit]


def off_density(score: Score, track: Track) -> float:
    """How far a new part is from its role's usual density in the bars it plays in, as a logarithm: 0 for as dense."""
    played = len({score.metre.bar_at(note.start) for note in track.notes})
    asked = usual_notes(USUAL_DENSITY.get(track.role, USUAL_DENSITY["melody"]))
    return abs(math.log((len(track.notes) / max(played, 1) + _SOME) / (asked + _SOME)))
