"""Form: which sections a song has, how long each is, and how its energy rises and falls."""

from resonant.brief.model import Brief, SectionBrief
from resonant.errors import BriefError
from resonant.score.model import Section
from resonant.styles import Style
from resonant.styles.form import USUAL_SECTIONS, SectionStyle

_PHRASE_BARS = 4
_SHORTEST_SECTION_BARS = 2
_WHOLE_ARC_BARS = 40
_TWO_SECTIONS_BARS = 16  # from here on a song is more than one section, where its style has more than one
_SHORT = ("intro", "outro", "build", "interlude")
_ARRIVALS = ("chorus", "drop")
FROM_OTHER_NAMES = {
    "pre-chorus": "prechorus",
    "hook": "chorus",
    "refrain": "chorus",
    "head": "verse",
    "break": "breakdown",
}


def plan_form(brief: Brief, style: Style) -> tuple[Section, ...]:
    """The sections of a song of `brief.bars` bars: those asked for, or the style's own order.

    Raises:
        BriefError: more sections were asked for than there are bars.
    """
    wanted = brief.form or tuple(SectionBrief(name) for name in _order(brief.bars, style))
    if len(wanted) > brief.bars:
        raise BriefError(
            f"{len(wanted)} sections do not fit into {brief.bars} bars; "
            f"ask for at least {len(wanted)} bars or fewer sections"
        )
    usual = [usual_section(section.name, style) for section in wanted]
    lengths = _fit(
        [section.bars or default.bars for section, default in zip(wanted, usual, strict=True)],
        [section.bars is not None for section in wanted],
        [FROM_OTHER_NAMES.get(section.name, section.name) for section in wanted],
        brief.bars,
    )
    sections: list[Section] = []
    visits: dict[str, int] = {}
    start = 0
    for section, default, bars in zip(wanted, usual, lengths, strict=True):
        energy = default.energy if section.energy is None else section.energy
        visit = visits.get(default.material, 0)
        visits[default.material] = visit + 1
        name = FROM_OTHER_NAMES.get(section.name, section.name)
        sections.append(Section(name, start, bars, energy_in(brief, energy), default.material, visit))
        start += bars
    return tuple(sections)


def _order(bars: int, style: Style) -> tuple[str, ...]:
    """The order of sections that suits `bars` best: near in length, and a song of some length has a whole arc."""
    form = style.form
    orders: list[tuple[str, ...]] = [form.cycle[-1:]]
    for times in range(1, 2 + bars // 8):
        body = form.cycle * times
        orders += [(*form.opening, *body, *form.closing), (*form.opening, *body, *form.late, *form.closing)]
        orders += [(*form.opening, *body), body]
    return min(orders, key=lambda order: (_misfit(order, bars, style), -len(order) if bars >= _WHOLE_ARC_BARS else 0))


def _misfit(order: tuple[str, ...], bars: int, style: Style) -> float:
    """How badly an order suits a song of `bars` bars: bars too many or too few, and what its arc lacks."""
    form = style.form
    misfit = float(abs(sum(usual_section(name, style).bars for name in order) - bars))
    if bars >= _TWO_SECTIONS_BARS and len(set(form.cycle)) > 1:
        misfit += 16 * (len(set(order)) == 1)
    if bars >= _WHOLE_ARC_BARS:
        misfit += 5 * (order[: len(form.opening)] != form.opening) + 5 * (order[-len(form.closing) :] != form.closing)
        misfit += 18 * (len(form.late) > 0 and form.late[0] not in order)
    return misfit


def usual_section(name: str, style: Style) -> SectionStyle:
    """What a section of this name is like in this style.

    Raises:
        BriefError: no section is called so; the message lists those there are.
    """
    name = FROM_OTHER_NAMES.get(name, name)
    known: dict[str, SectionStyle] = {**USUAL_SECTIONS, **dict(style.form.sections.items())}
    if name not in known:
        raise BriefError(f"section {name!r} is not known; the sections are {', '.join(known)}")
    return known[name]


def _fit(lengths: list[int], said: list[bool], names: list[str], total: int) -> list[int]:
    """Lengths that sum to `total`: changed by whole phrases first, and only where none was said if possible.

    What is short by nature (an intro) does not grow while anything else can, and of equally long sections that one
    gives way first, the one that all lead to (a chorus) last.
    """
    lengths = list(lengths)
    everything = range(len(lengths))
    free = [i for i in everything if not said[i]] or list(everything)
    growing = [i for i in free if names[i] not in _SHORT] or free
    spare = [(name in _SHORT) - (name in _ARRIVALS) for name in names]
    for step in (_PHRASE_BARS, 2, 1):
        while total - sum(lengths) >= step:
            lengths[min(growing, key=lambda i: (lengths[i], -i))] += step
        while sum(lengths) - total >= step and (able := [i for i in free if lengths[i] - step >= _floor(step)]):
            lengths[max(able, key=lambda i: (lengths[i], spare[i], i))] -= step
    while sum(lengths) > total:  # what was said does not fit either: shorten the longest
        lengths[max(everything, key=lambda i: lengths[i])] -= 1
    return lengths


def _floor(step: int) -> int:
    """The shortest a section may become by whole phrases, or by single bars."""
    return _SHORTEST_SECTION_BARS if step > 1 else 1


def energy_in(brief: Brief, base: float) -> float:
    """The section's energy moved towards what the brief asks, its contrast scaled by the dynamics knob."""
    mean = 0.5
    contrast = 0.35 + 0.65 * min(brief.sound.dynamics / 0.6, 1.3)
    lift = 0.5 * (brief.energy - 0.5)
    return round(min(max(mean + (base - mean) * contrast + lift, 0.05), 1.0), 3)
