"""Form: which sections a song has, how long each is, and how its energy rises and falls."""

from resonant.brief.model import Brief, SectionBrief
from resonant.errors import BriefError
from resonant.score.model import Section
from resonant.styles import Style
from resonant.styles.form import USUAL_SECTIONS, SectionStyle

_PHRASE_BARS = 4
_SHORTEST_SECTION_BARS = 2
_FROM_OTHER_NAMES = {"pre-chorus": "prechorus", "hook": "chorus", "refrain": "chorus", "head": "verse", "break": "breakdown"}


def plan_form(brief: Brief, style: Style) -> tuple[Section, ...]:
    """The sections of a song of `brief.bars` bars: those asked for, or the style's own order.

    Raises:
        BriefError: more sections were asked for than there are bars.
    """
    wanted = brief.form or tuple(SectionBrief(name) for name in _order(brief.bars, style))
    if len(wanted) > brief.bars:
        raise BriefError(
            f"{len(wanted)} sections do not fit into {brief.bars} bars; ask for at least {len(wanted)} bars or fewer sections"
        )
    usual = [_usual(section.name, style) for section in wanted]
    lengths = _fit([s.bars or u.bars for s, u in zip(wanted, usual, strict=True)], [s.bars is not None for s in wanted], brief.bars)
    sections: list[Section] = []
    visits: dict[str, int] = {}
    start = 0
    for section, default, bars in zip(wanted, usual, lengths, strict=True):
        energy = default.energy if section.energy is None else section.energy
        visit = visits.get(default.material, 0)
        visits[default.material] = visit + 1
        name = _FROM_OTHER_NAMES.get(section.name, section.name)
        sections.append(Section(name, start, bars, _energy(energy, brief), default.material, visit))
        start += bars
    return tuple(sections)


def _order(bars: int, style: Style) -> tuple[str, ...]:
    """The order of sections whose usual lengths come nearest to `bars`; the shorter order of two equals."""
    form = style.form
    orders: list[tuple[str, ...]] = [form.cycle[:1], form.cycle, (*form.opening, *form.cycle), (*form.opening, *form.cycle, *form.closing)]
    for times in range(2, 2 + bars // 8):
        body = (*form.opening, *(form.cycle * times))
        orders += [(*body, *form.closing), (*body, *form.late, *form.closing)]
    return min(orders, key=lambda order: (abs(sum(_usual(name, style).bars for name in order) - bars), len(order)))


def _usual(name: str, style: Style) -> SectionStyle:
    name = _FROM_OTHER_NAMES.get(name, name)
    known = {**USUAL_SECTIONS, **style.form.sections}
    if name not in known:
        raise BriefError(f"section {name!r} is not known; the sections are {', '.join(known)}")
    return known[name]


def _fit(lengths: list[int], said: list[bool], total: int) -> list[int]:
    """Lengths that sum to `total`, changed by whole phrases first, and only where the length was not said if possible."""
    lengths = list(lengths)
    free = [i for i, is_said in enumerate(said) if not is_said] or list(range(len(lengths)))
    for step in (_PHRASE_BARS, 2, 1):
        while total - sum(lengths) >= step:
            lengths[min(free, key=lambda i: (lengths[i], -i))] += step
        while sum(lengths) - total >= step:
            longest = max(free, key=lambda i: (lengths[i], i))
            floor = _SHORTEST_SECTION_BARS if step > 1 else 1
            if lengths[longest] - step < floor:
                break
            lengths[longest] -= step
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        while sum(lengths) > total and lengths[i] > 1:
            lengths[i] -= 1
    if sum(lengths) < total:
        lengths[-1] += total - sum(lengths)
    return lengths


def _energy(base: float, brief: Brief) -> float:
    """The section's energy moved towards what the brief asks, its contrast scaled by the dynamics knob."""
    mean = 0.5
    contrast = 0.35 + 0.65 * min(brief.sound.dynamics / 0.6, 1.3)
    lift = 0.5 * (brief.energy - 0.5)
    return round(min(max(mean + (base - mean) * contrast + lift, 0.05), 1.0), 3)
