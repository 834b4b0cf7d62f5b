"""Bass: figures that lock with the kick, walking and acid lines, approaches, fills and slides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from resonant.instruments import instrument
from resonant.players.arranger.acid import SLIDE_TICKS, acid
from resonant.players.arranger.bars import Bar, bars_of, runs
from resonant.players.arranger.breaks import without_breaks
from resonant.players.arranger.figure import Stroke, drawn, fitting, strokes
from resonant.players.arranger.ground import Ground, pitch_after, pitch_before
from resonant.players.arranger.passing import passing_bass
from resonant.players.arranger.performance import SHORTEST_TICKS, Written, beside, performed, separate
from resonant.players.arranger.presence import is_last_word, sits_out, waits
from resonant.players.arranger.walking import walk
from resonant.players.context import Context, Part
from resonant.score.model import Bend, Note
from resonant.score.passes.feel import Swing
from resonant.styles.bass import COMMON_BASS, BassFigure, BassStyle
from resonant.styles.files import all_styles
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tick

_KICKS = (35, 36)
_FOLLOWS_KICK = frozenset({"roots", "eighths", "808", "slap", "funk", "motown", "gospel", "reese"})
_FILLS = frozenset({"roots", "eighths", "two-beat", "boom-chick", "reggae", "motown", "gospel", "slap", "bossa"})
_DEAD_TICKS = 50
_BEND_STEPS = 8
_SLIDES_OF_AN_808 = 0.7
_LAST_WORD = "R---------------"

_LINES: dict[str, Callable[[Context, Sequence[Bar], Ground], list[Written]]] = {
    "walking": walk,
    "acid": acid,
    "classical": passing_bass,
}


def play_bass(context: Context) -> Part:
    """The bass part of `context.track` in `context.bars`: one note at a time (acid slides overlap a little)."""
    style, player = context.style.bass, instrument(context.track.instrument)
    kind, figures = _kind(context, style)
    ground = Ground.of(style.reach, player, context.score.key)
    notes: list[Note] = []
    bends: list[Bend] = []
    for run in runs(bars_of(context)):
        for stretch in runs(_playing(context, run, style)):
            if kind in _LINES:
                written = _with_last_word(context, stretch, ground, _LINES[kind](context, stretch, ground))
            else:
                written = _FigureLine(context, style, kind, figures, ground).written(stretch)
            line = one_at_a_time(performed(context, stretch, written, 84), SLIDE_TICKS + 10 if kind == "acid" else 0)
            played = list(without_breaks(context, line))
            notes += played
            slides = max(style.slides, _SLIDES_OF_AN_808 if kind == "808" else 0.0)
            bends += _slides(context, slides, stretch, played)
    return Part(beside(context, sorted(notes)), bends=tuple(sorted(bends)))


def one_at_a_time(notes: Sequence[Note], overlap_ticks: Tick = 0) -> list[Note]:
    """Each note let go when the next comes (or that much later); of two at one moment the louder stays."""
    kept: list[Note] = []
    for note in separate(notes):
        if kept and note.start - kept[-1].start < SHORTEST_TICKS:
            kept[-1] = max(kept[-1], note, key=lambda n: n.velocity)
            continue
        kept.append(note)
    return [*(_let_go(a, b, overlap_ticks) for a, b in pairwise(kept)), *kept[-1:]]


def _let_go(note: Note, following: Note, overlap_ticks: Tick) -> Note:
    slurred = note.end > following.start and note.pitch != following.pitch
    gap = following.start - note.start + (overlap_ticks if slurred else 0)
    return replace(note, duration=min(note.duration, gap))


def _kind(context: Context, style: BassStyle) -> tuple[str, tuple[BassFigure, ...]]:
    """What is played, and its figures: this style's own, another style's that has such a kind, or the common ones."""
    kind = context.manner or style.kind
    if kind in _LINES:
        return kind, ()
    others = [other.bass for other in all_styles().values()] if context.manner else []
    for figures in (style.figures, *(other.figures for other in others), COMMON_BASS):
        found = tuple(figure for figure in figures if figure.kind == kind)
        if found:
            return kind, found
    return "roots", tuple(figure for figure in COMMON_BASS if figure.kind == "roots")


def _playing(context: Context, run: Sequence[Bar], style: BassStyle) -> tuple[Bar, ...]:
    return tuple(bar for bar in run if not sits_out(context, bar, style.entry) and not waits(context, bar))


def _with_last_word(context: Context, bars: Sequence[Bar], ground: Ground, written: list[Written]) -> list[Written]:
    last = bars[-1]
    if not is_last_word(context, last):
        return written
    root = ground.root(last.chords[0].chord, written[-1].pitch if written else None)
    return [*(n for n in written if n.start < last.start), Written(last.start, root, last.end - last.start, 0.2)]


@dataclass(frozen=True)
class _FigureLine:
    context: Context
    style: BassStyle
    kind: str
    figures: tuple[BassFigure, ...]
    ground: Ground

    def written(self, bars: Sequence[Bar]) -> list[Written]:
        kicks = _kicks(self.context, bars) if self.kind in _FOLLOWS_KICK else frozenset()
        last = pitch_before(self.context, bars[0].start)
        notes: list[Written] = []
        for bar in bars:
            for stroke in self._strokes(bar, kicks):
                notes, last = self._struck(bar, stroke, notes, last)
        return notes

    def _strokes(self, bar: Bar, kicks: frozenset[Tick]) -> list[Stroke]:
        if is_last_word(self.context, bar):
            return list(strokes(_LAST_WORD, 0, bar.metre))
        pool, material = fitting(self.figures, bar.energy), bar.section.material
        names = (material, bar.phrase % 2) if self._answers(material) else (material,)
        figure = drawn(pool, self.context.rng("figure", *names))
        turn = self.context.rng("turn", material, bar.place)
        if bar.ends_phrase and turn.random() < self.style.variation:
            figure = drawn(pool, turn)
        plain = strokes(figure.steps, bar.place, bar.metre)
        locked = _with_kick(self.context, bar, plain, kicks, self.style.kick)
        return self._filled(bar, _rerooted(bar, locked))

    def _answers(self, material: str) -> bool:
        """Whether every other phrase of a material takes another figure."""
        return self.context.rng("answer", material).random() < self.style.variation

    def _filled(self, bar: Bar, plain: list[Stroke]) -> list[Stroke]:
        """A run over the last beat of a phrase, as the style wants; gospel also runs into every fourth."""
        rises_fourth = (bar.following.root - bar.chords[-1].chord.root) % 12 == 5
        wish = self.style.fills * (0.4 + 0.6 * bar.energy) * (1.4 if bar.ends_section else 0.7)
        if self.kind == "gospel" and rises_fourth:
            wish = 0.6
        elif not bar.ends_phrase:
            return plain
        section = bar.section
        rng = self.context.rng("fill", section.material, bar.place, section.visit if bar.ends_section else 0)
        if self.kind not in _FILLS or rng.random() > wish:
            return plain
        length = bar.end - bar.start
        beats = 2 if bar.ends_section and rng.random() < 0.4 else 1
        begin = max(length - beats * TICKS_PER_QUARTER, TICKS_PER_QUARTER)
        count = max((length - begin) // (TICKS_PER_QUARTER // 2), 1)
        kept = [replace(s, ticks=min(s.ticks, begin - s.offset)) for s in plain if s.offset < begin]
        step = (length - begin) // count
        return [*kept, *(Stroke(begin + i * step, step, f"run{count - i}") for i in range(count))]

    def _struck(
        self, bar: Bar, stroke: Stroke, notes: list[Written], last: int | None
    ) -> tuple[list[Written], int | None]:
        start, sign = bar.start + stroke.offset, stroke.sign
        if stroke.tied and notes and notes[-1].start + notes[-1].ticks >= bar.start - TICKS_PER_SIXTEENTH:
            held = start + stroke.ticks - notes[-1].start
            return [*notes[:-1], replace(notes[-1], ticks=held)], last
        pitch = self._pitch(bar, start, "R" if stroke.tied else sign, last)
        ticks = _DEAD_TICKS if sign in ("x", "z") and not stroke.tied else max(round(stroke.ticks * self.style.gate), 1)
        if self.style.gate >= 0.99:
            ticks = stroke.ticks
        return [*notes, Written(start, pitch, ticks, _weight(stroke))], pitch if sign not in ("z", "O", "o") else last

    def _pitch(self, bar: Bar, start: Tick, sign: str, last: int | None) -> int:
        chord, following = bar.span_at(start).chord, bar.after(start)
        root = self.ground.root(chord, last)
        if sign in "Nn":
            return self.ground.root(following, last)
        if sign == "A" or sign.startswith("run"):
            target = self._target(bar, start, last)
            near = last if last is not None else root
            if sign == "A":
                names = (bar.section.material, bar.place, start - bar.start)
                return self.ground.approach(near, target, self.context.rng("approach", *names))
            return self.ground.run(near if target != near else root, target, int(sign[3:]))[0]
        return self.ground.interval(root, chord, sign) if sign != "x" else root

    def _target(self, bar: Bar, start: Tick, last: int | None) -> int:
        """What is led to: the next chord's bass note; where kept bars follow, the note that they begin with."""
        kept = pitch_after(self.context, bar.end) if bar.span_at(start).end == bar.end else None
        return self.ground.root(bar.after(start), last) if kept is None else kept


def _weight(stroke: Stroke) -> float:
    if stroke.sign in ("x", "z"):
        return -1.0
    soft = -0.4 if stroke.sign.islower() and not stroke.sign.startswith("run") else 0.0
    return soft + (0.25 if stroke.offset == 0 else 0.0)


def _rerooted(bar: Bar, plain: Sequence[Stroke]) -> list[Stroke]:
    """Notes cut where a chord comes in beneath them, and its root struck if nothing else is within an eighth."""
    done = list(plain)
    for span in bar.chords[1:]:
        change = span.start - bar.start
        if not any(0 <= stroke.offset - change < TICKS_PER_QUARTER // 2 for stroke in done):
            following = min((s.offset for s in done if s.offset > change), default=bar.end - bar.start)
            done.append(Stroke(change, following - change, "R"))
        done = [replace(s, ticks=min(s.ticks, change - s.offset)) if s.offset < change else s for s in done]
        first = min((s for s in done if s.offset >= change), key=lambda s: s.offset)
        if first.sign in "FLTSOfltso":
            done[done.index(first)] = replace(first, sign="R")
    return sorted(done, key=lambda stroke: stroke.offset)


def _kicks(context: Context, bars: Sequence[Bar]) -> frozenset[Tick]:
    """Where the kick drum falls, on the straight sixteenth grid."""
    drums = context.hear("drums")
    if drums is None:
        return frozenset()
    swing = Swing.of(context.style.swing.amount, context.style.swing.unit)
    found: set[Tick] = set()
    for bar in bars:
        for note in drums.between(bar.start, bar.end):
            if note.pitch in _KICKS:
                straight = note.start - bar.start if bar.metre.is_compound else swing.straight(note.start - bar.start)
                found.add(bar.start + round(straight / TICKS_PER_SIXTEENTH) * TICKS_PER_SIXTEENTH)
    return frozenset(found)


def _with_kick(
    context: Context, bar: Bar, plain: Sequence[Stroke], kicks: frozenset[Tick], amount: float
) -> list[Stroke]:
    """Strokes a sixteenth beside a kick moved onto it, and kicks under long notes struck as well."""
    rng = context.rng("kick", bar.section.material, bar.place)
    hits = sorted(kick - bar.start for kick in kicks if bar.start <= kick < bar.end)
    done = list(plain)
    for hit in hits:
        if rng.random() > amount or any(stroke.offset == hit for stroke in done):
            continue
        loose = [s for s in done if s.offset and s.offset not in hits]
        beside = next((s for s in loose if abs(s.offset - hit) <= TICKS_PER_SIXTEENTH), None)
        under = next((s for s in done if s.offset < hit - 120 and hit < s.offset + s.ticks - 120), None)
        if beside is not None:
            done[done.index(beside)] = replace(beside, offset=hit, ticks=max(beside.ticks + beside.offset - hit, 60))
        elif under is not None:
            done[done.index(under)] = replace(under, ticks=hit - under.offset)
            done.append(Stroke(hit, under.ticks - (hit - under.offset), "R"))
    return sorted(done, key=lambda stroke: stroke.offset)


def _slides(context: Context, share: float, bars: Sequence[Bar], notes: Sequence[Note]) -> list[Bend]:
    """At phrase ends a long last note glides to the next one's pitch; the bend is back at 0 before the bar line."""
    bends: list[Bend] = []
    for bar in bars:
        if not bar.ends_phrase or context.rng("slide", bar.section.material, bar.place).random() > share:
            continue
        inside = [note for note in notes if bar.start <= note.start < bar.end and note.duration >= TICKS_PER_QUARTER]
        if inside:
            bends += _glide(inside[-1], min(inside[-1].end, bar.end - 1), bar.following.bass_pc)
    return bends


def _glide(note: Note, stop: Tick, target_pc: int) -> list[Bend]:
    cents = 100 * ((target_pc - note.pitch + 5) % 12 - 5) or 1200
    width = min(TICKS_PER_QUARTER // 2, note.duration // 2)
    start = stop - width
    steps = [Bend(start + i * width // _BEND_STEPS, round(cents * i / (_BEND_STEPS - 1))) for i in range(_BEND_STEPS)]
    return [*steps, Bend(stop, 0)]
