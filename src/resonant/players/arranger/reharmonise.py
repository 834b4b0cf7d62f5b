"""Chords written anew in some bars: of several candidates those that lead best from the chord before into the chord
after, and under which the notes that stay sound best."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from resonant.brief.model import Brief
from resonant.players.arranger.harmony import write_harmony
from resonant.score.model import ChordSpan, Note, Score
from resonant.score.region import HARMONY, Region
from resonant.seeds import derived
from resonant.styles import Style
from resonant.theory.chord import Chord, common_tones
from resonant.units import TICKS_PER_QUARTER, Tick

_CANDIDATES = 12
UNPITCHED = ("drums", "percussion")  # roles whose notes do not hang on the chords
# What a root's move costs, by semitones upward: a falling fifth leads best, a tritone worst.
_ROOT_MOVES = (0.6, 0.4, 0.25, 0.35, 0.4, 0.0, 0.8, 0.35, 0.3, 0.2, 0.3, 0.3)
_PER_COMMON_TONE = 0.1
_MISFIT = 5.0  # for notes that stay, none of which is of its chord
_SAMENESS = 2.0  # for chords of which all stood there before
_ON_BEAT_TICKS = 60
_LATER = 0.01  # of two that are as good, the earlier draw


def reharmonised(brief: Brief, style: Style, score: Score, region: Region, seed: int) -> tuple[ChordSpan, ...]:
    """The chord spans with new ones in the region's bars of the row "harmony"; outside them each tick keeps its chord.

    Bars that had no chords yet get the first draw, so that a song's own seed goes on with its own material.

    Raises:
        BriefError: the user's own progression can not be read.
    """
    bars = region.bars_of(HARMONY)
    first = write_harmony(brief, style, score, seed)
    if not any(True for bar in bars for _ in score.chords_in(*score.bar_ticks(bar))):
        return _spliced(score.harmony, first, [score.bar_ticks(bar) for bar in bars])
    free = replace(brief, progression=())  # chords that the user gave are what stands there
    draws = [write_harmony(free, style, score, derived(seed, HARMONY, n) if n else seed) for n in range(_CANDIDATES)]
    harmony = score.harmony
    for start, end in region.ranges_of(HARMONY):
        ticks = score.metre.bar_start(start), score.metre.bar_start(end)
        place = _Place(score, harmony, _staying(score, region, range(start, end)), ticks)
        offered = [*(_cut(draw, *ticks) for draw in draws), *_from_elsewhere(score, draws[0], range(start, end))]
        best = min(range(len(offered)), key=lambda n: place.cost(offered[n]) + n * _LATER)
        harmony = _spliced(harmony, offered[best], [ticks])
    return harmony


def _from_elsewhere(score: Score, draw: Sequence[ChordSpan], bars: range) -> list[list[ChordSpan]]:
    """The chords that a draw has in other bars, moved to these: what is left where every draw begins alike."""
    ticks = score.metre.bar_start(bars.start), score.metre.bar_start(bars.stop)
    found = []
    for first in range(score.bars - len(bars) + 1):
        there = score.metre.bar_start(first), score.metre.bar_start(first + len(bars))
        if there[1] - there[0] == ticks[1] - ticks[0]:
            shift = ticks[0] - there[0]
            found.append([replace(span, start=span.start + shift) for span in _cut(draw, *there)])
    return found


@dataclass(frozen=True, slots=True)
class _Leaning:
    """A note that stays, and how much it leans on its chord: by its length up to a beat, threefold on a beat."""

    tick: Tick
    pc: int
    weight: int


@dataclass(frozen=True)
class _Place:
    """Where new chords shall stand: between `ticks`, among `harmony`, with notes that stay."""

    score: Score
    harmony: tuple[ChordSpan, ...]
    staying: tuple[_Leaning, ...]
    ticks: tuple[Tick, Tick]

    def cost(self, spans: Sequence[ChordSpan]) -> float:
        """The lower, the better these chords suit this place."""
        start, end = self.ticks
        before = [span.chord for span in self.harmony if span.end <= start][-1:]
        after = [span.chord for span in self.harmony if span.start >= end][:1]
        chain = [*before, spans[0].chord], [spans[-1].chord, *after]
        joints = sum(_joint(a, b) for pair in chain for a, b in pairwise(pair))
        return joints + _MISFIT * self._misfit(spans) + self._sameness(spans)

    def _misfit(self, spans: Sequence[ChordSpan]) -> float:
        """Weighted share of the staying notes that are not of the chord that comes in under them."""
        total = off = 0
        for leaning in self.staying:
            span = next((s for s in spans if s.start <= leaning.tick < s.end), None)
            if span is not None:
                total += leaning.weight
                off += leaning.weight * (leaning.pc not in span.chord.pitch_classes)
        return off / total if total else 0.0

    def _sameness(self, spans: Sequence[ChordSpan]) -> float:
        old = _cut(self.harmony, *self.ticks)
        shared = sum(
            max(0, min(a.end, b.end) - max(a.start, b.start)) for a in spans for b in old if a.chord == b.chord
        )
        share = shared / (self.ticks[1] - self.ticks[0])
        return 100.0 if share >= 1.0 else _SAMENESS * share


def _joint(a: Chord, b: Chord) -> float:
    move = _ROOT_MOVES[(b.root - a.root) % 12]
    return move - _PER_COMMON_TONE * common_tones(a.pitch_classes, b.pitch_classes)


def _staying(score: Score, region: Region, bars: range) -> tuple[_Leaning, ...]:
    """The pitched notes in those bars that are not written anew themselves."""
    found: list[_Leaning] = []
    for track in score.tracks:
        if track.role in UNPITCHED:
            continue
        anew = set(region.bars_of(track.name))
        for bar in (bar for bar in bars if bar not in anew):
            start, end = score.bar_ticks(bar)
            beat = score.metre.metre_at(bar).ticks_per_beat
            found += [_leaning(note, (note.start - start) % beat, beat) for note in track.between(start, end)]
    return tuple(found)


def _leaning(note: Note, offset: Tick, beat: Tick) -> _Leaning:
    is_on_beat = min(offset, beat - offset) < _ON_BEAT_TICKS
    return _Leaning(note.start, note.pitch % 12, min(note.duration, TICKS_PER_QUARTER) * (3 if is_on_beat else 1))


def _cut(spans: Sequence[ChordSpan], start: Tick, end: Tick) -> list[ChordSpan]:
    """The spans between two ticks, cut to them."""
    return [
        ChordSpan(max(span.start, start), min(span.end, end) - max(span.start, start), span.chord)
        for span in spans
        if span.start < end and span.end > start
    ]


def _spliced(
    old: Sequence[ChordSpan], new: Sequence[ChordSpan], ranges: Sequence[tuple[Tick, Tick]]
) -> tuple[ChordSpan, ...]:
    """The old spans with the new ones in those ranges; a span that crosses a border is cut there."""
    spans = list(old)
    for start, end in ranges:
        spans = [*_cut(spans, 0, start), *_cut(new, start, end), *_cut(spans, end, max(s.end for s in (*spans, *new)))]
    return tuple(spans)
