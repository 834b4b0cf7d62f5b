"""Held chords with breaths and swells: what pads and string sections share."""

from collections.abc import Sequence

from resonant.players.arranger.bars import Bar
from resonant.players.arranger.layout import Layout
from resonant.players.arranger.performance import Written
from resonant.score.model import Control
from resonant.theory.voicing import Voicing
from resonant.units import Tick

EXPRESSION = 11
_STEPS_PER_BAR = 4


def held(bars: Sequence[Bar], layout: Layout, breath: float) -> list[Written]:
    """Every voice held for as long as it stays: common tones are tied over, and phrases end with a breath in beats."""
    notes: list[Written] = []
    sounding: dict[int, int] = {}
    for bar in bars:
        for span in bar.chords:
            voicing = layout.at[span.start]
            end = _breathed(bar, span.end, breath)
            tied: dict[int, int] = {}
            for pitch in voicing:
                index = sounding.get(pitch)
                if index is not None and notes[index].start + notes[index].ticks == span.start:
                    notes[index] = Written(notes[index].start, pitch, end - notes[index].start, notes[index].weight)
                else:
                    index = len(notes)
                    notes.append(Written(span.start, pitch, end - span.start, _weight(pitch, voicing)))
                tied[pitch] = index
            sounding = tied
    return notes


def swells(bars: Sequence[Bar], depth: float) -> list[Control]:
    """Expression (CC 11) that rises into the middle of each phrase and falls to its end; it follows the energy too."""
    controls: list[Control] = []
    for bar in bars:
        length = bar.end - bar.start
        for step in range(_STEPS_PER_BAR):
            place = (bar.place % 4 + step / _STEPS_PER_BAR) / 4
            arc = 1 - abs(2 * place - 1.1) / 1.1
            value = round(64 + 40 * bar.energy + 40 * depth * (arc - 0.5))
            tick = bar.start + length * step // _STEPS_PER_BAR
            controls.append(Control(tick, EXPRESSION, min(max(value, 20), 127)))
    return controls


def _breathed(bar: Bar, end: Tick, breath: float) -> Tick:
    if not bar.ends_phrase or end < bar.end:
        return end
    last = bar.chords[-1]
    return end - min(round(breath * bar.metre.ticks_per_beat), last.duration // 2)


def _weight(pitch: int, voicing: Voicing) -> float:
    return 0.2 if pitch == voicing[-1] else (0.0 if pitch == voicing[0] else -0.2)
