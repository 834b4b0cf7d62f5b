"""What a drummer decides before he plays a bar: which groove, which cymbal, how thin, whether a fill or a crash."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from resonant.players.arranger.drum_cymbals import lifted
from resonant.players.arranger.drum_keys import KEYS, key_of
from resonant.players.arranger.drum_steps import strokes_of
from resonant.players.arranger.presence import ends_at_home
from resonant.players.context import Context
from resonant.score.model import Section
from resonant.score.passes.feel import Swing
from resonant.styles import all_styles
from resonant.styles.drums import DrumsStyle, Fill, Groove
from resonant.units import TICKS_PER_SIXTEENTH, Metre

Density = Literal["full", "thin", "kickless", "last"]
ARRIVALS = frozenset({"chorus", "drop"})  # what a build leads into
LEADING = frozenset({"build", "prechorus", "breakdown"})  # what leads into it by its nature
LIFTED = frozenset({"chorus", "drop", "solo", "instrumental", "bridge"})  # where a drummer leaves the hat
MAIN_GROOVE = 14.0  # how much likelier a section takes the song's main groove than another
LIFT_CHANCE = 0.55
HEARD = 6  # neighbouring bars that are listened to, at most
SAME_GROOVE = 0.3  # likeness to what stands in neighbouring bars above which a groove counts as theirs


@dataclass(frozen=True, slots=True)
class BarPlan:
    """One bar, decided.

    Args:
        bar: 0-based in the score; `place` within its section.
        cymbal: what takes over from the hat, or None.
        density: "thin" plays the style's intro drums only; "last" is the final hit.
        fill: ends the bar.
        crash: begins it.
        build: bars left until a drop that this bar builds up to (1 = the next), or None.
    """

    bar: int
    place: int
    section: Section
    metre: Metre
    groove: Groove
    cymbal: str | None = None
    density: Density = "full"
    fill: Fill | None = None
    crash: bool = False
    build: int | None = None

    @property
    def energy(self) -> float:
        return self.section.energy


def plans(context: Context) -> Iterator[BarPlan]:
    """The plans of the asked bars; each hangs on seed, form and standing bars, never on which others are asked for."""
    grooves: dict[tuple[str, str, Metre], Groove] = {}
    for bar in context.bars:
        section, metre = context.section(bar), context.metre(bar)
        key = (section.material, section.name, metre)
        if key not in grooves:
            grooves[key] = chosen_groove(context, vocabulary(context), section, bar)
        yield _plan(context, bar, grooves[key])


def planned(context: Context, bar: int) -> BarPlan:
    """The plan of one bar."""
    return _plan(context, bar, chosen_groove(context, vocabulary(context), context.section(bar), bar))


def vocabulary(context: Context) -> Sequence[Groove]:
    """The grooves to choose from: the style's, or those of other styles where only they suit the manner asked for."""
    own = context.style.drums.grooves
    if not context.manner or any(groove.suits(context.manner) for groove in own):
        return own
    others = [g for style in all_styles().values() for g in style.drums.grooves if g.suits(context.manner)]
    return [*own, *others]


def _plan(context: Context, bar: int, groove: Groove) -> BarPlan:
    style, section = context.style.drums, context.section(bar)
    build = _build(context, section, bar)
    return BarPlan(
        bar,
        bar - section.start_bar,
        section,
        context.metre(bar),
        groove,
        cymbal=_cymbal(context, style, section),
        density=_density(context, section, bar),
        fill=_fill(context, style, section, bar) if build is None else None,
        crash=_crash(context, style, section, bar),
        build=build,
    )


def chosen_groove(context: Context, grooves: Sequence[Groove], section: Section, bar: int) -> Groove:
    """The groove of a section's material: what its other bars play already, else a draw that all its visits share."""
    fitting = _fitting(context, grooves, section, context.metre(bar))
    heard = _neighbours(context, section)
    if heard:
        likeness = [_likeness(context, groove, heard) for groove in fitting]
        if max(likeness) > SAME_GROOVE:
            return fitting[likeness.index(max(likeness))]
    energy = next(s.energy for s in context.score.sections if s.material == section.material)
    whole = [g.weight * _suits(g.energy, context.brief.energy) for g in fitting]
    main = context.rng("groove").choices(fitting, whole)[0]
    kept = 1 + (MAIN_GROOVE - 1) * _suits(main.energy, energy) ** 2
    weights = [g.weight * _suits(g.energy, energy) * _preferred(g, main, kept) for g in fitting]
    return context.rng("groove", section.material).choices(fitting, weights)[0]


def _preferred(groove: Groove, main: Groove, kept: float) -> float:
    """What was written for this section comes before the song's main groove, and that before the others."""
    if groove.sections:
        return 3 * MAIN_GROOVE
    return kept if groove is main else 1.0


def _fitting(context: Context, grooves: Sequence[Groove], section: Section, metre: Metre) -> list[Groove]:
    asked = [g for g in grooves if g.suits(context.manner)]
    free = asked or [g for g in grooves if not g.manners] or list(grooves)
    free = [g for g in free if not g.sections or section.name in g.sections] or free
    for same in (str(metre), "4/4"):
        written = [g for g in free if g.metre == same]
        if written:
            return written
    return free


def _suits(energies: tuple[float, float], energy: float) -> float:
    """1 within the range, falling off outside it but never nothing."""
    off = max(energies[0] - energy, energy - energies[1], 0.0)
    return math.exp(-9 * off)


def _neighbours(context: Context, section: Section) -> list[int]:
    """Bars of the same material that stand already; those that end a section, with a fill, only where all do."""
    asked = set(context.bars)
    kin = [s for s in context.score.sections if s.material == section.material]
    bars = [(bar, s.end_bar) for s in kin for bar in range(s.start_bar, s.end_bar) if bar not in asked]
    standing = [(bar, end) for bar, end in bars if context.track.between(*context.score.bar_ticks(bar))]
    inner = [bar for bar, end in standing if bar < end - 1] or [bar for bar, _ in standing]
    return inner[:: len(inner) // HEARD + 1]


def _likeness(context: Context, groove: Groove, bars: Sequence[int]) -> float:
    """Mean overlap (Jaccard) of the groove with what those bars play, on the sixteenth grid, each bar at its best.

    The lines of a groove and the cymbal that keeps its time vary from bar to bar, so that each is tried.
    """
    most = max(len(lines) for lines in groove.lines.values())
    ways = [(turn, cymbal) for turn in range(most) for cymbal in (None, *context.style.drums.lifts)]
    played = {bar: _played(context, bar) for bar in bars}
    return sum(max(_overlap(context, groove, bar, way, played[bar]) for way in ways) for bar in bars) / len(bars)


def _overlap(
    context: Context, groove: Groove, bar: int, way: tuple[int, str | None], played: set[tuple[int, int]]
) -> float:
    turn, cymbal = way
    place, start, metre = bar - context.section(bar).start_bar, context.bar_start(bar), context.metre(bar)
    choices = tuple((drum, min(turn, len(lines) - 1)) for drum, lines in groove.lines.items())
    written = [s for s in strokes_of(groove, place, metre, choices) if s.mark not in ",:?"]
    strokes = lifted(written, cymbal, metre, context.energy(bar), context.style.drums.hands == "drummer")
    kit = context.track.instrument
    swing = Swing.of(context.style.swing.amount, context.style.swing.unit)
    expected = {
        (_sixteenth(swing, s.at if s.straight else swing.swung(s.at)), key_of(s.drum, kit, context.chord(start + s.at)))
        for s in strokes
    }
    return len(expected & played) / max(len(expected | played), 1)


def _played(context: Context, bar: int) -> set[tuple[int, int]]:
    start, end = context.score.bar_ticks(bar)
    swing = Swing.of(context.style.swing.amount, context.style.swing.unit)
    notes = context.track.between(start, end)
    return {(_sixteenth(swing, note.start - start), note.pitch) for note in notes}


def _sixteenth(swing: Swing, played: int) -> int:
    return round(swing.straight(played) / TICKS_PER_SIXTEENTH)


def _cymbal(context: Context, style: DrumsStyle, section: Section) -> str | None:
    """What takes over from the hat in this section, or None; other bars of the section decide if they play already."""
    asked = set(context.bars)
    standing = [bar for bar in range(section.start_bar, section.end_bar) if bar not in asked]
    pitches = [note.pitch for bar in standing for note in context.track.between(*context.score.bar_ticks(bar))]
    if pitches:
        most = max(("hat", *style.lifts), key=lambda name: pitches.count(KEYS[name]))
        return None if most == "hat" else most
    energy = section.energy
    if energy < (0.5 if section.name in LIFTED else 0.78):
        return None
    floors = {"ride": 0.0, "open_hat": 0.55, "crash": 0.85}
    lifts = [name for name in style.lifts if energy >= floors[name]]
    rng = context.rng("cymbal", section.material)
    return rng.choice(lifts) if lifts and rng.random() < LIFT_CHANCE else None


def _density(context: Context, section: Section, bar: int) -> Density:
    ends = ends_song(context, section) or (len(context.brief.parts) > 1 and ends_at_home(context, bar))
    if bar == context.score.bars - 1 and context.style.drums.ending != "none" and ends:
        return "last"
    early = bar - section.start_bar < section.bars / 2
    if section.name == "intro" and section.start_bar == 0 and section.energy < 0.65 and section.bars > 1 and early:
        return "thin"
    if section.name == "breakdown":
        return "thin" if section.energy < 0.35 and early else "kickless"
    return "full"


def ends_song(context: Context, section: Section) -> bool:
    """Whether the song comes to rest at the end of this section, rather than stopping or going round."""
    return section.name == "outro" and section.bars > 1 and not context.brief.loop


def following(context: Context, section: Section) -> Section | None:
    """The section after this one; in a loop the first follows the last."""
    later = context.score.section_at(section.end_bar)
    if later is None and context.brief.loop:
        return context.score.sections[0]
    return later


def _build(context: Context, section: Section, bar: int) -> int | None:
    later = following(context, section)
    if context.style.drums.build == "none" or later is None or later.name not in ARRIVALS:
        return None
    leads = section.name in LEADING and section.bars > 1
    if not leads and (section.bars < 4 or later.energy - section.energy < 0.1):
        return None
    left = section.end_bar - bar
    return left if left <= (8 if section.bars >= 16 else 4) else None


def _fill(context: Context, style: DrumsStyle, section: Section, bar: int) -> Fill | None:
    if "no fill" in context.manner or not style.fills:
        return None
    later = following(context, section)
    rng, energy, place = context.rng("fill", bar), section.energy, bar - section.start_bar
    busy = 0.5 + context.brief.complexity / 10
    if bar == section.end_bar - 1:
        if later is None:
            return None
        calm = section.name == "intro" and energy < 0.4 and later.energy < 0.5
        target = max(energy, later.energy) if later.energy >= energy else energy * 0.6
        chance = 0.0 if calm else style.fills_at_ends * min(0.55 + target, 1.0) * min(busy, 1.0)
    elif _goes_on(context, bar):
        return None
    else:
        target = energy * (0.6 if place % 8 == 7 else 0.35)
        chance = style.fills_at_ends * busy * {7: 0.55, 3: 0.3}.get(place % 8, 0.0) * (0.4 + energy)
    if rng.random() >= chance:
        return None
    return _drawn(rng.random(), style.fills, target * (0.75 + context.brief.complexity / 20))


def _goes_on(context: Context, bar: int) -> bool:
    """Whether the next bar stays as it is, in the same section: it was led into otherwise."""
    return bar + 1 not in context.bars and bool(context.track.between(*context.score.bar_ticks(bar + 1)))


def _drawn(draw: float, fills: Sequence[Fill], target: float) -> Fill:
    """The fill at `draw` (0…1) among those that suit: long ones where much is going on."""
    beats = 1 + 3 * target
    weights = [f.weight * _suits(f.energy, target) * math.exp(-abs(f.beats - beats) * 0.9) for f in fills]
    left = draw * sum(weights)
    for fill, weight in zip(fills, weights, strict=True):
        left -= weight
        if left <= 0:
            return fill
    return fills[-1]


def _crash(context: Context, style: DrumsStyle, section: Section, bar: int) -> bool:
    place, draw = bar - section.start_bar, context.rng("crash", bar).random()
    if place == 0:
        calm = section.energy < 0.3 or (section.name in ("intro", "breakdown") and section.energy < 0.6)
        return not calm and draw < style.crash * (0.4 + section.energy)
    return place % 8 == 0 and draw < style.crash * section.energy * 0.7
