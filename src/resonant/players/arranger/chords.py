"""Comping: rhythm from figures, voicings led from chord to chord, a left hand on keyboards, strums on guitars."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resonant.instruments import Instrument, instrument
from resonant.players.arranger.bars import PHRASE_BARS, Bar, bars_of, runs
from resonant.players.arranger.colour import coloured
from resonant.players.arranger.embellish import embellished
from resonant.players.arranger.figure import Stroke, drawn, fitting, strokes
from resonant.players.arranger.kinship import Kinship, felt_energy
from resonant.players.arranger.layout import Layout, laid_out, reach
from resonant.players.arranger.lefthand import LeftHand
from resonant.players.arranger.performance import Written, finished, in_reach, performed
from resonant.players.arranger.presence import is_last_word, sits_out
from resonant.players.context import Context, Part
from resonant.score.model import Control, Note
from resonant.styles.comping import COMMON_CHORDS, ChordsFigure, ChordsStyle
from resonant.styles.files import all_styles
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.theory.voicing import Hand, Voicing, telling
from resonant.units import Tick

SUSTAIN_PEDAL = 64
_SCRATCH_TICKS = 40
_WEIGHTS = {"X": 0.8, "D": 0.7, "U": 0.3, "P": 0.6, "o": -0.7, "u": -0.25, "m": -0.9, "h": -0.15, "t": -0.2, "^": -0.1}
_KEYBOARDS = ("piano", "organ", "mallets")
_LAST_WORD = ChordsFigure(kind="end", steps="X---------------", left="B---------------")


def play_chords(context: Context) -> Part:
    """The chords part of `context.track` in `context.bars`."""
    player = instrument(context.track.instrument)
    style, pool = _manner(context, player)
    notes: list[Note] = []
    controls: list[Control] = []
    kin = Kinship.of(context, style.variation)
    for run in runs(bars_of(context)):
        layout = laid_out(context, run, hand_of(style, player, context.score.key), player, kin)
        comp = _Comping(context, style, player, pool, layout, kin)
        playing = [bar for bar in run if not sits_out(context, bar, style.entry)]
        notes += performed(context, run, comp.written(playing))
        if style.pedal and player.family == "piano":
            controls += _pedal(playing)
    return Part(finished(context, notes), controls=tuple(sorted(controls)))


def hand_of(style: ChordsStyle, player: Instrument, key: Key) -> Hand:
    """What an instrument can do of a style's voicing."""
    low, high = reach(*style.reach, player)
    kind: str = style.voicing
    if player.family == "guitar" and kind != "power":
        return Hand("guitar", low, high, player.max_voices, key.scale)
    if kind == "guitar":
        kind = "triad"
    return Hand(kind, low, high, player.max_voices, key.scale)


def _manner(context: Context, player: Instrument) -> tuple[ChordsStyle, tuple[ChordsFigure, ...]]:
    """The style and figures to play: those of the manner asked for, wherever a style has them, else the style's own."""
    own = context.style.chords
    wanted = context.manner or own.kind
    for style in (own, *(other.chords for other in all_styles().values())) if context.manner else (own,):
        found = _playable(style.figures, wanted, player)
        if found:
            return own, found
    common = _playable(COMMON_CHORDS, wanted, player) if wanted else ()
    return own, common or _playable(own.figures, "", player) or _fallback(player)


def _fallback(player: Instrument) -> tuple[ChordsFigure, ...]:
    kind = "strum" if player.family == "guitar" else "block"
    return _playable(COMMON_CHORDS, kind, player)


def _playable(figures: Sequence[ChordsFigure], kind: str, player: Instrument) -> tuple[ChordsFigure, ...]:
    """Figures of a kind ("" for any) for this instrument; guitars keep to those that name them, if there are any."""
    fit = [f for f in figures if kind in ("", f.kind) and (not f.families or player.family in f.families)]
    named = tuple(f for f in fit if f.families)
    return named if named and player.family == "guitar" else tuple(fit)


@dataclass(frozen=True)
class _Comping:
    context: Context
    style: ChordsStyle
    player: Instrument
    pool: tuple[ChordsFigure, ...]
    layout: Layout
    kin: Kinship

    def written(self, bars: Sequence[Bar]) -> list[Written]:
        left = LeftHand.of(self.context, self.player)
        notes: list[Written] = []
        for bar in bars:
            figure = self.figure(bar)
            names = self.kin.names(self.context, bar)
            notes = self._right_hand(bar, figure, names, notes)
            if figure.left and self.player.family in _KEYBOARDS:
                amount = 0.0 if figure is _LAST_WORD else self.style.variation / 2
                plain = strokes(figure.left, bar.place, bar.metre)
                free = embellished(plain, self.context.rng("left", *names), amount)
                notes += left.written(bar, free, self.style.gate)
        return notes

    def figure(self, bar: Bar) -> ChordsFigure:
        """One figure for a material, perhaps another for the answer to it, and at a phrase end sometimes a turn."""
        if is_last_word(self.context, bar):
            return _LAST_WORD
        pool = fitting(self.pool, felt_energy(self.context, bar))
        material, place, phrase = bar.section.material, self.kin.place(bar), self.kin.phrase(bar)
        answers = self.context.rng("answer", material, phrase).random() < self.style.variation
        main = drawn(pool, self.context.rng("comping", material, phrase if answers else 0))
        rng = self.context.rng("turn", material, place)
        if place % PHRASE_BARS == PHRASE_BARS - 1 and len(pool) > 1 and rng.random() < self.style.variation:
            return drawn(pool, rng)
        return main

    def _right_hand(
        self, bar: Bar, figure: ChordsFigure, names: tuple[object, ...], notes: list[Written]
    ) -> list[Written]:
        plain: Sequence[Stroke] = strokes(figure.steps, bar.place, bar.metre)
        if figure is not _LAST_WORD:
            plain = embellished(plain, self.context.rng("liberty", *names), self.style.variation)
        for stroke in self._told(bar, _restruck(bar, plain)):
            if stroke.tied and any(n.start + n.ticks == bar.start for n in notes):
                notes = [_held(n, stroke.ticks) if n.start + n.ticks == bar.start else n for n in notes]
            else:
                notes = notes + self._struck(bar, stroke)
        if figure is _LAST_WORD or not self.style.colour:
            return notes
        before = [n for n in notes if n.start < bar.start]
        here = [n for n in notes if n.start >= bar.start]
        return before + coloured(self.context, bar, here, names, self.style.colour)

    def _told(self, bar: Bar, plain: Sequence[Stroke]) -> list[Stroke]:
        """The strokes, of which under each chord one at least sounds its third, wherever the hand holds that."""
        done = list(plain)
        for span in bar.chords:
            here = [
                i for i, s in enumerate(done) if span.start <= bar.start + s.offset < span.end and s.sign not in "pPm"
            ]
            third, voicing = span.chord.third, self.layout.at[span.start]
            places = [index for index, pitch in enumerate(voicing) if pitch % 12 == third]
            sounded = {p % 12 for i in here for p in self._pitches(voicing, done[i], span.chord)}
            if here and places and third not in sounded:
                longest = max(here, key=lambda i: done[i].ticks)
                sign = str(places[0] + 1) if done[longest].sign.isdigit() else "x"
                done[longest] = replace(done[longest], sign=sign)
        return done

    def _struck(self, bar: Bar, stroke: Stroke) -> list[Written]:
        start = bar.start + stroke.offset
        voicing, chord = self.layout.voicing(bar, start), bar.span_at(start).chord
        if stroke.sign in "pP" and self.layout.next(bar, start):
            voicing, chord = self.layout.next(bar, start) or voicing, bar.after(start)
        ticks = round(stroke.ticks * self.style.gate)
        if stroke.sign == "m":
            ticks = _SCRATCH_TICKS
        weight = _WEIGHTS.get(stroke.sign, 0.0) + (0.12 if stroke.offset == 0 else 0.0)
        pitches = self._pitches(voicing, stroke, chord)
        return [
            Written(start, in_reach(pitch, self.player), ticks, weight + (0.2 if pitch == max(pitches) else 0), late)
            for pitch, late in zip(pitches, self._strum(pitches, stroke.sign), strict=True)
        ]

    def _pitches(self, voicing: Voicing, stroke: Stroke, chord: Chord) -> Voicing:
        """The voices that a stroke sounds: a minor power chord that is not muted has its third on top.

        A distorted fifth brings forth the major third, so that major chords need none.
        """
        pitches = _voices(voicing, stroke.sign, chord)
        is_bare = self.style.voicing == "power" and chord.is_minor and len(pitches) < self.player.max_voices
        if chord.third is None or not is_bare or stroke.sign == "m":
            return pitches
        return (*pitches, pitches[-1] + (chord.third - pitches[-1]) % 12)

    def _strum(self, pitches: Voicing, sign: str) -> list[float]:
        """How late each string sounds, in ms: low strings first on the way down, high ones first on the way up."""
        count = len(pitches)
        if count < 2 or (self.player.family != "guitar" and sign not in "dDuU"):
            return [0.0] * count
        width = self.style.strum_ms * (0.6 if sign in "uUm" else 1.0)
        places = range(count - 1, -1, -1) if sign in "uU" else range(count)
        return [width * place / (count - 1) for place in places]


def _voices(voicing: Voicing, sign: str, chord: Chord) -> Voicing:
    """Which voices of a voicing a sign strikes; where several sound, the chord's third and seventh are among them."""
    if sign.isdigit():
        octave, index = divmod(int(sign) - 1, len(voicing))
        return (voicing[index] + 12 * octave,)
    if sign in "uUm":
        third = max((i for i, pitch in enumerate(voicing) if pitch % 12 == chord.third), default=len(voicing))
        return voicing[min(third, max(len(voicing) - 3, 0)) :]
    if sign in "ht":
        return telling(voicing, chord, 2 if sign == "t" else max(len(voicing) - 1, 1))
    return {"v": voicing[:1], "^": voicing[-1:]}.get(sign, voicing)


def _restruck(bar: Bar, plain: Sequence[Stroke]) -> list[Stroke]:
    """Strokes cut where the chord changes under them, and struck again with the new one."""
    changes = [span.start - bar.start for span in bar.chords[1:]]
    done: list[Stroke] = []
    for stroke in plain:
        begin, end = stroke.offset, stroke.offset + stroke.ticks
        if stroke.sign not in "pP":
            for change in (c for c in changes if begin < c < end):
                done.append(Stroke(begin, change - begin, stroke.sign, stroke.tied and begin == stroke.offset))
                begin = change
        done.append(Stroke(begin, end - begin, stroke.sign, stroke.tied and begin == stroke.offset))
    return done


def _held(note: Written, ticks: Tick) -> Written:
    return Written(note.start, note.pitch, note.ticks + ticks, note.weight, note.late_ms)


def _pedal(bars: Sequence[Bar]) -> list[Control]:
    """The pedal changed with every chord, just after the hand, and lifted at the end of each stretch."""
    controls: list[Control] = []
    for bar in bars:
        for span in bar.chords:
            controls.append(Control(span.start, SUSTAIN_PEDAL, 0))
            controls.append(Control(min(span.start + 30, span.end - 2), SUSTAIN_PEDAL, 127))
            controls.append(Control(span.end - 1, SUSTAIN_PEDAL, 0))
    return controls
