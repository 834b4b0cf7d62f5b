"""A classical bass: chord basses on the changes, chord tones at half their length, passing notes into the next."""

from collections.abc import Sequence

from resonant.players.arranger.bars import Bar
from resonant.players.arranger.ground import Ground, pitch_before
from resonant.players.arranger.performance import Written
from resonant.players.context import Context
from resonant.score.model import ChordSpan
from resonant.theory.chord import Chord
from resonant.theory.key import Key

_QUIET = 0.3


def passing_bass(context: Context, bars: Sequence[Bar], ground: Ground) -> list[Written]:
    """The line of a stretch of bars."""
    last = pitch_before(context, bars[0].start)
    notes: list[Written] = []
    for bar in bars:
        for span in bar.chords:
            root = ground.root(span.chord, last)
            target = ground.root(bar.after(span.start), root)
            line = _line(context, bar, span, (root, target), ground)
            notes += line
            last = line[-1].pitch
    return notes


def _line(context: Context, bar: Bar, span: ChordSpan, ends: tuple[int, int], ground: Ground) -> list[Written]:
    root, target = ends
    beat = bar.metre.ticks_per_beat
    beats = max(span.duration // beat, 1)
    steps = between(root, target, ground.key)
    rng = context.rng("passing", bar.section.material, bar.place, span.start - bar.start)
    if beats < 2 or bar.energy < _QUIET:
        return [Written(span.start, root, span.duration - 20, 0.1)]
    pitches = [root]
    if steps and len(steps) <= beats // 2:  # the chord keeps its bass for half its time
        hold = beats - len(steps)
        pitches = [*_upper(root, span.chord, hold, ground, rng.random() < bar.energy), *steps]
    elif bar.energy > 0.5 or rng.random() < 0.5:
        pitches = _upper(root, span.chord, beats, ground, True)
    return _spread(span, pitches, beat)


def between(first: int, second: int, key: Key) -> list[int]:
    """The scale notes strictly between two pitches up to a fifth apart, in order; none otherwise.

    >>> between(48, 53, Key(0))
    [50, 52]
    """
    if not 2 < abs(second - first) <= 7:
        return []
    side = 1 if second > first else -1
    return [p for p in range(first + side, second, side) if p % 12 in key.scale]


def _upper(root: int, chord: Chord, beats: int, ground: Ground, moves: bool) -> list[int]:
    """The root, and halfway its octave or the third, over this many beats; repeated pitches mean one held note.

    Over an inversion its root comes halfway.
    """
    if not moves or beats < 2:
        return [root] * beats
    other = ground.interval(root, chord, "O" if chord.partner_pc == chord.fifth else "F")
    if other == root:
        other = ground.interval(root, chord, "T" if beats > 2 else "F")
    half = beats - beats // 2
    return [root] * half + [other] * (beats - half)


def _spread(span: ChordSpan, pitches: Sequence[int], beat: int) -> list[Written]:
    notes: list[Written] = []
    for index, pitch in enumerate(pitches):
        start = span.start + index * beat
        if notes and notes[-1].pitch == pitch:
            notes[-1] = Written(notes[-1].start, pitch, start + beat - notes[-1].start - 20, notes[-1].weight)
        else:
            notes.append(Written(start, pitch, beat - 20, 0.15 if index == 0 else -0.1))
    first = notes[-1]
    notes[-1] = Written(first.start, first.pitch, max(span.end - first.start - 20, 60), first.weight)
    return notes
