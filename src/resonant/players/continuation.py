"""What comes after the end: the sections with which a song goes on, from those it had and from its style's form."""

from collections.abc import Sequence
from dataclasses import replace

from resonant.brief.model import Brief, SectionBrief
from resonant.errors import BriefError
from resonant.players.arranger.form import FROM_OTHER_NAMES, energy_in, usual_section
from resonant.score.model import Section
from resonant.styles import Style

LEAST_BARS, MOST_BARS = 1, 512
_CODA_BARS = 4  # what is left over and shorter than this belongs to the section before
_ROUNDS = 2  # of the cycle before the form turns to something else


def further_sections(
    sections: tuple[Section, ...], bars: int, brief: Brief, style: Style, name: str | None = None
) -> tuple[Section, ...]:
    """The sections of the next `bars` bars, and behind them the one that would come then.

    Each is as the last of its name was: material, energy and length. The last of them lies behind the new bars: who
    plays knows what he leads to. There is none behind an outro, and none behind a loop, which goes back to its start.

    Args:
        sections: those of the song, at least one.
        bars: how many bars are wanted, 1…512.
        brief: of the song.
        style: decides what follows what, and what a section is like that the song does not have.
        name: the section that shall come (again and again until the bars are full); None leaves it to the form.

    Raises:
        BriefError: bars out of range, or a section that is not known.
    """
    if not LEAST_BARS <= bars <= MOST_BARS:
        raise BriefError(f"{bars} bars can not be added at once; ask for {LEAST_BARS} to {MOST_BARS}")
    song, left = sections, bars
    while left > 0:
        coming = _coming(song, brief, style, name or _following(song, style))
        length = coming.bars if left - coming.bars >= _CODA_BARS else left
        song = (*song, replace(coming, bars=length))
        left -= length
    if not (brief.loop or song[-1].name == "outro"):
        song = (*song, _coming(song, brief, style, _following(song, style)))
    return song[len(sections) :]


def with_words(form: Sequence[SectionBrief], sections: Sequence[Section]) -> tuple[SectionBrief, ...]:
    """What the brief says about further sections: each sings the words that the last of its name has."""
    words = {brief.name: brief.lyrics for brief in form}
    return tuple(SectionBrief(each.name, each.bars, each.energy, words.get(each.name, ())) for each in sections)


def _following(sections: tuple[Section, ...], style: Style) -> str:
    """The name of the section that the form puts behind these: its cycle, and after two rounds what comes late."""
    names = [section.name for section in sections[-_ROUNDS * max(len(style.form.cycle), len(style.form.late), 1) :]]
    late: list[str] = list(style.form.late)
    cycle: list[str] = list(style.form.cycle)
    if not set(cycle) & {section.name for section in sections}:
        cycle = list(dict.fromkeys(s.name for s in sections if s.name not in ("intro", "outro"))) or cycle
        late = []
    for played in range(len(late), 0, -1):
        if names[-played:] == late[:played]:
            return [*late, cycle[0]][played]
    if late and names == cycle * _ROUNDS:
        return late[0]
    return cycle[(cycle.index(names[-1]) + 1) % len(cycle)] if names[-1] in cycle else cycle[0]


def _coming(sections: tuple[Section, ...], brief: Brief, style: Style, name: str) -> Section:
    """A section of this name behind the others: as the last one was and as long as the first, or as the style has it.

    The first one's length, because the last one may have been cut to the bars that were wanted.
    """
    name = FROM_OTHER_NAMES.get(name, name)
    start = sections[-1].end_bar
    own = [section for section in sections if section.name == name]
    if own:
        coming = replace(own[-1], start_bar=start, bars=own[0].bars)
    else:
        usual = usual_section(name, style)
        coming = Section(name, start, usual.bars, energy_in(brief, usual.energy), usual.material)
    visits = [section.visit for section in sections if section.material == coming.material]
    return replace(coming, visit=max(visits, default=-1) + 1)
