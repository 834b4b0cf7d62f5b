"""A planned bar to strokes: the groove with this bar's variations, its cymbals, a fill, a build or an ending."""

import random
from dataclasses import replace

from resonant.players.arranger.drum_cymbals import lifted
from resonant.players.arranger.drum_form import BarPlan
from resonant.players.arranger.drum_keys import BACKBEAT, CYMBALS, FEET, LOW, TIMEKEEPERS
from resonant.players.arranger.drum_steps import EIGHTH, Stroke, fill_strokes, strokes_of
from resonant.players.context import Context
from resonant.score.model import Section
from resonant.score.passes.feel import Swing
from resonant.styles.drums import Groove
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH

SOMETIMES = {"?": "x", ":": "o", ",": "g"}  # what a stroke is that is there only in some bars
HAND_TIMED = frozenset({"hat", "ride", "swirl"})  # with what a drummer keeps time loosely
GHOST_LEFT_OUT = 0.15
VARIED = (0.12, 0.5, 0.25, 0.75)  # how often each bar of a phrase of four leaves the home line
SNARE_ROLL = ((TICKS_PER_QUARTER, "g"), (EIGHTH, "o"), (TICKS_PER_SIXTEENTH, "x"), (TICKS_PER_SIXTEENTH, "X"))


def strokes_in(context: Context, plan: BarPlan) -> list[Stroke]:
    """What is struck in the bar, before two hands have to manage it. Marks are g, o, x, X, f and d only."""
    drums = context.style.drums
    if plan.density == "last":
        return _last(drums.ending, plan)
    strokes = groove_strokes(context, plan.groove, plan.bar, plan.place)
    strokes = _mannered(context.manner, strokes, plan)
    if drums.hands == "drummer":
        strokes = _loosened(context, strokes, plan)
    strokes = lifted(strokes, plan.cymbal, plan.metre, plan.energy, drums.hands == "drummer")
    if plan.density == "thin":
        strokes = [s for s in strokes if s.drum in drums.intro] or [s for s in strokes if s.drum in TIMEKEEPERS]
    elif plan.density == "kickless":
        strokes = _kickless(strokes, drums.hands == "machine")
    if plan.build is not None:
        strokes = _built(strokes, plan, drums.build)
    if plan.fill is not None:
        strokes = _filled(context, strokes, plan)
    return _crashed(strokes, plan) if plan.crash else strokes


def groove_strokes(context: Context, groove: Groove, bar: int, place: int) -> list[Stroke]:
    """The groove's strokes in one bar: lines chosen, strokes that are there only sometimes decided.

    What a section leans to is drawn once for its material; each bar then departs from it a little.
    """
    section, complexity = context.section(bar), context.brief.complexity
    rng = context.rng("strokes", groove.name, bar)
    habit = context.rng("habit", groove.name, section.material)
    varied = rng.random() < VARIED[place % 4] * (0.4 + complexity / 10)
    choices = []
    for drum, lines in sorted(groove.lines.items()):
        turn = habit.randrange(1, len(lines)) if len(lines) > 1 else 0
        other = rng.randrange(1, len(lines)) if len(lines) > 1 and rng.random() < 0.3 else turn
        choices.append((drum, other if varied and rng.random() < 0.75 else 0))
    written = strokes_of(groove, place, context.metre(bar), tuple(choices))
    bass = bass_onsets(context, bar)
    return [s for s in (_decided(context, groove, section, s, bass, rng) for s in written) if s is not None]


def bass_onsets(context: Context, bar: int) -> frozenset[int]:
    """The sixteenths of a bar on which a bass that stands already begins a note; none where nobody plays it yet."""
    bass, (start, end) = context.hear("bass"), context.score.bar_ticks(bar)
    swing = Swing.of(context.style.swing.amount, context.style.swing.unit)
    heard = [] if bass is None else bass.between(start, end)
    return frozenset(round(swing.straight(note.start - start) / TICKS_PER_SIXTEENTH) for note in heard)


def _decided(
    context: Context, groove: Groove, section: Section, stroke: Stroke, bass: frozenset[int], rng: random.Random
) -> Stroke | None:
    """The stroke as it is played in this bar, or None. Kicks that may be there are there where the bass is."""
    draw, complexity = rng.random(), context.brief.complexity
    if stroke.mark not in SOMETIMES:
        left_out = stroke.mark == "g" and (complexity <= 2 or draw < GHOST_LEFT_OUT)
        return None if left_out else stroke
    liking = 0.11 * complexity if stroke.mark == "," else 0.1 + 0.05 * complexity + 0.3 * section.energy
    usual = context.rng("habit", groove.name, section.material, stroke.drum, stroke.at).random() < liking
    if stroke.drum == "kick" and bass:
        usual = stroke.at // TICKS_PER_SIXTEENTH in bass
    if draw >= (0.7 if usual else 0.18):
        return None
    return replace(stroke, mark=SOMETIMES[stroke.mark])


def _mannered(manner: str, strokes: list[Stroke], plan: BarPlan) -> list[Stroke]:
    """The strokes as the brief's manner wants them."""
    if "four on the floor" in manner:
        kicks = [Stroke(at, "kick", "x", True) for at in range(0, plan.metre.ticks_per_bar, plan.metre.ticks_per_beat)]
        strokes = [s for s in strokes if s.drum not in ("kick", "kick2")] + kicks
    if ("half-time" in manner or "half time" in manner) and not plan.groove.suits(manner):
        strokes = _half_time(strokes, plan)
    if "double-time" in manner or "double time" in manner:
        strokes = _double_time(strokes, plan)
    if "blast" in manner:
        strokes = _blast(plan)
    if any(word in manner for word in ("cross-stick", "cross stick", "side stick", "rimshot")):
        strokes = [s for s in strokes if s.drum != "snare" or s.mark != "g"]
        strokes = [replace(s, drum="rim") if s.drum in BACKBEAT else s for s in strokes]
    if "brush" in manner:
        softer = {"X": "x", "f": "x", "d": "x"}
        strokes = [replace(s, mark=softer.get(s.mark, s.mark)) if s.drum not in FEET else s for s in strokes]
    if "sparse" in manner or "minimal" in manner:
        strokes = [s for s in strokes if s.mark in "xXf" and s.at % TICKS_PER_QUARTER in (0, EIGHTH)]
    return strokes


def _timekeeper(stroke: Stroke) -> bool:
    return stroke.drum in TIMEKEEPERS or stroke.drum == "pedal"


def _half_time(strokes: list[Stroke], plan: BarPlan) -> list[Stroke]:
    """Kick and snare at half speed under the same hat: two bars carry what one did."""
    half = plan.metre.ticks_per_bar / 2
    first = half * (plan.place % 2)
    heard = [s for s in strokes if not _timekeeper(s) and first <= s.at < first + half]
    return [s for s in strokes if _timekeeper(s)] + [replace(s, at=round((s.at - first) * 2)) for s in heard]


def _double_time(strokes: list[Stroke], plan: BarPlan) -> list[Stroke]:
    half = plan.metre.ticks_per_bar // 2
    main = [s for s in strokes if not _timekeeper(s) and s.mark not in "go"]
    fast = [replace(s, at=s.at // 2 + turn * half) for s in main for turn in (0, 1)]
    return [s for s in strokes if _timekeeper(s)] + fast


def _blast(plan: BarPlan) -> list[Stroke]:
    """Kick and ride on eighths, snare between them, on sixteenths."""
    strokes = []
    for at in range(0, plan.metre.ticks_per_bar, TICKS_PER_SIXTEENTH):
        between = at % EIGHTH != 0
        strokes += [Stroke(at, "snare", "x", True)] if between else [Stroke(at, d, "x", True) for d in ("kick", "ride")]
    return strokes


def _loosened(context: Context, strokes: list[Stroke], plan: BarPlan) -> list[Stroke]:
    """Small liberties: a soft hat stroke left out or doubled, the hat opened into the next bar, a kick led into."""
    rng = context.rng("hat", plan.bar)
    last = plan.metre.ticks_per_bar - EIGHTH
    opens = rng.random() < (0.0, 0.18, 0.08, 0.3)[plan.place % 4] * (0.4 + plan.energy)
    loose: list[Stroke] = []
    for s in strokes:
        draw = rng.random() + (0.08 if s.drum == "ride" else 0.0)  # a ride pattern is kept more strictly
        if s.drum not in HAND_TIMED or s.straight:
            loose.append(s)
        elif s.drum == "hat" and opens and s.at == last:
            loose.append(replace(s, drum="open_hat"))
        elif s.at % TICKS_PER_QUARTER == 0 or draw > 0.18:
            loose.append(s)
        elif draw > 0.1 and s.at % EIGHTH == 0:
            loose += [s, replace(s, at=s.at + TICKS_PER_SIXTEENTH, mark="o")]
    return loose + _kick_pickup(context, strokes, plan.bar)


def _kick_pickup(context: Context, strokes: list[Stroke], bar: int) -> list[Stroke]:
    """In some bars, a soft kick a sixteenth before one that is there."""
    rng = context.rng("pickup", bar)
    kicks = [s.at for s in strokes if s.drum == "kick" and s.at > TICKS_PER_QUARTER and not s.straight]
    if not kicks or rng.random() >= 0.03 * context.brief.complexity:
        return []
    at = rng.choice(kicks) - TICKS_PER_SIXTEENTH
    return [] if at in kicks else [Stroke(at, "kick", "o")]


def _kickless(strokes: list[Stroke], machine: bool) -> list[Stroke]:
    if machine:
        return [s for s in strokes if s.drum not in LOW]
    return [replace(s, drum="rim") if s.drum in BACKBEAT else s for s in strokes if s.drum not in LOW or s.at == 0]


def _built(strokes: list[Stroke], plan: BarPlan, kind: str) -> list[Stroke]:
    """The last bars before a drop: a roll that doubles its speed, or just the kick gone; the last beat is empty."""
    left, end = plan.build or 1, plan.metre.ticks_per_bar
    gap = end - plan.metre.ticks_per_beat if left == 1 else end
    if left <= 2 or kind == "roll":
        strokes = [s for s in strokes if s.drum not in LOW or left > 2]
    if kind == "drop":
        return [s for s in strokes if s.at < gap]
    step, mark = SNARE_ROLL[max(4 - left, 0)] if left <= 4 else (2 * TICKS_PER_QUARTER, "g")
    roll = [Stroke(at, "snare", mark, True) for at in range(0, gap, step)]
    if left == 1:
        roll += [Stroke(at, "snare", "X", True) for at in range(gap // 2, gap, TICKS_PER_SIXTEENTH // 2)]
    return [s for s in strokes if s.drum not in BACKBEAT and s.at < gap] + roll


def _filled(context: Context, strokes: list[Stroke], plan: BarPlan) -> list[Stroke]:
    assert plan.fill is not None, "only planned fills are played"
    start, written = fill_strokes(plan.fill, plan.metre, context.rng("fill line", plan.bar).randrange(8))
    under = [s for s in strokes if s.at < start or s.drum in plan.fill.keeps]
    rng, played = context.rng("fill strokes", plan.bar), []
    for s in written:
        if s.mark not in SOMETIMES or rng.random() < 0.5:
            played.append(replace(s, mark=SOMETIMES.get(s.mark, s.mark)))
    hands = {s.at for s in played if s.drum not in FEET}
    return [s for s in under if s.at < start or s.at not in hands or s.drum in FEET] + played


def _crashed(strokes: list[Stroke], plan: BarPlan) -> list[Stroke]:
    """A crash with the kick on beat 1, in place of the timekeeper."""
    rest = [s for s in strokes if s.at > 0 or s.drum not in TIMEKEEPERS | CYMBALS | {"pedal"}]
    kick = [] if any(s.drum in LOW and s.at == 0 for s in rest) else [Stroke(0, "kick", "x", True)]
    return [Stroke(0, "crash", "X" if plan.energy > 0.6 else "x", True), *kick, *rest]


def _last(ending: str, plan: BarPlan) -> list[Stroke]:
    mark = "X" if plan.energy > 0.5 else "x"
    if ending == "hit":
        return [Stroke(0, "crash", mark, True), Stroke(0, "kick", mark, True)]
    return [Stroke(0, "ride", "o", True), Stroke(0, "kick", "o", True)]
