"""From what is played to what is written: micro-timing and swing taken out, beat by beat, onto sixteenths or triplets.

A beat of a part is written in the plainest way that its onsets bear: sixteenths, eighth triplets, thirty-seconds or
sextuplets. Where swing is known, sixteenths and thirty-seconds are counted in straight time, triplets as played.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from resonant.score.model import Note, Score, Track
from resonant.score.passes.feel import Swing
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tick

GRACE_TICKS: Tick = 50  # what is that near before another stroke is no step of a rhythm but an ornament
_GRACE_OVERLAP_TICKS: Tick = 10
_SHORT_REST: Tick = TICKS_PER_SIXTEENTH * 7 // 8  # shorter silences are articulation: not even a hasty sixteenth's rest
_SHORT_REST_SHARE = 0.15  # and so are those that take less of the time to the next note, where they begin off the grid
_ON_GRID: Tick = 4


@dataclass(frozen=True, slots=True)
class Grid:
    """A way to divide a beat: its step, what it costs a reader per onset (in ticks of error), whether swing is out."""

    unit: Tick
    cost: int
    straight: bool = True


SIXTEENTHS = Grid(TICKS_PER_SIXTEENTH, 0)
TRIPLETS = Grid(TICKS_PER_QUARTER // 3, 12, straight=False)
THIRTY_SECONDS = Grid(TICKS_PER_SIXTEENTH // 2, 25)
SEXTUPLETS = Grid(TICKS_PER_QUARTER // 6, 30, straight=False)
_COLLISION_COST = 60  # two strokes of one drum or finger on one place can not both be read


@dataclass(frozen=True, slots=True)
class Stroke:
    """A note as it is written; `graces` are the pitches of the ornaments before it, `played` where all of it began."""

    start: Tick
    end: Tick
    pitch: int
    graces: tuple[int, ...]
    played: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class _Ornamented:
    """A played note with the grace notes that lead into it, in order."""

    note: Note
    graces: tuple[Note, ...] = ()

    @property
    def onsets(self) -> tuple[Tick, ...]:
        """Where it may be meant: on the note, or on its first grace note."""
        return self.note.start, *(grace.start for grace in self.graces)


def quantised(track: Track, score: Score, swing: Swing, *, unpitched: bool = False) -> tuple[Stroke, ...]:
    """The notes of a track on the grid, sorted; those that fall together with an equal pitch are one.

    Ends before the end of the score. A short silence before the next note is taken for articulation and closed.
    """
    played = [note for note in track.notes if 0 <= note.start < score.end]
    ornamented = list(_ornamented(played, unpitched))
    ruler = _Ruler.of(ornamented, score, swing)
    placed = sorted(((ruler.place_of(each), each) for each in ornamented), key=lambda pair: (pair[0], pair[1].note))
    starts = sorted({start for start, _ in placed})
    following = dict(pairwise(starts))
    strokes: dict[tuple[Tick, int], Stroke] = {}
    for start, each in placed:
        end = ruler.end_of(each.note, start, following)
        key = (start, each.note.pitch)
        merged = strokes.get(key)
        onsets = each.onsets + (merged.played if merged else ())
        graces = tuple(grace.pitch for grace in each.graces) or (merged.graces if merged else ())
        strokes[key] = Stroke(start, max(end, merged.end if merged else 0), each.note.pitch, graces, onsets)
    return tuple(strokes[key] for key in sorted(strokes))


def beat_at(score: Score, tick: Tick) -> tuple[Tick, Tick]:
    """Start and length of the beat a tick lies in, as notation groups it: a quarter, or what the metre counts in."""
    bar = score.metre.bar_at(tick)
    start, metre = score.metre.bar_start(bar), score.metre.metre_at(bar)
    length = TICKS_PER_QUARTER if metre.denominator <= 4 else metre.ticks_per_beat
    return tick - (tick - start) % length, length


def _ornamented(notes: list[Note], unpitched: bool) -> Iterator[_Ornamented]:
    """The notes, each with the ornaments before it; of drums, only strokes of one drum ornament each other."""
    waiting: dict[int, list[Note]] = defaultdict(list)
    ordered = sorted(notes)
    for index, note in enumerate(ordered):
        lane = note.pitch if unpitched else 0
        before = waiting[lane]
        before = before if before and note.start - before[-1].start < GRACE_TICKS else []
        if any(_leads_into(note, other, unpitched) for other in _soon_after(ordered, index)):
            waiting[lane] = [*before, note]
        else:
            waiting[lane] = []
            yield _Ornamented(note, tuple(before))


def _soon_after(notes: list[Note], index: int) -> Iterator[Note]:
    for other in notes[index + 1 :]:
        if other.start - notes[index].start >= GRACE_TICKS:
            return
        yield other


def _leads_into(note: Note, other: Note, unpitched: bool) -> bool:
    if other.start == note.start:
        return False
    if unpitched:
        return other.pitch == note.pitch
    return note.duration < GRACE_TICKS and note.end <= other.start + _GRACE_OVERLAP_TICKS


@dataclass(frozen=True, slots=True)
class _Ruler:
    """Where things are written: the grid of each beat that has onsets, by the beat's start; others have sixteenths.

    A tick is asked for many times (for each grid, as start, as end), so its beat and its written place are kept.
    """

    score: Score
    swing: Swing
    grids: dict[Tick, Grid]
    beats: dict[Tick, tuple[Tick, Tick]] = field(default_factory=dict)
    written: dict[Tick, Tick] = field(default_factory=dict)

    @classmethod
    def of(cls, notes: Iterable[_Ornamented], score: Score, swing: Swing) -> "_Ruler":
        plain = cls(score, swing, {})
        beats: dict[tuple[Tick, Tick], list[_Ornamented]] = defaultdict(list)
        for each in notes:
            beats[plain._beat(each.note.start)].append(each)
        grids = {start: plain._plainest(length, inside) for (start, length), inside in beats.items()}
        return replace(plain, grids=grids)

    def place_of(self, each: _Ornamented) -> Tick:
        """The written start of a note."""
        grid = self._grid_at(each.note.start)
        place = self._nearest(each, grid)[1]
        last, length = self._beat(self.score.end - 1)
        return min(place, last + length - self._grid_at(last).unit)

    def end_of(self, note: Note, start: Tick, following: dict[Tick, Tick]) -> Tick:
        """The written end of a note that is written at `start`; `following` has the next start behind each."""
        played = min(note.end, self.score.end)
        error, end = self._place(played, self._grid_at(played)) if played < self.score.end else (0, self.score.end)
        shortest = start + self._grid_at(start).unit
        behind = following.get(start)
        while behind is not None and behind < end:
            behind = following.get(behind)
        if behind is not None:
            silence = behind - self._as_written(played)
            if silence < _SHORT_REST or (error > _ON_GRID and silence < _SHORT_REST_SHARE * (behind - start)):
                end = behind
        return min(max(end, shortest), self.score.end)

    def _plainest(self, length: Tick, inside: list[_Ornamented]) -> Grid:
        grids = [SIXTEENTHS, TRIPLETS, THIRTY_SECONDS, SEXTUPLETS] if length == TICKS_PER_QUARTER else []
        grids = grids or [grid for grid in (SIXTEENTHS, THIRTY_SECONDS) if length % grid.unit == 0]
        return min(grids, key=lambda grid: self._cost(grid, inside))

    def _cost(self, grid: Grid, inside: list[_Ornamented]) -> int:
        placed = [self._nearest(each, grid) for each in inside]
        onsets = {(place, each.note.pitch) for (_, place), each in zip(placed, inside, strict=True)}
        collisions = len(inside) - len(onsets)
        runs = _runs_together([place for _, place in placed], inside)
        return sum(error + grid.cost for error, _ in placed) + (collisions + runs) * _COLLISION_COST

    def _grid_at(self, tick: Tick) -> Grid:
        start, length = self._beat(tick)
        return self.grids.get(start, SIXTEENTHS if length % SIXTEENTHS.unit == 0 else THIRTY_SECONDS)

    def _nearest(self, each: _Ornamented, grid: Grid) -> tuple[Tick, Tick]:
        """Of the note and the ornaments within its beat, the one that is least off the grid: how far, and its place."""
        beat = self._beat(each.note.start)
        return min(self._place(tick, grid) for tick in each.onsets if self._beat(tick) == beat)

    def _place(self, tick: Tick, grid: Grid) -> tuple[Tick, Tick]:
        """How far a tick is off the nearest place of a grid, and that place."""
        start, _ = self._beat(tick)
        meant = self._as_written(tick) if grid.straight else tick
        place = start + (meant - start + grid.unit // 2) // grid.unit * grid.unit
        return abs(place - meant), place

    def _beat(self, tick: Tick) -> tuple[Tick, Tick]:
        known = self.beats.get(tick)
        if known is None:
            known = self.beats[tick] = beat_at(self.score, tick)
        return known

    def _as_written(self, tick: Tick) -> Tick:
        """A tick with swing taken out, counted from its bar line; compound metres do not swing."""
        known = self.written.get(tick)
        if known is None:
            known = self.written[tick] = self._straight(tick)
        return known

    def _straight(self, tick: Tick) -> Tick:
        bar = self.score.metre.bar_at(tick)
        if self.score.metre.metre_at(bar).is_compound:
            return tick
        start = self.score.metre.bar_start(bar)
        return start + self.swing.straight(tick - start)


def _runs_together(places: list[Tick], inside: list[_Ornamented]) -> int:
    """How many notes of a run (each begins when the one before is over) share a place with the one before."""
    pairs = pairwise(zip(places, inside, strict=True))
    return sum(place == next_place and a.note.end <= b.note.start for (place, a), (next_place, b) in pairs)
