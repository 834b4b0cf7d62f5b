"""A walking bass: a note to the beat, chord tones under the changes, steps and arcs between them.

The line is the best of several carried along beat by beat (a beam search) under the habits of the idiom: roots where a
chord comes in, chord and scale tones between, half-steps or fifths into the next root, no note twice, going on in one
direction until the reach ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from resonant.players.arranger.bars import Bar
from resonant.players.arranger.ground import Ground, pitch_after, pitch_before
from resonant.players.arranger.performance import Written
from resonant.players.context import Context
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Tick

_BEAM = 8
_SKIP_NOTE = 0.14  # how often a soft eighth leans into a beat
_STEP_COST = {0: 3.0, 1: 0.0, 2: 0.0, 3: 0.25, 4: 0.35, 5: 0.45, 7: 0.7, 6: 1.6, 12: 1.0}


_STRONG_COST = {0: 0.0, 7: 0.2, 3: 0.6, 4: 0.6}  # in the middle of a bar, by the step above the root


@dataclass(frozen=True, slots=True)
class _Beat:
    start: Tick
    ticks: Tick
    chord: Chord
    opens: bool  # the chord comes in here
    closes: bool  # the next beat has another chord
    again: bool  # the bar line passes and the chord stays
    strong: bool  # the third beat of a bar: a chord tone carries it, best the root


def walk(context: Context, bars: Sequence[Bar], ground: Ground) -> list[Written]:
    """The walking line of a stretch of bars, with a few skip notes."""
    beats = _beats(bars)
    rng = context.rng("walking", bars[0].section.material, bars[0].section.visit, bars[0].index)
    line = _line(context, beats, ground, rng, bars[-1].following)
    notes = []
    for index, (beat, pitch) in enumerate(zip(beats, line, strict=True)):
        notes.append(Written(beat.start, pitch, round(beat.ticks * 0.93), 0.05 + 0.15 * (index % 2)))
        if beat.ticks >= 480 and rng.random() < _SKIP_NOTE:
            notes[-1] = Written(beat.start, pitch, beat.ticks // 2, 0.1)
            notes.append(Written(beat.start + beat.ticks // 2, pitch, beat.ticks // 5, -0.8))
    return notes


def _beats(bars: Sequence[Bar]) -> list[_Beat]:
    beats: list[_Beat] = []
    for bar in bars:
        length = bar.metre.ticks_per_beat if bar.metre.denominator < 8 or bar.metre.is_compound else 480
        starts = list(range(bar.start, bar.end, length))
        for start in starts:
            end = min(start + length, bar.end)
            chord = bar.span_at(start).chord
            opens = not beats or beats[-1].chord != chord
            closes = bar.after(start) != chord and bar.span_at(start).end <= end
            beats.append(
                _Beat(
                    start,
                    end - start,
                    chord,
                    opens,
                    closes,
                    start == bar.start,
                    len(starts) == 4 and start == starts[2],
                )
            )
    return beats


def _line(context: Context, beats: Sequence[_Beat], ground: Ground, rng: Random, following: Chord) -> list[int]:
    before = pitch_before(context, beats[0].start)
    paths: list[tuple[float, tuple[int, ...]]] = [(0.0, () if before is None else (before,))]
    key = ground.key
    for beat in beats:
        tones = {p: _tone_cost(p, beat, key) + rng.random() * 0.9 for p in range(ground.low, ground.high + 1)}
        choices = [(p, cost) for p, cost in tones.items() if cost < 2.2]
        grown = [(c + cost + _motion_cost(path, p, ground), (*path, p)) for c, path in paths for p, cost in choices]
        paths = sorted(grown)[:_BEAM]
    kept = pitch_after(context, beats[-1].start + beats[-1].ticks)
    landing = ground.all_of(following.bass_pc) if kept is None else [kept]
    best = min(paths, key=lambda found: found[0] + min(_motion_cost(found[1], p, ground) for p in landing))
    return list(best[1][-len(beats) :])


def _tone_cost(pitch: int, beat: _Beat, key: Key) -> float:
    pc = pitch % 12
    if beat.opens:
        return 0.0 if pc == beat.chord.bass_pc else (1.7 if pc in beat.chord.pitch_classes else 9.0)
    if beat.again:
        return 0.0 if pc == beat.chord.bass_pc else (1.1 if pc in beat.chord.pitch_classes else 9.0)
    if beat.strong:
        return _STRONG_COST.get((pc - beat.chord.root) % 12, 1.2) if pc in beat.chord.pitch_classes else 9.0
    if pc in beat.chord.pitch_classes:
        return 0.15 if pc != beat.chord.bass_pc else 0.45
    if pc in key.scale:
        return 0.5
    return 0.8 if beat.closes else 9.0


def _motion_cost(path: tuple[int, ...], pitch: int, ground: Ground) -> float:
    if not path:
        return 0.05 * abs(pitch - (ground.low + 10))
    step = pitch - path[-1]
    cost = _STEP_COST.get(abs(step), 1.2 + 0.15 * abs(step))
    if len(path) > 1:
        earlier = path[-1] - path[-2]
        cost += -0.25 if step * earlier > 0 else 0.15
        if pitch == path[-2]:
            cost += 0.8
        if abs(earlier) > 5 and step * earlier > 0:
            cost += 1.0
    edge = min(pitch - ground.low, ground.high - pitch)
    return cost + (0.12 * (4 - edge) if edge < 4 else 0.0)
