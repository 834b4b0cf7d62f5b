"""Arpeggios: a chord's tones one after the other, in an order that belongs to the material."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from resonant.instruments import Instrument, instrument
from resonant.players.arranger.bars import Bar, bars_of, runs
from resonant.players.arranger.layout import reach
from resonant.players.arranger.performance import Written, finished, performed
from resonant.players.arranger.presence import is_last_word, sits_out
from resonant.players.context import Context, Part
from resonant.score.model import Note
from resonant.styles.comping import ArpeggioStyle
from resonant.theory.chord import Chord
from resonant.units import TICKS_PER_QUARTER, Tick

SHAPES = ("up", "down", "updown", "broken", "random", "thumb")


def play_arpeggio(context: Context) -> Part:
    """The arpeggio of `context.track` in `context.bars`. A manner is the name of a shape, such as "up" or "random"."""
    style, player = context.style.arpeggio, instrument(context.track.instrument)
    notes: list[Note] = []
    for run in runs(bars_of(context)):
        playing = [bar for bar in run if not sits_out(context, bar, style.entry)]
        hand = _Fingers(context, style, *reach(*style.reach, player))
        written = [note for bar in playing for note in hand.written(bar)]
        notes += performed(context, run, _one_ending(context, playing, written, player), 66)
    return Part(finished(context, notes))


def _one_ending(context: Context, bars: Sequence[Bar], written: list[Written], player: Instrument) -> list[Written]:
    """Where the song ends, the last bar is rolled once and left to ring."""
    if not bars or not is_last_word(context, bars[-1]):
        return written
    last = bars[-1]
    rolled = [note for note in written if note.start >= last.start][:4]
    ringing = [Written(note.start, note.pitch, last.end - note.start, note.weight) for note in rolled]
    return [*(note for note in written if note.start < last.start), *ringing[-player.max_voices :]]


@dataclass(frozen=True)
class _Fingers:
    context: Context
    style: ArpeggioStyle
    low: int
    high: int

    def written(self, bar: Bar) -> list[Written]:
        section = bar.section
        rng = self.context.rng("steps", section.material, bar.place % 8, section.visit if bar.ends_phrase else 0)
        shape = self._shape(bar)
        step = self._step_ticks(bar)
        notes: list[Written] = []
        for span in bar.chords:
            ladder = self._ladder(span.chord, bar)
            order = ordered(shape, len(ladder), max(-(-span.duration // step), 1), rng)
            for place, rung in enumerate(order):
                start = span.start + place * step
                if start >= span.end or (place and rng.random() < self._rests(bar)):
                    continue
                ticks = max(round(min(step, span.end - start) * self.style.gate), 1)
                notes.append(Written(start, ladder[rung], ticks, self._weight(place, rung, len(ladder))))
        return notes

    def _shape(self, bar: Bar) -> str:
        if self.context.manner in SHAPES:
            return self.context.manner
        rng = self.context.rng("shape", bar.section.material)
        main = rng.choice(self.style.shapes)
        return rng.choice(self.style.shapes) if bar.phrase % 2 else main

    def _step_ticks(self, bar: Bar) -> Tick:
        quiet, loud = self.style.rate
        rate = quiet if bar.energy < 0.45 else loud
        unit = 3 if bar.metre.is_compound and rate > 2 else 1
        ticks = bar.metre.ticks_per_beat // 3 if bar.metre.is_compound else TICKS_PER_QUARTER // rate
        return ticks // 2 if unit == 3 and rate == 4 else ticks

    def _rests(self, bar: Bar) -> float:
        return self.style.rests * (1.4 - 0.8 * bar.energy)

    def _ladder(self, chord: Chord, bar: Bar) -> list[int]:
        """Chord tones upward from a start that rises with the energy, over the style's octaves."""
        octaves = self.style.octaves if bar.energy > 0.35 else min(self.style.octaves, 2)
        bottom = self.low + round(4 * bar.energy)
        top = min(self.high, bottom + 12 * octaves)
        pcs = {(chord.root + step) % 12 for step in chord.intervals}
        return [p for p in range(bottom, top + 1) if p % 12 in pcs] or [bottom]

    def _weight(self, place: int, rung: int, rungs: int) -> float:
        accent = 0.6 if place % self.style.accent == 0 else -0.15
        return accent + 0.2 * (rung / max(rungs - 1, 1) - 0.5)


def ordered(shape: str, rungs: int, count: int, rng: Random) -> list[int]:
    """Which rung of a ladder of `rungs` each of `count` steps takes.

    >>> ordered("up", 3, 5, Random(0)), ordered("updown", 3, 6, Random(0))
    ([0, 1, 2, 0, 1], [0, 1, 2, 1, 0, 1])
    """
    if shape == "random":
        return _wandering(rungs, count, rng)
    up = list(range(rungs))
    cycles = {
        "up": up,
        "down": up[::-1],
        "updown": up + up[-2:0:-1],
        "broken": [i for k in range(max(rungs - 2, 1)) for i in (k, min(k + 2, rungs - 1), min(k + 1, rungs - 1))],
        "thumb": [i for k in range(1, max(rungs, 2)) for i in (0, min(k, rungs - 1))],
    }
    cycle = cycles[shape] or up
    return [cycle[i % len(cycle)] for i in range(count)]


def _wandering(rungs: int, count: int, rng: Random) -> list[int]:
    """A walk by one or two rungs that turns at the ends."""
    place, walk = rng.randrange(rungs), []
    for _ in range(count):
        walk.append(place)
        moves = [m for m in (-2, -1, 1, 2) if 0 <= place + m < rungs] or [0]
        place += rng.choice(moves)
    return walk
