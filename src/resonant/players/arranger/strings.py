"""String sections: held harmony, lines in octaves when it gets loud, ostinati and repeated notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from resonant.instruments import Instrument, instrument
from resonant.players.arranger.bars import Bar, bars_of, runs
from resonant.players.arranger.figure import strokes
from resonant.players.arranger.held import held, swells
from resonant.players.arranger.kinship import Kinship
from resonant.players.arranger.layout import Layout, laid_out
from resonant.players.arranger.pad import hand_of
from resonant.players.arranger.passing import between
from resonant.players.arranger.performance import Written, finished, in_reach, performed
from resonant.players.arranger.presence import sits_out
from resonant.players.context import Context, Part
from resonant.score.model import Control, Note
from resonant.styles.comping import PadStyle
from resonant.theory.pitch import nearest

_TREMOLO = "x" * 16
_TENOR = 62
_TURNS = ((0, 0, 1, 0), (0, 1, 2, 1), (1, 0, 2, 0), (0, 2, 1, 2))  # which voice each stroke of an ostinato takes
_SPICCATO_WEIGHTS = {"X": 0.6, "x": 0.0, "o": -0.5}


def play_strings(context: Context) -> Part:
    """The strings part of `context.track` in `context.bars`.

    Manners: "sustained", "ostinato" (or "spiccato"), "tremolo", "line"; without one the section's energy decides.
    """
    style, player = context.style.strings, instrument(context.track.instrument)
    notes: list[Note] = []
    controls: list[Control] = []
    kin = Kinship.of(context, 0.5)
    for run in runs(bars_of(context)):
        layout = laid_out(context, run, hand_of(style, player, context.score.key), player, kin, roam=0.6)
        desk = _Desk(context, style, player, layout)
        playing = [bar for bar in run if not sits_out(context, bar, style.entry)]
        notes += performed(context, run, desk.written(playing), 68)
        controls += swells(playing, style.swell)
    return Part(finished(context, notes), controls=tuple(sorted(controls)))


@dataclass(frozen=True)
class _Desk:
    context: Context
    style: PadStyle
    player: Instrument
    layout: Layout

    def written(self, bars: Sequence[Bar]) -> list[Written]:
        notes: list[Written] = []
        long: list[Bar] = []
        for bar in bars:
            if self._repeats(bar):
                notes += self._ostinato(bar)
            else:
                long.append(bar)
        for stretch in runs(tuple(long)):
            notes += held(stretch, self.layout, self.style.breath)
        sung = [bar for bar in bars if self.context.manner == "line" or bar.energy >= self.style.lines]
        for stretch in runs(tuple(sung)):
            notes += self._line(stretch)
        return notes

    def _repeats(self, bar: Bar) -> bool:
        manner = self.context.manner
        if manner in ("ostinato", "spiccato", "tremolo"):
            return True
        return manner == "" and self.style.ostinato < 1 and bar.energy >= self.style.ostinato

    def _ostinato(self, bar: Bar) -> list[Written]:
        """Repeats of the inner voices, one after the other on the accents, over a low voice."""
        is_tremolo = self.context.manner == "tremolo"
        figure = _TREMOLO if is_tremolo else self.style.ostinato_steps
        turn = self.context.rng("ostinato", bar.section.material).choice(_TURNS)
        notes: list[Written] = []
        for index, stroke in enumerate(strokes(figure, bar.place, bar.metre)):
            start = bar.start + stroke.offset
            voicing = self.layout.voicing(bar, start)
            low = in_reach(voicing[turn[index % 4] % len(voicing)], self.player)
            pitches = voicing if is_tremolo else (low, in_reach(low - 12, self.player))
            weight = _SPICCATO_WEIGHTS.get(stroke.sign, 0.0)
            ticks = round(stroke.ticks * (0.98 if is_tremolo else 0.55))
            notes += [Written(start, pitch, ticks, weight) for pitch in dict.fromkeys(pitches)]
        return notes

    def _line(self, bars: Sequence[Bar]) -> list[Written]:
        """A slow tune in octaves above the chords: chord tones on the changes, steps between them.

        Where somebody else has the tune, it is the celli's line under it, and not doubled.
        """
        under = any(part.role == "melody" for part in self.context.brief.parts)
        centre = _TENOR if under else min(self.style.reach[1] - 4, self.player.high - 6)
        last = centre
        line: list[Written] = []
        for bar in bars:
            rng = self.context.rng("line", bar.section.material, bar.place)
            for span in bar.chords:
                lean = centre + rng.choice((-4, -2, 2, 4))
                tones = [
                    nearest(pc, round((last + lean) / 2))
                    for pc in dict.fromkeys((span.chord.root + step) % 12 for step in span.chord.intervals[:3])
                ]
                pitch = min(tones, key=lambda p: abs(p - last) + (3 if p == last else 0) + rng.random())
                line = self._linked(line, Written(span.start, pitch, span.duration, 0.3), bar)
                last = pitch
        octaves = [] if under else [Written(n.start, n.pitch - 12, n.ticks, n.weight - 0.2) for n in line]
        return [n for n in (*line, *octaves) if self.player.low <= n.pitch <= self.player.high]

    def _linked(self, line: list[Written], note: Written, bar: Bar) -> list[Written]:
        """The note after the line, whose last one gives half its time to a passing step where one fits."""
        if not line or line[-1].start + line[-1].ticks != note.start:
            return [*line, note]
        before = line[-1]
        steps = between(before.pitch, note.pitch, self.context.score.key)
        beat = bar.metre.ticks_per_beat
        if len(steps) != 1 or before.ticks < 2 * beat:
            return [*line, note]
        kept = Written(before.start, before.pitch, before.ticks - beat, before.weight)
        return [*line[:-1], kept, Written(note.start - beat, steps[0], beat, 0.1), note]
